/** The picture and the table of docs/failover.md, from what was measured. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Calm } from "./calm";
import type { Measured, Spread } from "./main";

const page = join(__dirname, "../../docs/failover.md");
const picture = "![Packets a second that each line carries while bdsl dies silently and comes back](failover.svg)";
const names = { silent: "silent", "icmp-unreachable": "ICMP unreachable", "ethernet-down": "Ethernet down" };

export async function writePage(measured: Measured): Promise<void> {
  await write("failover", `${picture}\n\n${tableOf(measured)}`);
}

export async function writeCalm(rows: readonly Calm[]): Promise<void> {
  const head = ["the lines", "minutes", "CPU, %", "memory, kB", "demotions"];
  const body = rows.map(({ what, minutes, cpuPercent, kilobytes, demotions }) => [
    ...[what, String(minutes), cpuPercent.toFixed(2), String(kilobytes), String(demotions)],
  ]);
  await write("calm", tableWith(head, body));
}

/** Between the two comments of that name. */
async function write(name: string, content: string): Promise<void> {
  const text = readFileSync(page, "utf8");
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const filled = `${text.slice(0, text.indexOf(begin))}${begin}\n\n${content}\n\n${text.slice(text.indexOf(end))}`;
  writeFileSync(page, await format(filled, { ...(await resolveConfig(page)), filepath: page }));
}

const tableWith = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

export function tableOf({ rows }: Measured): string {
  const head = [
    ...["the line dies", "trials", "route written", "new connections work", "in use again"],
    ...["flows", "healthy ones moved", "lost", "new ones failed later"],
  ];
  const body = rows.map((row) => [
    ...[names[row.variant], String(row.trials), shown(row.decisionSeconds), shown(row.movedSeconds), shown(row.recoveredSeconds)],
    ...[row.flows, row.healthyFlowsMoved, row.deadLineFlowsLost, row.newConnectionsFailed].map(String),
  ]);
  return tableWith(head, body);
}

const shown = (spread: Spread): string => [spread.median, spread.p95, spread.max].map((value) => value.toFixed(2)).join(" / ");
