import assert from "node:assert/strict";
import type { Planned } from "../../../provider/commit/change";
import { withHandovers } from "../../../provider/commit/handover";
import type { Step } from "../../../provider/kind";

const step = (phase: Step["phase"], line: string): Step => ({
  layer: "route",
  phase,
  tool: "ip -4",
  line,
  touches: [],
  removes: [],
});

const moves = (from: string, to: string): Planned => ({
  reads: [],
  steps: [step("put", `route replace ${to}`), step("drop", `route del ${from}`)],
  files: [
    { file: to, content: "new" },
    { file: from, content: undefined },
  ],
});

describe("What one change lets go of and another takes over", () => {
  it("is not dropped when two resources swap their objects", () => {
    const both = withHandovers([moves("a", "b"), moves("b", "a")]);
    assert.deepEqual(
      both.flatMap(({ steps }) => steps.map(({ line }) => line)),
      ["route replace b", "route replace a"],
    );
    assert.deepEqual(
      both.flatMap(({ files }) => files),
      [
        { file: "b", content: "new" },
        { file: "a", content: "new" },
      ],
    );
  });

  it("is dropped as planned when nobody takes it over", () => {
    const alone = [moves("a", "b"), moves("c", "d")];
    assert.deepEqual(withHandovers(alone), alone);
  });
});
