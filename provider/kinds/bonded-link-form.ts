/** One form for a bond that is declared and one that is there, so that they can be compared. */
import { isDeepStrictEqual } from "node:util";
import type { LiveLink } from "../snapshot";
import type { BondedLink, DeclaredMember } from "./bonded-link";
import { type Options, type OptionName, applies, isDefault, optionNames, printedValue, valueIn } from "./bonded-link-options";
import { isUp } from "./link-fields";

/** A device of the bond, with everything that can be said about it as a member. */
export interface Member {
  readonly device: string;
  readonly queueId: number;
  readonly prio: number;
}

export const memberOf = (declared: DeclaredMember): Member =>
  typeof declared === "string"
    ? { device: declared, queueId: 0, prio: 0 }
    : { device: declared.device, queueId: declared.queueId ?? 0, prio: declared.prio ?? 0 };

/** The name alone when there is nothing else to say. */
const declaredMember = ({ device, queueId, prio }: Member): DeclaredMember =>
  queueId === 0 && prio === 0 ? device : { device, ...(queueId !== 0 && { queueId }), ...(prio !== 0 && { prio }) };

export const membersOf = ({ members }: BondedLink): Member[] => members.map(memberOf);

/* ---- canonical form --------------------------------------------------------------------------------------------------------- */

/** Of Ethernet, also when larger members join. */
export const standardMtu = 1500;

/** The kernel's default of 0 never sees that a link is lost. */
const monitoredEach = 100;

/** Whatever is the kernel's default is left out, and the links are monitored unless something else is said. */
export function canonical(desired: BondedLink): BondedLink {
  const probes = desired.arpInterval !== undefined && desired.arpInterval !== 0;
  const miimon = desired.miimon ?? (probes ? 0 : monitoredEach);
  const kept = (field: string, value: unknown): boolean => {
    if (value === undefined) return false;
    if (field === "mtu") return value !== standardMtu;
    // Without a word about it there would be a monitor again.
    if (field === "miimon") return !probes || value !== 0;
    return !(optionNames.includes(field as OptionName) && isDefault(field as OptionName, value as number));
  };
  const members = membersOf(desired).map(declaredMember);
  const entries = Object.entries({ ...desired, members, miimon }).filter(([field, value]) => kept(field, value));
  return Object.fromEntries(entries) as unknown as BondedLink;
}

/* ---- what is there, and comparing ------------------------------------------------------------------------------------------- */

/** Of the options those that mean something in its mode: others keep what they were set to in another one. */
export function declaredForm(live: LiveLink, members: readonly LiveLink[]): BondedLink {
  const mode = String(live.data["mode"] as string) as BondedLink["mode"];
  const found = optionNames.filter((name) => applies(name, mode)).map((name) => [name, printedValue(name, live.data)]);
  const primary = live.data["primary"];
  return canonical({
    name: live.name,
    mode,
    members: members.map(liveMember).map(declaredMember),
    ...(typeof primary === "string" && { primary }),
    mtu: live.mtu,
    ...(live.macAddress !== undefined && { macAddress: live.macAddress }),
    up: isUp(live),
    ...(Object.fromEntries(found) as Options),
  } as BondedLink);
}

/** A kernel before 6.0 has no `prio`. */
export const liveMember = ({ name, memberData }: LiveLink): Member => ({
  device: name,
  queueId: Number(memberData["queue_id"] ?? 0),
  prio: Number(memberData["prio"] ?? 0),
});

export type Field = "mode" | "members" | "primary" | "mtu" | "macAddress" | "up" | OptionName;
const fields: readonly Field[] = ["mode", "members", "primary", "mtu", "macAddress", "up", ...optionNames];

/** @param live in declared form */
export const differences = (desired: BondedLink, live: BondedLink): Field[] =>
  fields.filter((field) => !isSame(field, desired, live));

function isSame(field: Field, desired: BondedLink, live: BondedLink): boolean {
  switch (field) {
    case "macAddress":
      return desired.macAddress === undefined || desired.macAddress === live.macAddress;
    case "members":
      // In which order they joined is not to be seen.
      return isDeepStrictEqual(sorted(desired), sorted(live));
    case "mode":
    case "primary":
      return desired[field] === live[field];
    case "mtu":
      return (desired.mtu ?? standardMtu) === (live.mtu ?? standardMtu);
    case "up":
      return desired.up === live.up;
    default:
      // What means nothing in this mode may be as it is.
      return !applies(field, desired.mode) || isDeepStrictEqual(valueIn(desired, field), valueIn(live, field));
  }
}

const sorted = (bond: BondedLink): Member[] => membersOf(bond).sort((a, b) => (a.device < b.device ? -1 : 1));

/** What is there, but wherever it is what `desired` means, as `desired` says it. */
export function inWordsOf(desired: BondedLink, found: BondedLink): BondedLink {
  const words = fields.map((field) => [field, isSame(field, desired, found) ? desired[field] : found[field]] as const);
  const said = Object.fromEntries(words.filter(([, value]) => value !== undefined));
  return {
    ...(said as unknown as BondedLink),
    name: found.name,
    members: isSame("members", desired, found) ? desired.members : inOrderOf(desired, found),
  };
}

/** Those that are declared first, in the declaration's order. */
function inOrderOf(desired: BondedLink, found: BondedLink): DeclaredMember[] {
  const order = membersOf(desired).map(({ device }) => device);
  const place = (device: string) => (order.includes(device) ? order.indexOf(device) : order.length);
  return membersOf(found)
    .sort((a, b) => place(a.device) - place(b.device))
    .map(declaredMember);
}
