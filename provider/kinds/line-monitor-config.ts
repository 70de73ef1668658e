/** The object's file by which the line monitor on the host is told its task (on-host/line-monitor.sh reads it). */
import { defineKind } from "../kind";
import { pauseOf, stateOf } from "../line-health";
import { type Line, type LineMonitor, type Probe, lineMonitorSchema } from "./line-monitor-fields";
import { familiesOf, probesOf } from "./line-monitor-lines";
import { numberOf } from "./lines";

/** Nothing in the kernel: its file is all there is of it. */
export const lineMonitorConfig = defineKind<typeof lineMonitorSchema, LineMonitor>({
  name: "LineMonitor",
  description: "What the line monitor is told.",
  schema: lineMonitorSchema,
  identity: () => ["lines"],
  reads: () => [],
  observe: (_snapshot, desired, recorded) => recorded && (declaredIn(recorded.lines) ?? desired),
  marked: () => true,
  plan: () => [],
  replay: configLines,
  inputsOf: (declared) => declared,

  remarks: (_desired, { lines, paused }) => [
    ...lines.flatMap((line) => (line.state === "up" ? [] : [`${stateOf(line)}.`])),
    ...(paused ? [`${pauseOf(paused)}: it leaves the routes as they are, also when a line dies.`] : []),
  ],
});

function configLines(monitor: LineMonitor): string[] {
  const { lines, routes, onChange, metricsFile } = monitor;
  return [
    `declared ${JSON.stringify(monitor)}`,
    settings(monitor),
    ...lines.flatMap((line, place) => [
      lineWords(monitor, line, place),
      ...probesOf(monitor, line).map((probe) => `target ${line.name} ${probeWords(probe)}`),
    ]),
    ...(routes ?? []).flatMap(keptRoutes),
    ...(onChange === undefined ? [] : [`on-change ${onChange}`]),
    ...(metricsFile === undefined ? [] : [`metrics-file ${metricsFile}`]),
  ].map((line) => `line-monitor ${line}`);
}

/** What was declared, for refresh; undefined where another version has written something that this one does not know. */
function declaredIn(lines: readonly string[]): LineMonitor | undefined {
  const mark = "line-monitor declared ";
  const text = lines.find((line) => line.startsWith(mark))?.slice(mark.length) ?? "null";
  return lineMonitorSchema.safeParse(JSON.parse(text)).data;
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

function settings(monitor: LineMonitor): string {
  const { intervalSeconds, timeoutSeconds = 0, downAfter, upAfter, quorum, maxLossPercent } = monitor;
  return [
    ["settings"],
    ["interval", milliseconds(intervalSeconds)],
    ["timeout", milliseconds(timeoutSeconds)],
    ["down-after", downAfter],
    ["up-after", upAfter],
    ["quorum", quorum],
    ["max-loss", maxLossPercent],
    ["hold-down", milliseconds(monitor.holdDownSeconds)],
    ["max-hold-down", milliseconds(monitor.maxHoldDownSeconds)],
  ]
    .flat()
    .join(" ");
}

/** A metered line is not asked more often than this. */
const meteredSeconds = 1;

function lineWords(monitor: LineMonitor, line: Line, place: number): string {
  const families = familiesOf(monitor, line);
  const none = (family: 4 | 6) => (families.has(family) ? "none" : "-");
  const interval = line.metered ? Math.max(meteredSeconds, monitor.intervalSeconds) : monitor.intervalSeconds;
  return [
    ["line", line.name],
    ["number", numberOf(line, place)],
    ["device", line.device],
    ["gateway4", line.gateway ?? none(4)],
    ["gateway6", line.ipv6Gateway ?? none(6)],
    ["address4", line.address ?? "-"],
    ["address6", line.ipv6Address ?? "-"],
    ["interval", milliseconds(interval)],
  ]
    .flat()
    .join(" ");
}

function probeWords({ kind, target = "", port, name = target, path = "/", command = "" }: Probe): string {
  switch (kind) {
    case "icmp":
      return `icmp ${target}`;
    case "tcp":
      return `tcp ${target} ${port}`;
    case "http":
      return `http ${target} ${port ?? 80} ${name} ${path}`;
    case "dns":
      return `dns ${target} ${port ?? 53} ${name}`;
    case "command":
      return `command ${command}`;
  }
}

/** In the main table; `default` is that of both families. */
function keptRoutes(destination: string): string[] {
  const families = destination === "default" ? [4, 6] : [destination.includes(":") ? 6 : 4];
  return families.map((family) => `route ${family} 254 ${destination}`);
}
