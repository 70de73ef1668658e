/** From a route that is there to one that is wanted: the lines, and which of several routes with one key they hit. */
import { InputError } from "../errors";
import { type Words, batchLine } from "../iproute/batch";
import { ourProtocol, scopeNumber } from "../iproute/names";
import { familyOf } from "../iproute/tokens";
import type { Step } from "../kind";
import type { LineHealth, LiveRoute, ObjectFile } from "../snapshot";
import type { ObservedRoute, Route } from "./route";
import { attributeWords } from "./route-attributes";
import { encapsulationWords } from "./route-encapsulation";
import { type NextHop, declaredForm, differences, familyOfRoute, hopsOf, keyOf, isStrange } from "./route-form";
import { withLinesOut, withoutLinesOut } from "./route-lines";

/**
 * Of several routes with one key the one that is meant: ours before a stranger's, one that is as it should be before others, then the one
 * that our file tells of, then the one that the kernel uses.
 */
export function choose(
  sameKey: readonly LiveRoute[],
  desired: Route,
  recorded: ObjectFile | undefined,
  lines: readonly LineHealth[],
): LiveRoute | undefined {
  const ours = sameKey.filter(isOurs);
  const candidates = ours.length > 0 ? ours : sameKey;
  return (
    candidates.find((live) => isInSync(desired, live, lines)) ??
    candidates.find((live) => recorded?.lines.includes(replayLine(declaredForm(live)))) ??
    candidates[0]
  );
}

export function planRoute(desired: Route | undefined, observed: ObservedRoute | undefined): readonly Step[] {
  if (!desired) return observed ? [removal(observed.live)] : [];
  // `add` fails when somebody else's route has this key; `replace` would overwrite it.
  if (!observed) return [put("add", desired)];
  const { live, sameKey, lines } = observed;
  const ours = sameKey.filter(isOurs);
  const now = withoutLinesOut(desired, lines);
  if (ours.length > 1) return [...ours.map(removalBeside), put("append", now)];
  if (isInSync(desired, live, lines)) return [];
  if (isHitByReplace(live, sameKey)) return [put("replace", now)];
  return live.family === 4
    ? // Packets go on finding a route: `del` takes the first that matches, which is the old one.
      [put("append", now), removalBeside(live)]
    : // An IPv6 route with the same next hop can't stand beside the old one (EEXIST).
      [removalBeside(live), put("append", now)];
}

const isOurs = (live: LiveRoute): boolean => live.protocol === ourProtocol;

function isInSync(desired: Route, live: LiveRoute, lines: readonly LineHealth[]): boolean {
  const form = withLinesOut(declaredForm(live), desired, lines);
  return !isStrange(live, form) && differences(desired, form).length === 0;
}

/**
 * `route replace` is atomic, and overwrites the first IPv4 route with the key, whosever it is. For IPv6 which one it takes depends on their
 * next hops, and a multipath one was seen to take a stranger's after it along (6.18).
 */
const isHitByReplace = (live: LiveRoute, sameKey: readonly LiveRoute[]): boolean =>
  sameKey[0] === live && (live.family === 4 || sameKey.length === 1);

/* ---- steps ------------------------------------------------------------------------------------------------------------------ */

function put(verb: "add" | "append" | "replace", desired: Route): Step {
  const tool = familyOfRoute(desired) === 4 ? "ip -4" : "ip -6";
  return { layer: "route", phase: "put", tool, line: line(verb, desired), touches: [keyOf(desired)], removes: [] };
}

function removal(live: LiveRoute): Step {
  const key = keyOf(declaredForm(live));
  const tool = live.family === 4 ? "ip -4" : "ip -6";
  return { layer: "route", phase: "drop", tool, line: removalLine(live), touches: [key], removes: [key] };
}

/** Another route with this key stays. */
const removalBeside = (live: LiveRoute): Step => ({ ...removal(live), phase: "put", removes: [] });

/* ---- lines ------------------------------------------------------------------------------------------------------------------ */

export const replayLine = (desired: Route): string => `ip -${familyOfRoute(desired)} ${line("replace", desired)}`;

function line(verb: "add" | "append" | "replace", desired: Route): string {
  const hops = hopsOf(desired);
  return batchLine(
    ["route", verb, keyWords(desired), encapsulationWords(desired.encapsulation)],
    hops.length === 1 ? hops.map((hop) => hopWords(hop, desired)) : [],
    tableAndMetric(desired),
    ["proto", ourProtocol],
    clause("scope", desired.scope === undefined ? undefined : scopeNumber(desired.scope)),
    clause("src", desired.preferredSource),
    attributeWords(desired),
    // `ip` wants everything else before the first `nexthop`.
    hops.length > 1 ? hops.map((hop) => ["nexthop", hopWords(hop, desired), "weight", hop.weight]) : [],
  );
}

/**
 * Everything that the kernel compares before it removes the first route that matches. With several next hops, IPv6 would remove these legs
 * and leave others; without, it removes the whole route. A route by a next-hop object matches none.
 */
function removalLine(live: LiveRoute): string {
  const found = declaredForm(live);
  const hops = live.nextHopId === undefined ? hopsOf(found) : [];
  const way = hops.length === 1 ? hops.map((hop) => gatewayAndDevice(hop, found)) : [];
  const legs =
    hops.length > 1 && live.family === 4
      ? hops.map((hop) => ["nexthop", gatewayAndDevice(hop, found), "weight", hop.weight])
      : [];
  const scope = live.family === 4 ? found.scope : undefined;
  return batchLine(
    ["route", "del", keyWords(found), way, clause("nhid", live.nextHopId), tableAndMetric(found), "proto", live.protocol],
    clause("scope", scope === undefined ? undefined : scopeNumber(scope)),
    clause("src", live.family === 4 ? found.preferredSource : undefined),
    legs,
  );
}

const keyWords = ({ type, destination, source, tos }: Route): Words => [
  type === "unicast" ? [] : type,
  destination,
  clause("from", source),
  // `ip` reads this one number as hexadecimal: 16 would become 0x16.
  clause("tos", tos === undefined ? undefined : `0x${tos.toString(16).padStart(2, "0")}`),
];

function tableAndMetric(route: Route): Words {
  const { table, metric } = route;
  if (typeof table === "string")
    throw new InputError(`Table ${table} is not known on the host. Give its number, or name it in /etc/iproute2/rt_tables.`);
  // For `local` and `broadcast` main is not the default of `ip`.
  const main = table === 254 && route.type !== "local" && route.type !== "broadcast";
  return [main ? [] : ["table", table], clause("metric", metric === 0 ? undefined : metric)];
}

const hopWords = (hop: NextHop, route: Route): Words => [
  gatewayAndDevice(hop, route),
  hop.onLink ? "onlink" : [],
  clause("realms", hop.realms),
];

function gatewayAndDevice({ gateway, device }: NextHop, route: Route): Words {
  if (gateway === "dhcp" || gateway === "ra") {
    const teacher = gateway === "dhcp" ? "DHCP" : "a router advertisement";
    throw new InputError(
      `${device} has no default route with a gateway from ${teacher}, so gateway "${gateway}" means nothing now. Wait for the line, or write the address.`,
    );
  }
  const other = gateway !== undefined && familyOf(gateway) !== familyOfRoute(route);
  return [gateway === undefined ? [] : ["via", other ? "inet6" : [], gateway], clause("dev", device)];
}

const clause = (word: string, value: string | number | undefined): Words => (value === undefined ? [] : [word, value]);
