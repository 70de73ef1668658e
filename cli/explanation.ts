/** Why a flow goes where it goes: the kernel's verdict, and the rules, route and line that led to it. Pure. */
import { ruleWords } from "../provider/iproute/rules";
import type { LiveRule } from "../provider/snapshot";
import type { Connection, Facts, Verdict } from "./explain-question";
import { flowText, type Flow } from "./flow";
import { type LineHealth, lineOf, pinMask } from "./lines";
import type { Resource } from "./objects";
import { type Met, lengthOf, rulesMet } from "./rule-match";

export interface Explanation {
  readonly flow: string;
  /** The device that it comes in by; undefined: the host itself sends it. */
  readonly incoming: string | undefined;
  readonly connection:
    (Connection & { readonly pinnedTo: string | undefined; readonly notPinned: string | undefined }) | undefined;
  /** Whether the host's connections could be looked at. */
  readonly sawConnections: boolean;
  readonly mark: Mark;
  /** Those that match, in the order in which they are asked; the last one decides. */
  readonly rules: readonly RuleMet[];
  readonly result: Refused | ToHost | Sent;
}

export interface Mark {
  readonly value: number;
  readonly from: "nothing" | "the flow as given" | "the connection";
  /** What its bits mean here. */
  readonly line: string | undefined;
}

export interface RuleMet {
  readonly priority: number;
  /** What the packet has to be like, in `ip rule`'s words; empty: anything. */
  readonly selectors: string;
  readonly action: string;
  readonly outcome: Met["outcome"];
  /** What was found in its table. */
  readonly found: string | undefined;
  readonly resource: Resource | undefined;
}

export interface Refused {
  readonly kind: "refused";
  /** The kernel's words. */
  readonly words: string;
  readonly because: readonly string[];
}

export interface ToHost {
  readonly kind: "to the host itself";
}

export interface Sent {
  readonly kind: "sent";
  readonly route: {
    readonly destination: string;
    readonly table: number;
    readonly metric: number;
    readonly resource: Resource | undefined;
  };
  readonly hops: readonly Hop[];
  /** What decides between several next hops. */
  readonly hash: string | undefined;
  readonly device: string | undefined;
  readonly gateway: string | undefined;
  readonly line: LineHealth | undefined;
  /** The source address that the host gives what it sends itself. */
  readonly preferredSource: string | undefined;
}

export interface Hop {
  readonly device: string | undefined;
  readonly gateway: string | undefined;
  readonly weight: number;
  /** Of new flows, 0 to 1. */
  readonly share: number;
  readonly line: string | undefined;
  readonly chosen: boolean;
  /** `dead`, `linkdown`, ... */
  readonly flags: readonly string[];
  /** Declared, and left out by the line monitor. */
  readonly leftOut: boolean;
}

export function explanationOf(facts: Facts): Explanation {
  const { flow, incoming, connection, sawConnections, plain, marked } = facts;
  const notPinned = connection && whyNotPinned(facts, connection.mark);
  const byConnection = marked !== undefined && connection !== undefined && notPinned === undefined;
  const verdict = byConnection ? marked : plain;
  const value = byConnection ? connection.mark & pinMask : (flow.mark ?? 0);
  const from = byConnection ? "the connection" : flow.mark === undefined ? "nothing" : "the flow as given";
  const met = metRules(facts, value, verdict);
  return {
    flow: flowText(flow),
    ...{ incoming, sawConnections },
    connection: connection && { ...connection, pinnedTo: lineOfMark(facts, connection.mark), notPinned },
    mark: { value, from, line: lineOfMark(facts, value) },
    rules: met.map((one) => ruleMet(one, facts)),
    result: resultOf(facts, verdict, met),
  };
}

function lineOfMark({ declaredLines, pinnedLines }: Facts, mark: number): string | undefined {
  const number = (mark & pinMask) >> 8;
  return pinnedLines.get(number) ?? declaredLines.find((line) => line.number === number)?.name;
}

/** Why the packets of a connection that belongs to a line don't get its mark; undefined: they do, or it belongs to none. */
function whyNotPinned({ pinnedLines, incoming, health }: Facts, mark: number): string | undefined {
  const number = (mark & pinMask) >> 8;
  if (number === 0) return undefined;
  const name = pinnedLines.get(number);
  if (name === undefined) return "no ConnectionPinning there makes that the packets' own: it is left out here";
  const line = health.lines.find((one) => one.name === name);
  if (line?.state === "down") return `line ${name} is down, so it takes another way meanwhile`;
  const through = health.lines.find(({ device }) => device === incoming);
  return through && `what comes in by a line (${through.name}) goes where it is for, whatever its connection's mark`;
}

/** The kernel doesn't tell which rule it was: the first one that matches and leads to the table that it names. */
function metRules({ flow, incoming, rules, candidates }: Facts, mark: number, verdict: Verdict): Met[] {
  const met = rulesMet(rules, { ...packetOf(flow), mark, inputDevice: incoming ?? "lo" }, candidates);
  if ("refused" in verdict) return met;
  const { table } = verdict.route;
  const at = met.findIndex(({ rule, outcome }) => outcome === "taken" && rule.table === table);
  return at < 0 ? met.filter(({ outcome }) => outcome !== "taken") : met.slice(0, at + 1);
}

const packetOf = ({ source, destination, protocol, sourcePort, destinationPort }: Flow) => {
  return { source, destination, protocol, sourcePort, destinationPort };
};

function ruleMet({ rule, found, outcome }: Met, { declared }: Facts): RuleMet {
  const selectors = ruleWords(rule).filter(
    (words) => !/^(table|l3mdev|suppress_|goto|nop|proto|realms|blackhole|unreachable|prohibit)/.test(words),
  );
  return {
    priority: rule.priority,
    selectors: selectors.join(" "),
    action: actionOf(rule),
    outcome,
    found: found?.destination,
    resource: declared.ofRule(rule),
  };
}

const names: Readonly<Record<number, string>> = { 253: "default", 254: "main", 255: "local" };

export const tableName = (table: number): string => names[table] ?? String(table);

function actionOf({ action, table, gotoPriority }: LiveRule): string {
  if (action === "lookup") return table === undefined ? "the table of its VRF" : `table ${tableName(table)}`;
  return action === "goto" ? `goto ${gotoPriority}` : String(action);
}

function resultOf(facts: Facts, verdict: Verdict, met: readonly Met[]): Refused | ToHost | Sent {
  if ("refused" in verdict) return { kind: "refused", words: verdict.refused, because: reasons(facts, verdict.refused, met) };
  if (verdict.type === 2 || verdict.type === 3) return { kind: "to the host itself" };
  const { route, hop, preferredSource } = verdict;
  const { destination, table, metric, nextHops } = route;
  const lines = facts.health.lines;
  const total = nextHops.reduce((sum, { weight }) => sum + weight, 0);
  const isChosen = ({ device, gateway }: typeof hop) => device === hop.device && gateway === hop.gateway;
  const isThere = (one: typeof hop) => nextHops.some(({ device, gateway }) => device === one.device && gateway === one.gateway);
  const left = facts.declared.hopsOf(route).filter((one) => !isThere(one));
  return {
    kind: "sent",
    route: { destination, table, metric, resource: facts.declared.ofRoute(route) },
    hops: [
      ...nextHops.map(({ device, gateway, weight, flags }) => {
        const one = { device, gateway };
        return {
          ...one,
          weight,
          share: weight / total,
          line: lineOf(one, lines)?.name,
          chosen: isChosen(one),
          flags,
          leftOut: false,
        };
      }),
      ...left.map(({ device, gateway, weight }) => {
        const line = lineOf({ device, gateway }, lines)?.name;
        return { device, gateway, weight, share: 0, line, chosen: false, flags: [], leftOut: true };
      }),
    ],
    hash: nextHops.length > 1 ? hashOf(facts) : undefined,
    device: hop.device,
    gateway: hop.gateway,
    line: lineOf(hop, lines),
    preferredSource: facts.incoming === undefined ? preferredSource : undefined,
  };
}

const policies: Readonly<Record<string, string>> = {
  0: "a hash of the addresses: everything between these two hosts takes the same way",
  1: "a hash of addresses and ports: another connection may take another way, this one keeps it",
  2: "a hash of the addresses, of a tunnel's inner ones",
  3: "a hash of the fields that fib_multipath_hash_fields names",
};

const hashOf = ({ settings, flow }: Facts): string => {
  const policy = settings.get(`net/ipv${flow.family}/fib_multipath_hash_policy`) ?? "0";
  return `${policies[policy] ?? "a hash"} (fib_multipath_hash_policy ${policy})`;
};

/* ---- why there is no way ---------------------------------------------------------------------------------------------------- */

/** RTN_* that lead nowhere. */
const dead: Readonly<Record<number, string>> = { 6: "blackhole", 7: "unreachable", 8: "prohibit" };

function reasons({ flow, incoming, settings, candidates, devices }: Facts, words: string, met: readonly Met[]): string[] {
  const conf = `net/ipv${flow.family}/conf`;
  const last = met.at(-1);
  const type = last?.found && dead[last.found.type];
  const filter = Math.max(...[incoming, "all"].map((device) => Number(settings.get(`${conf}/${device}/rp_filter`) ?? 0)));
  return [
    ...(incoming !== undefined && !devices.includes(incoming) ? [`the host has no device ${incoming}`] : []),
    ...(last?.outcome === "taken" && type && last.found
      ? [
          `table ${tableName(last.found.table)} has \`${type} ${last.found.destination}\`` +
            (lengthOf(last.found.destination) === 0 ? ", and no other route there" : ""),
        ]
      : []),
    ...(last?.outcome === "taken" && last.rule.action !== "lookup"
      ? [`rule ${last.rule.priority} says ${String(last.rule.action)}`]
      : []),
    ...(incoming !== undefined && settings.get(`${conf}/${incoming}/forwarding`) === "0"
      ? [`${conf}/${incoming}/forwarding is 0: what comes in by ${incoming} is not forwarded`]
      : []),
    // What the kernel says of it has changed over the years.
    ...(/cross-device|Invalid argument/.test(words) && incoming !== undefined && filter > 0 && last?.found?.type !== 6
      ? [
          `the way back to ${flow.source ?? "the source"} is not by ${incoming}, and rp_filter is ${filter}: such packets are dropped (2 lets them in)`,
        ]
      : []),
    ...(last?.outcome !== "taken" && candidates.every(({ table }) => table === 255) ? ["no table has a route there"] : []),
  ];
}
