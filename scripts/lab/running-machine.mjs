import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { SentenceError } from "../setup/sentence-error.mjs";
import { waitFor } from "../setup/wait.mjs";
import { QEMU, qemuArguments } from "./machine.mjs";
import { withMonitor } from "./monitor.mjs";

/** The kernel's limit for a socket's path is 107 bytes. */
const LONGEST_SOCKET_NAME = "/monitor.sock";

/**
 * Starts a machine and returns when QEMU has taken its place; the guest is not looked at. It goes on when this process ends.
 * @param {Omit<import("./machine.mjs").Machine, "port"> & {port: number | undefined}} machine a port that is taken, or none, means any free one
 * @returns {Promise<{port: number}>}
 */
export async function startMachine(machine) {
  const { runFolder } = machine;
  if (Buffer.byteLength(runFolder + LONGEST_SOCKET_NAME) > 107)
    throw new SentenceError(`${runFolder} is too long a path for the lab's sockets: set XDG_CACHE_HOME to a shorter one.`);
  await rm(runFolder, { recursive: true, force: true });
  await mkdir(runFolder, { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt++) {
    const port = machine.port && attempt === 1 ? machine.port : await freePort();
    const complaint = await spawnQemu(qemuArguments({ ...machine, port }), runFolder);
    if (complaint === undefined) return { port };
    // Between choosing a port and QEMU's taking it, someone else may have.
    const portWasTaken = /host forwarding rule/.test(complaint);
    if (!portWasTaken || attempt === 5) throw new SentenceError(`QEMU could not start the lab: ${complaint}`);
  }
}

/**
 * @param {string[]} args
 * @param {string} runFolder
 * @returns {Promise<string | undefined>} what it died of, or nothing when it runs
 */
async function spawnQemu(args, runFolder) {
  const logFile = join(runFolder, "qemu.log");
  const log = openSync(logFile, "w", 0o600);
  // TMPDIR: what the guest writes to its disk goes to a nameless file there, gone with the process.
  const child = spawn(QEMU, args, {
    cwd: runFolder,
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, TMPDIR: runFolder },
  });
  closeSync(log);
  child.unref();
  /** @type {string | undefined} */
  let ended;
  child.on("error", (error) => (ended = `${QEMU} could not be started (${error.message}).`));
  child.on("exit", (code, signal) => (ended ??= `it ended at once (${signal ?? code}).`));
  // The monitor greets when every device and port has its place; before, QEMU may still give up.
  const greeted = () => withMonitor(runFolder, async () => true).catch(() => undefined);
  await waitFor("QEMU to start", 30, async () => ended !== undefined || (await greeted()), 10);
  return ended && (readFileSync(logFile, "utf8").trim() || ended);
}

/**
 * Makes a port of this machine lead to one of the guest's, besides that of its sshd; until the machine ends.
 * @param {string} runFolder
 * @param {number} guestPort at the guest's end of its management network
 * @returns {Promise<number>} the port on 127.0.0.1
 */
export async function forwardPort(runFolder, guestPort) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const line = `hostfwd_add management tcp:127.0.0.1:${port}-10.0.2.15:${guestPort}`;
    const complaint = await withMonitor(runFolder, (execute) => execute("human-monitor-command", { "command-line": line }));
    if (complaint === "") return port;
    // Between choosing a port and QEMU's taking it, someone else may have.
    if (attempt === 5) throw new SentenceError(`QEMU forwards no port to the lab's ${guestPort}: ${complaint.trim()}`);
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/**
 * The QEMU process of a run folder, if it runs: found by its command line, which no recycled process id can imitate.
 * @param {string} runFolder
 * @returns {number | undefined}
 */
export function processOf(runFolder) {
  const mark = join(runFolder, "qemu.pid");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      const words = commandLine(pid);
      return words[words.indexOf("-pidfile") + 1] === mark && words.includes("pulumi-multipath-lab");
    });
}

/** @param {number} pid */
function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it has just ended
  }
}

/**
 * Ends the machine of a run folder, if one runs, and removes the folder. Nothing of the guest is kept.
 * @param {string} runFolder
 */
export async function stopMachine(runFolder) {
  const pid = processOf(runFolder);
  if (pid !== undefined) {
    process.kill(pid, "SIGKILL"); // no disk is to be saved, so nothing is gained by asking
    await waitFor(`QEMU (process ${pid}) to end`, 30, () => (processOf(runFolder) === undefined ? true : undefined), 5);
  }
  await rm(runFolder, { recursive: true, force: true });
}

/** The last lines of the machine's serial console, for an error. @param {string} runFolder */
export function lastConsoleLines(runFolder) {
  try {
    // eslint-disable-next-line no-control-regex
    const text = readFileSync(join(runFolder, "console.log"), "utf8").replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, "");
    const lines = text.split(/[\r\n]+/).filter((line) => line.trim());
    return lines.length
      ? ` Its console last said:\n${lines
          .slice(-15)
          .map((line) => `  ${line}`)
          .join("\n")}`
      : " Its console said nothing.";
  } catch {
    return "";
  }
}
