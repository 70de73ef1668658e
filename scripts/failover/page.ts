/** The picture and the table of docs/failover.md, from what was measured. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Calm } from "./calm";
import type { Measured, Spread } from "./main";

const page = join(__dirname, "../../docs/failover.md");
const picture = "![Packets a second that each line carries while bdsl dies silently and comes back](failover.svg)";
const names = { silent: "silent", "icmp-unreachable": "ICMP unreachable", "ethernet-down": "Ethernet down" };

/** Rows that were not measured this time stay as they are on the page. */
export async function writePage(measured: Measured): Promise<void> {
  await write("failover", (table) => `${picture}\n\n${tableWith(deathHead, merged(table, deathRows(measured)))}`);
}

export async function writeCalm(rows: readonly Calm[]): Promise<void> {
  const head = ["the lines", "minutes", "CPU, %", "memory, kB", "demotions"];
  const measured = rows.map(({ what, minutes, cpuPercent, kilobytes, demotions }) => [
    ...[what, String(minutes), cpuPercent.toFixed(2), String(kilobytes), String(demotions ?? "")],
  ]);
  await write("calm", (table) => tableWith(head, merged(table, measured)));
}

/** Replaces what is between the two comments of that name. */
async function write(name: string, content: (before: string) => string): Promise<void> {
  const text = readFileSync(page, "utf8");
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  const filled = `${text.slice(0, from)}\n\n${content(text.slice(from, to))}\n\n${text.slice(to)}`;
  writeFileSync(page, await format(filled, { ...(await resolveConfig(page)), filepath: page }));
}

const tableWith = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Of a table that was and new rows for it, all rows in the order of the table: by their first cell a new one replaces an old one. */
function merged(table: string, measured: readonly (readonly string[])[]): (readonly string[])[] {
  const lines = table.split("\n").filter((line) => line.startsWith("|"));
  const before = lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const rows = new Map(before.map((cells): [string | undefined, readonly string[]] => [cells[0], cells]));
  for (const cells of measured) rows.set(cells[0], cells);
  return [...rows.values()];
}

const deathHead = [
  ...["the line dies", "trials", "route written", "new connections work", "in use again"],
  ...["flows", "healthy ones moved", "lost", "new ones failed later"],
];

const deathRows = ({ rows }: Measured): string[][] =>
  rows.map((row) => [
    ...[names[row.variant], String(row.trials), shown(row.decisionSeconds), shown(row.movedSeconds), shown(row.recoveredSeconds)],
    ...[row.flows, row.healthyFlowsMoved, row.deadLineFlowsLost, row.newConnectionsFailed].map(String),
  ]);

const shown = (spread: Spread): string => [spread.median, spread.p95, spread.max].map((value) => value.toFixed(2)).join(" / ");
