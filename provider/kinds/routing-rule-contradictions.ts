import { familyOf } from "../iproute/tokens";
import type { Contradiction } from "../kind";
import type { RoutingRule } from "./routing-rule";
import { familyOfRule } from "./routing-rule-form";

/** What no single field can tell. Each says what is wrong with which value, and what would be right. */
export function contradictions(rule: RoutingRule): Contradiction[] {
  return [...familyRules(rule), ...maskRules(rule), ...serviceRules(rule), ...actionRules(rule), ...lookupRules(rule)];
}

const at = (field: keyof RoutingRule, message: string): Contradiction => ({ path: [field], message });

function familyRules(rule: RoutingRule): Contradiction[] {
  const family = familyOfRule(rule);
  const found = (["from", "to"] as const).flatMap((field) => {
    const text = rule[field];
    const fits = text === undefined || text === "default" || familyOf(text) === family;
    return fits ? [] : [at(field, `this is IPv${familyOf(text)}, and the rule is IPv${family}; use one family in one rule`)];
  });
  if (family === 6 && rule.realms !== undefined) {
    found.push(at("realms", "the kernel silently ignores it in an IPv6 rule, since it is for IPv4 only; leave it out"));
  }
  if (family === 4) {
    const labels = (["flowLabel", "flowLabelMask"] as const).filter((field) => rule[field] !== undefined);
    found.push(...labels.map((field) => at(field, "IPv4 has no flow labels; leave it out, or make it an IPv6 rule")));
  }
  if (family === 4 && (rule.suppressPrefixLength ?? 0) > 32) {
    found.push(at("suppressPrefixLength", "no IPv4 prefix is longer than 32; write at most 32, which passes over all routes"));
  }
  return found;
}

/* ---- what packets it matches ------------------------------------------------------------------------------------------------ */

const masks = { firewallMask: "firewallMark", dscpMask: "dscp", flowLabelMask: "flowLabel" } as const;

function maskRules(rule: RoutingRule): Contradiction[] {
  const found: Contradiction[] = [];
  for (const mask of Object.keys(masks) as (keyof typeof masks)[]) {
    const field = masks[mask];
    const [value, bits] = [rule[field], rule[mask]];
    if (bits === undefined) continue;
    if (value === undefined) found.push(at(field, `${mask} says which bits of it count; give ${field}, or leave ${mask} out`));
    else if ((BigInt(value) & BigInt(bits)) !== BigInt(value)) {
      const within = hex(Number(BigInt(value) & BigInt(bits)));
      found.push(at(field, `bits are set that ${mask} leaves out; write ${within}, or a wider mask`));
    }
  }
  if (rule.invert && selectors.every((field) => rule[field] === undefined)) {
    found.push(
      at("invert", "a rule that names no packets matches all of them, and inverted none; leave it out, or name packets"),
    );
  }
  return found;
}

const hex = (number: number): string => `0x${number.toString(16)}`;

const selectors = [
  ...(["from", "to", "inputDevice", "outputDevice", "firewallMark", "ipProtocol", "sourcePorts", "destinationPorts"] as const),
  ...(["uidRange", "dscp", "tos", "flowLabel", "tunnelId", "l3Mdev"] as const),
];

function serviceRules(rule: RoutingRule): Contradiction[] {
  if (rule.tos === undefined) return [];
  if (rule.dscp !== undefined) return [at("tos", "the kernel takes it or dscp, and not both; leave tos out")];
  if (familyOfRule(rule) === 4 && rule.tos > 28) {
    const dscp = `dscp ${rule.tos / 4}`;
    return [
      at("tos", `an IPv4 rule looks at three of the six bits, up to 28, and the kernel refuses others; give ${dscp} instead`),
    ];
  }
  return [];
}

/* ---- what happens to them --------------------------------------------------------------------------------------------------- */

function actionRules({ action, gotoPriority, priority }: RoutingRule): Contradiction[] {
  if (action !== "goto") {
    if (gotoPriority === undefined) return [];
    return [at("gotoPriority", `only goto goes anywhere, and the action is ${action}; leave one of the two out`)];
  }
  if (gotoPriority === undefined) return [at("gotoPriority", "goto goes on with the rules of a priority; give it")];
  if (gotoPriority > priority) return [];
  return [at("gotoPriority", `the kernel goes forward only; write a priority above the rule's own, ${priority}`)];
}

const ofLookup = ["table", "suppressPrefixLength", "suppressInterfaceGroup", "realms"] as const;

function lookupRules(rule: RoutingRule): Contradiction[] {
  if (rule.action !== "lookup") {
    const wrong = ofLookup.filter((field) => rule[field] !== undefined);
    return wrong.map((field) =>
      at(field, `it belongs to a look-up, and the action ${rule.action} looks nothing up; leave it out`),
    );
  }
  if (!rule.l3Mdev) return [];
  const found: Contradiction[] = [];
  if (rule.table !== undefined)
    found.push(at("table", "with l3Mdev the table is that of the packet's VRF; leave one of the two out"));
  const hidden = (["suppressPrefixLength", "suppressInterfaceGroup"] as const).filter((field) => rule[field] !== undefined);
  return [
    ...found,
    ...hidden.map((field) => at(field, "`ip` does not show it beside l3Mdev, so nobody could see that it is so; leave it out")),
  ];
}
