/** Random declarations of pinned connections. */
import fc from "fast-check";
import type { z } from "zod";
import type { connectionPinningSchema } from "../../../provider/kinds/connection-pinning-fields";

export type PinningInput = z.input<typeof connectionPinningSchema>;

const line = (place: number) =>
  fc.record(
    {
      name: fc.constantFrom(`line${place}`, `${place}.of-many_and.with-a-longname_`),
      device: fc.constant(`line${place}`),
      number: fc.constantFrom(place + 20, 62 - place),
      masquerade: fc.constantFrom(true, false, "203.0.113.5"),
    },
    { requiredKeys: ["name", "device"] },
  );

export const anyPinning: fc.Arbitrary<PinningInput> = fc.record(
  {
    lines: fc
      .integer({ min: 1, max: 12 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, place) => line(place)))),
    inbound: fc.boolean(),
    clampMss: fc.boolean(),
    ipv6: fc.boolean(),
  },
  { requiredKeys: ["lines"] },
);
