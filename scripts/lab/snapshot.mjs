import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../setup/cache-folder.mjs";
import { digestOf } from "../setup/digest.mjs";
import { cleaningUpWhenInterrupted } from "../setup/interruption.mjs";
import { oneAtATime } from "../setup/one-at-a-time.mjs";
import { silence } from "../setup/progress.mjs";
import { run } from "../setup/run.mjs";
import { SentenceError } from "../setup/sentence-error.mjs";
import { waitFor } from "../setup/wait.mjs";
import { accelerator, distrustKvm } from "./accelerator.mjs";
import { runInGuest } from "./agent.mjs";
import { ensureImage, imageFolder } from "./image.mjs";
import { QEMU, qemuArguments } from "./machine.mjs";
import { lastConsoleLines, startMachine, stopMachine } from "./running-machine.mjs";
import { saveState } from "./saved-state.mjs";

/**
 * A gateway that has booted and settled, and that any number of machines go on from.
 * @typedef {object} Snapshot
 * @property {string} imageFolder
 * @property {import("./accelerator.mjs").Accelerator} accelerator
 * @property {string} disk
 * @property {string} memory
 * @property {string} state
 */

/**
 * Whether the snapshot is there; asking takes no time.
 * @param {import("./image.mjs").System} system
 */
export async function snapshotIsThere(system) {
  const folder = imageFolder(system);
  return existsSync(folder) && existsSync(snapshotFolder(folder, await accelerator(folder)));
}

/**
 * The snapshot of a system on this machine; image and snapshot are made if they are not there.
 * @param {import("./image.mjs").System} system
 * @param {import("../setup/progress.mjs").Progress} [progress]
 * @returns {Promise<Snapshot>}
 */
export async function ensureSnapshot(system, progress = silence) {
  const folder = await ensureImage(system, progress);
  const found = await accelerator(folder);
  try {
    return await ensureSnapshotBy(found, folder, system, progress);
  } catch (error) {
    if (found === "tcg") throw error;
    progress.note(`The lab did not work with KVM, so QEMU emulates the processor: ${/** @type {Error} */ (error).message}`);
    await distrustKvm();
    return ensureSnapshotBy("tcg", folder, system, progress);
  }
}

/**
 * @param {import("./accelerator.mjs").Accelerator} accelerator
 * @param {string} imageFolder
 * @param {import("./image.mjs").System} system
 * @param {import("../setup/progress.mjs").Progress} progress
 * @returns {Promise<Snapshot>}
 */
async function ensureSnapshotBy(accelerator, imageFolder, system, progress) {
  const folder = snapshotFolder(imageFolder, accelerator);
  const snapshot = { imageFolder, accelerator, ...filesOf(folder) };
  if (existsSync(folder)) return snapshot;
  const options = {
    doing: `booting the lab's ${system} image`,
    timeoutSeconds: 1800,
    onWait: (/** @type {string} */ holder) => progress.note(`Waiting for ${holder}.`),
  };
  return oneAtATime(folder, options, async () => {
    if (existsSync(folder)) return snapshot;
    await progress.step(`Lab snapshot (${system}, ${accelerator})`, (say) => takeSnapshot(accelerator, imageFolder, folder, say));
    return snapshot;
  });
}

/**
 * What a machine that goes on from a snapshot needs to become one itself: a disk and a memory of its own, in `folder`.
 * @param {Snapshot} snapshot
 * @param {string} folder
 * @returns {Promise<Snapshot>}
 */
export async function continuationOf(snapshot, folder) {
  const files = filesOf(folder);
  await makeDisk(snapshot.disk, files.disk);
  await run("cp", ["--sparse=always", snapshot.memory, files.memory], { doing: "Copying the lab's memory", timeoutSeconds: 120 });
  return { ...snapshot, ...files };
}

/**
 * @param {string} below
 * @param {string} disk
 */
function makeDisk(below, disk) {
  return run("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", below, disk], {
    doing: "Making the lab's disk",
    timeoutSeconds: 60,
  });
}

/**
 * @param {string} imageFolder
 * @param {import("./accelerator.mjs").Accelerator} accelerator
 */
function snapshotFolder(imageFolder, accelerator) {
  return join(imageFolder, `snapshot-${hardwareDigest(accelerator)}`);
}

/** @param {string} folder */
function filesOf(folder) {
  return { disk: join(folder, "disk.qcow2"), memory: join(folder, "memory"), state: join(folder, "state") };
}

/**
 * A state can be loaded only into the very hardware, by the very QEMU, and with KVM on the very processor, it was saved from.
 * @param {import("./accelerator.mjs").Accelerator} accelerator
 */
function hardwareDigest(accelerator) {
  const nowhere = { imageFolder: "", runFolder: "", disk: "", memory: "", keepsChanges: false, port: 0, continues: false };
  const processor = accelerator === "kvm" ? (/^model name.*$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[0] ?? "") : "";
  return digestOf(qemuVersion(), processor, ...qemuArguments({ accelerator, ...nowhere }));
}

function qemuVersion() {
  try {
    return execFileSync(QEMU, ["--version"], { encoding: "utf8", timeout: 30_000 });
  } catch (error) {
    throw new SentenceError(
      `The lab needs qemu-system-x86_64 (${/** @type {Error} */ (error).message}): run \`node scripts/setup.mjs\`.`,
    );
  }
}

/**
 * @param {import("./accelerator.mjs").Accelerator} accelerator
 * @param {string} imageFolder
 * @param {string} folder
 * @param {import("../setup/progress.mjs").Say} say
 */
async function takeSnapshot(accelerator, imageFolder, folder, say) {
  const partial = `${folder}.partial`;
  const runFolder = join(cacheFolder(), "run", `.${digestOf(folder)}`); // not within: a socket's path must be short
  await stopMachine(runFolder); // of a set-up that was killed
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const { disk, memory, state } = filesOf(partial);
  // By a relative name, so that it holds when the folder gets its final one.
  await makeDisk("../disk.qcow2", disk);
  await cleaningUpWhenInterrupted(
    () => stopMachine(runFolder),
    async () => {
      try {
        say("booting");
        await startMachine({
          accelerator,
          imageFolder,
          runFolder,
          disk,
          memory,
          keepsChanges: true,
          continues: false,
          port: undefined,
        });
        await untilSettled(runFolder, say);
        say("saving");
        await saveState(runFolder, state);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        throw new SentenceError(`The lab's gateway did not come up: ${error.message}${lastConsoleLines(runFolder)}`);
      } finally {
        await stopMachine(runFolder);
      }
    },
  );
  await rename(partial, folder);
}

/**
 * @param {string} runFolder
 * @param {import("../setup/progress.mjs").Say} say
 */
async function untilSettled(runFolder, say) {
  const agent = join(runFolder, "agent.sock");
  await waitFor(
    "the guest agent to answer",
    240,
    () =>
      runInGuest(agent, ["true"], { timeoutSeconds: 5 }).then(
        () => true,
        () => undefined,
      ),
    500,
  );
  say("settling");
  const { code, stdout, stderr } = await runInGuest(agent, ["sh", "-c", SETTLE], { timeoutSeconds: 240 });
  if (code !== 0) throw new Error(`it did not settle:\n${stdout}${stderr}`);
}

/**
 * Settled is: every unit started, udev done, no address tentative. Then what a login and the first commands read is read once, so
 * that it is in the memory that every machine starts with, and the disk has nothing left to write.
 */
const SETTLE = `
systemctl is-system-running --wait || { systemctl --failed --no-legend; journalctl -b -p warning --no-pager | tail -30; exit 1; }
udevadm settle
while ip -6 address show tentative | grep -q .; do sleep 0.2; done
for i in 1 2; do
  su admin -c 'sudo -n ip -j route show table all && sudo -n ip -j address && ip -j rule && ip -j -d link && ip nexthop' || exit 1
  cat /usr/lib/openssh/* /usr/sbin/sshd /usr/bin/ping /usr/sbin/sysctl /usr/bin/systemd-run /usr/sbin/nft /usr/sbin/conntrack /usr/bin/flock
  /usr/local/sbin/lab-shares
  systemctl show ssh.service
done >/dev/null
journalctl --rotate --vacuum-size=1M >/dev/null 2>&1
sync
`;
