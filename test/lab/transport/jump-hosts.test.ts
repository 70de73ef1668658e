import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AuthenticationError,
  HostKeyError,
  InputError,
  PermissionError,
  UnreachableError,
  type MultipathError,
} from "../../../provider/errors";
import { hostSchema, type Host, type JumpHost } from "../../../provider/host";
import type { Connection } from "../../../provider/transport/connection";
import { Pool } from "../../../provider/transport/pool";
import { CountingProxy } from "../../fixtures/counting-proxy";
import { freePort, generateKey, startSshd, type TestSshd } from "../../fixtures/sshd";

/** Three sshds on this machine are as far apart as the declaration says; their logs tell who came, and where they forwarded to. */
describe("Jump hosts", () => {
  let a: TestSshd;
  let b: TestSshd;
  let gateway: TestSshd;
  let pool: Pool;
  let servers: TestSshd[];
  /** How often each server has been dialled since the test began. */
  let dials: () => number[];

  before(async () => {
    servers = await Promise.all([startSshd(), startSshd(), startSshd()]);
    [a, b, gateway] = servers as [TestSshd, TestSshd, TestSshd];
  });
  beforeEach(() => {
    pool = new Pool({ bootstrap: "", surroundings: gateway.surroundings, pausesSeconds: [0.01, 0.02], keepaliveSeconds: 0.1 });
    const count = () => servers.map((sshd) => sshd.log().split("Connection from").length - 1);
    const before = count();
    dials = () => count().map((now, index) => now - (before[index] ?? 0));
  });
  afterEach(() => {
    pool.closeAll();
    for (const file of ["config", "known_hosts"]) rmSync(join(gateway.surroundings.home, ".ssh", file), { force: true });
  });
  after(() => Promise.all(servers.map((sshd) => sshd.stop())));

  /** As a pipeline declares it, which has no ssh_config and no known_hosts. */
  const pinned = (sshd: TestSshd, changes: Partial<JumpHost> = {}): JumpHost => ({
    address: "127.0.0.1",
    port: sshd.port,
    user: sshd.user,
    hostKey: sshd.hostKeys[0],
    identityFile: sshd.identityFile,
    ...changes,
  });
  const through = (...proxyJump: JumpHost[]) => gateway.host({ proxyJump });
  const connect = (host: Host) => pool.connection(host, { timeoutSeconds: 5 });
  const ask = async (connection: Connection, script: string) =>
    (await connection.request(script, { timeoutSeconds: 5, waitingFor: "the reply" })).stdout;
  const rejects = (promise: Promise<unknown>, Class: new (message: string) => MultipathError, pattern: RegExp) =>
    assert.rejects(promise, (error: Error) => {
      assert.ok(error instanceof Class, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  const forwards = (sshd: TestSshd, to: TestSshd) =>
    sshd.log().includes(`server_request_direct_tcpip: originator 127.0.0.1 port 0, target 127.0.0.1 port ${to.port}`);

  /** A laptop that knows all three by name. */
  const laptop = (text: string) => {
    const ssh = join(gateway.surroundings.home, ".ssh");
    const blocks = Object.entries({ a, b, gateway }).map(
      ([name, sshd]) =>
        `Host ${name}\n HostName 127.0.0.1\n Port ${sshd.port}\n User ${sshd.user}\n IdentityFile ${sshd.identityFile}\n HostKeyAlias ${name}.example\n`,
    );
    writeFileSync(join(ssh, "config"), `UserKnownHostsFile ${join(ssh, "known_hosts")}\n${blocks.join("")}${text}\n`);
    const known = Object.entries({ a, b, gateway }).map(([name, sshd]) => `${name}.example ${sshd.hostKeys[0]}\n`);
    writeFileSync(join(ssh, "known_hosts"), known.join(""));
  };
  /** What ssh itself does with the same files. */
  const ssh = (...args: string[]) => {
    const options = ["-F", join(gateway.surroundings.home, ".ssh/config"), "-o", "BatchMode=yes", "-o", "IdentityAgent=none"];
    const { stdout, stderr, status } = spawnSync("ssh", [...options, ...args], { encoding: "utf8", timeout: 10_000 });
    return { stdout, stderr, status };
  };
  const byName = (proxyJump?: Host["proxyJump"]) => hostSchema.parse({ address: "gateway", proxyJump });

  describe("in ssh_config", () => {
    it("are gone through, as by ssh", async () => {
      laptop("Host gateway\n ProxyJump a");
      assert.equal(ssh("gateway", "echo in").stdout, "in\n");
      assert.deepEqual(dials(), [1, 0, 1]);
      assert.equal(await ask(await connect(byName()), "echo in"), "in\n");
      assert.deepEqual(dials(), [2, 0, 2]);
      assert.ok(forwards(a, gateway));
    });

    it("may be several, and the first may have one of its own", async () => {
      laptop("Host gateway\n ProxyJump b\nHost b\n ProxyJump a");
      assert.equal(ssh("gateway", "echo in").stdout, "in\n");
      assert.equal(await ask(await connect(byName()), "echo in"), "in\n");
      laptop(`Host gateway\n ProxyJump ${a.user}@a,b`);
      assert.equal(await ask(await connect(byName("a,b")), "echo in"), "in\n");
      assert.deepEqual(dials(), [3, 3, 3]);
      assert.ok(forwards(a, b) && forwards(b, gateway));
    });

    it("are left alone where the declaration says there is none, or another", async () => {
      laptop("Host gateway\n ProxyJump nowhere.invalid");
      for (const none of ["none", []]) assert.equal(await ask(await connect(byName(none)), "echo in"), "in\n");
      assert.equal(await ask(await connect(byName("a")), "echo in"), "in\n");
      assert.deepEqual(dials(), [1, 0, 3]);
    });

    it("that lead back to themselves are refused, as by ssh", async () => {
      laptop("Host *\n ProxyJump bastion");
      assert.match(ssh("gateway", "true").stderr, /jumphost loop via bastion/);
      await rejects(connect(byName()), InputError, /ProxyJump leads to bastion through itself/);
      pool.closeAll();
      laptop("Host gateway\n ProxyJump a\nHost a\n ProxyJump b\nHost b\n ProxyJump a");
      await rejects(connect(byName()), InputError, /gateway through a through b through a\./);
      assert.deepEqual(dials(), [0, 0, 0]);
    });

    it("can't be a command, unless the declaration knows the way", async () => {
      laptop("Host gateway\n ProxyCommand exec touch /nowhere/to/be/seen");
      await rejects(connect(byName()), InputError, /^gateway: ssh_config has a ProxyCommand.*Declare `proxyJump`/);
      for (const proxyJump of ["a", "none"]) assert.equal(await ask(await connect(byName(proxyJump)), "echo in"), "in\n");
    });
  });

  describe("in the declaration", () => {
    for (const count of [1, 2, 3]) {
      it(`are ${count}, each with its key`, async () => {
        const third = await startSshd();
        const jumps = [a, b, third].slice(0, count);
        const connection = await connect(through(...jumps.map((sshd) => pinned(sshd))));
        assert.equal(await ask(connection, "echo in"), "in\n");
        const way = [...jumps, gateway];
        for (const [index, sshd] of jumps.entries()) assert.ok(forwards(sshd, way[index + 1] as TestSshd));
        await third.stop();
      });
    }

    it("carry megabytes both ways", async () => {
      const connection = await connect(through(pinned(a), pinned(b)));
      const lines = "0123456789abcdef\n".repeat(200_000);
      assert.equal(await ask(connection, `cat <<'DATA'\n${lines}DATA`), lines);
    });

    it("are left when the connection is closed", async () => {
      const connection = await connect(through(pinned(a)));
      await ask(connection, "echo in");
      const before = a.log().split("Received disconnect").length;
      pool.closeAll();
      while (a.log().split("Received disconnect").length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  });

  describe("whose key is another one", () => {
    const stranger = () => readFileSync(`${generateKey(a.directory, `stranger-${Math.random()}`, "ed25519")}.pub`, "utf8").trim();

    for (const position of [0, 1, 2]) {
      it(`stop the way at the ${["first", "second", "last"][position]} server, which is offered no login and not dialled again`, async () => {
        const hostKey = stranger();
        const jumps = [a, b].map((sshd, index) => pinned(sshd, index === position ? { hostKey } : {}));
        const host = gateway.host({ proxyJump: jumps, ...(position === 2 && { hostKey }) });
        const name = [
          `@127.0.0.1:${a.port} (jump host to `,
          `@127.0.0.1:${b.port} (jump host to `,
          `@127.0.0.1:${gateway.port}: `,
        ][position];
        const logins = () => servers.map((sshd) => sshd.log().split("userauth-request").length);
        const before = logins();
        for (let i = 0; i < 3; i++) {
          await rejects(connect(host), HostKeyError, /the host key is not the one declared/);
          await assert.rejects(connect(host), (error: Error) => error.message.includes(name ?? assert.fail()));
        }
        assert.deepEqual(
          dials(),
          [1, 1, 1].map((one, index) => (index <= position ? one : 0)),
        );
        assert.deepEqual(
          logins().map((now, index) => now > (before[index] ?? 0)),
          [0, 1, 2].map((index) => index < position),
        );
      });
    }

    it("stop the way when nobody knows them, as with ssh", async () => {
      laptop("Host gateway\n ProxyJump a");
      const known = join(gateway.surroundings.home, ".ssh/known_hosts");
      writeFileSync(known, `gateway.example ${gateway.hostKeys[0]}\n`);
      assert.match(ssh("gateway", "true").stderr, /Host key verification failed/);
      await rejects(connect(byName()), HostKeyError, /^\S+ \(a, jump host to \S+\): the host key is unknown/);
    });

    it("stop the way when they are known by another one than before in this run", async () => {
      const two = await startSshd({ hostKeyTypes: ["ed25519", "ecdsa"] });
      const hosts = two.hostKeys.map((hostKey) => two.host({ hostKey }));
      await connect(hosts[0] as Host);
      await rejects(
        connect(hosts[1] as Host),
        HostKeyError,
        /shows another key than before in this run: SHA256:\S+ instead of SHA256:/,
      );
      await rejects(connect(hosts[1] as Host), HostKeyError, /another key/);
      assert.equal(two.log().split("Connection from").length - 1, 2);
      await two.stop();
    });
  });

  describe("that don't let us through", () => {
    it("because nothing listens are named", async () => {
      const port = await freePort();
      await rejects(
        connect(through(pinned(a, { port }), pinned(b))),
        UnreachableError,
        new RegExp(`^\\S+:${port} \\(jump host to \\S+:${gateway.port}\\): nothing listens there`),
      );
      assert.deepEqual(dials(), [0, 0, 0]);
      await rejects(
        connect(through(pinned(a), pinned(b, { port }))),
        UnreachableError,
        new RegExp(
          `^\\S+:${a.port} \\(jump host to \\S+\\): the jump host can't connect to 127\\.0\\.0\\.1 port ${port} \\(Connection refused\\)`,
        ),
      );
      assert.deepEqual(dials(), [3, 0, 0]);
    });

    it("because the name of the next one is not known there", async () => {
      await rejects(
        connect(through(pinned(a), pinned(b, { address: "no-such-host.invalid" }))),
        UnreachableError,
        /the jump host can't connect to no-such-host\.invalid port \d+ \((?!no-such).*\)\. Check the address as the jump host knows it/,
      );
    });

    it("because they forward nothing are asked once, and the way out is told", async () => {
      const closed = await startSshd({ config: ["AllowTcpForwarding no"] });
      const host = through(pinned(closed));
      for (let i = 0; i < 3; i++) {
        await rejects(
          connect(host),
          PermissionError,
          /^\S+ \(jump host to \S+\): logged in, but the jump host does not forward to 127\.0\.0\.1 port \d+ \(open failed\)\. It needs AllowTcpForwarding/,
        );
      }
      assert.equal(closed.log().split("Connection from").length - 1, 1);
      await closed.stop();
    });

    it("because they refuse our key are asked once, by however many hosts behind them", async () => {
      const identityFile = generateKey(a.directory, "refused", "ed25519");
      const hosts = Array.from({ length: 20 }, (_, i) =>
        gateway.host({ port: 1000 + i, proxyJump: pinned(a, { identityFile }) }),
      );
      const results = await Promise.allSettled(hosts.map(connect));
      assert.ok(results.every((result) => result.status === "rejected" && result.reason instanceof AuthenticationError));
      // Four are on their way before the first is answered.
      assert.ok((dials()[0] ?? 0) <= 4, String(dials()));
      await assert.rejects(connect(gateway.host({ proxyJump: pinned(a, { identityFile }) })), AuthenticationError);
      assert.ok((dials()[0] ?? 0) <= 4, String(dials()));
    });
  });

  it("take in twenty hosts at once, though their sshd lets only five wait for their login", async () => {
    const small = await startSshd({ config: ["MaxStartups 5"] });
    // Twenty declarations, and so twenty connections, each with another second key that would be accepted.
    const hosts = Array.from({ length: 20 }, (_, i) =>
      gateway.host({ proxyJump: pinned(small), hostKey: [gateway.hostKeys[0] ?? "", `SHA256:${String(i).padStart(42, "A")}A`] }),
    );
    const connections = await Promise.all(hosts.map((host) => pool.connection(host, { timeoutSeconds: 9 })));
    assert.equal(new Set(connections).size, 20);
    assert.equal(small.log().split("Connection from").length - 1, 20, small.log());
    assert.doesNotMatch(small.log(), /MaxStartups|drop connection/);
    await small.stop();
  });

  describe("that break", () => {
    let proxy: CountingProxy;
    beforeEach(async () => {
      proxy = await CountingProxy.start({ port: a.port, latency: 0 });
    });
    afterEach(() => proxy.stop());

    it("are noticed at once, and named", async () => {
      const connection = await connect(through(pinned(a, { port: proxy.port })));
      await ask(connection, "echo 1");
      setTimeout(() => proxy.drop(), 50);
      await rejects(
        ask(connection, "sleep 3"),
        UnreachableError,
        /^\S+: the connection was lost while waiting for the reply \(\S+ \(jump host to \S+\) is gone\)/,
      );
      assert.equal(await ask(await connect(through(pinned(a, { port: proxy.port }))), "echo 2"), "2\n");
    });

    it("are noticed by the silence of the host behind them", async () => {
      const inner = await CountingProxy.start({ port: gateway.port, latency: 0 });
      const connection = await connect(gateway.host({ port: inner.port, proxyJump: pinned(a) }));
      await ask(connection, "echo 1");
      inner.freeze();
      const start = performance.now();
      const slow = connection.request("echo 2", { timeoutSeconds: 60, waitingFor: "the reply" });
      await rejects(slow, UnreachableError, /\(the host stopped answering\)/);
      assert.ok(performance.now() - start < 3000);
      await inner.stop();
    });

    it("while the next one is being reached are told apart from it", async () => {
      const deaf = await CountingProxy.start({ port: gateway.port, latency: 0 });
      deaf.freeze();
      const host = gateway.host({ port: deaf.port, proxyJump: pinned(a) });
      const own = new Pool({ bootstrap: "", surroundings: gateway.surroundings, pausesSeconds: [] });
      await rejects(
        own.connection(host, { timeoutSeconds: 0.5 }),
        UnreachableError,
        new RegExp(`^\\S+@127\\.0\\.0\\.1:${deaf.port}: no answer within [\\d.]+ s while waiting for the SSH handshake`),
      );
      own.closeAll();
      await deaf.stop();
    });
  });

  describe("cost", () => {
    // With less latency than an sshd takes to say its version, that counts as an answer to ours, which it is not (counting-proxy.ts).
    it("four round trips each on the way to the shell, and none afterwards", async () => {
      const costs: number[] = [];
      for (const jumps of [[a], [a, b]]) {
        const [first = a, ...others] = jumps;
        const proxy = await CountingProxy.start({ port: first.port, latency: 20 });
        const connection = await connect(through(pinned(first, { port: proxy.port }), ...others.map((sshd) => pinned(sshd))));
        const before = proxy.roundTrips;
        await ask(connection, "echo 1");
        assert.equal(proxy.roundTrips, before + 1);
        costs.push(before);
        connection.close();
        await proxy.stop();
      }
      assert.deepEqual(costs, [10, 14]);
    });
  });

  it("are told from the host in known_hosts by the port, as by ssh", async () => {
    appendFileSync(
      join(gateway.surroundings.home, ".ssh/known_hosts"),
      `[127.0.0.1]:${a.port} ${a.hostKeys[0]}\n[127.0.0.1]:${gateway.port} ${gateway.hostKeys[0]}\n`,
    );
    const { hostKey: _hostKey, ...jump } = pinned(a);
    const { hostKey: _, ...host } = through(jump);
    assert.equal(await ask(await connect(host), "echo in"), "in\n");
  });
});
