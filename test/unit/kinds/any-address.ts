/** Random declarations of addresses on the devices of test/lab/kinds/kernel.ts. */
import fc from "fast-check";
import type { z } from "zod";
import { address } from "../../../provider/kinds/address";

export type AddressInput = z.input<typeof address.schema>;

const device = fc.integer({ min: 0, max: 3 }).map((n) => `line${n}`);
const octet = fc.integer({ min: 0, max: 255 });
const lifetimes = fc.oneof(
  fc.constant({}),
  fc.constant({ preferredLifetimeSeconds: 0 }),
  fc
    .tuple(fc.integer({ min: 1000, max: 4000000000 }), fc.option(fc.double({ min: 0.5, max: 1, noNaN: true })))
    .map(([valid, part]) => ({
      validLifetimeSeconds: valid,
      ...(part === null ? {} : { preferredLifetimeSeconds: Math.floor(valid * part) }),
    })),
);

const address4 = fc.tuple(device, octet, octet, octet, fc.integer({ min: 16, max: 32 })).chain(([name, a, b, c, length]) =>
  fc.record(
    {
      device: fc.constant(name),
      address: fc.constant(`44.${a}.${b}.${c}/${length}`),
      peer: fc.tuple(octet, octet, octet).map((rest) => `45.${rest.join(".")}`),
      broadcast: fc.constantFrom("auto", "44.255.255.255"),
      scope: fc.constantFrom<"link" | "host" | "site" | "global" | number>("link", "host", "site", "global", 100),
      label: fc.integer({ min: 0, max: 99 }).map((n) => `${name}:${n}`),
      noPrefixRoute: fc.boolean(),
      metric: fc.integer({ min: 0, max: 4294967295 }),
    },
    { requiredKeys: ["device", "address"] },
  ),
);

const address6 = fc.tuple(device, octet, octet, fc.constantFrom(48, 56, 64, 64, 64, 127, 128)).chain(([name, a, b, length]) =>
  fc.record(
    {
      device: fc.constant(name),
      address: fc.constant(`2001:db8:f${a.toString(16)}:1::${b.toString(16)}:1/${length}`),
      peer: octet.map((n) => `2001:db8:ffff::${n.toString(16)}:2`),
      noPrefixRoute: fc.boolean(),
      home: fc.boolean(),
      noDad: fc.boolean(),
      manageTemporary: fc.boolean(),
      metric: fc.integer({ min: 0, max: 4294967295 }),
    },
    { requiredKeys: ["device", "address"] },
  ),
);

const multicast = fc.tuple(device, octet, octet).map(([name, a, b]) => ({
  device: name,
  address: a % 2 ? `239.1.${a}.${b}/32` : `ff05::${a.toString(16)}:${b.toString(16)}/128`,
  autoJoin: true,
}));

/** A declaration as a person may write it: schema and contradictions have nothing against it. */
export const anyAddress: fc.Arbitrary<AddressInput> = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: address4 }, { weight: 6, arbitrary: address6 }, { weight: 1, arbitrary: multicast }),
    lifetimes,
  )
  .map(([input, life]) => ({ ...input, ...life }))
  .filter((input) => {
    const parsed = address.schema.safeParse(input);
    return parsed.success && address.contradictions?.(parsed.data).length === 0;
  }) as fc.Arbitrary<AddressInput>;
