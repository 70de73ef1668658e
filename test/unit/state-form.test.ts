import assert from "node:assert/strict";
import { packed, unpacked, urnOf } from "../../provider/state-form";

const type = "pulumi-nodejs:dynamic/multipath:Route";
const machine = { id: "0123456789abcdef0123456789abcdef", hostKey: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8" };

describe("State", () => {
  for (const owner of [
    { project: "network", stack: "dev", name: "uplink" },
    { project: "network", stack: "dev", name: "a::b $c", parents: "acme:Site$acme:Gateway" },
  ]) {
    it(`holds the owner and the machine as one text each, and gives them back: ${owner.name}`, () => {
      const outputs = { device: "adsl", owner, machine };
      const text = packed(outputs, type);
      assert.deepEqual(text, {
        device: "adsl",
        owner: urnOf(owner, type),
        machine: `${machine.id} ${machine.hostKey}`,
      });
      assert.deepEqual(unpacked(text), outputs);
    });
  }

  it("of before is read as it is", () => {
    const outputs = { owner: { project: "p", stack: "s", name: "n" }, machine };
    assert.deepEqual(unpacked(outputs), outputs);
  });

  it("of a host without a machine-id is one too", () => {
    const outputs = { machine: { id: "", hostKey: "SHA256:x" } };
    assert.deepEqual(unpacked(packed(outputs, type)), outputs);
  });

  it("that is not ours is left to the schema", () => {
    assert.deepEqual(unpacked({ owner: "somebody" }), { owner: "somebody" });
    assert.deepEqual(unpacked({}), {});
  });
});
