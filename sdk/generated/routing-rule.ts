// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/**
 * A policy rule, as `ip rule` knows it: which packets look for their route in which table. The kernel knows a rule by all
 * that it says, and several may have one priority: a rule that says anything else, or is somebody else's, is another one,
 * and stays. A change puts the new rule in and takes the old one out, in one transaction.
 */
export class RoutingRule extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /**
   * The rule's place among others, a number from 1 to 4294967295: lower ones are asked first. The kernel's own are 0
   * (`local`), 32766 (`main`) and 32767 (`default`). Several rules may have one priority; where it matters which of them is
   * asked first, give them different ones, for after a reboot they may come in another order. A rule of somebody else's that
   * has been given none lands just before the lowest one there is.
   */
  declare readonly priority: pulumi.Output<number>;
  /**
   * A rule is for one of the two: a rule for both is two resources. Default: that of `from` or `to`; `ipv6` with a
   * `flowLabel`; otherwise `ipv4`, as for `ip rule`.
   */
  declare readonly family: pulumi.Output<"ipv4" | "ipv6" | undefined>;
  /** Packets from here: a prefix such as `192.0.2.0/24` or `2001:db8::/32`, or one address. Default: any. */
  declare readonly from: pulumi.Output<string | undefined>;
  /** Packets to there: a prefix such as `198.51.100.0/24`, or one address. Default: any. */
  declare readonly to: pulumi.Output<string | undefined>;
  /**
   * Packets that came in by this device, e.g. `eth0`; `lo` stands for those that the host itself sends. The device may come
   * later. Default: any.
   */
  declare readonly inputDevice: pulumi.Output<string | undefined>;
  /** Packets of sockets that are bound to this device, e.g. `eth0`. The device may come later. Default: any. */
  declare readonly outputDevice: pulumi.Output<string | undefined>;
  /** Packets with this mark, as the firewall or a socket has set it, e.g. `0x100`. Default: any. */
  declare readonly firewallMark: pulumi.Output<number | undefined>;
  /** The bits of the mark that `firewallMark` is compared with, e.g. `0x3f00`. Default: all. */
  declare readonly firewallMask: pulumi.Output<number | undefined>;
  /** Packets of this protocol: a name such as `tcp`, `udp` or `icmp`, or a number from 1 to 255. Default: any. */
  declare readonly ipProtocol: pulumi.Output<
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
    | undefined
  >;
  /**
   * Packets from this port or these: `443`, `"1000-2000"`, or a port under a mask, `"1024/0xfc00"` (Linux and iproute2
   * 6.15). 65534 is the highest that the kernel takes. Default: any.
   */
  declare readonly sourcePorts: pulumi.Output<number | string | undefined>;
  /** Packets to this port or these, e.g. `443` or `"1000-2000"`. Default: any. */
  declare readonly destinationPorts: pulumi.Output<number | string | undefined>;
  /** Packets that a process of this user or these users sends, by number: `1000`, or `"1000-1999"`. Default: any. */
  declare readonly uidRange: pulumi.Output<number | string | undefined>;
  /** Packets with this DSCP, all six bits of it, 0 to 63. Default: any. Linux and iproute2 6.12. */
  declare readonly dscp: pulumi.Output<number | undefined>;
  /** The bits of the DSCP that `dscp` is compared with, e.g. `0x38`. Default: all. Linux and iproute2 6.15. From 1 to 63. */
  declare readonly dscpMask: pulumi.Output<number | undefined>;
  /**
   * Packets with this type of service, a DSCP times 4. For IPv4 at most 28, which the kernel compares with the lower three
   * bits of the DSCP only: `dscp` is better. Default: 0, any. From 0 to 252.
   */
  declare readonly tos: pulumi.Output<number | undefined>;
  /** IPv6: packets with this flow label, 0 to 0xfffff. Default: any. Linux and iproute2 6.14. From 0 to 1048575. */
  declare readonly flowLabel: pulumi.Output<number | undefined>;
  /** IPv6: the bits that `flowLabel` is compared with. Default: all. Linux and iproute2 6.14. From 1 to 1048575. */
  declare readonly flowLabelMask: pulumi.Output<number | undefined>;
  /** Packets that a tunnel with metadata (`external`) has received with this id, such as a VXLAN's VNI. Default: any. */
  declare readonly tunnelId: pulumi.Output<number | undefined>;
  /**
   * Packets of a device that is in a VRF; they are looked up in that VRF's table, so there is no `table` then. Default:
   * false.
   */
  declare readonly l3Mdev: pulumi.Output<boolean | undefined>;
  /** Packets that do NOT match what is declared above. Default: false. */
  declare readonly invert: pulumi.Output<boolean | undefined>;
  /**
   * What happens to a packet that matches: `lookup` looks for a route in `table`, and goes on with the next rule where there
   * is none; `goto` goes on with the rules from `gotoPriority` on; `blackhole` drops it silently, `unreachable` and
   * `prohibit` with an ICMP error; `nop` does nothing, as a place for `goto` to lead to. Default: `goto` with
   * `gotoPriority`, otherwise `lookup`.
   */
  declare readonly action: pulumi.Output<"lookup" | "goto" | "blackhole" | "unreachable" | "prohibit" | "nop" | undefined>;
  /**
   * Where `lookup` looks: a number from 1 to 4294967295, or a name of the host's rt_tables, e.g. `100` or `isp`. The table
   * need not have a route yet. Default: `main` (254).
   */
  declare readonly table: pulumi.Output<number | string | undefined>;
  /** Where `goto` goes on: a priority above the rule's own. As long as no rule has it, the rule does nothing. Default: none. */
  declare readonly gotoPriority: pulumi.Output<number | undefined>;
  /**
   * With `lookup`: a route that is found is passed over when its prefix is of this length or shorter; 0 passes over default
   * routes. Default: none is passed over. From 0 to 128.
   */
  declare readonly suppressPrefixLength: pulumi.Output<number | undefined>;
  /**
   * With `lookup`: a route that is found is passed over when its device is in this group, a number. Default: none is passed
   * over. From 0 to 2147483647.
   */
  declare readonly suppressInterfaceGroup: pulumi.Output<number | undefined>;
  /**
   * IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`.
   * Default: none.
   */
  declare readonly realms: pulumi.Output<string | undefined>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: RoutingRuleArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("RoutingRule", name, args, options, {
      filledIn: ["family", "action", "table"],
      asDeclared: [
        "host",
        "priority",
        "from",
        "to",
        "inputDevice",
        "outputDevice",
        "firewallMark",
        "firewallMask",
        "ipProtocol",
        "sourcePorts",
        "destinationPorts",
        "uidRange",
        "dscp",
        "dscpMask",
        "tos",
        "flowLabel",
        "flowLabelMask",
        "tunnelId",
        "l3Mdev",
        "invert",
        "gotoPriority",
        "suppressPrefixLength",
        "suppressInterfaceGroup",
        "realms",
        "mustReach",
      ],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a RoutingRule. */
export interface RoutingRuleArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
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
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}
