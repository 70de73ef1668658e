import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Text as a test shows it, indented as the test is. */
export const text = (lines: string): string => `${lines.trim().replace(/^ +/gm, "")}\n`;

/** What awk prints for files, by scripts of on-host/; the files by their names, in order. `variable=value` as a name is an assignment. */
export function awk(scripts: readonly string[], files: readonly (readonly [string, string?])[], ...options: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "lines-"));
  try {
    const named = files.map(([name, content]) => {
      if (content === undefined) return name;
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    });
    const { stdout, stderr } = spawnSync(
      "awk",
      [...options, ...scripts.flatMap((script) => ["-f", join(__dirname, `../../../on-host/${script}.awk`)]), ...named],
      { encoding: "utf8" },
    );
    assert.equal(stderr, "");
    return stdout.split("\n").filter(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
