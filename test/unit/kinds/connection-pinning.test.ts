import assert from "node:assert/strict";
import { parseObjectFile } from "../../../provider/commit/object-file";
import { ToolError } from "../../../provider/errors";
import { hostSchema } from "../../../provider/host";
import type { Inputs } from "../../../provider/inputs";
import { shown } from "../../../provider/kind";
import { connectionPinning } from "../../../provider/kinds/connection-pinning";
import { commandsOf } from "../../../provider/kinds/connection-pinning-commands";
import { connectionPinningSchema } from "../../../provider/kinds/connection-pinning-fields";
import { connectionPinningTable } from "../../../provider/kinds/connection-pinning-table";
import { createPlan, deletePlan } from "../../../provider/plans";
import { snapshotOf } from "./live";

const two = {
  lines: [
    { name: "adsl", device: "eth1", masquerade: true },
    { name: "bdsl", device: "eth2" },
  ],
};

function inputs(fields: object): Inputs {
  const host = hostSchema.parse({ address: "192.0.2.1" });
  return { host, owner: { project: "network", stack: "dev", name: "connections" }, ...connectionPinningSchema.parse(fields) };
}

const bare = snapshotOf({ firewall: [] });
const planFor = (fields: object, on = bare) => createPlan(connectionPinning, inputs(fields), on, "claim");
const linesFor = (fields: object) => planFor(fields).steps.map(shown);
const table = (fields: object) => linesFor(fields).filter((line) => line.startsWith("nft "));
const rulesOf = (chain: string, fields: object) =>
  table(fields).flatMap((line) =>
    line.startsWith(`nft add rule inet pulumi_multipath ${chain} `) ? [line.split(` ${chain} `)[1]] : [],
  );

/** As `state_table` shows it on a host: in one line, with numbers and names as `nft` prints them. */
function shownBy(commands: readonly string[], edit: (chains: Map<string, string[]>) => void = () => undefined): string {
  const chains = new Map<string, string[]>();
  for (const command of commands) {
    const [, chain = "", hook] = /^add chain \S+ \S+ (\S+)(?: \{ (.*); \})?$/.exec(command) ?? [];
    if (chain) chains.set(chain, hook === undefined ? [] : [hook, "policy accept;"]);
    const [, of = "", rule = ""] = /^add rule \S+ \S+ (\S+) (.*)$/.exec(command) ?? [];
    if (of) chains.get(of)?.push(rule.replace(/0x(\w+)/g, (_, digits: string) => `0x${digits.padStart(8, "0")}`));
  }
  edit(chains);
  const texts = [...chains].map(([name, rules]) => `chain ${name} { ${[...rules, "}"].join("; ")}`);
  return `table inet pulumi_multipath { set alive { type mark; elements = { 0x00000100 }; }; ${texts.join("; ")}; }`;
}

describe("ConnectionPinning", () => {
  it("sends what belongs to a line to that line's table, behind what is nearer than a default route, for both families", () => {
    assert.deepEqual(
      linesFor(two).filter((line) => line.startsWith("ip ")),
      [4, 6].flatMap((family) => [
        `ip -${family} rule add priority 20500 table 254 suppress_prefixlength 0 proto 205`,
        `ip -${family} rule add priority 20501 fwmark 0x100/0x3f00 table 20501 proto 205`,
        `ip -${family} rule add priority 20502 fwmark 0x200/0x3f00 table 20502 proto 205`,
      ]),
    );
    assert.equal(linesFor({ ...two, ipv6: false }).filter((line) => line.startsWith("ip -6")).length, 0);
  });

  it("marks a connection by the line that it came in by, or that it leaves by once it is answered", () => {
    assert.deepEqual(rulesOf("prerouting", two), [
      'iifname "eth1" ct state new ct direction original ct mark set ct mark & 0xffffc0ff | 0x100 comment "adsl: what comes in by it belongs to it"',
      'iifname "eth2" ct state new ct direction original ct mark set ct mark & 0xffffc0ff | 0x200 comment "bdsl: what comes in by it belongs to it"',
      'iifname { "eth1", "eth2" } return comment "what comes in by a line goes where it is for"',
      'ct mark & 0x3f00 == @alive goto pinned comment "what belongs to a line that is up goes by it"',
    ]);
    assert.equal(rulesOf("prerouting", { ...two, inbound: false }).length, 2);
    assert.deepEqual(rulesOf("postrouting", { lines: [{ name: "lte", device: "wwan0", number: 9 }] }), [
      'meta mark & 0x4000 != 0x0 return comment "probes belong to no line"',
      'oifname "wwan0" ct state established ct direction original ct mark & 0x3f00 != 0x900 ct mark set ct mark & 0xffffc0ff | 0x900 comment "lte: what is answered stays with it"',
    ]);
  });

  it("gives what leaves by a line that line's address, or the one that is named, and IPv6 its own", () => {
    const lines = [two.lines[0], { name: "bdsl", device: "eth2", masquerade: "203.0.113.5" }];
    assert.deepEqual(rulesOf("nat", { lines }), [
      'meta nfproto ipv4 oifname "eth1" masquerade comment "adsl: leaves with its own address"',
      'meta nfproto ipv4 oifname "eth2" snat ip to 203.0.113.5 comment "bdsl: leaves with 203.0.113.5"',
    ]);
    assert.ok(!table({ lines: [two.lines[1]] }).some((line) => line.includes(" nat")));
  });

  it("has one file for its table, whose lines tell the line monitor which lines there are", () => {
    const { files } = planFor(two);
    const file = files.find(({ file }) => file.startsWith("45-ConnectionPinning-"));
    assert.equal(file?.file, "45-ConnectionPinning-inet_pulumi%5Fmultipath");
    const [nft = "", ...told] = parseObjectFile(file.file, file.content ?? "").lines;
    assert.match(
      nft,
      /^nft add table inet pulumi_multipath; delete table inet pulumi_multipath; add table inet pulumi_multipath; add set /,
    );
    assert.deepEqual(told.slice(0, 2), [
      "connection-pinning line adsl number 1 masquerade 1",
      "connection-pinning line bdsl number 2 masquerade 0",
    ]);
  });

  it("says when rules of somebody else's look at its marks, as mwan3's do, and not of wg-quick's or ours", () => {
    const mwan3 = "2001: from all fwmark 0x100/0x3f00 lookup 1";
    const others = [
      "32764: not from all fwmark 0xca6c lookup 51820",
      "20501: from all fwmark 0x100/0x3f00 lookup 20501 proto 205",
    ];
    const remarks = connectionPinningTable.remarks?.(
      connectionPinningSchema.parse(two),
      snapshotOf({ rules: ["family 4", mwan3, ...others] }),
    );
    assert.deepEqual(remarks, [
      "Rule 2001 of IPv4 looks at bits of marks that pinned connections use, 0x100/0x3f00 within 0x3f00, and is not ours: one sends the other's packets astray.",
    ]);
  });

  describe("its table", () => {
    const declared = connectionPinningSchema.parse({ ...two, clampMss: true });
    const commands = commandsOf(declared);
    const observedOf = (text: string, recorded?: readonly string[]) =>
      connectionPinningTable.observe(
        snapshotOf({ firewall: [text] }),
        declared,
        recorded && { file: "", kind: "", identity: "", claim: "", owner: { project: "", stack: "", name: "" }, lines: recorded },
      );
    const stepsFor = (text: string) => connectionPinningTable.plan(declared, observedOf(text)).map(({ line }) => line);

    it("is as declared, whatever is in its set of lines that are up", () => {
      assert.deepEqual(stepsFor(shownBy(commands)), []);
      assert.deepEqual(stepsFor(shownBy(commands).replace("; elements = { 0x00000100 }", "")), []);
    });

    it("is made anew as a whole when anything else is not", () => {
      const edits: ((chains: Map<string, string[]>) => void)[] = [
        (chains) => chains.get("output")?.pop(),
        (chains) => chains.get("output")?.push("accept"),
        (chains) => chains.get("postrouting")?.reverse(),
        (chains) => chains.set("more", []),
        (chains) => chains.delete("pinned"),
        (chains) => chains.get("forward")?.splice(1, 1, "policy drop"),
        (chains) => chains.get("nat")?.splice(2, 1, 'snat ip to 192.0.2.9 comment "mine; {"'),
      ];
      for (const edit of edits)
        assert.deepEqual(stepsFor(shownBy(commands, edit)), ["delete table inet pulumi_multipath", ...commands], String(edit));
    });

    it("shows by refresh what it was made by, and no line once somebody has changed it", () => {
      const fewer = connectionPinningSchema.parse({ lines: [two.lines[0]] });
      const recorded = connectionPinningTable.replay(fewer);
      const formOf = (text: string) => {
        const observed = observedOf(text, recorded);
        return observed && connectionPinningTable.inputsOf(observed);
      };
      assert.deepEqual(formOf(shownBy(commands)), declared);
      assert.deepEqual(formOf(shownBy(commandsOf(fewer))), fewer);
      assert.deepEqual(formOf(shownBy(commandsOf(fewer), (chains) => chains.get("output")?.pop())), { ...fewer, lines: [] });
    });

    it("is ours when a chain of it says so, and a stranger's by the same name is not", () => {
      const isOurs = (text: string) => {
        const observed = observedOf(text);
        return observed && connectionPinningTable.marked(observed);
      };
      assert.equal(isOurs(shownBy(commands, (chains) => chains.delete("nat"))), true);
      assert.equal(isOurs("table inet pulumi_multipath { chain theirs { }; }"), false);
    });

    it("needs nft on the host, to be made and not to be removed", () => {
      const without = snapshotOf({ firewall: undefined });
      assert.throws(() => planFor(two, without), new ToolError("The host has no nft. Install nftables there."));
      const outputs = { ...inputs(two), claim: "claim", machine: { id: "m", hostKey: "k" } };
      assert.deepEqual(deletePlan(connectionPinning, outputs, without).steps, []);
    });
  });
});
