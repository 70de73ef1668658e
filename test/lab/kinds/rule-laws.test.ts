import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { ruleKey } from "../../../provider/iproute/rules";
import { type Step, shown } from "../../../provider/kind";
import { type ObservedRule, type RoutingRule, routingRule } from "../../../provider/kinds/routing-rule";
import type { RuleOnHost } from "../../../provider/kinds/routing-rule-resolve";
import type { LiveRule, Snapshot } from "../../../provider/snapshot";
import { type RuleInput, anyRule } from "../../unit/kinds/any-rule";
import { Kernel } from "./kernel";

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const count = 400;

describe(`The laws of rules, with a real kernel as the judge of ${count} random ones (SEED=${seed})`, function () {
  this.timeout(60_000);
  let kernel: Kernel;
  let bare: Snapshot;
  let declared: RoutingRule[];
  let known: (rule: RoutingRule) => RoutingRule;

  before(async () => {
    kernel = await Kernel.open();
    bare = await kernel.snapshot();
    // Where this shell is root only in a user namespace of its own, it has no other users to name.
    const oneUser = (await kernel.run("ip rule add uidrange 7-7 table 9 && ip rule del uidrange 7-7 table 9")) !== "";
    const tooNew = fc
      .sample(anyRule, { seed, numRuns: 1000 })
      .some((input) => resolved(routingRule.schema.parse(input), bare).refusal);
    known = (rule) => without(rule, [...(tooNew ? newFieldsOf(rule) : []), ...(oneUser ? (["uidRange"] as const) : [])]);
    declared = sample(seed, count);
    assert.equal(declared.length, count);
  });
  after(() => kernel.close());

  /** Each with a priority of its own, and only what this kernel and its `ip` know. */
  function sample(from: number, most: number): RoutingRule[] {
    const all = fc.sample(anyRule, { seed: from, numRuns: most * 2 }).map((input) => known(routingRule.schema.parse(input)));
    const distinct = new Map(all.filter(isRight).map((rule) => [rule.priority, rule]));
    return [...distinct.values()].slice(0, most);
  }

  it("creates what is declared: the plan is then empty, and refresh reads back what was declared", async () => {
    await apply(declared.flatMap((rule) => planned(rule, bare)));
    await assertThere(declared);
  });

  it("has the key that the host's own script gives it", async () => {
    const touched = declared
      .flatMap((rule) => routingRule.plan(resolved(rule, bare), undefined))
      .flatMap(({ touches }) => touches);
    const canonical = (await kernel.run(awk("{ print canonical_key($0) }", touched))).trim().split("\n");
    const printed = await kernel.run("for f in 4 6; do echo family $f; ip -$f -N -d -o rule show; done");
    const program = '/^family / { family = $2 } kind_of($0) == "rule" { print rule_key($0, family) }';
    const there = new Set((await kernel.run(awk(program, printed.split("\n")))).split("\n"));
    assert.equal(canonical.length, declared.length);
    assert.deepEqual(
      canonical.filter((key) => !there.has(key)),
      [],
    );
  });

  it("stands beside a stranger's that says the same, and beside others of its priority", async () => {
    const strangers = declared.filter((_, index) => index % 4 === 0).flatMap((rule) => planned(rule, bare));
    await apply(strangers.map((step) => ({ ...step, line: step.line.replace(/ proto 205$/, " proto 186") })));
    await assertThere(declared);
    assert.equal((await foreign()).length, Math.ceil(count / 4));
  });

  it("changes anything: the new rule comes and the old one goes, and nobody else's", async () => {
    const strangers = await foreign();
    const now = await kernel.snapshot();
    const others = sample(seed + 1, count);
    const next = declared.map((rule, index) => {
      const other = { ...others[index], priority: rule.priority, family: rule.family } as RuleInput;
      const parsed = routingRule.schema.safeParse(other);
      const fits = parsed.success && routingRule.contradictions?.(parsed.data).length === 0;
      return fits ? parsed.data : routingRule.schema.parse({ ...rule, invert: !rule.invert, from: rule.from ?? anAddress(rule) });
    });
    await apply(declared.flatMap((rule, index) => replaced(rule, next[index] ?? rule, now)));
    await assertThere(next);
    assert.deepEqual(await foreign(), strangers);
    declared = next;
  });

  it("removes what is declared and nothing else; removing what is absent is no step", async () => {
    const strangers = await foreign();
    const now = await kernel.snapshot();
    await apply(declared.flatMap((rule) => removed(rule, now)));
    const after = await kernel.snapshot();
    const [left, wanted] = [after.rules.map(ruleKey), [...bare.rules, ...strangers].map(ruleKey)];
    assert.deepEqual(
      [left.filter((key) => !wanted.includes(key)), wanted.filter((key) => !left.includes(key))],
      [[], []],
      "rules that stayed, and rules that went",
    );
    assert.deepEqual(
      declared.flatMap((rule) => removed(rule, after)),
      [],
    );
  });

  it("knows which rules the kernel takes for one another", async () => {
    const pairs = alike.flatMap((before) =>
      alike.filter((desired) => desired !== before).map((desired) => [before, desired] as const),
    );
    // Each pair has a priority of its own.
    const rules = pairs.map((pair, index) =>
      pair.map((fields) => routingRule.schema.parse({ priority: 1000 + index, ...fields })),
    );
    const refused = await kernel.apply(rules.flat().flatMap((rule) => planned(rule, bare)));
    await kernel.run("ip rule flush protocol 205");
    assert.ok(refused.every(({ words }) => /File exists/.test(words)) && refused.length > 10);
    const isRefused = (rule: RoutingRule) => refused.some(({ line }) => line === planned(rule, bare)[0]?.line);
    const wrong = rules.filter(([before, desired]) => {
      if (!before || !desired) return true;
      const said = routingRule.excludes?.(resolved(desired, bare), resolved(before, bare));
      // A kernel before 5.16 does not compare what is suppressed either.
      return isRefused(desired) !== said && !(said && before.suppressPrefixLength !== desired.suppressPrefixLength);
    });
    assert.deepEqual(wrong, []);
  });

  async function apply(steps: readonly Step[]): Promise<void> {
    assert.deepEqual(await kernel.apply(steps), []);
  }

  async function assertThere(rules: readonly RoutingRule[]): Promise<void> {
    const now = await kernel.snapshot();
    for (const rule of rules) {
      const live = observed(rule, now);
      assert.deepEqual(planned(rule, now).map(shown), [], JSON.stringify(rule));
      assert.deepEqual(routingRule.schema.parse(routingRule.inputsOf(live as ObservedRule)), inNumbers(rule));
    }
    assert.equal(now.rules.filter(({ protocol }) => protocol === 205).length, rules.length);
  }

  const foreign = async (): Promise<LiveRule[]> => (await kernel.snapshot()).rules.filter(({ protocol }) => protocol === 186);
});

/** Rules that differ in one thing or two. */
const alike: readonly Partial<RuleInput>[] = [
  ...[{}, { from: "10.0.0.0/8" }, { from: "10.0.0.0/8", to: "10.1.0.1" }, { from: "10.0.0.0/8", invert: true }, { tos: 4 }],
  ...[{ firewallMark: 0 }, { firewallMark: 1 }, { firewallMark: 1, from: "10.0.0.0/8" }, { realms: "3" }, { table: 6 }],
  ...[{ suppressPrefixLength: 0 }, { gotoPriority: 50_000 }, { gotoPriority: 60_000 }, { action: "blackhole" as const }],
];

/** What needs an `ip` and a kernel newer than those that Debian 12 has. */
const newFieldsOf = (rule: RoutingRule): (keyof RoutingRule)[] => [
  ...(["dscp", "dscpMask", "flowLabel", "flowLabelMask"] as const),
  ...(["sourcePorts", "destinationPorts"] as const).filter((field) => String(rule[field]).includes("/")),
];

const without = (rule: RoutingRule, fields: readonly (keyof RoutingRule)[]): RoutingRule =>
  routingRule.schema.parse(Object.fromEntries(Object.entries(rule).filter(([field]) => !fields.includes(field as "priority"))));

const isRight = (rule: RoutingRule): boolean => routingRule.contradictions?.(rule).length === 0;

/* ---- what the kind says ----------------------------------------------------------------------------------------------------- */

const resolved = (rule: RoutingRule, snapshot: Snapshot): RuleOnHost => routingRule.resolve?.(rule, snapshot) ?? rule;

const observed = (rule: RoutingRule, snapshot: Snapshot) => routingRule.observe(snapshot, rule, undefined);

const planned = (rule: RoutingRule, snapshot: Snapshot): readonly Step[] =>
  routingRule.plan(resolved(rule, snapshot), observed(rule, snapshot));

const removed = (rule: RoutingRule, snapshot: Snapshot): readonly Step[] => routingRule.plan(undefined, observed(rule, snapshot));

/** As the lifecycle does it. */
function replaced(before: RoutingRule, desired: RoutingRule, snapshot: Snapshot): Step[] {
  if (!ruleDiffers(before, desired)) return [];
  const put = planned(desired, snapshot);
  const drop = removed(before, snapshot);
  const first = routingRule.excludes?.(resolved(desired, snapshot), resolved(before, snapshot));
  return first ? [...drop.map((step): Step => ({ ...step, phase: "put" })), ...put] : [...put, ...drop];
}

const ruleDiffers = (one: RoutingRule, other: RoutingRule): boolean =>
  routingRule.identity(one).join(" ") !== routingRule.identity(other).join(" ");

const anAddress = ({ family }: RoutingRule): string => (family === "ipv6" ? "2001:db8::1" : "10.0.0.1");

const inNumbers = (rule: RoutingRule): RoutingRule => routingRule.schema.parse(rule);

/** A command that runs an awk program, which may use the functions of on-host/keys.awk, over lines. */
function awk(program: string, lines: readonly string[]): string {
  const text = `${readFileSync(join(__dirname, "../../../on-host/keys.awk"), "utf8")}\n${program}`.replaceAll("'", "'\\''");
  return `awk '${text}' <<'end of lines'\n${lines.join("\n")}\nend of lines\n`;
}
