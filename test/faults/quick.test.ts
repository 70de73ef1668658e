/** A selection of the fault matrix, one trial each. `npm run faults` runs all of it. */
import assert from "node:assert/strict";
import { judge } from "./judge";
import { matrix } from "./matrix";
import { Beginning, programs } from "./trial";

describe("A gateway survives", () => {
  let beginning: Beginning;

  before(async () => {
    const { testInstance } = await import("../../scripts/lab/test-instance.mjs");
    beginning = await Beginning.prepare(testInstance);
    for (const source of [programs.before, programs.after]) await beginning.kernelAfter(source);
  });

  after(() => beginning.remove());

  for (const fault of matrix.filter(({ quick }) => quick)) {
    it(`${fault.title} (row ${fault.row})`, async () => {
      const { survived, reason } = await judge(fault, beginning);
      assert.ok(survived, reason);
    });
  }
});
