/** Runs a program of the tool chain: the pinned Node and the project's own tools come first on PATH. */
import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** @param {Record<string, string | undefined>} [extra] */
export function toolEnvironment(extra = {}) {
  const path = [`${root}node_modules/.bin`, extra.PATH_FIRST, process.env.PATH].filter(Boolean).join(delimiter);
  const { PATH_FIRST: _first, ...rest } = extra;
  return { ...process.env, ...rest, PATH: path };
}

/** A program that ended with another status than 0; its own output has said why. */
export class ProgramFailed extends Error {
  /** @param {string} program @param {number} code */
  constructor(program, code) {
    super(`${program} ended with status ${code}`);
    this.code = code;
  }
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string }} [options]
 * @returns {Promise<void>}
 */
export function run(program, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: toolEnvironment(env), stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new ProgramFailed(program, code ?? (signal ? 130 : 1)));
    });
  });
}
