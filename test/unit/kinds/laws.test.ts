/** The laws of a kind that need no kernel. Those that do are in test/lab/kinds/laws.test.ts. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import type { AnyKind } from "../../../provider/kind";
import { address } from "../../../provider/kinds/address";
import { route } from "../../../provider/kinds/route";
import { anyAddress } from "./any-address";
import { anyRoute } from "./any-route";
import { snapshotOf } from "./live";

const kinds: readonly { kind: AnyKind; any: fc.Arbitrary<Record<string, unknown>> }[] = [
  { kind: address, any: anyAddress as fc.Arbitrary<Record<string, unknown>> },
  { kind: route, any: anyRoute as fc.Arbitrary<Record<string, unknown>> },
];
const bare = snapshotOf({});

for (const { kind, any } of kinds) {
  describe(`${kind.name}, whatever is declared`, () => {
    const resolved = (input: Record<string, unknown>) => {
      const declared = kind.schema.parse(input);
      return kind.resolve?.(declared, bare) ?? declared;
    };

    it("is parsed to a form that parses to itself", () => {
      fc.assert(
        fc.property(any, (input) => {
          const once = kind.schema.parse(input);
          assert.deepEqual(kind.schema.parse(once), once);
          assert.deepEqual(JSON.parse(JSON.stringify(once)), once);
        }),
      );
    });

    it("is created by one step that touches its own key and removes nothing", () => {
      fc.assert(
        fc.property(any, (input) => {
          const desired = resolved(input);
          const steps = kind.plan(desired, undefined);
          assert.deepEqual(
            steps.map(({ phase, touches, removes }) => ({ phase, touches, removes })),
            [{ phase: "put", touches: [[kind.name.toLowerCase(), ...kind.identity(desired)].join(" ")], removes: [] }],
          );
          assert.match(steps[0]?.line ?? "", /^(route|addr) add [!-~]+( [!-~]+)*$/);
        }),
      );
    });

    it("is not removed when it is absent", () => {
      assert.deepEqual(kind.plan(undefined, undefined), []);
      fc.assert(fc.property(any, (input) => assert.equal(kind.observe(bare, kind.schema.parse(input), undefined), undefined)));
    });

    it("is put back at boot by lines for the right family", () => {
      fc.assert(
        fc.property(any, (input) => {
          const desired = resolved(input);
          const [step] = kind.plan(desired, undefined);
          for (const line of kind.replay(desired)) assert.ok(line.startsWith(`${step?.tool} `));
        }),
      );
    });
  });

  describe(`${kind.name}'s schema`, () => {
    it("describes every field, for the docs and the SDK", () => {
      const shape = kind.schema.shape as Record<string, z.ZodType>;
      const silent = Object.entries(shape).filter(([, field]) => !field.description?.trim());
      assert.deepEqual(
        silent.map(([name]) => name),
        [],
      );
    });

    it("is a JSON Schema too", () => {
      const { properties } = z.toJSONSchema(kind.schema, { io: "input" });
      assert.deepEqual(Object.keys(properties ?? {}), Object.keys(kind.schema.shape));
    });
  });
}
