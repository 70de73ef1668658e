import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { Gateway } from "../fixtures/gateway";
import { type Box, startBox } from "./fixtures/box";
import { Program } from "./fixtures/program";

const examples = resolve(__dirname, "../../examples");

describe("The examples run as they are:", function () {
  let box: Box;
  let program: Program | undefined;

  before(async () => {
    box = await startBox();
  });

  after(() => box.down());

  afterEach(() => program?.remove());

  for (const name of ["address", "link", "route", "route-set", "sysctl", "routing-rule", "host-network", "connection-pinning"]) {
    it(`examples/${name}: up, nothing left to do, destroy, and the host is as before`, async () => {
      program = await Program.of(join(examples, name), box.host);
      await runs(program, box);
    });
  }
});

describe("The examples that need more of a kernel run on the lab gateway:", function () {
  this.timeout(300_000);
  let gateway: Gateway;
  let program: Program | undefined;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    // A device that was never up has another queueing discipline.
    await gateway.sh("for port in port0 port1 port2; do ip link set $port up; ip link set $port down; done");
  });

  afterEach(() => program?.remove());

  for (const name of ["vlan", "bonded-link", "lacp-bond", "active-backup"]) {
    it(`examples/${name}: up, nothing left to do, destroy, and the host is as before`, async () => {
      program = await Program.of(join(examples, name), gateway.host);
      await runs(program, gateway);
    });
  }
});

async function runs(program: Program, on: Pick<Box, "everything">): Promise<void> {
  const untouched = await on.everything();
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
  assert.equal(await on.everything(), untouched);
}
