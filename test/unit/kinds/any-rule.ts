/** Random policy rules. */
import fc from "fast-check";
import type { z } from "zod";
import { routingRule } from "../../../provider/kinds/routing-rule";

export type RuleInput = z.input<typeof routingRule.schema>;

const byte = fc.integer({ min: 0, max: 255 });
const u32 = fc.integer({ min: 0, max: 4294967295 });
const port = fc.integer({ min: 1, max: 65534 });
const priority = fc.integer({ min: 1, max: 4294967294 });
const device = fc.constantFrom("lo", "line0", "line1", "nosuch");

const prefix4 = fc.oneof(
  fc.tuple(byte, byte, byte).map((rest) => `10.${rest.join(".")}`),
  fc.tuple(byte, byte).map((rest) => `10.${rest.join(".")}.0/24`),
  fc.constantFrom("default", "0.0.0.0/0"),
);
const prefix6 = fc.oneof(
  fc.tuple(byte, byte).map(([a, b]) => `2001:db8:${a.toString(16)}::${b.toString(16)}`),
  byte.map((n) => `2001:db8:${n.toString(16)}::/48`),
  fc.constantFrom("default", "::/0"),
);

const ports = fc.oneof(
  port,
  fc.tuple(port, port).map((both) => both.sort((a, b) => a - b).join("-")),
  fc.tuple(port, fc.constantFrom(0xff, 0xff00, 0xfff0)).map(([number, mask]) => `${number & mask}/0x${mask.toString(16)}`),
);

const users = fc.oneof(
  fc.integer({ min: 0, max: 4294967294 }),
  fc.tuple(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 65536, max: 4294967294 })).map((both) => both.join("-")),
);

const mark = fc.tuple(u32, fc.option(fc.constantFrom(0xff, 0x3f00, 0xffffffff), { nil: undefined })).map(([value, mask]) => ({
  firewallMark: Number(BigInt(value) & BigInt(mask ?? 0xffffffff)),
  ...(mask === undefined ? {} : { firewallMask: mask }),
}));

const service = fc.oneof(
  fc.integer({ min: 0, max: 63 }).map((dscp) => ({ dscp })),
  fc.integer({ min: 0, max: 63 }).map((dscp) => ({ dscp: dscp & 0x38, dscpMask: 0x38 })),
  fc.integer({ min: 0, max: 63 }).map((dscp) => ({ tos: dscp * 4 })),
);

const label = fc.tuple(fc.integer({ min: 0, max: 0xfffff }), fc.boolean()).map(([value, whole]) => ({
  flowLabel: whole ? value : value & 0xff,
  ...(whole ? {} : { flowLabelMask: 0xff }),
}));

const selectors = fc.record(
  {
    inputDevice: device,
    outputDevice: device,
    ipProtocol: fc.oneof(fc.constantFrom<"tcp" | "udp" | "icmpv6">("tcp", "udp", "icmpv6"), fc.integer({ min: 1, max: 255 })),
    sourcePorts: ports,
    destinationPorts: ports,
    uidRange: users,
    tunnelId: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    invert: fc.boolean(),
  },
  { requiredKeys: [] },
);

const lookup = fc.record(
  {
    table: fc.oneof(fc.constantFrom<number | "main">("main", 254), fc.integer({ min: 1, max: 4294967295 })),
    suppressPrefixLength: fc.integer({ min: 0, max: 32 }),
    suppressInterfaceGroup: fc.integer({ min: 0, max: 2147483647 }),
    realms: fc.constantFrom("3", "1/10", "255/0"),
  },
  { requiredKeys: [] },
);

const action = fc.oneof(
  { weight: 4, arbitrary: lookup },
  { weight: 1, arbitrary: fc.constantFrom({ l3Mdev: true }, { l3Mdev: true, action: "prohibit" }) },
  { weight: 1, arbitrary: fc.constantFrom("blackhole", "unreachable", "prohibit", "nop").map((name) => ({ action: name })) },
  { weight: 1, arbitrary: fc.constant({ gotoPriority: 4294967295 }) },
);

const maybe = <T extends object>(fields: fc.Arbitrary<T>) => fc.option(fields, { nil: {}, freq: 3 });

const family = fc.oneof(
  fc.record({ from: prefix4, to: prefix4, family: fc.constant("ipv4") }, { requiredKeys: [] }),
  fc.record({ from: prefix6, to: prefix6, family: fc.constant("ipv6") }, { requiredKeys: ["family"] }),
  fc.tuple(maybe(label), fc.constant({ family: "ipv6" })).map(([fields, six]) => ({ ...fields, ...six })),
);

/** A declaration as a person may write it: schema and contradictions have nothing against it. */
export const anyRule: fc.Arbitrary<RuleInput> = fc
  .tuple(priority, family, selectors, maybe(mark), maybe(service), action)
  .map(([number, ...fields]) => Object.assign({ priority: number }, ...fields) as Record<string, unknown>)
  .filter((input) => {
    const parsed = routingRule.schema.safeParse(input);
    return parsed.success && routingRule.contradictions?.(parsed.data).length === 0;
  }) as fc.Arbitrary<RuleInput>;
