/** Which rules a packet meets, in the order in which the kernel asks them. Pure. */
import { Address4, Address6 } from "ip-address";
import type { LiveRoute, LiveRule } from "../provider/snapshot";

export interface Packet {
  readonly source: string | undefined;
  readonly destination: string;
  readonly protocol: number | undefined;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly mark: number;
  /** `lo` for what the host itself sends. */
  readonly inputDevice: string;
}

/** A rule that the packet matches, and what came of it. */
export interface Met {
  readonly rule: LiveRule;
  /** The most specific route of the table that the rule names. */
  readonly found: LiveRoute | undefined;
  readonly outcome: "taken" | "nothing" | "passed over" | "goes on" | "unknown";
}

/** Up to the rule that decides. @param candidates routes that hold the destination, of all tables */
export function rulesMet(rules: readonly LiveRule[], packet: Packet, candidates: readonly LiveRoute[]): Met[] {
  const met: Met[] = [];
  let from = 0;
  for (const rule of rules) {
    if (rule.priority < from || !matches(rule, packet)) continue;
    const one = outcomeOf(rule, candidates);
    met.push(one);
    if (one.outcome === "taken") break;
    if (rule.action === "goto") from = rule.gotoPriority ?? from;
  }
  return met;
}

function outcomeOf(rule: LiveRule, candidates: readonly LiveRoute[]): Met {
  if (rule.action === "goto" || rule.action === "nop") return { rule, found: undefined, outcome: "goes on" };
  if (rule.action !== "lookup") return { rule, found: undefined, outcome: "taken" };
  // The table of a VRF is that of a device.
  if (rule.table === undefined) return { rule, found: undefined, outcome: "unknown" };
  const found = mostSpecific(candidates.filter(({ table }) => table === rule.table));
  // `throw` ends the look-up in this table.
  if (!found || found.type === 9) return { rule, found, outcome: "nothing" };
  const { suppressPrefixLength } = rule;
  if (suppressPrefixLength !== undefined && lengthOf(found.destination) <= suppressPrefixLength)
    return { rule, found, outcome: "passed over" };
  return { rule, found, outcome: "taken" };
}

const isBroadcastLike = ({ type }: LiveRoute) => type === 3;

/** Of those with the longest prefix the one with the lowest metric. */
function mostSpecific(routes: readonly LiveRoute[]): LiveRoute | undefined {
  return routes
    .filter((route) => !isBroadcastLike(route) || lengthOf(route.destination) >= 32)
    .toSorted((a, b) => lengthOf(b.destination) - lengthOf(a.destination) || a.metric - b.metric)[0];
}

export function lengthOf(prefix: string): number {
  if (prefix === "default") return 0;
  const [address = "", length] = prefix.split("/");
  return length === undefined ? (address.includes(":") ? 128 : 32) : Number(length);
}

/* ---- selectors -------------------------------------------------------------------------------------------------------------- */

function matches(rule: LiveRule, packet: Packet): boolean {
  const selected =
    holds(rule.from, packet.source) &&
    holds(rule.to, packet.destination) &&
    (rule.inputDevice === undefined || rule.inputDevice === packet.inputDevice) &&
    // Of sockets that are bound to a device; none is asked for here.
    rule.outputDevice === undefined &&
    isMarked(rule, packet.mark) &&
    (rule.ipProtocol === undefined || rule.ipProtocol === packet.protocol) &&
    hasPort(rule.sourcePorts, packet.sourcePort) &&
    hasPort(rule.destinationPorts, packet.destinationPort) &&
    // The host's own traffic is looked up as root's; what is forwarded belongs to nobody.
    (rule.uidRange === undefined || (packet.inputDevice === "lo" && isWithin(rule.uidRange, 0))) &&
    // An ordinary packet: no type of service, no flow label, no tunnel.
    (rule.tos ?? 0) === 0 &&
    (rule.dscp ?? 0) === 0 &&
    (rule.flowLabel ?? 0) === 0 &&
    rule.tunnelId === undefined &&
    !rule.l3Mdev;
  return selected !== rule.invert;
}

function holds(prefix: string | undefined, address: string | undefined): boolean {
  if (prefix === undefined || prefix === "default") return true;
  if (address === undefined) return false;
  if (address.includes(":") !== prefix.includes(":")) return false;
  return address.includes(":")
    ? new Address6(address).isInSubnet(new Address6(prefix))
    : new Address4(address).isInSubnet(new Address4(prefix));
}

const allBits = 0xffffffff;

function isMarked({ firewallMark, firewallMask = allBits }: LiveRule, mark: number): boolean {
  return firewallMark === undefined || ((mark ^ firewallMark) & firewallMask) === 0;
}

/** `443`, `1000-2000`, `1024/0xfc00`. */
function hasPort(ports: string | undefined, port: number | undefined): boolean {
  if (ports === undefined) return true;
  if (port === undefined) return false;
  const [value = "", mask] = ports.split("/");
  return mask === undefined ? isWithin(ports, port) : ((port ^ Number(value)) & Number(mask)) === 0;
}

function isWithin(range: string, number: number): boolean {
  const [first = NaN, last = first] = range.split("-").map(Number);
  return first <= number && number <= last;
}
