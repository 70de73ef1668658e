import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const onHost = (script: string) => join(__dirname, `../../../on-host/${script}.awk`);

/** The key that on-host/compare.awk finds changed between two states, or "". */
function changed(reads: readonly string[], seen: readonly string[], before: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), "compare-"));
  const parts = Object.entries({ reads, seen, before }).flatMap(([part, lines]) => {
    const file = join(directory, part);
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    return [`part=${part}`, file];
  });
  const { stdout, stderr } = spawnSync("awk", ["-f", onHost("keys"), "-f", onHost("compare"), ...parts], { encoding: "utf8" });
  rmSync(directory, { recursive: true });
  assert.equal(stderr, "");
  return stdout.trim();
}

describe("What a plan for a bond was made from", () => {
  const ethernet = (mac: string) => `link/[1] ${mac} brd ff:ff:ff:ff:ff:ff promiscuity 0 allmulti 0 minmtu 68 maxmtu 65535`;
  const tail = "addrgenmode eui64 numtxqueues 16 numrxqueues 16 gso_max_size 65536";
  // As iproute2 6.15 prints them.
  const bond =
    `10: bond0: <BROADCAST,MULTICAST,MASTER,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group 0 qlen 1000\\    ${ethernet("02:00:00:00:10:00")} \\    ` +
    "bond mode 802.3ad miimon 100 updelay 0 arp_validate none fail_over_mac none lacp_rate slow ad_select stable ad_aggregator 1 ad_num_ports 1 " +
    `ad_actor_key 15 ad_partner_key 1 ad_partner_mac 00:00:00:00:00:00 ad_actor_sys_prio 65535 tlb_dynamic_lb 1 ${tail} \\    alias pulumi-multipath`;
  const member =
    `6: port0@if2: <BROADCAST,MULTICAST,SLAVE,UP,LOWER_UP> mtu 1500 qdisc noqueue master bond0 state UP mode DEFAULT group 0 qlen 1000\\    ${ethernet("02:00:00:00:10:00")} \\    ` +
    "veth \\    bond_slave state BACKUP mii_status UP link_failure_count 1 perm_hwaddr 02:00:00:00:10:00 queue_id 0 prio 0 ad_aggregator_id 2 " +
    `ad_actor_oper_port_state 69 ad_actor_oper_port_state_str <active,aggregating,defaulted> ${tail} `;
  const free = `7: port1@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group 0 qlen 1000\\    ${ethernet("02:00:00:00:10:01")} \\    veth ${tail} `;
  const vlan = `11: office@bond0: <BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group 0 qlen 1000\\    ${ethernet("02:00:00:00:10:00")} \\    vlan protocol [33024] id 10 <REORDER_HDR> ${tail} `;
  const all = [bond, member, free, vlan];
  const reads = ["device bond0", "bond bond0", "device port0"];

  /** The same state but for this. */
  const after = (what: string | RegExp, now: string) =>
    changed(
      reads,
      all,
      all.map((line) => line.replace(what, now)),
    );

  it("is the same whatever the bond decides by itself, and however its members are", () => {
    assert.equal(
      after(
        /ad_num_ports 1 ad_actor_key 15 ad_partner_key 1 ad_partner_mac 00:00:00:00:00:00/,
        "ad_num_ports 2 ad_actor_key 9 ad_partner_key 7 ad_partner_mac 02:00:00:00:11:00",
      ),
      "",
    );
    assert.equal(after(/mii_status UP link_failure_count 1/, "mii_status DOWN link_failure_count 2"), "");
    assert.equal(after("BROADCAST,MULTICAST,MASTER,UP,LOWER_UP", "NO-CARRIER,BROADCAST,MULTICAST,MASTER,UP"), "");
    const active = (port: string) => bond.replace("802.3ad", `active-backup active_slave ${port}`);
    assert.equal(changed(reads, [active("port0")], [active("port1")]), "");
  });

  it("is another one when somebody changes an option, a member, or what stands on it", () => {
    assert.equal(after("lacp_rate slow", "lacp_rate fast"), "device bond0");
    assert.equal(after("miimon 100", "miimon 50"), "device bond0");
    assert.notEqual(after("queue_id 0", "queue_id 3"), "");
    assert.equal(changed(["bond bond0"], all, [bond, vlan, free, member.replace("prio 0", "prio 5")]), "bond bond0");
    assert.equal(
      changed(["bond bond0"], all, [bond, vlan, free.replace("noqueue state", "noqueue master bond0 state"), member]),
      "bond bond0",
    );
    assert.equal(changed(["bond bond0"], all, [bond, member, free]), "bond bond0");
    assert.equal(
      changed(
        ["device office"],
        all,
        all.map((line) => line.replace("id 10 <", "id 11 <")),
      ),
      "device office",
    );
  });

  it("leaves out addresses that members have in turn, and that of the active one", () => {
    assert.equal(changed(["link port0"], all, [bond, member.replace("02:00:00:00:10:00 brd", "02:00:00:00:10:09 brd")]), "");
    const follows = bond.replace("fail_over_mac none", "fail_over_mac active");
    const moved = (line: string) => line.replace("02:00:00:00:10:00 brd", "02:00:00:00:10:01 brd");
    assert.equal(changed(["link bond0"], [follows], [moved(follows)]), "");
    assert.equal(changed(["link bond0"], [bond], [moved(bond)]), "link bond0");
  });

  it("names a link by what stands before its peer", () => {
    assert.equal(changed(["link port1"], [free], [free.replace("mtu 1500", "mtu 1400")]), "link port1");
  });
});

describe("What a plan for pinned connections was made from", () => {
  const reads = ["nft inet pulumi_multipath"];
  const table = (rules: string, alive: string) =>
    `table inet pulumi_multipath { set alive { type mark${alive}; }; chain output { ${rules}; }; }`;
  const seen = [table("accept", "; elements = { 0x00000100 }")];

  it("is the same whichever lines are up, and another one with another rule, or when it is gone", () => {
    assert.equal(changed(reads, seen, [table("accept", "; elements = { 0x00000100, 0x00000200 }")]), "");
    assert.equal(changed(reads, seen, [table("accept", "")]), "");
    assert.equal(changed(reads, seen, [table("drop", "; elements = { 0x00000100 }")]), reads[0]);
    assert.equal(changed(reads, seen, []), reads[0]);
    assert.equal(changed(["device adsl"], seen, []), "");
  });
});
