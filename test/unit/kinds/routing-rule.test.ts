import assert from "node:assert/strict";
import { routingRule } from "../../../provider/kinds/routing-rule";
import { expectPlan, expectProblems, expectRemoval, inputsFor, look, stepsFor } from "./expect-plan";

const lineA = { priority: 100, from: "192.0.2.0/24", table: 300 };
const thereA = "100: from 192.0.2.0/24 lookup 300 proto 205";
const newHost = { kernel: "6.15.0", iproute2: "6.15.0" };

describe("RoutingRule", () => {
  it("is added when it is not there, whatever else has its priority", () => {
    expectPlan(routingRule, {
      desired: lineA,
      live: ["100: from 192.0.2.0/25 lookup 300 proto 205", "100: from 192.0.2.0/24 lookup 301 proto 205"],
    }).toEqual(["ip -4 rule add priority 100 from 192.0.2.0/24 table 300 proto 205"]);
  });

  it("needs nothing when it is there", () => {
    expectPlan(routingRule, { desired: lineA, live: [thereA] }).toEqual([]);
  });

  it("leaves one like it of somebody else's alone, and stands beside it", () => {
    const foreign = ["100: from 192.0.2.0/24 lookup 300 proto 0", "100: from 192.0.2.0/24 lookup 300 proto 4"];
    expectPlan(routingRule, { desired: lineA, live: foreign }).toEqual([
      "ip -4 rule add priority 100 from 192.0.2.0/24 table 300 proto 205",
    ]);
    expectRemoval(routingRule, { desired: lineA, live: foreign }).toEqual([]);
  });

  it("is removed by all that it says, and by its mark: with the priority alone the first of several would go", () => {
    expectRemoval(routingRule, { desired: lineA, live: ["100: from all lookup 9 proto 0", thereA] }).toEqual([
      "ip -4 rule del priority 100 from 192.0.2.0/24 table 300 proto 205",
    ]);
  });

  it("is known by the whole of it: what it touches is the key that the host makes of what it prints", () => {
    const [added] = stepsFor(routingRule, { desired: lineA });
    assert.deepEqual(added?.touches, ["rule 4 100 from 192.0.2.0/24 proto 205 table 300"]);
    assert.deepEqual(added?.removes, []);
    const { observed } = look(routingRule, { desired: lineA, live: [thereA] });
    const [removed] = routingRule.plan(undefined, observed);
    assert.deepEqual(removed?.touches, added?.touches);
    assert.deepEqual(removed?.removes, added?.touches);
  });

  it("is one for each family: what names no address is IPv4, as for `ip rule`", () => {
    const marked = { priority: 100, firewallMark: 0x100, firewallMask: 0x3f00, table: 300 };
    const four = "ip -4 rule add priority 100 fwmark 0x100/0x3f00 table 300 proto 205";
    expectPlan(routingRule, { desired: marked }).toEqual([four]);
    expectPlan(routingRule, {
      desired: { ...marked, family: "ipv6" },
      live: ["100: from all fwmark 0x100/0x3f00 lookup 300 proto 205"],
    }).toEqual([four.replace("-4", "-6")]);
    expectPlan(routingRule, { desired: { priority: 1, from: "2001:db8::/32" } }).toEqual([
      "ip -6 rule add priority 1 from 2001:db8::/32 table 254 proto 205",
    ]);
    expectPlan(routingRule, { desired: { priority: 1, from: "::/0" } }).toEqual([
      "ip -6 rule add priority 1 table 254 proto 205",
    ]);
  });

  it("stands alone, of all packets of its family, for any table", () => {
    for (const table of [50, 255]) {
      const live = [`100: from all lookup ${table} proto 205`];
      const desired = { priority: 100, table };
      expectPlan(routingRule, { desired }).toEqual([`ip -4 rule add priority 100 table ${table} proto 205`]);
      expectPlan(routingRule, { desired, live }).toEqual([]);
      expectPlan(routingRule, { desired: { ...desired, family: "ipv6" }, live }).toEqual([
        `ip -6 rule add priority 100 table ${table} proto 205`,
      ]);
    }
  });

  it("writes each selector and each action in the words of `ip`", () => {
    const written: [Record<string, unknown>, string][] = [
      [{ from: "192.0.2.5", to: "198.51.100.0/24" }, "from 192.0.2.5 to 198.51.100.0/24 table 254"],
      [{ from: "192.0.2.5/32", invert: true, table: "main" }, "not from 192.0.2.5 table 254"],
      [{ inputDevice: "lo", outputDevice: "adsl" }, "iif lo oif adsl table 254"],
      [{ firewallMark: 7, firewallMask: 0xffffffff }, "fwmark 0x7 table 254"],
      [{ firewallMark: 0 }, "fwmark 0x0/0xffffffff table 254"],
      [{ ipProtocol: "tcp", destinationPorts: 443, sourcePorts: "1000-2000" }, "ipproto 6 sport 1000-2000 dport 443 table 254"],
      [{ ipProtocol: 253, sourcePorts: "80-80" }, "ipproto 253 sport 80 table 254"],
      [{ sourcePorts: "0x400/0xfc00", destinationPorts: "80/0xffff" }, "sport 1024/0xfc00 dport 80 table 254"],
      [{ uidRange: 1000 }, "uidrange 1000-1000 table 254"],
      [{ uidRange: "1000-1999" }, "uidrange 1000-1999 table 254"],
      [{ dscp: 10 }, "dscp 10 table 254"],
      [{ dscp: 8, dscpMask: 0x38 }, "dscp 8/0x38 table 254"],
      [{ tos: 16 }, "tos 0x10 table 254"],
      [{ tunnelId: 5 }, "tun_id 5 table 254"],
      [{ l3Mdev: true }, "l3mdev"],
      [{ l3Mdev: true, action: "prohibit" }, "l3mdev prohibit"],
      [{ table: 254, suppressPrefixLength: 0 }, "table 254 suppress_prefixlength 0"],
      [{ suppressInterfaceGroup: 3 }, "table 254 suppress_ifgroup 3"],
      [{ realms: "1/10" }, "table 254 realms 1/10"],
      [{ gotoPriority: 32766 }, "goto 32766"],
      [{ action: "blackhole", from: "10.0.0.0/8" }, "from 10.0.0.0/8 blackhole"],
      [{ action: "unreachable" }, "unreachable"],
      [{ action: "nop" }, "nop"],
    ];
    for (const [desired, words] of written) {
      expectPlan(routingRule, { desired: { priority: 100, ...desired }, host: newHost }).toEqual([
        `ip -4 rule add priority 100 ${words} proto 205`,
      ]);
    }
    expectPlan(routingRule, { desired: { priority: 1, flowLabel: 0x10, flowLabelMask: 0xff0 }, host: newHost }).toEqual([
      "ip -6 rule add priority 1 flowlabel 0x10/0xff0 table 254 proto 205",
    ]);
  });

  it("takes a table's name as the host has it, and shows it again as it was declared", () => {
    const desired = { ...lineA, table: "isp" };
    expectPlan(routingRule, { desired, tables: "300 isp", live: [thereA] }).toEqual([]);
    assert.deepEqual(inputsFor(routingRule, { desired, tables: "300 isp", live: [thereA] }), {
      ...desired,
      family: "ipv4",
      action: "lookup",
    });
    assert.throws(() => stepsFor(routingRule, { desired }), /no routing table named isp/);
  });

  it("is not put on a host too old for what it says, and the message names the versions that are not", () => {
    const desired = { priority: 1, dscp: 10 };
    const refusal = /dscp needs Linux 6\.12 and iproute2 6\.12, and the host has Linux 6\.1\.0 and iproute2 6\.15\.0/;
    assert.throws(() => stepsFor(routingRule, { desired, host: { kernel: "6.1.0", iproute2: "6.15.0" } }), refusal);
    assert.throws(() => stepsFor(routingRule, { desired, host: { kernel: "6.12.0", iproute2: "6.1.0" } }), /6\.12/);
    const masked = { priority: 1, dscp: 8, destinationPorts: "1024/0xfc00" };
    assert.throws(
      () => stepsFor(routingRule, { desired: masked, host: { kernel: "6.12.0", iproute2: "6.15.0" } }),
      /A mask in destinationPorts/,
    );
    assert.throws(() => stepsFor(routingRule, { desired: { priority: 1, flowLabel: 5 } }), /flowLabel needs Linux 6\.14/);
    assert.throws(() => stepsFor(routingRule, { desired: { priority: 1, dscp: 8, dscpMask: 8 } }), /dscpMask needs Linux 6\.15/);
    // What is there none the less can go.
    const live = ["1: from all lookup 254 proto 205 dscp 10"];
    expectPlan(routingRule, { desired, live }).toEqual([]);
    expectRemoval(routingRule, { desired, live }).toEqual(["ip -4 rule del priority 1 dscp 10 table 254 proto 205"]);
  });

  it("is put back at boot by the line that adds it", () => {
    const { resolved } = look(routingRule, { desired: lineA });
    assert.deepEqual(routingRule.replay(resolved as never), [
      "ip -4 rule add priority 100 from 192.0.2.0/24 table 300 proto 205",
    ]);
  });

  describe("that takes the place of another one", () => {
    const excludes = (desired: Record<string, unknown>, before: Record<string, unknown>) => {
      const rule = (fields: Record<string, unknown>) =>
        look(routingRule, { desired: { priority: 100, ...fields }, host: newHost }).resolved;
      return routingRule.excludes?.(rule(desired) as never, rule(before) as never);
    };

    it("is put in before the old one goes, wherever the kernel has room for both", () => {
      assert.equal(excludes({ from: "192.0.2.0/24" }, { from: "192.0.2.0/25" }), false);
      assert.equal(excludes({ from: "192.0.2.0/24" }, {}), false);
      assert.equal(excludes({ table: 5 }, { table: 6 }), false);
      assert.equal(excludes({ firewallMark: 1 }, {}), false);
      assert.equal(excludes({}, { firewallMark: 1 }), false);
      assert.equal(excludes({ priority: 101, invert: true, from: "192.0.2.0/24" }, { from: "192.0.2.0/24" }), false);
      assert.equal(excludes({ action: "blackhole" }, {}), false);
      assert.equal(excludes({ family: "ipv6" }, {}), false);
      assert.equal(excludes({}, {}), false);
    });

    it("lets the old one go first where the kernel would take the new one for it", () => {
      assert.equal(excludes({}, { from: "192.0.2.0/24" }), true);
      assert.equal(excludes({ from: "192.0.2.0/24" }, { from: "192.0.2.0/24", to: "198.51.100.1" }), true);
      assert.equal(excludes({ from: "192.0.2.0/24", invert: true }, { from: "192.0.2.0/24" }), true);
      assert.equal(excludes({ gotoPriority: 500 }, { gotoPriority: 600 }), true);
      assert.equal(excludes({}, { tos: 16 }), true);
      assert.equal(excludes({}, { dscp: 4 }), true);
      assert.equal(excludes({ dscp: 4 }, { dscp: 4, dscpMask: 7 }), true);
      assert.equal(excludes({}, { realms: "3" }), true);
      assert.equal(excludes({}, { suppressPrefixLength: 0 }), true);
      assert.equal(excludes({ family: "ipv6" }, { flowLabel: 5 }), true);
    });
  });

  it("says what is wrong with a declaration, and why", () => {
    expectProblems(routingRule, { priority: 1, from: "192.0.2.0/24", to: "2001:db8::1" }).toMatch(
      /^to: this is IPv6, and the rule is IPv4/,
    );
    expectProblems(routingRule, { priority: 1, from: "192.0.2.5/24" }).toMatch(/write 192\.0\.2\.0\/24/);
    expectProblems(routingRule, { priority: 100, gotoPriority: 100 }).toMatch(/forward only/);
    expectProblems(routingRule, { priority: 100, family: "ipv6", realms: "3" }).toMatch(/silently ignores/);
  });
});
