import { join } from "node:path";
import { run } from "./run.mjs";

/**
 * @typedef {object} GoProgram
 * @property {string} name of the file that is built
 * @property {string} folder of a module of ours, whose go.mod and go.sum say what it is built from
 * @property {string} source the package in that module's dependencies
 * @property {readonly string[]} flags
 * @property {string} linkerFlags
 */

/**
 * Builds a program with Go, from what module proxies serve.
 * @param {string} go
 * @param {GoProgram} program
 * @param {string} into the folder that gets it
 * @param {import("./progress.mjs").Say} say
 */
export async function buildGoProgram(go, { name, folder, source, flags, linkerFlags }, into, say) {
  let packages = 0;
  say(`fetching the source of ${name}`);
  await run(
    go,
    ["build", "-v", "-trimpath", "-mod=readonly", ...flags, "-ldflags", linkerFlags, "-o", join(into, name), source],
    {
      doing: `Building ${name} with Go`,
      timeoutSeconds: 3000,
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
      onLine: (line) => say(/^go: /.test(line) ? `fetching the source of ${name}` : `building ${name}, ${++packages} packages`),
    },
  );
}
