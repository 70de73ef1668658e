import assert from "node:assert/strict";
import { painter } from "../../../cli/drawing";
import { explainQuestion, factsOf } from "../../../cli/explain-question";
import { explanationText } from "../../../cli/explain-text";
import { type Explanation, explanationOf } from "../../../cli/explanation";
import { parseFlow } from "../../../cli/flow";
import { askOver } from "../../../cli/question";
import type { Connection } from "../../../provider/transport/connection";
import { pages } from "../../fixtures/documentation";
import { namespacesWork } from "../../fixtures/namespace";
import { type Box, namespace } from "../commit/box";
import { conntrack, twoLines } from "./two-lines";

describe("pulumi-multipath explain, in a network namespace", function () {
  this.timeout(60_000);
  let on: Box;
  let connection: Connection;

  before(async function () {
    if (!namespacesWork()) this.skip();
    on = await namespace();
    connection = await on.connect();
    await on.sh(twoLines);
  });

  after(() => on.down());

  const explain = async (flow: string): Promise<Explanation> => {
    const parsed = parseFlow(flow);
    return explanationOf(factsOf(parsed, await askOver(connection, explainQuestion(parsed))));
  };
  const text = async (flow: string) =>
    explanationText(await explain(flow), { now: Date.now() / 1000, columns: 80, paint: painter(false) });
  const refused = async (flow: string) => {
    const { result } = await explain(flow);
    assert.equal(result.kind, "refused");
    return result.kind === "refused" ? result.because.join("; ") : "";
  };

  it("finds the device that a flow comes in by, the rules that it meets, the route and the share of each next hop", async () => {
    const { incoming, rules, result } = await explain("tcp 172.20.0.10:40000 -> 198.18.0.7:443");
    assert.equal(incoming, "lan");
    assert.deepEqual(
      rules.map(({ priority, outcome, found }) => [priority, outcome, found]),
      [
        [0, "nothing", undefined],
        [20500, "passed over", "default"],
        [32766, "taken", "default"],
      ],
    );
    assert.ok(result.kind === "sent");
    assert.deepEqual(result.route, {
      ...{ destination: "default", table: 254, metric: 0 },
      resource: { kind: "Route", name: "uplink", project: "network", stack: "prod" },
    });
    assert.deepEqual(
      result.hops.map(({ device, share, leftOut }) => [device, Math.round(share * 100), leftOut]),
      [
        ["adsl", 47, false],
        ["bdsl", 53, false],
      ],
    );
    assert.match(result.hash ?? "", /^a hash of addresses and ports/);
    assert.equal(result.line?.name, result.device);
  });

  it("names the next hop that the kernel takes, flow by flow, as `ip route get` does", async () => {
    const taken = new Set<string>();
    for (let port = 40000; port < 40010; port++) {
      const { result } = await explain(`tcp 172.20.0.10:${port} -> 198.18.0.7:443`);
      assert.ok(result.kind === "sent");
      assert.deepEqual(
        result.hops.filter(({ chosen }) => chosen).map(({ device }) => device),
        [result.device],
      );
      const kernel = await on.sh(`ip route get 198.18.0.7 from 172.20.0.10 iif lan ipproto 6 sport ${port} dport 443`);
      assert.ok(kernel.includes(` dev ${result.device} `), kernel);
      taken.add(result.device ?? "");
    }
    assert.deepEqual([...taken].sort(), ["adsl", "bdsl"]);
  });

  it("follows a mark to the table of its line, and names the rule's resource", async () => {
    const { mark, rules, result } = await explain("tcp 172.20.0.10:40000 -> 198.18.0.7:443 mark 0x200");
    assert.deepEqual(mark, { value: 0x200, from: "the flow as given", line: "bdsl" });
    assert.deepEqual(
      [rules.at(-1)?.priority, rules.at(-1)?.selectors, rules.at(-1)?.resource?.name],
      [20502, "fwmark 0x200/0x3f00", "pinned-bdsl"],
    );
    assert.ok(result.kind === "sent");
    assert.deepEqual([result.route.table, result.device], [20502, "bdsl"]);
  });

  it("says what the host itself sends, with which source, and what is for the host", async () => {
    const own = await explain("198.18.0.7");
    assert.equal(own.incoming, undefined);
    assert.ok(own.result.kind === "sent");
    assert.match(own.result.preferredSource ?? "", /^203\.0\.113\.[56]$/);
    assert.equal((await explain("tcp 172.20.0.10:1 -> 203.0.113.5:22")).result.kind, "to the host itself");
    assert.equal((await explain("tcp 172.20.0.1:1 -> 172.20.0.10:22")).incoming, undefined);
  });

  it("says why a packet is dropped", async () => {
    assert.match(
      await refused("tcp 172.20.0.10:1 -> 198.18.0.7:443 mark 0x100"),
      /^table 20501 has `unreachable default`, and no other route there$/,
    );
    assert.match(await refused("172.20.0.10 -> 198.18.99.1"), /^table main has `prohibit 198\.18\.99\.0\/24`$/);
    assert.match(await refused("2001:db8:20::7 -> 2001:db8:99::1"), /no table has a route there/);
    assert.match(await refused("172.20.0.10 -> 198.18.0.7 from wan9"), /the host has no device wan9/);
    await on.sh("echo 0 >/proc/sys/net/ipv4/conf/lan/forwarding");
    assert.match(await refused("172.20.0.10 -> 198.18.0.7"), /conf\/lan\/forwarding is 0: what comes in by lan is not forwarded/);
    await on.sh("echo 1 >/proc/sys/net/ipv4/conf/lan/forwarding; echo 1 >/proc/sys/net/ipv4/conf/lan/rp_filter");
    assert.match(
      await refused("192.0.2.99 -> 198.18.0.7 from lan"),
      /the way back to 192\.0\.2\.99 is not by lan, and rp_filter is 1/,
    );
    await on.sh("echo 0 >/proc/sys/net/ipv4/conf/lan/rp_filter");
  });

  it("draws that as docs/commands.md shows it", async () => {
    const { blocks } = pages().find(({ path }) => path === "docs/commands.md") ?? { blocks: [] };
    const { text: shown = "" } = blocks.find((block) => block.text.startsWith("$ npx pulumi-multipath explain ")) ?? {};
    // Which of the two it is depends on the kernel's hash.
    const either = (words: string) =>
      words
        .replaceAll("→", " ")
        .replace(/^ {2}line [ab]dsl is up for .*$/m, "line")
        .replace(/leaves by [ab]dsl to \S+/, "leaves");
    const [, ...drawn] = shown.split("\n");
    assert.equal(either(await text("tcp 172.20.0.10:40000 -> 198.18.0.7:443")), either(`${drawn.join("\n")}\n`));
  });

  it("takes the mark of a connection that is known for the packets' own where a ConnectionPinning of ours does so", async () => {
    const flow = "tcp 172.20.0.10:40000 -> 198.18.0.7:443";
    const known = await conntrack(on);
    if (!known) return;
    const without = await explain(flow);
    assert.deepEqual([without.mark.value, without.connection?.mark, without.connection?.pinnedTo], [0, 512, "bdsl"]);
    assert.match(await text(flow), /no ConnectionPinning there makes that the packets' own/);
    await on.sh(
      "echo connection-pinning line bdsl number 2 masquerade 1 >/etc/pulumi-multipath/current/objects.d/50-ConnectionPinning-uplink",
    );
    const { mark, result, connection: entry } = await explain(flow);
    assert.deepEqual(
      [mark.from, mark.line, entry?.answersTo, entry?.state],
      ["the connection", "bdsl", "203.0.113.6", "ESTABLISHED"],
    );
    assert.ok(result.kind === "sent" && result.route.table === 20502);
    assert.match(await text(flow), /its connection is known here \(ESTABLISHED\) with mark 0x200: it belongs to line\s+bdsl$/m);
    assert.match(await text(flow), /leaves by bdsl to 198\.51\.100\.2; answers come to 203\.0\.113\.6$/m);
    await on.sh("sed -i 's/^line bdsl up/line bdsl down/' /run/pulumi-multipath/lines/health");
    assert.equal((await explain(flow)).mark.value, 0);
    assert.match(await text(flow), /^ {2}line bdsl is down, so it takes another way meanwhile$/m);
    await on.sh("sed -i 's/^line bdsl down/line bdsl up/' /run/pulumi-multipath/lines/health");
  });

  it("draws all that in 80 columns, the chosen way marked", async () => {
    const shown = await text("tcp 172.20.0.10:40001 -> 198.18.0.7:443");
    assert.ok(
      shown.split("\n").every((line) => line.length <= 80),
      shown,
    );
    assert.match(shown, /^tcp 172\.20\.0\.10:40001 -> 198\.18\.0\.7:443\n {2}comes in by lan\n/);
    assert.match(shown, /^ {2}→ via 198\.51\.100\.[12] dev [ab]dsl {2,}weight \d+, \d+ %$/m);
    assert.match(shown, /^ {2}line [ab]dsl is up for /m);
    assert.match(shown, /^ {2}leaves by [ab]dsl to 198\.51\.100\.[12]$/m);
  });
});
