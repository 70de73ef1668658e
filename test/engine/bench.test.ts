import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cases } from "../../scripts/bench/contender";
import type { Result } from "../../scripts/bench/rows";
import { namespacesWork } from "../fixtures/namespace";

const root = join(__dirname, "../..");

/** Whether it works and says what it promises. How long anything takes is not for a test. */
describe("npm run bench", () => {
  let folder: string;
  /** A benchmark that takes longer than a test may must not go on after it. */
  const end = new AbortController();
  before(function () {
    if (!namespacesWork()) this.skip();
    folder = mkdtempSync(join(tmpdir(), "multipath-bench-test-"));
  });
  after(() => {
    end.abort();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it("writes a row for each case and contender, with a finite ratio to the floor and what was counted on the wire", async () => {
    const file = join(folder, "bench.json");
    await promisify(execFile)("node", ["scripts/bench.mjs", "--quick", "--json", file], { cwd: root, signal: end.signal });
    const { machine, rows, transactions } = JSON.parse(readFileSync(file, "utf8")) as Result;
    assert.ok(machine.cores > 0 && machine.processor && machine.kernel);
    assert.deepEqual(transactions, []);
    for (const row of rows) {
      assert.deepEqual(row.failures, []);
      assert.ok(Number.isFinite(row.ratio) && (row.ratio ?? 0) > 0, JSON.stringify(row));
      assert.ok(Number.isFinite(row.floorSeconds) && Number.isFinite(row.seconds));
    }
    for (const peer of ["floor", "pulumi-multipath"]) {
      const own = rows.filter((row) => row.peer === peer);
      assert.deepEqual(own.map((row) => row.case).sort(), [...cases].sort());
      assert.ok(own.every((row) => (row.connections ?? 0) > 0 === (peer !== "floor")));
    }
    const batch = rows.find((row) => row.peer.includes("batch") && row.case === "create");
    assert.equal(batch?.connections, 1);
  });
});
