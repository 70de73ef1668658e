import assert from "node:assert/strict";
import { fileName, printObjectFile } from "../../../provider/commit/object-file";
import { connectionPinningTable } from "../../../provider/kinds/connection-pinning-table";
import { Gateway } from "../../fixtures/gateway";
import { Lines, objects } from "../../fixtures/lines";

/** The starting case on the lab gateway, with a line monitor, and a table of pinned connections with source NAT on the first line. */
describe("The line monitor and pinned connections", function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let on: Lines;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    on = await Lines.declare(gateway, { settings: { "max-hold-down": 0 } });
    const declared = connectionPinningTable.schema.parse({
      lines: [
        { name: "adsl", device: "adsl", masquerade: true },
        { name: "bdsl", device: "bdsl" },
      ],
    });
    const kind = connectionPinningTable.name;
    const identity = connectionPinningTable.identity(declared);
    const owner = { project: "lab", stack: "test", name: "pinning" };
    const lines = connectionPinningTable.replay(declared);
    const content = printObjectFile({ kind, identity: identity.join(" "), claim: "c1", owner, lines });
    await on.run(
      `cat >'${objects}/${fileName(kind, identity)}' <<'END-OF-FILE'\n${content}END-OF-FILE\n` +
        "sh /usr/local/libexec/pulumi-multipath/*/restore.sh 5; systemctl restart pulumi-multipath-put-back pulumi-multipath-lines",
    );
    await on.untilLine("adsl", "up");
    await isAlive("0x100 0x200");
  });

  after(() => gateway.reset());

  afterEach(async () => {
    await gateway.lab.restoreLine("adsl");
    await on.untilLine("adsl", "up");
    await isAlive("0x100 0x200");
  });

  const isAlive = (marks: string) =>
    on.until(
      `[ "$(nft list set inet pulumi_multipath alive | grep -o '0x[0-9a-f]*' | sed 's/0x0*/0x/' | tr '\\n' ' ')" = '${marks} ' ]`,
    );

  it("takes a dead line's mark out of the table, and back in", async () => {
    await gateway.lab.failLine("adsl", "silent");
    await isAlive("0x200");
    await gateway.lab.restoreLine("adsl");
    await isAlive("0x100 0x200");
  });

  it("removes the entries of connections of a dead line that has an address of its own, and nobody else's", async () => {
    const entry = (port: number, mark: number) =>
      `conntrack -I -p tcp -s 172.20.0.99 -d 198.18.0.9 --sport ${port} --dport 80 --state ESTABLISHED -t 600 -m ${mark}`;
    const entries = async () =>
      (await on.run("conntrack -L -s 172.20.0.99 2>/dev/null | grep -o 'mark=[0-9]*' | sort")).trim().split("\n");
    await on.run([entry(1, 0x100), entry(2, 0x200), entry(3, 0), entry(4, 0x80000100)].join("\n"));
    assert.deepEqual(await entries(), ["mark=0", "mark=2147483904", "mark=256", "mark=512"]);
    await gateway.lab.failLine("adsl", "silent");
    await on.until("! conntrack -L -s 172.20.0.99 2>/dev/null | grep -q 'mark=256'");
    assert.deepEqual(await entries(), ["mark=0", "mark=512"]);
    await gateway.lab.failLine("bdsl", "silent");
    await on.untilLine("bdsl", "down");
    await gateway.lab.restoreLine("bdsl");
    await on.untilLine("bdsl", "up");
    assert.deepEqual(await entries(), ["mark=0", "mark=512"]);
    await on.run("conntrack -D -s 172.20.0.99 >/dev/null 2>&1");
  });

  it("is believed when the table is put back after a flush, and when it is killed itself", async () => {
    await gateway.lab.failLine("adsl", "silent");
    await isAlive("0x200");
    await on.run("nft flush ruleset; nft -f /usr/local/lib/lab/nat.nft");
    await isAlive("0x200");
    await on.run("kill -KILL $(systemctl show --value -p MainPID pulumi-multipath-lines)");
    await on.until('[ "$(systemctl show --value -p NRestarts pulumi-multipath-lines)" -ge 1 ]');
    await isAlive("0x200");
  });
});
