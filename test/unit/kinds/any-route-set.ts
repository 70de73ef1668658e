/** Random sets of routes that the kernel in test/lab/kinds/kernel.ts can take. */
import fc from "fast-check";
import type { z } from "zod";
import type { routeSet } from "../../../provider/kinds/route-set";

export type RouteSetInput = z.input<typeof routeSet.schema>;

const line = fc.integer({ min: 0, max: 3 });
const prefix4 = fc.integer({ min: 0, max: 65535 }).map((n) => `10.${n >> 8}.${n & 255}.0/24`);
const prefix6 = fc.integer({ min: 0, max: 65535 }).map((n) => `2001:db9:0:${n.toString(16)}::/64`);
const way4 = line.map((n) => ({ gateway: `192.0.${n}.1`, device: `line${n}` }));
const way6 = line.map((n) => ({ gateway: `2001:db8:0:${n}::1`, device: `line${n}` }));
const drop = fc.constantFrom<"blackhole" | "unreachable" | "prohibit">("blackhole", "unreachable", "prohibit");

function setOf(family: "ipv4" | "ipv6", prefix: fc.Arbitrary<string>, way: typeof way4): fc.Arbitrary<RouteSetInput> {
  const common = fc.oneof(
    way,
    drop.map((type) => ({ type })),
  );
  const own = fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    way,
    drop.map((type) => ({ type })),
  );
  const entry = fc.tuple(prefix, own).map(([destination, rest]) => ({ destination, ...rest }));
  return fc
    .tuple(
      fc.stringMatching(/^[a-z]{1,8}$/),
      common,
      fc.uniqueArray(entry, { selector: ({ destination }) => destination, minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 1, max: 5000 }),
    )
    .map(([name, rest, entries, table, metric]) => {
      const wasDrop = "type" in rest;
      // On top of a common `type` a route with a way of its own has to say that it leads somewhere.
      const routes = entries.map((one) => (wasDrop && "gateway" in one ? { type: "unicast" as const, ...one } : one));
      return { name, family, table, metric, ...rest, routes };
    });
}

export const anyRouteSet: fc.Arbitrary<RouteSetInput> = fc.oneof(setOf("ipv4", prefix4, way4), setOf("ipv6", prefix6, way6));
