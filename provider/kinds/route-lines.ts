/** Next hops that the line monitor leaves out of a route because their line is down: they are as declared, and nothing has to be done. */
import type { LineHealth } from "../snapshot";
import type { Route } from "./route";
import { type NextHop, canonical, defaultScope, gatewayFamily, hopsOf } from "./route-form";

/** The line that a next hop goes over. */
function lineOf({ device, gateway }: NextHop, lines: readonly LineHealth[]): LineHealth | undefined {
  return lines.find((line) => {
    if (line.device !== device) return false;
    // Several lines may share an Ethernet, each with a router of its own.
    const routers =
      gateway === undefined ? [] : line.gateways.filter((router) => gatewayFamily(router) === gatewayFamily(gateway));
    return gateway === undefined || routers.length === 0 || routers.includes(gateway);
  });
}

const isOut = (hop: NextHop, lines: readonly LineHealth[]): boolean => (lineOf(hop, lines)?.state ?? "up") !== "up";

/** The lines that are out and that a route has next hops over; none when there is no other next hop, for then it stays as it is. */
export function linesOut(route: Route, lines: readonly LineHealth[]): LineHealth[] {
  const hops = hopsOf(route);
  if (hops.every((hop) => isOut(hop, lines))) return [];
  return [...new Set(hops.filter((hop) => isOut(hop, lines)).flatMap((hop) => lineOf(hop, lines) ?? []))];
}

/** The route as the kernel is to have it now. */
export function withoutLinesOut(route: Route, lines: readonly LineHealth[]): Route {
  const out = linesOut(route, lines);
  if (out.length === 0) return route;
  const nextHops = hopsOf(route).filter((hop) => !out.includes(lineOf(hop, lines) as LineHealth));
  // Of a single next hop without a gateway the kernel would make a route of scope link.
  return canonical({ ...route, nextHops, scope: route.scope ?? defaultScope(route) });
}

/** What is there, with the next hops that `wanted` has and the line monitor leaves out. */
export function withLinesOut(found: Route, wanted: Route, lines: readonly LineHealth[]): Route {
  const out = linesOut(wanted, lines);
  const there = hopsOf(found);
  const isThere = (hop: NextHop) => there.some((one) => isSameWay(one, hop));
  const missing = hopsOf(wanted).filter((hop) => out.includes(lineOf(hop, lines) as LineHealth) && !isThere(hop));
  if (missing.length === 0 || there.length === 0) return found;
  const { gateway: _gateway, device: _device, onLink: _onLink, realms: _realms, ...rest } = found;
  return canonical({ ...rest, nextHops: [...there.map((hop) => weighted(hop, wanted, there.length)), ...missing] });
}

const isSameWay = (a: NextHop, b: NextHop): boolean => a.device === b.device && a.gateway === b.gateway;

/** Alone, a next hop has lost its weight. */
function weighted(hop: NextHop, wanted: Route, count: number): NextHop {
  const declared = hopsOf(wanted).find((one) => isSameWay(one, hop));
  return count === 1 && declared ? { ...hop, weight: declared.weight } : hop;
}
