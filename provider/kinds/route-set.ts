import { z } from "zod";
import { word } from "../word";
import { defineKind } from "../kind";
import { ourProtocol } from "../iproute/names";
import { hint } from "./route-hint";
import { type ObservedRoute, type Route, route, routeFields } from "./route";
import { readKeyOf } from "./route-form";
import { canonicalSet, contradictions, routesIn } from "./route-set-form";
import { type RouteSetOnHost, observeSet, planSet, toldBack } from "./route-set-plan";

const name = word("1 to 63 letters, digits, `_`, `.` or `-`, such as `bogons`", (text) => {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/.test(text)) throw new Error();
  return text;
});

const { destination, family, table, metric, type, tos: _tos, source: _source, ...others } = routeFields;
const ofEach = {
  type: type
    .unwrap()
    .optional()
    .describe(type.description ?? ""),
  ...others,
};

const entry = z
  .strictObject({ destination, ...ofEach })
  .meta({ expected: 'an object such as { destination: "192.0.2.0/24", gateway: "198.51.100.1" }' });

const schema = z
  .strictObject({
    name: name.describe("Tells this set from others in the same table, e.g. `bogons`."),
    routes: z
      .array(entry)
      .describe(
        "The routes, each with a destination of its own, and with whatever it has that the others have not: a way of its own takes the place of the common one. " +
          "Their order makes no difference.",
      ),
    family: family.describe("The family of all its routes. Default: that of the first one that tells; one set has one family."),
    table,
    metric,
    ...ofEach,
  })
  .overwrite((set) => canonicalSet(set));

export type RouteSet = z.output<typeof schema>;

export interface ObservedSet {
  /** What is there of it, in the words of the declaration. */
  readonly declared: RouteSet;
  /** What is there for each of the declared routes, by its place. */
  readonly found: readonly (ObservedRoute | undefined)[];
  /** What the set's file on the host names, and the declaration no longer does. */
  readonly left: readonly ObservedRoute[];
  /** Whether the set has a file on the host. */
  readonly isRecorded: boolean;
}

/** Many routes as one resource. */
export const routeSet = defineKind<typeof schema, ObservedSet, RouteSetOnHost>({
  name: "RouteSet",
  description:
    "Thousands of routes of one table as one resource: planned prefix by prefix, changed in one transaction. It owns only the routes that it has made.",
  schema,
  filledIn: ["family", "table", "metric"],
  contradictions,
  resolve: (desired, snapshot) => ({
    ...desired,
    onHost: routesIn(desired).map((one) => route.resolve?.(one, snapshot) ?? one),
  }),
  identity: ({ table, family, name }) => [family === "ipv6" ? "6" : "4", String(table), name],
  reads: (desired) => routesIn(desired).map(readKeyOf),
  observe: observeSet,
  marked: ({ found }) => found.every((one) => one === undefined || one.live.protocol === ourProtocol),
  plan: planSet,
  replay: ({ onHost }) => onHost.flatMap((one) => route.replay(one)),
  inputsOf: toldBack,
  hint: (words, desired) => hint(words, desired as unknown as Route),
});
