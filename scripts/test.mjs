/**
 * `npm test`: sets everything up, then lint and unit tests, then two lanes of tiers at the same time, each with a lab gateway of its own: an
 * emulated machine keeps one core busy, and waits often. Each tier is a process of its own.
 * `node scripts/test.mjs unit lab` runs the tiers that are named. Ends with one line: N passed, N failed.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceOf } from "./lab/test-instance.mjs";
import { actionlint } from "./setup/actionlint.mjs";
import { endWith, SentenceError } from "./setup/sentence-error.mjs";
import { setUp } from "./setup.mjs";
import { ProgramFailed, root, run } from "./tool.mjs";

/** @typedef {{ name: string, lane?: string, needs: import("./setup.mjs").Part[], run: (tier: Tier) => Promise<void> }} Tier */

/** @type {Tier[]} */
const tiers = [
  { name: "lint", needs: ["packages", "tests"], run: lint },
  { name: "unit", needs: ["packages"], run: (tier) => mocha(tier, 10, ["--parallel"]) },
  { name: "lab", lane: "1", needs: ["packages", "lab", "tests"], run: (tier) => mocha(tier, 120) },
  { name: "packaging", lane: "1", needs: ["packages", "cli", "lab", "projects"], run: (tier) => mocha(tier, 240) },
  { name: "engine", lane: "2", needs: ["packages", "cli", "lab", "tests"], run: (tier) => mocha(tier, 240) },
  { name: "faults", lane: "1", needs: ["packages", "cli", "lab"], run: (tier) => mocha(tier, 300) },
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

/** Every tier runs, whatever became of the others: one run shows all there is to mend. @param {string[]} names */
async function runTiers(names) {
  const wrong = names.find((name) => !tiers.some((tier) => tier.name === name));
  if (wrong) throw new SentenceError(`There is no tier ${wrong}: the tiers are ${tiers.map(({ name }) => name).join(", ")}.`);
  const wanted = names.length === 0 ? tiers : tiers.filter(({ name }) => names.includes(name));
  await setUp({ parts: [...new Set(wanted.flatMap(({ needs }) => needs))] });
  await inOrder(wanted.filter(({ lane }) => lane === undefined));
  if (wanted.some(({ lane }) => lane !== undefined)) await (await import("./build.mjs")).build();
  await Promise.all(["1", "2"].map((lane) => inOrder(wanted.filter((tier) => tier.lane === lane))));
  console.log(`\n${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

/** @param {Tier[]} several */
async function inOrder(several) {
  for (const tier of several) {
    const begin = performance.now();
    console.log(`\n== ${tier.name}`);
    try {
      await tier.run(tier);
      if (tier.name === "lint") passed++;
    } catch (error) {
      if (!(error instanceof ProgramFailed)) throw error;
      console.log(`${tier.name}: ${error.message}`);
      // What broke before or behind the tests is a failure too.
      if (countsOf(tier).failures === 0) failed++;
    }
    console.log(`== ${tier.name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  }
}

async function lint() {
  await run("tsc", ["-p", "tsconfig.json"]);
  await run("eslint", ["."]);
  await run("prettier", ["--check", "--log-level", "warn", "."]);
  await run("shellcheck", ["--shell=sh", ...filesIn(["on-host", "scripts/lab/guest", "examples/pull-request/ci"], ".sh")]);
  await run(actionlint() ?? "actionlint", filesIn(["examples/pull-request/.github/workflows"], ".yml"));
  await run("node", ["scripts/generate.mjs", "--check"]);
  await run("knip", []);
  await (await import("./build.mjs")).build();
  await run("publint", []);
}

/** @param {string[]} folders @param {string} ending */
function filesIn(folders, ending) {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(ending))
      .map((file) => join(folder, file)),
  );
}

/** @param {Tier} tier */
function countsFile({ name }) {
  return join(folder, `${name}.json`);
}

/** @param {Tier} tier @returns {{ passes: number, failures: number }} zero before mocha has ended */
function countsOf(tier) {
  return existsSync(countsFile(tier)) ? JSON.parse(readFileSync(countsFile(tier), "utf8")) : { passes: 0, failures: 0 };
}

/** @param {Tier} tier @param {number} timeoutSeconds for one test @param {string[]} further arguments */
async function mocha(tier, timeoutSeconds, further = []) {
  const { name, lane } = tier;
  const reporter = ["--reporter", "scripts/test/reporter.cjs", "--reporter-option", `counts=${countsFile(tier)}`];
  const options = lane === undefined ? {} : { env: { TEST_LANE: lane }, prefix: `${name.padEnd(9)} ` };
  // --exit: what a failed test has left behind, a timer or a process, must not keep the run from ending.
  try {
    await run(
      "mocha",
      [...reporter, ...further, "--exit", "--timeout", String(timeoutSeconds * 1000), `test/${name}/**/*.test.ts`],
      options,
    );
  } finally {
    const { passes, failures } = countsOf(tier);
    passed += passes;
    failed += failures;
    if (lane !== undefined) await (await import("./lab/lab.mjs")).down(instanceOf(lane));
  }
}
