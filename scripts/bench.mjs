/**
 * `npm run bench -- --json FILE`: pulumi-multipath next to the engine's own floor, Ansible and OpenSSH, on network namespaces of this
 * machine. Sets up what is missing, then runs scripts/bench/main.ts by the project's own Node.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { ensureAnsible } from "./setup/ansible.mjs";
import { createProgress } from "./setup/progress.mjs";
import { endWith } from "./setup/sentence-error.mjs";
import { setUp } from "./setup.mjs";
import { root } from "./tool.mjs";

const args = process.argv.slice(2);
const has = (/** @type {string} */ option) => args.some((arg) => arg === option || arg.startsWith(`${option}=`));

try {
  const measures = !has("--page") && !has("--help");
  const progress = createProgress();
  if (measures)
    await setUp({ parts: has("--quick") ? ["packages", "cli", "tests"] : ["packages", "cli", "lab", "tests"], progress });
  const ansible = measures && !has("--quick") ? await ensureAnsible(progress).catch(without) : "";
  if (measures) await build();
  process.exitCode = await main({ BENCH_ANSIBLE: ansible });
} catch (error) {
  endWith(error);
}

/** A machine without Python has no Ansible to compare with; everything else is measured. @param {unknown} error */
function without(error) {
  process.stderr.write(`Ansible is left out: ${error instanceof Error ? error.message : String(error)}\n`);
  return "";
}

/** @param {Record<string, string>} env @returns {Promise<number>} */
function main(env) {
  const node = join(root, "node_modules/.bin/node");
  const child = spawn(node, ["--require", "tsx/cjs", join(root, "scripts/bench/main.ts"), ...args], {
    cwd: process.cwd(),
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  // It cleans up; this process only waits for it.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 130));
  });
}
