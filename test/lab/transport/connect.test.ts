import assert from "node:assert/strict";
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type AddressInfo, type Socket } from "node:net";
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import {
  AuthenticationError,
  HostKeyError,
  InputError,
  PermissionError,
  ToolError,
  UnreachableError,
  type MultipathError,
} from "../../../provider/errors";
import type { Host } from "../../../provider/host";
import { connect } from "../../../provider/transport/connect";
import type { Connection, ConnectOptions, Surroundings } from "../../../provider/transport/connection";
import { CountingProxy } from "../../fixtures/counting-proxy";
import { startAgent, type TestAgent } from "../../fixtures/ssh-agent";
import { freePort, generateKey, startSshd, type SshdOptions, type TestSshd } from "../../fixtures/sshd";

describe("Connecting to a real sshd", () => {
  let sshd: TestSshd;
  let connections: Connection[] = [];
  const others: TestSshd[] = [];
  /** A failed test must not keep mocha waiting. */
  const leftovers: (() => void | Promise<void>)[] = [];

  before(async () => {
    sshd = await startSshd({ hostKeyTypes: ["ed25519", "ecdsa", "rsa"] });
  });
  afterEach(async () => {
    for (const connection of connections) connection.close();
    connections = [];
    for (const other of others.splice(0)) await other.stop();
    for (const stop of leftovers.splice(0)) await stop();
  });
  after(() => sshd.stop());

  const start = async (options: SshdOptions) => {
    const other = await startSshd(options);
    others.push(other);
    return other;
  };
  const open = async (to: TestSshd = sshd, host: Partial<Host> = {}, options: Partial<ConnectOptions> = {}) => {
    const connection = await connect(to.host(host), {
      bootstrap: "",
      timeoutSeconds: 5,
      surroundings: to.surroundings,
      ...options,
    });
    connections.push(connection);
    return connection;
  };
  const ask = async (connection: Connection, script: string) =>
    (await connection.request(script, { timeoutSeconds: 5, waitingFor: "the reply" })).stdout;
  const rejects = (promise: Promise<unknown>, Class: new (message: string) => MultipathError, pattern: RegExp) =>
    assert.rejects(promise, (error: Error) => {
      assert.ok(error instanceof Class, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  const surroundings = (environment: Surroundings["environment"] = {}): Surroundings => ({ ...sshd.surroundings, environment });
  const withoutFile = { identityFile: undefined } as unknown as Partial<Host>;

  it("gives a shell that knows the bootstrap's functions", async () => {
    const connection = await open(sshd, {}, { bootstrap: 'double() { echo "$1$1"; }' });
    assert.equal(await ask(connection, "double ab"), "abab\n");
    assert.equal(await ask(connection, "id -un"), `${sshd.user}\n`);
  });

  it("carries megabytes both ways", async () => {
    const connection = await open();
    const lines = "0123456789abcdef\n".repeat(200_000);
    assert.equal(await ask(connection, `cat <<'DATA'\n${lines}DATA`), lines);
  });

  it("carries on when the keys are changed in mid-stream, which checks the host key again", async () => {
    const connection = await open(await start({ config: ["RekeyLimit 256K"] }));
    const lines = "0123456789abcdef\n".repeat(100_000);
    assert.equal(await ask(connection, `cat <<'DATA'\n${lines}DATA`), lines);
    assert.equal(await ask(connection, "echo still there"), "still there\n");
  });

  describe("checks the host key", () => {
    for (const [index, type] of ["ed25519", "ecdsa", "rsa"].entries()) {
      it(`and gets the ${type} one of three when that is declared`, async () => {
        const connection = await open(sshd, { hostKey: sshd.hostKeys[index] });
        assert.match(connection.hostKey, /^SHA256:/);
      });
    }

    it("and logs in when known_hosts has it", async () => {
      writeFileSync(join(sshd.surroundings.home, ".ssh/known_hosts"), `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[2]}\n`);
      const connection = await open(sshd, { hostKey: undefined });
      assert.equal(await ask(connection, "echo in"), "in\n");
    });

    it("and offers no login to a host with another one", async () => {
      const stranger = readFileSync(`${generateKey(sshd.directory, "stranger", "ed25519")}.pub`, "utf8").trim();
      const other = await start({});
      await rejects(
        open(other, { hostKey: stranger }),
        HostKeyError,
        /the host key is not the one declared\. The host shows ssh-ed25519 SHA256:/,
      );
      assert.doesNotMatch(other.log(), /userauth-request/);
    });

    it("and offers no login to a host that nobody knows", async () => {
      const other = await start({});
      await rejects(open(other, { hostKey: undefined }), HostKeyError, /the host key is unknown/);
      assert.doesNotMatch(other.log(), /userauth-request/);
    });
  });

  describe("logs in", () => {
    let agent: TestAgent;
    before(async () => {
      agent = await startAgent(sshd.directory);
    });
    beforeEach(() => agent.removeAll());
    after(() => agent.stop());

    const strangers = (count: number) =>
      Array.from({ length: count }, (_, i) => generateKey(sshd.directory, `stranger-${Math.random()}-${i}`, "ed25519"));

    it("with a key of each kind, from a file", async () => {
      for (const type of ["ecdsa", "rsa"] as const) {
        const identityFile = generateKey(sshd.directory, `id_${type}`, type);
        appendFileSync(join(sshd.directory, "authorized_keys"), readFileSync(`${identityFile}.pub`));
        assert.equal(await ask(await open(sshd, { identityFile }), "echo in"), "in\n");
      }
    });

    it("with the key a pipeline has in its environment", async () => {
      const environment = { MULTIPATH_SSH_PRIVATE_KEY: readFileSync(sshd.identityFile, "utf8") };
      await open(sshd, withoutFile, { surroundings: surroundings(environment) });
    });

    it("with the agent's only key, and with the last of several", async () => {
      agent.add(sshd.identityFile);
      await open(sshd, withoutFile, { surroundings: surroundings({ SSH_AUTH_SOCK: agent.socket }) });
      agent.removeAll();
      for (const file of [...strangers(3), sshd.identityFile]) agent.add(file);
      await open(sshd, withoutFile, { surroundings: surroundings({ SSH_AUTH_SOCK: agent.socket }) });
    });

    it("with the next key when the agent's user does not agree to the first", async () => {
      agent.addWithoutConsent(sshd.identityFile);
      const file = join(sshd.surroundings.home, ".ssh/id_ed25519");
      renameSync(generateKey(sshd.directory, "next", "ed25519"), file);
      appendFileSync(join(sshd.directory, "authorized_keys"), readFileSync(join(sshd.directory, "next.pub")));
      await open(sshd, withoutFile, { surroundings: surroundings({ SSH_AUTH_SOCK: agent.socket }) });
      rmSync(file);
    });

    it("with an RSA key of the agent", async () => {
      const file = generateKey(sshd.directory, "agent_rsa", "rsa");
      appendFileSync(join(sshd.directory, "authorized_keys"), readFileSync(`${file}.pub`));
      agent.add(file);
      await open(sshd, withoutFile, { surroundings: surroundings({ SSH_AUTH_SOCK: agent.socket }) });
    });

    it("not with a key the host does not know, and says which was offered", async () => {
      const [stranger = ""] = strangers(1);
      await rejects(
        open(sshd, { identityFile: stranger }),
        AuthenticationError,
        new RegExp(
          `: the host refused the login of ${sshd.user}\\. Offered, in this order: ${stranger} \\(ssh-ed25519 SHA256:\\S+\\)\\. Check`,
        ),
      );
    });

    it("not with so many keys that the host gives up", async () => {
      for (const file of strangers(8)) agent.add(file);
      await rejects(
        open(sshd, withoutFile, { surroundings: surroundings({ SSH_AUTH_SOCK: agent.socket }) }),
        AuthenticationError,
        /the host refused the login of \S+ \(Too many authentication failures\)\..* `identityFile` chooses another one/,
      );
    });

    it("not where the host takes no keys", async () => {
      const other = await start({ config: ["PubkeyAuthentication no", "PasswordAuthentication yes"] });
      await rejects(open(other), AuthenticationError, /The host takes no keys, only password\./);
    });

    it("not where the host wants a second factor", async () => {
      const other = await start({ config: ["AuthenticationMethods publickey,password", "PasswordAuthentication yes"] });
      const words = /the key was accepted, but the host wants password as well/;
      await rejects(open(other), AuthenticationError, words);
      const environment = { MULTIPATH_SSH_PRIVATE_KEY: readFileSync(other.identityFile, "utf8") };
      const [identityFile = ""] = strangers(1);
      await rejects(open(other, { identityFile }, { surroundings: surroundings(environment) }), AuthenticationError, words);
    });
  });

  describe("gets its shell", () => {
    const noisy =
      '#!/bin/sh\necho Welcome; echo "no terminal" >&2; printf "no newline"\nexec /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n';

    it("past a banner and a login that prints", async () => {
      const other = await start({ commands: { noisy }, config: ["ForceCommand noisy", "Banner /etc/passwd"] });
      const reply = await (await open(other)).request("echo reply", { timeoutSeconds: 5, waitingFor: "x" });
      assert.deepEqual(reply, { stdout: "reply\n", code: 0, stderr: "" });
    });

    it("through sudo, without asking for a password", async () => {
      const sudo = '#!/bin/sh\n[ "$*" = "-n /bin/sh -s" ] || exit 9\nAS_ROOT=yes exec /bin/sh -s\n';
      const connection = await open(await start({ commands: { sudo } }), { become: true });
      assert.equal(await ask(connection, "echo $AS_ROOT"), "yes\n");
    });

    it("not where sudo wants a password", async () => {
      const sudo = '#!/bin/sh\necho "sudo: a password is required" >&2; exit 1\n';
      const connection = await open(await start({ commands: { sudo } }), { become: true });
      await rejects(
        ask(connection, "id"),
        PermissionError,
        /was refused \(exit status 1\), and said: sudo: a password is required\. Allow it/,
      );
      assert.equal(connection.closed, true);
    });

    it("not where there is no sudo", async () => {
      const connection = await open(await start({ path: "/nowhere" }), { become: true });
      await rejects(ask(connection, "id"), PermissionError, /was refused \(exit status 127\), and said: .*not found/);
    });

    it("not where the user may not run commands", async () => {
      const connection = await open(await start({ config: ["ForceCommand echo This account is not available; exit 1"] }));
      await rejects(
        ask(connection, "id"),
        ToolError,
        /ended at once \(exit status 1\), and said: This account is not available\./,
      );
    });

    it("not where sshd allows no session", async () => {
      await rejects(open(await start({ config: ["MaxSessions 0"] })), ToolError, /sshd opens no session/);
    });

    it("where sshd allows only one", async () => {
      assert.equal(await ask(await open(await start({ config: ["MaxSessions 1"] })), "echo in"), "in\n");
    });
  });

  describe("follows ssh_config", () => {
    const under = (text: string, host: Partial<Host> = {}, options: Partial<ConnectOptions> = {}) => {
      const file = join(sshd.surroundings.home, ".ssh/config");
      writeFileSync(file, `${text}\n`);
      leftovers.push(() => rmSync(file, { force: true }));
      return open(sshd, host, options);
    };

    it("as to what keeps the session secret", async () => {
      await under("Ciphers aes256-ctr\nMACs hmac-sha2-512\nKexAlgorithms ecdh-sha2-nistp521");
      assert.match(sshd.log(), /kex: server->client cipher: aes256-ctr MAC: hmac-sha2-512 /);
      assert.match(sshd.log(), /kex: algorithm: ecdh-sha2-nistp521/);
      await rejects(
        under("Ciphers aes256-cbc"),
        InputError,
        /Ciphers of ssh_config \(aes256-cbc\) leaves none of those spoken here/,
      );
    });

    it("as to which keys may be offered", async () => {
      await rejects(under("PubkeyAuthentication no"), AuthenticationError, /ssh_config says PubkeyAuthentication no/);
      await rejects(under("PreferredAuthentications password"), AuthenticationError, /PreferredAuthentications password/);
      await rejects(
        under("PubkeyAcceptedAlgorithms rsa-sha2-512"),
        AuthenticationError,
        /allows none of the keys: \S+\/login \(ssh-ed25519/,
      );
      await under("PubkeyAcceptedAlgorithms -rsa-*\nPreferredAuthentications password,publickey");
    });

    it("as to where a connection comes from", async () => {
      const source = (connection: Connection) => ask(connection, "echo ${SSH_CONNECTION%% *}");
      assert.equal(await source(await under("BindAddress 127.0.0.77")), "127.0.0.77\n");
      assert.equal(await source(await under("BindInterface lo\nAddressFamily inet")), "127.0.0.1\n");
      await rejects(under("BindInterface nowhere0"), InputError, /BindInterface of ssh_config names nowhere0/);
      await rejects(under("AddressFamily inet6", { address: "localhost" }), UnreachableError, /localhost/);
    });

    it("as to how long to wait", async () => {
      const proxy = await CountingProxy.start({ port: sshd.port, latency: 0 });
      leftovers.push(() => proxy.stop());
      proxy.freeze();
      const start = performance.now();
      await rejects(under("ConnectTimeout 1", { port: proxy.port }), UnreachableError, /no answer within 1 s while waiting/);
      assert.ok(performance.now() - start < 3000);
    });
  });

  describe("says what it waited for", () => {
    it("when the name does not exist", async () => {
      await rejects(
        open(sshd, { address: "no-such-host.invalid" }),
        UnreachableError,
        /the name is not found|waiting for name resolution/,
      );
    });

    it("when nothing listens", async () => {
      for (const address of ["127.0.0.1", "localhost"]) {
        await rejects(
          open(sshd, { address, port: await freePort() }),
          UnreachableError,
          /nothing listens there \(connect ECONNREFUSED/,
        );
      }
    });

    it("when packets get no answer", async () => {
      const { port, stop } = await deafPort();
      await rejects(
        open(sshd, { port }, { timeoutSeconds: 0.3 }),
        UnreachableError,
        /no answer within [\d.]+ s while waiting for the TCP connection\. Check `address` and `port`/,
      );
      stop();
    });

    it("when something that does not speak SSH listens", async () => {
      const server = createServer((socket) => socket.end("Exceeded MaxStartups\r\n")).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      await rejects(
        open(sshd, { port }),
        UnreachableError,
        /waiting for the SSH handshake.* The host said: Exceeded MaxStartups\./,
      );
      server.close();
    });

    it("when something that says nothing listens", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      await rejects(
        open(sshd, { port }, { timeoutSeconds: 0.2 }),
        UnreachableError,
        /no answer within [\d.]+ s while waiting for the SSH handshake\. Something accepts connections there/,
      );
      server.close();
    });

    for (const [roundTrips, wait] of [
      [0, "the SSH handshake. Something accepts"],
      [1, "the SSH handshake. Something accepts"],
      [2, "the login. sshd may be waiting for its user database"],
      [3, "the login. sshd may be waiting for its user database"],
      [4, "the shell. sshd may be out of processes"],
    ] as const) {
      it(`when the path dies after ${roundTrips} round trips`, async () => {
        const proxy = await CountingProxy.start({ port: sshd.port, latency: 0 });
        leftovers.push(() => proxy.stop());
        proxy.diesAfter = roundTrips;
        const start = performance.now();
        await assert.rejects(open(sshd, { port: proxy.port }, { timeoutSeconds: 1.5 }), (error: Error) => {
          assert.ok(error instanceof UnreachableError, String(error));
          assert.match(error.message, /: no answer within 1\.[45] s while waiting for /);
          assert.ok(error.message.includes(` while waiting for ${wait}`), error.message);
          return true;
        });
        assert.ok(performance.now() - start < 2500);
      });
    }

    it("when no name server answers", async () => {
      const silent = createSocket("udp4").bind(53, "127.0.0.66");
      leftovers.push(() => void silent.close());
      await once(silent, "listening");
      const program = `
        const { connect } = require(${JSON.stringify(join(__dirname, "../../../provider/transport/connect.ts"))});
        const host = ${JSON.stringify(sshd.host({ address: "gw.example" }))};
        connect(host, { bootstrap: "", timeoutSeconds: 1, surroundings: ${JSON.stringify(sshd.surroundings)} })
          .catch((error) => console.log(error.name, error.message));`;
      const resolv = join(sshd.directory, "resolv.conf");
      writeFileSync(resolv, "nameserver 127.0.0.66\n");
      const mounted = `mount --bind ${resolv} /etc/resolv.conf && exec "$@"`;
      const place = ["--map-root-user", "--mount", "--propagation", "private", "sh", "-c", mounted, "sh"];
      const child = spawn("unshare", [...place, process.execPath, "-r", "tsx/cjs", "-e", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      leftovers.push(() => void child.kill());
      const [said] = (await once(child.stdout, "data")) as [Buffer];
      assert.match(
        String(said),
        /^UnreachableError \S+: no answer within [\d.]+ s while waiting for name resolution\. Check `address`, and this machine's DNS/,
      );
    });

    it("when the protocols have nothing in common", async () => {
      const other = await start({ config: ["KexAlgorithms sntrup761x25519-sha512@openssh.com"] });
      await rejects(open(other), ToolError, /no common SSH protocol: .*no matching key exchange algorithm/);
    });

    it("when it is told to give up", async () => {
      await rejects(open(sshd, {}, { signal: AbortSignal.abort() }), UnreachableError, /gave up/);
    });
  });

  describe("with several addresses", () => {
    it("takes the first that answers", async () => {
      const connection = await open(sshd, { address: ["no-such-host.invalid", "127.0.0.1"] });
      assert.equal(await ask(connection, "echo in"), "in\n");
    });

    it("does not let a silent one use up the time of the others", async () => {
      const silent = createServer().listen(sshd.port, "127.0.0.2");
      await once(silent, "listening");
      const start = performance.now();
      await open(sshd, { address: ["127.0.0.2", "127.0.0.1"] }, { timeoutSeconds: 2 });
      assert.ok(performance.now() - start < 1900);
      silent.close();
    });

    it("says what was wrong with each of them", async () => {
      const port = await freePort();
      await rejects(
        open(sshd, { address: ["127.0.0.1", "127.0.0.2"], port }),
        UnreachableError,
        /@127\.0\.0\.1:\d+: nothing.*\n.*@127\.0\.0\.2:\d+: nothing/,
      );
    });

    it("stops at one that refuses us", async () => {
      const stranger = generateKey(sshd.directory, "refused", "ed25519");
      const before = sshd.log().split("Connection from").length;
      await rejects(open(sshd, { address: ["127.0.0.1", "localhost"], identityFile: stranger }), AuthenticationError, /refused/);
      assert.equal(sshd.log().split("Connection from").length - before, 1);
    });
  });
});

/** A port whose queue of connections is full: the kernel drops what else arrives, as a firewall would. */
async function deafPort(): Promise<{ port: number; stop: () => void }> {
  const program =
    'require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () { console.log(this.address().port) })';
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  child.kill("SIGSTOP");
  const port = Number(line.toString());
  const sockets: Socket[] = [];
  for (let connected = true; connected;) {
    const socket = dial(port, "127.0.0.1").on("error", () => undefined);
    sockets.push(socket);
    connected = await Promise.race([once(socket, "connect").then(() => true), sleep(100, false)]);
  }
  return {
    port,
    stop() {
      for (const socket of sockets) socket.destroy();
      child.kill("SIGKILL");
    },
  };
}
