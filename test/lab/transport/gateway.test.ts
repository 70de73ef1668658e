import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthenticationError, PermissionError, UnreachableError } from "../../../provider/errors";
import { hostSchema, type Host } from "../../../provider/host";
import type { Connection, Surroundings } from "../../../provider/transport/connection";
import { Pool } from "../../../provider/transport/pool";
import { Gateway } from "../../fixtures/gateway";
import { generateKey } from "../../fixtures/sshd";

/** What only a whole system has: PAM, sudo itself, users of all kinds, and an OpenSSH that shuts out who fails too often. */
describe("Connecting to the lab gateway", function () {
  this.timeout(300_000);
  let gateway: Gateway;
  let directory: string;
  let surroundings: Surroundings;
  let pool: Pool;

  before(async () => {
    gateway = await Gateway.up();
    directory = mkdtempSync(join(tmpdir(), "gateway-"));
    surroundings = { home: directory, environment: {}, systemSshConfig: join(directory, "ssh_config") };
    writeFileSync(surroundings.systemSshConfig, "GlobalKnownHostsFile none\n");
    for (const user of ["asked", "listed", "unlisted", "ttyonly"]) {
      await gateway.sh(
        `useradd --create-home --shell /bin/bash ${user} && echo ${user}:secret | chpasswd && cp -a /home/admin/.ssh /home/${user}/ && ` +
          `chown -R ${user}: /home/${user}/.ssh`,
      );
    }
    const rules = [
      "asked ALL=(ALL:ALL) ALL",
      "listed ALL=(root) NOPASSWD: /bin/sh -s", // as the message of a refusal recommends
      "Defaults:ttyonly requiretty",
      "ttyonly ALL=(ALL:ALL) NOPASSWD: ALL",
    ];
    await gateway.sh(
      `printf '%s\\n' '${rules.join("' '")}' >/etc/sudoers.d/tests && chmod 440 /etc/sudoers.d/tests && visudo -cq`,
    );
  });
  beforeEach(() => (pool = new Pool({ bootstrap: "", surroundings, pausesSeconds: [0.01, 0.02] })));
  afterEach(() => pool.closeAll());
  after(async () => {
    rmSync(directory, { recursive: true });
    await gateway.reset();
  });

  const host = (changes: Partial<Host> = {}) => hostSchema.parse({ ...gateway.host, ...changes });
  const connect = (to: Host) => pool.connection(to, { timeoutSeconds: 60 });
  const ask = async (connection: Connection, script: string) =>
    (await connection.request(script, { timeoutSeconds: 30, waitingFor: "the reply" })).stdout;
  const root = async (user: string) => ask(await connect(host({ user })), "id -u");
  const refused = (promise: Promise<unknown>, pattern: RegExp) =>
    assert.rejects(promise, (error: Error) => {
      assert.ok(error instanceof PermissionError, String(error));
      assert.match(error.message, pattern);
      return true;
    });

  it("gives a root shell through sudo, also where sudoers allows just that one command", async () => {
    assert.equal(await root("admin"), "0\n");
    assert.equal(await root("listed"), "0\n");
  });

  it("is refused by sudo in sudo's words, with the line that would allow it", async () => {
    await refused(
      root("asked"),
      /^asked@\S+: logged in, but `sudo -n \/bin\/sh -s` was refused \(exit status 1\), and said: sudo: .*password is required\. Allow it/,
    );
    await refused(
      root("unlisted"),
      /was refused \(exit status 1\), and said: sudo: .*password is required\. Allow it .*NOPASSWD: \/bin\/sh -s/s,
    );
    await refused(root("ttyonly"), /was refused \(exit status 1\), and said: sudo: .*tty.*Allow it/s);
  });

  it("is refused where there is no sudo at all", async () => {
    await gateway.sh("mv /usr/bin/sudo /usr/bin/sudo.away");
    await refused(root("admin"), /was refused \(exit status 127\), and said: .*sudo: not found\. Allow it/s);
    await gateway.sh("mv /usr/bin/sudo.away /usr/bin/sudo");
  });

  it("is not logged in to where the account is closed", async () => {
    await gateway.sh("usermod --shell /usr/sbin/nologin unlisted");
    await assert.rejects(
      root("unlisted"),
      /logged in, but `sudo -n \/bin\/sh -s` was refused .*This account is currently not available/,
    );
  });

  /** One refused login is forgiven, a second one isn't. */
  describe("whose sshd shuts out who fails too often", () => {
    /** Only reachable through the other sshd: the VM forwards no other port. */
    const strict = (changes: Partial<Host> = {}) => {
      const { hostKey, identityFile, port, address } = gateway.lab;
      return hostSchema.parse({
        address: "127.0.0.1",
        port: 2222,
        user: "admin",
        hostKey,
        identityFile,
        become: true,
        proxyJump: { address, port, user: "admin", hostKey, identityFile },
        ...changes,
      });
    };
    before(() =>
      gateway.sh(
        'systemd-run --quiet --unit strict-sshd /usr/sbin/sshd -D -p 2222 -o "PerSourcePenalties=authfail:100s min:150s" -o PidFile=none && sleep 1 && ' +
          "systemctl is-active strict-sshd",
      ),
    );
    after(() => gateway.sh("systemctl stop strict-sshd"));

    it("lets us in right after hundreds of resources were refused", async () => {
      const identityFile = generateKey(directory, "stranger", "ed25519");
      for (let i = 0; i < 300; i++) await assert.rejects(connect(strict({ identityFile })), AuthenticationError);
      assert.equal(await ask(await connect(strict()), "id -u"), "0\n");
    });

    it("shuts out others who try again, which we tell from a host that is down", async () => {
      const key = readFileSync(generateKey(directory, "other", "ed25519"), "utf8");
      await gateway.sh(
        `printf '%s' '${key}' >/root/stranger && chmod 600 /root/stranger && for i in 1 2; do ` +
          "ssh -p 2222 -i /root/stranger -o BatchMode=yes -o StrictHostKeyChecking=no -o IdentitiesOnly=yes admin@127.0.0.1 true; done 2>/dev/null; :",
        { timeoutSeconds: 200 },
      );
      await assert.rejects(connect(strict()), (error: Error) => {
        assert.ok(error instanceof UnreachableError, String(error));
        assert.match(error.message, /while waiting for the SSH handshake .*or a penalty for this address/);
        return true;
      });
    });
  });
});
