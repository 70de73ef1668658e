import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Pool } from "../../../provider/transport/pool";
import { CountingProxy } from "../../fixtures/counting-proxy";
import { startAgent } from "../../fixtures/ssh-agent";
import { startSshd, type TestSshd } from "../../fixtures/sshd";

/** Seconds depend on the machine, round trips don't: the budgets of docs/architecture.md stand on these. */
describe("Round trips", () => {
  let sshd: TestSshd;
  let proxy: CountingProxy;
  let pool: Pool;

  before(async () => {
    sshd = await startSshd();
  });
  beforeEach(async () => {
    proxy = await CountingProxy.start({ port: sshd.port });
    pool = new Pool({ bootstrap: "greet() { echo hello; }", surroundings: sshd.surroundings });
  });
  afterEach(async () => {
    pool.closeAll();
    await proxy.stop();
  });
  after(() => sshd.stop());

  const get = (through = pool) => through.connection(sshd.host({ port: proxy.port }), { timeoutSeconds: 5 });
  const how = { timeoutSeconds: 5, waitingFor: "the reply" };

  it("to a shell are 6: TCP, versions, key exchange, service, login and channel, command", async () => {
    await get();
    assert.equal(proxy.connections, 1);
    assert.equal(proxy.roundTrips, 6);
  });

  it("for a request are 1, and the bootstrap costs none", async () => {
    const connection = await get();
    const before = proxy.roundTrips;
    assert.equal((await connection.request("greet", how)).stdout, "hello\n");
    assert.equal(proxy.roundTrips, before + 1);
    for (let i = 0; i < 5; i++) await connection.request("greet", how);
    assert.equal(proxy.roundTrips, before + 6);
  });

  it("for 20 callers who come at once are those of one connection and 20 requests", async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, async (_, i) => (await get()).request(`echo ${i}`, how)));
    assert.deepEqual(
      replies.map(({ stdout }) => stdout),
      Array.from({ length: 20 }, (_, i) => `${i}\n`),
    );
    assert.deepEqual(pool.statistics(), { connections: 1, requests: 20 });
    assert.equal(proxy.connections, 1);
    assert.equal(proxy.roundTrips, 6 + 20);
  });

  it("are as many with a pipeline's key and with an agent's only key", async () => {
    const agent = await startAgent(sshd.directory);
    agent.add(sshd.identityFile);
    for (const environment of [
      { MULTIPATH_SSH_PRIVATE_KEY: readFileSync(sshd.identityFile, "utf8") },
      { SSH_AUTH_SOCK: agent.socket },
    ]) {
      proxy.reset();
      const own = new Pool({ bootstrap: "", surroundings: { ...sshd.surroundings, environment } });
      const { identityFile: _identityFile, ...host } = sshd.host({ port: proxy.port });
      await own.connection(host, { timeoutSeconds: 5 });
      assert.equal(proxy.roundTrips, 6);
      own.closeAll();
    }
    await agent.stop();
  });
});
