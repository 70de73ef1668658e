import assert from "node:assert/strict";
import { fileName, printObjectFile } from "../../../provider/commit/object-file";
import { type BondedLink, bondedLink } from "../../../provider/kinds/bonded-link";
import type { Snapshot } from "../../../provider/snapshot";
import { type Box, hostState, onEachBox } from "./box";

onEachBox("A bond", (open, thorough) => {
  // A namespace has no driver for bonds.
  if (thorough) return;
  let on: Box;
  const bond = bondedLink.schema.parse({
    name: "bond0",
    mode: "active-backup",
    members: ["port0", { device: "port1", prio: 3 }],
  });

  before(async () => {
    on = await open();
    // As on a host without systemd's own word on it, the driver makes a bond0 when it is loaded.
    await on.sh("mkdir -p /etc/modprobe.d; : >/etc/modprobe.d/systemd.conf; ! lsmod | grep -q bonding || rmmod bonding");
    await on.sh("for port in port0 port1 port2; do ip link set $port up; done");
  });

  after(async () => {
    await on.sh(
      `ip link del bond0 2>/dev/null; rm -rf /etc/modprobe.d/systemd.conf /etc/pulumi-multipath /usr/local/libexec/pulumi-multipath /run/pulumi-multipath
       for port in port0 port1 port2; do ip link set $port down; done`,
    );
    await on.down();
  });

  /** What the lifecycle would make of this declaration. */
  function planned(desired: BondedLink, now: Snapshot) {
    const file = fileName("BondedLink", bondedLink.identity(desired));
    const resolved = bondedLink.resolve?.(desired, now) as never;
    const content = printObjectFile({
      kind: "BondedLink",
      identity: desired.name,
      claim: "c1",
      owner: { project: "lab", stack: "test", name: "bond" },
      lines: bondedLink.replay(resolved),
    });
    return {
      reads: bondedLink.reads(desired),
      steps: bondedLink.plan(resolved, bondedLink.observe(now, desired, now.objects.get(file))),
      files: [{ file, content }],
    };
  }

  const shown = () =>
    on.sh("cat /sys/class/net/bonding_masters; ip -d link show dev bond0; ip -d link show dev port0; ip -d link show dev port1");
  const made = /^bond0\n.* bond0: <[^>]*,UP[,>].*mode active-backup .*port0@.* master bond0 .*port1@.* master bond0 .* prio 3 /s;
  const restore = () => on.sh("sh /usr/local/libexec/pulumi-multipath/*/restore.sh 10 2>&1; echo status $?");

  it("is made where the driver is not loaded yet, and the driver makes none of its own", async () => {
    await hostState(on).commit({ name: "bond", plan: (now) => planned(bond, now) });
    assert.match(await shown(), made);
  });

  it("is planned again when somebody has changed it between the plan and the commit", async () => {
    const state = hostState(on);
    await state.look();
    await on.sh("ip link set bond0 type bond miimon 50; ip link set port2 down; ip link set port2 master bond0");
    let plans = 0;
    await state.commit({ name: "bond", plan: (now) => (plans++, planned({ ...bond, numPeerNotif: 3 } as BondedLink, now)) });
    assert.equal(plans, 2);
    const now = await shown();
    assert.match(now, made);
    assert.match(now, /miimon 100 .* num_grat_arp 3 /);
    assert.doesNotMatch(await on.sh("ip link show dev port2"), /master/);
  });

  it("gives a port that joins no IPv6, which the kernel has taken off it", async () => {
    assert.equal(await on.sh("ip -6 addr show dev port0; ip -6 route show dev port0 table all proto kernel | sed /ff00/d"), "");
  });

  it("is left alone by what runs at boot when it is there, and made by it when it is not", async () => {
    const untouched = () =>
      on.sh("cat /sys/class/net/bond0/ifindex /sys/class/net/bond0/carrier_changes /sys/class/net/port?/carrier_changes");
    const before = await untouched();
    assert.equal(await restore(), "status 0\n");
    assert.equal(await untouched(), before);
    // As a host comes up whose own files give the port an address.
    await on.sh("ip link del bond0; rmmod bonding; ip link set port0 up; ip addr add 192.0.2.1/24 dev port0");
    assert.equal(await restore(), "status 0\n");
    assert.match(await shown(), made);
    assert.equal(await on.sh("ip -4 route show dev port0; ip -4 addr show dev port0"), "");
  });

  it("goes with its file, and its ports are up as they were", async () => {
    await hostState(on).commit({
      name: "bond",
      plan: (now) => {
        const { reads, files } = planned(bond, now);
        const gone = files.map(({ file }) => ({ file, content: undefined }));
        const recorded = now.objects.get(gone[0]?.file ?? "");
        return { reads, steps: bondedLink.plan(undefined, bondedLink.observe(now, bond, recorded)), files: gone };
      },
    });
    assert.equal(
      await on.sh(
        "cat /sys/class/net/bonding_masters; ip -br link show dev port0 | cut -d ' ' -f 1; ls /etc/pulumi-multipath 2>/dev/null || :",
      ),
      "port0@if2\n",
    );
    assert.match(
      await on.sh("ip link show dev port0; ip link show dev port1"),
      /port0@\w+: <[^>]*,UP[,>](?!.*master).*port1@\w+: <[^>]*,UP[,>]/s,
    );
  });
});
