import assert from "node:assert/strict";
import type { Fault, Harm } from "../fault";
import { type Trial, programs } from "../trial";

const goesOn: Harm = { next: programs.after };

/** Rows 20, 21 and 25 to 28: the host itself is not as one would wish. */
export const hostTrouble: readonly Fault[] = [
  ...[0, 4, 9].map((position): Fault => ({
    row: 20,
    title: `a bad line at position ${position + 1} of 10`,
    ...(position === 4 && { quick: true }),
    async harm(trial) {
      const declared = programs.after.split("\n");
      const bad = `new multipath.Route("bad", { host, destination: "10.66.0.0/16", gateway: "203.0.113.77", device: "adsl" });`;
      const { code, output } = await trial.up(declared.toSpliced(position + 2, 0, bad).join("\n"));
      assert.notEqual(code, 0, output);
      assert.match(output, /10\.66\.0\.0\/16 via 203\.0\.113\.77 dev adsl/);
      assert.match(output, /Nexthop has invalid gateway/);
      // What was not begun because of the error comes with the next one; what was, is as declared.
      const { code: second, output: said } = await trial.up(programs.after);
      assert.equal(second, 0, said);
      return goesOn;
    },
  })),
  ...(
    [
      ["/etc read-only", "mount --bind /etc /etc && mount -o remount,ro,bind /etc", "umount /etc"],
      ["/run read-only", "mount --bind /run /run && mount -o remount,ro,bind /run", "umount /run"],
      ["/run full", "dd if=/dev/zero of=/run/filler bs=64k 2>/dev/null || true", "rm /run/filler"],
      [
        "the disk full (/etc, /var)",
        "fallocate -l $(($(df --output=avail -B1 / | tail -1) - 4096)) /filler; dd if=/dev/zero of=/filler2 2>/dev/null || true",
        "rm -f /filler /filler2",
      ],
    ] as const
  ).map(([title, break_, mend]): Fault => ({
    row: 21,
    title,
    ...(title === "/etc read-only" && { quick: true }),
    async harm(trial) {
      await trial.sh(break_);
      const { code, output } = await trial.up(programs.after);
      await trial.sh(mend);
      assert.notEqual(code, 0, output);
      assert.match(output, /read-only|No space left|I\/O error/i);
      return goesOn;
    },
  })),
  {
    row: 25,
    title: "MaxSessions 1",
    async harm(trial) {
      await sshd(trial, "MaxSessions 1");
      return landing(trial);
    },
  },
  {
    row: 26,
    title: "a noisy .bashrc",
    async harm(trial) {
      await trial.sh(
        `printf 'echo noise; echo more noise >&2; seq 1 5000\\n' | tee /home/admin/.bashrc /root/.bashrc >/home/admin/.profile`,
      );
      return landing(trial);
    },
  },
  {
    row: 26,
    title: "sudo asks for a password",
    async harm(trial) {
      await trial.sh("for f in /etc/sudoers /etc/sudoers.d/*; do sed -i.saved s/NOPASSWD:// $f; done");
      const { code, output } = await trial.up(programs.after);
      await trial.sh("for f in /etc/sudoers /etc/sudoers.d/*; do case $f in *.saved) ;; *) mv $f.saved $f ;; esac; done");
      assert.notEqual(code, 0, output);
      assert.match(output, /NOPASSWD/);
      return goesOn;
    },
  },
  {
    row: 26,
    title: "no sudo",
    async harm(trial) {
      const sudo = (await trial.sh("command -v sudo")).trim();
      await trial.sh(`mv ${sudo} ${sudo}.away`);
      const { code, output } = await trial.up(programs.after);
      await trial.sh(`mv ${sudo}.away ${sudo}`);
      assert.notEqual(code, 0, output);
      assert.match(output, /sudo/);
      return goesOn;
    },
  },
  {
    row: 27,
    title: "hostile device names",
    async harm(trial) {
      const names = ["a$(id);b", "-x", "--help", '"quotes"', "dev", "'"];
      for (const name of names) await trial.sh(`ip link add name '${name.replaceAll("'", "'\\''")}' type dummy`);
      const harm = await landing(trial);
      for (const name of names) await trial.sh(`ip link del dev '${name.replaceAll("'", "'\\''")}'`);
      return harm;
    },
  },
  ...(
    [
      ["truncated JSON from ip", `case "$*" in *-j*) /sbin/ip "$@" | head -c 3000 ;; *) exec /sbin/ip "$@" ;; esac`],
      ["invalid JSON from ip", `case "$*" in *-j*) /sbin/ip "$@" | tr '}' ']' ;; *) exec /sbin/ip "$@" ;; esac`],
    ] as const
  ).map(([title, script]): Fault => ({
    row: 27,
    title,
    async harm(trial) {
      await trial.sh(
        `printf '%s\\n' '#!/bin/sh' '${script.replaceAll("'", "'\\''")}' >/usr/local/sbin/ip && chmod 755 /usr/local/sbin/ip`,
      );
      const { code, output } = await trial.up(programs.after);
      await trial.sh("rm /usr/local/sbin/ip");
      assert.notEqual(code, 0, output);
      assert.match(output, /JSON/);
      return goesOn;
    },
  })),
];

async function landing(trial: Trial): Promise<Harm> {
  const { code, output } = await trial.up(programs.after);
  assert.equal(code, 0, output);
  return goesOn;
}

/** Lines for the lab's sshd, ahead of all others, and a reload. */
const sshd = (trial: Trial, lines: string) =>
  trial.sh(`printf '%s\\n' '${lines}' >/etc/ssh/sshd_config.d/00-fault.conf && systemctl reload ssh`);
