// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/** A VLAN on a network device: a device of its own, as `ip link add ... type vlan` makes it. */
export class Vlan extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /** The name that the VLAN's own device has on the host, e.g. `eth0.7`. */
  declare readonly name: pulumi.Output<string>;
  /**
   * The device that the frames are sent by, e.g. `eth0`, a bond, or another VLAN. A change makes the VLAN anew, in one
   * transaction.
   */
  declare readonly device: pulumi.Output<string>;
  /** The VLAN's number in the frames' tag. A change makes the VLAN anew, in one transaction. From 1 to 4094. */
  declare readonly vlanId: pulumi.Output<number>;
  /**
   * Which tag the frames have: `802.1Q`, or `802.1ad` for a provider's outer tag (QinQ). A change makes the VLAN anew, in
   * one transaction. Linux 3.10. Default: `"802.1Q"`.
   */
  declare readonly protocol: pulumi.Output<"802.1Q" | "802.1ad">;
  /** Whether the device is set up. It can be only while the one below it is. Default: `true`. */
  declare readonly up: pulumi.Output<boolean>;
  /** The longest packet, in bytes; no longer than that of the device below. Default: that one's. From 0 to 2147483647. */
  declare readonly mtu: pulumi.Output<number | undefined>;
  /** The Ethernet address, e.g. `02:00:5e:00:53:01`. Default: that of the device below. */
  declare readonly macAddress: pulumi.Output<string | undefined>;
  /** Show frames that came in without their tag, as if they had come by a device of their own. Default: true. */
  declare readonly reorderHeader: pulumi.Output<boolean | undefined>;
  /** Register the VLAN at the switch by GVRP. Default: false. */
  declare readonly gvrp: pulumi.Output<boolean | undefined>;
  /** Register the VLAN at the switch by MVRP. Default: false. Linux 3.9. */
  declare readonly mvrp: pulumi.Output<boolean | undefined>;
  /** Let the VLAN be up or down whatever the device below it is. Default: false. */
  declare readonly looseBinding: pulumi.Output<boolean | undefined>;
  /** On a bridge: have a carrier only while a port of the bridge in this VLAN has one. Default: false. Linux 5.2. */
  declare readonly bridgeBinding: pulumi.Output<boolean | undefined>;
  /** Which priority a packet gets that came in with a priority in its tag. Default: 0 for all. Order is no difference. */
  declare readonly ingressQosMap: pulumi.Output<pulumi.Unwrap<VlanIngressQosMap>[] | undefined>;
  /** Which priority a packet's tag gets when it goes out. Default: 0 for all. Order is no difference. */
  declare readonly egressQosMap: pulumi.Output<pulumi.Unwrap<VlanEgressQosMap>[] | undefined>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: VlanArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("Vlan", name, args, options, {
      filledIn: ["protocol", "up"],
      asDeclared: [
        "host",
        "name",
        "device",
        "vlanId",
        "mtu",
        "macAddress",
        "reorderHeader",
        "gvrp",
        "mvrp",
        "looseBinding",
        "bridgeBinding",
        "ingressQosMap",
        "egressQosMap",
        "mustReach",
      ],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a Vlan. */
export interface VlanArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
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
  ingressQosMap?: pulumi.Input<pulumi.Input<VlanIngressQosMap>[]> | undefined;
  /** Which priority a packet's tag gets when it goes out. Default: 0 for all. Order is no difference. */
  egressQosMap?: pulumi.Input<pulumi.Input<VlanEgressQosMap>[]> | undefined;
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}

/** One entry of `ingressQosMap`. */
export interface VlanIngressQosMap {
  /** The priority in the frame's tag. From 0 to 7. */
  from: pulumi.Input<number>;
  /** The packet's priority on the host (`skb->priority`), e.g. for `tc`. */
  to: pulumi.Input<number>;
}

/** One entry of `egressQosMap`. */
export interface VlanEgressQosMap {
  /** The packet's priority on the host (`skb->priority`). */
  from: pulumi.Input<number>;
  /** The priority in the frame's tag. From 0 to 7. */
  to: pulumi.Input<number>;
}
