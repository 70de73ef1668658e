/** What the tests of nmstate, of linux-system-roles and of the kernel ask of a bond, as far as plans can tell: docs/conformance.md. */
import assert from "node:assert/strict";
import { bondedLink } from "../../../provider/kinds/bonded-link";
import { expectPlan, expectProblems, inputsFor, look } from "./expect-plan";

const ports = ["eth1 flags UP address 02:00:00:00:00:01", "eth2 flags UP address 02:00:00:00:00:02"];
const members = ["eth1", "eth2"];
const activeBackup = { name: "bond99", mode: "active-backup", members };

/** A bond of ours that has the address of eth1, which was its first member. */
const bondOf = (devices: readonly string[], data = "mode active-backup miimon 100") => [
  ...ports.map((port) => {
    const [name = "", , flags = "", , address = ""] = port.split(" ");
    return devices.includes(name)
      ? `${name} flags ${flags} address 02:00:00:00:00:01 master bond99 member perm_hwaddr ${address}`
      : port;
  }),
  `bond99 flags UP address 02:00:00:00:00:01 alias pulumi-multipath type bond ${data}`,
];
const recorded = ["ip link add name bond99 address 02:00:00:00:00:01 type bond mode active-backup miimon 100"];

describe("BondedLink, as others test their bonds", () => {
  it("has the address of the member that is named first, whatever the devices are called", () => {
    const firstOf = (order: readonly string[]) => ({ desired: { ...activeBackup, members: order }, live: ports });
    expectPlan(bondedLink, firstOf(["eth1", "eth2"])).toMatch(/^ip link add name bond99 address 02:00:00:00:00:01 /);
    expectPlan(bondedLink, firstOf(["eth2", "eth1"])).toMatch(/^ip link add name bond99 address 02:00:00:00:00:02 /);
    const { resolved } = look(bondedLink, firstOf(["eth2", "eth1"]));
    assert.match(bondedLink.replay(resolved as never)[0] ?? "", / address 02:00:00:00:00:02 /);
  });

  it("does not mind in which order its members are named, and keeps its address", () => {
    const desired = { ...activeBackup, members: ["eth2", "eth1"] };
    expectPlan(bondedLink, { desired, live: bondOf(members), recorded }).toEqual([]);
    assert.deepEqual(inputsFor(bondedLink, { desired, live: bondOf(members), recorded }), bondedLink.schema.parse(desired));
  });

  it("keeps its address when a member comes before the others, goes, or takes the place of the only one", () => {
    expectPlan(bondedLink, { desired: activeBackup, live: bondOf(["eth2"]), recorded }).toEqual([
      "ip link set dev eth1 down",
      "ip link set dev eth1 master bond99",
    ]);
    expectPlan(bondedLink, { desired: { ...activeBackup, members: ["eth2"] }, live: bondOf(members), recorded }).toEqual([
      "ip link set dev eth1 nomaster",
    ]);
    expectPlan(bondedLink, { desired: { ...activeBackup, members: ["eth2"] }, live: bondOf(["eth1"]), recorded }).toEqual([
      "ip link set dev eth2 down",
      "ip link set dev eth2 master bond99",
      "ip link set dev eth1 nomaster",
    ]);
  });

  it("takes a miimon of 100 for the one that it has without a word", () => {
    assert.deepEqual(bondedLink.schema.parse({ ...activeBackup, miimon: 100 }), bondedLink.schema.parse(activeBackup));
    expectPlan(bondedLink, { desired: { ...activeBackup, miimon: 100 }, live: bondOf(members) }).toEqual([]);
  });

  it("sets each value that an option can have", () => {
    const probing = { arpInterval: 100, arpIpTargets: ["192.0.2.1"] };
    const every = {
      arp_validate: ["none", "active", "backup", "all", "filter", "filter_active", "filter_backup"].map((arpValidate) => ({
        ...{ ...activeBackup, ...probing, arpValidate },
      })),
      primary_reselect: ["always", "better", "failure"].map((primaryReselect) => ({ ...activeBackup, primaryReselect })),
      fail_over_mac: ["none", "active", "follow"].map((failOverMac) => ({ ...activeBackup, failOverMac })),
      xmit_hash_policy: ["layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4", "vlan+srcmac"].map((xmitHashPolicy) => ({
        ...{ ...activeBackup, mode: "balance-xor", xmitHashPolicy },
      })),
      ad_select: ["stable", "bandwidth", "count"].map((adSelect) => ({ ...activeBackup, mode: "802.3ad", adSelect })),
    };
    for (const [word, [standard, ...others]] of Object.entries(every)) {
      const on = { live: ports, host: { kernel: "6.12.0", iproute2: "6.15.0" } };
      // The first is the kernel's own.
      expectPlan(bondedLink, { ...on, desired: standard ?? assert.fail() }).toMatch(new RegExp(`^((?! ${word} )[^])*$`));
      for (const desired of others) {
        const value = String(Object.values(desired).at(-1)).replaceAll("+", "\\+");
        expectPlan(bondedLink, { ...on, desired }).toMatch(new RegExp(`^ip link add .* ${word} ${value}( |$)`, "m"));
      }
    }
  });
});

describe("BondedLink refuses, as others do,", () => {
  const refuses = (fields: Readonly<Record<string, unknown>>, problem: RegExp) =>
    expectProblems(bondedLink, { ...activeBackup, ...fields }).toMatch(problem);

  it("a bond without a mode", () => refuses({ mode: undefined }, /^mode: /));

  it("an address of the bond's own beside failOverMac active", () =>
    refuses({ macAddress: "02:ff:ff:ff:ff:00", failOverMac: "active" }, /^macAddress: .*that of its active member/));

  it("two monitors at a time", () =>
    refuses({ miimon: 100, arpInterval: 10, arpIpTargets: ["192.0.2.251"] }, /^miimon: the kernel has one monitor at a time/));

  it("an option that means nothing in the bond's mode, instead of passing over it", () => {
    refuses({ xmitHashPolicy: "layer2+3" }, /^xmitHashPolicy: .*does nothing with it, in mode active-backup/);
    refuses({ lacpRate: "fast" }, /^lacpRate: the kernel refuses it in mode active-backup/);
    refuses({ mode: "802.3ad", primaryReselect: "better" }, /^primaryReselect: .* in mode 802\.3ad/);
  });

  it("an LACP system of a group's address, or of all zeros: it is left out for the bond's own", () => {
    refuses({ mode: "802.3ad", adActorSystem: "01:00:5e:00:0f:01" }, /^adActorSystem: .*group/);
    refuses({ mode: "802.3ad", adActorSystem: "00:00:00:00:00:00" }, /^adActorSystem: .*all zeros/);
  });

  it("the numbers that the kernel has for an option's words", () => {
    refuses({ mode: "balance-xor", xmitHashPolicy: "2" }, /^xmitHashPolicy: .*"layer2\+3"/);
    refuses({ mode: 1 }, /^mode: .*"active-backup"/);
  });

  it("a member that is named twice", () =>
    refuses({ members: ["eth1", { device: "eth1" }] }, /^members\.1: it is a member already/));
});
