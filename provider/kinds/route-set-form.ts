/** A set of routes as the routes that it consists of. */
import type { Contradiction } from "../kind";
import { type Route, route } from "./route";
import { canonical as canonicalRoute, keyOf } from "./route-form";
import type { RouteSet } from "./route-set";

export type Entry = RouteSet["routes"][number];

/** Whether it is a way out, of which a route has one kind only. */
const way = ["gateway", "device", "onLink", "nextHops", "realms", "encapsulation"] as const;

export function canonicalSet(set: RouteSet): RouteSet {
  const { family, table, metric } = routeOf(
    set,
    set.routes.find((entry) => routeOf(set, entry).family !== undefined) ?? { destination: "default" },
  );
  const named = { ...set, family, table, metric };
  const routes = set.routes.map((entry) => withoutUndefined({ ...entry, destination: routeOf(named, entry).destination }));
  return withoutUndefined({ ...named, routes });
}

/** Every route of the set, by its place in `routes`. */
export const routesIn = (set: RouteSet): Route[] => set.routes.map((entry) => routeOf(set, entry));

function routeOf({ name: _name, routes: _routes, ...common }: RouteSet, entry: Entry): Route {
  return canonicalRoute({ type: "unicast", ...withoutWay(common, entry), ...entry } as Route);
}

/** What a route says of its way takes the place of what all have in common: all of it, or the gateway on the common device. */
function withoutWay(common: Omit<RouteSet, "name" | "routes">, entry: Entry): Omit<RouteSet, "name" | "routes"> {
  if (entry.type !== undefined || entry.nextHops !== undefined) return without(common, way);
  if (entry.gateway !== undefined || entry.device !== undefined) return without(common, ["nextHops", "type"]);
  return common;
}

export function without<T extends object>(value: T, fields: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !fields.includes(field))) as T;
}

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

export function contradictions(set: RouteSet): Contradiction[] {
  const first = new Map<string, number>();
  return set.routes.flatMap((entry, index) => {
    const one = routeOf(set, entry);
    const key = keyOf(one);
    const twin = first.get(key);
    if (twin !== undefined) {
      return [{ path: ["routes", index, "destination"], message: `it is that of routes[${twin}] too; give it once` }];
    }
    first.set(key, index);
    return (route.contradictions?.(one) ?? []).map(({ path, message }) => ({ path: placed(path, entry, index), message }));
  });
}

/** Where the value stands that is wrong: at the route itself, or among what all have in common. */
function placed(path: Contradiction["path"], entry: Entry, index: number): Contradiction["path"] {
  const [field] = path;
  const isCommon = field !== undefined && !(field in entry) && field !== "gateway" && field !== "device";
  return isCommon ? path : ["routes", index, ...path];
}
