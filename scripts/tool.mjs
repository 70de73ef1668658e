/** Runs a program of the tool chain: the pinned Node, the project's own tools and the Pulumi CLI come first on PATH. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { pulumiEnvironment } from "./setup/pulumi-cli.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** A program that ended with another status than 0; its own output has said why. */
export class ProgramFailed extends Error {
  /** @param {string} program @param {number} code */
  constructor(program, code) {
    super(`${program} ended with status ${code}`);
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, prefix?: string }} [options] prefix: before each line of its output, for
 * programs that run at the same time
 * @returns {Promise<void>}
 */
export function run(program, args, { env = {}, cwd = root, prefix } = {}) {
  const { PATH } = pulumiEnvironment();
  return new Promise((resolve, reject) => {
    const output = prefix === undefined ? "inherit" : "pipe";
    const child = spawn(program, args, { cwd, env: { ...process.env, PATH, ...env }, stdio: ["ignore", output, output] });
    for (const input of [child.stdout, child.stderr])
      if (input) createInterface({ input }).on("line", (line) => console.log(line && `${prefix}${line}`));
    child.on("error", (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new ProgramFailed(program, code ?? (signal ? 130 : 1)));
    });
  });
}
