import assert from "node:assert/strict";
import fc from "fast-check";
import { fileName, printObjectFile } from "../../../provider/commit/object-file";
import type { Step } from "../../../provider/kind";
import { type RoutingRule, routingRule } from "../../../provider/kinds/routing-rule";
import type { Snapshot } from "../../../provider/snapshot";
import { anyRule } from "../../unit/kinds/any-rule";
import { type Box, change, drop, hostState, onEachBox, ourFiles } from "./box";

onEachBox("Policy rules", (open, thorough) => {
  const seed = Number(process.env.SEED ?? 1);
  let on: Box;

  before(async () => {
    on = await open();
  });

  const clean =
    "for f in 4 6; do ip -$f rule flush protocol 205; ip -$f rule flush protocol 186; done; rm -rf /etc/pulumi-multipath";
  afterEach(() => on.sh(clean));
  after(() => on.down());

  const shown = () => on.sh("ip -4 -N -d rule show; ip -6 -N -d rule show");

  const resolved = (rule: RoutingRule, snapshot: Snapshot) => routingRule.resolve?.(rule, snapshot) ?? rule;
  const put = (rule: RoutingRule, snapshot: Snapshot): readonly Step[] =>
    routingRule.plan(resolved(rule, snapshot), routingRule.observe(snapshot, rule, undefined));
  const remove = (rule: RoutingRule, snapshot: Snapshot): readonly Step[] =>
    routingRule.plan(undefined, routingRule.observe(snapshot, rule, undefined));
  const parse = (fields: object): RoutingRule => routingRule.schema.parse({ priority: 20000, ...fields });

  /** A change of rules as the lifecycle makes it. */
  const rules = (name: string, steps: (snapshot: Snapshot) => readonly Step[], declared: readonly RoutingRule[] = []) => ({
    ...change(name, (snapshot) => ({
      reads: declared.map((rule) => routingRule.reads(resolved(rule, snapshot))).flat(),
      steps: steps(snapshot),
      files: declared.map((rule) => object(rule, snapshot)),
    })),
    details: ["rules"] as const,
  });

  function object(rule: RoutingRule, snapshot: Snapshot) {
    const identity = routingRule.identity(resolved(rule, snapshot));
    const owner = { project: "lab", stack: "test", name: "rule" };
    const lines = routingRule.replay(resolved(rule, snapshot));
    const content = printObjectFile({ kind: "RoutingRule", identity: identity.join(" "), claim: "c1", owner, lines });
    return { file: fileName("RoutingRule", identity), content };
  }

  /** Of random ones those that this host can have; only root of the whole machine may name all users. */
  async function sample(count: number): Promise<RoutingRule[]> {
    const snapshot = await hostState(on).look(["rules"]);
    const users = await on.sh("ip rule add priority 9 uidrange 7-7 table 9 2>/dev/null && ip rule del priority 9 && echo all; :");
    const usable = (rule: RoutingRule) => {
      const { refusal } = resolved(rule, snapshot) as { refusal?: string };
      return refusal === undefined && (users !== "" || rule.uidRange === undefined);
    };
    const all = fc.sample(anyRule, { seed, numRuns: 3000 }).map((input) => routingRule.schema.parse(input));
    // Nothing may answer for the session that makes the changes.
    const harmless = all.filter((rule) => usable(rule) && rule.priority > 40000);
    return [...new Map(harmless.map((rule) => [rule.priority, rule])).values()].slice(0, count);
  }

  const refused = drop("route", "ip -6", "route del 2001:db8:dead::/64 table 999", []);

  it("of every sort that are added and not confirmed are gone again, and those taken away are back", async () => {
    const some = await sample(60);
    assert.equal(some.length, 60);
    const bare = await shown();
    const state = hostState(on);
    const added = await state
      .commit(rules("add", (now) => [...some.flatMap((rule) => put(rule, now)), refused]))
      .catch((error: unknown) => (error as Error).message);
    assert.match(String(added), /The gateway is as it was before\.$/);
    assert.equal(await shown(), bare);

    await state.commit(rules("add", (now) => some.flatMap((rule) => put(rule, now))));
    const full = await shown();
    assert.notEqual(full, bare);
    const taken = await hostState(on)
      .commit(rules("remove", (now) => [...some.flatMap((rule) => remove(rule, now)), refused]))
      .catch((error: unknown) => (error as Error).message);
    assert.match(String(taken), /The gateway is as it was before\.$/);
    assert.equal(await shown(), full);

    await hostState(on).commit(rules("remove", (now) => some.flatMap((rule) => remove(rule, now))));
    assert.equal(await shown(), bare);
  });

  it("are taken away alone, also where `ip` takes another one for it that says all that and more", async () => {
    const plain = parse({ from: "192.0.2.0/24", table: 500 });
    const marked = parse({ from: "192.0.2.0/24", table: 500, firewallMark: 1 });
    const from = parse({ from: "192.0.2.0/24", table: 500, inputDevice: "lo" });
    const state = hostState(on);
    await state.commit(rules("add", (now) => [marked, from, plain].flatMap((rule) => put(rule, now))));
    const { warnings } = await state.commit(rules("remove", (now) => remove(plain, now)));
    assert.deepEqual(warnings, []);
    const left = (await shown()).split("\n").filter((line) => line.startsWith("20000:"));
    assert.deepEqual(left.map((line) => line.trim()).sort(), [
      "20000:\tfrom 192.0.2.0/24 fwmark 0x1 lookup 500 proto 205",
      "20000:\tfrom 192.0.2.0/24 iif lo lookup 500 proto 205",
    ]);
    await state.commit(rules("remove", (now) => [from, marked].flatMap((rule) => remove(rule, now))));
  });

  thorough?.("are taken away together, in whatever order", async () => {
    const all = [{ firewallMark: 1, inputDevice: "lo" }, { firewallMark: 1 }, {}].map((fields) =>
      parse({ ...fields, table: 500 }),
    );
    const bare = await shown();
    const state = hostState(on);
    await state.commit(rules("add", (now) => all.flatMap((rule) => put(rule, now))));
    await state.commit(rules("remove", (now) => all.toReversed().flatMap((rule) => remove(rule, now))));
    assert.equal(await shown(), bare);
  });

  thorough?.("make a plan stale when the one that it is about comes or goes, and no other", async () => {
    const rule = parse({ from: "192.0.2.0/24", table: 500 });
    const [state, plans] = [hostState(on), [] as number[]];
    await state.look(["rules"]);
    await on.sh(
      "ip rule add priority 20000 from 192.0.2.0/25 table 500 protocol 186; ip rule add priority 1 table 7 protocol 186",
    );
    const counted = rules(
      "add",
      (now) => {
        plans.push(now.rules.length);
        return put(rule, now);
      },
      [rule],
    );
    await state.commit(counted);
    assert.equal(plans.length, 1);
    await on.sh("ip rule del priority 20000 from 192.0.2.0/24 table 500 protocol 205");
    await state.commit(counted);
    assert.equal(plans.length, 3);
    assert.match(await shown(), /from 192\.0\.2\.0\/24 lookup 500 proto 205/);
  });

  it("are put back at boot, and added to no others of their own kind", async () => {
    const restore = () => on.sh("sh /usr/local/libexec/pulumi-multipath/*/restore.sh 1 2>&1; echo status $?");
    const some = [
      parse({ from: "192.0.2.0/24", table: 500 }),
      parse({ from: "192.0.2.0/24", table: 500, firewallMark: 0 }),
      parse({ family: "ipv6", firewallMark: 0x100, firewallMask: 0x3f00, table: 500 }),
      parse({ priority: 20001, ipProtocol: "tcp", destinationPorts: "25-26", action: "unreachable" }),
    ];
    await hostState(on).commit(rules("add", (now) => some.flatMap((rule) => put(rule, now)), some));
    assert.ok((await ourFiles(on)).some((file) => file.includes("40-RoutingRule-4_20000_")));
    const full = await shown();
    assert.equal(await restore(), "status 0\n");
    assert.equal(await shown(), full);
    await on.sh("ip -4 rule flush protocol 205; ip -6 rule flush protocol 205");
    assert.equal(await restore(), "status 0\n");
    // Those of one priority come in another order.
    assert.deepEqual((await shown()).split("\n").sort(), full.split("\n").sort());
    // Half of them, and a stranger's that is alike.
    await on.sh("ip rule del priority 20001; ip rule add priority 20001 ipproto 6 dport 25-26 unreachable protocol 186");
    assert.equal(await restore(), "status 0\n");
    assert.match(await shown(), /20001:\t.* 7 proto 186 *\n20001:\t.* 7 proto 205/);
  });
});
