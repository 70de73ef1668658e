import assert from "node:assert/strict";
import { type Box, startBox } from "./fixtures/box";
import { Program } from "./fixtures/program";

const rules = (from: string, mark: string): string => `
  new multipath.RoutingRule("office", { host, priority: 20600, from: "${from}", table: 601 });
  new multipath.RoutingRule("office-v6", { host, priority: 20600, from: "2001:db8:7::/48", table: 601 });
  new multipath.RoutingRule("marked", { host, priority: 20601, firewallMark: 0x100, firewallMask: 0x3f00, ${mark} });
  new multipath.RoutingRule("mail", { host, priority: 20602, ipProtocol: "tcp", destinationPorts: "25-26", inputDevice: "adsl", action: "unreachable" });
  new multipath.RoutingRule("closer", { host, family: "ipv6", priority: 20603, table: "main", suppressPrefixLength: 0 });`;

describe("Policy rules, with the real engine", function () {
  let box: Box;
  let program: Program;
  let untouched: string;

  /** Others' rules: one of the same priority, and one that says the very same. */
  const foreign = ["20600:\tfrom 203.0.113.0/24 lookup 700", "20600:\tfrom 192.0.2.0/24 lookup 601"];

  before(async () => {
    box = await startBox();
    await box.sh(
      "ip rule add priority 20600 from 203.0.113.0/24 table 700; ip rule add priority 20600 from 192.0.2.0/24 table 601",
    );
    untouched = await box.everything();
    program = await Program.create({ host: box.host, source: rules("192.0.2.0/24", "table: 602") });
  });

  after(async () => {
    program.remove();
    await box.sh("while ip rule del priority 20600; do :; done 2>/dev/null");
    await box.down();
  });

  const shown = async (family: 4 | 6): Promise<string[]> =>
    (await box.sh(`ip -${family} -N rule show`)).split("\n").filter((line) => line.startsWith("206"));

  async function succeeds(result: ReturnType<Program["up"]>) {
    const done = await result;
    assert.equal(done.code, 0, done.output);
    return done;
  }

  const inNumbers = (lines: readonly string[]) => lines.map((line) => `${line.trim()} `.replace(/(ipproto-\d+|.) $/, "$1"));

  it("land in both families, beside those of somebody else's", async () => {
    const preview = await succeeds(program.preview());
    assert.deepEqual(
      preview.messages.filter(({ name }) => name === "marked").map(({ text }) => text),
      ["ip -4 rule add priority 20601 fwmark 0x100/0x3f00 table 602 proto 205"],
    );
    await succeeds(program.up());
    assert.deepEqual(inNumbers(await shown(4)), [
      ...foreign,
      "20600:\tfrom 192.0.2.0/24 lookup 601 proto 205",
      "20601:\tfrom all fwmark 0x100/0x3f00 lookup 602 proto 205",
      "20602:\tfrom all iif adsl ipproto ipproto-6 dport 25-26 7 proto 205",
    ]);
    assert.deepEqual(inNumbers(await shown(6)), [
      "20600:\tfrom 2001:db8:7::/48 lookup 601 proto 205",
      "20603:\tfrom all lookup 254 suppress_prefixlength 0 proto 205",
    ]);
  });

  it("need nothing in a second up, and are the same after a refresh", async () => {
    const transactions = await box.transactions();
    await succeeds(program.up("--expect-no-changes"));
    await succeeds(program.refresh("--expect-no-changes"));
    assert.equal(await box.transactions(), transactions);
  });

  it("are changed by an update, whatever changes; the others stay as they are", async () => {
    program.write(rules("192.0.2.128/25", "table: 602, invert: true"));
    const { steps } = await succeeds(program.up());
    const changes = steps.filter(({ op }) => op !== "same").map(({ op, name, diffs }) => ({ op, name, diffs }));
    assert.deepEqual(
      changes.sort((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { op: "update", name: "marked", diffs: ["invert"] },
        { op: "update", name: "office", diffs: ["from"] },
      ],
    );
    assert.deepEqual(inNumbers(await shown(4)).slice(0, 4), [
      ...foreign,
      "20600:\tfrom 192.0.2.128/25 lookup 601 proto 205",
      "20601:\tnot from all fwmark 0x100/0x3f00 lookup 602 proto 205",
    ]);
    assert.equal((await shown(4)).length, 5);
    await succeeds(program.up("--expect-no-changes"));
  });

  it("come back when somebody has deleted one, and the preview says so", async () => {
    await box.sh("ip -6 rule del priority 20600");
    const { steps, messages } = await succeeds(program.preview());
    assert.deepEqual(
      steps.filter(({ op }) => op !== "same").map(({ op, name }) => [op, name]),
      [["update", "office-v6"]],
    );
    assert.deepEqual(
      messages.filter(({ name }) => name === "office-v6").map(({ text }) => text),
      ["ip -6 rule add priority 20600 from 2001:db8:7::/48 table 601 proto 205"],
    );
    await succeeds(program.up());
    assert.deepEqual(inNumbers(await shown(6))[0], "20600:\tfrom 2001:db8:7::/48 lookup 601 proto 205");
    await succeeds(program.preview("--expect-no-changes"));
  });

  it("are found by a refresh to be gone, and put back as new ones", async () => {
    await box.sh("ip -4 rule del priority 20602");
    const refreshed = await succeeds(program.refresh());
    assert.deepEqual(
      refreshed.steps.filter(({ name }) => name === "mail").map(({ op }) => op),
      ["refresh"],
    );
    assert.equal((await program.resources()).length, 4);
    await succeeds(program.up());
    await succeeds(program.preview("--expect-no-changes"));
    assert.match((await shown(4)).join("\n"), /20602:\tfrom all iif adsl/);
  });

  it("are refused where the kernel would take one for another, with the way out", async () => {
    const copy = `new multipath.RoutingRule("twin", { host, priority: 20601, firewallMark: 0x100, firewallMask: 0x3f00, table: 602 });`;
    program.write(`${rules("192.0.2.128/25", "table: 602, invert: true")}\n${copy}`);
    const { code, messages } = await program.up();
    assert.notEqual(code, 0);
    const [error] = messages.filter(({ severity, name }) => severity === "error" && name === "twin");
    assert.match(error?.text ?? "", /File exists/);
    assert.match(error?.text ?? "", /Give this one another priority/);
    program.write(rules("192.0.2.128/25", "table: 602, invert: true"));
    await succeeds(program.up());
  });

  it("go, and nothing else does: the host is as before", async () => {
    await succeeds(program.destroy());
    assert.deepEqual(inNumbers(await shown(4)), foreign);
    assert.equal(await box.everything(), untouched);
  });
});
