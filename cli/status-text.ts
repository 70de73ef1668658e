/** The state of a host's lines for a terminal. Pure: data in, text out. */
import { type Paint, bar, clock, duration, fitted, lasting, percent, rate, sparkline, wrapped } from "./drawing";
import { type LineState, type Pause, type Target, type Window, windowSeconds } from "./lines";
import { resourceName } from "./objects";
import type { HopStatus, LineStatus, RouteStatus, Status } from "./status-question";

export interface Drawing {
  readonly name: string;
  readonly columns: number;
  readonly paint: Paint;
}

/** Wider nothing gets clearer, and narrower nothing fits. */
const [narrowest, widest] = [80, 110];

export function statusText(status: Status, { name, columns: room, paint }: Drawing): string {
  const columns = Math.max(narrowest, Math.min(room, widest));
  const on = { name, columns, paint };
  const blocks = [
    headLines(status, on),
    ...status.lines.map((line) => lineBlock(line, status, on)),
    status.lines.some(({ targets }) => targets.some(({ windows }) => windows.length > 0))
      ? [paint("quiet", `one mark is ${windowSeconds} s, the last one on the right; × means no answer`)]
      : [],
    status.lines.length === 0 ? ["No line monitor runs there, and no multipath route is in place."] : [],
    routeBlock(status.routes, on),
    transitionBlock(status, on),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.map((line) => line.trimEnd()).join("\n")}\n`)
    .join("\n");
}

/* ---- head ------------------------------------------------------------------------------------------------------------------- */

function headLines(status: Status, { name, columns, paint }: Drawing): string[] {
  const { now, health, flows } = status;
  const { paused } = health;
  const title = [name, clock(now, now), flows === undefined ? "" : `${flows.total} connections`].filter(Boolean).join("  ");
  const watched = monitorText(status);
  const isWrong = health.monitor !== undefined && !status.monitorAlive;
  const monitor =
    watched === "" ? [] : wrapped(watched, columns, "").map((line) => (isWrong ? paint("bad", line) : paint("quiet", line)));
  return [
    paint("strong", title),
    ...monitor,
    ...(paused ? wrapped(pauseText(paused, now), columns, "").map((line) => paint("warning", line)) : []),
  ];
}

function monitorText({ now, health: { monitor }, monitorAlive, lines }: Status): string {
  if (monitor && monitorAlive) return `the line monitor has been running for ${lasting(now - monitor.started)}`;
  if (monitor) return `the line monitor is gone (it was process ${monitor.pid}); what follows is its last word`;
  return lines.length > 0 ? "no line monitor: nobody looks whether the lines are alive" : "";
}

function pauseText({ since, until, who }: Pause, now: number): string {
  const end = until === undefined ? "until somebody ends it" : `until ${clock(until, now)}`;
  return `paused since ${clock(since, now)} by ${who}, ${end}: routes stay as they are`;
}

/* ---- a line ----------------------------------------------------------------------------------------------------------------- */

const stateColours: Readonly<Record<LineState, "good" | "bad" | "warning">> = { up: "good", down: "bad", drained: "warning" };
const marks: Readonly<Record<LineState, string>> = { up: "●", down: "✕", drained: "◌" };

function lineBlock(line: LineStatus, { now }: Status, { columns, paint }: Drawing): string[] {
  const { health, device, carrier } = line;
  const carried = carrier === undefined ? "no such device" : carrier ? "" : "no carrier";
  const where = [
    device === line.name ? "" : device,
    ...[health?.gateway4, health?.gateway6].filter(Boolean).map((via) => `via ${via}`),
  ];
  const after = where.filter(Boolean).join(" ");
  const state = health?.state;
  const since =
    health && state ? `${state.padEnd(8)}${lasting(now - health.since)}, since ${clock(health.since, now)}` : "not watched";
  const [mark, colour] = state
    ? [marks[state], stateColours[state]]
    : [carrier ? "●" : "✕", carrier ? ("quiet" as const) : ("bad" as const)];
  const head = `${paint(colour, mark)} ${paint("strong", line.name.padEnd(8))} ${paint(colour, since)}`;
  const plain = `  ${line.name.padEnd(8)} ${since}`;
  const told = [after, carried].filter(Boolean).join(", ");
  const room = columns - plain.length - 2;
  const second = told.length > room ? [`    ${fitted(told, columns - 4)}`] : [];
  return [
    `${head}${second.length > 0 || told === "" ? "" : `  ${paint("quiet", told)}`}`,
    ...second.map((text) => paint("quiet", text)),
    ...(health?.reason
      ? wrapped(health.reason, columns, "    ").map((text) => (state === "up" ? paint("quiet", text) : text))
      : []),
    ...shares(line, columns, paint),
    ...targetRows(line.targets, columns, paint),
  ];
}

const labelWidth = 12;

function shares(
  { traffic, shareOfTraffic, shareOfFlows, flows, shareByWeight }: LineStatus,
  columns: number,
  paint: Paint,
): string[] {
  const width = Math.min(30, columns - 52);
  const weight = shareByWeight === undefined ? "" : `its weight: ${percent(shareByWeight)}`;
  const row = (label: string, share: number | undefined, drawn: string, rest: string) =>
    `    ${label.padEnd(labelWidth - 4)}${share === undefined ? " ".repeat(width) : drawn} ${(share === undefined ? "" : percent(share)).padStart(5)}  ${rest}`;
  return [
    ...(traffic
      ? [
          row(
            "traffic",
            shareOfTraffic ?? 0,
            paint("first", bar(shareOfTraffic ?? 0, width)),
            `in ${rate(traffic.received)}, out ${rate(traffic.sent)}`,
          ),
        ]
      : []),
    ...(flows === undefined
      ? weight === ""
        ? []
        : [row("weight", shareByWeight, paint("second", bar(shareByWeight ?? 0, width)), "of new connections")]
      : [
          row(
            "flows",
            shareOfFlows ?? 0,
            paint("second", bar(shareOfFlows ?? 0, width)),
            [`${flows} open`, weight].filter(Boolean).join(", "),
          ),
        ]),
  ];
}

/** `icmp 198.18.0.1     12.3 ms   0.0 % lost  ▂▂▃▂▂`. */
function targetRows(targets: readonly Target[], columns: number, paint: Paint): string[] {
  if (targets.length === 0) return [];
  const called = targets.map(({ kind, address }) => `${kind} ${address}`);
  const nameWidth = Math.min(Math.max(...called.map((text) => text.length)), columns > 90 ? 40 : 24);
  const room = Math.min(60, columns - 4 - nameWidth - 23);
  const top = topOf(targets.flatMap(({ windows }) => windows.slice(-room)));
  return targets.map((target, index) => {
    const shown = target.windows.slice(-room);
    const loss = lossOf(shown);
    const lost = loss === undefined ? "" : `${loss.toFixed(loss > 0 && loss < 10 ? 1 : 0)} % lost`;
    const rtt = target.alive ? (target.rttMicroseconds === undefined ? "alive" : duration(target.rttMicroseconds)) : "dead";
    const name = fitted(called[index] ?? "", nameWidth).padEnd(nameWidth);
    const colour = loss === undefined || loss === 0 ? "quiet" : loss < 20 ? "warning" : "bad";
    return [
      `    ${name} ${target.alive ? rtt.padStart(8) : paint("bad", rtt.padStart(8))}`,
      paint(colour, lost.padStart(11)),
      ` ${history(shown, top, paint)}`,
    ].join(" ");
  });
}

/** So that what is usual is drawn half as high as there is room for, and one that was very slow does not make all others look alike. */
function topOf(windows: readonly Window[]): number {
  const times = windows.flatMap(({ rttMicroseconds }) => rttMicroseconds ?? []).toSorted((a, b) => a - b);
  const usual = times[Math.floor(times.length / 2)] ?? 0;
  return Math.min(Math.max(times.at(-1) ?? 0, 2 * usual), 4 * usual);
}

export const lossOf = (windows: readonly Window[]): number | undefined =>
  windows.length === 0 ? undefined : windows.reduce((sum, { lossPercent }) => sum + lossPercent, 0) / windows.length;

function history(windows: readonly Window[], top: number, paint: Paint): string {
  return windows
    .map(({ lossPercent, rttMicroseconds }) => {
      const drawn = sparkline([rttMicroseconds], () => (lossPercent > 0 ? "×" : " "), top);
      return rttMicroseconds === undefined ? paint("bad", drawn) : lossPercent > 0 ? paint("warning", drawn) : drawn;
    })
    .join("");
}

/* ---- routes and what has happened ------------------------------------------------------------------------------------------- */

/** More of them than anybody reads. */
const shownRoutes = 8;
const shownTransitions = 6;

function routeBlock(routes: readonly RouteStatus[], { columns, paint }: Drawing): string[] {
  if (routes.length === 0) return [];
  const rows = routes.slice(0, shownRoutes).flatMap((route) => {
    const table = route.table === 254 ? "" : ` table ${route.table}`;
    const head = `${route.destination}${route.family === 6 ? " (IPv6)" : ""}${table}: `;
    const total = route.hops.filter(({ leftOut }) => !leftOut).reduce((sum, { weight }) => sum + weight, 0);
    const text = `${head}${route.hops.map((hop) => hopText(hop, total)).join(", ")}`;
    const whose = route.resource ? [paint("quiet", fitted(`    ${resourceName(route.resource)}`, columns))] : [];
    return [...wrapped(text, columns, "  ", "    "), ...whose];
  });
  const more = routes.length - shownRoutes;
  return [paint("strong", "routes over several lines"), ...rows, ...(more > 0 ? [`  and ${more} more`] : [])];
}

const hopText = ({ line, device, weight, leftOut }: HopStatus, total: number): string =>
  `${line ?? device ?? "?"} ${leftOut ? "left out" : `weight ${weight} (${percent(weight / total)})`}`;

function transitionBlock({ transitions, now }: Status, { columns, paint }: Drawing): string[] {
  if (transitions.length === 0) return [];
  const last = transitions.slice(-shownTransitions).toReversed();
  const width = Math.max(...last.map(({ line }) => line.length));
  const rows = last.map(({ at, line, state, reason }) => {
    const time = clock(at, now);
    const before = `  ${time}  ${line.padEnd(width)}  `;
    const rest = fitted(reason, columns - before.length - 9);
    return `${before}${paint(stateColours[state], state.padEnd(8))} ${rest}`;
  });
  return [paint("strong", "what has happened"), ...rows];
}
