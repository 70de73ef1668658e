/** One form for a rule that is declared and one that is there, so that they can be compared. */
import { ipProtocols, nameOf, ourProtocol } from "../iproute/names";
import { ruleKey } from "../iproute/rules";
import { type Family, familyOf } from "../iproute/tokens";
import type { ObjectKey } from "../kind";
import type { LiveRule } from "../snapshot";
import type { RoutingRule } from "./routing-rule";

export const familyOfRule = ({ family }: RoutingRule): Family => (family === "ipv6" ? 6 : 4);

/* ---- canonical form --------------------------------------------------------------------------------------------------------- */

/** What is needed to name a rule is spelt out; whatever else is the kernel's default is left out. */
export function canonical(rule: RoutingRule): RoutingRule {
  const family = rule.family ?? familyFrom(rule);
  const action = rule.action ?? (rule.gotoPriority === undefined ? "lookup" : "goto");
  const looks = action === "lookup" && !rule.l3Mdev;
  const named: RoutingRule = { ...rule, family, action, table: rule.table ?? (looks ? 254 : undefined) };
  return Object.fromEntries(
    Object.entries(named).filter(([field, value]) => value !== undefined && !isDefault(field, value, family)),
  ) as unknown as RoutingRule;
}

function familyFrom({ from, to, flowLabel }: RoutingRule): NonNullable<RoutingRule["family"]> {
  const address = [from, to].find((text) => text !== undefined && text !== "default");
  if (address === undefined) return flowLabel === undefined ? "ipv4" : "ipv6";
  return familyOf(address) === 4 ? "ipv4" : "ipv6";
}

function isDefault(field: string, value: unknown, family: RoutingRule["family"]): boolean {
  switch (field) {
    case "from":
    case "to":
      return value === "default" || value === (family === "ipv6" ? "::/0" : "0.0.0.0/0");
    case "firewallMask":
      return value === 0xffffffff;
    case "dscpMask":
      return value === 63;
    case "flowLabelMask":
      return value === 0xfffff;
    case "tos":
      return value === 0;
    default:
      return value === false;
  }
}

/* ---- identity --------------------------------------------------------------------------------------------------------------- */

/** As a host shows it once it is there. */
export function asLive(rule: RoutingRule): LiveRule {
  const { ipProtocol, sourcePorts, destinationPorts, uidRange, table } = rule;
  return {
    family: familyOfRule(rule),
    priority: rule.priority,
    invert: rule.invert ?? false,
    from: rule.from,
    to: rule.to,
    inputDevice: rule.inputDevice,
    outputDevice: rule.outputDevice,
    firewallMark: rule.firewallMark,
    firewallMask: rule.firewallMask,
    ipProtocol: typeof ipProtocol === "string" ? ipProtocols[ipProtocol] : ipProtocol,
    sourcePorts: sourcePorts === undefined ? undefined : String(sourcePorts),
    destinationPorts: destinationPorts === undefined ? undefined : String(destinationPorts),
    uidRange: typeof uidRange === "number" ? `${uidRange}-${uidRange}` : uidRange,
    tos: rule.tos,
    dscp: rule.dscp,
    dscpMask: rule.dscpMask,
    flowLabel: rule.flowLabel,
    flowLabelMask: rule.flowLabelMask,
    tunnelId: rule.tunnelId,
    l3Mdev: rule.l3Mdev ?? false,
    action: rule.action ?? "lookup",
    // A name that nobody has resolved yet is as good for telling rules apart.
    table: table as number | undefined,
    gotoPriority: rule.gotoPriority,
    suppressPrefixLength: rule.suppressPrefixLength,
    suppressInterfaceGroup: rule.suppressInterfaceGroup,
    realms: rule.realms,
    protocol: ourProtocol,
    others: [],
  };
}

export const keyOf = (rule: RoutingRule): ObjectKey => ruleKey(asLive(rule));

/**
 * Whether the kernel takes the new rule for the old one ("File exists") though they differ: what a new rule does not say of addresses, type
 * of service, flow label and realms may be anything in the old one, and neither `not` nor where `goto` leads is compared; before Linux
 * 5.16 nor what is suppressed. So they can't stand side by side, not even for a moment.
 */
export function excludes(desired: RoutingRule, before: RoutingRule): boolean {
  const [wanted, old] = [asLive(desired), asLive(before)];
  if (ruleKey(wanted) === ruleKey(old)) return false;
  return (Object.keys(wanted) as (keyof LiveRule)[]).every((field) => {
    if ((notCompared as readonly string[]).includes(field)) return true;
    if ((comparedIfSaid as readonly string[]).includes(field) && wanted[field] === undefined) return true;
    return String(wanted[field]) === String(old[field]);
  });
}

const notCompared = ["invert", "gotoPriority", "suppressPrefixLength", "suppressInterfaceGroup"] satisfies (keyof LiveRule)[];
const comparedIfSaid = ["from", "to", "tos", "dscp", "dscpMask", "flowLabel", "realms"] satisfies (keyof LiveRule)[];

/* ---- what is there ---------------------------------------------------------------------------------------------------------- */

function declaredForm(live: LiveRule): RoutingRule {
  const { family, others: _others, protocol: _protocol, ipProtocol, sourcePorts, destinationPorts, uidRange, ...same } = live;
  return canonical({
    ...same,
    family: family === 4 ? "ipv4" : "ipv6",
    // Somebody else's may do what has no name here.
    action: same.action as RoutingRule["action"],
    ipProtocol: ipProtocol === undefined ? undefined : (nameOf(ipProtocols, ipProtocol) ?? ipProtocol),
    sourcePorts: numberIfAlone(sourcePorts),
    destinationPorts: numberIfAlone(destinationPorts),
    uidRange: uidRange?.replace(/^(\d+)-\1$/, "$1") === uidRange ? uidRange : Number.parseInt(uidRange ?? ""),
  });
}

const numberIfAlone = (ports: string | undefined): string | number | undefined =>
  ports !== undefined && /^\d+$/.test(ports) ? Number(ports) : ports;

/** Nothing but a table's name can be said in two ways. */
export function inWordsOf(desired: RoutingRule, live: LiveRule): RoutingRule {
  const found = declaredForm(live);
  return typeof desired.table === "string" ? { ...found, table: desired.table } : found;
}
