import { waitFor } from "../setup/wait.mjs";
import { withMonitor } from "./monitor.mjs";

/** Memory is not in the state: the file that backs it is where it stays (machine.mjs). */
const CAPABILITIES = { capabilities: [{ capability: "x-ignore-shared", state: true }] };

/**
 * Writes down what the machine is, apart from its memory and its disk, and leaves it standing still.
 * @param {string} runFolder
 * @param {string} stateFile
 */
export async function saveState(runFolder, stateFile) {
  await withMonitor(runFolder, async (execute) => {
    await execute("migrate-set-capabilities", CAPABILITIES);
    // Not stopped before: a machine that goes on from the state then runs at once.
    await execute("migrate", { uri: `exec:cat > ${shellQuoted(stateFile)}` });
    await untilMigrated(execute, "QEMU to save the gateway's state");
  });
}

/**
 * @param {string} runFolder
 * @param {string} stateFile
 */
export async function loadState(runFolder, stateFile) {
  await withMonitor(runFolder, async (execute) => {
    await execute("migrate-set-capabilities", CAPABILITIES);
    await execute("migrate-incoming", { uri: `exec:cat ${shellQuoted(stateFile)}` });
    await untilMigrated(execute, "QEMU to load the gateway's state");
  });
}

/**
 * @param {(command: string, args?: object) => Promise<any>} execute
 * @param {string} what
 */
function untilMigrated(execute, what) {
  return waitFor(
    what,
    120,
    async () => {
      const { status, "error-desc": reason } = await execute("query-migrate");
      if (status === "failed" || status === "cancelled") throw new Error(`Waiting for ${what}: ${reason ?? status}`);
      return status === "completed" || undefined;
    },
    10,
  );
}

/** @param {string} text */
function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
