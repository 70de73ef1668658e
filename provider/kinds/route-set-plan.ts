/** From the routes of a set that are there to those that are wanted. */
import { isDeepStrictEqual } from "node:util";
import { OwnershipError } from "../errors";
import { ourProtocol } from "../iproute/names";
import type { ObjectKey, Step } from "../kind";
import type { ObjectFile, Snapshot } from "../snapshot";
import { type ObservedRoute, type Route, route } from "./route";
import { declaredForm, keyOf, routesWithKey } from "./route-form";
import type { ObservedSet, RouteSet } from "./route-set";
import { type Entry, routesIn, without } from "./route-set-form";

/** A set in the terms of one host. */
export interface RouteSetOnHost extends RouteSet {
  /** Each of its routes, by its place in `routes`. */
  readonly onHost: readonly Route[];
}

export function observeSet(snapshot: Snapshot, desired: RouteSet, recorded: ObjectFile | undefined): ObservedSet | undefined {
  const routes = routesIn(desired);
  const found = routes.map((one) => route.observe(snapshot, one, undefined));
  const keys = new Set(found.flatMap((one) => (one ? [keyOfObserved(one)] : [])));
  const left = keysIn(recorded)
    .filter((key) => !keys.has(key))
    .flatMap((key) => oursWithKey(snapshot, key));
  if (left.length === 0 && found.every((one) => one === undefined) && desired.routes.length > 0) return undefined;
  return { declared: whatIsThere(desired, routes, found), found, left, isRecorded: recorded !== undefined };
}

const keyOfObserved = ({ live }: ObservedRoute): ObjectKey => keyOf(declaredForm(live));

/** Keys of the routes that an object's file brings back: `ip -4 route replace 192.0.2.0/24 via ... table 100 metric 5`. */
function keysIn(recorded: ObjectFile | undefined): ObjectKey[] {
  return (recorded?.lines ?? []).map((line) => {
    const words = line.split(" ");
    const [, family = "-4", , , ...rest] = words;
    const destination = rest.find((one) => one === "default" || /^[0-9a-f.:]+(\/\d+)?$/.test(one)) ?? "";
    const after = (name: string) => (rest.includes(name) ? rest[rest.lastIndexOf(name) + 1] : undefined);
    const table = after("table") ?? "254";
    return family === "-4"
      ? `route 4 ${table} ${destination} 0 ${after("metric") ?? 0}`
      : `route 6 ${table} ${destination} any ${after("metric") ?? 1024}`;
  });
}

function oursWithKey({ routes, lines }: Snapshot, key: ObjectKey): ObservedRoute[] {
  const sameKey = routesWithKey(routes, key);
  const live = sameKey.find(({ protocol }) => protocol === ourProtocol);
  return live ? [{ live, declared: declaredForm(live), sameKey, lines }] : [];
}

export function planSet(desired: RouteSetOnHost | undefined, observed: ObservedSet | undefined): readonly Step[] {
  const gone = (observed?.left ?? []).flatMap((one) => route.plan(undefined, one));
  if (!desired) return [...(observed?.found ?? []).flatMap((one) => (one ? route.plan(undefined, one) : [])), ...gone];
  const put = desired.onHost.flatMap((one, index) => {
    const there = observed?.found[index];
    const steps = route.plan(one, there);
    if (steps.length > 0 && there && observed.isRecorded && !route.marked(there)) throw inTheWay(desired, there);
    return steps;
  });
  return [...put, ...gone];
}

/** Of a set that is there already, a route that is new to it: what is in its place was not there when the set was made. */
const inTheWay = ({ name }: RouteSet, { declared }: ObservedRoute): OwnershipError =>
  new OwnershipError(
    `RouteSet ${name}: a route to ${declared.destination} is there already, it is not ours, and it differs: ${JSON.stringify(declared)}. ` +
      "Declare it as it is, or remove it on the host.",
  );

/* ---- back to declared form -------------------------------------------------------------------------------------------------- */

/** The fields that belong to the set and not to a route of it. */
const ofTheSet = ["family", "table", "metric"];

function whatIsThere(desired: RouteSet, routes: readonly Route[], found: readonly (ObservedRoute | undefined)[]): RouteSet {
  const there = found.flatMap((one, index): [Entry, Route, Route][] =>
    one ? [[desired.routes[index] as Entry, routes[index] as Route, one.declared]] : [],
  );
  const asDeclared = (declared: Route, live: Route) => isDeepStrictEqual(declared, live);
  if (there.every(([, declared, live]) => asDeclared(declared, live))) {
    return { ...desired, routes: there.map(([entry]) => entry) };
  }
  // What all have in common may not be true of one of them: then each tells all of itself.
  const { name, family, table, metric } = desired;
  return { name, family, table, metric, routes: there.map(([, , live]) => without(live, ofTheSet) as Entry) };
}

export const toldBack = ({ declared }: ObservedSet): RouteSet => declared;
