import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { framed, FrameReader, newToken } from "../../../provider/transport/framing";

describe("Framing", () => {
  const token = newToken();
  const run = (...scripts: string[]) =>
    spawnSync("/bin/sh", ["-s"], { input: scripts.map((script) => framed(token, script)).join("") });

  it("returns exactly what the commands printed, and the status of the last one", () => {
    const { stdout, stderr } = run("printf 'no newline'; echo problem >&2; (exit 3)");
    assert.deepEqual(new FrameReader(token).push(stdout), { text: "no newline", code: 3 });
    assert.deepEqual(new FrameReader(token).push(stderr), { text: "problem\n", code: 0 });
  });

  it("carries data as here-documents, whatever is in it", () => {
    const data = "$HOME `id` \\ ' \" } </dev/null\nend 0\n\n";
    const { stdout } = run(`cat <<'DATA'\n${data}DATA`);
    assert.equal(new FrameReader(token).push(stdout)?.text, data);
  });

  it("gives a command that reads its stdin nothing, and runs the rest of the script", () => {
    // More script than dash reads ahead, or nothing would be left to take.
    const { stdout } = run(`cat; read -r line; echo after`, `: ${"x".repeat(50_000)}`);
    assert.equal(new FrameReader(token).push(stdout)?.text, "after\n");
  });

  it("keeps functions and variables for the next request", () => {
    const { stdout } = run('f() { echo "f $1"; }; v=kept', 'f "$v"');
    const second = stdout.subarray(stdout.indexOf(`${token} end 0`));
    assert.equal(new FrameReader(token).push(second)?.text, "f kept\n");
  });

  it("takes an empty script, and one that ends in a comment", () => {
    assert.deepEqual(new FrameReader(token).push(run("").stdout), { text: "", code: 0 });
    assert.deepEqual(new FrameReader(token).push(run("echo 1 # one").stdout), { text: "1\n", code: 0 });
  });

  it("skips what is printed before the begin mark, even on the same line", () => {
    const reader = new FrameReader(token);
    assert.deepEqual(reader.push(Buffer.from(`Welcome!\nno newline${token} begin\nreply\n${token} end 0\n`)), {
      text: "reply",
      code: 0,
    });
  });

  it("reads the same reply in whatever pieces it arrives", () => {
    const marks = [`${token} begin\n`, `\n${token} end`, `\n${token} end 0`, token, "\n"];
    const text = fc
      .array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...marks.slice(3), "\n\n", `\n${token.slice(0, 9)}`)))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.nat(255), fc.array(fc.nat(500)), (reply, code, cuts) => {
        fc.pre(!reply.includes(` end`) && !reply.includes(" begin"));
        const bytes = Buffer.from(`noise${token} begin\n${reply}\n${token} end ${code}\n`);
        const reader = new FrameReader(token);
        const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
        const results = ends.map((end, index) => reader.push(bytes.subarray(ends[index - 1] ?? 0, end)));
        assert.deepEqual(results.pop(), { text: Buffer.from(reply).toString(), code });
        assert.ok(results.every((result) => result === undefined));
      }),
      { numRuns: 50 },
    );
  });

  it("keeps only the end of a stream that is bounded", () => {
    const reader = new FrameReader(token, 10);
    reader.push(Buffer.from(`${token} begin\n`));
    for (let i = 0; i < 1000; i++) reader.push(Buffer.from(`${i} `.repeat(10)));
    assert.equal(reader.soFar().length, 10);
    assert.deepEqual(reader.push(Buffer.from(`the last words\n${token} end\n`)), { text: "last words", code: 0 });
  });

  it("reads 16 MB in small pieces in well under a second", () => {
    const reader = new FrameReader(token);
    const piece = Buffer.alloc(4096, "x\n");
    reader.push(Buffer.from(`${token} begin\n`));
    const start = performance.now();
    for (let i = 0; i < 4096; i++) reader.push(piece);
    assert.equal(reader.push(Buffer.from(`\n${token} end 0\n`))?.text.length, 4096 * 4096);
    assert.ok(performance.now() - start < 800);
  });
});
