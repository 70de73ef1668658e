/** One form for an address that is declared and one that is there, so that they can be compared. */
import { isDeepStrictEqual } from "node:util";
import { nameOf, protocols, scopes } from "../iproute/names";
import { canonicalPrefix, familyOf, firstAddress, lastAddress } from "../iproute/tokens";
import type { ObjectKey } from "../kind";
import type { LiveAddress, LiveRoute } from "../snapshot";
import type { Address } from "./address";

/* ---- canonical form --------------------------------------------------------------------------------------------------------- */

export const parts = (text: string): [address: string, length: number] => {
  const [local = "", length] = text.split("/");
  return [local, Number(length)];
};

const forever = 4294967295;

/** Whatever is the kernel's default is left out. */
export function canonical(desired: Address): Address {
  const [local, length] = parts(desired.address);
  const valid = desired.validLifetimeSeconds === forever ? undefined : desired.validLifetimeSeconds;
  const preferred = desired.preferredLifetimeSeconds === forever ? undefined : desired.preferredLifetimeSeconds;
  return withoutDefaults({
    ...desired,
    peer: desired.peer === local ? undefined : desired.peer,
    broadcast:
      desired.broadcast === "auto" && familyOf(local) === 4 && length < 31
        ? lastAddress(desired.peer ?? local, length)
        : desired.broadcast,
    validLifetimeSeconds: valid,
    // Nothing can be preferred for longer than it is valid: `ip` refuses that.
    preferredLifetimeSeconds: preferred ?? valid,
  });
}

/** What a field is on a host when it is not declared. */
function defaultOf(field: keyof Address, { device, address: text }: Address): unknown {
  const [local] = parts(text);
  switch (field) {
    case "scope":
      return familyOf(local) === 6 ? undefined : local.startsWith("127.") ? "host" : "global";
    case "label":
      return familyOf(local) === 4 ? device : undefined;
    case "metric":
      return familyOf(local) === 4 ? 0 : 256;
    default:
      return false;
  }
}

/** The kernel's defaults, and 0 for a metric, which it takes for its default, are left out. */
function withoutDefaults(desired: Address): Address {
  const entries = Object.entries(desired) as [keyof Address, unknown][];
  const said = entries.filter(
    ([field, value]) => value !== undefined && value !== defaultOf(field, desired) && !(field === "metric" && value === 0),
  );
  return Object.fromEntries(said) as unknown as Address;
}

/* ---- identity --------------------------------------------------------------------------------------------------------------- */

export function keyOf({ device, address: text, peer }: Address): ObjectKey {
  const [local] = parts(text);
  return familyOf(local) === 4 ? `address 4 ${device} ${text} ${peer ?? "-"}` : `address 6 ${device} ${local}`;
}

export const identityOf = (desired: Address): string[] => keyOf(desired).split(" ").slice(1);

/**
 * What the kernel takes for one address. IPv6: the device and the address. IPv4: also the length and the subnet that the peer (or the
 * address itself) is in: another peer in that subnet is in the way, and has another key.
 */
export function isSameAddress(live: LiveAddress, desired: Address): boolean {
  const [local, length] = parts(desired.address);
  if (live.device !== desired.device || live.local !== local) return false;
  if (live.family === 6) return true;
  return (
    live.prefixLength === length && firstAddress(live.peer ?? live.local, length) === firstAddress(desired.peer ?? local, length)
  );
}

/**
 * With an IPv6 address whose lifetime is limited, or with one whose subnet holds an address of a smaller one, the kernel leaves the route to
 * its subnet behind. It is nobody's then, unless another address is in that very subnet.
 */
export function leftBehindBy(
  live: LiveAddress,
  addresses: readonly LiveAddress[],
  routes: readonly LiveRoute[],
): LiveRoute | undefined {
  const { family, device, local, prefixLength, validLifetimeSeconds } = live;
  if (family === 4 || live.flags.has("noprefixroute")) return undefined;
  const inSubnet = (other: LiveAddress) => firstAddress(other.local, prefixLength) === firstAddress(local, prefixLength);
  const others = addresses.filter(
    (other) => other.family === 6 && other.device === device && other.local !== local && inSubnet(other),
  );
  const isLeft = validLifetimeSeconds !== undefined || others.length > 0;
  if (!isLeft || others.some((other) => other.prefixLength === prefixLength)) return undefined;
  const subnet = canonicalPrefix(`${firstAddress(local, prefixLength)}/${prefixLength}`);
  return routes.find(
    (route) =>
      route.family === 6 &&
      route.destination === subnet &&
      route.table === 254 &&
      route.protocol === protocols.kernel &&
      route.nextHops[0]?.device === device,
  );
}

/* ---- what is there, and comparing ------------------------------------------------------------------------------------------- */

export const flagNames = {
  noPrefixRoute: "noprefixroute",
  home: "home",
  noDad: "nodad",
  autoJoin: "autojoin",
  manageTemporary: "mngtmpaddr",
} as const;
export const flagFields = Object.keys(flagNames) as (keyof typeof flagNames)[];

export function declaredForm(live: LiveAddress): Address {
  return withoutDefaults({
    device: live.device,
    address: `${live.local}/${live.prefixLength}`,
    peer: live.peer,
    broadcast: live.broadcast,
    scope: live.family === 4 ? (nameOf(scopes, live.scope) ?? live.scope) : undefined,
    label: live.label,
    metric: live.metric,
    validLifetimeSeconds: live.validLifetimeSeconds,
    // IPv4 shows "for ever" for both lifetimes of an address that is deprecated and never removed.
    preferredLifetimeSeconds: live.preferredLifetimeSeconds ?? (live.flags.has("deprecated") ? 0 : undefined),
    ...Object.fromEntries(flagFields.map((field) => [field, live.flags.has(flagNames[field])])),
  });
}

const fields = [
  ...(["device", "address", "peer", "broadcast", "scope", "label", "metric"] as const),
  ...(["validLifetimeSeconds", "preferredLifetimeSeconds"] as const),
  ...flagFields,
];
type Field = (typeof fields)[number];

export function differences(desired: Address, live: LiveAddress): Field[] {
  const found = declaredForm(live);
  return fields.filter((field) => !isSame(field, desired, found));
}

function isSame(field: Field, desired: Address, live: Address): boolean {
  switch (field) {
    case "validLifetimeSeconds":
    case "preferredLifetimeSeconds":
      // They run down: any time left that is not longer than the declared one may be what was declared.
      return desired[field] === undefined ? live[field] === undefined : (live[field] ?? Infinity) <= desired[field];
    case "broadcast":
      // Most tools set the subnet's own broadcast address unasked, and it has no effect: not worth removing an address for.
      return (
        desired.broadcast === live.broadcast || (desired.broadcast === undefined && live.broadcast === standardBroadcast(live))
      );
    default:
      return isDeepStrictEqual(desired[field], live[field]);
  }
}

function standardBroadcast({ address: text, peer }: Address): string {
  const [local, length] = parts(text);
  return lastAddress(peer ?? local, length);
}

/** What is there, but wherever it is what `desired` means, as `desired` says it. */
export function inWordsOf(desired: Address, live: LiveAddress): Address {
  const found = declaredForm(live);
  const words = fields.map((field) => [field, isSame(field, desired, found) ? desired[field] : found[field]] as const);
  return Object.fromEntries(words.filter(([, value]) => value !== undefined)) as unknown as Address;
}
