/** Random declarations of links on the devices of test/lab/kinds/kernel.ts. */
import fc from "fast-check";
import type { z } from "zod";
import type { link } from "../../../provider/kinds/link";
import type { vlan } from "../../../provider/kinds/vlan";

type LinkInput = z.input<typeof link.schema>;
type VlanInput = z.input<typeof vlan.schema>;

const device = fc.integer({ min: 0, max: 3 }).map((n) => `line${n}`);
const mtu = fc.integer({ min: 1280, max: 1500 });
/** Even in its first byte: no group's. */
const macAddress = fc
  .tuple(fc.constantFrom("02", "0A", "fe"), fc.uint8Array({ minLength: 5, maxLength: 5 }))
  .map(([first, rest]) => [first, ...[...rest].map((byte) => byte.toString(16).padStart(2, "0"))].join(":"));
/** Some kernels take no longer one. */
const txQueueLength = fc.integer({ min: 0, max: 32767 });
const group = fc.integer({ min: 0, max: 2147483647 });

export const anyLink: fc.Arbitrary<LinkInput> = fc
  .record(
    { name: device, up: fc.boolean(), arp: fc.boolean(), mtu, macAddress, txQueueLength, group },
    { requiredKeys: ["name"] },
  )
  .filter((input) => Object.keys(input).length > 1);

const priority = fc.integer({ min: 0, max: 7 });
const u32 = fc.integer({ min: 0, max: 4294967295 });
/** Each is mapped once. */
const map = (from: fc.Arbitrary<number>, to: fc.Arbitrary<number>) =>
  fc.uniqueArray(fc.record({ from, to }), { selector: (mapping) => mapping.from, maxLength: 4 });

/** Each VLAN of a device has a name of its own, by its number. */
export const anyVlan: fc.Arbitrary<VlanInput> = fc.tuple(device, fc.integer({ min: 1, max: 4094 })).chain(([name, id]) =>
  fc.record(
    {
      name: fc.constant(`${name.replace("line", "v")}.${id}`),
      device: fc.constant(name),
      vlanId: fc.constant(id),
      protocol: fc.constantFrom<"802.1Q" | "802.1ad">("802.1Q", "802.1ad"),
      up: fc.boolean(),
      mtu,
      macAddress,
      ...{ reorderHeader: fc.boolean(), gvrp: fc.boolean(), mvrp: fc.boolean() },
      ...{ looseBinding: fc.boolean(), bridgeBinding: fc.boolean() },
      ingressQosMap: map(priority, u32),
      egressQosMap: map(u32, priority),
    },
    { requiredKeys: ["name", "device", "vlanId"] },
  ),
);
