import assert from "node:assert/strict";
import { inOrder } from "../../../provider/commit/order";
import { parseAddresses } from "../../../provider/iproute/json";
import { isAtLeast } from "../../../provider/iproute/versions";
import { type Step, shown } from "../../../provider/kind";
import { type BondedLink, bondedLink } from "../../../provider/kinds/bonded-link";
import { setOptions } from "../../../provider/kinds/bonded-link-lines";
import {
  type Mode,
  type OptionName,
  type Version,
  applies,
  modes,
  optionNames,
  optionOf,
} from "../../../provider/kinds/bonded-link-options";
import type { Snapshot } from "../../../provider/snapshot";
import { Gateway } from "../../fixtures/gateway";
import { snapshotOf } from "../../unit/kinds/live";

type Fields = Readonly<Record<string, unknown>>;

/** Two values of each option that are not its default, and what has to be declared with it. */
const values: Readonly<Record<OptionName, readonly [first: unknown, second: unknown, beside?: Fields]>> = {
  miimon: [50, 200],
  updelay: [200, 500],
  downdelay: [300, 100],
  peerNotifyDelay: [1000, 300000],
  useCarrier: [false, true],
  arpInterval: [100, 2000, { arpIpTargets: ["192.0.2.1"] }],
  arpIpTargets: [["192.0.2.1"], ["192.0.2.9", "192.0.2.1"], { arpInterval: 1000 }],
  nsIp6Targets: [["2001:db8::1", "fe80::5"], ["2001:db8::2"], { arpInterval: 1000 }],
  arpValidate: ["all", "filter_backup", { arpInterval: 1000, arpIpTargets: ["192.0.2.1"] }],
  arpAllTargets: ["all", "any", { arpInterval: 1000, arpIpTargets: ["192.0.2.1"], arpValidate: "active" }],
  arpMissedMax: [1, 255, { arpInterval: 1000, arpIpTargets: ["192.0.2.1"] }],
  primaryReselect: ["better", "failure"],
  failOverMac: ["active", "follow"],
  xmitHashPolicy: ["layer3+4", "vlan+srcmac"],
  resendIgmp: [0, 255],
  numPeerNotif: [0, 255],
  allSlavesActive: [true, false],
  minLinks: [1, 2],
  lpInterval: [10, 2147483647],
  packetsPerSlave: [0, 65535],
  lacpActive: [false, true],
  lacpRate: ["fast", "slow"],
  adSelect: ["bandwidth", "count"],
  adActorSysPrio: [1, 100],
  adUserPortKey: [1, 1023],
  adActorSystem: ["02:00:00:00:00:07", "02:00:00:00:00:08"],
  tlbDynamicLb: [false, true],
  coupledControl: [false, true],
};

/** What belongs to no mode alone: each is created as the first, and becomes one after the other. */
const histories: Readonly<Record<string, readonly Fields[]>> = {
  "a member's priority and the primary": [
    { mode: "active-backup", primary: "m0", members: ["m0", { device: "m1", prio: -5 }] },
    { mode: "active-backup", primary: "m1", members: [{ device: "m0", prio: 2147483647 }, "m1"] },
    { mode: "active-backup", members: ["m0", "m1"] },
  ],
  "queues, that two members exchange": [
    {
      mode: "balance-rr",
      members: [
        { device: "m0", queueId: 1 },
        { device: "m1", queueId: 2 },
      ],
    },
    {
      mode: "balance-rr",
      members: [
        { device: "m0", queueId: 2 },
        { device: "m1", queueId: 1 },
      ],
    },
    { mode: "balance-rr", members: ["m0", { device: "m1", queueId: 16 }] },
  ],
  "members that come and go": [
    { mode: "active-backup", members: [] },
    { mode: "active-backup", members: ["m1"], primary: "m1" },
    { mode: "active-backup", members: ["m0"], primary: "m0" },
    { mode: "active-backup", members: ["m1", "m0"] },
    { mode: "active-backup", members: [] },
  ],
  "the other monitor, and back": [
    { mode: "active-backup", miimon: 50, updelay: 100, downdelay: 50, peerNotifyDelay: 150 },
    { mode: "active-backup", arpInterval: 100, arpIpTargets: ["192.0.2.1"], arpValidate: "all", arpAllTargets: "all" },
    { mode: "active-backup", miimon: 100, updelay: 100 },
    { mode: "active-backup", miimon: 50, updelay: 100 },
    { mode: "active-backup", miimon: 0 },
    { mode: "active-backup", arpInterval: 100, nsIp6Targets: ["2001:db8::1"] },
  ],
  "another MAC address, whoever has it": [
    { mode: "active-backup", macAddress: "02:00:00:00:aa:01" },
    { mode: "active-backup", macAddress: "02:00:00:00:aa:02", failOverMac: "follow" },
    { mode: "active-backup", macAddress: "02:00:00:00:aa:03", failOverMac: "follow" },
    { mode: "active-backup", failOverMac: "active" },
    { mode: "active-backup", macAddress: "02:00:00:00:aa:04" },
    { mode: "balance-alb", macAddress: "02:00:00:00:aa:05" },
  ],
  "MTU, and down": [
    { mode: "802.3ad", mtu: 9000, up: false },
    { mode: "802.3ad", mtu: 1400, lacpRate: "fast" },
    { mode: "802.3ad", mtu: 68, lacpRate: "slow", up: false },
    { mode: "balance-xor", up: false, xmitHashPolicy: "encap3+4" },
    { mode: "balance-xor" },
  ],
};

describe("The bond matrix, with the kernel of the lab as its judge", function () {
  this.timeout(300_000);
  let gateway: Gateway;
  let host: Snapshot["host"];
  /** Of this many bonds at a time each has two members of its own. */
  const width = 42;
  const all = Array.from({ length: 2 * width }, (_, index) => `m${index}`);

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    // A bond has 32 queues, of each of which udev would be told.
    const prepare =
      "modprobe -a bonding dummy; systemctl stop systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket";
    const [kernel = "", ip = ""] = (await gateway.sh(`uname -r; ip -V; ${prepare}`)).split("\n");
    host = { machineId: "", bootId: "", kernel, iproute2: /iproute2-([\d.]+)/.exec(ip)?.[1] ?? "" };
    const address = (index: number) => `02:00:00:00:dd:${index.toString(16).padStart(2, "0")}`;
    await batch(all.map((name, index) => `link add name ${name} address ${address(index)} type dummy`));
  });

  afterEach(() => gateway.sh("for bond in $(cat /sys/class/net/bonding_masters); do ip link del dev $bond; done"));

  after(() => gateway.reset());

  const ip = async (lines: readonly string[], flags: string): Promise<string> =>
    gateway.sh(`ip ${flags} -batch - 2>&1 <<'X' || :\n${lines.join("\n")}\nX`, { timeoutSeconds: 120 });

  const batch = async (lines: readonly string[]): Promise<void> => assert.equal(await ip(lines, ""), "");

  const looking = "ip -N -j -d link show";

  const shownIn = (json: string): Snapshot => ({ ...snapshotOf({}), host, ...parseAddresses(json) });

  /** What the host shows after these steps, none of which may be refused. */
  async function hostAfter(steps: readonly Step[]): Promise<Snapshot> {
    const lines = steps.map(({ line }) => line);
    const printed = await gateway.sh(`ip -batch - 2>&1 <<'X' && ${looking}\n${lines.join("\n")}\nX`, { timeoutSeconds: 120 });
    return shownIn(printed);
  }

  /** Which of the lines the kernel refused, by their places. */
  async function refused(lines: readonly string[]): Promise<Set<number>> {
    const printed = await ip(lines, "-force");
    return new Set([...printed.matchAll(/^Command failed -:(\d+)/gm)].map(([, number]) => Number(number) - 1));
  }

  const parsed = (fields: Fields): BondedLink => {
    const bond = bondedLink.schema.parse(fields);
    assert.deepEqual(bondedLink.contradictions?.(bond), []);
    return bond;
  };

  const planned = (bond: BondedLink, now: Snapshot): readonly Step[] =>
    bondedLink.plan(bondedLink.resolve?.(bond, now), bondedLink.observe(now, bond, undefined));

  /** Takes each of many bonds through its declarations, one after the other, all of them at a time, and removes them. */
  async function takeThrough(stories: readonly (readonly BondedLink[])[]): Promise<void> {
    const lengths = stories.map((story) => story.length);
    let now = shownIn(await gateway.sh(looking));
    const untouched = membersOf(now);
    for (let chapter = 0; chapter < Math.max(...lengths); chapter++) {
      const wanted = stories.flatMap((story) => story[chapter] ?? []);
      now = await hostAfter(
        inOrder(wanted.map((bond) => planned(bond, now))).flatMap(({ entries }) => entries.map(({ step }) => step)),
      );
      for (const bond of wanted) assertIs(bond, now);
    }
    const bonds = stories.map(([bond]) => bond as BondedLink);
    now = await hostAfter(bonds.flatMap((bond) => bondedLink.plan(undefined, bondedLink.observe(now, bond, undefined))));
    assert.deepEqual(
      now.links.filter(({ type }) => type === "bond").map(({ name }) => name),
      [],
    );
    assert.deepEqual(membersOf(now), untouched);
  }

  /** Nothing is left to do, and refresh would show what was declared. */
  function assertIs(bond: BondedLink, now: Snapshot): void {
    const live = bondedLink.observe(now, bond, undefined);
    const about = JSON.stringify([bond, live?.live.data, live?.members.map(({ name, memberData }) => [name, memberData])]);
    assert.deepEqual(planned(bond, now).map(shown), [], about);
    assert.deepEqual(live && bondedLink.schema.parse(bondedLink.inputsOf(live)), bond, about);
  }

  const membersOf = ({ links }: Snapshot) =>
    links
      .filter(({ name }) => all.includes(name))
      .map(({ name, mtu, macAddress, flags, master }) => [name, mtu, macAddress, master, ...flags].join(" "));

  const bondOf = (index: number, fields: Fields): BondedLink => {
    const own = (name: string) => name.replace(/^m([01])$/, (_, which: string) => `m${2 * index + Number(which)}`);
    const {
      members = ["m0", "m1"],
      primary,
      ...rest
    } = fields as { members?: readonly (string | { device: string })[]; primary?: string };
    return parsed({
      name: `b${index}`,
      members: members.map((one) => (typeof one === "string" ? own(one) : { ...one, device: own(one.device) })),
      ...(primary !== undefined && { primary: own(primary) }),
      ...rest,
    });
  };

  /** Whether the lab's system is new enough for it. */
  function isKnown(name: OptionName): boolean {
    const { since } = optionOf(name);
    const has = (version: string, { major, minor }: Version) => isAtLeast(version, major, minor);
    return since === undefined || (has(host.kernel, since.kernel) && has(host.iproute2, since.iproute2));
  }

  const ofThisHost = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).filter(([name]) => !optionNames.includes(name as OptionName) || isKnown(name as OptionName)),
    );

  let passed = 0;
  for (const mode of modes) {
    const names = optionNames.filter((name) => applies(name, mode));
    it(`${mode}: each of ${names.length} options is set when the bond is made, changed, taken away, and read back as it was declared`, async () => {
      const known = names.filter(isKnown);
      await takeThrough(
        known.map((name, index) => {
          const [first, second, beside = {}] = values[name];
          return [{ [name]: first }, { [name]: second }, {}].map((own) =>
            bondOf(index, { mode, ...beside, ...own, ...without(name, own) }),
          );
        }),
      );
      passed += known.length;
    });
  }

  /** Without the option that it belongs to, nothing may be left of what was declared beside it. */
  const without = (name: OptionName, own: Fields): Fields => {
    if (name in own) return {};
    return Object.fromEntries([name, ...Object.keys(values[name][2] ?? {})].map((field) => [field, undefined]));
  };

  it("the mode is changed with members in place, from each to each other", async () => {
    const laden: Readonly<Record<Mode, Fields>> = {
      "balance-rr": { packetsPerSlave: 7, arpInterval: 100, arpIpTargets: ["192.0.2.1"], arpValidate: "all" },
      "active-backup": {
        primary: "m1",
        failOverMac: "follow",
        arpInterval: 100,
        arpIpTargets: ["192.0.2.2"],
        arpValidate: "backup",
      },
      "balance-xor": { xmitHashPolicy: "layer2+3", miimon: 50, updelay: 100 },
      broadcast: { miimon: 0, allSlavesActive: true },
      "802.3ad": {
        lacpRate: "fast",
        adActorSysPrio: 7,
        adUserPortKey: 9,
        adActorSystem: "02:00:00:00:00:07",
        coupledControl: false,
        minLinks: 2,
      },
      "balance-tlb": { tlbDynamicLb: false, miimon: 200, downdelay: 400, members: [{ device: "m0", prio: 3 }, "m1"] },
      "balance-alb": { lpInterval: 5, primary: "m0" },
    };
    const pairs = modes.flatMap((from) => modes.filter((to) => to !== from).map((to) => [from, to] as const));
    assert.equal(pairs.length, width);
    await takeThrough(
      pairs.map(([from, to], index) =>
        [{ mode: from, ...laden[from] }, { mode: to }, { mode: from }, { mode: to, ...laden[to] }].map((fields) =>
          bondOf(index, ofThisHost(fields)),
        ),
      ),
    );
  });

  for (const [what, history] of Object.entries(histories)) {
    it(`${what}: changed one after the other`, () => takeThrough([history.map((fields) => bondOf(0, fields))]));
  }

  it("two bonds exchange a member, and one of them its mode", async () => {
    const two = (modes: readonly [Mode, Mode], members: readonly (readonly string[])[]) =>
      members.map((own, index) => parsed({ name: `b${index}`, mode: modes[index], members: own }));
    const chapters = [
      two(
        ["active-backup", "802.3ad"],
        [
          ["m0", "m1"],
          ["m2", "m3"],
        ],
      ),
      two(
        ["active-backup", "802.3ad"],
        [
          ["m2", "m1"],
          ["m0", "m3"],
        ],
      ),
      two(
        ["balance-xor", "802.3ad"],
        [
          ["m0", "m1"],
          ["m3", "m2"],
        ],
      ),
      two(["balance-xor", "802.3ad"], [["m0"], ["m1", "m2", "m3"]]),
    ];
    await takeThrough([0, 1].map((index) => chapters.map((bonds) => bonds[index] as BondedLink)));
  });

  it("options are refused where they are said to be: in other modes, while the bond is up, while it has members", async () => {
    const name = (mode: Mode) => `b${modes.indexOf(mode)}`;
    const attempts = modes.flatMap((mode) =>
      optionNames.filter(isKnown).map((option) => {
        // The monitor that is there has to be the one that it is for.
        const [value, , beside = {}] = values[option];
        const rest = option === "arpInterval" ? {} : beside;
        const desired = {
          name: name(mode),
          mode,
          members: [],
          up: true,
          miimon: 100,
          ...rest,
          [option]: value,
        } as unknown as BondedLink;
        return { mode, option, line: setOptions(desired, [option]) };
      }),
    );
    const bonds = modes.map((mode, index) => bondOf(index, { mode }));
    const lines = bonds.flatMap((bond) => planned(bond, snapshotOf({ host }))).map(({ line }) => line);
    await batch(lines);
    for (const state of ["up", "down", "empty"] as const) {
      if (state === "down") await batch(bonds.map((bond) => `link set dev ${bond.name} down`));
      if (state === "empty") await batch(all.slice(0, 2 * bonds.length).map((member) => `link set dev ${member} nomaster`));
      const failed = await refused(attempts.map(({ line }) => line));
      const wrong = attempts.filter(({ mode, option }, index) => {
        const { when, refusedElsewhere } = optionOf(option);
        const tooEarly = (when === "down" && state === "up") || (when === "empty" && state !== "empty");
        const expected = (!applies(option, mode) && refusedElsewhere === true) || tooEarly;
        return expected !== failed.has(index);
      });
      assert.deepEqual(wrong, [], state);
    }
    await batch(bonds.map((bond) => `link del dev ${bond.name}`));
  });

  after(() => {
    const pairs = modes.flatMap((mode) => optionNames.filter((option) => applies(option, mode) && isKnown(option))).length;
    console.log(`    ${passed} of ${pairs} pairs of a mode and an option that applies`);
  });
});
