// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/**
 * Several Ethernet links that act as one: a link of the kernel's bonding driver, made and removed with its members
 * enslaved and released. Options are the driver's own, under their own names; what is left out has the driver's default.
 * Which member is the active one is the driver's decision.
 */
export class BondedLink extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /** The bond's name, e.g. `bond0`. A new name is a new bond, which takes over the members. */
  declare readonly name: pulumi.Output<string>;
  /**
   * How the members share the traffic, e.g. `802.3ad`. That is LACP, to be set up on the switch as well; `active-backup`:
   * one sends, the others wait; `balance-xor`: by a hash; `balance-rr`: in turn; `balance-tlb` and `balance-alb`: by load;
   * `broadcast`: all of it on each. A change releases the members for a moment.
   */
  declare readonly mode: pulumi.Output<
    "balance-rr" | "active-backup" | "balance-xor" | "broadcast" | "802.3ad" | "balance-tlb" | "balance-alb"
  >;
  /**
   * The devices that the bond consists of, each a name, e.g. `eth0`, or an object. They join in this order; another order is
   * not a difference. They are set down to join, get the bond's MAC address and MTU, and are released as they were.
   */
  declare readonly members: pulumi.Output<(string | pulumi.Unwrap<BondedLinkMember>)[]>;
  /**
   * `active-backup`, `balance-tlb` and `balance-alb`: the member that is the active one whenever it can be. Default: none is
   * preferred.
   */
  declare readonly primary: pulumi.Output<string | undefined>;
  /** The longest packet, in bytes; all members get the same. Default: 1500. From 68 to 65535. */
  declare readonly mtu: pulumi.Output<number | undefined>;
  /**
   * The bond's Ethernet address, e.g. `02:00:5e:00:53:01`. Default: when the bond is made that of its first member, which it
   * then keeps.
   */
  declare readonly macAddress: pulumi.Output<string | undefined>;
  /** Whether the bond is set up. Default: `true`. */
  declare readonly up: pulumi.Output<boolean>;
  /**
   * How often to look whether the members have a link, in milliseconds; 0 = never, so that a lost one is not noticed.
   * Default: 100, or 0 with `arpInterval`. From 0 to 2147483647.
   */
  declare readonly miimon: pulumi.Output<number | undefined>;
  /**
   * Milliseconds to wait before a member whose link has come is used. A multiple of `miimon`, and only with it. Default: 0.
   * From 0 to 2147483647.
   */
  declare readonly updelay: pulumi.Output<number | undefined>;
  /**
   * Milliseconds to wait before a member whose link is lost is given up. A multiple of `miimon`, and only with it. Default:
   * 0. From 0 to 2147483647.
   */
  declare readonly downdelay: pulumi.Output<number | undefined>;
  /**
   * Milliseconds between two announcements to the neighbours after a failover. A multiple of `miimon`, and only with it.
   * Default: 0, one each `miimon`. Linux 5.3. From 0 to 300000.
   */
  declare readonly peerNotifyDelay: pulumi.Output<number | undefined>;
  /**
   * Ask a member's driver for its carrier; false = by the old MII and ETHTOOL calls, for drivers that do not tell. Default:
   * true.
   */
  declare readonly useCarrier: pulumi.Output<boolean | undefined>;
  /**
   * How often to ask the targets by ARP or neighbour solicitation whether they are there, in milliseconds, instead of
   * `miimon`. Not in `802.3ad`, `balance-tlb` and `balance-alb`. Default: 0, never. From 0 to 2147483647.
   */
  declare readonly arpInterval: pulumi.Output<number | undefined>;
  /** The IPv4 addresses to ask every `arpInterval`, up to 16, e.g. `192.0.2.1`. Default: none. */
  declare readonly arpIpTargets: pulumi.Output<string[] | undefined>;
  /** The IPv6 addresses to ask every `arpInterval`, up to 16. Default: none. Linux 5.18, iproute2 5.18. */
  declare readonly nsIp6Targets: pulumi.Output<string[] | undefined>;
  /**
   * Which members must see the targets' own answers to count as up (`active`, `backup`, `all`), and whether only ARP counts
   * as traffic (`filter...`). Default: `none`.
   */
  declare readonly arpValidate: pulumi.Output<
    "none" | "active" | "backup" | "all" | "filter" | "filter_active" | "filter_backup" | undefined
  >;
  /** `active-backup` with `arpValidate`: whether one target or all must answer. Default: `any`. */
  declare readonly arpAllTargets: pulumi.Output<"any" | "all" | undefined>;
  /** How many rounds of `arpInterval` may go unanswered. Default: 2. Linux 5.17, iproute2 5.17. From 1 to 255. */
  declare readonly arpMissedMax: pulumi.Output<number | undefined>;
  /**
   * When `primary` becomes the active one after it has come back: `always`, if it is `better` (faster), or only after a
   * `failure` of the other. Default: `always`.
   */
  declare readonly primaryReselect: pulumi.Output<"always" | "better" | "failure" | undefined>;
  /**
   * `active-backup`: `none` gives all members the bond's MAC address; `active` gives the bond that of its active member;
   * `follow` gives the bond's to the active member only. A change releases the members for a moment. Default: `none`.
   */
  declare readonly failOverMac: pulumi.Output<"none" | "active" | "follow" | undefined>;
  /**
   * `balance-xor`, `802.3ad`, `balance-tlb`, `balance-alb`: what of a packet decides which member sends it: MAC addresses
   * (`layer2`), with IP addresses (`layer2+3`), IP addresses and ports (`layer3+4`), the same within tunnels (`encap...`),
   * or its VLAN and source (`vlan+srcmac`, Linux 5.12). Default: `layer2`.
   */
  declare readonly xmitHashPolicy: pulumi.Output<
    "layer2" | "layer2+3" | "layer3+4" | "encap2+3" | "encap3+4" | "vlan+srcmac" | undefined
  >;
  /** How many IGMP membership reports follow a failover, 200 ms apart. Default: 1. From 0 to 255. */
  declare readonly resendIgmp: pulumi.Output<number | undefined>;
  /** How many gratuitous ARPs and IPv6 advertisements follow a failover. Default: 1. From 0 to 255. */
  declare readonly numPeerNotif: pulumi.Output<number | undefined>;
  /** Deliver what arrives on members that are not active too, duplicates included. Default: false. */
  declare readonly allSlavesActive: pulumi.Output<boolean | undefined>;
  /**
   * `802.3ad`: how many members must be up for the bond to have a carrier. Default: 0, which is the same as 1. From 0 to
   * 2147483647.
   */
  declare readonly minLinks: pulumi.Output<number | undefined>;
  /**
   * `balance-tlb`, `balance-alb`: how often to send learning packets to the members' switches; 1 = once a second, 10 = every
   * ten. Default: 1. From 1 to 2147483647.
   */
  declare readonly lpInterval: pulumi.Output<number | undefined>;
  /** `balance-rr`: how many packets to send by one member before the next; 0 = by random. Default: 1. From 0 to 65535. */
  declare readonly packetsPerSlave: pulumi.Output<number | undefined>;
  /**
   * `802.3ad`: send LACP packets unasked; false = answer only. A change takes the bond down for a moment. Default: true.
   * Linux 5.15, iproute2 5.15.
   */
  declare readonly lacpActive: pulumi.Output<boolean | undefined>;
  /**
   * `802.3ad`: ask the switch for an LACP packet twice a minute (`slow`) or once a second (`fast`). A change takes the bond
   * down for a moment. Default: `slow`.
   */
  declare readonly lacpRate: pulumi.Output<"slow" | "fast" | undefined>;
  /**
   * `802.3ad`: of several groups of members take another one only when the present one is dead (`stable`), or whenever
   * another has more `bandwidth` or a higher `count` of members. A change takes the bond down for a moment. Default:
   * `stable`.
   */
  declare readonly adSelect: pulumi.Output<"stable" | "bandwidth" | "count" | undefined>;
  /** `802.3ad`: the system priority that LACP tells; lower wins. Default: 65535. From 1 to 65535. */
  declare readonly adActorSysPrio: pulumi.Output<number | undefined>;
  /**
   * `802.3ad`: the upper 10 bits of the port key that LACP tells. A change takes the bond down for a moment. Default: 0.
   * From 0 to 1023.
   */
  declare readonly adUserPortKey: pulumi.Output<number | undefined>;
  /** `802.3ad`: the system's MAC address that LACP tells, e.g. `02:00:5e:00:53:02`. Default: the bond's own. */
  declare readonly adActorSystem: pulumi.Output<string | undefined>;
  /**
   * `balance-tlb`, `balance-alb`: move flows between members by load; false = by hash alone. A change takes the bond down
   * for a moment. Default: true.
   */
  declare readonly tlbDynamicLb: pulumi.Output<boolean | undefined>;
  /**
   * `802.3ad`: collect and distribute together; false = each by itself, as IEEE 802.1AX has it. A change takes the bond down
   * for a moment. Default: true. Linux 6.9, iproute2 6.10.
   */
  declare readonly coupledControl: pulumi.Output<boolean | undefined>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: BondedLinkArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("BondedLink", name, args, options, {
      filledIn: ["up", "miimon"],
      asDeclared: [
        "host",
        "name",
        "mode",
        "members",
        "primary",
        "mtu",
        "macAddress",
        "updelay",
        "downdelay",
        "peerNotifyDelay",
        "useCarrier",
        "arpInterval",
        "arpIpTargets",
        "nsIp6Targets",
        "arpValidate",
        "arpAllTargets",
        "arpMissedMax",
        "primaryReselect",
        "failOverMac",
        "xmitHashPolicy",
        "resendIgmp",
        "numPeerNotif",
        "allSlavesActive",
        "minLinks",
        "lpInterval",
        "packetsPerSlave",
        "lacpActive",
        "lacpRate",
        "adSelect",
        "adActorSysPrio",
        "adUserPortKey",
        "adActorSystem",
        "tlbDynamicLb",
        "coupledControl",
        "mustReach",
      ],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a BondedLink. */
export interface BondedLinkArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
  /** The bond's name, e.g. `bond0`. A new name is a new bond, which takes over the members. */
  name: pulumi.Input<string>;
  /**
   * How the members share the traffic, e.g. `802.3ad`. That is LACP, to be set up on the switch as well; `active-backup`:
   * one sends, the others wait; `balance-xor`: by a hash; `balance-rr`: in turn; `balance-tlb` and `balance-alb`: by load;
   * `broadcast`: all of it on each. A change releases the members for a moment.
   */
  mode: pulumi.Input<"balance-rr" | "active-backup" | "balance-xor" | "broadcast" | "802.3ad" | "balance-tlb" | "balance-alb">;
  /**
   * The devices that the bond consists of, each a name, e.g. `eth0`, or an object. They join in this order; another order is
   * not a difference. They are set down to join, get the bond's MAC address and MTU, and are released as they were.
   */
  members: pulumi.Input<pulumi.Input<string | BondedLinkMember>[]>;
  /**
   * `active-backup`, `balance-tlb` and `balance-alb`: the member that is the active one whenever it can be. Default: none is
   * preferred.
   */
  primary?: pulumi.Input<string> | undefined;
  /** The longest packet, in bytes; all members get the same. Default: 1500. From 68 to 65535. */
  mtu?: pulumi.Input<number> | undefined;
  /**
   * The bond's Ethernet address, e.g. `02:00:5e:00:53:01`. Default: when the bond is made that of its first member, which it
   * then keeps.
   */
  macAddress?: pulumi.Input<string> | undefined;
  /** Whether the bond is set up. Default: `true`. */
  up?: pulumi.Input<boolean> | undefined;
  /**
   * How often to look whether the members have a link, in milliseconds; 0 = never, so that a lost one is not noticed.
   * Default: 100, or 0 with `arpInterval`. From 0 to 2147483647.
   */
  miimon?: pulumi.Input<number> | undefined;
  /**
   * Milliseconds to wait before a member whose link has come is used. A multiple of `miimon`, and only with it. Default: 0.
   * From 0 to 2147483647.
   */
  updelay?: pulumi.Input<number> | undefined;
  /**
   * Milliseconds to wait before a member whose link is lost is given up. A multiple of `miimon`, and only with it. Default:
   * 0. From 0 to 2147483647.
   */
  downdelay?: pulumi.Input<number> | undefined;
  /**
   * Milliseconds between two announcements to the neighbours after a failover. A multiple of `miimon`, and only with it.
   * Default: 0, one each `miimon`. Linux 5.3. From 0 to 300000.
   */
  peerNotifyDelay?: pulumi.Input<number> | undefined;
  /**
   * Ask a member's driver for its carrier; false = by the old MII and ETHTOOL calls, for drivers that do not tell. Default:
   * true.
   */
  useCarrier?: pulumi.Input<boolean> | undefined;
  /**
   * How often to ask the targets by ARP or neighbour solicitation whether they are there, in milliseconds, instead of
   * `miimon`. Not in `802.3ad`, `balance-tlb` and `balance-alb`. Default: 0, never. From 0 to 2147483647.
   */
  arpInterval?: pulumi.Input<number> | undefined;
  /** The IPv4 addresses to ask every `arpInterval`, up to 16, e.g. `192.0.2.1`. Default: none. */
  arpIpTargets?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** The IPv6 addresses to ask every `arpInterval`, up to 16. Default: none. Linux 5.18, iproute2 5.18. */
  nsIp6Targets?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Which members must see the targets' own answers to count as up (`active`, `backup`, `all`), and whether only ARP counts
   * as traffic (`filter...`). Default: `none`.
   */
  arpValidate?: pulumi.Input<"none" | "active" | "backup" | "all" | "filter" | "filter_active" | "filter_backup"> | undefined;
  /** `active-backup` with `arpValidate`: whether one target or all must answer. Default: `any`. */
  arpAllTargets?: pulumi.Input<"any" | "all"> | undefined;
  /** How many rounds of `arpInterval` may go unanswered. Default: 2. Linux 5.17, iproute2 5.17. From 1 to 255. */
  arpMissedMax?: pulumi.Input<number> | undefined;
  /**
   * When `primary` becomes the active one after it has come back: `always`, if it is `better` (faster), or only after a
   * `failure` of the other. Default: `always`.
   */
  primaryReselect?: pulumi.Input<"always" | "better" | "failure"> | undefined;
  /**
   * `active-backup`: `none` gives all members the bond's MAC address; `active` gives the bond that of its active member;
   * `follow` gives the bond's to the active member only. A change releases the members for a moment. Default: `none`.
   */
  failOverMac?: pulumi.Input<"none" | "active" | "follow"> | undefined;
  /**
   * `balance-xor`, `802.3ad`, `balance-tlb`, `balance-alb`: what of a packet decides which member sends it: MAC addresses
   * (`layer2`), with IP addresses (`layer2+3`), IP addresses and ports (`layer3+4`), the same within tunnels (`encap...`),
   * or its VLAN and source (`vlan+srcmac`, Linux 5.12). Default: `layer2`.
   */
  xmitHashPolicy?: pulumi.Input<"layer2" | "layer2+3" | "layer3+4" | "encap2+3" | "encap3+4" | "vlan+srcmac"> | undefined;
  /** How many IGMP membership reports follow a failover, 200 ms apart. Default: 1. From 0 to 255. */
  resendIgmp?: pulumi.Input<number> | undefined;
  /** How many gratuitous ARPs and IPv6 advertisements follow a failover. Default: 1. From 0 to 255. */
  numPeerNotif?: pulumi.Input<number> | undefined;
  /** Deliver what arrives on members that are not active too, duplicates included. Default: false. */
  allSlavesActive?: pulumi.Input<boolean> | undefined;
  /**
   * `802.3ad`: how many members must be up for the bond to have a carrier. Default: 0, which is the same as 1. From 0 to
   * 2147483647.
   */
  minLinks?: pulumi.Input<number> | undefined;
  /**
   * `balance-tlb`, `balance-alb`: how often to send learning packets to the members' switches; 1 = once a second, 10 = every
   * ten. Default: 1. From 1 to 2147483647.
   */
  lpInterval?: pulumi.Input<number> | undefined;
  /** `balance-rr`: how many packets to send by one member before the next; 0 = by random. Default: 1. From 0 to 65535. */
  packetsPerSlave?: pulumi.Input<number> | undefined;
  /**
   * `802.3ad`: send LACP packets unasked; false = answer only. A change takes the bond down for a moment. Default: true.
   * Linux 5.15, iproute2 5.15.
   */
  lacpActive?: pulumi.Input<boolean> | undefined;
  /**
   * `802.3ad`: ask the switch for an LACP packet twice a minute (`slow`) or once a second (`fast`). A change takes the bond
   * down for a moment. Default: `slow`.
   */
  lacpRate?: pulumi.Input<"slow" | "fast"> | undefined;
  /**
   * `802.3ad`: of several groups of members take another one only when the present one is dead (`stable`), or whenever
   * another has more `bandwidth` or a higher `count` of members. A change takes the bond down for a moment. Default:
   * `stable`.
   */
  adSelect?: pulumi.Input<"stable" | "bandwidth" | "count"> | undefined;
  /** `802.3ad`: the system priority that LACP tells; lower wins. Default: 65535. From 1 to 65535. */
  adActorSysPrio?: pulumi.Input<number> | undefined;
  /**
   * `802.3ad`: the upper 10 bits of the port key that LACP tells. A change takes the bond down for a moment. Default: 0.
   * From 0 to 1023.
   */
  adUserPortKey?: pulumi.Input<number> | undefined;
  /** `802.3ad`: the system's MAC address that LACP tells, e.g. `02:00:5e:00:53:02`. Default: the bond's own. */
  adActorSystem?: pulumi.Input<string> | undefined;
  /**
   * `balance-tlb`, `balance-alb`: move flows between members by load; false = by hash alone. A change takes the bond down
   * for a moment. Default: true.
   */
  tlbDynamicLb?: pulumi.Input<boolean> | undefined;
  /**
   * `802.3ad`: collect and distribute together; false = each by itself, as IEEE 802.1AX has it. A change takes the bond down
   * for a moment. Default: true. Linux 6.9, iproute2 6.10.
   */
  coupledControl?: pulumi.Input<boolean> | undefined;
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}

/** One entry of `members`. */
export interface BondedLinkMember {
  /** The network device, e.g. `eth0`. */
  device: pulumi.Input<string>;
  /**
   * The transmit queue whose packets leave by this member, for `tc` to choose; no other member may have the same. Default:
   * 0, none. From 0 to 65535.
   */
  queueId?: pulumi.Input<number> | undefined;
  /**
   * `active-backup`, `balance-tlb` and `balance-alb`: of the members that could be the active one, the highest wins, after
   * `primary`. Default: 0. Linux 6.0, iproute2 6.0. From -2147483648 to 2147483647.
   */
  prio?: pulumi.Input<number> | undefined;
}
