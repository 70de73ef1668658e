/**
 * What one look at a host shows, as plain data. Filled by `iproute/` from the text the host sends, read by the kinds.
 * Numbers are the kernel's own (`ip -N`): route types, scopes and protocols are not resolved to names here.
 */
export interface Snapshot {
  readonly host: HostFacts;
  readonly links: readonly LiveLink[];
  readonly addresses: readonly LiveAddress[];
  /** In the kernel's order: of several IPv4 routes with one key the first is the one in use. */
  readonly routes: readonly LiveRoute[];
  /** Routing table names of the host's rt_tables files, e.g. `main` -> 254. */
  readonly tables: ReadonlyMap<string, number>;
  /** Files of `/etc/pulumi-multipath/current/objects.d`, by file name. */
  readonly objects: ReadonlyMap<string, ObjectFile>;
}

export interface HostFacts {
  readonly machineId: string;
  readonly bootId: string;
  /** `uname -r`, e.g. `6.12.48+deb13-cloud-amd64`. */
  readonly kernel: string;
  /** The version `ip -V` names, e.g. `6.15.0`. */
  readonly iproute2: string;
}

export interface LiveLink {
  readonly index: number;
  readonly name: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly macAddress: string | undefined;
  /** The bond or bridge this link is enslaved to. */
  readonly master: string | undefined;
  readonly alias: string | undefined;
}

export interface LiveAddress {
  readonly device: string;
  readonly family: 4 | 6;
  /** The host's own address, without prefix length. */
  readonly local: string;
  readonly prefixLength: number;
  /** IPv4 or IPv6 point-to-point peer, when it differs from `local`. */
  readonly peer: string | undefined;
  readonly broadcast: string | undefined;
  readonly anycast: string | undefined;
  readonly scope: number;
  readonly label: string | undefined;
  readonly metric: number | undefined;
  /** IFA_PROTO, kernel 5.18 and iproute2 6.4; undefined where the host has none. */
  readonly protocol: number | undefined;
  /** Seconds; undefined = for ever. */
  readonly validLifetimeSeconds: number | undefined;
  readonly preferredLifetimeSeconds: number | undefined;
  /** `ip`'s flag names that are set: secondary, tentative, dadfailed, deprecated, noprefixroute, home, nodad, autojoin, mngtmpaddr, dynamic, temporary, ... */
  readonly flags: ReadonlySet<string>;
}

export interface LiveNextHop {
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  /** 1 to 256. */
  readonly weight: number;
  readonly onLink: boolean;
  readonly realms: string | undefined;
  /** RTNH flags as `ip` names them: dead, linkdown, onlink, pervasive, ... */
  readonly flags: readonly string[];
}

export interface LiveRoute {
  readonly family: 4 | 6;
  /** RTN_*: 1 unicast, 2 local, 3 broadcast, 4 anycast, 5 multicast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw. */
  readonly type: number;
  /** Canonical prefix, or `default`. */
  readonly destination: string;
  /** IPv6 source prefix, undefined = any. */
  readonly source: string | undefined;
  readonly tos: number;
  readonly table: number;
  readonly metric: number;
  /** RTPROT_*: 2 kernel, 3 boot, 4 static, 9 ra, 16 dhcp, 205 ours. */
  readonly protocol: number;
  /** RT_SCOPE_*: 0 global, 253 link, 254 host. */
  readonly scope: number;
  readonly preferredSource: string | undefined;
  /** One entry for a plain route, several for a multipath one; empty for blackhole and the like. */
  readonly nextHops: readonly LiveNextHop[];
  readonly nextHopId: number | undefined;
  /** RTAX_* and the other attributes as `ip -N -j -d` prints them, by its own key (mtu, advmss, hoplimit, pref, expires, ...). */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One object's file on the host: whose it is, and what boot replays. */
export interface ObjectFile {
  readonly file: string;
  readonly kind: string;
  readonly identity: string;
  readonly claim: string;
  readonly owner: Owner;
  /** The commands that bring the object back, e.g. `ip -4 route replace ...`. */
  readonly lines: readonly string[];
}

export interface Owner {
  readonly project: string;
  readonly stack: string;
  /** The resource's Pulumi name. */
  readonly name: string;
}
