/** One form for a route that is declared and one that is there, so that they can be compared. */
import { isDeepStrictEqual } from "node:util";
import { nameOf, routeTypes, scopes } from "../iproute/names";
import { type Family, familyOf } from "../iproute/tokens";
import type { ObjectKey, ReadKey } from "../kind";
import type { LiveNextHop, LiveRoute } from "../snapshot";
import type { Route } from "./route";
import { attributeNames, isDefaultAttribute, readAttributes } from "./route-attributes";
import { readEncapsulation } from "./route-encapsulation";

/** The types that lead nowhere: no gateway, no device. */
export const dropTypes: readonly string[] = ["blackhole", "unreachable", "prohibit", "throw"];
/** The types that say what packets on a device are: no gateway. */
export const deviceTypes: readonly string[] = ["local", "broadcast", "multicast"];

export const familyOfRoute = ({ family }: Route): Family => (family === "ipv6" ? 6 : 4);

/* ---- canonical form --------------------------------------------------------------------------------------------------------- */

/** What is needed to name a route is spelt out; whatever else is the kernel's default is left out. */
export function canonical(route: Route): Route {
  const family = route.family ?? familyFrom(route);
  const number = family === "ipv6" ? 6 : 4;
  const metric = route.metric ?? (family === undefined ? undefined : number === 6 ? 512 : 0);
  const named: Route = {
    ...route,
    family,
    destination: isAnywhere(route.destination, number) ? "default" : route.destination,
    source: route.source !== undefined && isAnywhere(route.source, 6) ? undefined : route.source,
    table: route.table ?? (route.type === "local" || route.type === "broadcast" ? 255 : 254),
    metric,
    nextHops: route.nextHops?.map((hop) => withoutUndefined({ ...hop, onLink: hop.onLink || undefined })),
  };
  const isDefault = (field: string, value: unknown) =>
    (field === "tos" && value === 0) || (field === "scope" && value === defaultScope(named)) || isDefaultAttribute(field, value);
  return Object.fromEntries(
    Object.entries(withoutUndefined(named)).filter(([field, value]) => !isDefault(field, value)),
  ) as unknown as Route;
}

const isAnywhere = (prefix: string, family: Family): boolean =>
  prefix === "default" || prefix === (family === 4 ? "0.0.0.0/0" : "::/0");

/** From the destination, or for `default` from the addresses on the way. Undefined: nothing tells. */
function familyFrom(route: Route): Route["family"] {
  const { destination, source, preferredSource } = route;
  const texts = [destination === "default" ? undefined : destination, source === "default" ? undefined : source, preferredSource];
  const decisive = texts.find((text) => text !== undefined);
  if (decisive !== undefined) return familyOf(decisive) === 4 ? "ipv4" : "ipv6";
  const gateways = hopsOf(route).flatMap(({ gateway }) => (gateway === undefined ? [] : [gatewayFamily(gateway)]));
  // An IPv4 route may have an IPv6 gateway, but not the other way round.
  return gateways.includes(4) ? "ipv4" : gateways.includes(6) ? "ipv6" : undefined;
}

export const gatewayFamily = (gateway: string): Family => (gateway === "dhcp" ? 4 : gateway === "ra" ? 6 : familyOf(gateway));

/** What `ip route add` makes of a scope that is not given. */
export function defaultScope(route: Route): Route["scope"] {
  if (route.family === "ipv6") return undefined;
  if (route.type === "local") return "host";
  if (route.type === "broadcast" || route.type === "multicast") return "link";
  const plain = route.nextHops === undefined || route.nextHops.length === 1;
  return route.type === "unicast" && plain && hopsOf(route)[0]?.gateway === undefined ? "link" : "global";
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

/* ---- next hops -------------------------------------------------------------------------------------------------------------- */

export type NextHop = NonNullable<Route["nextHops"]>[number];

/** A plain gateway or device is one next hop. */
export function hopsOf({ nextHops, gateway, device, onLink, realms }: Route): NextHop[] {
  if (nextHops) return nextHops;
  return gateway === undefined && device === undefined ? [] : [{ gateway, device, onLink, realms, weight: 1 }];
}

function sameHops(desired: Route, live: Route): boolean {
  const wanted = hopsOf(desired);
  const rest = [...hopsOf(live)];
  if (wanted.length !== rest.length) return false;
  // Those that leave the device to the kernel choose last among the live ones.
  const precise = [...wanted].sort((a, b) => Number(a.device === undefined) - Number(b.device === undefined));
  return precise.every((hop) => {
    const found = rest.findIndex((candidate) => sameHop(hop, candidate, wanted.length === 1));
    if (found >= 0) rest.splice(found, 1);
    return found >= 0;
  });
}

/** Alone, a next hop has no weight: the kernel drops it. */
function sameHop(desired: NextHop, live: NextHop, alone: boolean): boolean {
  return (
    desired.gateway === live.gateway &&
    (desired.device === undefined || desired.device === live.device) &&
    (alone || desired.weight === live.weight) &&
    Boolean(desired.onLink) === Boolean(live.onLink) &&
    desired.realms === live.realms
  );
}

/* ---- identity --------------------------------------------------------------------------------------------------------------- */

export function keyOf(route: Route): ObjectKey {
  const { table, destination, source = "any", tos = 0, metric } = route;
  return familyOfRoute(route) === 4
    ? `route 4 ${table} ${destination} ${tos} ${metric}`
    : `route 6 ${table} ${destination} ${source} ${metric}`;
}

const keyOfLive = ({ family, table, destination, source = "any", tos, metric }: LiveRoute): ObjectKey =>
  family === 4 ? `route 4 ${table} ${destination} ${tos} ${metric}` : `route 6 ${table} ${destination} ${source} ${metric}`;

/** A host may have many thousands of routes and a program as many: each snapshot is sorted by key once. */
const indexes = new WeakMap<readonly LiveRoute[], ReadonlyMap<ObjectKey, readonly LiveRoute[]>>();

function indexOf(routes: readonly LiveRoute[]): ReadonlyMap<ObjectKey, readonly LiveRoute[]> {
  const index = new Map<ObjectKey, LiveRoute[]>();
  for (const route of routes) {
    const key = keyOfLive(route);
    const others = index.get(key);
    if (others) others.push(route);
    else index.set(key, [route]);
  }
  return index;
}

/** Every route with this key, in the kernel's order. */
export function routesWithKey(routes: readonly LiveRoute[], key: ObjectKey): readonly LiveRoute[] {
  const index = indexes.get(routes) ?? indexOf(routes);
  indexes.set(routes, index);
  return index.get(key) ?? [];
}

export const identityOf = (route: Route): string[] => keyOf(route).split(" ").slice(1);

export const readKeyOf = (route: Route): ReadKey => `routes ${familyOfRoute(route)} ${route.table} ${route.destination}`;

/* ---- what is there ---------------------------------------------------------------------------------------------------------- */

export function declaredForm(live: LiveRoute): Route {
  const type = nameOf(routeTypes, live.type) ?? String(live.type);
  // IPv6 shows `dev lo` for the types that lead nowhere.
  const hops = dropTypes.includes(type) ? [] : live.nextHops.map(hopForm);
  return canonical({
    destination: live.destination,
    family: live.family === 4 ? "ipv4" : "ipv6",
    type: type as Route["type"],
    ...(hops.length === 1 ? { ...hops[0], weight: undefined } : {}),
    ...(hops.length > 1 ? { nextHops: hops } : {}),
    table: live.table,
    metric: live.metric,
    scope: live.family === 4 ? (nameOf(scopes, live.scope) ?? live.scope) : undefined,
    tos: live.tos,
    preferredSource: live.preferredSource,
    source: live.source,
    encapsulation: hops.length === 1 ? readEncapsulation(live.attributes.encap) : undefined,
    ...readAttributes(live.attributes),
  });
}

function hopForm({ gateway, device, weight, onLink, realms }: LiveNextHop): NextHop {
  return { gateway, device, weight, onLink: onLink || undefined, realms };
}

/** Something that this kind has no field for: on a route of ours it was put there by somebody else. */
export function isStrange(live: LiveRoute, form: Route): boolean {
  return live.nextHopId !== undefined || (live.attributes.encap !== undefined && form.encapsulation === undefined);
}

/* ---- comparing -------------------------------------------------------------------------------------------------------------- */

const hopFields = ["gateway", "device", "onLink", "realms", "nextHops"] as const;
const plainFields = [
  "destination",
  "family",
  "type",
  "table",
  "metric",
  "scope",
  "tos",
  "preferredSource",
  "source",
  "encapsulation",
] as const;
const fields = [...plainFields, ...hopFields, ...attributeNames] as const;
type Field = (typeof fields)[number];

export const differences = (desired: Route, live: Route): Field[] => fields.filter((field) => !isSame(field, desired, live));

function isSame(field: Field, desired: Route, live: Route): boolean {
  if ((hopFields as readonly string[]).includes(field)) return sameHops(desired, live);
  // It runs down: any time left that is not longer than the declared one may be what was declared.
  if (field === "expiresSeconds" && desired.expiresSeconds !== undefined)
    return (live.expiresSeconds ?? Infinity) <= desired.expiresSeconds;
  return isDeepStrictEqual(desired[field], live[field]);
}

/** `live`, but wherever `resolved` means the same, as `desired` says it: the order of next hops, a table's name, `dhcp`. */
export function inWordsOf(desired: Route, resolved: Route, live: Route): Route {
  const words = fields.map((field) => [field, (isSame(field, resolved, live) ? desired : live)[field]] as const);
  return withoutUndefined(Object.fromEntries(words)) as unknown as Route;
}
