/**
 * `npm test`: sets everything up, then lint, unit, lab and engine tests, each tier in a process of its own.
 * `node scripts/test.mjs unit lab` runs the tiers that are named. Ends with one line: N passed, N failed.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endWith, SentenceError } from "./setup/sentence-error.mjs";
import { setUp } from "./setup.mjs";
import { ProgramFailed, root, run } from "./tool.mjs";

/** @typedef {{ name: string, needs: import("./setup.mjs").Part[], run: () => Promise<void> }} Tier */

/** @type {Tier[]} */
const tiers = [
  { name: "lint", needs: ["packages", "tests"], run: lint },
  { name: "unit", needs: ["packages"], run: () => mocha("unit", 10) },
  { name: "lab", needs: ["packages", "lab", "tests"], run: () => mocha("lab", 120) },
  { name: "engine", needs: ["packages", "cli", "lab"], run: () => mocha("engine", 240) },
];

const folder = mkdtempSync(join(tmpdir(), "multipath-test-"));
let passed = 0;
let failed = 0;

try {
  await runTiers(process.argv.slice(2));
} catch (error) {
  endWith(error);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Every tier runs, whatever became of the one before: one run shows all there is to mend. @param {string[]} names */
async function runTiers(names) {
  const wrong = names.find((name) => !tiers.some((tier) => tier.name === name));
  if (wrong) throw new SentenceError(`There is no tier ${wrong}: the tiers are ${tiers.map(({ name }) => name).join(", ")}.`);
  const wanted = names.length === 0 ? tiers : tiers.filter(({ name }) => names.includes(name));
  await setUp({ parts: [...new Set(wanted.flatMap(({ needs }) => needs))] });
  for (const { name, run: runTier } of wanted) {
    const begin = performance.now();
    console.log(`\n== ${name}`);
    const failedBefore = failed;
    try {
      await runTier();
      if (name === "lint") passed++;
    } catch (error) {
      if (!(error instanceof ProgramFailed)) throw error;
      console.log(error.message);
      // A tier that broke before it could count is a failure too.
      if (failed === failedBefore) failed++;
    }
    console.log(`== ${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

async function lint() {
  await run("tsc", ["-p", "tsconfig.json"]);
  await run("eslint", ["."]);
  await run("prettier", ["--check", "--log-level", "warn", "."]);
  await run("shellcheck", ["--shell=sh", ...shellScripts()]);
  await run("node", ["scripts/generate.mjs", "--check"]);
  await run("knip", []);
  await (await import("./build.mjs")).build();
  await run("publint", []);
}

function shellScripts() {
  return ["on-host", "scripts/lab/guest"].flatMap((name) =>
    readdirSync(join(root, name))
      .filter((file) => file.endsWith(".sh"))
      .map((file) => join(name, file)),
  );
}

/** @param {string} tier @param {number} timeoutSeconds for one test */
async function mocha(tier, timeoutSeconds) {
  if (tier !== "unit") await (await import("./build.mjs")).build();
  const counts = join(folder, `${tier}.json`);
  const reporter = ["--reporter", "scripts/test/reporter.cjs", "--reporter-option", `counts=${counts}`];
  try {
    await run("mocha", [...reporter, "--timeout", String(timeoutSeconds * 1000), `test/${tier}/**/*.test.ts`]);
  } finally {
    if (existsSync(counts)) {
      const { passes, failures } = JSON.parse(readFileSync(counts, "utf8"));
      passed += passes;
      failed += failures;
    }
    if (tier !== "unit") await (await import("./lab/lab.mjs")).down("test");
  }
}
