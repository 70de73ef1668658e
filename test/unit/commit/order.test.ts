import assert from "node:assert/strict";
import fc from "fast-check";
import { inOrder } from "../../../provider/commit/order";
import { type Step, layers } from "../../../provider/kind";

const step = (phase: Step["phase"], layer: Step["layer"], tool: Step["tool"], line = `${layer} line`): Step => ({
  phase,
  layer,
  tool,
  line,
  touches: [],
  removes: [],
});

const linesOf = (changes: Step[][]) =>
  inOrder(changes).map(({ family, entries }) => [family, ...entries.map((entry) => entry.step.line)]);

describe("The order of a transaction", () => {
  it("puts links, addresses, routes and rules, then drops them the other way round", () => {
    const all = layers.flatMap((layer) => [
      step("drop", layer, "ip -4", `drop ${layer}`),
      step("put", layer, "ip -4", `put ${layer}`),
    ]);
    assert.deepEqual(linesOf([all]), [
      [4, "put link"],
      [4, "put address"],
      [4, "put route"],
      [4, "put rule"],
      [4, "drop rule"],
      [4, "drop route"],
      [4, "drop address"],
      [4, "drop link"],
    ]);
  });

  it("keeps IPv4 and IPv6 lines in batches of their own", () => {
    assert.deepEqual(linesOf([[step("put", "route", "ip -6", "six")], [step("put", "route", "ip -4", "four")]]), [
      [4, "four"],
      [6, "six"],
    ]);
  });

  it("adds the host route to a router before the default through it, and removes it after", () => {
    const through = "route add default via 192.0.2.1 dev adsl";
    const host = "route add 192.0.2.1 dev adsl";
    assert.deepEqual(linesOf([[step("put", "route", "ip -4", through)], [step("put", "route", "ip -4", host)]]), [
      [4, host, through],
    ]);
    assert.deepEqual(linesOf([[step("drop", "route", "ip -4", host)], [step("drop", "route", "ip -4", through)]]), [
      [4, through, host],
    ]);
  });

  it("keeps the order of one change's lines within a layer: an address is deleted and added again for its label", () => {
    const lines = ["addr del 192.0.2.1/24 dev adsl", "addr add 192.0.2.1/24 dev adsl label adsl:1"];
    assert.deepEqual(linesOf([lines.map((line) => step("put", "address", "ip -4", line))]), [[4, ...lines]]);
  });

  it("loses no step, and knows whose each one is", () => {
    const steps = fc.record({
      phase: fc.constantFrom("put" as const, "drop" as const),
      layer: fc.constantFrom(...layers),
      tool: fc.constantFrom("ip -4" as const, "ip -6" as const),
      line: fc.constantFrom("a", "b via c"),
    });
    fc.assert(
      fc.property(fc.array(fc.array(steps)), (changes) => {
        const planned = changes.map((all) => all.map(({ phase, layer, tool, line }) => step(phase, layer, tool, line)));
        const entries = inOrder(planned).flatMap((section) => section.entries);
        for (const [index, all] of planned.entries()) {
          const mine = entries.filter(({ change }) => change === index).map((entry) => entry.step);
          assert.equal(mine.length, all.length);
          assert.ok(mine.every((one) => all.includes(one)));
        }
      }),
    );
  });
});
