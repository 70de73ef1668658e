import assert from "node:assert/strict";
import { bondedLink } from "../../../provider/kinds/bonded-link";
import type { ObjectFile } from "../../../provider/snapshot";
import { expectPlan, expectProblems, expectRemoval, inputsFor, look, stepsFor } from "./expect-plan";
import { snapshotOf } from "./live";

const modern = { kernel: "6.12.48+deb13-cloud-amd64", iproute2: "6.15.0" };
const lacp = { name: "bond0", mode: "802.3ad", members: ["port0", "port1"] };
const backup = { ...lacp, mode: "active-backup" };
const canonical = (input: Record<string, unknown>) => bondedLink.schema.parse(input);

const port = (n: number, words = "flags BROADCAST,UP", rest = "") =>
  `port${n} ${words} address 02:00:00:00:10:0${n} ${rest}type veth`;
const ports = [port(0), port(1)];
const member = (n: number, words = "queue_id 0 prio 0", master = "bond0") =>
  `port${n} flags BROADCAST,SLAVE,UP master ${master} address 02:00:00:00:10:00 member ${words} perm_hwaddr 02:00:00:00:10:0${n} type veth`;
const bond = (words: string, flags = "MASTER,UP") =>
  `bond0 flags ${flags} address 02:00:00:00:10:00 alias pulumi-multipath type bond ${words}`;
const bonded = (words: string, flags?: string) => [bond(words, flags), member(0), member(1)];
const host = modern;

/** The file that the declaration leaves on a host that showed these links. */
function fileOf(desired: Record<string, unknown>, links: readonly string[]): ObjectFile {
  const before = snapshotOf({ links, host });
  const declared = canonical(desired);
  const lines = bondedLink.replay(bondedLink.resolve?.(declared, before) as never);
  return { file: "", kind: "BondedLink", identity: declared.name, claim: "", owner: { project: "", stack: "", name: "" }, lines };
}

describe("BondedLink", () => {
  it("is made with its options, and its members join in order, each down for a moment", () => {
    expectPlan(bondedLink, { desired: { ...lacp, lacpRate: "fast", minLinks: 2 }, live: ports, host }).toEqual([
      "ip link add name bond0 address 02:00:00:00:10:00 type bond mode 802.3ad miimon 100 min_links 2 lacp_rate fast",
      "ip link set dev bond0 alias pulumi-multipath",
      "ip link set dev port0 down",
      "ip link set dev port0 master bond0",
      "ip link set dev port1 down",
      "ip link set dev port1 master bond0",
      "ip link set dev bond0 up",
    ]);
  });

  it("is made with everything that can be declared", () => {
    const desired = {
      ...backup,
      ...{ members: [{ device: "port1", queueId: 2, prio: -5 }, "port0"], primary: "port0", mtu: 9000, up: false },
      ...{
        macAddress: "02:00:00:00:00:AA",
        arpInterval: 100,
        arpIpTargets: ["192.0.2.1", "192.0.2.2"],
        nsIp6Targets: ["2001:DB8::1"],
      },
      ...{
        arpValidate: "filter_active",
        arpAllTargets: "all",
        arpMissedMax: 3,
        primaryReselect: "failure",
        failOverMac: "follow",
      },
      ...{ useCarrier: false, resendIgmp: 0, numPeerNotif: 5, allSlavesActive: true },
    };
    expectPlan(bondedLink, { desired, live: [port(0, "flags BROADCAST"), port(1)], host }).toEqual([
      "ip link add name bond0 address 02:00:00:00:00:aa mtu 9000 type bond mode active-backup use_carrier 0 arp_interval 100 " +
        "arp_ip_target 192.0.2.1,192.0.2.2 ns_ip6_target 2001:db8::1 arp_validate filter_active arp_all_targets all arp_missed_max 3 " +
        "primary_reselect failure fail_over_mac follow resend_igmp 0 num_grat_arp 5 all_slaves_active 1",
      "ip link set dev bond0 alias pulumi-multipath",
      "ip link set dev bond0 type bond primary port0",
      "ip link set dev port1 down",
      "ip link set dev port1 master bond0",
      "ip link set dev port1 type bond_slave queue_id 2 prio -5",
      "ip link set dev port0 master bond0",
    ]);
  });

  it("has its first member's own address, also when that is in another bond; with failOverMac active none of its own", () => {
    const other = [`old flags MASTER,UP address 02:00:00:00:00:99 alias pulumi-multipath type bond mode active-backup`];
    expectPlan(bondedLink, { desired: backup, live: [...other, member(1, "", "old"), member(0, "", "old")], host }).toMatch(
      /^ip link add name bond0 address 02:00:00:00:10:00 /,
    );
    expectPlan(bondedLink, { desired: { ...backup, failOverMac: "active" }, live: ports, host }).toMatch(
      /^ip link add name bond0 type bond mode active-backup .*fail_over_mac active\n/,
    );
    expectPlan(bondedLink, { desired: backup, host }).toMatch(/^ip link add name bond0 type bond /);
  });

  it("takes members over from a bond of ours, which has no moment to be missed, and from nobody else", () => {
    const old = (alias: string) => `old flags MASTER,UP address 02:00:00:00:00:99 ${alias}type bond mode active-backup`;
    const members = [member(0, "", "old"), member(1, "", "old")];
    const steps = stepsFor(bondedLink, { desired: backup, live: [old("alias pulumi-multipath "), ...members], host });
    assert.deepEqual(
      steps.slice(2, 4).map(({ line, touches }) => [line, touches]),
      [0, 1].map((n) => [`link set dev port${n} master bond0`, ["link bond0", `link port${n}`, "link old"]]),
    );
    assert.throws(
      () => stepsFor(bondedLink, { desired: backup, live: [old(""), ...members], host }),
      /port0 is a member of old already/,
    );
    const inBridge = [`br0 flags UP type bridge`, port(0, "flags UP", "master br0 "), port(1)];
    assert.throws(() => stepsFor(bondedLink, { desired: backup, live: inBridge, host }), /port0 is a member of br0 already/);
  });

  it("changes nothing when it is there, in whatever order its members joined and whichever is active", () => {
    const live = [bond("mode active-backup miimon 100 active_slave port1"), member(1), member(0)];
    expectPlan(bondedLink, { desired: backup, live, host }).toEqual([]);
    assert.deepEqual(inputsFor(bondedLink, { desired: backup, live, host }), canonical(backup));
  });

  it("does not mind what an option was set to in another mode, where it means nothing", () => {
    expectPlan(bondedLink, {
      desired: backup,
      live: bonded("mode active-backup miimon 100 ad_lacp_rate fast min_links 2"),
      host,
    }).toEqual([]);
    expectPlan(bondedLink, {
      desired: lacp,
      live: bonded("mode 802.3ad miimon 100 fail_over_mac active arp_ip_target 192.0.2.1"),
      host,
    }).toEqual([]);
  });
});

describe("BondedLink, changed", () => {
  it("is changed live where the kernel does that, in one request", () => {
    expectPlan(bondedLink, {
      desired: { ...lacp, xmitHashPolicy: "layer3+4", minLinks: 1, adActorSystem: "02:00:00:00:00:07" },
      live: bonded("mode 802.3ad miimon 100 resend_igmp 5 ad_actor_sys_prio 9"),
      host,
    }).toEqual([
      "ip link set dev bond0 type bond xmit_hash_policy layer3+4 min_links 1 ad_actor_sys_prio 65535 ad_actor_system 02:00:00:00:00:07",
    ]);
  });

  it("is down for a moment where the kernel asks for that, and is not set down twice", () => {
    const desired = { ...lacp, lacpRate: "fast", xmitHashPolicy: "layer3+4" };
    const options = "ip link set dev bond0 type bond xmit_hash_policy layer3+4 lacp_rate fast";
    expectPlan(bondedLink, { desired, live: bonded("mode 802.3ad miimon 100"), host }).toEqual([
      "ip link set dev bond0 down",
      options,
      "ip link set dev bond0 up",
    ]);
    expectPlan(bondedLink, { desired, live: bonded("mode 802.3ad miimon 100", "MASTER"), host }).toEqual([
      options,
      "ip link set dev bond0 up",
    ]);
    expectPlan(bondedLink, { desired: { ...desired, up: false }, live: bonded("mode 802.3ad miimon 100"), host }).toEqual([
      "ip link set dev bond0 down",
      options,
    ]);
  });

  it("changes to the other monitor and back: what hangs on the old one goes first, which the kernel refuses later", () => {
    const probing = { ...backup, arpInterval: 100, arpIpTargets: ["192.0.2.1"] };
    expectPlan(bondedLink, {
      desired: probing,
      live: bonded("mode active-backup miimon 100 updelay 200 downdelay 100"),
      host,
    }).toEqual([
      "ip link set dev bond0 type bond updelay 0 downdelay 0",
      "ip link set dev bond0 type bond miimon 0 arp_interval 100 arp_ip_target 192.0.2.1",
    ]);
    expectPlan(bondedLink, {
      desired: { ...backup, updelay: 200 },
      live: bonded("mode active-backup miimon 0 arp_interval 100 arp_ip_target 192.0.2.1 arp_validate all"),
      host,
    }).toEqual(["ip link set dev bond0 type bond miimon 100 updelay 200 arp_interval 0 arp_ip_target , arp_validate none"]);
  });

  it("names the delays with another miimon, for the kernel keeps them as so many rounds", () => {
    expectPlan(bondedLink, {
      desired: { ...backup, miimon: 50, updelay: 200 },
      live: bonded("mode active-backup miimon 100 updelay 200"),
      host,
    }).toEqual(["ip link set dev bond0 type bond miimon 50 updelay 200"]);
  });

  it("releases the members for another mode or failOverMac only, and keeps its address, which goes with the last of them", () => {
    expectPlan(bondedLink, { desired: backup, live: bonded("mode 802.3ad miimon 100"), host }).toEqual([
      "ip link set dev port0 nomaster",
      "ip link set dev port1 nomaster",
      "ip link set dev bond0 down",
      "ip link set dev bond0 type bond mode active-backup",
      "ip link set dev bond0 address 02:00:00:00:10:00",
      "ip link set dev bond0 type bond miimon 100 arp_validate none",
      "ip link set dev bond0 type bond primary if2147483647",
      "ip link set dev port0 master bond0",
      "ip link set dev port1 master bond0",
      "ip link set dev bond0 up",
    ]);
    const options = "mode active-backup miimon 100";
    expectPlan(bondedLink, {
      desired: { ...backup, failOverMac: "follow", primary: "port1" },
      live: bonded(options),
      host,
    }).toEqual([
      "ip link set dev port0 nomaster",
      "ip link set dev port1 nomaster",
      "ip link set dev bond0 address 02:00:00:00:10:00",
      "ip link set dev bond0 type bond fail_over_mac follow",
      "ip link set dev bond0 type bond primary port1",
      "ip link set dev port0 master bond0",
      "ip link set dev port1 master bond0",
    ]);
    expectPlan(bondedLink, { desired: { ...backup, failOverMac: "active" }, live: bonded(options), host }).toMatch(
      /^(?!.* address )[^]*fail_over_mac active/,
    );
  });

  it("gets another MAC address live, but not with failOverMac follow, where the kernel says yes and does nothing", () => {
    const desired = { ...backup, macAddress: "02:00:00:00:00:aa" };
    expectPlan(bondedLink, { desired, live: bonded("mode active-backup miimon 100"), host }).toEqual([
      "ip link set dev bond0 address 02:00:00:00:00:aa",
    ]);
    expectPlan(bondedLink, {
      desired: { ...desired, failOverMac: "follow" },
      live: bonded("mode active-backup miimon 100 fail_over_mac follow"),
      host,
    }).toMatch(
      /nomaster\n.*nomaster\n.* fail_over_mac none\n.* address 02:00:00:00:00:aa\n.* fail_over_mac follow\n[^]*port1 master bond0$/,
    );
  });

  it("gets members before it loses others, and leaves those that go as they were before they came", () => {
    const recorded = fileOf(backup, [port(0), port(1, "flags BROADCAST")]).lines;
    const live = [...bonded("mode active-backup miimon 100 primary port1"), port(2)];
    expectPlan(bondedLink, { desired: { ...backup, members: ["port2"] }, live, recorded, host }).toEqual([
      "ip link set dev port2 down",
      "ip link set dev port2 master bond0",
      "ip link set dev bond0 type bond primary if2147483647",
      "ip link set dev port0 nomaster",
      "ip link set dev port0 up",
      "ip link set dev port1 nomaster",
    ]);
  });

  it("exchanges queues by way of none, for no two members can have one", () => {
    const desired = {
      ...backup,
      members: [
        { device: "port0", queueId: 2 },
        { device: "port1", queueId: 1 },
      ],
    };
    const live = [bond("mode active-backup miimon 100"), member(0, "queue_id 1 prio 0"), member(1, "queue_id 2 prio 7")];
    expectPlan(bondedLink, { desired, live, host }).toEqual([
      "ip link set dev port0 type bond_slave queue_id 0",
      "ip link set dev port1 type bond_slave queue_id 0",
      "ip link set dev port0 type bond_slave queue_id 2",
      "ip link set dev port1 type bond_slave queue_id 1 prio 0",
    ]);
  });
});

describe("BondedLink, of members with addresses", () => {
  it("says whose IPv4 addresses lead past it; ours are moved by who declares them", () => {
    const { declared, snapshot } = look(bondedLink, { desired: backup, live: ports, host });
    const { addresses } = snapshotOf({
      addresses: ["192.0.2.1/24 dev port1", "192.0.2.2/24 dev adsl", "2001:db8::1/64 dev port1"],
    });
    const remarks = bondedLink.remarks?.(declared, { ...snapshot, addresses });
    assert.deepEqual(
      remarks?.map((remark) => remark.replace(/,.*/, "")),
      ["port1 has 192.0.2.1/24 of its own"],
    );
    const ours = { ...fileOf(backup, ports), kind: "Address", identity: "4 port1 192.0.2.1/24 -" };
    assert.deepEqual(bondedLink.remarks?.(declared, { ...snapshot, addresses, objects: new Map([["20", ours]]) }), []);
  });
});

describe("BondedLink, removed", () => {
  const live = bonded("mode active-backup miimon 100");

  it("goes as a whole, and its members are left up or down as they were", () => {
    const recorded = fileOf(backup, [port(0), port(1, "flags BROADCAST")]).lines;
    expectRemoval(bondedLink, { desired: backup, live, recorded, host }).toEqual([
      "ip link del dev bond0",
      "ip link set dev port0 up",
    ]);
    expectRemoval(bondedLink, { desired: backup, live, host }).toEqual(["ip link del dev bond0"]);
    expectRemoval(bondedLink, { desired: backup, live: ports, host }).toEqual([]);
  });

  it("is refused with a foreign link on it; one of ours goes with it, and is named as what goes", () => {
    const { declared, snapshot } = look(bondedLink, {
      desired: backup,
      live: [...live, "office@bond0 flags UP type vlan id 5"],
      host,
    });
    assert.throws(() => bondedLink.plan(undefined, bondedLink.observe(snapshot, declared, undefined)), /office stands on bond0/);
    const ours = { ...fileOf(backup, ports), kind: "Vlan", identity: "office" };
    const objects = new Map([["14-Vlan-office", ours]]);
    const [removal] = bondedLink.plan(undefined, bondedLink.observe({ ...snapshot, objects }, declared, undefined));
    assert.deepEqual(removal?.removes, ["link bond0", "link office"]);
    assert.deepEqual(removal?.touches, ["link bond0", "link office", "link port0", "link port1"]);
  });
});

describe("BondedLink's file", () => {
  it("has the lines that bring it back, with the address that it was made with, and says which members are up anyway", () => {
    const file = fileOf({ ...backup, primary: "port1" }, [port(0), port(1, "flags BROADCAST")]);
    assert.deepEqual(file.lines, [
      "ip link add name bond0 address 02:00:00:00:10:00 type bond mode active-backup miimon 100",
      "ip link set dev bond0 alias pulumi-multipath",
      "ip link set dev bond0 type bond primary port1",
      "ip link set dev port0 down",
      "ip link set dev port0 master bond0",
      "ip link set dev port0 up",
      "ip link set dev port1 down",
      "ip link set dev port1 master bond0",
      "ip link set dev bond0 up",
    ]);
  });

  it("stays as it is once the bond is there, whichever member comes first", () => {
    const file = fileOf(backup, ports);
    const objects = new Map([["12-BondedLink-bond0", file]]);
    const links = bonded("mode active-backup miimon 100");
    const again = (members: string[]) =>
      bondedLink.replay(bondedLink.resolve?.(canonical({ ...backup, members }), snapshotOf({ links, objects, host })) as never);
    assert.deepEqual(again(["port0", "port1"]), file.lines);
    assert.equal(again(["port1", "port0"])[0], file.lines[0]);
  });

  it("has the address that a bond has which it is made for afterwards", () => {
    const links = bonded("mode active-backup miimon 100").map((line) =>
      line.replace(/address 02:00:00:00:10:00/, "address 02:00:00:00:00:77"),
    );
    const [first] = bondedLink.replay(bondedLink.resolve?.(canonical(backup), snapshotOf({ links, host })) as never);
    assert.match(first ?? "", / address 02:00:00:00:00:77 /);
  });
});

describe("BondedLink's canonical form", () => {
  it("leaves out what the kernel would do anyway, but watches the links unless told otherwise", () => {
    const plain = { ...lacp, up: true, miimon: 100 };
    assert.deepEqual(canonical(lacp), plain);
    const defaults = {
      mtu: 1500,
      lacpRate: "slow",
      lacpActive: true,
      minLinks: 0,
      adActorSysPrio: 65535,
      arpIpTargets: [],
      coupledControl: true,
    };
    assert.deepEqual(canonical({ ...lacp, ...defaults }), plain);
    assert.equal(canonical({ ...lacp, miimon: 0 }).miimon, 0);
    assert.equal("miimon" in canonical({ ...backup, arpInterval: 100 }), false);
    assert.equal("miimon" in canonical({ ...backup, arpInterval: 100, miimon: 0 }), false);
    assert.equal(canonical({ ...backup, arpInterval: 0 }).miimon, 100);
  });

  it("names a member alone when there is nothing else to say of it", () => {
    const members = [
      { device: "port0", queueId: 0 },
      { device: "port1", prio: 0, queueId: 3 },
    ];
    assert.deepEqual(canonical({ ...lacp, members }).members, ["port0", { device: "port1", queueId: 3 }]);
  });
});

describe("BondedLink on an old host", () => {
  const needs = (desired: Record<string, unknown>, old: Partial<typeof host>, message: RegExp) => {
    assert.throws(() => stepsFor(bondedLink, { desired, live: ports, host: { ...modern, ...old } }), message);
    expectPlan(bondedLink, { desired, live: ports, host: modern }).toMatch(/^ip link add/);
  };

  it("names the version that an option needs", () => {
    needs(
      { ...lacp, coupledControl: false },
      { kernel: "6.8.0" },
      /^InputError: coupledControl of bond0 needs Linux 6\.9 or newer, and the host has 6\.8\.0/,
    );
    needs({ ...lacp, coupledControl: false }, { iproute2: "6.9.0" }, /coupledControl of bond0 needs iproute2 6\.10 or newer/);
    needs({ ...lacp, lacpActive: false }, { kernel: "5.10.0" }, /lacpActive of bond0 needs Linux 5\.15/);
    needs(
      { ...backup, arpInterval: 1, nsIp6Targets: ["2001:db8::1"] },
      { iproute2: "ss200127" },
      /nsIp6Targets of bond0 needs iproute2 5\.18/,
    );
    needs({ ...backup, peerNotifyDelay: 100 }, { kernel: "4.19.0" }, /peerNotifyDelay of bond0 needs Linux 5\.3/);
    needs({ ...lacp, xmitHashPolicy: "vlan+srcmac" }, { kernel: "5.10.0" }, /"vlan\+srcmac" of bond0 needs Linux 5\.12/);
    needs(
      { ...backup, members: [{ device: "port0", prio: 1 }] },
      { kernel: "5.15.0" },
      /prio of a member of bond0 needs Linux 6\.0/,
    );
    needs({ ...backup, useCarrier: false }, { kernel: "6.18.0" }, /useCarrier of bond0 can't be false/);
  });

  it("does without them, and without what such a host does not show", () => {
    const old = { kernel: "4.19.0", iproute2: "5.5.0" };
    expectPlan(bondedLink, { desired: lacp, live: bonded("mode 802.3ad miimon 100"), host: old }).toEqual([]);
    // Zeros for no adActorSystem were refused.
    expectPlan(bondedLink, { desired: lacp, live: bonded("mode active-backup miimon 100"), host: old }).toMatch(
      /^(?!.*ad_actor_system)[^]* ad_actor_sys_prio 65535 ad_user_port_key 0\n/,
    );
    expectPlan(bondedLink, { desired: lacp, live: bonded("mode active-backup miimon 100"), host }).toMatch(
      /ad_actor_system 00:00:00:00:00:00/,
    );
  });
});

describe("BondedLink's advice", () => {
  const advice = (words: string) => bondedLink.hint?.(words, canonical(lacp)) ?? "";

  it("names the missing device, the link in the way, and what a driver can't do", () => {
    assert.match(advice('Cannot find device "port1"'), /no device port1 .*dependsOn/);
    assert.match(advice("RTNETLINK answers: File exists"), /another link named bond0/);
    assert.match(advice("Error: Unknown device type."), /modprobe bonding/);
    assert.match(advice("Error: Device can not be enslaved while up."), /at the same moment/);
    assert.match(advice("Error: mtu greater than device maximum."), /one of 2 members/);
    assert.equal(advice("Operation not permitted"), "");
  });
});

describe("BondedLink's reads", () => {
  it("are the bond with what is in it and on it, and each member that is declared", () => {
    assert.deepEqual(bondedLink.reads(canonical({ ...lacp, members: ["port0", { device: "port1", prio: 1 }] })), [
      "device bond0",
      "bond bond0",
      "device port0",
      "device port1",
    ]);
  });
});

/** What it does refuse is in test/unit/bad-input/bonded-link.ts. */
describe("BondedLink refuses", () => {
  it("nothing in declarations that are right", () => {
    for (const desired of [lacp, { ...backup, members: [] }, { ...backup, miimon: 0 }, { ...lacp, minLinks: 2 }])
      expectProblems(bondedLink, desired).toEqual([]);
  });
});
