import { z } from "zod";
import { ourAlias } from "../iproute/names";
import { deviceName, u32, whole } from "../iproute/tokens";
import { defineKind } from "../kind";
import type { LiveLink } from "../snapshot";
import { macAddress, mtu } from "./link-fields";
import { contradictions } from "./vlan-contradictions";
import { canonical, declaredForm, isVlan } from "./vlan-form";
import { hint } from "./vlan-hint";
import { type VlanOnHost, anticipate, excludes, onHost, planVlan, replayLines } from "./vlan-plan";

const vlanId = z
  .number()
  .int()
  .min(1, {
    error: ({ input }) => (input === 0 ? "frames with ID 0 carry a priority and belong to no VLAN; write 1 to 4094" : undefined),
  })
  .max(4094, { error: ({ input }) => (input === 4095 ? "IEEE 802.1Q reserves ID 4095; write 1 to 4094" : undefined) });

/** The priority in a frame's tag. */
const priority = whole(0, 7);

const ingress = z.strictObject({
  from: priority.describe("The priority in the frame's tag."),
  to: u32.describe("The packet's priority on the host (`skb->priority`), e.g. for `tc`."),
});
const egress = z.strictObject({
  from: u32.describe("The packet's priority on the host (`skb->priority`)."),
  to: priority.describe("The priority in the frame's tag."),
});

const schema = z
  .strictObject({
    name: deviceName.describe("The name that the VLAN's own device has on the host, e.g. `eth0.7`."),
    device: deviceName.describe(
      "The device that the frames are sent by, e.g. `eth0`, a bond, or another VLAN. A change makes the VLAN anew, in one transaction.",
    ),
    vlanId: vlanId.describe("The VLAN's number in the frames' tag. A change makes the VLAN anew, in one transaction."),
    protocol: z
      .enum(["802.1Q", "802.1ad"])
      .default("802.1Q")
      .describe(
        "Which tag the frames have: `802.1Q`, or `802.1ad` for a provider's outer tag (QinQ). A change makes the VLAN anew, in one transaction. Linux 3.10.",
      ),
    up: z.boolean().default(true).describe("Whether the device is set up. It can be only while the one below it is."),
    mtu: mtu.optional().describe("The longest packet, in bytes; no longer than that of the device below. Default: that one's."),
    macAddress: macAddress
      .optional()
      .describe("The Ethernet address, e.g. `02:00:5e:00:53:01`. Default: that of the device below."),
    reorderHeader: z
      .boolean()
      .optional()
      .describe("Show frames that came in without their tag, as if they had come by a device of their own. Default: true."),
    gvrp: z.boolean().optional().describe("Register the VLAN at the switch by GVRP. Default: false."),
    mvrp: z.boolean().optional().describe("Register the VLAN at the switch by MVRP. Default: false. Linux 3.9."),
    looseBinding: z.boolean().optional().describe("Let the VLAN be up or down whatever the device below it is. Default: false."),
    bridgeBinding: z
      .boolean()
      .optional()
      .describe("On a bridge: have a carrier only while a port of the bridge in this VLAN has one. Default: false. Linux 5.2."),
    ingressQosMap: z
      .array(ingress)
      .optional()
      .describe(
        "Which priority a packet gets that came in with a priority in its tag. Default: 0 for all. Order is no difference.",
      ),
    egressQosMap: z
      .array(egress)
      .optional()
      .describe("Which priority a packet's tag gets when it goes out. Default: 0 for all. Order is no difference."),
  })
  .overwrite((vlan) => canonical(vlan));

export type Vlan = z.output<typeof schema>;

export interface ObservedVlan {
  readonly live: LiveLink;
  /** What is there; what a host chooses by itself only where it is declared or has another value. */
  readonly declared: Vlan;
  /** Links of others that stand on this one, and would go with it. */
  readonly foreignAbove: readonly string[];
}

/** A VLAN on a device, as `ip link add ... type vlan` makes it. */
export const vlan = defineKind<typeof schema, ObservedVlan, VlanOnHost>({
  name: "Vlan",
  description: "A VLAN on a network device: a device of its own, as `ip link add ... type vlan` makes it.",
  schema,
  contradictions,
  resolve: onHost,
  anticipate,
  identity: ({ name }) => [name],
  reads: ({ name, device }) => [`device ${name}`, `bond ${name}`, `device ${device}`],

  observe({ links, objects }, desired) {
    const live = links.find((one) => one.name === desired.name && isVlan(one));
    if (!live) return undefined;
    const below = links.find(({ name }) => name === live.parent);
    const ours = new Set([...objects.values()].filter(({ kind }) => kind === "Vlan").map(({ identity }) => identity));
    const foreignAbove = links.filter(({ name, parent }) => parent === live.name && !ours.has(name)).map(({ name }) => name);
    return { live, declared: declaredForm(live, below, desired), foreignAbove };
  },

  marked: ({ live }) => live.alias === ourAlias,
  plan: planVlan,
  excludes,
  replay: replayLines,
  inputsOf: ({ declared }) => declared,
  hint,
});
