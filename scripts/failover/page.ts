/** The picture and the table of docs/failover.md, from what was measured. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Measured, Spread } from "./main";

const [begin, end] = ["<!-- failover -->", "<!-- /failover -->"];
const page = join(__dirname, "../../docs/failover.md");
const picture = "![Packets a second that each line carries while bdsl dies silently and comes back](failover.svg)";
const names = { silent: "silent", "icmp-unreachable": "ICMP unreachable", "ethernet-down": "Ethernet down" };

export async function writePage(measured: Measured): Promise<void> {
  const text = readFileSync(page, "utf8");
  const filled = `${text.slice(0, text.indexOf(begin))}${begin}\n\n${picture}\n\n${tableOf(measured)}\n\n${text.slice(text.indexOf(end))}`;
  writeFileSync(page, await format(filled, { ...(await resolveConfig(page)), filepath: page }));
}

export function tableOf({ rows }: Measured): string {
  const head = [
    ...["the line dies", "trials", "route written", "new connections work", "in use again"],
    ...["flows", "healthy ones moved", "lost", "new ones failed later"],
  ];
  const body = rows.map((row) => [
    ...[names[row.variant], String(row.trials), shown(row.decisionSeconds), shown(row.movedSeconds), shown(row.recoveredSeconds)],
    ...[row.flows, row.healthyFlowsMoved, row.deadLineFlowsLost, row.newConnectionsFailed].map(String),
  ]);
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const shown = (spread: Spread): string => [spread.median, spread.p95, spread.max].map((value) => value.toFixed(2)).join(" / ");
