/** Random declarations that the kernel in test/lab/kinds/kernel.ts can take: its devices and subnets, its protocols' limits. */
import fc from "fast-check";
import type { z } from "zod";
import { route } from "../../../provider/kinds/route";

export type RouteInput = z.input<typeof route.schema>;

const line = fc.integer({ min: 0, max: 3 });
const host = fc.integer({ min: 3, max: 250 });
const byte = fc.integer({ min: 1, max: 255 });
const u32 = fc.integer({ min: 1, max: 4294967295 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });

const realms = fc.oneof(
  fc.integer({ min: 1, max: 255 }).map(String),
  fc.tuple(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 0, max: 255 })).map((pair) => pair.join("/")),
);

const linkLocal = host.map((n) => `fe80::${n.toString(16)}`);

const attributes = fc.record(
  {
    mtu: fc.integer({ min: 68, max: 65520 }),
    advertisedMss: fc.integer({ min: 1, max: 65495 }),
    window: u32,
    rtt: fc.integer({ min: 1, max: 536870911 }),
    rttVar: fc.integer({ min: 1, max: 1073741823 }),
    rtoMin: fc.integer({ min: 1, max: 4294967 }),
    hopLimit: fc.integer({ min: 1, max: 255 }),
    ssThresh: u32,
    congestionWindow: u32,
    initialCongestionWindow: u32,
    initialReceiveWindow: u32,
    reordering: u32,
    quickAck: fc.boolean(),
    ecn: fc.boolean(),
    fastOpenNoCookie: fc.boolean(),
    congestionControl: fc.constantFrom("reno", "cubic"),
  },
  { requiredKeys: [] },
);

const table = fc.oneof(
  fc.constantFrom<number | "main">(254, "main"),
  fc.integer({ min: 1, max: 252 }),
  fc.integer({ min: 256, max: 4294967295 }),
);

/* ---- IPv4 ------------------------------------------------------------------------------------------------------------------- */

const destination4 = fc.tuple(fc.integer({ min: 1, max: 4294967295 }), fc.integer({ min: 9, max: 32 })).map(([seed, length]) => {
  const bits = (10 * 2 ** 24 + (seed % 2 ** 24)) >>> 0;
  const first = length === 32 ? bits : (bits & ~(2 ** (32 - length) - 1)) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (first >>> shift) & 255).join(".")}/${length}`;
});

const hop4 = fc.oneof(
  fc.tuple(line, host).map(([n, last]) => ({ gateway: `192.0.${n}.${last}`, device: `line${n}` })),
  fc.tuple(line, host).map(([n, last]) => ({ gateway: `192.0.${n}.${last}` })),
  fc.tuple(line, linkLocal).map(([n, gateway]) => ({ gateway, device: `line${n}` })),
  fc.tuple(line, host).map(([n, last]) => ({ gateway: `198.51.100.${last}`, device: `line${n}`, onLink: true })),
  line.map((n) => ({ device: `line${n}` })),
);

const outer = (text: string) => host.map((n) => `${text}${n}`);
const tunnel = fc.oneof(
  fc.record(
    { type: fc.constant("ip"), destination: outer("10.9.9."), source: outer("10.9.8."), id: u32, ttl: byte, tos: byte },
    { requiredKeys: ["type", "destination"] },
  ),
  fc.record(
    {
      type: fc.constant("ip6"),
      destination: outer("2001:db8::"),
      source: outer("2001:db8::"),
      id: u32,
      hopLimit: byte,
      trafficClass: byte,
    },
    { requiredKeys: ["type", "destination"] },
  ),
  fc.record({
    type: fc.constant("seg6"),
    mode: fc.constant("encap"),
    segments: fc.array(outer("2001:db8::"), { minLength: 1, maxLength: 3 }),
  }),
  fc.record(
    {
      type: fc.constant("mpls"),
      labels: fc.array(fc.integer({ min: 16, max: 1048575 }), { minLength: 1, maxLength: 2 }),
      ttl: byte,
    },
    { requiredKeys: ["type", "labels"] },
  ),
);

const way4 = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(hop4, tunnel).map(([hop, encapsulation]) => ({ ...hop, encapsulation })) },
  { weight: 3, arbitrary: fc.tuple(hop4, maybe(realms)).map(([hop, flow]) => ({ ...hop, realms: flow })) },
  { weight: 3, arbitrary: hops(fc.tuple(hop4, maybe(realms)).map(([hop, flow]) => ({ ...hop, realms: flow }))) },
  { weight: 1, arbitrary: fc.constantFrom("blackhole", "unreachable", "prohibit", "throw").map((type) => ({ type })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("local", "broadcast", "multicast"), line)
      .map(([type, n]) => ({ type, device: `line${n}` })),
  },
);

const route4 = fc
  .tuple(
    fc.record(
      {
        table,
        metric: fc.integer({ min: 0, max: 4294967295 }),
        tos: fc.integer({ min: 0, max: 7 }).map((n) => n * 4),
        preferredSource: line.map((n) => `192.0.${n}.2`),
        scope: fc.constantFrom("site", 100),
      },
      { requiredKeys: [] },
    ),
    destination4,
    way4,
    attributes,
    fc.boolean(),
  )
  .map(([key, destination, way, values, lockMtu]) => ({
    family: "ipv4",
    destination,
    ...key,
    ...way,
    ...values,
    ...(values.mtu ? { lockMtu } : {}),
  }));

/* ---- IPv6 ------------------------------------------------------------------------------------------------------------------- */

const destination6 = fc
  .tuple(
    fc.integer({ min: 0, max: 65535 }),
    fc.integer({ min: 0, max: 65535 }),
    fc.integer({ min: 0, max: 65535 }),
    fc.constantFrom(48, 64, 128),
  )
  .map(([a, b, c, length]) => {
    const words = [
      "2001",
      "db9",
      a.toString(16),
      length > 48 ? b.toString(16) : "0",
      "0",
      "0",
      "0",
      length > 64 ? c.toString(16) : "0",
    ];
    return `${words.join(":")}/${length}`;
  });

const hop6 = fc.oneof(
  fc.tuple(line, host).map(([n, last]) => ({ gateway: `2001:db8:0:${n}::${last.toString(16)}`, device: `line${n}` })),
  fc.tuple(line, host).map(([n, last]) => ({ gateway: `2001:db8:0:${n}::${last.toString(16)}` })),
  fc.tuple(line, linkLocal).map(([n, gateway]) => ({ gateway, device: `line${n}` })),
  fc.tuple(line, host).map(([n, last]) => ({ gateway: `2001:db8:77::${last.toString(16)}`, device: `line${n}`, onLink: true })),
);

const way6 = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(hop6, tunnel).map(([hop, encapsulation]) => ({ ...hop, encapsulation })) },
  { weight: 3, arbitrary: hop6 },
  { weight: 3, arbitrary: hops(hop6) },
  { weight: 1, arbitrary: line.map((n) => ({ device: `line${n}` })) },
  { weight: 1, arbitrary: fc.constantFrom("blackhole", "unreachable", "prohibit", "throw").map((type) => ({ type })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("local", "broadcast", "multicast"), line)
      .map(([type, n]) => ({ type, device: `line${n}` })),
  },
);

const route6 = fc
  .tuple(
    fc.record(
      {
        table,
        metric: fc.integer({ min: 1, max: 4294967295 }),
        source: fc.constantFrom("2001:db8:9::/48", "2001:db8:8::1"),
        preferredSource: line.map((n) => `2001:db8:0:${n}::2`),
        routerPreference: fc.constantFrom("low", "medium", "high"),
        expiresSeconds: fc.integer({ min: 1000, max: 4294967 }),
      },
      { requiredKeys: [] },
    ),
    destination6,
    way6,
    attributes,
    fc.boolean(),
  )
  .map(([key, destination, way, values, lockMtu]) => ({
    destination,
    ...key,
    ...way,
    ...values,
    ...(values.mtu ? { lockMtu } : {}),
  }));

function hops<T extends object>(hop: fc.Arbitrary<T>) {
  const weighed = fc
    .tuple(hop, maybe(fc.integer({ min: 1, max: 256 })))
    .map(([one, weight]) => ({ ...one, ...(weight === undefined ? {} : { weight }) }));
  return fc.array(weighed, { minLength: 1, maxLength: 4 }).map((nextHops) => ({ nextHops }));
}

/** A declaration as a person may write it: schema and contradictions have nothing against it. */
export const anyRoute: fc.Arbitrary<RouteInput> = fc.oneof(route4, route6).filter((input) => {
  const parsed = route.schema.safeParse(input);
  return parsed.success && route.contradictions?.(parsed.data).length === 0;
}) as fc.Arbitrary<RouteInput>;
