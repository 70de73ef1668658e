import assert from "node:assert/strict";
import { Gateway } from "../fixtures/gateway";
import { Program } from "./fixtures/program";

const startingCase = (adsl: number, bdsl: number): string => `
  for (const [device, router] of [["adsl", "198.51.100.1"], ["bdsl", "198.51.100.2"]]) {
    new multipath.Address(device, { host, device, address: "203.0.113.5/32" });
    new multipath.Route(device + "-router", { host, destination: router + "/32", device, preferredSource: "203.0.113.5" });
  }
  new multipath.MultipathRoute("default", {
    host,
    destination: "default",
    preferredSource: "203.0.113.5",
    nextHops: [
      { gateway: "198.51.100.1", device: "adsl", weight: ${adsl} },
      { gateway: "198.51.100.2", device: "bdsl", weight: ${bdsl} },
    ],
  });`;

const words = (text: string): string => text.replace(/\s+/g, " ").trim();

describe("The starting case: two ADSL lines, one weighted multipath default route", function () {
  let gateway: Gateway;
  let program: Program;
  let untouched: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    untouched = await gateway.everything();
    program = await Program.create({ project: "starting-case", source: startingCase(9, 10), host: gateway.host });
  });

  after(() => program.remove());

  it("shows the exact `ip` lines in the preview, on each resource's own row, and touches nothing", async () => {
    const { code, messages, output } = await program.preview();
    assert.equal(code, 0, output);
    const shown = (name: string) => messages.filter((message) => message.name === name).map(({ text }) => text);
    assert.deepEqual(shown("adsl"), ["ip -4 addr add 203.0.113.5/32 dev adsl proto 205"]);
    assert.deepEqual(shown("default").length, 1);
    assert.match(
      shown("default")[0] ?? "",
      /^ip -4 route add default .*proto 205 .*nexthop via 198\.51\.100\.1 dev adsl weight 9 nexthop via 198\.51\.100\.2 dev bdsl weight 10$/,
    );
    assert.equal(await gateway.everything(), untouched);
  });

  it("gives both lines the same address, each router its host route, and the LAN one weighted default", async () => {
    const { code, output, steps } = await program.up();
    assert.equal(code, 0, output);
    assert.deepEqual(
      steps.map(({ op }) => op),
      Array(5).fill("create"),
    );
    assert.equal(
      words(await gateway.sh("ip -4 -br address show dev adsl"))
        .split(" ")
        .at(-1),
      "203.0.113.5/32",
    );
    assert.equal(
      words(await gateway.sh("ip -4 -br address show dev bdsl"))
        .split(" ")
        .at(-1),
      "203.0.113.5/32",
    );
    assert.equal(
      words(await gateway.sh("ip route show 198.51.100.1")),
      "198.51.100.1 dev adsl proto 205 scope link src 203.0.113.5",
    );
    assert.equal(
      words(await gateway.sh("ip route show 198.51.100.2")),
      "198.51.100.2 dev bdsl proto 205 scope link src 203.0.113.5",
    );
    assert.equal(
      words(await gateway.sh("ip route show default proto 205")),
      "default src 203.0.113.5 nexthop via 198.51.100.1 dev adsl weight 9 nexthop via 198.51.100.2 dev bdsl weight 10",
    );
  });

  it("spreads 40,000 flows from the LAN 9 to 10, within a percentage point", async () => {
    const share = await gateway.shareOfAdsl(40_000);
    assert.ok(Math.abs(share - 9 / 19) < 0.01, `adsl carried ${(share * 100).toFixed(2)} % of the flows, 47.37 % declared`);
  });

  it("finds nothing to do in a second preview and a second up, and sends nothing", async () => {
    const [state, transactions] = [await gateway.everything(), await gateway.transactions()];
    const preview = await program.preview("--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
    const up = await program.up("--expect-no-changes");
    assert.equal(up.code, 0, up.output);
    assert.deepEqual(
      up.steps.map(({ op }) => op),
      Array(5).fill("same"),
    );
    assert.equal(await gateway.transactions(), transactions);
    assert.equal(await gateway.everything(), state);
  });

  it("changes a weight in place, by one atomic replace", async () => {
    program.write(startingCase(5, 10));
    await gateway.sh("rm -f /run/monitor; setsid ip -4 monitor route >/run/monitor 2>&1 & echo $! >/run/monitor.pid; sleep 0.3");
    const { code, output, steps } = await program.up();
    assert.equal(code, 0, output);
    assert.deepEqual(
      steps.filter(({ op }) => op !== "same"),
      [{ op: "update", name: "default", type: "pulumi-nodejs:dynamic/multipath:Route", diffs: ["nextHops"] }],
    );
    const events = (
      await gateway.sh("sleep 0.3; kill $(cat /run/monitor.pid); cat /run/monitor; rm /run/monitor /run/monitor.pid")
    )
      .split("\n")
      .filter((line) => /^\S/.test(line));
    assert.equal(events.length, 1, `expected one event of a replace, saw:\n${events.join("\n")}`);
    assert.match(words(await gateway.sh("ip route show default proto 205")), /weight 5 .*weight 10$/);
    const share = await gateway.shareOfAdsl(10_000);
    assert.ok(Math.abs(share - 5 / 15) < 0.015, `adsl carried ${(share * 100).toFixed(2)} %, a third declared`);
  });

  it("shows a change made by hand in the preview with its `ip` line, in refresh as the property, and repairs it", async () => {
    await gateway.sh(
      "ip route replace default proto 205 src 203.0.113.5 nexthop via 198.51.100.1 dev adsl weight 77 nexthop via 198.51.100.2 dev bdsl weight 10",
    );
    const preview = await program.preview();
    assert.deepEqual(
      preview.steps.filter(({ op }) => op !== "same").map(({ op, name }) => [op, name]),
      [["update", "default"]],
    );
    assert.match(
      preview.messages.find(({ name }) => name === "default")?.text ?? "",
      /^ip -4 route replace default .* weight 5 .* weight 10$/,
    );

    const refresh = await program.operation(["refresh", "--preview-only", "--non-interactive", "--diff"]);
    assert.equal(refresh.code, 0, refresh.output);
    assert.match(refresh.output, /weight\s*: 5 => 77|77/);

    const up = await program.up();
    assert.equal(up.code, 0, up.output);
    assert.match(words(await gateway.sh("ip route show default proto 205")), /weight 5 .*weight 10$/);
    assert.equal((await program.preview("--expect-no-changes")).code, 0);
  });

  it("leaves the gateway as it was before, down to the files, after destroy", async () => {
    const { code, output } = await program.destroy();
    assert.equal(code, 0, output);
    assert.equal(await gateway.everything(), untouched);
  });
});

describe("The starting case's other shapes", function () {
  let gateway: Gateway;
  let program: Program;

  before(async () => {
    gateway = await Gateway.up();
  });

  beforeEach(() => gateway.reset());

  afterEach(() => program.remove());

  const overRouters = (address: string, length: number, routers: Record<string, string>): string => `
    const routers = ${JSON.stringify(routers)};
    for (const [device, router] of Object.entries(routers)) {
      new multipath.Address(device, { host, device, address: "${address}/${length}" });
      new multipath.Route(device + "-router", { host, destination: router + "/${length}", device, preferredSource: "${address}" });
    }
    new multipath.MultipathRoute("default", {
      host, destination: "default", preferredSource: "${address}",
      nextHops: Object.entries(routers).map(([device, gateway]) => ({ device, gateway, weight: device === "adsl" ? 9 : 10 })),
    });`;

  async function up(source: string): Promise<void> {
    program = await Program.create({ source, host: gateway.host });
    const { code, output } = await program.up();
    assert.equal(code, 0, output);
    const preview = await program.preview("--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  }

  it("routers with private addresses on their LAN side work as well", async () => {
    await up(overRouters("203.0.113.5", 32, { adsl: "10.64.1.1", bdsl: "10.64.2.1" }));
    const share = await gateway.shareOfAdsl(10_000);
    assert.ok(Math.abs(share - 9 / 19) < 0.02, `adsl carried ${(share * 100).toFixed(2)} % of the flows, 47.37 % declared`);
  });

  it("IPv6: the same address on both lines, host routes, and a weighted default", async () => {
    await up(overRouters("2001:db8:113::5", 128, { adsl: "2001:db8:a::1", bdsl: "2001:db8:b::1" }));
    const share = await gateway.shareOfAdsl(10_000, "v6");
    assert.ok(Math.abs(share - 9 / 19) < 0.02, `adsl carried ${(share * 100).toFixed(2)} % of the flows, 47.37 % declared`);
  });
});
