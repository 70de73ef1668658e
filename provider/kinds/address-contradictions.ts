import { familyOf } from "../iproute/tokens";
import type { Contradiction } from "../kind";
import type { Address } from "./address";
import { parts } from "./address-form";

const ipv4Only = ["broadcast", "scope", "label"] as const;
const ipv6Only = ["home", "noDad", "manageTemporary"] as const;

/** What no single field can tell. Each says what is wrong with which value, and what would be right. */
export function contradictions(desired: Address): Contradiction[] {
  const found: Contradiction[] = [];
  const wrong = (field: keyof Address, message: string) => found.push({ path: [field], message });
  const [local, length] = parts(desired.address);
  const family = familyOf(local);

  for (const field of family === 4 ? ipv6Only : ipv4Only) {
    if (desired[field] !== undefined)
      wrong(field, `${field} exists for IPv${family === 4 ? 6 : 4} only: the kernel ignores it on ${local}. Leave it out.`);
  }
  if (desired.peer !== undefined && familyOf(desired.peer) !== family) {
    wrong(
      "peer",
      `${desired.peer} is not of the family of ${local}: the peer of an IPv${family} address is an IPv${family} address.`,
    );
  }
  if (family === 4 && desired.broadcast?.includes(":")) {
    wrong("broadcast", `${desired.broadcast} is an IPv6 address: IPv6 has no broadcast.`);
  }
  if (desired.broadcast === "auto" && length >= 31) {
    wrong("broadcast", `a /${length} has no broadcast address. Leave it out.`);
  }
  if (desired.label !== undefined && family === 4 && !desired.label.startsWith(desired.device)) {
    wrong("label", `${desired.label} does not begin with the device's name: write e.g. ${desired.device}:1.`);
  }
  if (desired.autoJoin && !isMulticast(local)) {
    wrong("autoJoin", `${local} is no multicast address (224.0.0.0/4, ff00::/8): only a group can be joined.`);
  }
  if (family === 6 && !desired.autoJoin && isMulticast(local)) {
    wrong("autoJoin", `${local} is a multicast address, which the kernel takes only to join its group: set autoJoin: true.`);
  }
  if (desired.manageTemporary && length !== 64) {
    wrong("manageTemporary", `${desired.address} is not a /64: the kernel makes temporary addresses in a /64 only.`);
  }
  if ((desired.preferredLifetimeSeconds ?? 0) > (desired.validLifetimeSeconds ?? Infinity)) {
    wrong(
      "preferredLifetimeSeconds",
      `${desired.preferredLifetimeSeconds} is more than validLifetimeSeconds, ${desired.validLifetimeSeconds}.`,
    );
  }
  if (family === 4 && desired.preferredLifetimeSeconds && desired.validLifetimeSeconds === undefined) {
    wrong(
      "preferredLifetimeSeconds",
      "has no effect on an IPv4 address that is valid for ever: the kernel ignores it. Give validLifetimeSeconds, or 0.",
    );
  }
  return found;
}

const isMulticast = (local: string): boolean => /^(22[4-9]|23\d)\./.test(local) || /^ff[0-9a-f]{2}:/.test(local);
