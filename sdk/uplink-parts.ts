/** What a BondedUplink is made of: from its lines to addresses, routes, rules, sysctls, and what the line monitor watches. Pure. */
import type { ConnectionPinningLine, LineMonitorLine, LineMonitorProbe } from "./generated";
import { Prefix, bareAddress } from "./prefix";

/** One line of an uplink, with every value known. */
export interface PlainLine {
  readonly name: string;
  readonly device: string;
  readonly router?: string;
  readonly address?: string;
  readonly ipv6Router?: string;
  readonly ipv6Address?: string;
  readonly ipv6Prefix?: string;
  readonly weight?: number;
  readonly nat?: boolean;
  readonly number?: number;
  readonly metered?: boolean;
  readonly targets?: string[];
  readonly probes?: LineMonitorProbe[];
}

type Entry = [name: string, fields: Record<string, unknown>];
type Entries = Record<string, Record<string, unknown>>;

export interface UplinkParts {
  /** A HostNetwork's fields, each entry under a name that says what it is. */
  readonly network: { sysctls: Entries; addresses: Entries; routes: Entries; rules: Entries };
  /** A LineMonitor's lines. */
  readonly lines: LineMonitorLine[];
  /** A ConnectionPinning's lines, and whether they have IPv6. */
  readonly pinning: { lines: ConnectionPinningLine[]; ipv6: boolean };
}

/** Reserved: a line's own table, and the rules that lead its own addresses there. */
const firstTable = 20500;
const firstSourceRule = 20600;

export function uplinkParts(lines: readonly PlainLine[], metric: number | undefined): UplinkParts {
  return {
    network: {
      sysctls: sysctlsFor(lines),
      addresses: Object.fromEntries(lines.flatMap(addressesOf)),
      routes: Object.fromEntries([...lines.flatMap(routersOf), ...defaults(lines, metric)]),
      rules: Object.fromEntries(sourceRules(lines)),
    },
    lines: lines.map(
      ({ router, ipv6Router, address, ipv6Address, weight: _weight, nat: _nat, ipv6Prefix: _prefix, ...line }) => ({
        ...line,
        ...(router !== undefined && { gateway: router }),
        ...(ipv6Router !== undefined && { ipv6Gateway: ipv6Router }),
        ...(address !== undefined && { address: bareAddress(address) }),
        ...(ipv6Address !== undefined && { ipv6Address: bareAddress(ipv6Address) }),
      }),
    ),
    pinning: { lines: lines.map(pinned), ipv6: lines.some(hasIpv6) },
  };
}

/** With an address that stays, connections are given that; otherwise whatever the device has. */
const pinned = ({ name, device, number, nat = false, address }: PlainLine): ConnectionPinningLine => ({
  name,
  device,
  ...(number !== undefined && { number }),
  masquerade: nat && address !== undefined ? bareAddress(address) : nat,
});

const hasIpv6 = (line: PlainLine): boolean => line.ipv6Router !== undefined || line.ipv6Address !== undefined;

/** A line without any IPv6 and without an IPv4 router is a point-to-point one. */
const hasIpv4 = (line: PlainLine): boolean => line.router !== undefined || line.address !== undefined || !hasIpv6(line);

function sysctlsFor(lines: readonly PlainLine[]): Entries {
  const learning = lines.filter(({ ipv6Router }) => ipv6Router === "ra");
  return {
    forward: { key: "net.ipv4.ip_forward", value: 1 },
    // Connections are spread by their ports too: a client that talks to one server only would have one line otherwise.
    hashPorts: { key: "net.ipv4.fib_multipath_hash_policy", value: 1 },
    // A router that does not answer is passed over, and so is a line without a carrier.
    skipDeadRouters: { key: "net.ipv4.fib_multipath_use_neigh", value: 1 },
    skipDeadLinks: { key: "net.ipv4.conf.all.ignore_routes_with_linkdown", value: 1 },
    ...(lines.some(hasIpv6) && {
      forwardIpv6: { key: "net.ipv6.conf.all.forwarding", value: 1 },
      hashPortsIpv6: { key: "net.ipv6.fib_multipath_hash_policy", value: 1 },
      skipDeadLinksIpv6: { key: "net.ipv6.conf.all.ignore_routes_with_linkdown", value: 1 },
    }),
    // A host that forwards heeds router advertisements only where it is told so.
    ...Object.fromEntries(
      learning.map(({ name, device }) => [`${name}-advertisements`, { key: `net/ipv6/conf/${device}/accept_ra`, value: 2 }]),
    ),
  };
}

function addressesOf({ name, device, address, ipv6Address }: PlainLine): Entry[] {
  return [
    ...(address === undefined ? [] : [[name, { device, address }] as Entry]),
    ...(ipv6Address === undefined ? [] : [[`${name}-ipv6`, { device, address: ipv6Address }] as Entry]),
  ];
}

/** A router outside of the address's own network is reached by a route of its own. */
function routersOf({ name, device, router, address, ipv6Router, ipv6Address }: PlainLine): Entry[] {
  const route = (suffix: string, to: string | undefined, own: string | undefined): Entry[] => {
    if (to === undefined || to === "dhcp" || to === "ra" || own === undefined || /^fe[89ab]/i.test(to)) return [];
    if (new Prefix(own).covers(to)) return [];
    return [[`${name}-router${suffix}`, { destination: to, device, preferredSource: bareAddress(own) }]];
  };
  return [...route("", router, address), ...route("-ipv6", ipv6Router, ipv6Address)];
}

function defaults(lines: readonly PlainLine[], metric: number | undefined): Entry[] {
  const route = (name: string, family: "ipv4" | "ipv6", hops: Record<string, unknown>[], source: string | undefined): Entry[] => {
    if (hops.length === 0) return [];
    const common = { destination: "default", family, ...(metric !== undefined && { metric }) };
    return [[name, { ...common, ...(source !== undefined && { preferredSource: source }), nextHops: hops }]];
  };
  const four = lines.filter(hasIpv4);
  const six = lines.filter(hasIpv6);
  const hops = (of: readonly PlainLine[], router: "router" | "ipv6Router") =>
    of.map(({ device, weight = 1, ...line }) => ({
      ...(line[router] !== undefined && { gateway: line[router] }),
      device,
      weight,
    }));
  return [
    ...route("default", "ipv4", hops(four, "router"), theOneOf(four, "address")),
    ...route("default-ipv6", "ipv6", hops(six, "ipv6Router"), theOneOf(six, "ipv6Address")),
  ];
}

/** The address that all lines share, as with one ISP that sends down whichever line it likes. */
function theOneOf(lines: readonly PlainLine[], field: "address" | "ipv6Address" | "ipv6Prefix"): string | undefined {
  const all = new Set(lines.map((line) => line[field] && bareAddress(line[field])));
  const [only] = all;
  return all.size === 1 ? only : undefined;
}

/**
 * With several ISPs what comes from one's address or prefix has to leave by its line: the others drop it. But not before the main table's
 * routes to networks of the host's own have been asked.
 */
function sourceRules(lines: readonly PlainLine[]): Entry[] {
  const own = lines.flatMap((line, place) => sourceRulesOf(line, line.number ?? place + 1, lines));
  const families = new Set(own.map(([, { from }]) => (String(from).includes(":") ? "ipv6" : "ipv4")));
  const local = [...families].map((family): Entry => [
    `local-${family}`,
    { priority: firstSourceRule, family, table: "main", suppressPrefixLength: 0 },
  ]);
  return [...local, ...own];
}

function sourceRulesOf(line: PlainLine, number: number, all: readonly PlainLine[]): Entry[] {
  const fields = { address: "source", ipv6Address: "source-ipv6", ipv6Prefix: "source-prefix" } as const;
  return (Object.keys(fields) as (keyof typeof fields)[]).flatMap((field): Entry[] => {
    const from = line[field];
    if (from === undefined || theOneOf(all, field) !== undefined) return [];
    const source = field === "ipv6Prefix" ? from : bareAddress(from);
    return [[`${line.name}-${fields[field]}`, { priority: firstSourceRule + number, from: source, table: firstTable + number }]];
  });
}
