import { join } from "node:path";
import { SentenceError } from "../setup/sentence-error.mjs";
import { waitFor } from "../setup/wait.mjs";
import { runInGuest } from "./agent.mjs";
import { withMonitor } from "./monitor.mjs";
import { lastConsoleLines } from "./running-machine.mjs";

/**
 * Boots the machine anew, topology included, and waits until everything has started. Abruptly is by the reset button: what the
 * guest had not written to its disk is lost.
 * @param {string} runFolder
 * @param {boolean} abruptly
 * @param {"running" | "degraded"} expected what systemd shall call the system then: "degraded" when a unit is meant to fail
 */
export async function reboot(runFolder, abruptly, expected) {
  const agent = join(runFolder, "agent.sock");
  const bootId = async () => (await runInGuest(agent, ["cat", "/proc/sys/kernel/random/boot_id"], { timeoutSeconds: 5 })).stdout;
  const before = await bootId();
  if (abruptly) await withMonitor(runFolder, (execute) => execute("system_reset"));
  // It answers, or goes away before it can.
  else await runInGuest(agent, ["systemctl", "reboot"], { timeoutSeconds: 5 }).catch(() => {});
  let answer = "";
  await waitFor(
    "the gateway to boot",
    240,
    () =>
      bootId().then(
        (id) => {
          answer = "It still runs as it was started before.";
          return id !== before || undefined;
        },
        (error) => {
          answer = `Its agent does not answer: ${error.message}`;
          return undefined;
        },
      ),
    500,
  ).catch(async (error) => {
    const { status } = await withMonitor(runFolder, (execute) => execute("query-status"));
    throw new SentenceError(`${error.message} ${answer} To QEMU it is ${status}.${lastConsoleLines(runFolder)}`);
  });
  const { stdout } = await runInGuest(agent, ["systemctl", "is-system-running", "--wait"], { timeoutSeconds: 240 });
  const topology = await runInGuest(agent, ["systemctl", "is-active", "lab-topology.service"], { timeoutSeconds: 20 });
  if (topology.code !== 0) {
    const journal = await runInGuest(agent, ["journalctl", "-b", "-o", "cat", "-u", "lab-topology.service"], {
      timeoutSeconds: 20,
    });
    throw new SentenceError(`The lab around the gateway was not built after a reboot:\n${journal.stdout}`);
  }
  if (stdout.trim() !== expected) throw new SentenceError(`The lab's gateway is "${stdout.trim()}" after a reboot.`);
}
