import { familyOf } from "../iproute/tokens";
import type { Contradiction } from "../kind";
import type { Route } from "./route";
import { type NextHop, deviceTypes, dropTypes, familyOfRoute, gatewayFamily } from "./route-form";

/** What no single field can tell. Each says what is wrong with which value, and what would be right. */
export function contradictions(desired: Route): Contradiction[] {
  if (desired.family === undefined) {
    const family = at(["family"], 'no address tells whether this default is for IPv4 or IPv6; write "ipv4" or "ipv6"');
    return [family, ...emptyHops(desired)];
  }
  return [...familyRules(desired), ...wayRules(desired), ...hopRules(desired), ...attributeRules(desired)];
}

const at = (path: Contradiction["path"], message: string): Contradiction => ({ path, message });

/* ---- family ----------------------------------------------------------------------------------------------------------------- */

function familyRules(desired: Route): Contradiction[] {
  const family = familyOfRoute(desired);
  const found: Contradiction[] = [];
  for (const field of ["destination", "preferredSource", ...(family === 6 ? (["source"] as const) : [])] as const) {
    const text = desired[field];
    if (text !== undefined && text !== "default" && familyOf(text) !== family) {
      found.push(at([field], `this is IPv${familyOf(text)}, and ${familyReason(desired, field)}; use one family in one route`));
    }
  }
  const foreign =
    family === 4 ? (["source", "routerPreference", "expiresSeconds"] as const) : (["tos", "scope", "realms"] as const);
  for (const field of foreign) {
    if (desired[field] === undefined) continue;
    found.push(
      at(
        [field],
        `the kernel ${field === "tos" ? "refuses" : "silently ignores"} it in an IPv${family} route, since it is for IPv${family === 4 ? 6 : 4} only; leave it out`,
      ),
    );
  }
  if (family === 6 && desired.metric === 0) {
    found.push(at(["metric"], "IPv6 has no metric 0, and the kernel makes 1024 of it; write 1024, or leave it out for 512"));
  }
  return found;
}

/** What has made the route one of its family. */
function familyReason({ family, destination }: Route, field: string): string {
  const number = family === "ipv6" ? 6 : 4;
  return field === "destination" || destination === "default"
    ? `the route is IPv${number}`
    : `${destination} makes the route IPv${number}`;
}

/* ---- way: gateway, device or next hops ------------------------------------------------------------------------------------- */

const wayFields = ["gateway", "device", "onLink", "realms", "encapsulation"] as const;

function wayRules(desired: Route): Contradiction[] {
  const given = wayFields.filter((field) => desired[field] !== undefined);
  const { type, nextHops, gateway, device } = desired;
  if (dropTypes.includes(type)) {
    const all = [...given, ...(nextHops ? (["nextHops"] as const) : [])];
    return all.map((field) =>
      at([field], `a route of type ${type} leads nowhere; leave ${field} out, or make it a unicast route`),
    );
  }
  if (deviceTypes.includes(type)) {
    const wrong = (["gateway", "nextHops", "onLink", "encapsulation"] as const).filter((field) => desired[field] !== undefined);
    const missing = device === undefined ? [at(["device"], `a route of type ${type} names the device that it is about`)] : [];
    return [
      ...wrong.map((field) => at([field], `a route of type ${type} takes a device and no ${field}; leave it out`)),
      ...missing,
    ];
  }
  if (nextHops) return given.map((field) => at([field], besideNextHops(field)));
  if (gateway === undefined && device === undefined) {
    return [at(["gateway"], `a route to ${desired.destination} needs a gateway, a device, or nextHops`)];
  }
  return [];
}

const besideNextHops = (field: (typeof wayFields)[number]): string =>
  field === "encapsulation"
    ? "the kernel ignores it beside nextHops; give gateway and device instead of nextHops, or leave it out"
    : `it can't stand beside nextHops; give ${field} in each next hop, or leave nextHops out`;

/* ---- each next hop --------------------------------------------------------------------------------------------------------- */

function hopRules(desired: Route): Contradiction[] {
  const { nextHops, gateway, device, onLink, realms } = desired;
  if (!nextHops) return [...hopRule({ gateway, device, onLink, realms, weight: 1 }, [], desired), ...scopeRule(desired)];
  const each = nextHops.flatMap((hop, index) => hopRule(hop, ["nextHops", index], desired));
  const twins = nextHops.flatMap((hop, index) => {
    const first = nextHops.slice(0, index).findIndex((earlier) => mayBeTheSame(earlier, hop));
    return first < 0 ? [] : [at(["nextHops", index], twin(hop, nextHops[first], first))];
  });
  return [...emptyHops(desired), ...each, ...twins, ...scopeRule(desired)];
}

/** A gateway without a device is on the one whose address covers it: that may be the device beside the same gateway elsewhere. */
const mayBeTheSame = (one: NextHop, other: NextHop): boolean =>
  one.gateway === other.gateway && (one.device === other.device || (one.gateway !== undefined && !(one.device && other.device)));

const twin = (hop: NextHop, earlier: NextHop | undefined, index: number): string =>
  hop.device === earlier?.device
    ? `it is the same way as nextHops[${index}]; give it once, with the sum of the weights`
    : `it has the gateway of nextHops[${index}], and without a device in both they may be the same way; name both devices`;

const emptyHops = ({ nextHops = [] }: Route): Contradiction[] =>
  nextHops.flatMap(({ gateway, device }, index) =>
    gateway === undefined && device === undefined
      ? [at(["nextHops", index], "a next hop needs a gateway, a device, or both")]
      : [],
  );

function hopRule(hop: NextHop, path: Contradiction["path"], desired: Route): Contradiction[] {
  const { gateway, device, onLink, realms } = hop;
  const family = familyOfRoute(desired);
  const inList = path.length > 0;
  const found: Contradiction[] = [];
  if (inList && family === 6 && realms !== undefined)
    found.push(
      at(
        [...path, "realms"],
        "the kernel silently ignores realms in an IPv6 route, since they are for IPv4 only; leave them out",
      ),
    );
  if (inList && family === 6 && gateway === undefined && device !== undefined && desired.nextHops?.length !== 1) {
    found.push(
      at(
        [...path, "gateway"],
        `IPv6 shares traffic over gateways only; if ${device} is a point-to-point line, give the link-local address of its other end`,
      ),
    );
  }
  if (gateway === undefined) {
    if (onLink) found.push(at([...path, "onLink"], "it says something about a gateway, and there is none; leave it out"));
    return found;
  }
  if (gateway === "0.0.0.0" || gateway === "::") {
    const does = gateway === "::" ? "refuses it" : "ignores it";
    return [at([...path, "gateway"], `this is nobody's address, and the kernel ${does}; leave it out, and name the device`)];
  }
  if (family === 6 && gatewayFamily(gateway) === 4) {
    const learnt = gateway === "dhcp" ? "DHCP teaches an IPv4 gateway" : "this is IPv4";
    found.push(at([...path, "gateway"], `${learnt}, and an IPv6 route needs an IPv6 gateway`));
  }
  const why = onLink ? "onLink says that the gateway is a neighbour on it" : deviceReason(gateway);
  if (device === undefined && why) found.push(at([...path, "device"], why));
  return found;
}

/** Why this gateway needs a device beside it; undefined when it needs none. */
function deviceReason(gateway: string): string | undefined {
  if (gateway === "dhcp" || gateway === "ra") return `"${gateway}" means the gateway that was learnt on it`;
  if (/^fe[89ab]/.test(gateway)) return `${gateway} is link-local, and every device has that subnet`;
  return undefined;
}

/* ---- attributes ------------------------------------------------------------------------------------------------------------- */

function scopeRule(desired: Route): Contradiction[] {
  const { scope, type, gateway, nextHops } = desired;
  if (scope === undefined || familyOfRoute(desired) === 6) return [];
  const hasGateway = gateway !== undefined || nextHops?.some((hop) => hop.gateway !== undefined);
  if (hasGateway && (scope === "link" || scope === "host")) {
    return [at(["scope"], "such a scope says that there is no gateway, and there is one; leave scope out")];
  }
  if ((type === "local" && scope !== "host") || (type === "broadcast" && scope !== "link" && scope !== "host")) {
    return [at(["scope"], `it is wider than a route of type ${type} can be; leave scope out`)];
  }
  return [];
}

function attributeRules(desired: Route): Contradiction[] {
  const { type } = desired;
  if (familyOfRoute(desired) === 6 && dropTypes.includes(type)) {
    const ignored = (["routerPreference", "expiresSeconds"] as const).filter((field) => desired[field] !== undefined);
    return ignored.map((field) => at([field], `the kernel silently ignores it on a route of type ${type}; leave it out`));
  }
  return desired.lockMtu && desired.mtu === undefined ? [at(["mtu"], "lockMtu locks it; give mtu, or leave lockMtu out")] : [];
}
