/** A rule is there or it is not: whatever else it said, it would be another one. */
import { InputError } from "../errors";
import { batchLine } from "../iproute/batch";
import { ruleKey, ruleWords } from "../iproute/rules";
import type { Step } from "../kind";
import type { LiveRule } from "../snapshot";
import type { ObservedRule } from "./routing-rule";
import { asLive, familyOfRule, keyOf } from "./routing-rule-form";
import type { RuleOnHost } from "./routing-rule-resolve";

export function planRule(desired: RuleOnHost | undefined, observed: ObservedRule | undefined): readonly Step[] {
  if (!desired) return observed ? [removal(observed.live)] : [];
  return observed ? [] : [addition(desired)];
}

/** Where the rule is there already, `ip` says "File exists", which restore.sh takes for success. */
export const replayLine = (desired: RuleOnHost): string => `ip -${familyOfRule(desired)} ${additionLine(desired)}`;

function addition(desired: RuleOnHost): Step {
  const tool = familyOfRule(desired) === 4 ? "ip -4" : "ip -6";
  return { layer: "rule", phase: "put", tool, line: additionLine(desired), touches: [keyOf(desired)], removes: [] };
}

function additionLine(desired: RuleOnHost): string {
  if (desired.refusal !== undefined) throw new InputError(desired.refusal);
  return line("add", asLive(desired));
}

/** All that the rule says, because `del` takes the first one that has what it is told: with the priority alone, another one with that priority. */
function removal(live: LiveRule): Step {
  const key = ruleKey(live);
  const tool = live.family === 4 ? "ip -4" : "ip -6";
  return { layer: "rule", phase: "drop", tool, line: line("del", live), touches: [key], removes: [key] };
}

const line = (verb: "add" | "del", rule: LiveRule): string =>
  batchLine(
    ["rule", verb, "priority", rule.priority],
    ruleWords(rule).map((pair) => pair.split(" ")),
  );
