/**
 * What `ip -N -j -d` prints, as data. Differences between iproute2 5.5 and 7 end here: keys that a version leaves out are the
 * kernel's defaults, and numbers may come as text.
 */
import { ToolError } from "../errors";
import type { LiveAddress, LiveLink, LiveNextHop, LiveRoute } from "../snapshot";
import { type Family, canonicalAddress, canonicalPrefix, wellKnownTables } from "./tokens";

/** The commands whose output is read here. */
export const commands = {
  addresses: "ip -N -j -d addr show",
  routes: (family: Family) => `ip -N -j -d -${family} route show table all`,
  /** JSON does not say that an MTU is locked; only these lines of text do, IPv4's and IPv6's. */
  lockedRoutes: "echo 'route show table all' | ip -N -d -o -batch - | grep ' mtu lock '",
} as const;

type Printed = Readonly<Record<string, unknown>>;

/* ---- links and addresses ---------------------------------------------------------------------------------------------------- */

/** From the output of `commands.addresses`. */
export function parseAddresses(text: string): { links: LiveLink[]; addresses: LiveAddress[] } {
  // `ip` prints an empty object for what a filter took out.
  const devices = parse(text, commands.addresses).filter((device) => device.ifname !== undefined);
  return {
    links: devices.map(linkOf),
    addresses: devices.flatMap((device) => list(device.addr_info).map((address) => addressOf(String(device.ifname), address))),
  };
}

function linkOf(printed: Printed): LiveLink {
  const info = (printed.linkinfo ?? {}) as Printed;
  return {
    index: Number(printed.ifindex),
    name: String(printed.ifname),
    flags: strings(printed.flags),
    mtu: Number(printed.mtu),
    macAddress: text(printed.address),
    master: text(printed.master),
    alias: text(printed.ifalias),
    parent: text(printed.link),
    txQueueLength: number(printed.txqlen),
    group: text(printed.group),
    type: text(info.info_kind),
    data: (info.info_data ?? {}) as Printed,
    memberData: (info.info_slave_data ?? {}) as Printed,
  };
}

function addressOf(device: string, printed: Printed): LiveAddress {
  const family = printed.family === "inet6" ? 6 : 4;
  return {
    device,
    family,
    local: canonicalAddress(String(printed.local)),
    prefixLength: number(printed.prefixlen) ?? (family === 4 ? 32 : 128),
    peer: address(printed.address),
    broadcast: address(printed.broadcast),
    anycast: address(printed.anycast),
    scope: number(printed.scope) ?? 0,
    label: text(printed.label),
    metric: number(printed.metric),
    protocol: number(printed.protocol),
    validLifetimeSeconds: lifetime(printed.valid_life_time),
    preferredLifetimeSeconds: lifetime(printed.preferred_life_time),
    flags: new Set(Object.keys(printed).filter((key) => printed[key] === true)),
  };
}

/** The kernel's INFINITY_LIFE_TIME. */
const forever = 4294967295;

function lifetime(value: unknown): number | undefined {
  const seconds = number(value);
  return seconds === forever ? undefined : seconds;
}

/* ---- routes ----------------------------------------------------------------------------------------------------------------- */

/** From the output of `commands.routes(family)` and of `commands.lockedRoutes`. */
export function parseRoutes(text: string, family: Family, locked: string): LiveRoute[] {
  const routes = parse(nestEncapsulation(text), commands.routes(family)).map((printed) => routeOf(printed, family));
  return withLocks(once(routes), locked);
}

/**
 * The kernel has no two routes that are alike in everything, but while an IPv6 table changes, its list may name one twice (and miss
 * another), without a warning: seen on 6.12 and 6.18.
 */
function once(routes: LiveRoute[]): LiveRoute[] {
  const told = ({ attributes, ...route }: LiveRoute) => JSON.stringify([route, { ...attributes, expires: undefined }]);
  return [...new Map(routes.map((route) => [told(route), route])).values()];
}

/** Keys of a route that have a place of their own in LiveRoute. */
const placed = new Set(
  "type dst from tos table metric protocol scope prefsrc nhid nh_info gateway via dev flags flow nexthops metrics weight".split(
    " ",
  ),
);

function routeOf(printed: Printed, family: Family): LiveRoute {
  const others = Object.entries(printed).filter(([key]) => !placed.has(key));
  return {
    family,
    type: number(printed.type) ?? 1,
    destination: canonicalPrefix(String(printed.dst)),
    source: printed.from === undefined ? undefined : canonicalPrefix(String(printed.from)),
    tos: number(printed.tos) ?? 0,
    table: number(printed.table) ?? 254,
    metric: number(printed.metric) ?? 0,
    protocol: number(printed.protocol) ?? 3,
    scope: number(printed.scope) ?? 0,
    preferredSource: address(printed.prefsrc),
    nextHops: nextHopsOf(printed),
    nextHopId: number(printed.nhid),
    attributes: Object.assign(Object.fromEntries(others), encapsulationOf(printed), ...list(printed.metrics)),
  };
}

/** A leg's encapsulation is shown as the route's: that there is one is what counts. */
function encapsulationOf(printed: Printed): Printed {
  const encap = [printed, ...list(printed.nexthops)].find((one) => one.encap !== undefined)?.encap;
  if (encap === undefined) return {};
  const { encap_type: type, ...values } = encap as Printed;
  return { encap: { type, ...values } };
}

function nextHopsOf(printed: Printed): LiveNextHop[] {
  if (printed.nexthops !== undefined) return list(printed.nexthops).map(nextHopOf);
  const none = printed.dev === undefined && printed.gateway === undefined && printed.via === undefined;
  return none ? [] : [nextHopOf(printed)];
}

function nextHopOf(printed: Printed): LiveNextHop {
  const flags = strings(printed.flags);
  const other = printed.via as Printed | undefined;
  return {
    gateway: address(printed.gateway ?? other?.host),
    device: text(printed.dev),
    weight: number(printed.weight) ?? 1,
    onLink: flags.includes("onlink"),
    realms: realmsOf(printed.flow as Printed | undefined),
    flags,
  };
}

/** `"flow":{"from":"3","to":"4"}` -> `3/4`. */
function realmsOf(flow: Printed | undefined): string | undefined {
  if (!flow) return undefined;
  return flow.from === undefined ? String(flow.to) : `${String(flow.from)}/${String(flow.to)}`;
}

/**
 * Before 6.14 or so `ip` prints an encapsulation's keys among the route's own, so that one object has `dst`, `src` and `tos` twice and JSON.parse would
 * keep the tunnel's. They directly follow `encap` and, but for the tunnel's tos, are told from the route's by what `ip` calls them.
 */
function nestEncapsulation(text: string): string {
  return text.replace(
    /"encap":"(\w+)"((?:,"(?:id|src|dst|ttl|hoplimit|tc|mode|hmac|key|csum|seq|segs|lasthop)":(?:"[^"]*"|\d+|true|false|null|\[[^\]]*\])|,"tos":\d+)*)/g,
    '"encap":{"encap_type":"$1"$2}',
  );
}

/** Adds `lock: ["mtu"]` to the attributes of the routes that the lines of text name. */
function withLocks(routes: LiveRoute[], lines: string): LiveRoute[] {
  const locked = new Set(lines.split("\n").map(lockKey));
  return routes.map((route) => {
    const { family, destination, source = "any", tos, table, metric, protocol, attributes } = route;
    const key = [family, destination, source, tos, table, metric, protocol].join(" ");
    return locked.has(key) ? { ...route, attributes: { ...attributes, lock: ["mtu"] } } : route;
  });
}

/** `1 192.0.2.0/24 tos 0x10 via ... table 254 proto 205 ... metric 5 mtu lock 1400` -> the words that tell it from others. */
function lockKey(line: string): string {
  const words = line.trim().split(/\s+/);
  const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  // A tunnel's tos is decimal.
  const [, tos = 0] = / tos (0x[0-9a-f]+) /.exec(line) ?? [];
  // Of both families only IPv6 routes have `pref`.
  const family = words.includes("pref") ? 6 : 4;
  const key = [family, words[1], after("from") ?? "any", Number(tos), after("table"), after("metric") ?? 0, after("proto")];
  return key.join(" ");
}

/* ---- tables ----------------------------------------------------------------------------------------------------------------- */

/** From the text of the host's rt_tables files, one after the other: `101 adsl`, numbers also in hexadecimal. */
export function parseTables(text: string): Map<string, number> {
  const tables = new Map(wellKnownTables);
  for (const line of text.split("\n")) {
    const [, id, name] = /^\s*(0[xX][0-9a-fA-F]+|\d+)\s+([^\s#]+)/.exec(line) ?? [];
    if (id !== undefined && name !== undefined && !tables.has(name)) tables.set(name, Number(id));
  }
  return tables;
}

/* ---- JSON ------------------------------------------------------------------------------------------------------------------- */

/** Nothing at all is an empty list: some versions print it when there is no object. */
function parse(text: string, command: string): Printed[] {
  if (text.trim() === "") return [];
  try {
    return list(JSON.parse(text));
  } catch (error) {
    const { message } = error as Error;
    throw new ToolError(
      `\`${command}\` printed something that is not JSON (${message}${excerpt(text, message)}). ` +
        "Is a device's name to blame, or is its output cut off? `ip -V` and the same command on the host tell more.",
      { cause: error },
    );
  }
}

/** The text around the place that the parser complained of, where its message does not show it: at a position, or at the end. */
function excerpt(text: string, message: string): string {
  if (message.endsWith("is not valid JSON")) return "";
  const at = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
  return `: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))}`;
}

function list(value: unknown): Printed[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new SyntaxError("a list was expected");
  return value as Printed[];
}

const strings = (value: unknown): string[] => list(value).map(String);

const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

const number = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

const address = (value: unknown): string | undefined => (value === undefined ? undefined : canonicalAddress(String(value)));
