// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/**
 * The network of one host as one resource, which lands in one transaction: all of it, confirmed, or nothing. It owns what
 * it declares and nothing else; each entry is what the resource of that kind takes, without `host`.
 */
export class HostNetwork extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /** Network devices that are there already, by names of your own. Each as `Link` has it. Default: none. */
  declare readonly links: pulumi.Output<Record<string, pulumi.Unwrap<HostNetworkLink>> | undefined>;
  /** Bonds, by names of your own. Each as `BondedLink` has it. Default: none. */
  declare readonly bonds: pulumi.Output<Record<string, pulumi.Unwrap<HostNetworkBond>> | undefined>;
  /** VLANs, by names of your own. Each as `Vlan` has it. Default: none. */
  declare readonly vlans: pulumi.Output<Record<string, pulumi.Unwrap<HostNetworkVlan>> | undefined>;
  /** Settings of the kernel's network stack, by names of your own. Each as `Sysctl` has it. Default: none. */
  declare readonly sysctls: pulumi.Output<Record<string, pulumi.Unwrap<HostNetworkSysctl>> | undefined>;
  /** The host's own addresses, by names of your own. Each as `Address` has it. Default: none. */
  declare readonly addresses: pulumi.Output<Record<string, pulumi.Unwrap<HostNetworkAddress>> | undefined>;
  /** Routes, over one line or over several, by names of your own. Each as `Route` has it. Default: none. */
  declare readonly routes: pulumi.Output<Record<string, pulumi.Unwrap<HostNetworkRoute>> | undefined>;
  /** Policy routing rules, by names of your own. Each as `RoutingRule` has it. Default: none. */
  declare readonly rules: pulumi.Output<Record<string, pulumi.Unwrap<HostNetworkRule>> | undefined>;
  /** Sets of many routes, by names of your own. Each as `RouteSet` has it. Default: none. */
  declare readonly routeSets: pulumi.Output<Record<string, pulumi.Unwrap<HostNetworkRouteSet>> | undefined>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: HostNetworkArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("HostNetwork", name, args, options, {
      filledIn: [],
      asDeclared: ["host", "links", "bonds", "vlans", "sysctls", "addresses", "routes", "rules", "routeSets", "mustReach"],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a HostNetwork. */
export interface HostNetworkArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
  /** Network devices that are there already, by names of your own. Each as `Link` has it. Default: none. */
  links?: pulumi.Input<Record<string, pulumi.Input<HostNetworkLink>>> | undefined;
  /** Bonds, by names of your own. Each as `BondedLink` has it. Default: none. */
  bonds?: pulumi.Input<Record<string, pulumi.Input<HostNetworkBond>>> | undefined;
  /** VLANs, by names of your own. Each as `Vlan` has it. Default: none. */
  vlans?: pulumi.Input<Record<string, pulumi.Input<HostNetworkVlan>>> | undefined;
  /** Settings of the kernel's network stack, by names of your own. Each as `Sysctl` has it. Default: none. */
  sysctls?: pulumi.Input<Record<string, pulumi.Input<HostNetworkSysctl>>> | undefined;
  /** The host's own addresses, by names of your own. Each as `Address` has it. Default: none. */
  addresses?: pulumi.Input<Record<string, pulumi.Input<HostNetworkAddress>>> | undefined;
  /** Routes, over one line or over several, by names of your own. Each as `Route` has it. Default: none. */
  routes?: pulumi.Input<Record<string, pulumi.Input<HostNetworkRoute>>> | undefined;
  /** Policy routing rules, by names of your own. Each as `RoutingRule` has it. Default: none. */
  rules?: pulumi.Input<Record<string, pulumi.Input<HostNetworkRule>>> | undefined;
  /** Sets of many routes, by names of your own. Each as `RouteSet` has it. Default: none. */
  routeSets?: pulumi.Input<Record<string, pulumi.Input<HostNetworkRouteSet>>> | undefined;
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}

/** One entry of `links`. */
export interface HostNetworkLink {
  /** The network device, which must be there already, e.g. `eth0`. */
  name: pulumi.Input<string>;
  /**
   * Whether the device is set up. When it goes down, the kernel removes the routes over it, and its VLANs go down as well.
   * Default: left as it is.
   */
  up?: pulumi.Input<boolean> | undefined;
  /**
   * Whether the device asks for its neighbours' Ethernet addresses and answers for its own, by ARP and IPv6 neighbour
   * discovery. Without it only permanent neighbours are reached. Default: left as it is.
   */
  arp?: pulumi.Input<boolean> | undefined;
  /**
   * The longest packet, in bytes. VLANs on the device can't have a larger one: they are lowered with it, and not raised
   * again. Below 1280 there is no IPv6 on it. Default: left as it is. From 0 to 2147483647.
   */
  mtu?: pulumi.Input<number> | undefined;
  /**
   * The Ethernet address, e.g. `02:00:5e:00:53:01`. Some drivers take another one only while the device is down. Default:
   * left as it is.
   */
  macAddress?: pulumi.Input<string> | undefined;
  /**
   * How many packets may wait to be sent, where the device's queueing discipline has no limit of its own. Some kernels take
   * 32767 at most. Default: left as it is. From 0 to 2147483647.
   */
  txQueueLength?: pulumi.Input<number> | undefined;
  /**
   * The group that the device is in: a number, for `ip link set group` and for rules. Default: left as it is. From 0 to
   * 2147483647.
   */
  group?: pulumi.Input<number> | undefined;
}

/** One entry of `bonds`. */
export interface HostNetworkBond {
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
  members: pulumi.Input<pulumi.Input<string | HostNetworkBondMember>[]>;
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
}

/** One entry of `members`. */
export interface HostNetworkBondMember {
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

/** One entry of `vlans`. */
export interface HostNetworkVlan {
  /** The name that the VLAN's own device has on the host, e.g. `eth0.7`. */
  name: pulumi.Input<string>;
  /**
   * The device that the frames are sent by, e.g. `eth0`, a bond, or another VLAN. A change makes the VLAN anew, in one
   * transaction.
   */
  device: pulumi.Input<string>;
  /** The VLAN's number in the frames' tag. A change makes the VLAN anew, in one transaction. From 1 to 4094. */
  vlanId: pulumi.Input<number>;
  /**
   * Which tag the frames have: `802.1Q`, or `802.1ad` for a provider's outer tag (QinQ). A change makes the VLAN anew, in
   * one transaction. Linux 3.10. Default: `"802.1Q"`.
   */
  protocol?: pulumi.Input<"802.1Q" | "802.1ad"> | undefined;
  /** Whether the device is set up. It can be only while the one below it is. Default: `true`. */
  up?: pulumi.Input<boolean> | undefined;
  /** The longest packet, in bytes; no longer than that of the device below. Default: that one's. From 0 to 2147483647. */
  mtu?: pulumi.Input<number> | undefined;
  /** The Ethernet address, e.g. `02:00:5e:00:53:01`. Default: that of the device below. */
  macAddress?: pulumi.Input<string> | undefined;
  /** Show frames that came in without their tag, as if they had come by a device of their own. Default: true. */
  reorderHeader?: pulumi.Input<boolean> | undefined;
  /** Register the VLAN at the switch by GVRP. Default: false. */
  gvrp?: pulumi.Input<boolean> | undefined;
  /** Register the VLAN at the switch by MVRP. Default: false. Linux 3.9. */
  mvrp?: pulumi.Input<boolean> | undefined;
  /** Let the VLAN be up or down whatever the device below it is. Default: false. */
  looseBinding?: pulumi.Input<boolean> | undefined;
  /** On a bridge: have a carrier only while a port of the bridge in this VLAN has one. Default: false. Linux 5.2. */
  bridgeBinding?: pulumi.Input<boolean> | undefined;
  /** Which priority a packet gets that came in with a priority in its tag. Default: 0 for all. Order is no difference. */
  ingressQosMap?: pulumi.Input<pulumi.Input<HostNetworkVlanIngressQosMap>[]> | undefined;
  /** Which priority a packet's tag gets when it goes out. Default: 0 for all. Order is no difference. */
  egressQosMap?: pulumi.Input<pulumi.Input<HostNetworkVlanEgressQosMap>[]> | undefined;
}

/** One entry of `ingressQosMap`. */
export interface HostNetworkVlanIngressQosMap {
  /** The priority in the frame's tag. From 0 to 7. */
  from: pulumi.Input<number>;
  /** The packet's priority on the host (`skb->priority`), e.g. for `tc`. */
  to: pulumi.Input<number>;
}

/** One entry of `egressQosMap`. */
export interface HostNetworkVlanEgressQosMap {
  /** The packet's priority on the host (`skb->priority`). */
  from: pulumi.Input<number>;
  /** The priority in the frame's tag. From 0 to 7. */
  to: pulumi.Input<number>;
}

/** One entry of `sysctls`. */
export interface HostNetworkSysctl {
  /**
   * The sysctl, below `net` only, e.g. `net.ipv4.ip_forward`. Where a device's name has a dot in it, with slashes:
   * `net/ipv4/conf/eth0.100/rp_filter`.
   */
  key: pulumi.Input<string>;
  /**
   * What it is to be, a number or text, e.g. `1`. Several numbers have a space between them. When the resource is deleted,
   * the value that was found is put back.
   */
  value: pulumi.Input<string | number>;
}

/** One entry of `addresses`. */
export interface HostNetworkAddress {
  /** The network device that bears the address, e.g. `eth0`. */
  device: pulumi.Input<string>;
  /**
   * The host's own address with its subnet's prefix length, e.g. `192.0.2.5/24` or `2001:db8::5/64`. With `peer`, the length
   * is the peer's.
   */
  address: pulumi.Input<string>;
  /**
   * The address at the other end of a point-to-point line, without a length, e.g. `192.0.2.1`. Default: none; the subnet is
   * the address's own.
   */
  peer?: pulumi.Input<string> | undefined;
  /**
   * IPv4: the broadcast address of the subnet, e.g. `192.0.2.255`; `auto` is the last address of the subnet. Default: none
   * is set, and the subnet's own is left alone.
   */
  broadcast?: pulumi.Input<string> | undefined;
  /**
   * IPv4: how far the address is valid: `global`, `site`, `link`, `host`, or a number from 0 to 255. Default: `global`, and
   * `host` for 127.0.0.0/8. The kernel decides it for IPv6. A change removes and adds the address in one transaction.
   */
  scope?: pulumi.Input<"global" | "site" | "link" | "host" | number> | undefined;
  /**
   * IPv4: a name for the address, beginning with the device's, e.g. `eth0:1`. Default: the device's name. A change removes
   * and adds the address in one transaction.
   */
  label?: pulumi.Input<string> | undefined;
  /** Do not add the route to the address's own subnet. Default: false. Linux 3.14 for IPv6, 4.4 for IPv4. */
  noPrefixRoute?: pulumi.Input<boolean> | undefined;
  /** IPv6: this is the home address of Mobile IPv6 (RFC 6275). Default: false. */
  home?: pulumi.Input<boolean> | undefined;
  /**
   * IPv6: skip duplicate address detection, so that the address can be used at once instead of a second or two later.
   * Default: false.
   */
  noDad?: pulumi.Input<boolean> | undefined;
  /**
   * Join the multicast group that the address is, on behalf of everybody on the host. Multicast addresses only. Default:
   * false. Linux 4.1.
   */
  autoJoin?: pulumi.Input<boolean> | undefined;
  /** IPv6: make temporary privacy addresses (RFC 8981) after this one; needs a /64. Default: false. Linux 3.14. */
  manageTemporary?: pulumi.Input<boolean> | undefined;
  /**
   * Seconds for which new connections may use the address as their source; 0 = deprecated from the beginning. Default: for
   * ever, or as long as it is valid. It runs down on the host, which is no difference.
   */
  preferredLifetimeSeconds?: pulumi.Input<number> | undefined;
  /** Seconds after which the kernel removes the address. Default: for ever. It runs down on the host, which is no difference. */
  validLifetimeSeconds?: pulumi.Input<number> | undefined;
  /** Metric of the route to the address's own subnet; lower wins. Default: 0 for IPv4, 256 for IPv6. Linux 4.18. */
  metric?: pulumi.Input<number> | undefined;
}

/** One entry of `routes`. */
export interface HostNetworkRoute {
  /**
   * Where packets are headed: a prefix such as `192.0.2.0/24` or `2001:db8::/32`, one address, or `default` (the same as
   * `0.0.0.0/0` and `::/0`).
   */
  destination: pulumi.Input<string>;
  /** Needed only where nothing else tells: for a `default` without any address. Default: that of the addresses. */
  family?: pulumi.Input<"ipv4" | "ipv6"> | undefined;
  /**
   * What happens to the packets: `unicast` sends them on; `blackhole` drops them silently, `unreachable` and `prohibit` with
   * an ICMP error; `throw` ends the look-up in this table; `local` takes them for the host itself; `broadcast` and
   * `multicast` say what they are. Default: `unicast`.
   */
  type?:
    | pulumi.Input<"unicast" | "blackhole" | "unreachable" | "prohibit" | "throw" | "local" | "broadcast" | "multicast">
    | undefined;
  /**
   * The next hop's address, e.g. `192.0.2.1` or `fe80::1`. An IPv4 route may have an IPv6 next hop (Linux 5.2; then say
   * `family`). `dhcp` and `ra` stand for the gateway of the default route that DHCP or a router advertisement has put on
   * `device`, at the time of the change. Default: none; what is directly connected has none.
   */
  gateway?: pulumi.Input<string> | undefined;
  /** The network device that packets leave by, e.g. `eth0`. Default: the one whose address covers the gateway. */
  device?: pulumi.Input<string> | undefined;
  /**
   * Take the gateway for a neighbour on `device` even if no address of the host's covers it. Default: false. For IPv6 Linux
   * 4.11.
   */
  onLink?: pulumi.Input<boolean> | undefined;
  /**
   * Several next hops that share the traffic by weight, instead of `gateway` and `device`. The order is kept, because the
   * kernel spreads connections in that order; another order is not a difference. For IPv6 each needs a gateway. Default:
   * none.
   */
  nextHops?: pulumi.Input<pulumi.Input<HostNetworkRouteNextHop>[]> | undefined;
  /**
   * The routing table: a number from 1 to 4294967295, or a name of the host's rt_tables, e.g. `100` or `isp`. Default:
   * `main` (254); `local` (255) for the types `local` and `broadcast`.
   */
  table?: pulumi.Input<number | string> | undefined;
  /**
   * Lower wins among routes to the same destination. Default: 0 for IPv4; 512 for IPv6, so that it is not mistaken for the
   * 1024 of a learnt route.
   */
  metric?: pulumi.Input<number> | undefined;
  /**
   * IPv4: how far the destination is: `global`, `site`, `link`, `host`, or a number from 0 to 255. Default: `link` without a
   * gateway, `host` for type `local`, otherwise `global`. IPv6 has none.
   */
  scope?: pulumi.Input<"global" | "site" | "link" | "host" | number> | undefined;
  /** IPv4: only packets with this type of service (a DSCP times 4) take the route. Default: 0, any. From 0 to 252. */
  tos?: pulumi.Input<number> | undefined;
  /**
   * The host's own address that its connections over this route come from, e.g. `192.0.2.5`. It must be on the host first.
   * Default: the kernel chooses.
   */
  preferredSource?: pulumi.Input<string> | undefined;
  /** IPv6: only packets that come from this prefix, e.g. `2001:db8:1::/48`, take the route. Default: any. */
  source?: pulumi.Input<string> | undefined;
  /** Largest packet, in bytes, that is sent to this destination. Default: the path's or the device's. From 1 to 65520. */
  mtu?: pulumi.Input<number> | undefined;
  /** Never lower `mtu` by path MTU discovery. Default: false. */
  lockMtu?: pulumi.Input<boolean> | undefined;
  /** The MSS, in bytes, that TCP tells its peers. Default: from the device's MTU. From 1 to 65495. */
  advertisedMss?: pulumi.Input<number> | undefined;
  /** Largest window, in bytes, that TCP advertises to these peers. Default: no limit. */
  window?: pulumi.Input<number> | undefined;
  /** Estimate of the round trip time, in milliseconds, that TCP starts from. Default: none. From 1 to 536870911. */
  rtt?: pulumi.Input<number> | undefined;
  /** Estimate of the round trip time's variance, in milliseconds. Default: none. From 1 to 1073741823. */
  rttVar?: pulumi.Input<number> | undefined;
  /** Least time, in milliseconds, before TCP sends again. Default: 200. Linux 2.6.23. */
  rtoMin?: pulumi.Input<number> | undefined;
  /** Hop limit (TTL) of packets on this route, 1 to 255. Default: the host's. */
  hopLimit?: pulumi.Input<number> | undefined;
  /** Slow start threshold, in segments, that TCP starts from. Default: none. */
  ssThresh?: pulumi.Input<number> | undefined;
  /** Limit of TCP's congestion window, in segments. Default: none. */
  congestionWindow?: pulumi.Input<number> | undefined;
  /** Segments that TCP may send before the first answer. Default: 10. Linux 2.6.39. */
  initialCongestionWindow?: pulumi.Input<number> | undefined;
  /** TCP's first receive window, in segments. Default: from the socket's buffer. Linux 2.6.33. */
  initialReceiveWindow?: pulumi.Input<number> | undefined;
  /** Packets out of order that TCP tolerates before it takes one for lost. Default: net.ipv4.tcp_reordering, 3. */
  reordering?: pulumi.Input<number> | undefined;
  /** TCP acknowledges every segment at once. Linux 3.11. Default: false. */
  quickAck?: pulumi.Input<boolean> | undefined;
  /** TCP asks for explicit congestion notification on this route, whatever net.ipv4.tcp_ecn says. Linux 3.18. Default: false. */
  ecn?: pulumi.Input<boolean> | undefined;
  /** TCP Fast Open without a cookie. Linux 4.15. Default: false. */
  fastOpenNoCookie?: pulumi.Input<boolean> | undefined;
  /** TCP congestion control on this route, e.g. `bbr`; its module must be there. Default: the host's. Linux 4.0. */
  congestionControl?: pulumi.Input<string> | undefined;
  /** IPv6: which of several routers is preferred (RFC 4191): `low`, `medium` or `high`. Default: `medium`. Linux 4.1. */
  routerPreference?: pulumi.Input<"low" | "medium" | "high"> | undefined;
  /**
   * IPv6: seconds after which the kernel removes the route. It runs down on the host, which is no difference. Default:
   * never. Linux 4.4. From 1 to 4294967.
   */
  expiresSeconds?: pulumi.Input<number> | undefined;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  realms?: pulumi.Input<string> | undefined;
  /** The tunnel that packets are put into on their way out: `mpls`, `ip`, `ip6` or `seg6`. Default: none. */
  encapsulation?:
    | pulumi.Input<
        | HostNetworkRouteEncapsulationMpls
        | HostNetworkRouteEncapsulationIp
        | HostNetworkRouteEncapsulationIp6
        | HostNetworkRouteEncapsulationSeg6
      >
    | undefined;
}

/** One entry of `nextHops`. */
export interface HostNetworkRouteNextHop {
  /**
   * The next hop's address, e.g. `192.0.2.1` or `fe80::1`. An IPv4 route may have an IPv6 next hop (Linux 5.2; then say
   * `family`). `dhcp` and `ra` stand for the gateway of the default route that DHCP or a router advertisement has put on
   * `device`, at the time of the change. Default: none; what is directly connected has none.
   */
  gateway?: pulumi.Input<string> | undefined;
  /** The network device that leads there, e.g. `eth0`. Default: the one whose address covers the gateway. */
  device?: pulumi.Input<string> | undefined;
  /**
   * This next hop's share of the traffic, 1 to 256, in proportion to the sum of all. Alone, a next hop has no weight.
   * Default: `1`.
   */
  weight?: pulumi.Input<number> | undefined;
  /**
   * Take the gateway for a neighbour on `device` even if no address of the host's covers it. Default: false. For IPv6 Linux
   * 4.11.
   */
  onLink?: pulumi.Input<boolean> | undefined;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  realms?: pulumi.Input<string> | undefined;
}

/** `encapsulation` of the form `mpls`. */
export interface HostNetworkRouteEncapsulationMpls {
  /** MPLS; needs the module mpls_iptunnel. Linux 4.3. */
  type: pulumi.Input<"mpls">;
  /** The labels to push, the outermost first, e.g. `[100, 200]`. */
  labels: pulumi.Input<pulumi.Input<number>[]>;
  /** TTL of the labels. Default: the packet's. From 1 to 255. */
  ttl?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `ip`. */
export interface HostNetworkRouteEncapsulationIp {
  /** The metadata of an IPv4 tunnel, for a route over a collecting tunnel device (`external`). Linux 4.3. */
  type: pulumi.Input<"ip">;
  /** The tunnel's other end, e.g. `192.0.2.1`. */
  destination: pulumi.Input<string>;
  /** The tunnel's end on this host, e.g. `192.0.2.5`. Default: the kernel chooses. */
  source?: pulumi.Input<string> | undefined;
  /** The tunnel's key or network identifier. Default: 0. */
  id?: pulumi.Input<number> | undefined;
  /** TTL of the outer header. Default: the device's. From 1 to 255. */
  ttl?: pulumi.Input<number> | undefined;
  /** Type of service of the outer header. Default: 0. From 1 to 255. */
  tos?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `ip6`. */
export interface HostNetworkRouteEncapsulationIp6 {
  /** The metadata of an IPv6 tunnel, for a route over a collecting tunnel device (`external`). Linux 4.3. */
  type: pulumi.Input<"ip6">;
  /** The tunnel's other end, e.g. `2001:db8::1`. */
  destination: pulumi.Input<string>;
  /** The tunnel's end on this host, e.g. `2001:db8::5`. Default: the kernel chooses. */
  source?: pulumi.Input<string> | undefined;
  /** The tunnel's key or network identifier. Default: 0. */
  id?: pulumi.Input<number> | undefined;
  /** Hop limit of the outer header. Default: the device's. From 1 to 255. */
  hopLimit?: pulumi.Input<number> | undefined;
  /** Traffic class of the outer header. Default: 0. From 1 to 255. */
  trafficClass?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `seg6`. */
export interface HostNetworkRouteEncapsulationSeg6 {
  /** IPv6 segment routing (SRv6). Linux 4.10. */
  type: pulumi.Input<"seg6">;
  /** `encap` puts an outer IPv6 header around the packet, `inline` a header into an IPv6 packet. */
  mode: pulumi.Input<"encap" | "inline">;
  /** The segments to visit, the first one first, e.g. `["2001:db8::1"]`. */
  segments: pulumi.Input<pulumi.Input<string>[]>;
}

/** One entry of `rules`. */
export interface HostNetworkRule {
  /**
   * The rule's place among others, a number from 1 to 4294967295: lower ones are asked first. The kernel's own are 0
   * (`local`), 32766 (`main`) and 32767 (`default`). Several rules may have one priority; where it matters which of them is
   * asked first, give them different ones, for after a reboot they may come in another order. A rule of somebody else's that
   * has been given none lands just before the lowest one there is.
   */
  priority: pulumi.Input<number>;
  /**
   * A rule is for one of the two: a rule for both is two resources. Default: that of `from` or `to`; `ipv6` with a
   * `flowLabel`; otherwise `ipv4`, as for `ip rule`.
   */
  family?: pulumi.Input<"ipv4" | "ipv6"> | undefined;
  /** Packets from here: a prefix such as `192.0.2.0/24` or `2001:db8::/32`, or one address. Default: any. */
  from?: pulumi.Input<string> | undefined;
  /** Packets to there: a prefix such as `198.51.100.0/24`, or one address. Default: any. */
  to?: pulumi.Input<string> | undefined;
  /**
   * Packets that came in by this device, e.g. `eth0`; `lo` stands for those that the host itself sends. The device may come
   * later. Default: any.
   */
  inputDevice?: pulumi.Input<string> | undefined;
  /** Packets of sockets that are bound to this device, e.g. `eth0`. The device may come later. Default: any. */
  outputDevice?: pulumi.Input<string> | undefined;
  /** Packets with this mark, as the firewall or a socket has set it, e.g. `0x100`. Default: any. */
  firewallMark?: pulumi.Input<number> | undefined;
  /** The bits of the mark that `firewallMark` is compared with, e.g. `0x3f00`. Default: all. */
  firewallMask?: pulumi.Input<number> | undefined;
  /** Packets of this protocol: a name such as `tcp`, `udp` or `icmp`, or a number from 1 to 255. Default: any. */
  ipProtocol?:
    | pulumi.Input<
        | "icmp"
        | "igmp"
        | "ipip"
        | "tcp"
        | "udp"
        | "dccp"
        | "ipv6"
        | "gre"
        | "esp"
        | "ah"
        | "icmpv6"
        | "ospf"
        | "vrrp"
        | "l2tp"
        | "sctp"
        | "udplite"
        | number
      >
    | undefined;
  /**
   * Packets from this port or these: `443`, `"1000-2000"`, or a port under a mask, `"1024/0xfc00"` (Linux and iproute2
   * 6.15). 65534 is the highest that the kernel takes. Default: any.
   */
  sourcePorts?: pulumi.Input<number | string> | undefined;
  /** Packets to this port or these, e.g. `443` or `"1000-2000"`. Default: any. */
  destinationPorts?: pulumi.Input<number | string> | undefined;
  /** Packets that a process of this user or these users sends, by number: `1000`, or `"1000-1999"`. Default: any. */
  uidRange?: pulumi.Input<number | string> | undefined;
  /** Packets with this DSCP, all six bits of it, 0 to 63. Default: any. Linux and iproute2 6.12. */
  dscp?: pulumi.Input<number> | undefined;
  /** The bits of the DSCP that `dscp` is compared with, e.g. `0x38`. Default: all. Linux and iproute2 6.15. From 1 to 63. */
  dscpMask?: pulumi.Input<number> | undefined;
  /**
   * Packets with this type of service, a DSCP times 4. For IPv4 at most 28, which the kernel compares with the lower three
   * bits of the DSCP only: `dscp` is better. Default: 0, any. From 0 to 252.
   */
  tos?: pulumi.Input<number> | undefined;
  /** IPv6: packets with this flow label, 0 to 0xfffff. Default: any. Linux and iproute2 6.14. From 0 to 1048575. */
  flowLabel?: pulumi.Input<number> | undefined;
  /** IPv6: the bits that `flowLabel` is compared with. Default: all. Linux and iproute2 6.14. From 1 to 1048575. */
  flowLabelMask?: pulumi.Input<number> | undefined;
  /** Packets that a tunnel with metadata (`external`) has received with this id, such as a VXLAN's VNI. Default: any. */
  tunnelId?: pulumi.Input<number> | undefined;
  /**
   * Packets of a device that is in a VRF; they are looked up in that VRF's table, so there is no `table` then. Default:
   * false.
   */
  l3Mdev?: pulumi.Input<boolean> | undefined;
  /** Packets that do NOT match what is declared above. Default: false. */
  invert?: pulumi.Input<boolean> | undefined;
  /**
   * What happens to a packet that matches: `lookup` looks for a route in `table`, and goes on with the next rule where there
   * is none; `goto` goes on with the rules from `gotoPriority` on; `blackhole` drops it silently, `unreachable` and
   * `prohibit` with an ICMP error; `nop` does nothing, as a place for `goto` to lead to. Default: `goto` with
   * `gotoPriority`, otherwise `lookup`.
   */
  action?: pulumi.Input<"lookup" | "goto" | "blackhole" | "unreachable" | "prohibit" | "nop"> | undefined;
  /**
   * Where `lookup` looks: a number from 1 to 4294967295, or a name of the host's rt_tables, e.g. `100` or `isp`. The table
   * need not have a route yet. Default: `main` (254).
   */
  table?: pulumi.Input<number | string> | undefined;
  /** Where `goto` goes on: a priority above the rule's own. As long as no rule has it, the rule does nothing. Default: none. */
  gotoPriority?: pulumi.Input<number> | undefined;
  /**
   * With `lookup`: a route that is found is passed over when its prefix is of this length or shorter; 0 passes over default
   * routes. Default: none is passed over. From 0 to 128.
   */
  suppressPrefixLength?: pulumi.Input<number> | undefined;
  /**
   * With `lookup`: a route that is found is passed over when its device is in this group, a number. Default: none is passed
   * over. From 0 to 2147483647.
   */
  suppressInterfaceGroup?: pulumi.Input<number> | undefined;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  realms?: pulumi.Input<string> | undefined;
}

/** One entry of `routeSets`. */
export interface HostNetworkRouteSet {
  /** Tells this set from others in the same table, e.g. `bogons`. */
  name: pulumi.Input<string>;
  /**
   * The routes, each with a destination of its own, and with whatever it has that the others have not: a way of its own
   * takes the place of the common one. Their order makes no difference.
   */
  routes: pulumi.Input<pulumi.Input<HostNetworkRouteSetRoute>[]>;
  /** The family of all its routes. Default: that of the first one that tells; one set has one family. */
  family?: pulumi.Input<"ipv4" | "ipv6"> | undefined;
  /**
   * The routing table: a number from 1 to 4294967295, or a name of the host's rt_tables, e.g. `100` or `isp`. Default:
   * `main` (254); `local` (255) for the types `local` and `broadcast`.
   */
  table?: pulumi.Input<number | string> | undefined;
  /**
   * Lower wins among routes to the same destination. Default: 0 for IPv4; 512 for IPv6, so that it is not mistaken for the
   * 1024 of a learnt route.
   */
  metric?: pulumi.Input<number> | undefined;
  /**
   * What happens to the packets: `unicast` sends them on; `blackhole` drops them silently, `unreachable` and `prohibit` with
   * an ICMP error; `throw` ends the look-up in this table; `local` takes them for the host itself; `broadcast` and
   * `multicast` say what they are. Default: `unicast`.
   */
  type?:
    | pulumi.Input<"unicast" | "blackhole" | "unreachable" | "prohibit" | "throw" | "local" | "broadcast" | "multicast">
    | undefined;
  /**
   * The next hop's address, e.g. `192.0.2.1` or `fe80::1`. An IPv4 route may have an IPv6 next hop (Linux 5.2; then say
   * `family`). `dhcp` and `ra` stand for the gateway of the default route that DHCP or a router advertisement has put on
   * `device`, at the time of the change. Default: none; what is directly connected has none.
   */
  gateway?: pulumi.Input<string> | undefined;
  /** The network device that packets leave by, e.g. `eth0`. Default: the one whose address covers the gateway. */
  device?: pulumi.Input<string> | undefined;
  /**
   * Take the gateway for a neighbour on `device` even if no address of the host's covers it. Default: false. For IPv6 Linux
   * 4.11.
   */
  onLink?: pulumi.Input<boolean> | undefined;
  /**
   * Several next hops that share the traffic by weight, instead of `gateway` and `device`. The order is kept, because the
   * kernel spreads connections in that order; another order is not a difference. For IPv6 each needs a gateway. Default:
   * none.
   */
  nextHops?: pulumi.Input<pulumi.Input<HostNetworkRouteSetNextHop>[]> | undefined;
  /**
   * IPv4: how far the destination is: `global`, `site`, `link`, `host`, or a number from 0 to 255. Default: `link` without a
   * gateway, `host` for type `local`, otherwise `global`. IPv6 has none.
   */
  scope?: pulumi.Input<"global" | "site" | "link" | "host" | number> | undefined;
  /**
   * The host's own address that its connections over this route come from, e.g. `192.0.2.5`. It must be on the host first.
   * Default: the kernel chooses.
   */
  preferredSource?: pulumi.Input<string> | undefined;
  /** Largest packet, in bytes, that is sent to this destination. Default: the path's or the device's. From 1 to 65520. */
  mtu?: pulumi.Input<number> | undefined;
  /** Never lower `mtu` by path MTU discovery. Default: false. */
  lockMtu?: pulumi.Input<boolean> | undefined;
  /** The MSS, in bytes, that TCP tells its peers. Default: from the device's MTU. From 1 to 65495. */
  advertisedMss?: pulumi.Input<number> | undefined;
  /** Largest window, in bytes, that TCP advertises to these peers. Default: no limit. */
  window?: pulumi.Input<number> | undefined;
  /** Estimate of the round trip time, in milliseconds, that TCP starts from. Default: none. From 1 to 536870911. */
  rtt?: pulumi.Input<number> | undefined;
  /** Estimate of the round trip time's variance, in milliseconds. Default: none. From 1 to 1073741823. */
  rttVar?: pulumi.Input<number> | undefined;
  /** Least time, in milliseconds, before TCP sends again. Default: 200. Linux 2.6.23. */
  rtoMin?: pulumi.Input<number> | undefined;
  /** Hop limit (TTL) of packets on this route, 1 to 255. Default: the host's. */
  hopLimit?: pulumi.Input<number> | undefined;
  /** Slow start threshold, in segments, that TCP starts from. Default: none. */
  ssThresh?: pulumi.Input<number> | undefined;
  /** Limit of TCP's congestion window, in segments. Default: none. */
  congestionWindow?: pulumi.Input<number> | undefined;
  /** Segments that TCP may send before the first answer. Default: 10. Linux 2.6.39. */
  initialCongestionWindow?: pulumi.Input<number> | undefined;
  /** TCP's first receive window, in segments. Default: from the socket's buffer. Linux 2.6.33. */
  initialReceiveWindow?: pulumi.Input<number> | undefined;
  /** Packets out of order that TCP tolerates before it takes one for lost. Default: net.ipv4.tcp_reordering, 3. */
  reordering?: pulumi.Input<number> | undefined;
  /** TCP acknowledges every segment at once. Linux 3.11. Default: false. */
  quickAck?: pulumi.Input<boolean> | undefined;
  /** TCP asks for explicit congestion notification on this route, whatever net.ipv4.tcp_ecn says. Linux 3.18. Default: false. */
  ecn?: pulumi.Input<boolean> | undefined;
  /** TCP Fast Open without a cookie. Linux 4.15. Default: false. */
  fastOpenNoCookie?: pulumi.Input<boolean> | undefined;
  /** TCP congestion control on this route, e.g. `bbr`; its module must be there. Default: the host's. Linux 4.0. */
  congestionControl?: pulumi.Input<string> | undefined;
  /** IPv6: which of several routers is preferred (RFC 4191): `low`, `medium` or `high`. Default: `medium`. Linux 4.1. */
  routerPreference?: pulumi.Input<"low" | "medium" | "high"> | undefined;
  /**
   * IPv6: seconds after which the kernel removes the route. It runs down on the host, which is no difference. Default:
   * never. Linux 4.4. From 1 to 4294967.
   */
  expiresSeconds?: pulumi.Input<number> | undefined;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  realms?: pulumi.Input<string> | undefined;
  /** The tunnel that packets are put into on their way out: `mpls`, `ip`, `ip6` or `seg6`. Default: none. */
  encapsulation?:
    | pulumi.Input<
        | HostNetworkRouteSetEncapsulationMpls
        | HostNetworkRouteSetEncapsulationIp
        | HostNetworkRouteSetEncapsulationIp6
        | HostNetworkRouteSetEncapsulationSeg6
      >
    | undefined;
}

/** One entry of `routes`. */
export interface HostNetworkRouteSetRoute {
  /**
   * Where packets are headed: a prefix such as `192.0.2.0/24` or `2001:db8::/32`, one address, or `default` (the same as
   * `0.0.0.0/0` and `::/0`).
   */
  destination: pulumi.Input<string>;
  /**
   * What happens to the packets: `unicast` sends them on; `blackhole` drops them silently, `unreachable` and `prohibit` with
   * an ICMP error; `throw` ends the look-up in this table; `local` takes them for the host itself; `broadcast` and
   * `multicast` say what they are. Default: `unicast`.
   */
  type?:
    | pulumi.Input<"unicast" | "blackhole" | "unreachable" | "prohibit" | "throw" | "local" | "broadcast" | "multicast">
    | undefined;
  /**
   * The next hop's address, e.g. `192.0.2.1` or `fe80::1`. An IPv4 route may have an IPv6 next hop (Linux 5.2; then say
   * `family`). `dhcp` and `ra` stand for the gateway of the default route that DHCP or a router advertisement has put on
   * `device`, at the time of the change. Default: none; what is directly connected has none.
   */
  gateway?: pulumi.Input<string> | undefined;
  /** The network device that packets leave by, e.g. `eth0`. Default: the one whose address covers the gateway. */
  device?: pulumi.Input<string> | undefined;
  /**
   * Take the gateway for a neighbour on `device` even if no address of the host's covers it. Default: false. For IPv6 Linux
   * 4.11.
   */
  onLink?: pulumi.Input<boolean> | undefined;
  /**
   * Several next hops that share the traffic by weight, instead of `gateway` and `device`. The order is kept, because the
   * kernel spreads connections in that order; another order is not a difference. For IPv6 each needs a gateway. Default:
   * none.
   */
  nextHops?: pulumi.Input<pulumi.Input<HostNetworkRouteSetRouteNextHop>[]> | undefined;
  /**
   * IPv4: how far the destination is: `global`, `site`, `link`, `host`, or a number from 0 to 255. Default: `link` without a
   * gateway, `host` for type `local`, otherwise `global`. IPv6 has none.
   */
  scope?: pulumi.Input<"global" | "site" | "link" | "host" | number> | undefined;
  /**
   * The host's own address that its connections over this route come from, e.g. `192.0.2.5`. It must be on the host first.
   * Default: the kernel chooses.
   */
  preferredSource?: pulumi.Input<string> | undefined;
  /** Largest packet, in bytes, that is sent to this destination. Default: the path's or the device's. From 1 to 65520. */
  mtu?: pulumi.Input<number> | undefined;
  /** Never lower `mtu` by path MTU discovery. Default: false. */
  lockMtu?: pulumi.Input<boolean> | undefined;
  /** The MSS, in bytes, that TCP tells its peers. Default: from the device's MTU. From 1 to 65495. */
  advertisedMss?: pulumi.Input<number> | undefined;
  /** Largest window, in bytes, that TCP advertises to these peers. Default: no limit. */
  window?: pulumi.Input<number> | undefined;
  /** Estimate of the round trip time, in milliseconds, that TCP starts from. Default: none. From 1 to 536870911. */
  rtt?: pulumi.Input<number> | undefined;
  /** Estimate of the round trip time's variance, in milliseconds. Default: none. From 1 to 1073741823. */
  rttVar?: pulumi.Input<number> | undefined;
  /** Least time, in milliseconds, before TCP sends again. Default: 200. Linux 2.6.23. */
  rtoMin?: pulumi.Input<number> | undefined;
  /** Hop limit (TTL) of packets on this route, 1 to 255. Default: the host's. */
  hopLimit?: pulumi.Input<number> | undefined;
  /** Slow start threshold, in segments, that TCP starts from. Default: none. */
  ssThresh?: pulumi.Input<number> | undefined;
  /** Limit of TCP's congestion window, in segments. Default: none. */
  congestionWindow?: pulumi.Input<number> | undefined;
  /** Segments that TCP may send before the first answer. Default: 10. Linux 2.6.39. */
  initialCongestionWindow?: pulumi.Input<number> | undefined;
  /** TCP's first receive window, in segments. Default: from the socket's buffer. Linux 2.6.33. */
  initialReceiveWindow?: pulumi.Input<number> | undefined;
  /** Packets out of order that TCP tolerates before it takes one for lost. Default: net.ipv4.tcp_reordering, 3. */
  reordering?: pulumi.Input<number> | undefined;
  /** TCP acknowledges every segment at once. Linux 3.11. Default: false. */
  quickAck?: pulumi.Input<boolean> | undefined;
  /** TCP asks for explicit congestion notification on this route, whatever net.ipv4.tcp_ecn says. Linux 3.18. Default: false. */
  ecn?: pulumi.Input<boolean> | undefined;
  /** TCP Fast Open without a cookie. Linux 4.15. Default: false. */
  fastOpenNoCookie?: pulumi.Input<boolean> | undefined;
  /** TCP congestion control on this route, e.g. `bbr`; its module must be there. Default: the host's. Linux 4.0. */
  congestionControl?: pulumi.Input<string> | undefined;
  /** IPv6: which of several routers is preferred (RFC 4191): `low`, `medium` or `high`. Default: `medium`. Linux 4.1. */
  routerPreference?: pulumi.Input<"low" | "medium" | "high"> | undefined;
  /**
   * IPv6: seconds after which the kernel removes the route. It runs down on the host, which is no difference. Default:
   * never. Linux 4.4. From 1 to 4294967.
   */
  expiresSeconds?: pulumi.Input<number> | undefined;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  realms?: pulumi.Input<string> | undefined;
  /** The tunnel that packets are put into on their way out: `mpls`, `ip`, `ip6` or `seg6`. Default: none. */
  encapsulation?:
    | pulumi.Input<
        | HostNetworkRouteSetRouteEncapsulationMpls
        | HostNetworkRouteSetRouteEncapsulationIp
        | HostNetworkRouteSetRouteEncapsulationIp6
        | HostNetworkRouteSetRouteEncapsulationSeg6
      >
    | undefined;
}

/** One entry of `nextHops`. */
export interface HostNetworkRouteSetRouteNextHop {
  /**
   * The next hop's address, e.g. `192.0.2.1` or `fe80::1`. An IPv4 route may have an IPv6 next hop (Linux 5.2; then say
   * `family`). `dhcp` and `ra` stand for the gateway of the default route that DHCP or a router advertisement has put on
   * `device`, at the time of the change. Default: none; what is directly connected has none.
   */
  gateway?: pulumi.Input<string> | undefined;
  /** The network device that leads there, e.g. `eth0`. Default: the one whose address covers the gateway. */
  device?: pulumi.Input<string> | undefined;
  /**
   * This next hop's share of the traffic, 1 to 256, in proportion to the sum of all. Alone, a next hop has no weight.
   * Default: `1`.
   */
  weight?: pulumi.Input<number> | undefined;
  /**
   * Take the gateway for a neighbour on `device` even if no address of the host's covers it. Default: false. For IPv6 Linux
   * 4.11.
   */
  onLink?: pulumi.Input<boolean> | undefined;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  realms?: pulumi.Input<string> | undefined;
}

/** `encapsulation` of the form `mpls`. */
export interface HostNetworkRouteSetRouteEncapsulationMpls {
  /** MPLS; needs the module mpls_iptunnel. Linux 4.3. */
  type: pulumi.Input<"mpls">;
  /** The labels to push, the outermost first, e.g. `[100, 200]`. */
  labels: pulumi.Input<pulumi.Input<number>[]>;
  /** TTL of the labels. Default: the packet's. From 1 to 255. */
  ttl?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `ip`. */
export interface HostNetworkRouteSetRouteEncapsulationIp {
  /** The metadata of an IPv4 tunnel, for a route over a collecting tunnel device (`external`). Linux 4.3. */
  type: pulumi.Input<"ip">;
  /** The tunnel's other end, e.g. `192.0.2.1`. */
  destination: pulumi.Input<string>;
  /** The tunnel's end on this host, e.g. `192.0.2.5`. Default: the kernel chooses. */
  source?: pulumi.Input<string> | undefined;
  /** The tunnel's key or network identifier. Default: 0. */
  id?: pulumi.Input<number> | undefined;
  /** TTL of the outer header. Default: the device's. From 1 to 255. */
  ttl?: pulumi.Input<number> | undefined;
  /** Type of service of the outer header. Default: 0. From 1 to 255. */
  tos?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `ip6`. */
export interface HostNetworkRouteSetRouteEncapsulationIp6 {
  /** The metadata of an IPv6 tunnel, for a route over a collecting tunnel device (`external`). Linux 4.3. */
  type: pulumi.Input<"ip6">;
  /** The tunnel's other end, e.g. `2001:db8::1`. */
  destination: pulumi.Input<string>;
  /** The tunnel's end on this host, e.g. `2001:db8::5`. Default: the kernel chooses. */
  source?: pulumi.Input<string> | undefined;
  /** The tunnel's key or network identifier. Default: 0. */
  id?: pulumi.Input<number> | undefined;
  /** Hop limit of the outer header. Default: the device's. From 1 to 255. */
  hopLimit?: pulumi.Input<number> | undefined;
  /** Traffic class of the outer header. Default: 0. From 1 to 255. */
  trafficClass?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `seg6`. */
export interface HostNetworkRouteSetRouteEncapsulationSeg6 {
  /** IPv6 segment routing (SRv6). Linux 4.10. */
  type: pulumi.Input<"seg6">;
  /** `encap` puts an outer IPv6 header around the packet, `inline` a header into an IPv6 packet. */
  mode: pulumi.Input<"encap" | "inline">;
  /** The segments to visit, the first one first, e.g. `["2001:db8::1"]`. */
  segments: pulumi.Input<pulumi.Input<string>[]>;
}

/** One entry of `nextHops`. */
export interface HostNetworkRouteSetNextHop {
  /**
   * The next hop's address, e.g. `192.0.2.1` or `fe80::1`. An IPv4 route may have an IPv6 next hop (Linux 5.2; then say
   * `family`). `dhcp` and `ra` stand for the gateway of the default route that DHCP or a router advertisement has put on
   * `device`, at the time of the change. Default: none; what is directly connected has none.
   */
  gateway?: pulumi.Input<string> | undefined;
  /** The network device that leads there, e.g. `eth0`. Default: the one whose address covers the gateway. */
  device?: pulumi.Input<string> | undefined;
  /**
   * This next hop's share of the traffic, 1 to 256, in proportion to the sum of all. Alone, a next hop has no weight.
   * Default: `1`.
   */
  weight?: pulumi.Input<number> | undefined;
  /**
   * Take the gateway for a neighbour on `device` even if no address of the host's covers it. Default: false. For IPv6 Linux
   * 4.11.
   */
  onLink?: pulumi.Input<boolean> | undefined;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  realms?: pulumi.Input<string> | undefined;
}

/** `encapsulation` of the form `mpls`. */
export interface HostNetworkRouteSetEncapsulationMpls {
  /** MPLS; needs the module mpls_iptunnel. Linux 4.3. */
  type: pulumi.Input<"mpls">;
  /** The labels to push, the outermost first, e.g. `[100, 200]`. */
  labels: pulumi.Input<pulumi.Input<number>[]>;
  /** TTL of the labels. Default: the packet's. From 1 to 255. */
  ttl?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `ip`. */
export interface HostNetworkRouteSetEncapsulationIp {
  /** The metadata of an IPv4 tunnel, for a route over a collecting tunnel device (`external`). Linux 4.3. */
  type: pulumi.Input<"ip">;
  /** The tunnel's other end, e.g. `192.0.2.1`. */
  destination: pulumi.Input<string>;
  /** The tunnel's end on this host, e.g. `192.0.2.5`. Default: the kernel chooses. */
  source?: pulumi.Input<string> | undefined;
  /** The tunnel's key or network identifier. Default: 0. */
  id?: pulumi.Input<number> | undefined;
  /** TTL of the outer header. Default: the device's. From 1 to 255. */
  ttl?: pulumi.Input<number> | undefined;
  /** Type of service of the outer header. Default: 0. From 1 to 255. */
  tos?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `ip6`. */
export interface HostNetworkRouteSetEncapsulationIp6 {
  /** The metadata of an IPv6 tunnel, for a route over a collecting tunnel device (`external`). Linux 4.3. */
  type: pulumi.Input<"ip6">;
  /** The tunnel's other end, e.g. `2001:db8::1`. */
  destination: pulumi.Input<string>;
  /** The tunnel's end on this host, e.g. `2001:db8::5`. Default: the kernel chooses. */
  source?: pulumi.Input<string> | undefined;
  /** The tunnel's key or network identifier. Default: 0. */
  id?: pulumi.Input<number> | undefined;
  /** Hop limit of the outer header. Default: the device's. From 1 to 255. */
  hopLimit?: pulumi.Input<number> | undefined;
  /** Traffic class of the outer header. Default: 0. From 1 to 255. */
  trafficClass?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `seg6`. */
export interface HostNetworkRouteSetEncapsulationSeg6 {
  /** IPv6 segment routing (SRv6). Linux 4.10. */
  type: pulumi.Input<"seg6">;
  /** `encap` puts an outer IPv6 header around the packet, `inline` a header into an IPv6 packet. */
  mode: pulumi.Input<"encap" | "inline">;
  /** The segments to visit, the first one first, e.g. `["2001:db8::1"]`. */
  segments: pulumi.Input<pulumi.Input<string>[]>;
}
