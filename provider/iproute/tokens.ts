/**
 * Words of an `ip` command line as zod fields: each accepts one canonical form of a value or turns an equivalent one into it,
 * and refuses what iproute2 would read as something else (it takes 010.0.0.1 for 8.0.0.1 and `metric 010` for 8).
 */
import { Address4, Address6 } from "ip-address";
import { z } from "zod";
import { nameOf, scopes } from "./names";

export type Family = 4 | 6;

/** The family of a canonical address or prefix (not of `default`, which has none by itself). */
export const familyOf = (text: string): Family => (text.includes(":") ? 6 : 4);

/** A string field whose text is read by `read`: it returns the canonical form or throws an Error that says what would be right. */
function word<Canonical extends string | number>(read: (text: string) => Canonical) {
  return z.string().check((field) => {
    try {
      field.value = read(field.value) as string;
    } catch (error) {
      field.issues.push({ code: "custom", message: (error as Error).message, input: field.value, path: [] });
    }
  });
}

/* ---- addresses and prefixes ------------------------------------------------------------------------------------------------ */

/** One address, e.g. `192.0.2.1` or `2001:db8::1`. */
export const ipAddress = word(readAddress);

/** Where packets are headed or come from, e.g. `192.0.2.0/24`, `2001:db8::/32`, `192.0.2.7` for one host, or `default`. */
export const prefix = word(readPrefix);

/** An address of the host's own with the length of its subnet's prefix, e.g. `192.0.2.5/24`. */
export const interfaceAddress = word(readInterfaceAddress);

export function readAddress(text: string): string {
  if (text.includes("/"))
    throw new Error(`${text} has a prefix length, and an address alone is meant: ${text.replace(/\/.*/, "")}`);
  if (text.includes("%"))
    throw new Error(`${text} names a zone: write ${text.replace(/%.*/, "")}, and the device in its own field`);
  return text.includes(":") ? readAddress6(text) : readAddress4(text);
}

function readAddress4(text: string): string {
  if (/^\d+(\.\d+){3}$/.test(text)) {
    const plain = text.split(".").map(Number).join(".");
    if (Address4.isValid(plain)) {
      if (plain !== text) throw new Error(`${text} has leading zeros, which \`ip\` reads as octal: write ${plain}`);
      return text;
    }
  }
  throw new Error(`${text} is not an IP address: an IPv4 address looks like 192.0.2.1, an IPv6 address like 2001:db8::1`);
}

function readAddress6(text: string): string {
  if (!/^[0-9A-Fa-f:.]+$/.test(text) || !Address6.isValid(text)) {
    throw new Error(`${text} is not an IPv6 address, which looks like 2001:db8::1`);
  }
  const address = new Address6(text);
  const embedded = ipv4Within(address);
  if (embedded) throw new Error(`${text} is an IPv4 address in IPv6 notation: write ${embedded}`);
  return address.correctForm();
}

/** The IPv4 address in an IPv4-mapped (::ffff:0:0/96) or IPv4-compatible (::/96) one; `::` and `::1` are neither. */
function ipv4Within(address: Address6): string | undefined {
  const value = address.bigInt();
  const upper = value >> 32n;
  const lower = value & 0xffffffffn;
  return upper === 0xffffn || (upper === 0n && lower > 0xffffn) ? Address4.fromBigInt(lower).correctForm() : undefined;
}

export function readInterfaceAddress(text: string): string {
  const [address, length] = split(text);
  if (length === undefined) {
    throw new Error(
      `${text} lacks the length of its subnet's prefix: write ${text}/${familyOf(text) === 4 ? "24 (or /32" : "64 (or /128"} for an address without a subnet)`,
    );
  }
  return `${address}/${length}`;
}

export function readPrefix(text: string): string {
  if (text === "default") return text;
  const [address, length = fullLength(familyOf(text))] = split(text);
  const first = firstAddress(address, length);
  if (first !== address) throw new Error(`${text} has bits set beyond its length: the prefix is ${join(first, length)}`);
  return join(address, length);
}

function split(text: string): [address: string, length: number | undefined] {
  const slash = text.indexOf("/");
  if (slash < 0) return [readAddress(text), undefined];
  const address = readAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  const full = fullLength(familyOf(address));
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > full) {
    throw new Error(`${text}: the prefix length must be a whole number from 0 to ${full}, without leading zeros`);
  }
  return [address, Number(length)];
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
export const deviceName = word((text) => {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(text)) {
    throw new Error(
      `${JSON.stringify(text)} is not a device name that can be declared: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_"`,
    );
  }
  if (reserved.has(text))
    throw new Error(`${text} is a word of the \`ip\` command and can't be the name of a device here: rename the device`);
  return text;
});

/** Tables that have these numbers on every host. */
export const wellKnownTables: ReadonlyMap<string, number> = new Map([
  ["default", 253],
  ["main", 254],
  ["local", 255],
]);

const tableName = word((text) => {
  if (/^\d+$/.test(text)) throw new Error(`"${text}" is text: write the table's number without quotes, ${Number(text)}`);
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text)) {
    throw new Error(
      `${JSON.stringify(text)} is not a table: a number from 1 to 4294967295, or a name from the host's rt_tables such as main`,
    );
  }
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
export const realms = word((text) => {
  const [, from, to] = /^(?:(0|[1-9]\d{0,2})\/)?(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const numbers = [from ?? "0", to].map(Number);
  if (!numbers.every((number) => number <= 255) || numbers.every((number) => number === 0)) {
    throw new Error(`${JSON.stringify(text)} are not realms: write "TO" or "FROM/TO" with numbers from 0 to 255, e.g. "3/4"`);
  }
  return numbers[0] === 0 ? String(numbers[1]) : numbers.join("/");
});

/** A word of the kernel's own, such as the name of a congestion control. */
export const kernelWord = z.string().regex(/^[a-z][a-z0-9_-]{0,15}$/);
