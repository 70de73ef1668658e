import { isAtLeast } from "../iproute/versions";
import type { HostFacts, Snapshot } from "../snapshot";
import type { RoutingRule } from "./routing-rule";
import { tableNumber } from "./table-number";

/** A rule in the terms of one host. */
export interface RuleOnHost extends RoutingRule {
  /** Why such a rule can't be put there. */
  readonly refusal?: string | undefined;
}

/** Table names by the host's rt_tables; and whether its kernel and its `ip` know all that the rule says. */
export function resolveRule(desired: RoutingRule, snapshot: Snapshot): RuleOnHost {
  const { table } = desired;
  return {
    ...desired,
    ...(table !== undefined && { table: tableNumber(table, snapshot) }),
    refusal: refusal(desired, snapshot.host),
  };
}

/** An older kernel ignores what it does not know, and matches more than was meant; so does an older `ip` with a port's mask. */
function refusal(rule: RoutingRule, { kernel, iproute2 }: HostFacts): string | undefined {
  const newest = newer.filter(({ isIn }) => isIn(rule)).at(-1);
  if (!newest) return undefined;
  const { what, minor } = newest;
  if (isAtLeast(kernel, 6, minor) && isAtLeast(iproute2, 6, minor)) return undefined;
  return `${what} needs Linux 6.${minor} and iproute2 6.${minor}, and the host has Linux ${kernel} and iproute2 ${iproute2}. Leave it out, or update the host.`;
}

/** What is newer than 4.19, in the order in which it came: the versions of the kernel and of iproute2 are the same. */
const newer: readonly { what: string; minor: number; isIn: (rule: RoutingRule) => boolean }[] = [
  { what: "dscp", minor: 12, isIn: ({ dscp }) => dscp !== undefined },
  { what: "flowLabel", minor: 14, isIn: ({ flowLabel }) => flowLabel !== undefined },
  { what: "dscpMask", minor: 15, isIn: ({ dscpMask }) => dscpMask !== undefined },
  { what: "A mask in sourcePorts", minor: 15, isIn: ({ sourcePorts }) => hasMask(sourcePorts) },
  { what: "A mask in destinationPorts", minor: 15, isIn: ({ destinationPorts }) => hasMask(destinationPorts) },
];

const hasMask = (ports: RoutingRule["sourcePorts"]): boolean => typeof ports === "string" && ports.includes("/");
