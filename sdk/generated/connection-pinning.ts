// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/**
 * Keeps established connections on the line that they use: when a line recovers or weights change, only new ones follow.
 * Connections that come in by a line are answered by it, and a line can have its own source NAT. Done with connection
 * marks, in one table of nftables. Each line needs a table of its own with a default route over it, as a `LineMonitor`
 * makes it. A host has one.
 */
export class ConnectionPinning extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /** The lines that connections stay on. */
  declare readonly lines: pulumi.Output<pulumi.Unwrap<ConnectionPinningLine>[]>;
  /** Whether connections that come in by a line are answered by it, by the host itself and by those behind it. Default: true. */
  declare readonly inbound: pulumi.Output<boolean>;
  /**
   * Whether TCP connections over the lines are told to send no packets that are too large for the way, where that is smaller
   * than what their ends know of (PPPoE, tunnels). Default: false.
   */
  declare readonly clampMss: pulumi.Output<boolean>;
  /** Whether IPv6 connections are pinned as well; false where the host's kernel has no IPv6. Default: true. */
  declare readonly ipv6: pulumi.Output<boolean>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: ConnectionPinningArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("ConnectionPinning", name, args, options, {
      filledIn: ["inbound", "clampMss", "ipv6"],
      asDeclared: ["host", "lines", "mustReach"],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a ConnectionPinning. */
export interface ConnectionPinningArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
  /** The lines that connections stay on. */
  lines: pulumi.Input<pulumi.Input<ConnectionPinningLine>[]>;
  /** Whether connections that come in by a line are answered by it, by the host itself and by those behind it. Default: true. */
  inbound?: pulumi.Input<boolean> | undefined;
  /**
   * Whether TCP connections over the lines are told to send no packets that are too large for the way, where that is smaller
   * than what their ends know of (PPPoE, tunnels). Default: false.
   */
  clampMss?: pulumi.Input<boolean> | undefined;
  /** Whether IPv6 connections are pinned as well; false where the host's kernel has no IPv6. Default: true. */
  ipv6?: pulumi.Input<boolean> | undefined;
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}

/** One entry of `lines`. */
export interface ConnectionPinningLine {
  /** What the line is called, e.g. `adsl`: by the same name as in a `LineMonitor`. */
  name: pulumi.Input<string>;
  /** The network device that leads to it, e.g. `eth1`. */
  device: pulumi.Input<string>;
  /**
   * Its place in the reserved numbers: table 20500 + number, which needs a default route over the line, rule priority 20500
   * + number, mark number * 256. As in a `LineMonitor`. Default: its place in the list, from 1. From 1 to 62.
   */
  number?: pulumi.Input<number> | undefined;
  /**
   * Whether IPv4 connections that leave by this line get the address of its device, or the address that is given here, e.g.
   * `203.0.113.5`. Default: false, they keep their own.
   */
  masquerade?: pulumi.Input<boolean | string> | undefined;
}
