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
      wrong(field, `the kernel silently ignores it on ${local}, since it is for IPv${family === 4 ? 6 : 4} only; leave it out`);
  }
  if (desired.peer !== undefined && familyOf(desired.peer) !== family) {
    wrong("peer", `${local} is IPv${family}, and so must its peer be`);
  }
  if (family === 4 && desired.broadcast?.includes(":")) {
    wrong("broadcast", "IPv6 has no broadcast; write an IPv4 address, or leave it out");
  }
  if (family === 4 && desired.broadcast === "auto" && length >= 31) {
    wrong("broadcast", "a subnet of one or two addresses has no broadcast address; leave it out");
  }
  if (desired.label !== undefined && family === 4 && !desired.label.startsWith(desired.device)) {
    wrong("label", `a label begins with the device's name; write for example ${desired.device}:1`);
  }
  if (desired.autoJoin && !isMulticast(local)) {
    wrong("autoJoin", `only a multicast group can be joined, and ${local} is none (224.0.0.0/4, ff00::/8); leave it out`);
  }
  if (family === 6 && !desired.autoJoin && isMulticast(local)) {
    wrong("autoJoin", `${local} is a multicast address, which the kernel takes only to join its group; set it to true`);
  }
  if (family === 6 && desired.manageTemporary && length !== 64) {
    wrong("manageTemporary", `the kernel makes temporary addresses in a /64 only, and ${desired.address} is none; leave it out`);
  }
  if ((desired.preferredLifetimeSeconds ?? 0) > (desired.validLifetimeSeconds ?? Infinity)) {
    wrong(
      "preferredLifetimeSeconds",
      `an address is not preferred for longer than it is valid; write at most validLifetimeSeconds, ${desired.validLifetimeSeconds}`,
    );
  }
  if (family === 4 && desired.preferredLifetimeSeconds && desired.validLifetimeSeconds === undefined) {
    wrong(
      "preferredLifetimeSeconds",
      "the kernel ignores it on an IPv4 address that is valid for ever; give validLifetimeSeconds as well, or write 0 here",
    );
  }
  return found;
}

const isMulticast = (local: string): boolean => /^(22[4-9]|23\d)\./.test(local) || /^ff[0-9a-f]{2}:/.test(local);
