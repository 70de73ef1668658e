import { spawn } from "node:child_process";
import { whereIs } from "./commands.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { run } from "./run.mjs";
import { SentenceError } from "./sentence-error.mjs";

/**
 * Commands that a part of the set-up uses, and the Debian package that has each.
 * @type {Record<"lab" | "tests", Record<string, string>>}
 */
const PACKAGE_OF = {
  lab: {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    mmdebstrap: "mmdebstrap",
    "mkfs.ext4": "e2fsprogs",
    ssh: "openssh-client",
    "ssh-keygen": "openssh-client",
    ip: "iproute2",
    tar: "tar",
    // Without root the image is made in a namespace with users of its own.
    ...(process.getuid?.() !== 0 && { newuidmap: "uidmap" }),
  },
  tests: {
    // The transport's tests run an sshd of their own, on a port of its own.
    sshd: "openssh-server",
    "ssh-agent": "openssh-client",
    // Login shells that are no POSIX shells, and an `ip` that is not iproute2.
    fish: "fish",
    tcsh: "tcsh",
    busybox: "busybox",
    shellcheck: "shellcheck",
    // Connections are pinned in a network namespace.
    nft: "nftables",
    conntrack: "conntrack",
    // The pipelines of examples/pull-request are run.
    git: "git",
    curl: "curl",
  },
};

/** @typedef {keyof typeof PACKAGE_OF} NeedsPackages */

/**
 * The Debian packages that are missing.
 * @param {readonly NeedsPackages[]} parts
 * @returns {string[]}
 */
export function missingDebianPackages(parts) {
  const missing = parts.flatMap((part) => Object.entries(PACKAGE_OF[part])).filter(([command]) => !whereIs(command));
  return [...new Set(missing.map(([, name]) => name))];
}

/**
 * @param {readonly NeedsPackages[]} parts
 * @param {import("./progress.mjs").Progress} progress
 */
export async function installDebianPackages(parts, progress) {
  const options = {
    doing: "installing Debian packages",
    timeoutSeconds: 1800,
    onWait: (/** @type {string} */ holder) => progress.note(`Waiting for ${holder}.`),
  };
  await oneAtATime("debian-packages", options, async () => {
    const missing = missingDebianPackages(parts);
    if (missing.length === 0) return;
    if (!whereIs("apt-get"))
      throw new SentenceError(`Needed is what Debian has in the packages ${missing.join(", ")}: install it your system's way.`);
    const root = process.getuid?.() === 0;
    if (!root && !whereIs("sudo"))
      throw new SentenceError(`Needed are the Debian packages ${missing.join(", ")}: install them as root.`);
    await progress.step("Debian packages", async (say) => {
      say("apt-get update");
      await (root ? asRoot : bySudo)(["update"]);
      say(missing.join(" "));
      await (root ? asRoot : bySudo)(["install", "-y", "--no-install-recommends", ...missing]);
    });
  });
}

/** Waits for another apt to finish, as an unattended upgrade. */
const APT_OPTIONS = ["-q", "-o", "DPkg::Lock::Timeout=300"];

/** @param {string[]} args */
async function asRoot(args) {
  // Told to stop by SIGINT, apt lets the dpkg that runs finish: a half-installed package would be worse than a wait.
  await run("apt-get", [...APT_OPTIONS, ...args], {
    doing: "Installing Debian packages",
    timeoutSeconds: 1200,
    stopSignal: "SIGINT",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/**
 * In the terminal itself, where sudo may ask for a password.
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function bySudo(args) {
  const unattended = process.stdin.isTTY ? [] : ["-n"];
  const child = spawn("sudo", [...unattended, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...APT_OPTIONS, ...args], {
    stdio: ["inherit", 2, 2],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new SentenceError(`\`sudo apt-get ${args.join(" ")}\` failed.`)),
    );
  });
}
