import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../setup/cache-folder.mjs";
import { missingDebianPackages } from "../setup/debian-packages.mjs";
import { contentsOf, digestOf } from "../setup/digest.mjs";
import { oneAtATime } from "../setup/one-at-a-time.mjs";
import { silence } from "../setup/progress.mjs";
import { run } from "../setup/run.mjs";
import { SentenceError } from "../setup/sentence-error.mjs";
import { forgetUnused, markUsed } from "../setup/unused.mjs";

/**
 * A Debian system as the lab knows it.
 * @typedef {"trixie" | "bookworm"} System
 */

/** @type {readonly System[]} */
export const SYSTEMS = ["trixie", "bookworm"];

/** What a gateway needs, then what the lab and its tests use on it. */
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
  // Installed, not enabled: tests of what they do to our objects start them.
  ...["network-manager", "ifupdown"],
  // Lines of other kinds: one that has its address by DHCP, one through a tunnel.
  ...["dnsmasq-base", "wireguard-tools"],
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
    const missing = missingDebianPackages(["lab"]);
    if (missing.length > 0)
      throw new SentenceError(
        `The lab needs the Debian packages ${missing.join(", ")}: \`node scripts/setup.mjs --only lab\` installs them.`,
      );
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
      // Another user's home may be closed to the namespace that mmdebstrap works in; /tmp is not.
      env: isRoot() ? { ...process.env, TMPDIR: folder } : process.env,
      onLine: saySteps(say),
    },
  );

  say("writing the disk");
  await writeDisk(folder);
  for (const leftover of ["disk.raw", "root.tar", "lab", "root"]) await rm(join(folder, leftover), { recursive: true });
}

/**
 * File owners survive only where root is root. Another user becomes root of a namespace, and unpacks into its memory: files of
 * that namespace's other users could not be removed from outside.
 * @param {string} folder
 */
async function writeDisk(folder) {
  const options = { doing: "Writing the lab's disk", timeoutSeconds: 600, cwd: folder };
  if (isRoot()) await run("sh", ["-euc", WRITE_DISK], options);
  else {
    const inMemory = `mkdir -p root\nmount -t tmpfs -o size=2G,mode=755 root root\n${WRITE_DISK}`;
    await run("unshare", ["--map-root-user", "--map-auto", "--mount", "sh", "-euc", inMemory], options);
  }
  await run("qemu-img", ["convert", "-O", "qcow2", "disk.raw", "disk.qcow2"], options);
}

function isRoot() {
  return process.getuid?.() === 0;
}

/** Devices are left out: the kernel makes them, and only the real root may. */
const WRITE_DISK = `
mkdir -p root
tar -C root --numeric-owner --exclude './dev/*' -xf root.tar
cp root/boot/vmlinuz-* vmlinuz
cp root/boot/initrd.img-* initrd
chmod 644 vmlinuz initrd
mkfs.ext4 -q -E lazy_itable_init=1,nodiscard -O ^metadata_csum -d root disk.raw ${DISK_SIZE}
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
