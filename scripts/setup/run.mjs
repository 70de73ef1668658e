import { spawn } from "node:child_process";
import { cleaningUpWhenInterrupted } from "./interruption.mjs";
import { SentenceError } from "./sentence-error.mjs";

/**
 * @typedef {object} RunOptions
 * @property {string} doing what the command is for, as in "making the image failed"
 * @property {number} timeoutSeconds
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {NodeJS.Signals} [stopSignal] how it is told to stop (SIGTERM unless told)
 * @property {(line: string) => void} [onLine] sees each line of stderr and stdout as it comes
 */

/**
 * Runs a command to its end in a process group of its own. A failure or a timeout is an error that holds what the command said;
 * an interruption stops the whole group.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<void>}
 */
export async function run(program, args, { doing, timeoutSeconds, cwd, env, stopSignal = "SIGTERM", onLine }) {
  const child = spawn(program, args, { cwd, env: env ?? process.env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const lines = lineReader(onLine);
  const hear = (/** @type {string} */ text) => {
    said += text;
    lines(text);
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);

  /** @type {Promise<{code: number | null, signal: NodeJS.Signals | null, error?: Error}>} */
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: null, signal: null, error }));
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  const stop = () => stopGroup(child.pid, stopSignal, ended);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    void stop();
  }, timeoutSeconds * 1000);
  const { code, signal, error } = await cleaningUpWhenInterrupted(stop, () => ended);
  clearTimeout(timer);

  if (error) throw new SentenceError(`${doing} failed: ${program} could not be started (${error.message}).`);
  if (timedOut) throw new SentenceError(`${doing} was given up after ${timeoutSeconds} s.${whatItSaid(said)}`);
  if (code !== 0) throw new SentenceError(`${doing} failed (${program}: ${signal ?? `exit code ${code}`}).${whatItSaid(said)}`);
}

/**
 * @param {number | undefined} pid
 * @param {NodeJS.Signals} signal
 * @param {Promise<unknown>} ended
 */
async function stopGroup(pid, signal, ended) {
  if (pid === undefined) return;
  signalGroup(pid, signal);
  const patience = setTimeout(() => signalGroup(pid, "SIGKILL"), 10_000);
  await ended;
  clearTimeout(patience);
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone: that is what was wanted.
  }
}

/** What a command said, shortened to how it began (npm names the fault first) and how it ended. @param {string} text */
function whatItSaid(text) {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim());
  const shown = lines.length > 20 ? [...lines.slice(0, 8), "...", ...lines.slice(-12)] : lines;
  return shown.length ? ` It said:\n${shown.map((line) => `  ${line}`).join("\n")}` : "";
}

/** @param {((line: string) => void) | undefined} onLine */
function lineReader(onLine) {
  let rest = "";
  return (/** @type {string} */ text) => {
    if (!onLine) return;
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) onLine(line);
  };
}
