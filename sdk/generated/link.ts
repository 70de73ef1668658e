// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/**
 * A network device that is there already: whether it is up, its MTU and the like, as `ip link set` knows them. What is not
 * declared is left as it is. The device is neither made nor removed: deletion sets the declared fields back to what was
 * found.
 */
export class Link extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /** The network device, which must be there already, e.g. `eth0`. */
  declare readonly name: pulumi.Output<string>;
  /**
   * Whether the device is set up. When it goes down, the kernel removes the routes over it, and its VLANs go down as well.
   * Default: left as it is.
   */
  declare readonly up: pulumi.Output<boolean | undefined>;
  /**
   * Whether the device asks for its neighbours' Ethernet addresses and answers for its own, by ARP and IPv6 neighbour
   * discovery. Without it only permanent neighbours are reached. Default: left as it is.
   */
  declare readonly arp: pulumi.Output<boolean | undefined>;
  /**
   * The longest packet, in bytes. VLANs on the device can't have a larger one: they are lowered with it, and not raised
   * again. Below 1280 there is no IPv6 on it. Default: left as it is. From 0 to 2147483647.
   */
  declare readonly mtu: pulumi.Output<number | undefined>;
  /**
   * The Ethernet address, e.g. `02:00:5e:00:53:01`. Some drivers take another one only while the device is down. Default:
   * left as it is.
   */
  declare readonly macAddress: pulumi.Output<string | undefined>;
  /**
   * How many packets may wait to be sent, where the device's queueing discipline has no limit of its own. Some kernels take
   * 32767 at most. Default: left as it is. From 0 to 2147483647.
   */
  declare readonly txQueueLength: pulumi.Output<number | undefined>;
  /**
   * The group that the device is in: a number, for `ip link set group` and for rules. Default: left as it is. From 0 to
   * 2147483647.
   */
  declare readonly group: pulumi.Output<number | undefined>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: LinkArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("Link", name, args, options, {
      filledIn: [],
      asDeclared: ["host", "name", "up", "arp", "mtu", "macAddress", "txQueueLength", "group", "mustReach"],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a Link. */
export interface LinkArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
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
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}
