import { readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "./digest.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { projectFolder } from "./project-folder.mjs";
import { run } from "./run.mjs";
import { SentenceError } from "./sentence-error.mjs";

const nodeModules = join(projectFolder, "node_modules");

/** What node_modules was last made from, whole. */
const stampFile = join(nodeModules, ".made-from");

/** Whether node_modules is what the lock file says. */
export async function npmPackagesAreThere() {
  return (await readFile(stampFile, "utf8").catch(() => "")) === (await stamp());
}

/**
 * Puts into node_modules what the lock file says; a Node of the version that the tool chain needs is among it.
 * @param {import("./progress.mjs").Progress} progress
 */
export async function installNpmPackages(progress) {
  const options = {
    doing: "installing npm packages",
    timeoutSeconds: 900,
    onWait: (/** @type {string} */ holder) => progress.note(`Waiting for ${holder}.`),
  };
  await oneAtATime(nodeModules, options, async () => {
    if (await npmPackagesAreThere()) return;
    await progress.step("npm packages", async (say) => {
      say("npm ci");
      await rm(stampFile, { force: true });
      // The engines field is for the package's users: the Node that runs npm here may be older.
      await run("npm", ["ci", "--no-audit", "--no-fund", "--engine-strict=false"], {
        doing: "Installing npm packages",
        timeoutSeconds: 900,
        cwd: projectFolder,
      });
      await writeFile(stampFile, await stamp());
    });
  });
}

async function stamp() {
  const lockFile = join(projectFolder, "package-lock.json");
  if (!existsSync(lockFile)) throw new SentenceError("There is no package-lock.json to install npm packages from.");
  return digestOf(await readFile(lockFile, "utf8"), process.platform, process.arch);
}
