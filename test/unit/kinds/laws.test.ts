/** The laws of a kind that need no kernel. Those that do are in test/lab/kinds/laws.test.ts. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { type AnyKind, isFilledIn } from "../../../provider/kind";
import { address } from "../../../provider/kinds/address";
import { bondedLink } from "../../../provider/kinds/bonded-link";
import { connectionPinningTable } from "../../../provider/kinds/connection-pinning-table";
import { link } from "../../../provider/kinds/link";
import { route } from "../../../provider/kinds/route";
import { routeSet } from "../../../provider/kinds/route-set";
import { routingRule } from "../../../provider/kinds/routing-rule";
import { sysctl } from "../../../provider/kinds/sysctl";
import { vlan } from "../../../provider/kinds/vlan";
import { anyAddress } from "./any-address";
import { anyBond } from "./any-bond";
import { anyLink, anyVlan } from "./any-link";
import { anyPinning } from "./any-pinning";
import { anyRoute } from "./any-route";
import { anyRule } from "./any-rule";
import { anyRouteSet } from "./any-route-set";
import { anySysctl } from "./any-sysctl";
import { snapshotOf } from "./live";

/** `key`: the first word of its key on the host. */
const kinds: readonly { kind: AnyKind; any: fc.Arbitrary<Record<string, unknown>>; key?: string }[] = [
  { kind: link, any: anyLink as fc.Arbitrary<Record<string, unknown>> },
  { kind: bondedLink, any: anyBond as fc.Arbitrary<Record<string, unknown>>, key: "link" },
  { kind: vlan, any: anyVlan as fc.Arbitrary<Record<string, unknown>>, key: "link" },
  { kind: address, any: anyAddress as fc.Arbitrary<Record<string, unknown>> },
  { kind: route, any: anyRoute as fc.Arbitrary<Record<string, unknown>> },
  { kind: routeSet, any: anyRouteSet as fc.Arbitrary<Record<string, unknown>>, key: "route" },
  { kind: routingRule, any: anyRule as fc.Arbitrary<Record<string, unknown>>, key: "rule" },
  { kind: sysctl, any: anySysctl as fc.Arbitrary<Record<string, unknown>> },
  { kind: connectionPinningTable, any: anyPinning as fc.Arbitrary<Record<string, unknown>>, key: "nft" },
];
const bare = snapshotOf({ host: { kernel: "6.15.0", iproute2: "6.15.0" } });

for (const { kind, any, key = kind.name.toLowerCase() } of kinds) {
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

    it("is parsed to what is declared, and the fields that are said to be filled in", () => {
      fc.assert(
        fc.property(any, (input) => {
          const added = Object.keys(kind.schema.parse(input)).filter((field) => input[field] === undefined);
          assert.deepEqual(
            added.filter((field) => !isFilledIn(kind, field)),
            [],
          );
        }),
      );
    });

    it("is created by steps that touch its own key and remove nothing", () => {
      fc.assert(
        fc.property(any, (input) => {
          const desired = resolved(input);
          const steps = kind.plan(desired, undefined);
          // `ip link add` does not take all that a link may have.
          assert.ok(key === "link" || key === "nft" || kind === routeSet ? steps.length > 0 : steps.length === 1);
          for (const { phase, touches: all, removes, line } of steps) {
            // A bond touches its members as well.
            const touches = kind === bondedLink ? all.slice(0, 1) : all;
            assert.deepEqual(
              { phase, touches, removes },
              { phase: "put", touches: kind === routeSet ? touches : [[key, ...kind.identity(desired)].join(" ")], removes: [] },
            );
            assert.match(
              line,
              /^((route|addr|rule|link) (add|set) |add (table|set|element|chain|rule) |net\/[^=]+=)[!-~]+( [!-~]+)*$/,
            );
          }
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
          // What the line monitor is told is run by nobody.
          const lines = kind.replay(desired).filter((line) => !line.startsWith("connection-pinning "));
          for (const line of lines) assert.ok(line.startsWith(`${step?.tool} `));
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
