import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Host } from "../../../provider/host";
import { connect } from "../../../provider/transport/connect";
import type { Connection } from "../../../provider/transport/connection";
import { startSshd, type TestSshd } from "../../fixtures/sshd";

/** sshd runs every command by `LOGIN_SHELL -c COMMAND`, and most shells read a file of the user's before. */
describe("A login shell", () => {
  const shells: Record<string, { rc: string; noise: string }> = {
    // Debian's bash reads it when sshd runs it, though it is no terminal.
    bash: { rc: ".bashrc", noise: "echo Welcome; echo no terminal >&2; printf 'no newline'\n" },
    fish: { rc: ".config/fish/config.fish", noise: "echo Welcome; echo no terminal >&2; printf 'no newline'\n" },
    tcsh: { rc: ".tcshrc", noise: "echo Welcome; sh -c 'echo no terminal >&2'; printf 'no newline'\n" },
    dash: { rc: ".profile", noise: "" },
  };

  for (const [name, { rc, noise }] of Object.entries(shells)) {
    describe(`that is ${name}`, () => {
      const path = ["/usr/bin", "/bin"].map((directory) => join(directory, name)).find((file) => existsSync(file)) ?? name;
      let sshd: TestSshd;
      let connections: Connection[] = [];
      before(async () => {
        const sudo = '#!/bin/sh\n[ "$*" = "-n /bin/sh -s" ] || exit 9\nAS_ROOT=yes exec /bin/sh -s\n';
        sshd = await startSshd({ loginShell: path, commands: { sudo } });
      });
      beforeEach(() => rmSync(join(sshd.surroundings.home, rc), { force: true }));
      afterEach(() => {
        for (const connection of connections) connection.close();
        connections = [];
      });
      after(() => sshd.stop());

      const write = (text: string) => {
        const file = join(sshd.surroundings.home, rc);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      };
      const open = async (host: Partial<Host> = {}) => {
        const { surroundings } = sshd;
        const connection = await connect(sshd.host(host), { bootstrap: 'f() { echo "f $1"; }', timeoutSeconds: 5, surroundings });
        connections.push(connection);
        return connection;
      };
      const ask = (connection: Connection, script: string) =>
        connection.request(script, { timeoutSeconds: 5, waitingFor: "the reply" });
      /** What a login prints to a person who runs `ssh HOST true`. */
      const greeting = () => {
        const known = join(sshd.directory, "known");
        writeFileSync(known, `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]}\n`);
        const options = ["-F", "none", "-p", String(sshd.port), "-i", sshd.identityFile, "-o", `UserKnownHostsFile=${known}`];
        const { stdout, stderr } = spawnSync("ssh", [...options, "127.0.0.1", "true"], { encoding: "utf8" });
        return { stdout, stderr };
      };

      it("gives the same POSIX shell as any other", async () => {
        const connection = await open();
        const script = `printf '%s\\n' "$SHELL"; f '$x "y" \\z; {' | tr x a; case $- in *s*) echo sh;; esac`;
        assert.deepEqual(await ask(connection, script), {
          stdout: `${path}\nf $a "y" \\z; {\nsh\n`,
          code: 0,
          stderr: "",
        });
      });

      it("gives a root shell through sudo", async () => {
        assert.equal((await ask(await open({ become: true }), "echo $AS_ROOT")).stdout, "yes\n");
      });

      if (noise) {
        it("may print at every login", async () => {
          write(noise);
          assert.match(greeting().stdout, /^Welcome\n.*no newline$/s);
          assert.match(greeting().stderr, /no terminal/);
          for (const host of [{}, { become: true }]) {
            const reply = await ask(await open(host), "echo reply; echo problem >&2");
            assert.deepEqual(reply, { stdout: "reply\n", code: 0, stderr: "problem\n" });
          }
        });
      }

      if (name === "bash") {
        it("that ends in its own file says so in the error", async () => {
          write("echo This account is closed.\nexit 3\n");
          await assert.rejects(
            ask(await open(), "id"),
            /logged in, but `\/bin\/sh -s` ended at once \(exit status 3\), and said: This account is closed\. The user's login shell/,
          );
        });
      }
    });
  }
});
