import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { holdsUnknown, unknownValue } from "../../provider/sentinel";
import { parse } from "../../provider/unknown";

/** Every shape that a kind's schema is made of. */
const schema = z
  .strictObject({
    destination: z
      .string()
      .regex(/^(\d+\.\d+\.\d+\.\d+\/\d+|default)$/, "must be a prefix")
      .transform((text) => (text === "0.0.0.0/0" ? "default" : text)),
    metric: z.number().int().min(0).default(0),
    type: z.enum(["unicast", "blackhole"]).default("unicast"),
    quickAck: z.boolean().optional(),
    table: z.union([z.string(), z.number().int().min(1)]).optional(),
    source: z.preprocess((value) => value ?? "any", z.string()),
    nextHops: z
      .array(z.strictObject({ gateway: z.string().min(1).optional(), weight: z.number().int().min(1).max(256).default(1) }))
      .min(1)
      .refine((hops) => new Set(hops.map((hop) => hop.gateway)).size === hops.length, "gateways must differ")
      .optional(),
    encapsulation: z
      .discriminatedUnion("type", [
        z.strictObject({ type: z.literal("mpls"), labels: z.array(z.number()) }),
        z.strictObject({ type: z.literal("ip"), id: z.number() }),
      ])
      .optional(),
    labels: z.record(z.string(), z.number()).optional(),
    probes: z
      .strictObject({ seconds: z.number().min(0), targets: z.array(z.string()).default([]) })
      .transform((probes) => ({ ...probes, several: probes.targets.length > 1 }))
      .optional(),
    range: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low <= high)
      .optional(),
  })
  .refine((route) => route.type === "unicast" || !route.nextHops, "no next hops");

const right = fc.record(
  {
    destination: fc.constantFrom("10.0.0.0/8", "0.0.0.0/0", "default"),
    metric: fc.nat(),
    type: fc.constantFrom("unicast", "blackhole"),
    quickAck: fc.boolean(),
    table: fc.oneof(fc.constantFrom("main", "adsl"), fc.integer({ min: 1, max: 300 })),
    source: fc.constantFrom("any", "10.0.0.0/8"),
    nextHops: fc.array(fc.record({ gateway: fc.ipV4(), weight: fc.integer({ min: 1, max: 256 }) }, { requiredKeys: [] }), {
      minLength: 1,
    }),
    encapsulation: fc.oneof(
      fc.record({ type: fc.constant("mpls"), labels: fc.array(fc.nat()) }),
      fc.record({ type: fc.constant("ip"), id: fc.nat() }),
    ),
    labels: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.nat(), { noNullPrototype: true }),
    probes: fc.record({ seconds: fc.nat(), targets: fc.array(fc.string()) }, { requiredKeys: ["seconds"] }),
    range: fc.tuple(fc.nat(), fc.nat()),
  },
  { requiredKeys: ["destination"], noNullPrototype: true },
);

/** The same with anything, anywhere. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom("default", "unicast", "mpls", 0, 1, 300, [], {}, [{ weight: 0 }]),
);
const wrong = fc
  .tuple(
    right,
    fc.dictionary(fc.constantFrom("destination", "metric", "type", "table", "nextHops", "encapsulation", "gatway"), anything),
  )
  .map(([value, changes]) => ({ ...value, ...changes }));

/** Puts the sentinel in the place of the nodes whose turn the stream of booleans says it is. */
function withUnknowns(value: unknown, turn: () => boolean): unknown {
  if (turn()) return unknownValue;
  if (Array.isArray(value)) return value.map((item) => withUnknowns(item, turn));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withUnknowns(item, turn)]));
}

/**
 * The parts of `parsed` that are known are those of the known original, canonical form and defaults included. What a transform makes of
 * an object is left out: it can't run before all of it is known.
 */
function assertAgree(parsed: unknown, whole: unknown): void {
  if (parsed === unknownValue) return;
  if (typeof parsed !== "object" || parsed === null) return assert.deepEqual(parsed, whole);
  const made = holdsUnknown(parsed) ? ["several"] : [];
  assert.deepEqual(
    Object.keys(parsed),
    Object.keys(whole as object).filter((key) => !made.includes(key)),
  );
  for (const [key, item] of Object.entries(parsed)) assertAgree(item, (whole as Record<string, unknown>)[key]);
}

const message = (value: unknown, secrets: string[] = []) =>
  parse(schema, value, { secrets }).problems.map((problem) => problem.message);

describe("parse with unknown values", () => {
  it("gives exactly the schema's own result for what is known throughout", () => {
    fc.assert(
      fc.property(fc.oneof(right, wrong), (value) => {
        const own = schema.safeParse(value);
        const parsed = parse(schema, value);
        assert.equal(parsed.unknown, false);
        assert.equal(parsed.problems.length > 0, !own.success);
        if (own.success) assert.deepEqual(parsed.value, own.data);
      }),
      { numRuns: 1000 },
    );
  });

  it("has nothing against a sentinel, wherever it stands in a value that is right", () => {
    fc.assert(
      fc.property(
        right.filter((value) => schema.safeParse(value).success),
        fc.infiniteStream(fc.nat(4).map((draw) => draw === 0)),
        (value, turns) => {
          const partly = withUnknowns(value, () => turns.next().value === true);
          const parsed = parse(schema, partly);
          assert.deepEqual(parsed.problems, []);
          assert.equal(parsed.unknown, holdsUnknown(partly));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("keeps canonical form and defaults around a sentinel", () => {
    fc.assert(
      fc.property(
        right.filter((value) => schema.safeParse(value).success),
        fc.infiniteStream(fc.nat(4).map((draw) => draw === 0)),
        (value, turns) =>
          assertAgree(
            parse(
              schema,
              withUnknowns(value, () => turns.next().value === true),
            ).value,
            schema.parse(value),
          ),
      ),
      { numRuns: 1000 },
    );
  });

  it("still finds what is wrong in the known parts, all of it at once", () => {
    const value = {
      destination: unknownValue,
      mtric: 1,
      type: "unicst",
      nextHops: [{ gateway: unknownValue, weight: 0 }, { weight: 300 }, { gw: "192.0.2.1" }, unknownValue],
    };
    assert.deepEqual(message(value), [
      'type is "unicst": must be "unicast" or "blackhole"; did you mean "unicast"?',
      "nextHops[0].weight is 0: must be a whole number from 1 to 256.",
      "nextHops[1].weight is 300: must be a whole number from 1 to 256.",
      "nextHops[2].gw is no field here: did you mean `gateway`?",
      "mtric is no field here: did you mean `metric`?",
    ]);
  });

  it("holds a list's limits although an entry is unknown", () => {
    const limited = z.array(z.number()).max(1);
    assert.deepEqual(parse(limited, [unknownValue, 2]).problems.length, 1);
  });

  it("lets no rule over several fields run before all of them are known", () => {
    const strict = z.object({ low: z.number(), high: z.number() }).refine(({ low, high }) => low < high);
    assert.deepEqual(parse(strict, { low: 3, high: unknownValue }).problems, []);
    assert.equal(parse(strict, { low: 3, high: 2 }).problems.length, 1);
  });
});

describe("a problem's message", () => {
  it("names what is missing by what it is for", () => {
    const described = z.strictObject({ device: z.string().describe("The link that packets leave by.") });
    assert.deepEqual(parse(described, {}).problems, [
      { path: "device", message: "device is missing: the link that packets leave by." },
    ]);
  });

  it("shows the value and keeps the schema's own words", () => {
    assert.deepEqual(message({ destination: "10.0.0.1" }), ['destination is "10.0.0.1": must be a prefix.']);
  });

  it("never shows a secret's value, nor words of the schema's that may quote it", () => {
    const own = z.strictObject({
      key: z
        .string()
        .refine(() => false, { error: ({ input }) => `${String(input).slice(0, 4)} is no key` })
        .describe("The key."),
      mode: z.enum(["open", "shut"]),
      mtu: z.string(),
    });
    assert.deepEqual(parse(own, { key: "hunter2", mode: "opem", mtu: 1400 }, { secrets: ["key", "mode", "mtu"] }).problems, [
      { path: "key", message: "key is [secret]: it is not accepted." },
      { path: "mode", message: 'mode is [secret]: must be "open" or "shut".' },
      { path: "mtu", message: "mtu is [secret]: must be a string." },
    ]);
  });

  it("speaks of the form of a union that was meant", () => {
    const host = z.strictObject({ address: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]) });
    assert.deepEqual(parse(host, { address: [""] }).problems, [
      { path: "address[0]", message: 'address[0] is "": must not be empty.' },
    ]);
    assert.deepEqual(parse(host, { address: [] }).problems, [
      { path: "address", message: "address is []: must have at least 1 entry." },
    ]);
    assert.deepEqual(parse(host, { address: ["a", 7] }).problems, [
      { path: "address[1]", message: 'address[1] is 7: must be a string; write "7" in quotes.' },
    ]);
    assert.deepEqual(parse(host, { address: 7 }).problems, [
      { path: "address", message: 'address is 7: must be a string or a list; write "7" in quotes.' },
    ]);
  });

  it("says so instead of the sentinel when it shows a value that is partly unknown", () => {
    assert.deepEqual(parse(z.string(), { gateway: unknownValue }).problems, [
      { path: "", message: 'the declaration is {"gateway":"(not known yet)"}: must be a string.' },
    ]);
  });
});
