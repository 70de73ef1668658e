import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Host } from "../../../provider/host";
import { generateKey, startSshd, type TestSshd } from "../../fixtures/sshd";

describe("A process that has connected", () => {
  let sshd: TestSshd;
  before(async () => {
    sshd = await startSshd({ commands: { sudo: "#!/bin/sh\nexit 1\n" } });
  });
  after(() => sshd.stop());

  /** Runs a process that asks once and closes nothing; returns what it printed and how long it lived after that. */
  const run = (host: Partial<Host>, after = "") => {
    const pool = join(__dirname, "../../../provider/transport/pool.ts");
    const program = `
      const { Pool } = require(${JSON.stringify(pool)});
      const pool = new Pool({ bootstrap: "", surroundings: ${JSON.stringify(sshd.surroundings)}, keepaliveSeconds: 0.2, pausesSeconds: [0.01] });
      (async () => {
        try {
          const connection = await pool.connection(${JSON.stringify(sshd.host(host))}, { timeoutSeconds: 5 });
          const { stdout } = await connection.request("echo hello", { timeoutSeconds: 30, waitingFor: "hello" });
          ${after}
          process.stdout.write(stdout);
        } catch (error) {
          process.stdout.write(error.name);
        }
        const end = performance.now();
        process.on("exit", () => process.stdout.write(" " + (performance.now() - end)));
      })();`;
    const { stdout, stderr, signal } = spawnSync(process.execPath, ["-r", "tsx/cjs", "-e", program], {
      encoding: "utf8",
      timeout: 8000,
    });
    assert.equal(signal, null, `still running after 8 s: ${stdout}${stderr}`);
    const [, said = "", milliseconds] = /^([^]*) ([\d.]+)$/.exec(stdout) ?? assert.fail(stdout + stderr);
    return { said, milliseconds: Number(milliseconds) };
  };

  it("ends by itself, with the connection still open", () => {
    const { said, milliseconds } = run({});
    assert.equal(said, "hello\n");
    assert.ok(milliseconds < 200, `${milliseconds} ms`);
  });

  it("ends by itself after it has closed the connection", () => {
    const { said, milliseconds } = run({}, "pool.closeAll();");
    assert.equal(said, "hello\n");
    assert.ok(milliseconds < 200, `${milliseconds} ms`);
  });

  it("waits for a reply, however long that takes", () => {
    const { said } = run({}, 'await connection.request("sleep 1", { timeoutSeconds: 30, waitingFor: "the end" });');
    assert.equal(said, "hello\n");
  });

  it("ends by itself after every kind of refusal", () => {
    const stranger = generateKey(sshd.directory, "stranger", "ed25519");
    for (const [host, name] of [
      [{ identityFile: stranger }, "AuthenticationError"],
      [{ hostKey: `SHA256:${"A".repeat(43)}` }, "HostKeyError"],
      [{ become: true }, "PermissionError"],
      [{ port: 1 }, "UnreachableError"],
    ] as const) {
      const { said, milliseconds } = run(host);
      assert.equal(said, name);
      assert.ok(milliseconds < 200, `${name}: ${milliseconds} ms`);
    }
  });
});
