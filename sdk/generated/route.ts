// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/**
 * A route to one destination in one table: over one gateway or device, or over several next hops that share the traffic by
 * weight, as `ip route` knows it.
 */
export class Route extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /**
   * Where packets are headed: a prefix such as `192.0.2.0/24` or `2001:db8::/32`, one address, or `default` (the same as
   * `0.0.0.0/0` and `::/0`).
   */
  declare readonly destination: pulumi.Output<string>;
  /** Needed only where nothing else tells: for a `default` without any address. Default: that of the addresses. */
  declare readonly family: pulumi.Output<"ipv4" | "ipv6" | undefined>;
  /**
   * What happens to the packets: `unicast` sends them on; `blackhole` drops them silently, `unreachable` and `prohibit` with
   * an ICMP error; `throw` ends the look-up in this table; `local` takes them for the host itself; `broadcast` and
   * `multicast` say what they are. Default: `unicast`.
   */
  declare readonly type: pulumi.Output<
    "unicast" | "blackhole" | "unreachable" | "prohibit" | "throw" | "local" | "broadcast" | "multicast"
  >;
  /**
   * The next hop's address, e.g. `192.0.2.1` or `fe80::1`. An IPv4 route may have an IPv6 next hop (Linux 5.2; then say
   * `family`). `dhcp` and `ra` stand for the gateway of the default route that DHCP or a router advertisement has put on
   * `device`, at the time of the change. Default: none; what is directly connected has none.
   */
  declare readonly gateway: pulumi.Output<string | undefined>;
  /** The network device that packets leave by, e.g. `eth0`. Default: the one whose address covers the gateway. */
  declare readonly device: pulumi.Output<string | undefined>;
  /**
   * Take the gateway for a neighbour on `device` even if no address of the host's covers it. Default: false. For IPv6 Linux
   * 4.11.
   */
  declare readonly onLink: pulumi.Output<boolean | undefined>;
  /**
   * Several next hops that share the traffic by weight, instead of `gateway` and `device`. The order is kept, because the
   * kernel spreads connections in that order; another order is not a difference. For IPv6 each needs a gateway. Default:
   * none.
   */
  declare readonly nextHops: pulumi.Output<pulumi.Unwrap<RouteNextHop>[] | undefined>;
  /**
   * The routing table: a number from 1 to 4294967295, or a name of the host's rt_tables, e.g. `100` or `isp`. Default:
   * `main` (254); `local` (255) for the types `local` and `broadcast`.
   */
  declare readonly table: pulumi.Output<number | string | undefined>;
  /**
   * Lower wins among routes to the same destination. Default: 0 for IPv4; 512 for IPv6, so that it is not mistaken for the
   * 1024 of a learnt route.
   */
  declare readonly metric: pulumi.Output<number | undefined>;
  /**
   * IPv4: how far the destination is: `global`, `site`, `link`, `host`, or a number from 0 to 255. Default: `link` without a
   * gateway, `host` for type `local`, otherwise `global`. IPv6 has none.
   */
  declare readonly scope: pulumi.Output<"global" | "site" | "link" | "host" | number | undefined>;
  /** IPv4: only packets with this type of service (a DSCP times 4) take the route. Default: 0, any. From 0 to 252. */
  declare readonly tos: pulumi.Output<number | undefined>;
  /**
   * The host's own address that its connections over this route come from, e.g. `192.0.2.5`. It must be on the host first.
   * Default: the kernel chooses.
   */
  declare readonly preferredSource: pulumi.Output<string | undefined>;
  /** IPv6: only packets that come from this prefix, e.g. `2001:db8:1::/48`, take the route. Default: any. */
  declare readonly source: pulumi.Output<string | undefined>;
  /** Largest packet, in bytes, that is sent to this destination. Default: the path's or the device's. From 1 to 65520. */
  declare readonly mtu: pulumi.Output<number | undefined>;
  /** Never lower `mtu` by path MTU discovery. Default: false. */
  declare readonly lockMtu: pulumi.Output<boolean | undefined>;
  /** The MSS, in bytes, that TCP tells its peers. Default: from the device's MTU. From 1 to 65495. */
  declare readonly advertisedMss: pulumi.Output<number | undefined>;
  /** Largest window, in bytes, that TCP advertises to these peers. Default: no limit. */
  declare readonly window: pulumi.Output<number | undefined>;
  /** Estimate of the round trip time, in milliseconds, that TCP starts from. Default: none. From 1 to 536870911. */
  declare readonly rtt: pulumi.Output<number | undefined>;
  /** Estimate of the round trip time's variance, in milliseconds. Default: none. From 1 to 1073741823. */
  declare readonly rttVar: pulumi.Output<number | undefined>;
  /** Least time, in milliseconds, before TCP sends again. Default: 200. Linux 2.6.23. */
  declare readonly rtoMin: pulumi.Output<number | undefined>;
  /** Hop limit (TTL) of packets on this route, 1 to 255. Default: the host's. */
  declare readonly hopLimit: pulumi.Output<number | undefined>;
  /** Slow start threshold, in segments, that TCP starts from. Default: none. */
  declare readonly ssThresh: pulumi.Output<number | undefined>;
  /** Limit of TCP's congestion window, in segments. Default: none. */
  declare readonly congestionWindow: pulumi.Output<number | undefined>;
  /** Segments that TCP may send before the first answer. Default: 10. Linux 2.6.39. */
  declare readonly initialCongestionWindow: pulumi.Output<number | undefined>;
  /** TCP's first receive window, in segments. Default: from the socket's buffer. Linux 2.6.33. */
  declare readonly initialReceiveWindow: pulumi.Output<number | undefined>;
  /** Packets out of order that TCP tolerates before it takes one for lost. Default: net.ipv4.tcp_reordering, 3. */
  declare readonly reordering: pulumi.Output<number | undefined>;
  /** TCP acknowledges every segment at once. Linux 3.11. Default: false. */
  declare readonly quickAck: pulumi.Output<boolean | undefined>;
  /** TCP asks for explicit congestion notification on this route, whatever net.ipv4.tcp_ecn says. Linux 3.18. Default: false. */
  declare readonly ecn: pulumi.Output<boolean | undefined>;
  /** TCP Fast Open without a cookie. Linux 4.15. Default: false. */
  declare readonly fastOpenNoCookie: pulumi.Output<boolean | undefined>;
  /** TCP congestion control on this route, e.g. `bbr`; its module must be there. Default: the host's. Linux 4.0. */
  declare readonly congestionControl: pulumi.Output<string | undefined>;
  /** IPv6: which of several routers is preferred (RFC 4191): `low`, `medium` or `high`. Default: `medium`. Linux 4.1. */
  declare readonly routerPreference: pulumi.Output<"low" | "medium" | "high" | undefined>;
  /**
   * IPv6: seconds after which the kernel removes the route. It runs down on the host, which is no difference. Default:
   * never. Linux 4.4. From 1 to 4294967.
   */
  declare readonly expiresSeconds: pulumi.Output<number | undefined>;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  declare readonly realms: pulumi.Output<string | undefined>;
  /** The tunnel that packets are put into on their way out: `mpls`, `ip`, `ip6` or `seg6`. Default: none. */
  declare readonly encapsulation: pulumi.Output<
    | pulumi.Unwrap<RouteEncapsulationMpls>
    | pulumi.Unwrap<RouteEncapsulationIp>
    | pulumi.Unwrap<RouteEncapsulationIp6>
    | pulumi.Unwrap<RouteEncapsulationSeg6>
    | undefined
  >;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: RouteArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("Route", name, args, options, {
      filledIn: ["family", "type", "table", "metric"],
      asDeclared: [
        "host",
        "destination",
        "gateway",
        "device",
        "onLink",
        "nextHops",
        "scope",
        "tos",
        "preferredSource",
        "source",
        "mtu",
        "lockMtu",
        "advertisedMss",
        "window",
        "rtt",
        "rttVar",
        "rtoMin",
        "hopLimit",
        "ssThresh",
        "congestionWindow",
        "initialCongestionWindow",
        "initialReceiveWindow",
        "reordering",
        "quickAck",
        "ecn",
        "fastOpenNoCookie",
        "congestionControl",
        "routerPreference",
        "expiresSeconds",
        "realms",
        "encapsulation",
        "mustReach",
      ],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a Route. */
export interface RouteArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
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
  nextHops?: pulumi.Input<pulumi.Input<RouteNextHop>[]> | undefined;
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
    pulumi.Input<RouteEncapsulationMpls | RouteEncapsulationIp | RouteEncapsulationIp6 | RouteEncapsulationSeg6> | undefined;
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}

/** One entry of `nextHops`. */
export interface RouteNextHop {
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
export interface RouteEncapsulationMpls {
  /** MPLS; needs the module mpls_iptunnel. Linux 4.3. */
  type: pulumi.Input<"mpls">;
  /** The labels to push, the outermost first, e.g. `[100, 200]`. */
  labels: pulumi.Input<pulumi.Input<number>[]>;
  /** TTL of the labels. Default: the packet's. From 1 to 255. */
  ttl?: pulumi.Input<number> | undefined;
}

/** `encapsulation` of the form `ip`. */
export interface RouteEncapsulationIp {
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
export interface RouteEncapsulationIp6 {
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
export interface RouteEncapsulationSeg6 {
  /** IPv6 segment routing (SRv6). Linux 4.10. */
  type: pulumi.Input<"seg6">;
  /** `encap` puts an outer IPv6 header around the packet, `inline` a header into an IPv6 packet. */
  mode: pulumi.Input<"encap" | "inline">;
  /** The segments to visit, the first one first, e.g. `["2001:db8::1"]`. */
  segments: pulumi.Input<pulumi.Input<string>[]>;
}
