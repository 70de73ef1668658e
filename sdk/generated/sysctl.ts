// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/** A setting of the kernel's network stack, as `sysctl` knows it. Deleting the resource puts back the value that was found. */
export class Sysctl extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /**
   * The sysctl, below `net` only, e.g. `net.ipv4.ip_forward`. Where a device's name has a dot in it, with slashes:
   * `net/ipv4/conf/eth0.100/rp_filter`.
   */
  declare readonly key: pulumi.Output<string>;
  /**
   * What it is to be, a number or text, e.g. `1`. Several numbers have a space between them. When the resource is deleted,
   * the value that was found is put back.
   */
  declare readonly value: pulumi.Output<string | number>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: SysctlArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("Sysctl", name, args, options, {
      filledIn: [],
      asDeclared: ["host", "key", "value", "mustReach"],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a Sysctl. */
export interface SysctlArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
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
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}
