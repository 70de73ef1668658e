import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect as dial, type Socket } from "node:net";
import { join } from "node:path";
import { AuthenticationError, HostKeyError, UnreachableError } from "../../../provider/errors";
import type { Connection } from "../../../provider/transport/connection";
import { Pool } from "../../../provider/transport/pool";
import { CountingProxy } from "../../fixtures/counting-proxy";
import { generateKey, startSshd, type TestSshd } from "../../fixtures/sshd";

describe("A connection that breaks", () => {
  let sshd: TestSshd;
  let proxy: CountingProxy;
  let pool: Pool;

  before(async () => {
    sshd = await startSshd();
  });
  beforeEach(async () => {
    proxy = await CountingProxy.start({ port: sshd.port, latency: 0 });
    pool = new Pool({ bootstrap: "", surroundings: sshd.surroundings, keepaliveSeconds: 0.05, pausesSeconds: [0.01, 0.02] });
  });
  afterEach(async () => {
    pool.closeAll();
    await proxy.stop();
  });
  after(() => sshd.stop());

  const get = (timeoutSeconds = 5) => pool.connection(sshd.host({ port: proxy.port }), { timeoutSeconds });
  const ask = (connection: Connection, script: string, timeoutSeconds = 5) =>
    connection.request(script, { timeoutSeconds, waitingFor: "the snapshot" });
  const unreachable = (promise: Promise<unknown>, pattern: RegExp) =>
    assert.rejects(promise, (error: Error) => {
      assert.ok(error instanceof UnreachableError, String(error));
      assert.match(error.message, pattern);
      return true;
    });

  it("in the middle of a request is noticed at once, and says that the request may have had its effect", async () => {
    const connection = await get();
    await ask(connection, "echo 1");
    setTimeout(() => proxy.drop(), 50);
    await unreachable(
      ask(connection, "sleep 3"),
      /^\S+: the connection was lost while waiting for the snapshot \(.+\)\. What the host was asked to do may have been done/,
    );
    assert.equal(connection.closed, true);
  });

  it("because sshd died is lost, and not the shell's fault", async () => {
    const killSshd =
      "p=$PPID; until grep -q sshd /proc/$p/comm; do p=$(awk '{print $4}' /proc/$p/stat); done; kill -9 $p; sleep 3";
    await unreachable(ask(await get(), killSshd), /the connection was lost while waiting for the snapshot/);
  });

  it("takes the queued requests with it", async () => {
    const connection = await get();
    await ask(connection, "echo 1");
    setTimeout(() => proxy.drop(), 50);
    const all = await Promise.allSettled([ask(connection, "sleep 3"), ask(connection, "echo 2"), ask(connection, "echo 3")]);
    assert.ok(all.every((result) => result.status === "rejected" && result.reason instanceof UnreachableError));
  });

  it("without a word is noticed by its silence, long before the request's time is over", async () => {
    const connection = await get();
    await ask(connection, "echo 1");
    proxy.freeze();
    const start = performance.now();
    await unreachable(ask(connection, "echo 2", 60), /\(the host stopped answering\)/);
    assert.ok(performance.now() - start < 2000);
  });

  it("is noticed sooner by who would rather ask anew", async () => {
    const slow = new Pool({ bootstrap: "", surroundings: sshd.surroundings, keepaliveSeconds: 0.4 });
    try {
      const connection = await slow.connection(sshd.host({ port: proxy.port }), { timeoutSeconds: 5 });
      await ask(connection, "echo 1");
      proxy.freeze();
      const start = performance.now();
      const impatient = { timeoutSeconds: 60, waitingFor: "the transaction", impatient: true } as const;
      await unreachable(connection.request("echo 2", impatient), /\(the host stopped answering\)/);
      assert.ok(performance.now() - start < 1600);
    } finally {
      slow.closeAll();
    }
  });

  it("is not seen in a request that only takes long", async () => {
    const connection = await get();
    assert.equal((await ask(connection, "sleep 0.6; echo slow")).stdout, "slow\n");
  });

  it("is replaced by a new one for the next who asks", async () => {
    const first = await get();
    await ask(first, "echo 1");
    proxy.drop();
    await unreachable(ask(first, "echo 2"), /lost/);
    const second = await get();
    assert.notEqual(second, first);
    assert.equal((await ask(second, "echo 3")).stdout, "3\n");
    assert.equal(pool.statistics().connections, 2);
  });

  it("while nobody uses it is replaced too", async () => {
    const first = await get();
    await ask(first, "echo 1");
    proxy.drop();
    while (!first.closed) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal((await ask(await get(), "echo 2")).stdout, "2\n");
  });

  it("is not replaced where the host is gone, and everybody hears so at once", async () => {
    const gone = await CountingProxy.start({ port: sshd.port, latency: 0 });
    const host = sshd.host({ port: gone.port });
    const first = await pool.connection(host, { timeoutSeconds: 5 });
    await ask(first, "echo 1");
    await gone.stop();
    await unreachable(ask(first, "echo 2"), /lost/);
    await unreachable(pool.connection(host, { timeoutSeconds: 5 }), /nothing listens there/);
    const start = performance.now();
    await unreachable(pool.connection(host, { timeoutSeconds: 5 }), /nothing listens there/);
    assert.ok(performance.now() - start < 20);
  });

  it("before there is a shell is given up when the time is over", async () => {
    proxy.freeze();
    await unreachable(get(0.3), /no answer within [\d.]+ s while waiting for the SSH handshake/);
  });

  it("is never tried again after a refused login", async () => {
    const host = sshd.host({ port: proxy.port, identityFile: generateKey(sshd.directory, "refused", "ed25519") });
    for (let i = 0; i < 10; i++) await assert.rejects(pool.connection(host, { timeoutSeconds: 5 }), AuthenticationError);
    assert.equal(proxy.connections, 1);
  });

  it("outlives a restart of sshd, and a new one is opened by the new sshd", async () => {
    const own = await startSshd();
    const host = own.host();
    const first = await pool.connection(host, { timeoutSeconds: 5 });
    await ask(first, "kept=yes");
    await own.restart();
    assert.equal((await ask(first, "echo $kept")).stdout, "yes\n");
    first.close();
    assert.equal((await ask(await pool.connection(host, { timeoutSeconds: 5 }), "echo new")).stdout, "new\n");
    await own.stop();
  });

  it("is opened at the next try while sshd is restarting", async () => {
    const own = await startSshd();
    await own.stopListening();
    const patient = new Pool({ bootstrap: "", surroundings: own.surroundings, pausesSeconds: [0.2, 3] });
    const opening = patient.connection(own.host(), { timeoutSeconds: 9 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await own.restart();
    assert.equal((await ask(await opening, "echo back")).stdout, "back\n");
    patient.closeAll();
    await own.stop();
  });

  describe("where sshd has too many that are not logged in yet", () => {
    let crowded: TestSshd;
    let visitor: Socket;
    beforeEach(async () => {
      crowded = await startSshd({ config: ["MaxStartups 1", "LoginGraceTime 30"] });
      visitor = dial(crowded.port, "127.0.0.1").on("error", () => undefined);
      await once(visitor, "data"); // sshd has taken it
    });
    afterEach(async () => {
      visitor.destroy();
      await crowded.stop();
    });
    const dials = () => crowded.log().match(/past MaxStartups/g)?.length ?? 0;

    it("is tried again a little later", async () => {
      const opening = pool.connection(crowded.host(), { timeoutSeconds: 9 });
      const patient = new Pool({ bootstrap: "", surroundings: crowded.surroundings, pausesSeconds: [0.5, 3] });
      await assert.rejects(opening);
      const later = patient.connection(crowded.host(), { timeoutSeconds: 9 });
      await new Promise((resolve) => setTimeout(resolve, 200));
      visitor.destroy();
      assert.equal((await ask(await later, "echo in")).stdout, "in\n");
      patient.closeAll();
    });

    it("is given up after three dials, however many ask, with what it means", async () => {
      for (let i = 0; i < 20; i++) {
        await unreachable(
          pool.connection(crowded.host(), { timeoutSeconds: 5 }),
          /the connection was lost while waiting for the SSH handshake .* sshd drops connections at once when it has too many \(MaxStartups\)/,
        );
      }
      assert.equal(dials(), 3);
    });

    it("is dialled fewer than ten times in a run, in however many ways the host is declared", async () => {
      const hosts = Array.from({ length: 20 }, (_, i) =>
        crowded.host({ hostKey: [crowded.hostKeys[0] ?? "", `SHA256:${String(i).padStart(42, "A")}A`] }),
      );
      const results = await Promise.allSettled(hosts.map((host) => pool.connection(host, { timeoutSeconds: 5 })));
      assert.ok(results.every((result) => result.status === "rejected" && result.reason instanceof UnreachableError));
      assert.match(String((results.at(-1) as PromiseRejectedResult).reason), /not dialled again, after \d dials in this run/);
      assert.ok(dials() >= 3 && dials() < 10, String(dials()));
    });
  });

  it("is not opened to a host that shows another known key than before in the same run", async () => {
    const own = await startSshd({ hostKeyTypes: ["ed25519", "ecdsa"] });
    const one = new Pool({ bootstrap: "", surroundings: own.surroundings, pausesSeconds: [0.01] });
    const known = (key: string | undefined) => `[127.0.0.1]:${own.port} ${key}\n`;
    const file = join(own.surroundings.home, ".ssh/known_hosts");
    writeFileSync(file, known(own.hostKeys[0]));
    const { hostKey: _hostKey, ...host } = own.host();
    const first = await one.connection(host, { timeoutSeconds: 5 });
    await ask(first, "echo 1");
    first.close();
    writeFileSync(file, known(own.hostKeys[1]));
    for (let i = 0; i < 3; i++) {
      await assert.rejects(
        one.connection(host, { timeoutSeconds: 5 }),
        (error: Error) => error instanceof HostKeyError && /another key than before in this run/.test(error.message),
      );
    }
    assert.equal(own.log().split("Connection from").length - 1, 2);
    assert.equal(own.log().split("userauth-request for user").length - 1, 1);
    one.closeAll();
    await own.stop();
  });
});
