/** What a person does to a gateway by the commands, and what the next preview says of it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Explanation } from "../../cli/explanation";
import type { Status } from "../../cli/status-question";
import { Gateway } from "../fixtures/gateway";
import { Laptop } from "../lab/cli/laptop";
import { Program } from "./fixtures/program";

const source = (adsl: number, bdsl: number, pinning = ""): string => `
  const line = (name, router, weight) => ({ name, device: name, router, address: "203.0.113.5/32", weight });
  new multipath.BondedUplink("uplink", {
    host,
    lines: [line("adsl", "198.51.100.1", ${adsl}), line("bdsl", "198.51.100.2", ${bdsl})],
    targets: ["198.18.0.1", "198.18.0.2"],
    pinning: { ${pinning} },
    monitor: { intervalSeconds: 1 },
  });`;

describe("The commands, with the real engine and the line monitor on the lab gateway", function () {
  this.timeout(400_000);
  let gateway: Gateway;
  let program: Program;
  let laptop: Laptop;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    laptop = new Laptop(gateway);
    program = await Program.create({ source: source(9, 10), host: gateway.host });
    const { code, output } = await program.up();
    assert.equal(code, 0, output);
    await gateway.sh(
      "n=0; until grep -q '^target adsl .* alive [0-9]* [0-9]* [0-9]' /run/pulumi-multipath/lines/targets; do n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done",
    );
  });

  after(async () => {
    program.remove();
    laptop.close();
    await gateway.reset();
  });

  /** Kept for the documentation with COMMANDS_OUTPUT=FILE. */
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await laptop.run(...args, "--become");
    const file = process.env.COMMANDS_OUTPUT;
    if (file) writeFileSync(file, `$ npx pulumi-multipath ${args.join(" ")}\n${stdout}${stderr}\n`, { flag: "a" });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const defaultRoute = async () => (await gateway.sh("ip route show default proto 205")).replace(/\s+/g, " ");
  const remarks = async (...args: string[]): Promise<string> => {
    const { code, output } = await program.preview(...args);
    assert.equal(code, 0, output);
    return output;
  };

  it("status shows both lines as the monitor sees them", async () => {
    assert.match(
      await run("status", "gw"),
      /^● adsl {5}up [^]*^ {4}icmp 198\.18\.0\.1 +\d[^]*^● bdsl {5}up [^]*^ {2}default: adsl weight 9 \(47 %\), bdsl weight 10 \(53 %\)$/m,
    );
    const { lines, monitorAlive } = JSON.parse(await run("status", "gw", "--json")) as Status;
    assert.deepEqual(
      [lines.map(({ health, targets }) => [health?.state, targets.length]), monitorAlive],
      [
        [
          ["up", 2],
          ["up", 2],
        ],
        true,
      ],
    );
    const page = join(laptop.home, "lines.html");
    await run("status", "gw", "--html", page);
    assert.match(readFileSync(page, "utf8"), /<path class="rtt"/);
  });

  it("explain says why a flow takes the line that it takes, and names the resource", async () => {
    await run("explain", "gw", "tcp 172.20.0.10:40000 -> 198.18.0.7:443");
    const { result } = JSON.parse(await run("explain", "gw", "tcp 172.20.0.10:40000 -> 198.18.0.7:443", "--json")) as Explanation;
    assert.ok(result.kind === "sent");
    assert.equal(result.route.resource?.name, "uplink");
    assert.deepEqual(
      result.hops.map(({ line }) => line),
      ["adsl", "bdsl"],
    );
    assert.equal(result.line?.state, "up");
  });

  it("explain says by which line a connection goes on, as long as it lasts", async () => {
    const flow = "tcp 172.20.0.10:40000 -> 198.18.0.7:5201";
    await gateway.sh("ip netns exec internet iperf3 -s -D -1 >/dev/null 2>&1");
    await gateway.lab.exec(
      "client",
      "(iperf3 -c 198.18.0.7 --cport 40000 -b 8k -l 100 -t 60 >/dev/null 2>&1 & ) ; n=0; until ss -Htn state established dport 5201 | grep -q :40000; do n=$((n + 1)); [ $n -lt 100 ] || exit 1; sleep 0.1; done",
    );
    await gateway.sh(
      "n=0; until conntrack -L -p tcp --orig-port-src 40000 2>/dev/null | grep -q 'mark=[1-9]'; do n=$((n + 1)); [ $n -lt 100 ] || exit 1; sleep 0.1; done",
    );
    const { connection, mark, result } = JSON.parse(await run("explain", "gw", flow, "--json")) as Explanation;
    assert.ok(result.kind === "sent");
    assert.equal(mark.from, "the connection");
    assert.deepEqual([result.device, result.line?.name], [connection?.pinnedTo, mark.line]);
    assert.equal(result.route.table, mark.line === "adsl" ? 20501 : 20502);
    assert.match(await run("explain", "gw", flow), new RegExp(`it belongs to line\\s+${mark.line}`));
    await gateway.sh("pkill iperf3 || :");
  });

  it("drain takes a line out of the route: no difference, but the next preview says so", async () => {
    await run("drain", "gw", "bdsl");
    assert.match(await defaultRoute(), /^default via 198\.51\.100\.1 dev adsl/);
    assert.match(await run("status", "gw"), /^◌ bdsl {5}drained [^]*bdsl left out$/m);
    assert.match(await remarks("--expect-no-changes"), /line bdsl is drained since .* UTC \(by \S+@\S+\)/);
    await run("drain", "gw", "bdsl", "--end");
    assert.match(await defaultRoute(), /dev adsl weight 9 .*dev bdsl weight 10/);
  });

  it("pause keeps the monitor's hands off, and the next preview says so", async () => {
    await run("pause", "gw", "--for", "10m");
    await gateway.sh(
      "lab-line bdsl fail silent; n=0; until grep -q 'target bdsl .* dead' /run/pulumi-multipath/lines/targets; do n=$((n + 1)); [ $n -lt 60 ] || exit 1; sleep 0.3; done",
    );
    assert.match(await defaultRoute(), /dev adsl weight 9 .*dev bdsl weight 10/);
    assert.match(await remarks(), /the line monitor is paused since .* UTC \(by \S+@\S+\), until /);
    await run("pause", "gw", "--end");
    await gateway.sh(
      "n=0; until ip -o route show default proto 205 | grep -q '^default via 198.51.100.1 dev adsl'; do n=$((n + 1)); [ $n -lt 100 ] || exit 1; sleep 0.1; done; lab-line bdsl restore",
    );
    await gateway.sh(
      "n=0; until grep -q 'line bdsl up' /run/pulumi-multipath/lines/health; do n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done",
    );
  });

  it("undo takes back the last `pulumi up`; the next preview shows the difference, and `up` makes the change again", async () => {
    program.write(source(3, 10));
    assert.equal((await program.up()).code, 0);
    assert.match(await defaultRoute(), /dev adsl weight 3 /);
    assert.match(await run("undo", "gw", "--yes"), /^Change \d+ of gw is taken back, and confirmed over a new connection\.$/m);
    assert.match(await defaultRoute(), /dev adsl weight 9 .*dev bdsl weight 10/);
    const { output } = await program.preview();
    assert.match(output, /route replace default .*dev adsl weight 3/);
    assert.match(await run("history", "gw"), /^ *\d+ {2}\S+Z {2}\S+@\S+ +takes back change \d+: /m);
    const { code, output: again } = await program.up();
    assert.equal(code, 0, again);
    assert.match(await defaultRoute(), /dev adsl weight 3 /);
    assert.match(await remarks("--expect-no-changes"), /unchanged/);
  });

  it("undo takes back how connections are kept on their lines, the table and the file", async () => {
    const table = () => gateway.sh("nft -s list table inet pulumi_multipath");
    const before = await table();
    program.write(source(3, 10, "clampMss: true"));
    const { code, output } = await program.up();
    assert.equal(code, 0, output);
    assert.match(await table(), /maxseg/);
    await run("undo", "gw", "--yes");
    assert.equal(await table(), before);
    const preview = await program.preview();
    assert.deepEqual(
      preview.steps.filter(({ op }) => op !== "same").map(({ op, name }) => [op, name]),
      [["update", "uplink-pinning"]],
      preview.output,
    );
    assert.match(preview.output, /nft add rule inet pulumi_multipath .*maxseg/);
    assert.equal((await program.up()).code, 0);
    assert.match(await table(), /maxseg/);
    assert.match(await remarks("--expect-no-changes"), /unchanged/);
  });
});
