import type { Declared, Fields, Found, Group } from "../group";
import type { AnyKind, Contradiction } from "../kind";
import { type ConnectionPinning, connectionPinningSchema } from "./connection-pinning-fields";
import { connectionPinningTable } from "./connection-pinning-table";
import { firstTable, numberOf, pinMark, pinMask, twins } from "./lines";
import { routingRule } from "./routing-rule";

/** Keeps established connections on their lines. One a host. */
export const connectionPinning: Group = {
  name: "ConnectionPinning",
  description:
    "Keeps established connections on the line that they use: when a line recovers or weights change, only new ones follow. Connections that come in by a line are answered by it, and a line can have " +
    "its own source NAT. Done with connection marks, in one table of nftables. Each line needs a table of its own with a default route over it, as a `LineMonitor` makes it. A host has one.",
  schema: connectionPinningSchema,
  objects: (fields) => objectsOf(fields as ConnectionPinning),
  declaredForm: pinned,
  contradictions: (desired) => contradictions(desired as ConnectionPinning),
};

/** The table last: its marks count from then on. */
function objectsOf(pinning: ConnectionPinning): Declared[] {
  const families = pinning.ipv6 ? ["ipv4", "ipv6"] : ["ipv4"];
  const rules = families.flatMap((family) => [
    // What is nearer than a default route is reached as ever, whatever a connection belongs to.
    declared(routingRule, ["rules", family], { priority: firstTable, family, table: 254, suppressPrefixLength: 0 }),
    ...pinning.lines.map((line, place) => {
      const number = numberOf(line, place);
      const mark = { firewallMark: pinMark(number), firewallMask: pinMask };
      const table = firstTable + number;
      return declared(routingRule, ["lines", line.name, `${family} rule`], { priority: table, family, ...mark, table });
    }),
  ]);
  return [...rules, { kind: connectionPinningTable, path: ["table"], fields: pinning }];
}

const declared = (kind: AnyKind, path: readonly string[], fields: object): Declared => ({
  kind,
  path,
  fields: kind.schema.parse(fields) as Fields,
});

/** What the table was made by, without the lines whose rules are not all there. */
function pinned(found: readonly Found[], declared: Fields): Fields | undefined {
  if (found.length > 0 && found.every(({ form }) => form === undefined)) return undefined;
  const table = found.find(({ kind }) => kind === connectionPinningTable)?.form as ConnectionPinning | undefined;
  const isThere = (name: string) =>
    found.every(({ path, form }) => form !== undefined || (path[0] === "lines" && path[1] !== name));
  return { ...declared, ...table, lines: (table?.lines ?? []).filter(({ name }) => isThere(name)) };
}

function contradictions({ lines }: ConnectionPinning): Contradiction[] {
  return [
    ...twins(lines, ({ name }) => name, "name", "another line has this name; give each its own"),
    ...twins(lines, ({ device }) => device, "device", "another line has this device; give each its own"),
    ...twins(lines, numberOf, "number", "another line has this number, perhaps by its place in the list; give each its own"),
  ];
}
