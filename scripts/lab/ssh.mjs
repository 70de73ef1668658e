import { connect } from "node:net";
import { dirname, join } from "node:path";
import { waitFor } from "../setup/wait.mjs";

/**
 * Waits until sshd itself greets: QEMU takes the connection long before.
 * @param {number} port
 * @param {number} seconds
 */
export function sshAnswers(port, seconds) {
  return waitFor(
    "the gateway's SSH to answer",
    seconds,
    async () => ((await greeting(port)).startsWith("SSH-") ? true : undefined),
    20,
  );
}

/**
 * @param {number} port
 * @returns {Promise<string>}
 */
function greeting(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(5000, () => socket.destroy());
    socket.on("data", (data) => {
      resolve(String(data));
      socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(""));
  });
}

/**
 * What to call `ssh` with to reach the gateway, with the lab's own key and host key and none of the user's.
 * @param {import("./lab.mjs").Lab} lab
 * @param {string[]} [command]
 */
export function sshArguments({ address, port, user, identityFile, consoleLog }, command = []) {
  const knownHosts = join(dirname(consoleLog), "known_hosts");
  return [
    ...["-F", "none", "-p", String(port), "-i", identityFile, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"],
    ...["-o", `UserKnownHostsFile="${knownHosts}"`, "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR"],
    `${user}@${address}`,
    ...command,
  ];
}
