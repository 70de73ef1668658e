import assert from "node:assert/strict";
import { Gateway } from "../fixtures/gateway";
import { Program, type Result } from "./fixtures/program";

/** A port with a VLAN, a VLAN within that one, and what stands on them. */
const program = ({
  port = "up: true, mtu: 1450, txQueueLength: 500, group: 7",
  office = "vlanId: 10",
  inner = "vlanId: 7",
} = {}) => `
  new multipath.Link("port", { host, name: "port0", ${port} });
  new multipath.Vlan("office", { host, name: "office", device: "port0", ${office} });
  new multipath.Address("office", { host, device: "office", address: "192.0.2.1/24" });
  new multipath.Address("office6", { host, device: "office", address: "2001:db8:77::1/64", noDad: true });
  new multipath.Route("behind", { host, destination: "10.9.0.0/16", gateway: "192.0.2.9" });
  new multipath.Vlan("inner", { host, name: "inner", device: "office", ${inner} });
  new multipath.Address("inner", { host, device: "inner", address: "192.0.3.1/24" });`;

describe("A port and VLANs on it, with the real engine on the lab gateway", function () {
  this.timeout(300_000);
  let gateway: Gateway;
  let stack: Program;
  let untouched: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    // The port is not as a new one would be, so that what is set back to can't be a default. One that was never up has another qdisc.
    await gateway.sh("modprobe 8021q; ip link set port0 up; ip link set port0 down mtu 1490 txqueuelen 77 group 3");
    untouched = await gateway.everything();
    stack = await Program.create({ source: program(), host: gateway.host });
  });

  after(() => stack.remove());

  async function up(source: string, ...args: string[]): Promise<Result> {
    stack.write(source);
    const result = await stack.up(...args);
    assert.equal(result.code, 0, result.output);
    return result;
  }

  async function assertInSync(): Promise<void> {
    for (const result of [await stack.preview("--expect-no-changes"), await stack.refresh("--expect-no-changes")]) {
      assert.equal(result.code, 0, result.output);
    }
  }

  /** What stands on the VLANs. */
  const above = async (): Promise<string> =>
    (
      await gateway.sh(
        "ip -br -4 addr show dev office; ip -br -4 addr show dev inner; ip -6 -br addr show dev office to 2001:db8::/32; ip route show 10.9.0.0/16",
      )
    ).replace(/ +/g, " ");
  const allAbove =
    /office@port0 UP 192\.0\.2\.1\/24 \ninner@office UP 192\.0\.3\.1\/24 \noffice@port0 UP 2001:db8:77::1\/64 \n10\.9\.0\.0\/16 via 192\.0\.2\.9 dev office proto 205/;
  const shown = (device: string): Promise<string> => gateway.sh(`ip -d link show dev ${device}`);

  it("shows the lines in the preview and touches nothing", async () => {
    const { code, output, messages } = await stack.preview();
    assert.equal(code, 0, output);
    const lines = (name: string) => messages.filter((message) => message.name === name).map(({ text }) => text);
    assert.deepEqual(lines("port"), ["ip link set dev port0 mtu 1450 txqueuelen 500 group 7 up"]);
    assert.ok(lines("inner").includes("ip link add link office name inner type vlan id 7"), output);
    assert.equal(await gateway.everything(), untouched);
  });

  it("makes them, and a second up finds nothing to do", async () => {
    await up(program());
    assert.match(await shown("port0"), /mtu 1450 .* group 7 qlen 500/s);
    assert.match(await shown("office"), /[<,]UP[,>].* mtu 1450 .*vlan protocol 802\.1Q id 10 .*alias pulumi-multipath/s);
    assert.match(await shown("inner"), /inner@office: .*vlan protocol 802\.1Q id 7 /s);
    assert.match(await above(), allAbove);
    await up(program(), "--expect-no-changes");
    await assertInSync();
  });

  it("changes live what can be, and raises the VLANs with their port", async () => {
    const port = "up: true, mtu: 1480, txQueueLength: 400, macAddress: '02:00:00:00:10:77'";
    const office = "vlanId: 10, gvrp: true, looseBinding: true, egressQosMap: [{ from: 1, to: 5 }]";
    const { output } = await up(program({ port, office }));
    assert.doesNotMatch(output, /link del/);
    // What is no longer declared of the port is as it was found.
    assert.match(await shown("port0"), /mtu 1480 .* group 3 qlen 400.*02:00:00:00:10:77/s);
    assert.match(
      await shown("office"),
      /mtu 1480 .*02:00:00:00:10:77.*<REORDER_HDR,GVRP,LOOSE_BINDING>.*egress-qos-map \{ 1:5 \}/s,
    );
    assert.match(await shown("inner"), /mtu 1480 /);
    assert.match(await above(), allAbove);
    await up(program({ port, office }), "--expect-no-changes");
    await assertInSync();
  });

  it("makes a VLAN anew in one transaction, and all that stood on it is there again", async () => {
    const transactions = await gateway.transactions();
    const { messages } = await up(program({ office: "vlanId: 11, protocol: '802.1ad'" }));
    assert.ok(messages.some(({ name, text }) => name === "office" && text === "ip link del dev office"));
    assert.ok(!messages.some(({ severity }) => severity === "warning"), JSON.stringify(messages));
    assert.match(await shown("office"), /vlan protocol 802\.1ad id 11 .*alias pulumi-multipath/s);
    assert.match(await shown("inner"), /inner@office: .*vlan protocol 802\.1Q id 7 .*alias pulumi-multipath/s);
    assert.match(await above(), allAbove);
    // The port's fields, then the VLAN, then the one within it whose MTU follows.
    assert.ok((await gateway.transactions()) - transactions <= 3);
    await up(program({ office: "vlanId: 11, protocol: '802.1ad'" }), "--expect-no-changes");
    await assertInSync();
  });

  it("gives a VLAN another name in one transaction, though its tag is taken until then", async () => {
    const { steps } = await up(
      program({ office: "vlanId: 11, protocol: '802.1ad'" })
        .replace('name: "inner"', 'name: "within"')
        .replaceAll('device: "inner"', 'device: "within"'),
    );
    assert.deepEqual(
      steps.filter(({ op }) => op !== "same").map(({ op, name }) => [op, name]),
      [
        ["update", "inner"],
        ["update", "inner"],
      ],
    );
    assert.match(await gateway.sh("ip -br addr show dev within"), /within@office +UP .*192\.0\.3\.1\/24/);
    await assert.rejects(gateway.sh("ip link show dev inner"));
  });

  it("shows drift as the property, and repairs it", async () => {
    await gateway.sh("ip link set port0 mtu 1300; ip link set office type vlan gvrp on");
    const refresh = await stack.operation(["refresh", "--preview-only", "--non-interactive", "--diff"]);
    assert.equal(refresh.code, 0, refresh.output);
    assert.match(refresh.output, /mtu\s*: 1450 => 1300/);
    assert.match(refresh.output, /gvrp/);
    await up(program({ office: "vlanId: 11, protocol: '802.1ad'" }));
    assert.match(await shown("port0"), /mtu 1450 /);
    assert.match(await shown("office"), /mtu 1450 .*<REORDER_HDR>/s);
    await assertInSync();
  });

  for (const [what, source, message] of [
    ["a device that is missing", `Link("r", { host, name: "port9", up: true })`, /There is no device port9 on the host/],
    [
      "a VLAN that is there under another name",
      `Vlan("r", { host, name: "twin", device: "port0", vlanId: 11, protocol: "802.1ad" })`,
      /VLAN 11 is on port0 under another name/,
    ],
    ["a port that another stack declares", `Link("r", { host, name: "port0", mtu: 1400 })`, /declared by engine-test\/dev\/port/],
  ] as const) {
    it(`refuses ${what}, with what to do`, async () => {
      const before = await gateway.sh("ip link");
      const other = await Program.create({ host: gateway.host, project: "other", source: `new multipath.${source};` });
      try {
        const { code, output } = await other.up();
        assert.notEqual(code, 0);
        assert.match(output, message);
        assert.equal(await gateway.sh("ip link"), before);
      } finally {
        other.remove();
      }
    });
  }

  it("leaves the gateway as it was before, the port's MTU, queue, group and being down included", async () => {
    const { code, output } = await stack.destroy();
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /not put back/);
    assert.equal(await gateway.everything(), untouched);
  });

  it("is changed as one HostNetwork in one transaction each, in whatever order links are declared, and leaves nothing", async () => {
    const network = (mtu: number): string => `
      new multipath.HostNetwork("box", {
        host,
        links: { port: { name: "port0", up: true, mtu: ${mtu} } },
        vlans: {
          inner: { name: "inner", device: "office", vlanId: 7 },
          office: { name: "office", device: "port0", vlanId: 10 },
        },
        addresses: { inner: { device: "inner", address: "192.0.3.1/24" } },
      });`;
    const one = await Program.create({ host: gateway.host, project: "one", source: network(1450) });
    try {
      for (const [transactions, mtu] of [1450, 1480, 1400].entries()) {
        one.write(network(mtu));
        const { code, output } = await one.up();
        assert.equal(code, 0, output);
        assert.match(await shown("inner"), new RegExp(`inner@office: <[^>]*UP.* mtu ${mtu} `));
        assert.equal(await gateway.transactions(), transactions + 1);
      }
      const { code, output } = await one.destroy();
      assert.equal(code, 0, output);
      assert.equal(await gateway.everything(), untouched);
    } finally {
      one.remove();
    }
  });
});
