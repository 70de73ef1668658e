/** What a line monitor's lines are on the host: a table that leads over the line and nowhere else, and the rule for its probes. */
import type { Declared } from "../group";
import { type Family, familyOf } from "../iproute/tokens";
import type { AnyKind, Contradiction } from "../kind";
import type { Line, LineMonitor, Probe } from "./line-monitor-fields";
import { lineSetting } from "./line-setting";
import { firstTable, numberOf, pinMark, pinMask, probeBit, twins } from "./lines";
import { route } from "./route";
import { routingRule } from "./routing-rule";

/** Reserved: docs/kinds/README.md has the list. */
const firstPriority = 500;
/** Behind whatever route the table has. */
const lastMetric = 4294967295;
/** Loose: a packet may come in by another line than its answer would leave by. */
const looseReversePath = 2;

/** Its own probes, or those of the monitor. */
export function probesOf(monitor: LineMonitor, line: Line): Probe[] {
  const targets = line.targets ?? monitor.targets ?? [];
  return [...targets.map((target): Probe => ({ kind: "icmp", target })), ...(line.probes ?? monitor.probes ?? [])];
}

/** The families that a line is used for: those that it says something of, else those of its probes. */
export function familiesOf(monitor: LineMonitor, line: Line): ReadonlySet<Family> {
  const four = line.gateway ?? line.address;
  const six = line.ipv6Gateway ?? line.ipv6Address;
  if (four !== undefined || six !== undefined)
    return new Set<Family>([...(four ? ([4] as const) : []), ...(six ? ([6] as const) : [])]);
  return new Set(probesOf(monitor, line).map(({ target }) => (target === undefined ? 4 : familyOf(target))));
}

/** Each with a file of its own. What a lease or an advertisement says changes without an `up`: those routes are the monitor's own. */
export function objectsOf(monitor: LineMonitor): Declared[] {
  const devices = new Set<string>();
  return monitor.lines.flatMap((line, place) => {
    const number = numberOf(line, place);
    const families = familiesOf(monitor, line);
    const all = [...families].flatMap((family) => waysOf(line, number, family));
    if (devices.has(line.device)) return all;
    devices.add(line.device);
    return [...settingsOf(line, families), ...all];
  });
}

/** The kernel itself leaves out next hops whose device has lost its carrier: sooner than any program can, and while none runs. */
function settingsOf(line: Line, families: ReadonlySet<Family>): Declared[] {
  const set = (what: string, version: Family, name: string, value: number) =>
    declared(lineSetting, line, what, { key: `net/ipv${version}/conf/${line.device}/${name}`, value });
  return [
    set("reverse path filter", 4, "rp_filter", looseReversePath),
    ...[...families].map((family) => set(`ipv${family} carrier`, family, "ignore_routes_with_linkdown", 1)),
  ];
}

function waysOf(line: Line, number: number, version: Family): Declared[] {
  const family = version === 4 ? "ipv4" : "ipv6";
  const gateway = version === 4 ? line.gateway : line.ipv6Gateway;
  const preferredSource = version === 4 ? line.address : line.ipv6Address;
  const table = firstTable + number;
  const common = { destination: "default", family, table };
  const way = { ...common, gateway, device: line.device, onLink: true, ...(preferredSource && { preferredSource }) };
  // An empty table falls through to the main one, and a dead line would look alive.
  const nowhere = { ...common, type: "unreachable", metric: lastMetric };
  const rule = {
    priority: firstPriority + number,
    family,
    firewallMark: probeBit + pinMark(number),
    firewallMask: probeBit + pinMask,
    table,
  };
  return [
    ...(gateway === undefined || gateway === "dhcp" || gateway === "ra" ? [] : [declared(route, line, `${family} route`, way)]),
    declared(route, line, `${family} end`, nowhere),
    declared(routingRule, line, `${family} rule`, rule),
  ];
}

const declared = (kind: AnyKind, line: Line, what: string, fields: object): Declared => ({
  kind,
  path: ["lines", line.name, what],
  fields: kind.schema.parse(fields) as Declared["fields"],
});

/* ---- what contradicts itself ------------------------------------------------------------------------------------------------ */

export function contradictions(monitor: LineMonitor): Contradiction[] {
  return [
    ...twins(monitor.lines, ({ name }) => name, "name", "another line has this name; give each its own"),
    ...twins(
      monitor.lines,
      numberOf,
      "number",
      "another line has this number, perhaps by its place in the list; give each its own",
    ),
    ...monitor.lines.flatMap((line, place) => wrongProbes(monitor, line, place)),
    ...(monitor.probes ?? []).flatMap((probe, place) => wrongProbe(probe, ["probes", place])),
  ];
}

function wrongProbes(monitor: LineMonitor, line: Line, place: number): Contradiction[] {
  const path = ["lines", place];
  const probes = probesOf(monitor, line);
  const families = familiesOf(monitor, line);
  const ofOtherFamily = probes.find(({ target }) => target !== undefined && !families.has(familyOf(target)));
  const own = (line.probes ?? []).flatMap((probe, index) => wrongProbe(probe, [...path, "probes", index]));
  if (own.length > 0) return own;
  if (ofOtherFamily?.target !== undefined) {
    const six = familyOf(ofOtherFamily.target) === 6;
    const message = `${ofOtherFamily.target} is asked over this line, which has no IPv${six ? 6 : 4}: give its ${six ? "ipv6Gateway" : "gateway"}, or targets of its own`;
    return [{ path: [...path, "name"], message }];
  }
  if (probes.length < 2 && probes[0]?.kind !== "command") {
    const message =
      "a line needs two targets or more, so that one that fails is not taken for the line: add to targets, or to the line's own";
    return [{ path: [...path, "name"], message }];
  }
  if (monitor.quorum > probes.length)
    return [
      { path: ["quorum"], message: `line ${line.name} has ${probes.length} probes, so it could never be up; at most that many` },
    ];
  return [];
}

const needs = {
  icmp: ["target"],
  tcp: ["target", "port"],
  http: ["target"],
  dns: ["target", "name"],
  command: ["command"],
} as const;
const takes = {
  ...{ icmp: ["target"], tcp: ["target", "port"], http: ["target", "port", "name", "path"], dns: ["target", "port", "name"] },
  command: ["command"],
} as const;

function wrongProbe(probe: Probe, path: (string | number)[]): Contradiction[] {
  const { kind, ...fields } = probe;
  const missing = needs[kind].filter((field) => probe[field] === undefined);
  const idle = Object.keys(fields).filter((field) => !(takes[kind] as readonly string[]).includes(field));
  return [
    ...missing.map((field) => ({ path: [...path, field], message: `a probe of kind ${kind} needs it` })),
    ...idle.map((field) => ({ path: [...path, field], message: `a probe of kind ${kind} does not take it; leave it out` })),
  ];
}
