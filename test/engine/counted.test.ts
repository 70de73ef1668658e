import assert from "node:assert/strict";
import { CountingProxy } from "../fixtures/counting-proxy";
import { Gateway } from "../fixtures/gateway";
import { Program } from "./fixtures/program";

/** Round trips and connections are deterministic where seconds are not: what a budget of time stands on. */
describe("Counted on the wire", function () {
  let gateway: Gateway;
  let proxy: CountingProxy;
  let program: Program;

  before(async () => {
    gateway = await Gateway.up();
  });

  beforeEach(async () => {
    await gateway.reset();
    proxy = await CountingProxy.start({ port: gateway.lab.port });
    program = await Program.create({ source: "", host: { ...gateway.host, port: proxy.port } });
  });

  afterEach(async () => {
    program.remove();
    await proxy.stop();
  });

  const routes = (n: number): string =>
    `for (let i = 0; i < ${n}; i++) new multipath.Route("r" + i, { host, destination: "10." + (100 + (i >> 8)) + "." + (i & 255) + ".0/24", type: "blackhole" });`;

  it("a preview takes one connection and at most 9 round trips, for one resource as for fifty", async () => {
    for (const n of [1, 50]) {
      program.write(routes(n));
      proxy.reset();
      const { code, output } = await program.preview();
      assert.equal(code, 0, output);
      assert.equal(proxy.connections, 1);
      assert.ok(proxy.roundTrips <= 9, `${proxy.roundTrips} round trips for ${n}`);
    }
  });

  it("a group commit takes at most 2 round trips on the standing connection", async () => {
    program.write(routes(8));
    proxy.reset();
    const { code, output } = await program.up("--parallel", "8");
    assert.equal(code, 0, output);
    assert.equal(proxy.connections, 1);
    const transactions = await gateway.transactions();
    assert.ok(proxy.roundTrips <= 9 + 2 * transactions, `${proxy.roundTrips} round trips, ${transactions} transactions`);
  });

  it("300 routes with --parallel 64 are at most 8 transactions over one connection", async () => {
    program.write(routes(300));
    proxy.reset();
    const { code, output } = await program.up("--parallel", "64");
    assert.equal(code, 0, output);
    assert.equal(proxy.connections, 1);
    const transactions = await gateway.transactions();
    assert.ok(transactions <= 8, `${transactions} transactions`);
  });

  it("with a parallelism of p, n routes are never more than n / p + 2 transactions", async () => {
    program.write(routes(100));
    const { code, output } = await program.up("--parallel", "8");
    assert.equal(code, 0, output);
    const transactions = await gateway.transactions();
    assert.ok(transactions <= Math.ceil(100 / 8) + 2, `${transactions} transactions`);
  });
});
