import { spawn } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../setup/cache-folder.mjs";
import { cleaningUpWhenInterrupted } from "../setup/interruption.mjs";
import { QEMU } from "./machine.mjs";

/** @typedef {"kvm" | "tcg"} Accelerator */

/**
 * KVM when it really runs a kernel and a program on it, else QEMU's own emulation. A /dev/kvm that opens proves nothing: nested or
 * imitated ones run a BIOS and then stumble over an instruction. The verdict holds until the machine boots again.
 * @param {string} imageFolder the kernel to try with
 * @returns {Promise<Accelerator>}
 */
export async function accelerator(imageFolder) {
  if (!mayOpenKvm()) return "tcg";
  const verdictFile = join(cacheFolder(), "lab", "kvm-verdict");
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const [verdictOfBoot, verdict] = (await readFile(verdictFile, "utf8").catch(() => "")).split(" ");
  if (verdictOfBoot === boot) return verdict === "kvm" ? "kvm" : "tcg";
  const found = (await kvmRunsPrograms(imageFolder)) ? "kvm" : "tcg";
  await mkdir(join(cacheFolder(), "lab"), { recursive: true });
  await writeFile(verdictFile, `${boot} ${found}`);
  return found;
}

/** When KVM failed later than in the trial: the verdict is corrected. */
export async function distrustKvm() {
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  await writeFile(join(cacheFolder(), "lab", "kvm-verdict"), `${boot} tcg`);
}

function mayOpenKvm() {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Boots the lab's kernel with `true` as its init: that a program ran to its end shows in the kernel's own complaint about it.
 * @param {string} imageFolder
 * @returns {Promise<boolean>}
 */
async function kvmRunsPrograms(imageFolder) {
  const child = spawn(
    QEMU,
    [
      ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio"],
      ...["-machine", "pc,accel=kvm", "-cpu", "host", "-m", "512M"],
      ...["-kernel", join(imageFolder, "vmlinuz"), "-initrd", join(imageFolder, "initrd")],
      ...["-append", "console=ttyS0 rdinit=/bin/true panic=-1"],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const verdict = new Promise((/** @type {(works: boolean) => void} */ resolve) => {
    let text = "";
    const look = (/** @type {Buffer} */ data) => {
      text += data;
      if (/Attempted to kill init/.test(text)) resolve(true);
      else if (/KVM internal error|emulation failure/i.test(text)) resolve(false);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.on("error", () => resolve(false));
    child.on("close", () => resolve(false));
    setTimeout(() => resolve(false), 15_000).unref();
  });
  const works = await cleaningUpWhenInterrupted(
    () => void child.kill("SIGKILL"),
    () => verdict,
  );
  child.kill("SIGKILL");
  return works;
}
