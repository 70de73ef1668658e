import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../setup/cache-folder.mjs";
import { contentsOf, digestOf } from "../setup/digest.mjs";
import { oneAtATime } from "../setup/one-at-a-time.mjs";
import { silence } from "../setup/progress.mjs";
import { run } from "../setup/run.mjs";
import { forgetUnused, markUsed } from "../setup/unused.mjs";

/**
 * A Debian system as the lab knows it.
 * @typedef {"trixie" | "bookworm"} System
 */

/** @type {readonly System[]} */
export const SYSTEMS = ["trixie", "bookworm"];

/** What a gateway needs (DESIGN.md), then what the lab and its tests use on it. */
const PACKAGES = [
  ...[
    "linux-image-cloud-amd64",
    "initramfs-tools",
    "systemd",
    "systemd-sysv",
    "udev",
    "dbus",
    "iproute2",
    "openssh-server",
    "sudo",
  ],
  ...["procps", "kmod", "iputils-ping", "nftables", "conntrack"],
  ...["qemu-guest-agent", "ethtool", "tcpdump", "iperf3", "less"],
];

/** All that the VM's disk needs to be found by; everything else would only lengthen every boot under emulation. */
const INITRAMFS_MODULES = ["virtio_blk", "virtio_pci"];

const DISK_SIZE = "3G";

const guestFolder = join(dirname(fileURLToPath(import.meta.url)), "guest");

/** The folder of the image that the present recipe makes. @param {System} system */
export function imageFolder(system) {
  const recipe = JSON.stringify({ PACKAGES, INITRAMFS_MODULES, DISK_SIZE, system, format: 1 });
  return join(cacheFolder(), "lab", `${system}-${digestOf(recipe, contentsOf(guestFolder))}`);
}

/**
 * Makes the system that the lab boots, unless it is there: a disk, its kernel, the key pair to log in with and the host's key.
 * @param {System} system
 * @param {import("../setup/progress.mjs").Progress} [progress]
 * @returns {Promise<string>} its folder
 */
export async function ensureImage(system, progress = silence) {
  const folder = imageFolder(system);
  if (existsSync(folder)) {
    await markUsed(folder);
    return folder;
  }
  const options = {
    doing: `making the lab's ${system} image`,
    timeoutSeconds: 1800,
    onWait: (/** @type {string} */ holder) => progress.note(`Waiting for ${holder}.`),
  };
  return oneAtATime(folder, options, async () => {
    if (existsSync(folder)) return folder;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await progress.step(`Lab image (${system})`, (say) => makeImage(system, partial, say));
    await rename(partial, folder);
    await forgetUnused(dirname(folder), new RegExp(`^${system}-`));
    return folder;
  });
}

/**
 * @param {System} system
 * @param {string} folder
 * @param {import("../setup/progress.mjs").Say} say
 */
async function makeImage(system, folder, say) {
  const lab = join(folder, "lab"); // becomes /usr/local/lib/lab
  await cp(guestFolder, lab, { recursive: true });
  await makeKeys(folder, lab);

  say("installing packages");
  await run(
    "mmdebstrap",
    [
      "--variant=minbase",
      "--format=tar",
      `--include=${PACKAGES.join(",")}`,
      `--essential-hook=${initramfsHook()}`,
      `--customize-hook=copy-in ${quoted(lab)} /usr/local/lib`,
      '--customize-hook=chroot "$1" sh /usr/local/lib/lab/install.sh',
      system, // no mirror: mmdebstrap finds the machine's own
      join(folder, "root.tar"),
    ],
    {
      doing: `Making a ${system} system with mmdebstrap`,
      timeoutSeconds: 1200,
      env: { ...process.env, TMPDIR: folder },
      onLine: saySteps(say),
    },
  );

  say("writing the disk");
  // File owners survive only where root is root: as another user inside the namespace that mmdebstrap worked in.
  const script = ["-euc", WRITE_DISK];
  /** @type {[string, string[]]} */
  const [program, args] = process.getuid?.() === 0 ? ["sh", script] : ["mmdebstrap", ["--unshare-helper", "sh", ...script]];
  await run(program, args, { doing: "Writing the lab's disk", timeoutSeconds: 600, cwd: folder });
  await run("qemu-img", ["convert", "-O", "qcow2", "disk.raw", "disk.qcow2"], {
    doing: "Writing the lab's disk",
    timeoutSeconds: 600,
    cwd: folder,
  });
  for (const leftover of ["disk.raw", "root.tar", "lab"]) await rm(join(folder, leftover), { recursive: true });
}

const WRITE_DISK = `
rm -rf root && mkdir root
tar -C root --numeric-owner -xf root.tar
cp root/boot/vmlinuz-* vmlinuz
cp root/boot/initrd.img-* initrd
chmod 644 vmlinuz initrd
rm -f disk.raw
mkfs.ext4 -q -E lazy_itable_init=1,nodiscard -O ^metadata_csum -d root disk.raw ${DISK_SIZE}
rm -rf root
`;

/**
 * One pair to log in with, one for the gateway to be known by: made with the image, so that both stay what they are.
 * @param {string} folder
 * @param {string} lab
 */
async function makeKeys(folder, lab) {
  const options = { doing: "Making the lab's SSH keys", timeoutSeconds: 60 };
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", join(folder, "id_ed25519")], options);
  await chmod(join(folder, "id_ed25519"), 0o600);
  await cp(join(folder, "id_ed25519.pub"), join(lab, "authorized_keys"));
  const hostKey = join(lab, "ssh_host_ed25519_key");
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", hostKey], options);
  const [type, key] = (await readFile(`${hostKey}.pub`, "utf8")).split(/\s+/);
  await writeFile(join(folder, "host-key"), `${type} ${key}\n`);
}

function initramfsHook() {
  return `mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"
echo MODULES=list > "$1/etc/initramfs-tools/conf.d/lab"
printf '%s\\n' ${INITRAMFS_MODULES.join(" ")} > "$1/usr/share/initramfs-tools/modules.d/lab"`;
}

/** @param {import("../setup/progress.mjs").Say} say */
function saySteps(say) {
  return (/** @type {string} */ line) => {
    const step = /^I: (.*[a-z].*?)\.*$/.exec(line)?.[1];
    if (step) say(step);
  };
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
