/** What the kinds that are about lines have in common: names, and the numbers that are reserved (docs/kinds/README.md). */
import { familyOf, ipAddress } from "../iproute/tokens";
import type { Contradiction } from "../kind";
import { word } from "../word";

/** As many as there are tables, marks and priorities for them. */
export const mostLines = 62;

/** Table 20500 + number leads over the line, and nowhere else. */
export const firstTable = 20500;

/** A pinned connection's mark, and a packet's, under this mask: the number of its line. */
export const pinMask = 0x3f00;
export const pinMark = (number: number): number => number * 256;

/** Probes bear this bit as well, so that what is pinned to a line does not take a probe's rule. */
export const probeBit = 0x4000;

export const lineName = word("1 to 31 letters, digits, `_`, `.` or `-`, such as adsl", (text) => {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}$/.test(text)) throw new Error();
  return text;
});

export const ofFamily = (family: 4 | 6) =>
  ipAddress
    .refine((address) => familyOf(address) === family, { message: `an IPv${family} address is meant` })
    .meta({ expected: family === 4 ? "an IPv4 address such as 192.0.2.1" : "an IPv6 address such as 2001:db8::1" });

export const numberOf = ({ number }: { readonly number?: number | undefined }, place: number): number => number ?? place + 1;

/** Lines that have the same in a field that each has for itself. */
export function twins<Line>(
  lines: readonly Line[],
  valueOf: (line: Line, place: number) => string | number,
  field: string,
  message: string,
): Contradiction[] {
  const values = lines.map(valueOf);
  return values.flatMap((value, place) => (values.indexOf(value) === place ? [] : [{ path: ["lines", place, field], message }]));
}
