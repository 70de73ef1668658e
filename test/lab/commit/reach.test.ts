import assert from "node:assert/strict";
import type { ReachTarget } from "../../../provider/commit/change";
import { RolledBackError } from "../../../provider/errors";
import { type Box, change, dump, hostState, onEachBox, put, settled } from "./box";

onEachBox("What must be reachable for a change to stay", (open, thorough) => {
  let on: Box;

  before(async () => {
    on = await open();
    await on.sh("ip link set lo up; ip link add tx0 type veth peer name tx0-far; ip link set tx0 up; ip link set tx0-far up");
    await settled(on);
  });

  afterEach(() => on.sh("ip addr flush dev tx0 scope global; rm -rf /etc/pulumi-multipath"));

  after(async () => {
    await on.sh("ip link del tx0");
    await on.down();
  });

  /** An address of the host's own, which answers once it is there. */
  const own = (...mustReach: ReachTarget[]) => {
    const steps = [put("address", "ip -4", "addr add 192.0.2.7/24 dev tx0", ["address 4 tx0 192.0.2.7/24 -"])];
    return change("own", { steps, mustReach });
  };

  thorough?.("takes the change back, by name, when a port takes no connection", async () => {
    const before = await dump(on);
    await assert.rejects(hostState(on).commit(own({ address: "127.0.0.1", port: 9 })), (error: Error) => {
      assert.ok(error instanceof RolledBackError, String(error));
      assert.match(error.message, /undone again, because mustReach: 127\.0\.0\.1 port 9 can't be reached from the host with it/);
      assert.match(error.message, /The gateway is as it was before/);
      return true;
    });
    assert.equal(await dump(on), before);
  });

  if (thorough) return;

  it("is asked for after the change, and the change stays when all of it answers", async () => {
    const [ping, port, device] = [
      { address: "192.0.2.7" },
      { address: "127.0.0.1", port: 22 },
      { address: "10.0.2.2", from: "eth0" },
    ];
    await hostState(on).commit(own(ping, port, device));
    assert.match(await dump(on), /192\.0\.2\.7\/24/);
  });

  it("takes the change back, by name, when one does not answer, or not by that device", async () => {
    const before = await dump(on);
    const silent = { address: "192.0.2.7", from: "eth0" };
    await assert.rejects(
      hostState(on).commit(own({ address: "192.0.2.7" }, silent)),
      /mustReach: 192\.0\.2\.7 from eth0 can't be reached from the host with it/,
    );
    assert.equal(await dump(on), before);
  });
});
