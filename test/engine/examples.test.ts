import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { Gateway } from "../fixtures/gateway";
import { Program } from "./fixtures/program";

const examples = resolve(__dirname, "../../examples");

describe("The examples run as they are:", function () {
  let gateway: Gateway;
  let program: Program | undefined;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
  });

  afterEach(() => program?.remove());

  for (const name of ["address", "route"]) {
    it(`examples/${name}: up, nothing left to do, destroy, and the gateway is as before`, async () => {
      const untouched = await gateway.everything();
      program = await Program.of(join(examples, name), gateway.host);
      const expected = "--expect-no-changes";
      for (const args of [
        ["up", "--yes", "--skip-preview"],
        ["preview", expected],
        ["refresh", "--yes", "--skip-preview", expected],
      ]) {
        const { code, output } = await program.operation(args);
        assert.equal(code, 0, output);
      }
      const { code, output } = await program.destroy();
      assert.equal(code, 0, output);
      assert.equal(await gateway.everything(), untouched);
    });
  }
});
