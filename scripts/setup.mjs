#!/usr/bin/env node
/**
 * Everything that demo, tests and lab need, built once: `node scripts/setup.mjs [--only packages,cli,lab,tests,projects] [--quiet]`. Runs on
 * plain Node >= 20, before anything is installed. What it builds is complete or not there, so a run that was cut short goes on
 * where it was, and one that has nothing to do is over at once.
 */
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { ensureSnapshot, snapshotIsThere } from "./lab/snapshot.mjs";
import { actionlint, ensureActionlint } from "./setup/actionlint.mjs";
import { installDebianPackages, missingDebianPackages } from "./setup/debian-packages.mjs";
import { installNpmPackages, npmPackagesAreThere } from "./setup/npm-packages.mjs";
import { createProgress } from "./setup/progress.mjs";
import { ensurePulumiCli, pulumiEnvironment, pulumiIsThere } from "./setup/pulumi-cli.mjs";
import { SentenceError, endWith } from "./setup/sentence-error.mjs";
import { prepareUserProjects, userProjectsArePrepared } from "./setup/user-projects.mjs";

export { pulumiEnvironment };

/**
 * `tests`: what only the tests need beyond the rest. `projects`: what the projects in test/packaging depend on.
 * @typedef {"packages" | "cli" | "lab" | "tests" | "projects"} Part
 */

/** @type {readonly Part[]} */
const PARTS = ["packages", "cli", "lab", "tests", "projects"];

/** @type {readonly Part[]} */
const WITHOUT_TESTS = ["packages", "cli", "lab"];

/**
 * Sets up what is missing of the parts: npm packages, the Pulumi CLI, the lab's image and snapshot.
 * @param {{parts?: readonly Part[], progress?: import("./setup/progress.mjs").Progress}} [options]
 */
export async function setUp({ parts = WITHOUT_TESTS, progress = createProgress() } = {}) {
  // The CLI is complete only with a script from the npm packages.
  const wanted = {
    packages: ["packages", "cli", "projects"].some((part) => parts.some((wanted) => wanted === part)),
    cli: parts.includes("cli"),
    lab: parts.includes("lab"),
    actionlint: parts.includes("tests"),
    projects: parts.includes("projects"),
  };
  const debianParts = /** @type {const} */ (["lab", "tests"]).filter((part) => parts.includes(part));
  const debianPackages = missingDebianPackages(debianParts);
  const missing = {
    packages: wanted.packages && !(await npmPackagesAreThere()),
    cli: wanted.cli && !pulumiIsThere(),
    lab: wanted.lab && (missingDebianPackages(["lab"]).length > 0 || !(await snapshotIsThere("trixie"))),
    actionlint: wanted.actionlint && !actionlint(),
    projects: wanted.projects && !userProjectsArePrepared(),
  };
  const plan = [
    missing.packages && "npm packages into node_modules",
    missing.cli && "a Pulumi CLI, built with Go, into your cache folder (about 3 minutes)",
    missing.actionlint && "actionlint, built with Go, into your cache folder (seconds)",
    debianPackages.length > 0 && `the Debian packages ${debianPackages.join(", ")}`,
    missing.lab && "the lab's Debian image, booted once, into your cache folder (about 1 minute)",
    missing.projects && "what the packaging tests' projects depend on, into your cache folder (about 2 minutes)",
  ].filter(Boolean);
  if (plan.length > 0) progress.note(`Setting up: ${plan.join("; ")}.`);

  const npmPackages = missing.packages ? installNpmPackages(progress) : Promise.resolve();
  const results = await Promise.allSettled([
    npmPackages,
    wanted.cli &&
      ensurePulumiCli(
        progress,
        npmPackages.catch(() => {}),
      ),
    wanted.actionlint && ensureActionlint(progress),
    wanted.projects &&
      prepareUserProjects(
        progress,
        npmPackages.catch(() => {}),
      ),
    installDebianPackages(debianParts, progress).then(() => (wanted.lab ? ensureSnapshot("trixie", progress) : undefined)),
  ]);
  // All that can be done is done even when one part fails: the next run has less to do.
  const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  if (reasons.length > 0)
    throw new SentenceError(reasons.map((reason) => (reason instanceof Error ? reason.message : String(reason))).join("\n"));
}

/** @param {string[]} args */
function parsed(args) {
  try {
    const { values } = parseArgs({ args, options: { only: { type: "string" }, quiet: { type: "boolean", default: false } } });
    const names = values.only?.split(",") ?? [...PARTS];
    const parts = PARTS.filter((part) => names.includes(part));
    const unknown = names.find((name) => !PARTS.some((part) => part === name));
    if (unknown !== undefined) throw new Error(`There is no part "${unknown}": the parts are ${PARTS.join(", ")}.`);
    return { parts, quiet: values.quiet };
  } catch (error) {
    throw new SentenceError(
      `${/** @type {Error} */ (error).message}\nusage: node scripts/setup.mjs [--only ${PARTS.join(",")}] [--quiet]`,
    );
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    const { parts, quiet } = parsed(process.argv.slice(2));
    const started = performance.now();
    const progress = createProgress({ quiet });
    await setUp({ parts, progress });
    progress.note(`Everything is set up (${((performance.now() - started) / 1000).toFixed(1)} s).`);
  } catch (error) {
    endWith(error);
  }
}
