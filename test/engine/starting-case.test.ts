import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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

/** The rows of the resources in README.md's preview; a row's info goes on in the lines below it. */
function rowsInReadme(): { op: string; type: string; name: string; info: string }[] {
  const preview = readFileSync(join(__dirname, "../../README.md"), "utf8").split("$ pulumi preview\n")[1]?.split("```")[0] ?? "";
  const rows = preview.split(/^(?= [~+-] )/m).slice(1);
  return rows.map((row) => {
    const [, type = "", name = "", op = "", ...info] = words(row)
      .replace(/^[~+-] /, "")
      .split(" ");
    return { op, type, name, info: info.join(" ") };
  });
}

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

  it("previews a change and a repair just as README.md shows it", async () => {
    program.write(startingCase(5, 10));
    await gateway.sh("ip address del 203.0.113.5/32 dev adsl");
    const { code, output, steps, messages } = await program.preview();
    // The kernel has removed the route that has this address for its source, on the same device.
    await gateway.sh(
      "ip address add 203.0.113.5/32 dev adsl proto 205; ip route add 198.51.100.1 dev adsl proto 205 src 203.0.113.5",
    );
    assert.equal(code, 0, output);
    const rows = steps.filter(({ op }) => op !== "same");
    const info = ({ name, diffs }: (typeof rows)[number]) => [
      ...(diffs.length > 0 ? [`[diff: ${diffs.map((field) => `~${field}`).join(",")}]`] : []),
      ...messages.filter((message) => message.name === name).map(({ text }) => text),
    ];
    const shown = rows.map((row) => ({ op: row.op, type: row.type, name: row.name, info: info(row).join("; ") }));
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    assert.deepEqual(shown.sort(byName), rowsInReadme().sort(byName));
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

describe("The starting case's other shapes, side by side", function () {
  let gateway: Gateway;
  let program: Program;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    const source = `
      function overRouters(family, address, length, routers) {
        for (const [device, router] of Object.entries(routers)) {
          const name = device + family;
          new multipath.Address(name, { host, device, address: address + "/" + length });
          new multipath.Route(name + "-router", { host, destination: router + "/" + length, device, preferredSource: address });
        }
        new multipath.MultipathRoute("default" + family, {
          host, destination: "default", preferredSource: address,
          nextHops: Object.entries(routers).map(([device, gateway]) => ({ device, gateway, weight: device === "adsl" ? 9 : 10 })),
        });
      }
      overRouters("v4", "203.0.113.5", 32, { adsl: "10.64.1.1", bdsl: "10.64.2.1" });
      overRouters("v6", "2001:db8:113::5", 128, { adsl: "2001:db8:a::1", bdsl: "2001:db8:b::1" });`;
    program = await Program.create({ source, host: gateway.host });
    const { code, output } = await program.up();
    assert.equal(code, 0, output);
  });

  after(() => program.remove());

  async function assertShared(family: "v4" | "v6"): Promise<void> {
    const share = await gateway.shareOfAdsl(10_000, family);
    assert.ok(Math.abs(share - 9 / 19) < 0.02, `adsl carried ${(share * 100).toFixed(2)} % of the flows, 47.37 % declared`);
  }

  it("routers with private addresses on their LAN side work as well", () => assertShared("v4"));

  it("IPv6: the same address on both lines, host routes, and a weighted default", () => assertShared("v6"));

  it("leave nothing to do", async () => {
    const { code, output } = await program.preview("--expect-no-changes");
    assert.equal(code, 0, output);
  });
});
