// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/** An IPv4 or IPv6 address on a network device of the host, as `ip address` knows it. */
export class Address extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /** The network device that bears the address, e.g. `eth0`. */
  declare readonly device: pulumi.Output<string>;
  /**
   * The host's own address with its subnet's prefix length, e.g. `192.0.2.5/24` or `2001:db8::5/64`. With `peer`, the length
   * is the peer's.
   */
  declare readonly address: pulumi.Output<string>;
  /**
   * The address at the other end of a point-to-point line, without a length, e.g. `192.0.2.1`. Default: none; the subnet is
   * the address's own.
   */
  declare readonly peer: pulumi.Output<string | undefined>;
  /**
   * IPv4: the broadcast address of the subnet, e.g. `192.0.2.255`; `auto` is the last address of the subnet. Default: none
   * is set, and the subnet's own is left alone.
   */
  declare readonly broadcast: pulumi.Output<string | undefined>;
  /**
   * IPv4: how far the address is valid: `global`, `site`, `link`, `host`, or a number from 0 to 255. Default: `global`, and
   * `host` for 127.0.0.0/8. The kernel decides it for IPv6. A change removes and adds the address in one transaction.
   */
  declare readonly scope: pulumi.Output<"global" | "site" | "link" | "host" | number | undefined>;
  /**
   * IPv4: a name for the address, beginning with the device's, e.g. `eth0:1`. Default: the device's name. A change removes
   * and adds the address in one transaction.
   */
  declare readonly label: pulumi.Output<string | undefined>;
  /** Do not add the route to the address's own subnet. Default: false. Linux 3.14 for IPv6, 4.4 for IPv4. */
  declare readonly noPrefixRoute: pulumi.Output<boolean | undefined>;
  /** IPv6: this is the home address of Mobile IPv6 (RFC 6275). Default: false. */
  declare readonly home: pulumi.Output<boolean | undefined>;
  /**
   * IPv6: skip duplicate address detection, so that the address can be used at once instead of a second or two later.
   * Default: false.
   */
  declare readonly noDad: pulumi.Output<boolean | undefined>;
  /**
   * Join the multicast group that the address is, on behalf of everybody on the host. Multicast addresses only. Default:
   * false. Linux 4.1.
   */
  declare readonly autoJoin: pulumi.Output<boolean | undefined>;
  /** IPv6: make temporary privacy addresses (RFC 8981) after this one; needs a /64. Default: false. Linux 3.14. */
  declare readonly manageTemporary: pulumi.Output<boolean | undefined>;
  /**
   * Seconds for which new connections may use the address as their source; 0 = deprecated from the beginning. Default: for
   * ever, or as long as it is valid. It runs down on the host, which is no difference.
   */
  declare readonly preferredLifetimeSeconds: pulumi.Output<number | undefined>;
  /** Seconds after which the kernel removes the address. Default: for ever. It runs down on the host, which is no difference. */
  declare readonly validLifetimeSeconds: pulumi.Output<number | undefined>;
  /** Metric of the route to the address's own subnet; lower wins. Default: 0 for IPv4, 256 for IPv6. Linux 4.18. */
  declare readonly metric: pulumi.Output<number | undefined>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: AddressArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("Address", name, args, options, {
      filledIn: ["preferredLifetimeSeconds"],
      asDeclared: [
        "host",
        "device",
        "address",
        "peer",
        "broadcast",
        "scope",
        "label",
        "noPrefixRoute",
        "home",
        "noDad",
        "autoJoin",
        "manageTemporary",
        "validLifetimeSeconds",
        "metric",
        "mustReach",
      ],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about an Address. */
export interface AddressArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
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
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}
