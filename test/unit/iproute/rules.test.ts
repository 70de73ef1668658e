import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseRules, ruleKey } from "../../../provider/iproute/rules";
import type { LiveRule } from "../../../provider/snapshot";

const recorded = (version: string) => readFileSync(join(__dirname, `../../fixtures/iproute/iproute2-${version}/rules`), "utf8");

/** What is said of a rule beside its family and priority. */
const said = ({ family: _family, priority: _priority, ...rule }: LiveRule) =>
  Object.fromEntries(
    Object.entries(rule).filter(
      ([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );

const lookup = { action: "lookup", table: 300, protocol: 205 } as const;

for (const version of ["6.1", "6.15"]) {
  describe(`The rules that iproute2 ${version} printed`, () => {
    const rules = parseRules(recorded(version));
    const at = (family: 4 | 6, priority: number) => rules.filter((rule) => rule.family === family && rule.priority === priority);
    const only = (family: 4 | 6, priority: number) => said(at(family, priority)[0] ?? assert.fail());

    it("show each selector and each action", () => {
      assert.deepEqual(only(4, 101), { from: "192.0.2.0/24", ...lookup });
      assert.deepEqual(only(4, 102), { from: "192.0.2.5", to: "198.51.100.0/24", ...lookup, table: 254 });
      assert.deepEqual(only(4, 103), { to: "192.0.2.5", ...lookup, table: 4294967295, protocol: 4 });
      assert.deepEqual(only(4, 104), { invert: true, from: "192.0.2.5", ...lookup });
      assert.deepEqual(only(4, 105), { inputDevice: "lo", outputDevice: "nosuch", ...lookup });
      assert.deepEqual(only(4, 106), { firewallMark: 0x100, firewallMask: 0x3f00, ...lookup, table: 20501 });
      assert.deepEqual(only(4, 107), { firewallMark: 0x100, ...lookup, table: 20501 });
      assert.deepEqual(only(4, 108), { firewallMark: 0, firewallMask: 0xff, ...lookup, table: 20501 });
      assert.deepEqual(only(4, 109), { ipProtocol: 6, sourcePorts: "1000-2000", destinationPorts: "443", ...lookup });
      assert.deepEqual(only(4, 110), { ipProtocol: 253, ...lookup });
      assert.deepEqual(only(4, 111), { tos: 0x10, ...lookup });
      assert.deepEqual(only(4, 112), { uidRange: "1000-2000", ...lookup });
      assert.deepEqual(only(4, 113), { uidRange: "7-7", ...lookup });
      assert.deepEqual(only(4, 114), { tunnelId: 5, ...lookup });
      assert.deepEqual(only(4, 115), { l3Mdev: true, action: "lookup", protocol: 205 });
      assert.deepEqual(only(4, 116), { from: "192.0.2.0/24", l3Mdev: true, action: "prohibit", protocol: 205 });
      assert.deepEqual(only(4, 117), { from: "192.0.2.0/24", action: "blackhole", protocol: 205 });
      assert.deepEqual(only(4, 118), { from: "192.0.2.0/24", action: "unreachable", protocol: 205 });
      assert.deepEqual(only(4, 119), { from: "192.0.2.0/24", action: "prohibit", protocol: 205 });
      assert.deepEqual(only(4, 120), { from: "192.0.2.0/24", action: "goto", gotoPriority: 32766, protocol: 205 });
      assert.deepEqual(only(4, 121), { from: "192.0.2.0/24", action: "goto", gotoPriority: 9999, protocol: 205 });
      assert.deepEqual(only(4, 122), { action: "nop", protocol: 205 });
      assert.deepEqual(only(4, 123), { ...lookup, table: 254, suppressPrefixLength: 0 });
      assert.deepEqual(only(4, 124), { ...lookup, table: 254, suppressInterfaceGroup: 3 });
      assert.deepEqual(only(4, 125), { ...lookup, table: 254, suppressPrefixLength: 24, suppressInterfaceGroup: 3 });
      assert.deepEqual(only(4, 131), { from: "192.0.2.0/24", ...lookup, realms: "1/2" });
      assert.deepEqual(only(4, 132), { from: "192.0.2.0/24", ...lookup, realms: "2" });
      assert.deepEqual(only(4, 133), { from: "192.0.2.0/24", action: "blackhole", realms: "3", protocol: 205 });
      assert.deepEqual(only(6, 101), { from: "2001:db8::/32", ...lookup });
    });

    it("show those of one priority in their order, and the kernel's own", () => {
      assert.deepEqual(at(4, 126).map(said), [
        { action: "lookup", table: 300, protocol: 0 },
        { ...lookup, table: 301 },
      ]);
      assert.deepEqual(only(6, 32766), { action: "lookup", table: 254, protocol: 2 });
      assert.deepEqual(at(6, 32767), []);
    });

    it("show an action that has no name here as the kernel's number", () => {
      assert.deepEqual(only(4, 134), { action: 9, protocol: 0 });
    });

    it("have the keys here that they have on the host", () => {
      const printed = recorded(version).split("\n");
      // What others may have and nobody may declare: the one spelling that differs.
      const asHere = (key: string) => key.replace("::ffff:192.0.2.5", "::ffff:c000:205");
      assert.deepEqual(canonicalOnHost(rules.map(ruleKey)), keysOnHost(printed).map(asHere));
    });
  });
}

describe("Rules of iproute2 6.15", () => {
  const rules = parseRules(recorded("6.15"));
  const only = (family: 4 | 6, priority: number) =>
    said(rules.find((rule) => rule.family === family && rule.priority === priority) ?? assert.fail());

  it("may match a DSCP, a flow label, and ports under a mask", () => {
    assert.deepEqual(only(4, 127), { ...lookup, dscp: 10 });
    assert.deepEqual(only(4, 128), { ...lookup, dscp: 0 });
    assert.deepEqual(only(4, 129), { ...lookup, dscp: 8, dscpMask: 0x38 });
    assert.deepEqual(only(4, 130), { ...lookup, sourcePorts: "1024/0xfc00", destinationPorts: "80/0xfff0" });
    assert.deepEqual(only(6, 132), { ...lookup, flowLabel: 0x12345 });
    assert.deepEqual(only(6, 133), { ...lookup, flowLabel: 0x10, flowLabelMask: 0xff0 });
  });
});

describe("A rule", () => {
  it("that a newer `ip` prints with words unknown here is another one than that without", () => {
    const [plain, newer] = parseRules("100:\tfrom all lookup 300 proto 205\n100:\tfrom all lookup 300 proto 205 colour blue");
    assert.deepEqual(newer?.others, ["colour", "blue"]);
    assert.notEqual(ruleKey(newer ?? assert.fail()), ruleKey(plain ?? assert.fail()));
  });

  it("has a key of its own for each mark, also for those that are large", () => {
    const marks = [0xfffffff0, 0xfffffff1, 0xffffffff].map((mark) => `fwmark 0x${mark.toString(16)}`);
    assert.deepEqual(canonicalOnHost(marks.map((mark) => `rule 4 1 ${mark}/0xfffffffe`)), [
      "rule 4 1 fwmark 4294967280/4294967294",
      "rule 4 1 fwmark 4294967281/4294967294",
      "rule 4 1 fwmark 4294967295/4294967294",
    ]);
  });

  it("is IPv4 until a line says otherwise, and other lines are passed over", () => {
    const text = "looked rules\n1:\tfrom all nop proto 0\n/proc/sys/net/ipv4/ip_forward:1\nfamily 6\n2:\tfrom all nop proto 0";
    assert.deepEqual(parseRules(text).map(ruleKey), ["rule 4 1 nop", "rule 6 2 nop"]);
  });
});

/* ---- the host's own words ---------------------------------------------------------------------------------------------------- */

const canonicalOnHost = (keys: readonly string[]) => awk("{ print canonical_key($0) }", keys);

const keysOnHost = (lines: readonly string[]) =>
  awk('/^family / { family = $2 } kind_of($0) == "rule" { print rule_key($0, family) }', lines);

/** Runs a program, which may use the functions of on-host/keys.awk, over lines. */
function awk(program: string, lines: readonly string[]): string[] {
  const keys = readFileSync(join(__dirname, "../../../on-host/keys.awk"), "utf8");
  const { stdout, stderr } = spawnSync("awk", [keys + program], { input: `${lines.join("\n")}\n`, encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.trimEnd().split("\n");
}
