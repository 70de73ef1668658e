import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../setup/cache-folder.mjs";
import { cleaningUpWhenInterrupted } from "../setup/interruption.mjs";
import { oneAtATime } from "../setup/one-at-a-time.mjs";
import { silence } from "../setup/progress.mjs";
import { SentenceError } from "../setup/sentence-error.mjs";
import { runInGuest } from "./agent.mjs";
import { forwardPort, lastConsoleLines, processOf, startMachine, stopMachine } from "./running-machine.mjs";
import { loadState, saveState } from "./saved-state.mjs";
import { reboot } from "./reboot.mjs";
import { sshAnswers } from "./ssh.mjs";
import { continuationOf, ensureSnapshot } from "./snapshot.mjs";

/**
 * How to reach the gateway by SSH, and nothing else: what `npm run lab -- up --json` prints.
 * @typedef {object} Connection
 * @property {string} address
 * @property {number} port
 * @property {string} user may become root with `sudo -n`; `root` logs in with the same key
 * @property {string} identityFile
 * @property {string} hostKey an OpenSSH public key line
 * @property {string[]} interfaces the gateway's
 */

/**
 * Where a command runs: `gateway` is the host under test, `client` (or `lan`) the machine in its LAN.
 * @typedef {"gateway" | "adsl-router" | "bdsl-router" | "isp" | "internet" | "client" | "lan" | "switch"} Namespace
 */

/** @typedef {"adsl" | "bdsl"} Line */

/**
 * `silent`: the router drops what it should forward. `unreachable`: it answers so. In both its Ethernet stays up. `ethernet`: the
 * cable is out.
 * @typedef {"silent" | "unreachable" | "ethernet"} Failure
 */

/** @typedef {Record<Line, {v4: number, v6: number}>} Shares packets from the gateway that each line has carried */

/**
 * A running lab.
 * @typedef {Connection & {
 *   instance: string,
 *   system: import("./image.mjs").System,
 *   consoleLog: string,
 *   exec(namespace: Namespace, command: string | string[], options?: {input?: string, timeoutSeconds?: number}): Promise<import("./agent.mjs").Outcome>,
 *   failLine(line: Line, how: Failure): Promise<number>,
 *   restoreLine(line: Line): Promise<number>,
 *   shapeLine(line: Line, netem: string[]): Promise<number>,
 *   forward(port: number): Promise<number>,
 *   shares(options?: {reset?: boolean}): Promise<Shares>,
 *   reboot(options?: {abruptly?: boolean, expected?: "running" | "degraded"}): Promise<void>,
 *   reset(): Promise<Lab>,
 *   down(): Promise<void>,
 * }} Lab
 */

/** @typedef {{instance?: string, system?: import("./image.mjs").System, progress?: import("../setup/progress.mjs").Progress}} Which */

/** @typedef {Connection & {system: import("./image.mjs").System, imageFolder: string}} Recorded */

const INTERFACES = ["eth0", "adsl", "bdsl", "lan", "port0", "port1", "port2", "port3"];

/**
 * The lab, started unless it runs. One that runs is left as it is.
 * @param {Which} [which]
 * @returns {Promise<Lab>}
 */
export async function up({ instance = "lab", system = "trixie", progress = silence } = {}) {
  const snapshot = await ensureSnapshot(system, progress);
  return alone(instance, "starting", async () => {
    const running = await recordOf(instance);
    if (running && running.system !== system)
      throw new SentenceError(
        `The lab "${instance}" runs ${running.system}, not ${system}: take it down first, or give this one another name with --instance.`,
      );
    if (running && running.imageFolder !== snapshot.imageFolder)
      progress.note(
        `The lab "${instance}" still runs what an earlier version of the lab was: \`lab reset\` brings the present one.`,
      );
    return running ? labOf(instance, running) : labOf(instance, await start(instance, system, snapshot));
  });
}

/**
 * The lab if it runs.
 * @param {string} [instance]
 * @returns {Promise<Lab | undefined>}
 */
export async function status(instance = "lab") {
  const running = await recordOf(instance);
  return running && labOf(instance, running);
}

/**
 * The lab as it is right after its start, whatever became of it; it keeps its port.
 * @param {Which} [which]
 * @returns {Promise<Lab>}
 */
export async function reset({ instance = "lab", system, progress = silence } = {}) {
  const known = await recordOf(instance);
  const wanted = system ?? known?.system ?? "trixie";
  const snapshot = await ensureSnapshot(wanted, progress);
  return alone(instance, "resetting", async () => labOf(instance, await start(instance, wanted, snapshot, known?.port)));
}

/**
 * The lab after some preparation, saved: what it returns is as `reset`, to that state.
 * @param {Which & {folder: string}} which with a folder for what is saved, a few hundred megabytes
 * @param {(lab: Lab) => Promise<unknown>} work
 * @returns {Promise<() => Promise<Lab>>}
 */
export async function prepared({ instance = "lab", system = "trixie", progress = silence, folder }, work) {
  const fresh = await ensureSnapshot(system, progress);
  const snapshot = await continuationOf(fresh, folder);
  const port = (await recordOf(instance))?.port;
  const record = await alone(instance, "preparing", async () => {
    const started = await start(instance, system, { ...snapshot, state: fresh.state }, port, true);
    await work(labOf(instance, started));
    await saveState(runFolderOf(instance), snapshot.state);
    await stopMachine(runFolderOf(instance));
    return started;
  });
  // By the same port: what was prepared may know it.
  return () => alone(instance, "resetting", async () => labOf(instance, await start(instance, system, snapshot, record.port)));
}

/**
 * Ends the lab, if it runs; nothing of it stays.
 * @param {string} [instance]
 */
export async function down(instance = "lab") {
  await alone(instance, "taking down", () => stopMachine(runFolderOf(instance)));
}

/**
 * @template T
 * @param {string} instance
 * @param {string} verb
 * @param {() => Promise<T>} work
 */
function alone(instance, verb, work) {
  return oneAtATime(runFolderOf(instance), { doing: `${verb} the lab "${instance}"`, timeoutSeconds: 120 }, work);
}

/** @param {string} instance */
function runFolderOf(instance) {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(instance))
    throw new SentenceError(`"${instance}" can't be a lab's name: it takes up to 31 small letters, digits and hyphens.`);
  return join(cacheFolder(), "run", instance);
}

/**
 * What is known of a lab that runs and came up whole.
 * @param {string} instance
 * @returns {Promise<Recorded | undefined>}
 */
async function recordOf(instance) {
  const folder = runFolderOf(instance);
  if (!existsSync(join(folder, "lab.json")) || processOf(folder) === undefined) return undefined;
  return JSON.parse(await readFile(join(folder, "lab.json"), "utf8"));
}

/**
 * @param {string} instance
 * @param {import("./image.mjs").System} system
 * @param {import("./snapshot.mjs").Snapshot} snapshot
 * @param {number} [port]
 * @param {boolean} [keepsChanges] in the snapshot's own disk and memory
 * @returns {Promise<Recorded>}
 */
async function start(instance, system, { imageFolder, accelerator, disk, memory, state }, port, keepsChanges = false) {
  const runFolder = runFolderOf(instance);
  const stop = () => stopMachine(runFolder);
  return cleaningUpWhenInterrupted(stop, async () => {
    await stop();
    try {
      const machine = { accelerator, imageFolder, runFolder, disk, memory, keepsChanges, continues: true };
      const started = await startMachine({ ...machine, port });
      await loadState(runFolder, state);
      await Promise.all([sshAnswers(started.port, 60), setClock(runFolder)]);
      const hostKey = (await readFile(join(imageFolder, "host-key"), "utf8")).trim();
      await writeFile(join(runFolder, "known_hosts"), `[127.0.0.1]:${started.port} ${hostKey}\n`);
      /** @type {Recorded} */
      const record = {
        address: "127.0.0.1",
        port: started.port,
        user: "admin",
        identityFile: join(imageFolder, "id_ed25519"),
        hostKey,
        interfaces: INTERFACES,
        system,
        imageFolder,
      };
      // Written last, and at once: a record says that the lab is whole.
      await writeFile(join(runFolder, "lab.json.partial"), JSON.stringify(record));
      await rename(join(runFolder, "lab.json.partial"), join(runFolder, "lab.json"));
      return record;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const lines = lastConsoleLines(runFolder);
      await stop();
      throw new SentenceError(`The lab "${instance}" did not start: ${reason}${lines}`);
    }
  });
}

/** The snapshot's clock stood still since it was taken. @param {string} runFolder */
async function setClock(runFolder) {
  const { code, stderr } = await runInGuest(join(runFolder, "agent.sock"), ["date", "-s", `@${(Date.now() / 1000).toFixed(3)}`]);
  if (code !== 0) throw new SentenceError(`its clock could not be set: ${stderr.trim()}`);
}

/**
 * @param {string} instance
 * @param {Recorded} record
 * @returns {Lab}
 */
function labOf(instance, { system, imageFolder: _, ...connection }) {
  const agent = join(runFolderOf(instance), "agent.sock");

  /** @type {Lab["exec"]} */
  const exec = async (namespace, command, options) => {
    const words = typeof command === "string" ? ["sh", "-c", command] : command;
    return runInGuest(agent, [...entering(namespace), ...words], options);
  };
  const succeed = async (/** @type {string[]} */ command) => {
    const { code, stdout, stderr } = await exec("gateway", command);
    if (code !== 0) throw new SentenceError(`${command.join(" ")} failed in the lab: ${stderr.trim() || `exit code ${code}`}`);
    return stdout;
  };
  /** Breaking and mending say when, in seconds of the gateway's uptime. */
  const line = async (/** @type {string[]} */ ...words) => Number(await succeed(["lab-line", ...words]));

  return {
    ...connection,
    instance,
    system,
    consoleLog: join(runFolderOf(instance), "console.log"),
    exec,
    failLine: (name, how) => line(name, "fail", how),
    restoreLine: (name) => line(name, "restore"),
    shapeLine: (name, netem) => line(name, "netem", ...netem),
    forward: (port) => forwardPort(runFolderOf(instance), port),
    shares: async ({ reset = false } = {}) => JSON.parse(await succeed(["lab-shares", ...(reset ? ["--reset"] : [])])),
    reboot: async ({ abruptly = false, expected = "running" } = {}) => {
      await reboot(runFolderOf(instance), abruptly, expected);
      await sshAnswers(connection.port, 60);
    },
    reset: () => reset({ instance, system }),
    down: () => down(instance),
  };
}

/** @type {readonly Namespace[]} */
const NAMESPACES = ["gateway", "client", "lan", "adsl-router", "bdsl-router", "isp", "internet", "switch"];

/** What to put before a command so that it runs there. @param {Namespace} namespace */
function entering(namespace) {
  if (!NAMESPACES.includes(namespace))
    throw new SentenceError(`There is no "${namespace}" in the lab: there are ${NAMESPACES.join(", ")}.`);
  if (namespace === "gateway") return [];
  return ["ip", "netns", "exec", namespace === "lan" ? "client" : namespace];
}
