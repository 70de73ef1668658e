/**
 * Words of an `ip` command line as zod fields: each accepts one canonical form of a value or turns an equivalent one into it,
 * and refuses what iproute2 would read as something else (it takes 010.0.0.1 for 8.0.0.1 and `metric 010` for 8).
 */
import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { word } from "../word";
import { nameOf, scopes } from "./names";

export type Family = 4 | 6;

/** The family of a canonical address or prefix (not of `default`, which has none by itself). */
export const familyOf = (text: string): Family => (text.includes(":") ? 6 : 4);

/* ---- addresses and prefixes ------------------------------------------------------------------------------------------------ */

/** One address, e.g. `192.0.2.1` or `2001:db8::1`. */
export const ipAddress = word("an IP address such as 192.0.2.1 or 2001:db8::1", readAddress);

/** Where packets are headed or come from, e.g. `192.0.2.0/24`, `2001:db8::/32`, `192.0.2.7` for one host, or `default`. */
export const prefix = word("a prefix such as 192.0.2.0/24 or 2001:db8::/32, one address, or default", readPrefix);

/** An address of the host's own with the length of its subnet's prefix, e.g. `192.0.2.5/24`. */
export const interfaceAddress = word(
  "an IP address with its length, such as 192.0.2.5/24 or 2001:db8::5/64",
  readInterfaceAddress,
);

/** The longest in use: eight groups of IPv6 with their colons, or with an IPv4 address in place of the last two. */
const longestAddress = 45;

/** @param rest what stood behind the address, for suggestions: `/24` */
function readAddress(text: string, rest = ""): string {
  // A field says what it takes better than the reader of an address does.
  if (text.length > longestAddress) throw new Error();
  if (text.trim() !== text) throw new Error(`write it without the white space around it`);
  if (text.includes("/"))
    throw new Error(`an address alone is meant, without a length; write ${readAddress(text.replace(/\/.*/, ""))}`);
  if (text.includes("%"))
    throw new Error(`an address is meant without a zone; write ${text.replace(/%.*/, "")}, and the device in its own field`);
  return text.includes(":") ? readAddress6(text, rest) : readAddress4(text, rest);
}

function readAddress4(text: string, rest: string): string {
  if (!/^\d+(\.\d+){3}$/.test(text)) throw new Error();
  const plain = text.split(".").map(Number).join(".");
  if (!Address4.isValid(plain)) throw new Error("each of the four numbers of an IPv4 address is from 0 to 255");
  if (plain !== text) throw new Error(`\`ip\` would read leading zeros as octal; write ${plain}${rest}`);
  return text;
}

function readAddress6(text: string, rest: string): string {
  if (/^\[.*\]$/.test(text)) throw new Error(`write it without brackets, ${readAddress6(text.slice(1, -1), rest)}${rest}`);
  if (!/^[0-9A-Fa-f:.]+$/.test(text) || !Address6.isValid(text)) throw new Error();
  const address = new Address6(text);
  const embedded = ipv4Within(address);
  // Of a prefix such as ::ffff:10.0.0.0/104 the last 32 bits count.
  const length = Number(rest.slice(1)) - 96;
  if (embedded) throw new Error(`this is IPv4 in IPv6 notation; write ${embedded}${rest && length >= 0 ? `/${length}` : ""}`);
  return address.correctForm();
}

/** The IPv4 address in an IPv4-mapped (::ffff:0:0/96) or IPv4-compatible (::/96) one; `::` and `::1` are neither. */
function ipv4Within(address: Address6): string | undefined {
  const value = address.bigInt();
  const upper = value >> 32n;
  const lower = value & 0xffffffffn;
  return upper === 0xffffn || (upper === 0n && lower > 0xffffn) ? Address4.fromBigInt(lower).correctForm() : undefined;
}

function readInterfaceAddress(text: string): string {
  const [address, length] = split(text);
  if (length !== undefined) return `${address}/${length}`;
  const [usual, alone] = familyOf(address) === 4 ? [24, 32] : [64, 128];
  throw new Error(
    `the length of its subnet's prefix is missing; write for example ${address}/${usual}, or ${address}/${alone} for an address without a subnet`,
  );
}

function readPrefix(text: string): string {
  if (text === "default") return text;
  const [address, length = fullLength(familyOf(text))] = split(text);
  const first = firstAddress(address, length);
  if (first === address) return join(address, length);
  throw new Error(
    `bits are set beyond its length; write ${join(first, length)} for the prefix, or ${address} for the one address`,
  );
}

function split(text: string): [address: string, length: number | undefined] {
  const slash = text.indexOf("/");
  if (slash < 0) return [readAddress(text), undefined];
  const address = readAddress(text.slice(0, slash), text.slice(slash));
  const length = text.slice(slash + 1);
  const full = fullLength(familyOf(address));
  if (/^(0|[1-9]\d{0,2})$/.test(length) && Number(length) <= full) return [address, Number(length)];
  const masked = lengthOfMask(length);
  throw new Error(
    masked === undefined
      ? `the length after the slash is a whole number from 0 to ${full}, without leading zeros`
      : `a length is meant and no mask; write ${address}/${masked}`,
  );
}

/** 24 of 255.255.255.0; undefined where there is a 1 behind a 0. */
function lengthOfMask(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text) || !Address4.isValid(text)) return undefined;
  const bits = new Address4(text).bigInt().toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? bits.replace(/0/g, "").length : undefined;
}

export const fullLength = (family: Family): number => (family === 4 ? 32 : 128);

/** As `ip` prints it: a prefix of one address has no length. */
const join = (address: string, length: number): string =>
  length === fullLength(familyOf(address)) ? address : `${address}/${length}`;

/** The first address of the subnet that `address` is in, e.g. 192.0.2.0 for 192.0.2.5 and 24. */
export function firstAddress(address: string, length: number): string {
  const subnet = familyOf(address) === 4 ? new Address4(`${address}/${length}`) : new Address6(`${address}/${length}`);
  return subnet.startAddress().correctForm();
}

/** The last address of the subnet, which is IPv4's broadcast address. */
export function lastAddress(address: string, length: number): string {
  const subnet = familyOf(address) === 4 ? new Address4(`${address}/${length}`) : new Address6(`${address}/${length}`);
  return subnet.endAddress().correctForm();
}

/**
 * What a host printed, in the form that a declaration has. That is the form of inet_ntop already, except that it ends addresses of which
 * nobody may declare one here (IPv4-mapped and the like) with four decimal numbers.
 */
export function canonicalAddress(text: string): string {
  return text.includes(":") && text.includes(".") ? new Address6(text).correctForm() : text;
}

/** Like `canonicalAddress`, for a destination or source: `default`, a prefix, or an address alone. */
export function canonicalPrefix(text: string): string {
  if (text === "default") return text;
  const [address = "", length] = text.split("/");
  const canonical = canonicalAddress(address);
  return length === undefined ? canonical : join(canonical, Number(length));
}

/* ---- names ----------------------------------------------------------------------------------------------------------------- */

/** Words that `ip` or the kernel's sysctl tree would take for something else than a device. */
const reserved = new Set(
  "all any anycast broadcast default dev dir down dynamic from group help inet inet6 label link local master metric multicast nexthop none off on peer permanent proto scope src table to tos type up via vrf".split(
    " ",
  ),
);

/** A network device by name, e.g. `eth0`. 15 characters at most (the kernel's IFNAMSIZ). */
export const deviceName = word(
  'a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_"',
  (text) => {
    if (text !== "" && text.trim() !== text) throw new Error("write it without the white space around it");
    if (reserved.has(text))
      throw new Error("this is a word of the `ip` command, which would not take it for a device; rename the device");
    if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(text)) return text;
    if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{15,}$/.test(text))
      throw new Error(`a device's name has at most 15 characters, and this has ${text.length}`);
    // `ip link` shows a device as eth0@if3, and an address with a label as eth0:1.
    const [, name, sign] = /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,14})([@:])[\w.]*$/.exec(text) ?? [];
    throw new Error(name && `the device's name ends before the "${sign}"; write ${name}`);
  },
);

/** Tables that have these numbers on every host. */
export const wellKnownTables: ReadonlyMap<string, number> = new Map([
  ["default", 253],
  ["main", 254],
  ["local", 255],
]);

const tableName = word("the name of a table in the host's rt_tables, such as main", (text) => {
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text)) throw new Error();
  return wellKnownTables.get(text) ?? text;
});

/* ---- numbers --------------------------------------------------------------------------------------------------------------- */

/** A whole number; text is refused, so that there is no octal and no white space to read. */
export const whole = (least: number, most: number) => z.number().int().min(least).max(most);

export const u32 = whole(0, 4294967295);

/** A routing table: its number, or a name that the host's rt_tables files know. */
export const table = z.union([whole(1, 4294967295), tableName]);

type ScopeName = keyof typeof scopes;

/** How far an IPv4 address or route reaches: the kernel's name, or its number where it has none. */
export const scope = z.union([
  z.enum(Object.keys(scopes) as [ScopeName, ...ScopeName[]]),
  whole(0, 255).overwrite((number) => (nameOf(scopes, number) ?? number) as number),
]);

/** A next hop's share of the traffic. The kernel stores weight - 1 in a byte. */
export const weight = whole(1, 256);

/** Routing realms, `to` or `from/to`, each 0 to 255. */
export const realms = word('"TO" or "FROM/TO" with numbers from 0 to 255, such as "3/4"', (text) => {
  const [, from, to] = /^(?:(0|[1-9]\d{0,2})\/)?(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const numbers = [from ?? "0", to].map(Number);
  if (!numbers.every((number) => number <= 255) || numbers.every((number) => number === 0)) throw new Error();
  return numbers[0] === 0 ? String(numbers[1]) : numbers.join("/");
});

/** A word of the kernel's own, such as the name of a congestion control. */
export const kernelWord = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,15}$/)
  .meta({ expected: 'a word of the kernel\'s: 1 to 16 small letters, digits, "_" or "-", such as bbr' });
