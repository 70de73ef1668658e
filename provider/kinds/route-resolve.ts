import { ourProtocol, protocols } from "../iproute/names";
import type { LiveRoute, Snapshot } from "../snapshot";
import type { Route } from "./route";
import { keyOf, routesWithKey } from "./route-form";
import { tableNumber } from "./table-number";

/**
 * Table names by the host's rt_tables, and the gateways that `dhcp` and `ra` have given. A line that has lost its lease keeps the gateway
 * that our route has; without one the word stays, and no line can be written with it.
 */
export function resolveRoute(desired: Route, snapshot: Snapshot): Route {
  const named = { ...desired, table: desired.table === undefined ? undefined : tableNumber(desired.table, snapshot) };
  const ours = routesWithKey(snapshot.routes, keyOf(named)).filter(({ protocol }) => protocol === ourProtocol);
  const { gateway, device, nextHops } = named;
  return {
    ...named,
    ...(gateway === undefined ? {} : { gateway: learnt(gateway, device, snapshot, ours) }),
    ...(nextHops && {
      nextHops: nextHops.map((hop) =>
        hop.gateway === undefined ? hop : { ...hop, gateway: learnt(hop.gateway, hop.device, snapshot, ours) },
      ),
    }),
  };
}

function learnt(gateway: string, device: string | undefined, { routes }: Snapshot, ours: readonly LiveRoute[]): string {
  if (!isLearnt(gateway)) return gateway;
  const defaults = routes
    .filter(({ destination, protocol }) => destination === "default" && protocol === protocols[gateway])
    .sort((a, b) => Number(a.table !== 254) - Number(b.table !== 254) || a.metric - b.metric);
  const found = [...defaults, ...ours]
    .flatMap(({ nextHops }) => nextHops)
    .find((hop) => hop.device === device && hop.gateway !== undefined);
  return found?.gateway ?? gateway;
}

/** A route's line without the gateways that the host has learnt: `via dhcp dev wwan0`. */
export function withoutLearnt(line: string, { gateway, device, nextHops }: Route): string {
  const hops = nextHops ?? [{ gateway, device }];
  const learnt = new Map(hops.flatMap((hop) => (isLearnt(hop.gateway) ? [[hop.device, hop.gateway] as const] : [])));
  if (learnt.size === 0) return line;
  const words = line.split(" ");
  const isGateway = (at: number) => ["via", "inet6"].includes(words[at - 1] ?? "") && words[at + 1] === "dev";
  return words.map((word, at) => (isGateway(at) ? (learnt.get(words[at + 2]) ?? word) : word)).join(" ");
}

const isLearnt = (gateway: string | undefined): gateway is "dhcp" | "ra" => gateway === "dhcp" || gateway === "ra";
