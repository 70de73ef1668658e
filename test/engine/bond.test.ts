import assert from "node:assert/strict";
import { Gateway } from "../fixtures/gateway";
import { settled } from "../lab/commit/box";
import { Program, type Result } from "./fixtures/program";

/** An LACP bond, and in one more transaction what a gateway has on one: addresses, routes, a VLAN with its own. */
const program = ({
  bond = `name: "bond0", mode: "802.3ad", members: ["port0", "port1"], lacpRate: "fast", xmitHashPolicy: "layer3+4"`,
  on = "bond0",
} = {}) => `
  const bond = new multipath.BondedLink("lag", { host, ${bond} });
  new multipath.HostNetwork("above", {
    host,
    vlans: { office: { name: "office", device: "${on}", vlanId: 10 } },
    addresses: {
      lag: { device: "${on}", address: "192.0.2.1/24" },
      lag6: { device: "${on}", address: "2001:db8:77::1/64", noDad: true },
      office: { device: "office", address: "192.0.3.1/24" },
    },
    routes: {
      behind: { destination: "10.9.0.0/16", gateway: "192.0.2.2" },
      behind6: { destination: "2001:db8:78::/48", gateway: "2001:db8:77::2" },
      office: { destination: "10.10.0.0/16", gateway: "192.0.3.2" },
    },
  }, { dependsOn: bond });`;

const options = (more: string, members = `["port0", "port1"]`) =>
  program({ bond: `name: "bond0", mode: "802.3ad", members: ${members}, ${more}` });
const activeBackup = (more = "") => program({ bond: `name: "bond0", mode: "active-backup", members: ["port0", "port1"]${more}` });

describe("A bond to a switch, with the real engine on the lab gateway", function () {
  this.timeout(300_000);
  let gateway: Gateway;
  let stack: Program;
  let untouched: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    await gateway.sh("modprobe -a 8021q bonding; for port in 0 1 2 3; do ip link set port$port up; done; ip link set port2 down");
    await inSwitch("bond mode 802.3ad miimon 100 lacp_rate fast");
    untouched = await everything();
    stack = await Program.create({ source: program(), host: gateway.host });
  });

  after(() => stack.remove());

  /** Of the kernel's own routes each port has one, in the order in which the ports came up. */
  async function everything(): Promise<string> {
    await settled(gateway);
    return (await gateway.everything()).split("\n").toSorted().join("\n");
  }

  /** The switch's ends of port0 and port1, as one link of LACP or as two of its ports, with a host and a VLAN behind them. */
  async function inSwitch(kind: "bond mode 802.3ad miimon 100 lacp_rate fast" | "bridge"): Promise<void> {
    const lines = [
      `link add lag address 02:00:00:00:11:0f type ${kind}`,
      ...["port0", "port1"].flatMap((port) => [`link set ${port} down`, `link set ${port} master lag`, `link set ${port} up`]),
      "link set lag up",
      "addr add 192.0.2.2/24 dev lag",
      "addr add 2001:db8:77::2/64 dev lag nodad",
      "link add link lag name office type vlan id 10",
      "link set office up",
      "addr add 192.0.3.2/24 dev office",
    ];
    const script = `ip link del lag 2>/dev/null; ip -batch - <<'X'\n${lines.join("\n")}\nX`;
    const { code, stderr } = await gateway.lab.exec("switch", script);
    assert.equal(code, 0, stderr);
  }

  async function up(source: string, args: readonly string[] = [], expected = /^$/): Promise<Result> {
    stack.write(source);
    const result = await stack.up(...args);
    assert.equal(result.code, 0, result.output);
    const warnings = result.messages.filter(({ severity }) => severity === "warning").map(({ text }) => text);
    assert.deepEqual(
      warnings.filter((text) => !expected.test(text)),
      [],
    );
    return result;
  }

  async function assertInSync(): Promise<void> {
    for (const result of [await stack.preview("--expect-no-changes"), await stack.refresh("--expect-no-changes")]) {
      assert.equal(result.code, 0, result.output);
    }
  }

  const linesOf = ({ messages }: Result) =>
    messages.filter(({ name, text }) => name === "lag" && text.startsWith("ip ")).map(({ text }) => text);

  /** Everything that stands on the bond, as it is declared. */
  async function assertAbove(on = "bond0"): Promise<void> {
    const found = await gateway.sh(
      `ip -4 -br addr show dev ${on}; ip -6 -br addr show dev ${on} to 2001:db8::/32; ip -4 -br addr show dev office
       ip route show proto 205; ip -6 route show proto 205`,
    );
    assert.deepEqual(
      found.split("\n").map((line) => line.trim().replace(/\s+/g, " ")),
      [
        `${on} UP 192.0.2.1/24`,
        `${on} UP 2001:db8:77::1/64`,
        `office@${on} UP 192.0.3.1/24`,
        `10.9.0.0/16 via 192.0.2.2 dev ${on}`,
        `10.10.0.0/16 via 192.0.3.2 dev office`,
        `2001:db8:78::/48 via 2001:db8:77::2 dev ${on} metric 512 pref medium`,
        "",
      ],
    );
  }

  const shown = (device: string): Promise<string> => gateway.sh(`ip -d link show dev ${device}`);

  /** The other end answers through the bond, and over the VLAN on it, within half a minute. */
  const assertReaches = () =>
    gateway.sh(
      "for host in 192.0.2.2 192.0.3.2 2001:db8:77::2; do ping -n -q -c 1 -i 0.2 -w 30 $host >/dev/null || { echo $host; exit 1; }; done",
    );

  it("shows the lines in the preview and touches nothing", async () => {
    const result = await stack.preview();
    assert.equal(result.code, 0, result.output);
    assert.deepEqual(linesOf(result), [
      "ip link add name bond0 address 02:00:00:00:10:00 type bond mode 802.3ad miimon 100 xmit_hash_policy layer3+4 lacp_rate fast",
      "ip link set dev bond0 alias pulumi-multipath",
      "ip link set dev port0 down",
      "ip link set dev port0 master bond0",
      "ip link set dev port1 down",
      "ip link set dev port1 master bond0",
      "ip link set dev bond0 up",
    ]);
    assert.equal(await everything(), untouched);
  });

  it("is made, agrees with the switch, and a second up finds nothing to do", async () => {
    await up(program());
    await assertAbove();
    await assertReaches();
    assert.match(await shown("bond0"), /link\/ether 02:00:00:00:10:00 .* ad_num_ports 2 .* ad_partner_mac 02:00:00:00:11:0f/s);
    await up(program(), ["--expect-no-changes"]);
    await assertInSync();
  });

  it("changes live what can be, and nothing that stands on it notices", async () => {
    const before = await gateway.sh("ip -4 route show table all; ip addr show dev office");
    const { output } = await up(options(`lacpRate: "fast", xmitHashPolicy: "layer2+3", minLinks: 1, updelay: 200, mtu: 1500`));
    assert.doesNotMatch(output, /bond0 down|nomaster/);
    assert.match(await shown("bond0"), /updelay 200 .*xmit_hash_policy layer2\+3 .*min_links 1 /s);
    assert.equal(await gateway.sh("ip -4 route show table all; ip addr show dev office"), before);
    await assertInSync();
  });

  it("takes the bond down for what is taken only then, and all that went is there again", async () => {
    const result = await up(options(`lacpRate: "slow", xmitHashPolicy: "layer3+4"`));
    assert.deepEqual(linesOf(result), [
      "ip link set dev bond0 down",
      "ip link set dev bond0 type bond updelay 0 xmit_hash_policy layer3+4 min_links 0 lacp_rate slow",
      "ip link set dev bond0 up",
    ]);
    await assertAbove();
    await assertReaches();
    await assertInSync();
  });

  it("changes the mode with members in place, and all that went is there again, its MAC address too", async () => {
    await inSwitch("bridge");
    await up(activeBackup(`, primary: "port1", failOverMac: "follow"`));
    await assertAbove();
    await assertReaches();
    assert.match(
      await shown("bond0"),
      /link\/ether 02:00:00:00:10:00 .*mode active-backup .*primary port1 .*fail_over_mac follow/s,
    );
    await assertInSync();
    await up(activeBackup());
    await assertAbove();
    assert.match(
      await shown("bond0"),
      /link\/ether 02:00:00:00:10:00 .*mode active-backup (?!.* primary port).*fail_over_mac none/s,
    );
    await assertInSync();
  });

  it("gets a member and loses one, which is left up or down as it was", async () => {
    await up(
      program({
        bond: `name: "bond0", mode: "active-backup", members: ["port0", "port2", { device: "port3", prio: 5 }], mtu: 1400`,
      }),
    );
    assert.match(await shown("port3"), /<[^>]*SLAVE,UP.* mtu 1400 .* master bond0 .*bond_slave .* prio 5 /s);
    assert.match(await shown("port1"), /<[^>]*,UP[,>].* mtu 1500 (?!.*master)/s);
    await assertAbove();
    await assertInSync();
    await up(activeBackup());
    assert.match(await shown("port2"), /<BROADCAST,MULTICAST> mtu 1500 (?!.*master)/s);
    assert.match(await shown("port3"), /<[^>]*,UP[,>].* mtu 1500 (?!.*master)/s);
    await assertAbove();
    await assertInSync();
  });

  it("gets another name in one transaction, with its members and all that stands on it", async () => {
    const renamed = `name: "uplink", mode: "active-backup", members: ["port0", "port1"]`;
    // Of the routes over the old one, which the next transaction brings back over the new one.
    const gone = /could not be put back: ip -[46] route .* dev (bond0|uplink|office) /;
    await up(program({ bond: renamed, on: "uplink" }), [], gone);
    await assertAbove("uplink");
    await assertReaches();
    await assert.rejects(gateway.sh("ip link show dev bond0"));
    assert.match(await shown("uplink"), /link\/ether 02:00:00:00:10:00 /);
    await assertInSync();
    await up(activeBackup(), [], gone);
    await assertAbove();
  });

  it("shows drift as the property, and repairs it", async () => {
    await gateway.sh("ip link set port1 nomaster; ip link set bond0 type bond miimon 50; ip link set bond0 mtu 1450");
    const refresh = await stack.operation(["refresh", "--preview-only", "--non-interactive", "--diff"]);
    assert.equal(refresh.code, 0, refresh.output);
    assert.match(refresh.output, /miimon\s*: 100 => 50/);
    assert.match(refresh.output, /mtu\s*: 1450/);
    assert.match(refresh.output, /members/);
    await up(activeBackup());
    assert.match(await shown("port1"), / mtu 1500 .* master bond0 /s);
    await assertAbove();
    await assertInSync();
  });

  it("is not removed with a foreign VLAN on it, which is named", async () => {
    await gateway.sh("ip link add link bond0 name guests type vlan id 20");
    stack.write("");
    const { code, output } = await stack.up();
    assert.notEqual(code, 0);
    assert.match(output, /guests stands on bond0, is not ours, and would go with it/);
    await gateway.sh("ip link del dev guests; ip link show dev bond0");
    await up(activeBackup());
    await assertAbove();
  });

  for (const [what, source, message] of [
    [
      "a device that is missing",
      `name: "bond1", mode: "active-backup", members: ["port9"]`,
      /There is no device port9 on the host/,
    ],
    ["another link's name", `name: "adsl", mode: "active-backup", members: ["port3"]`, /There is another link named adsl/],
    [
      "a member of a foreign bond",
      `name: "bond1", mode: "active-backup", members: ["port3"]`,
      /port3 is a member of theirs already/,
    ],
  ] as const) {
    it(`refuses ${what}, with what to do`, async () => {
      await gateway.sh("ip link del theirs 2>/dev/null; ip link set port3 up");
      if (what.includes("foreign"))
        await gateway.sh(
          "ip link add theirs type bond mode active-backup; ip link set port3 down; ip link set port3 master theirs",
        );
      const before = await gateway.sh("ip link");
      const other = await Program.create({
        host: gateway.host,
        project: "other",
        source: `new multipath.BondedLink("r", { host, ${source} });`,
      });
      try {
        const { code, output } = await other.up();
        assert.notEqual(code, 0);
        assert.match(output, message);
        assert.equal(await gateway.sh("ip link"), before);
      } finally {
        other.remove();
        await gateway.sh("ip link del theirs 2>/dev/null; ip link set port3 up");
      }
    });
  }

  it("leaves the gateway as it was before, its ports as they were", async () => {
    const { code, output } = await stack.destroy();
    assert.equal(code, 0, output);
    assert.equal(await everything(), untouched);
  });
});
