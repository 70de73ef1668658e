import { familyOf } from "../iproute/tokens";
import type { Contradiction } from "../kind";
import type { Route } from "./route";
import { type NextHop, deviceTypes, dropTypes, familyOfRoute, gatewayFamily } from "./route-form";

/** What no single field can tell. Each says what is wrong with which value, and what would be right. */
export function contradictions(desired: Route): Contradiction[] {
  if (desired.family === undefined) {
    return [at(["family"], 'is needed: no address tells whether this default is for IPv4 or IPv6. Write "ipv4" or "ipv6".')];
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
      found.push(
        at([field], `${text} is an IPv${familyOf(text)} address in an IPv${family} route. Use one family in one route.`),
      );
    }
  }
  const foreign =
    family === 4 ? (["source", "routerPreference", "expiresSeconds"] as const) : (["tos", "scope", "realms"] as const);
  for (const field of foreign) {
    if (desired[field] === undefined) continue;
    found.push(
      at(
        [field],
        `${field} exists for IPv${family === 4 ? 6 : 4} only: the kernel ${field === "tos" ? "refuses" : "silently ignores"} it here. Leave it out.`,
      ),
    );
  }
  if (family === 6 && desired.metric === 0) {
    found.push(at(["metric"], "0 is no metric in IPv6: the kernel makes 1024 of it. Write 1024, or leave it out for 512."));
  }
  return found;
}

/* ---- way: gateway, device or next hops ------------------------------------------------------------------------------------- */

const wayFields = ["gateway", "device", "onLink", "realms", "encapsulation"] as const;

function wayRules(desired: Route): Contradiction[] {
  const given = wayFields.filter((field) => desired[field] !== undefined);
  const { type, nextHops, gateway, device } = desired;
  if (dropTypes.includes(type)) {
    const all = [...given, ...(nextHops ? (["nextHops"] as const) : [])];
    return all.map((field) =>
      at([field], `${type} leads nowhere: such a route takes no ${field}. Leave it out, or make it a unicast route.`),
    );
  }
  if (deviceTypes.includes(type)) {
    const wrong = (["gateway", "nextHops", "onLink", "encapsulation"] as const).filter((field) => desired[field] !== undefined);
    const missing =
      device === undefined ? [at(["device"], `is missing: a route of type ${type} names the device that it is about.`)] : [];
    return [
      ...wrong.map((field) => at([field], `a route of type ${type} takes a device and no ${field}. Leave it out.`)),
      ...missing,
    ];
  }
  if (nextHops) return given.map((field) => at([field], besideNextHops(field)));
  if (gateway === undefined && device === undefined) {
    return [at(["gateway"], `is missing: a route to ${desired.destination} needs a gateway, a device, or nextHops.`)];
  }
  return [];
}

const besideNextHops = (field: (typeof wayFields)[number]): string =>
  field === "encapsulation"
    ? "stands beside nextHops: the kernel would ignore it. Give gateway and device instead of nextHops."
    : `stands beside nextHops: give ${field} in each next hop, or leave nextHops out.`;

/* ---- each next hop --------------------------------------------------------------------------------------------------------- */

function hopRules(desired: Route): Contradiction[] {
  const { nextHops, gateway, device, onLink, realms } = desired;
  if (!nextHops) return [...hopRule({ gateway, device, onLink, realms, weight: 1 }, [], desired), ...scopeRule(desired)];
  const each = nextHops.flatMap((hop, index) => hopRule(hop, ["nextHops", index], desired));
  const keys = nextHops.map((hop) => `${hop.gateway} ${hop.device}`);
  const twins = nextHops.flatMap((hop, index) => {
    const first = keys.indexOf(keys[index] ?? "");
    const message = `is the same way as nextHops[${first}] (${hop.gateway ?? hop.device}): give it once, with the sum of the weights.`;
    return first < index ? [at(["nextHops", index], message)] : [];
  });
  return [...each, ...twins, ...scopeRule(desired)];
}

function hopRule(hop: NextHop, path: Contradiction["path"], desired: Route): Contradiction[] {
  const { gateway, device, onLink, realms } = hop;
  const family = familyOfRoute(desired);
  const inList = path.length > 0;
  const found: Contradiction[] = [];
  if (inList && gateway === undefined && device === undefined)
    found.push(at(path, "leads nowhere: it needs a gateway, a device, or both."));
  if (inList && family === 6 && realms !== undefined)
    found.push(at([...path, "realms"], "realms exist for IPv4 only: the kernel silently ignores them here. Leave them out."));
  if (inList && family === 6 && gateway === undefined && device !== undefined && desired.nextHops?.length !== 1) {
    found.push(
      at(
        [...path, "gateway"],
        `is missing: IPv6 shares traffic over gateways only. For a point-to-point ${device} give the peer's link-local address.`,
      ),
    );
  }
  if (gateway === undefined) {
    if (onLink) found.push(at([...path, "onLink"], "says something about a gateway, and there is none. Leave it out."));
    return found;
  }
  if (family === 6 && gatewayFamily(gateway) === 4) {
    const learnt = gateway === "dhcp" ? "dhcp gives IPv4 gateways" : `${gateway} is an IPv4 address`;
    found.push(at([...path, "gateway"], `${learnt}: an IPv6 route needs an IPv6 gateway.`));
  }
  const why = onLink ? "onLink says that the gateway is a neighbour on it" : deviceReason(gateway);
  if (device === undefined && why) found.push(at([...path, "device"], `is missing: ${why}.`));
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
    return [at(["scope"], `${scope} says that there is no gateway, and there is one. Leave scope out.`)];
  }
  if ((type === "local" && scope !== "host") || (type === "broadcast" && scope !== "link" && scope !== "host")) {
    return [at(["scope"], `${scope} is wider than a route of type ${type} can be. Leave scope out.`)];
  }
  return [];
}

function attributeRules(desired: Route): Contradiction[] {
  const { type } = desired;
  if (familyOfRoute(desired) === 6 && dropTypes.includes(type)) {
    const ignored = (["routerPreference", "expiresSeconds"] as const).filter((field) => desired[field] !== undefined);
    return ignored.map((field) => at([field], `the kernel silently ignores ${field} on a route of type ${type}. Leave it out.`));
  }
  return desired.lockMtu && desired.mtu === undefined
    ? [at(["lockMtu"], "locks an mtu that is not given. Give mtu, or leave lockMtu out.")]
    : [];
}
