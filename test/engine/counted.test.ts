import assert from "node:assert/strict";
import { CountingProxy } from "../fixtures/counting-proxy";
import { type Box, startBox } from "./fixtures/box";
import { Program } from "./fixtures/program";

/** Round trips and connections are deterministic where seconds are not: what a budget of time stands on. */
describe("Counted on the wire", function () {
  let box: Box;
  let proxy: CountingProxy;
  let program: Program;

  beforeEach(async () => {
    box = await startBox();
    proxy = await CountingProxy.start({ port: box.host.port });
    program = await Program.create({ source: "", host: { ...box.host, port: proxy.port } });
  });

  afterEach(async () => {
    program.remove();
    await proxy.stop();
    await box.down();
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

  /** Creates `n` routes. @returns how many transactions that took */
  async function create(n: number, parallel: number): Promise<number> {
    program.write(routes(n));
    proxy.reset();
    const { code, output } = await program.up("--parallel", String(parallel));
    assert.equal(code, 0, output);
    const transactions = await box.transactions();
    assert.equal(proxy.connections, 1 + transactions, "each transaction is confirmed over one new connection, the next one's");
    const { roundTrips } = proxy;
    assert.ok(roundTrips <= 9 + 9 * transactions, `${roundTrips} round trips, ${transactions} transactions`);
    return transactions;
  }

  it("a group commit takes at most 9 round trips, its confirmation over a new connection among them", async () => {
    assert.equal(await create(8, 8), 1);
  });

  it("300 routes with --parallel 64 are at most 8 transactions where one takes longer than the engine to come with 64", async () => {
    proxy.latency = 150;
    const transactions = await create(300, 64);
    assert.ok(transactions <= 8, `${transactions} transactions`);
  });

  it("with a parallelism of p, n routes are never more than n / p + 2 transactions", async () => {
    const transactions = await create(100, 8);
    assert.ok(transactions <= Math.ceil(100 / 8) + 2, `${transactions} transactions`);
  });
});
