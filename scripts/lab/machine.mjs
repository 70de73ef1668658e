import { join } from "node:path";

/**
 * @typedef {object} Machine
 * @property {import("./accelerator.mjs").Accelerator} accelerator
 * @property {string} imageFolder
 * @property {string} runFolder where its sockets, its console and its pid are
 * @property {string} disk
 * @property {string} memory the file that backs its memory
 * @property {boolean} keepsChanges whether disk and memory files take what it writes, or stay as they are for the next one
 * @property {number} port on 127.0.0.1, leads to its sshd
 * @property {boolean} continues whether it waits for a saved state to go on from, instead of booting
 */

/**
 * The hardware. A saved state fits only the machine it was saved on, so all of this names the snapshot.
 * Memory is a file: the machine that saves shares it, the machines that go on from it map it privately, so that any number of
 * them start without reading it and share what none of them has changed.
 * @param {Machine} machine
 */
export function qemuArguments({ accelerator, imageFolder, runFolder, disk, memory, keepsChanges, port, continues }) {
  return [
    ...["-name", "pulumi-multipath-lab"],
    ...["-nodefaults", "-no-user-config", "-display", "none"],
    ...["-machine", "pc,memory-backend=memory,vmport=off,usb=off"],
    // Translated code may take a gigabyte, were it not told to be content with less: several labs run side by side.
    ...["-accel", accelerator === "tcg" ? "tcg,tb-size=384" : accelerator],
    // Nothing is taken away from "max": QEMU 7.2 without its svm is a processor on which Debian's kernel fails to mount.
    ...["-cpu", accelerator === "kvm" ? "host" : "max"],
    ...["-smp", "1", "-m", `${MEMORY_MEGABYTES}M`],
    ...[
      "-object",
      `memory-backend-file,id=memory,size=${MEMORY_MEGABYTES}M,mem-path=${escaped(memory)},share=${keepsChanges ? "on" : "off"}`,
    ],
    ...["-kernel", join(imageFolder, "vmlinuz"), "-initrd", join(imageFolder, "initrd")],
    ...["-append", KERNEL_ARGUMENTS],
    // Nobody needs the disk after a power cut: unsafe caching makes its flushes free.
    ...["-drive", `if=none,id=disk,format=qcow2,cache=unsafe,snapshot=${keepsChanges ? "off" : "on"},file=${escaped(disk)}`],
    ...["-device", "virtio-blk-pci,drive=disk"],
    ...["-netdev", `user,id=management,ipv6=off,hostfwd=tcp:127.0.0.1:${port}-10.0.2.15:22`],
    ...["-device", "virtio-net-pci,netdev=management,mac=52:54:00:12:34:56,romfile="],
    ...["-device", "virtio-serial-pci"],
    ...["-chardev", `socket,id=agent,path=${escaped(join(runFolder, "agent.sock"))},server=on,wait=off`],
    ...["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"],
    ...["-device", "virtio-rng-pci"],
    // A new generation at every start: the kernel then seeds its random numbers anew, and no two restored machines draw the same.
    ...["-device", "vmgenid,guid=auto"],
    ...["-qmp", `unix:${escaped(join(runFolder, "monitor.sock"))},server=on,wait=off`],
    ...["-chardev", `file,id=console,append=on,path=${escaped(join(runFolder, "console.log"))}`, "-serial", "chardev:console"],
    ...["-pidfile", join(runFolder, "qemu.pid")],
    ...(continues ? ["-incoming", "defer"] : []),
  ];
}

export const QEMU = "qemu-system-x86_64";

const MEMORY_MEGABYTES = 768;

/**
 * norandmaps: QEMU keeps the code that it has translated by the address at which the program has it. Where each process has other ones, all is
 * translated anew, and to start a process takes four times as long.
 */
const KERNEL_ARGUMENTS =
  "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 systemd.ssh_auto=no mitigations=off norandmaps panic=-1";

/** QEMU's option lists end a value at a comma; a doubled one is meant. @param {string} value */
function escaped(value) {
  return value.replaceAll(",", ",,");
}
