import type { RoutingRule } from "./routing-rule";
import { familyOfRule } from "./routing-rule-form";

/** What to do about a refusal of the kernel's or of `ip`. */
export function hint(words: string, rule: RoutingRule): string | undefined {
  if (/File exists/i.test(words)) {
    return (
      `There is a rule of ours with priority ${rule.priority} that the kernel takes for this one: it compares neither \`not\` nor where goto leads, and no addresses, ` +
      "type of service, flow label or realms that the new rule does not name. Give this one another priority, or remove the other one first."
    );
  }
  if (/No such file|does not exist/i.test(words)) return "The rule has gone in the meantime. `pulumi up` looks again.";
  if (/Address family not supported|not supported by protocol/i.test(words))
    return `The host's kernel has no policy rules for IPv${familyOfRule(rule)} (CONFIG_IP${familyOfRule(rule) === 6 ? "V6" : ""}_MULTIPLE_TABLES), or IPv6 is turned off.`;
  return undefined;
}
