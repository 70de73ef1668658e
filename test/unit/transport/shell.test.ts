import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { PermissionError, ToolError, UnreachableError } from "../../../provider/errors";
import { Shell } from "../../../provider/transport/shell";

describe("A shell at the far end of three streams", () => {
  let processes: ChildProcessWithoutNullStreams[] = [];
  let busy: boolean[];
  let silent: number;

  beforeEach(() => {
    busy = [];
    silent = 0;
  });
  afterEach(() => {
    for (const process of processes) process.kill("SIGKILL");
    processes = [];
  });

  const start = ({ command = "exec /bin/sh -s", bootstrap = "", become = false } = {}) => {
    const process = spawn("/bin/sh", ["-c", command], { stdio: "pipe" });
    processes.push(process);
    const shell = new Shell(
      process,
      "admin@192.0.2.1",
      become,
      bootstrap,
      (now) => busy.push(now),
      () => silent++,
    );
    process.once("close", (code) => shell.exited(`exit status ${code}`));
    return shell;
  };
  const ask = (shell: Shell, script: string, timeoutSeconds = 5) =>
    shell.request(script, { timeoutSeconds, waitingFor: "the snapshot" });

  it("answers requests one after the other, in order", async () => {
    const shell = start({ bootstrap: "n=0; next() { n=$((n + 1)); echo $n; }" });
    const replies = await Promise.all([ask(shell, "sleep 0.05; next"), ask(shell, "next"), ask(shell, "next >&2")]);
    assert.deepEqual(
      replies.map(({ stdout, stderr }) => [stdout, stderr]),
      [
        ["1\n", ""],
        ["2\n", ""],
        ["", "3\n"],
      ],
    );
  });

  it("is busy from the first request to the last reply, and no longer", async () => {
    const shell = start();
    await Promise.all([ask(shell, "echo 1"), ask(shell, "echo 2")]);
    assert.deepEqual(busy, [true, false]);
    await ask(shell, "echo 3");
    assert.deepEqual(busy, [true, false, true, false]);
  });

  it("does not mind a login that prints, on either stream", async () => {
    const shell = start({ command: "echo Welcome; echo 'no color' >&2; printf 'no newline'; exec /bin/sh -s" });
    assert.deepEqual(await ask(shell, "echo reply"), { stdout: "reply\n", code: 0, stderr: "" });
  });

  it("keeps the last 4,096 characters of stderr", async () => {
    const { stderr } = await ask(start(), "i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); echo $i; done >&2");
    assert.equal(stderr.length, 4096);
    assert.match(stderr, /\n1999\n2000\n$/);
  });

  it("says what it waited for when the time is over, and takes no more requests", async () => {
    const shell = start();
    const late = ask(shell, "sleep 2", 0.05);
    const behind = ask(shell, "echo never");
    await assert.rejects(late, (error: Error) => {
      assert.ok(error instanceof UnreachableError);
      assert.match(error.message, /^admin@192\.0\.2\.1: no answer within 0\.05 s while waiting for the snapshot\./);
      return true;
    });
    await assert.rejects(behind, UnreachableError);
    await assert.rejects(ask(shell, "echo never"), UnreachableError);
    assert.equal(silent, 1);
    assert.deepEqual(busy, [true, false]);
  });

  it("shows the shell's words when a script kills it", async () => {
    await assert.rejects(ask(start(), "echo fine; if"), (error: Error) => {
      assert.ok(error instanceof ToolError);
      assert.match(
        error.message,
        /the shell on the host ended \(exit status 2\) while waiting for the snapshot, and said: .*[Ss]yntax error/,
      );
      return true;
    });
  });

  it("shows the shell's words when the bootstrap text kills it", async () => {
    await assert.rejects(ask(start({ bootstrap: "fi", become: true }), "echo never"), ToolError);
  });

  it("shows sudo's words when sudo refuses, and what to allow", async () => {
    const shell = start({ become: true, command: "cat >/dev/null & echo 'sudo: a password is required' >&2; exit 1" });
    await assert.rejects(ask(shell, "echo never"), (error: Error) => {
      assert.ok(error instanceof PermissionError);
      assert.match(
        error.message,
        /was refused \(exit status 1\), and said: sudo: a password is required\. .*NOPASSWD: \/bin\/sh -s/,
      );
      return true;
    });
  });

  it("shows why a login without a shell is of no use", async () => {
    const shell = start({ command: "echo 'This account is currently not available.'; exit 1" });
    await assert.rejects(ask(shell, "echo never"), (error: Error) => {
      assert.ok(error instanceof ToolError);
      assert.match(error.message, /ended at once \(exit status 1\), and said: This account is currently not available\./);
      return true;
    });
  });
});
