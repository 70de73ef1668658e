/** What `status` asks of a host, in one request, and the answer as data. */
import { parseAddresses, parseRoutes } from "../provider/iproute/json";
import type { LiveAddress, LiveLink, LiveRoute } from "../provider/snapshot";
import {
  type DeclaredLine,
  type Health,
  type LineHealth,
  type Target,
  type Transition,
  lineFiles,
  lineOf,
  objectFiles,
  pinMask,
  parseDeclaredLines,
  parseHealth,
  parsePinnedLines,
  parseTargets,
  parseTransitions,
} from "./lines";
import { Declared, type DeclaredHop, type Resource } from "./objects";
import { type Answer, type Question, showFiles } from "./question";

/** More entries than this take longer to count than anybody wants to wait for a screen. */
const countedFlows = 200_000;

/** @param measure waits a second between two looks at the devices' counters; else the last answer's are the first look */
export const statusQuestion = (measure: boolean): Question => ({
  waitingFor: "the state of the lines",
  values: measure ? ["1"] : ["0"],
  script: `${showFiles}
answer() {
  echo "$1 facts"
  echo "now $(date +%s)"
  if read -r _ pid _ 2>/dev/null <${lineFiles}/health && [ -d "/proc/\${pid:-none}" ]; then echo alive; fi
  show_files "$1" ${lineFiles}/health ${lineFiles}/targets ${lineFiles}/transitions ${objectFiles}/*-LineMonitor-* ${objectFiles}/*-ConnectionPinning-* $(grep -ls ' nexthop ' ${objectFiles}/*-Route-*)
  echo "$1 addresses"
  ip -N -j -d addr show
  for family in 4 6; do
    echo "$1 routes$family"
    ip -N -j -d -$family route show table all proto 205 2>/dev/null
    echo "$1 defaults$family"
    ip -N -j -d -$family route show default 2>/dev/null
  done
  echo "$1 flows"
  count_flows
  echo "$1 counters"
  cat /proc/uptime /proc/net/dev
  [ "$2" = 0 ] || { sleep 1; echo "$1 later"; cat /proc/uptime /proc/net/dev; }
}
count_flows() {
  # A shell's own read gets one byte of it.
  entries=$(grep -s '' /proc/sys/net/netfilter/nf_conntrack_count) || return 0
  if [ "$(id -u)" != 0 ] || [ "$entries" -gt ${countedFlows} ]; then echo "uncounted $entries"; return; fi
  if command -v conntrack >/dev/null; then conntrack -L 2>/dev/null; else cat /proc/net/nf_conntrack 2>/dev/null; fi | awk '
    / (TIME_WAIT|CLOSE) / { next }
    {
      to = 0; mark = 0
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^dst=/ && ++to == 2) back = substr($i, 5)
        if ($i ~ /^mark=/) mark = substr($i, 6)
      }
      if (to >= 2) count[mark " " back]++
    }
    END { print "counted"; for (one in count) print "flows", count[one], one }'
}`,
});

export interface Status {
  /** Seconds since 1970, by the host's clock. */
  readonly now: number;
  readonly health: Health;
  /** Whether the process of `health.monitor` is there. */
  readonly monitorAlive: boolean;
  /** Of the monitor; where there is none, the devices of the multipath routes. */
  readonly lines: readonly LineStatus[];
  readonly transitions: readonly Transition[];
  readonly routes: readonly RouteStatus[];
  /** Connections through the host that are open; undefined where it does not keep count. */
  readonly flows: Flows | undefined;
  readonly counters: Counters;
}

export interface LineStatus {
  readonly name: string;
  /** undefined: no monitor watches it. */
  readonly health: LineHealth | undefined;
  readonly device: string;
  /** Whether the device has a carrier; undefined: there is no such device. */
  readonly carrier: boolean | undefined;
  readonly targets: readonly Target[];
  readonly traffic: Traffic | undefined;
  /** undefined: what leaves by this line is not told from the rest. */
  readonly flows: number | undefined;
  /** Of what the lines send and receive together, 0 to 1; undefined while there is no traffic. */
  readonly shareOfTraffic: number | undefined;
  readonly shareOfFlows: number | undefined;
  /** By the weights of the first multipath route that is over this line. */
  readonly shareByWeight: number | undefined;
}

/** Bytes a second. */
export interface Traffic {
  readonly received: number;
  readonly sent: number;
}

export interface RouteStatus {
  readonly family: 4 | 6;
  readonly table: number;
  readonly destination: string;
  readonly resource: Resource | undefined;
  readonly hops: readonly HopStatus[];
}

export interface HopStatus {
  readonly line: string | undefined;
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  readonly weight: number;
  /** Declared, and not in the route now. */
  readonly leftOut: boolean;
}

export interface Flows {
  readonly total: number;
  /** undefined: too many to look at each, or only root may. */
  readonly groups: readonly { readonly count: number; readonly mark: number; readonly address: string }[] | undefined;
}

export interface Counters {
  /** Seconds since boot. */
  readonly uptime: number;
  readonly bytes: ReadonlyMap<string, Traffic>;
}

/** @param before the counters of the answer before this one */
export function statusOf({ sections, files }: Answer, before?: Counters): Status {
  const section = (name: string) => sections.get(name) ?? "";
  const file = (name: string) => files.get(`${lineFiles}/${name}`) ?? "";
  const health = parseHealth(file("health"));
  const { links, addresses } = parseAddresses(section("addresses"));
  const families = [4, 6] as const;
  const ours = families.flatMap((family) => parseRoutes(section(`routes${family}`), family, ""));
  const defaults = families.flatMap((family) => parseRoutes(section(`defaults${family}`), family, ""));
  const declared = new Declared(files);
  const main = [...ours, ...defaults.filter(({ protocol }) => protocol !== 205)];
  const routes = main
    .filter((route) => route.nextHops.length > 1 || declared.hopsOf(route).length > 1)
    .map((route) => routeStatus(route, declared, health));
  const flows = flowsOf(section("flows"));
  const first = countersOf(section("counters"));
  const counters = sections.has("later") ? countersOf(section("later")) : first;
  const rates = ratesBetween(sections.has("later") ? first : before, counters);
  const objects = [...files.values()].join("\n");
  const [declaredLines, pinnedLines] = [parseDeclaredLines(objects), parsePinnedLines(objects)];
  const targets = parseTargets(file("targets"));
  const lines = linesOf({ health, declaredLines, pinnedLines, targets, links, addresses, routes, flows, rates });
  return {
    now: Number(/^now (\d+)$/m.exec(section("facts"))?.[1] ?? 0),
    health,
    monitorAlive: /^alive$/m.test(section("facts")),
    ...{ lines, transitions: parseTransitions(file("transitions")), routes, flows, counters },
  };
}

/* ---- routes ----------------------------------------------------------------------------------------------------------------- */

function routeStatus(route: LiveRoute, declared: Declared, health: Health): RouteStatus {
  const hops = declared.hopsOf(route);
  const isThere = ({ gateway, device }: DeclaredHop) =>
    route.nextHops.some((hop) => hop.device === device && hop.gateway === gateway);
  const named = ({ gateway, device, weight }: DeclaredHop, leftOut: boolean): HopStatus => {
    return { line: lineOf({ gateway, device }, health.lines)?.name, gateway, device, weight, leftOut };
  };
  const { family, table, destination } = route;
  // Of one next hop that is left the kernel knows no weight.
  const weightOf = (hop: DeclaredHop) =>
    hops.find(({ gateway, device }) => hop.gateway === gateway && hop.device === device)?.weight ?? hop.weight;
  return {
    ...{ family, table, destination },
    resource: declared.ofRoute(route),
    hops: [
      ...route.nextHops.map((hop) => named({ ...hop, weight: weightOf(hop) }, false)),
      ...hops.filter((hop) => !isThere(hop)).map((hop) => named(hop, true)),
    ],
  };
}

/* ---- lines ------------------------------------------------------------------------------------------------------------------ */

interface Seen {
  readonly health: Health;
  readonly declaredLines: readonly DeclaredLine[];
  readonly pinnedLines: ReadonlyMap<number, string>;
  readonly targets: readonly Target[];
  readonly links: readonly LiveLink[];
  readonly addresses: readonly LiveAddress[];
  readonly routes: readonly RouteStatus[];
  readonly flows: Flows | undefined;
  readonly rates: ReadonlyMap<string, Traffic>;
}

function linesOf(seen: Seen): LineStatus[] {
  const { health, targets, links, routes, rates } = seen;
  const hops = routes.flatMap((route) => route.hops);
  const watched = health.lines.map(({ name, device }) => ({ name, device }));
  const others = hops.map(({ device }) => device).filter((device) => device !== undefined);
  const unwatched = [...new Set(others)].filter((device) => !watched.some((line) => line.device === device));
  const all = [...watched, ...unwatched.map((device) => ({ name: device, device }))];
  const flows = flowsByLine(seen, all);
  const bytes = ({ received, sent }: Traffic) => received + sent;
  const sum = (numbers: readonly (number | undefined)[]) => numbers.reduce<number>((total, one) => total + (one ?? 0), 0);
  const traffic = sum(all.map(({ device }) => rates.get(device)).map((rate) => rate && bytes(rate)));
  const counted = sum([...flows.values()]);
  const first = routes.find((route) => route.hops.some(({ device }) => all.some((line) => line.device === device)));
  const weights = sum(first?.hops.filter(({ leftOut }) => !leftOut).map(({ weight }) => weight) ?? []);
  return all.map(({ name, device }) => {
    const link = links.find((one) => one.name === device);
    const rate = rates.get(device);
    const hop = first?.hops.find((one) => one.device === device && (one.line === undefined || one.line === name));
    const own = flows.get(name);
    return {
      ...{ name, device, traffic: rate, flows: own },
      health: health.lines.find((line) => line.name === name),
      carrier: link && link.flags.includes("UP") && !link.flags.includes("NO-CARRIER"),
      targets: targets.filter(({ line }) => line === name),
      shareOfTraffic: rate && traffic > 0 ? bytes(rate) / traffic : undefined,
      shareOfFlows: own !== undefined && counted > 0 ? own / counted : undefined,
      shareByWeight: hop && (hop.leftOut ? 0 : hop.weight / weights),
    };
  });
}

/**
 * What tells a connection's line: its mark, or that the answers come to an address which only one line has.
 */
function flowsByLine({ flows, declaredLines, pinnedLines, addresses }: Seen, lines: readonly { name: string; device: string }[]) {
  const counts = new Map<string, number>();
  if (!flows?.groups) return counts;
  const byNumber = new Map([...pinnedLines, ...declaredLines.map(({ number, name }) => [number, name] as const)]);
  const owners = new Map<string, Set<string>>();
  for (const { name, device } of lines) {
    const declared = declaredLines.find((line) => line.name === name);
    const own = addresses.filter((address) => address.device === device && address.scope === 0).map(({ local }) => local);
    for (const address of [...own, declared?.address4, declared?.address6]) {
      if (address !== undefined) owners.set(address, (owners.get(address) ?? new Set()).add(name));
    }
  }
  const lineOfGroup = ({ mark, address }: { mark: number; address: string }): string | undefined => {
    const marked = byNumber.get((mark & pinMask) >> 8);
    const [only, ...more] = owners.get(address) ?? [];
    return marked ?? (more.length === 0 ? only : undefined);
  };
  const told = flows.groups.flatMap(({ count, ...group }) => {
    const name = lineOfGroup(group);
    return name === undefined ? [] : [{ name, count }];
  });
  // One address on several lines, and no marks: not even that there are none of a line is known.
  const isTold = ({ name }: { name: string }) =>
    told.some((one) => one.name === name) || [...owners.values()].some((names) => names.size === 1 && names.has(name));
  for (const line of lines) if (isTold(line)) counts.set(line.name, 0);
  for (const { name, count } of told) counts.set(name, (counts.get(name) ?? 0) + count);
  return counts;
}

function flowsOf(text: string): Flows | undefined {
  const [, uncounted] = /^uncounted (\d+)$/m.exec(text) ?? [];
  if (uncounted !== undefined) return { total: Number(uncounted), groups: undefined };
  if (!/^counted$/m.test(text)) return undefined;
  const groups = [...text.matchAll(/^flows (\d+) (\d+) (\S+)$/gm)].map(([, count, mark, address = ""]) => {
    return { count: Number(count), mark: Number(mark), address };
  });
  return { total: groups.reduce((sum, { count }) => sum + count, 0), groups };
}

/* ---- counters --------------------------------------------------------------------------------------------------------------- */

/** From /proc/uptime and /proc/net/dev: `  eth0: RECEIVED packets errs drop fifo frame compressed multicast SENT ...`. */
function countersOf(text: string): Counters {
  const rows = [...text.matchAll(/^\s*([^\s:]+):\s*(\d+)((?:\s+\d+)+)$/gm)];
  return {
    uptime: Number.parseFloat(text),
    bytes: new Map(
      rows.map(([, device = "", received, rest = ""]) => [
        device,
        { received: Number(received), sent: Number(rest.trim().split(/\s+/)[7] ?? 0) },
      ]),
    ),
  };
}

function ratesBetween(before: Counters | undefined, after: Counters): Map<string, Traffic> {
  const rates = new Map<string, Traffic>();
  const seconds = after.uptime - (before?.uptime ?? after.uptime);
  if (!before || seconds <= 0) return rates;
  for (const [device, { received, sent }] of after.bytes) {
    const was = before.bytes.get(device);
    // A device that was made anew begins at nothing.
    if (!was || was.received > received || was.sent > sent) continue;
    const aSecond = (bytes: number) => Math.round(bytes / seconds);
    rates.set(device, { received: aSecond(received - was.received), sent: aSecond(sent - was.sent) });
  }
  return rates;
}
