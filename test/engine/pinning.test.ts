import assert from "node:assert/strict";
import { type Box, startBox } from "./fixtures/box";
import { Program } from "./fixtures/program";

const pinning = (fields: string) => `
  new multipath.ConnectionPinning("connections", { host, lines: [
    { name: "adsl", device: "adsl", masquerade: true },
    { name: "bdsl", device: "bdsl" },
  ], ${fields} });`;

describe("Pinned connections, with the real engine", function () {
  let box: Box;
  let program: Program | undefined;

  before(async function () {
    box = await startBox();
    if ((await box.sh("command -v nft >/dev/null && nft list ruleset >/dev/null && echo works; :")) === "") this.skip();
  });

  after(async () => {
    program?.remove();
    await box.down();
  });

  async function succeeds(result: ReturnType<Program["up"]>) {
    const done = await result;
    assert.equal(done.code, 0, done.output);
    return done;
  }
  const table = () => box.sh("nft -s list table inet pulumi_multipath");

  it("land in one transaction, change, are mended, and leave nothing behind", async () => {
    await box.sh("nft 'add table inet filter; add chain inet filter input { type filter hook input priority 0; }'");
    const untouched = await box.everything();
    const gateway = (program = await Program.create({ host: box.host, source: pinning("") }));
    const { output } = await succeeds(gateway.up());
    for (const line of [
      "ip -4 rule add priority 20501 fwmark 0x100/0x3f00 table 20501 proto 205",
      'nft add rule inet pulumi_multipath nat meta nfproto ipv4 oifname "adsl" masquerade',
    ])
      assert.ok(output.includes(line), output);
    assert.equal(await box.transactions(), 1);
    const first = await table();
    await succeeds(gateway.up("--expect-no-changes"));
    await succeeds(gateway.refresh("--expect-no-changes"));
    assert.equal(await box.transactions(), 1);

    gateway.write(pinning("clampMss: true, inbound: false"));
    const { steps } = await succeeds(gateway.up());
    assert.deepEqual(
      steps.filter(({ op }) => op !== "same").map(({ op, diffs }) => ({ op, diffs })),
      [{ op: "update", diffs: ["clampMss", "inbound"] }],
    );
    assert.match(await table(), /maxseg/);

    // What the line monitor does is no drift; what a person does is.
    await box.sh("nft delete element inet pulumi_multipath alive '{ 0x100 }'");
    await succeeds(gateway.preview("--expect-no-changes"));
    await box.sh("nft delete table inet pulumi_multipath; ip rule del priority 20502");
    const drift = await succeeds(gateway.preview());
    for (const line of ["ip -4 rule add priority 20502", "nft add table inet pulumi_multipath"])
      assert.ok(drift.output.includes(line), drift.output);
    await succeeds(gateway.refresh());
    gateway.write(pinning(""));
    await succeeds(gateway.up());
    assert.equal(await table(), first);

    await succeeds(gateway.destroy());
    assert.equal(await box.everything(), untouched);
  });
});
