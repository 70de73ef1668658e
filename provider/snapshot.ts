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
  /** In the order in which they are asked; none unless a kind has asked for them (Kind.details). */
  readonly rules: readonly LiveRule[];
  /** Only those that a kind has asked for (Kind.details), by path below /proc/sys; one that is not there, or can't be read, is absent. */
  readonly sysctls: ReadonlyMap<string, string>;
  /**
   * Only tables of nftables that a kind has asked for (Kind.details), by `inet NAME`: each as one line that `nft` would take. `missing`: the host
   * has no `nft`.
   */
  readonly firewall: ReadonlyMap<string, string> | "missing";
  /** What the line monitor says of its lines; none where there is no monitor. */
  readonly lines: readonly LineHealth[];
  /** Somebody has told the line monitor to leave the routes alone. */
  readonly paused?: LinePause;
  /** Routing table names of the host's rt_tables files, e.g. `main` -> 254. */
  readonly tables: ReadonlyMap<string, number>;
  /** Files of `/etc/pulumi-multipath/current/objects.d`, by file name. */
  readonly objects: ReadonlyMap<string, ObjectFile>;
}

/** A line as the line monitor on the host sees it. */
export interface LineHealth {
  readonly name: string;
  /** Next hops over a line that is not `up` are left out of the routes. `drained`: somebody has taken it out. */
  readonly state: "up" | "down" | "drained";
  /** Since when, in seconds since 1970 by the host's clock. */
  readonly since: number;
  readonly device: string;
  /** The routers' addresses as they are now, one a family at most. */
  readonly gateways: readonly string[];
  /** Why, in words; may be empty. Of a drained line: who has taken it out. */
  readonly reason: string;
}

/** Times in seconds since 1970 by the host's clock. */
export interface LinePause {
  readonly since: number;
  /** undefined: until somebody ends it. */
  readonly until: number | undefined;
  readonly who: string;
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
  /** The link that this one stands on, e.g. a VLAN's. */
  readonly parent: string | undefined;
  readonly txQueueLength: number | undefined;
  /** As `ip -N` prints it: a number, or a name of the host's. */
  readonly group: string | undefined;
  /** What kind of link it is, e.g. `bond`, `vlan`, `veth`; undefined for hardware. */
  readonly type: string | undefined;
  /** What `ip -j -d` prints about a link of this type, by its own keys (`info_data`). */
  readonly data: Readonly<Record<string, unknown>>;
  /** What it prints about a member of `master` (`info_slave_data`). */
  readonly memberData: Readonly<Record<string, unknown>>;
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

/** A policy rule: what it matches, in the kernel's numbers, and what happens then. `undefined` = the rule has no such word. */
export interface LiveRule {
  readonly family: 4 | 6;
  /** Lower ones are asked first; several may have the same, and are asked in the order in which they were added. */
  readonly priority: number;
  /** Matches what the selectors do NOT match. */
  readonly invert: boolean;
  /** Canonical prefix of the packet's source; undefined = any. */
  readonly from: string | undefined;
  /** Canonical prefix of its destination; undefined = any. */
  readonly to: string | undefined;
  /** The device it came in by; `lo`: the host itself sends it. It need not exist. */
  readonly inputDevice: string | undefined;
  /** The device that the sending socket is bound to. It need not exist. */
  readonly outputDevice: string | undefined;
  /** 0 to 4294967295, compared under `firewallMask`. */
  readonly firewallMark: number | undefined;
  /** undefined = all bits. */
  readonly firewallMask: number | undefined;
  /** 1 to 255, e.g. 6 for TCP. */
  readonly ipProtocol: number | undefined;
  /** `443`, `1000-2000`, or a port and the mask it is compared under: `1024/0xfc00`. */
  readonly sourcePorts: string | undefined;
  readonly destinationPorts: string | undefined;
  /** Users whose sockets are meant, e.g. `1000-1000`. */
  readonly uidRange: string | undefined;
  /** The whole byte, 4 to 252. IPv4 compares it with the lower three bits of the DSCP only. */
  readonly tos: number | undefined;
  /** 0 to 63, compared under `dscpMask`. */
  readonly dscp: number | undefined;
  /** undefined = all bits. */
  readonly dscpMask: number | undefined;
  /** IPv6, 0 to 1048575, compared under `flowLabelMask`. */
  readonly flowLabel: number | undefined;
  /** undefined = all bits. */
  readonly flowLabelMask: number | undefined;
  /** The id that a tunnel with metadata has received the packet under. */
  readonly tunnelId: number | undefined;
  /** Packets of a VRF, which are looked up in that VRF's table. */
  readonly l3Mdev: boolean;
  /** What happens to what matches; that of a kind that has no name here is the kernel's number. */
  readonly action: RuleAction | number;
  /** Where `lookup` looks; undefined for the other actions, and for `l3Mdev`. */
  readonly table: number | undefined;
  /** The priority where `goto` goes on. There need not be a rule: then `goto` does nothing. */
  readonly gotoPriority: number | undefined;
  /** What `lookup` finds is passed over when its prefix is of this length or shorter. */
  readonly suppressPrefixLength: number | undefined;
  /** What `lookup` finds is passed over when it leads out by a device of this group. */
  readonly suppressInterfaceGroup: number | undefined;
  /** `TO` or `FROM/TO`. */
  readonly realms: string | undefined;
  /** RTPROT_*: 0 none, 2 kernel, 205 ours. */
  readonly protocol: number;
  /** Words that only a newer `ip` prints. */
  readonly others: readonly string[];
}

export type RuleAction = "lookup" | "goto" | "nop" | "blackhole" | "unreachable" | "prohibit";

/** One object's file on the host: whose it is, and what boot replays. */
export interface ObjectFile {
  readonly file: string;
  readonly kind: string;
  readonly identity: string;
  readonly claim: string;
  readonly owner: Owner;
  /**
   * The live object in declared form, as JSON: as it was taken over with `adopt: true`; of a kind that restores, each declared field as
   * it was before.
   */
  readonly found?: string;
  /** The commands that bring the object back, e.g. `ip -4 route replace ...`. */
  readonly lines: readonly string[];
}

export interface Owner {
  readonly project: string;
  readonly stack: string;
  /** The resource's Pulumi name. */
  readonly name: string;
}
