import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache-folder.mjs";
import { digestOf } from "./digest.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { projectFolder } from "./project-folder.mjs";
import { run } from "./run.mjs";
import { forgetUnused, markUsed } from "./unused.mjs";

/** Which version of Ansible the benchmark runs, and of what it needs. */
const requirements = join(projectFolder, "scripts/bench/ansible-requirements.txt");

/**
 * Puts Ansible from PyPI into a virtual environment of its own in the cache folder.
 * @param {import("./progress.mjs").Progress} progress
 * @returns {Promise<string>} the folder of its programs
 */
export async function ensureAnsible(progress) {
  const folder = join(cacheFolder(), `ansible-${digestOf(readFileSync(requirements, "utf8"))}`);
  const programs = join(folder, "bin");
  const options = {
    doing: "installing Ansible",
    timeoutSeconds: 600,
    onWait: (/** @type {string} */ holder) => progress.note(`Waiting for ${holder}.`),
  };
  await oneAtATime(folder, options, async () => {
    // Scripts in it begin with the folder's name, so it is made where it stays; this file, written last, says that it is whole.
    const whole = join(folder, "whole");
    if (!existsSync(whole)) {
      await progress.step("Ansible", async (say) => {
        await rm(folder, { recursive: true, force: true });
        await mkdir(dirname(folder), { recursive: true });
        say("python3 -m venv");
        await run("python3", ["-m", "venv", folder], {
          doing: "Making a virtual environment for Ansible (Debian has it in python3-venv)",
          timeoutSeconds: 120,
        });
        say("pip install");
        await run(join(programs, "pip"), ["install", "--disable-pip-version-check", "--requirement", requirements], {
          doing: "Installing Ansible from PyPI",
          timeoutSeconds: 400,
        });
        await writeFile(whole, "");
      });
    }
    await markUsed(folder);
  });
  await forgetUnused(cacheFolder(), /^ansible-/);
  return programs;
}
