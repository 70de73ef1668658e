import { z } from "zod";
import { ourProtocol } from "../iproute/names";
import { deviceName, ipAddress, prefix, realms, scope, table, u32, weight, whole } from "../iproute/tokens";
import { defineKind } from "../kind";
import { stateOf } from "../line-health";
import type { LineHealth, LiveRoute } from "../snapshot";
import { attributeFields } from "./route-attributes";
import { contradictions } from "./route-contradictions";
import { encapsulation } from "./route-encapsulation";
import { canonical, declaredForm, identityOf, inWordsOf, keyOf, readKeyOf, routesWithKey } from "./route-form";
import { hint } from "./route-hint";
import { linesOut, withLinesOut } from "./route-lines";
import { choose, planRoute, replayLine } from "./route-plan";
import { resolveRoute, withoutLearnt } from "./route-resolve";

const gateway = z
  .union([ipAddress, z.enum(["dhcp", "ra"])])
  .optional()
  .describe(
    "The next hop's address, e.g. `192.0.2.1` or `fe80::1`. An IPv4 route may have an IPv6 next hop (Linux 5.2; then say `family`). `dhcp` and `ra` stand for the gateway of the " +
      "default route that DHCP or a router advertisement has put on `device`, at the time of the change. Default: none; what is directly connected has none.",
  );

const onLink = z
  .boolean()
  .optional()
  .describe(
    "Take the gateway for a neighbour on `device` even if no address of the host's covers it. Default: false. For IPv6 Linux 4.11.",
  );

const routeRealms = realms
  .optional()
  .describe(
    "IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`. Default: none.",
  );

const nextHop = z
  .strictObject({
    gateway,
    device: deviceName
      .optional()
      .describe("The network device that leads there, e.g. `eth0`. Default: the one whose address covers the gateway."),
    weight: weight
      .default(1)
      .describe(
        "This next hop's share of the traffic, 1 to 256, in proportion to the sum of all. Alone, a next hop has no weight.",
      ),
    onLink,
    realms: routeRealms,
  })
  .meta({ expected: 'an object such as { gateway: "192.0.2.1", device: "eth0", weight: 1 }' });

export const routeFields = {
  destination: prefix.describe(
    "Where packets are headed: a prefix such as `192.0.2.0/24` or `2001:db8::/32`, one address, or `default` (the same as `0.0.0.0/0` and `::/0`).",
  ),
  family: z
    .enum(["ipv4", "ipv6"])
    .optional()
    .describe("Needed only where nothing else tells: for a `default` without any address. Default: that of the addresses."),
  type: z
    .enum(["unicast", "blackhole", "unreachable", "prohibit", "throw", "local", "broadcast", "multicast"])
    .default("unicast")
    .describe(
      "What happens to the packets: `unicast` sends them on; `blackhole` drops them silently, `unreachable` and `prohibit` with an ICMP error; " +
        "`throw` ends the look-up in this table; `local` takes them for the host itself; `broadcast` and `multicast` say what they are. Default: `unicast`.",
    ),
  gateway,
  device: deviceName
    .optional()
    .describe("The network device that packets leave by, e.g. `eth0`. Default: the one whose address covers the gateway."),
  onLink,
  nextHops: z
    .array(nextHop)
    .min(1, "give one next hop or several, or leave it out")
    .optional()
    .describe(
      "Several next hops that share the traffic by weight, instead of `gateway` and `device`. The order is kept, because the kernel " +
        "spreads connections in that order; another order is not a difference. For IPv6 each needs a gateway. Default: none.",
    ),
  table: table
    .optional()
    .describe(
      "The routing table: a number from 1 to 4294967295, or a name of the host's rt_tables, e.g. `100` or `isp`. Default: `main` (254); `local` (255) for the types `local` and `broadcast`.",
    ),
  metric: u32
    .optional()
    .describe(
      "Lower wins among routes to the same destination. Default: 0 for IPv4; 512 for IPv6, so that it is not mistaken for the 1024 of a learnt route.",
    ),
  scope: scope
    .optional()
    .describe(
      "IPv4: how far the destination is: `global`, `site`, `link`, `host`, or a number from 0 to 255. Default: `link` without a gateway, `host` for type " +
        "`local`, otherwise `global`. IPv6 has none.",
    ),
  tos: whole(0, 252)
    .multipleOf(4)
    .meta({ expected: "a multiple of 4 from 0 to 252: a DSCP times 4" })
    .optional()
    .describe("IPv4: only packets with this type of service (a DSCP times 4) take the route. Default: 0, any."),
  preferredSource: ipAddress
    .optional()
    .describe(
      "The host's own address that its connections over this route come from, e.g. `192.0.2.5`. It must be on the host first. Default: the kernel chooses.",
    ),
  source: prefix
    .optional()
    .describe("IPv6: only packets that come from this prefix, e.g. `2001:db8:1::/48`, take the route. Default: any."),
  ...attributeFields,
  realms: routeRealms,
  encapsulation: encapsulation
    .optional()
    .describe("The tunnel that packets are put into on their way out: `mpls`, `ip`, `ip6` or `seg6`. Default: none."),
};

const schema = z.strictObject(routeFields).overwrite((route) => canonical(route));

export type Route = z.output<typeof schema>;

export interface ObservedRoute {
  readonly live: LiveRoute;
  /** What is there, in the words of the declaration wherever they mean the same. */
  readonly declared: Route;
  /** Every route with this key, in the kernel's order, `live` among them. */
  readonly sameKey: readonly LiveRoute[];
  /** The lines that its next hops may go over. */
  readonly lines: readonly LineHealth[];
}

/** A route to one destination, by one way or by several that share the traffic, as `ip route` knows it. */
export const route = defineKind<typeof schema, ObservedRoute>({
  name: "Route",
  description:
    "A route to one destination in one table: over one gateway or device, or over several next hops that share the traffic by weight, as `ip route` knows it.",
  schema,
  filledIn: ["family", "table", "metric"],
  contradictions,
  resolve: resolveRoute,
  identity: identityOf,
  reads: (desired) => [readKeyOf(desired)],

  observe(snapshot, desired, recorded) {
    const resolved = resolveRoute(desired, snapshot);
    const sameKey = routesWithKey(snapshot.routes, keyOf(resolved));
    const { lines } = snapshot;
    const live = choose(sameKey, resolved, recorded, lines);
    if (!live) return undefined;
    return { live, declared: inWordsOf(desired, resolved, withLinesOut(declaredForm(live), resolved, lines)), sameKey, lines };
  },

  marked: ({ live }) => live.protocol === ourProtocol,
  plan: planRoute,
  replay: (desired) => [replayLine(desired)],
  inputsOf: ({ declared }) => declared,
  hint,
  lasting: withoutLearnt,

  remarks: (desired, snapshot) =>
    linesOut(resolveRoute(desired, snapshot), snapshot.lines).map(
      (line) => `${stateOf(line)}: its next hops are left out of the routes.`,
    ),
});
