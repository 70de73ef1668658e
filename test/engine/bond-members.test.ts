import assert from "node:assert/strict";
import { Gateway } from "../fixtures/gateway";
import { Program } from "./fixtures/program";

/** What stands on a port beside the bond that it is a member of. */
const beside = `
  new multipath.BondedLink("lag", { host, name: "bond0", mode: "active-backup", members: ["port0", "port1"] });
  new multipath.Vlan("beside", { host, name: "beside", device: "port0", vlanId: 30 });
  new multipath.Address("beside", { host, device: "beside", address: "192.0.2.1/24" });
  new multipath.Route("beside", { host, destination: "10.9.0.0/16", gateway: "192.0.2.2" });`;

describe("A bond's members, with the real engine on the lab gateway", function () {
  this.timeout(300_000);
  let gateway: Gateway;
  let stack: Program;
  let untouched: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    // A device gets its queue when it is first set up, and keeps it.
    await gateway.sh("modprobe -a 8021q bonding; for port in port0 port1; do ip link set $port up; ip link set $port down; done");
    untouched = await gateway.everything();
    stack = await Program.create({ source: beside, host: gateway.host });
  });

  after(() => stack.remove());

  async function lands(): Promise<void> {
    for (const result of [
      await stack.up(),
      await stack.preview("--expect-no-changes"),
      await stack.refresh("--expect-no-changes"),
    ]) {
      assert.equal(result.code, 0, result.output);
    }
  }

  it("may have a VLAN of their own beside the bond, made with it", async () => {
    await lands();
    const shown = await gateway.sh("ip -br link show dev beside; ip -br link show master bond0; ip route show proto 205");
    assert.match(
      shown,
      /^beside@port0 +UP .*\nport0(@\S+)? +UP .*\nport1(@\S+)? +UP .*\n10\.9\.0\.0\/16 via 192\.0\.2\.2 dev beside/s,
    );
  });

  it("leave the gateway as it was before", async () => {
    const { code, output } = await stack.destroy();
    assert.equal(code, 0, output);
    assert.equal(await gateway.everything(), untouched);
  });
});
