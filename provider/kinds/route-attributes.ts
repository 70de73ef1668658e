/**
 * The attributes of a route that are one value each: field <-> words of `ip route` <-> key of its JSON. One table, so that none can be
 * declared and not written, or written and not compared.
 */
import { z } from "zod";
import type { Words } from "../iproute/batch";
import { kernelWord, whole } from "../iproute/tokens";

type Printed = Readonly<Record<string, unknown>>;

interface Attribute<Schema extends z.ZodType> {
  readonly schema: z.ZodOptional<Schema>;
  readonly words: (value: z.output<Schema>, all: { readonly lockMtu?: boolean | undefined }) => Words;
  /** From what `ip -j` printed; undefined = the kernel's default. */
  readonly read: (printed: Printed) => z.output<Schema> | undefined;
}

/** The kernel's 0 is "not set". */
const most32 = 4294967295;

function count(word: string, description: string, most = most32, unit = ""): Attribute<z.ZodNumber> {
  return {
    schema: whole(1, most).optional().describe(description),
    words: (value) => [word, `${value}${unit}`],
    read: (printed) => (printed[word] === undefined || printed[word] === 0 ? undefined : Number(printed[word])),
  };
}

const milliseconds = (word: string, description: string, most = most32) => count(word, description, most, "ms");

function flag(words: readonly string[], key: string, description: string): Attribute<z.ZodBoolean> {
  return {
    schema: z.boolean().optional().describe(`${description} Default: false.`),
    words: (value) => (value ? words : []),
    // `features ecn` is printed as `"ecn":null`.
    read: (printed) => (printed[key] === undefined || printed[key] === 0 ? undefined : true),
  };
}

export const attributes = {
  mtu: {
    // The kernel takes larger ones and makes 65520 of them.
    ...count("mtu", "Largest packet, in bytes, that is sent to this destination. Default: the path's or the device's.", 65520),
    words: (value, { lockMtu }) => ["mtu", lockMtu ? "lock" : undefined, value],
  } satisfies Attribute<z.ZodNumber>,
  lockMtu: {
    schema: z.boolean().optional().describe("Never lower `mtu` by path MTU discovery. Default: false."),
    words: () => undefined,
    read: ({ lock }) => (lock as string[] | undefined)?.includes("mtu") || undefined,
  } satisfies Attribute<z.ZodBoolean>,
  advertisedMss: count("advmss", "The MSS, in bytes, that TCP tells its peers. Default: from the device's MTU.", 65495),
  window: count("window", "Largest window, in bytes, that TCP advertises to these peers. Default: no limit."),
  rtt: milliseconds("rtt", "Estimate of the round trip time, in milliseconds, that TCP starts from. Default: none.", 536870911),
  rttVar: milliseconds("rttvar", "Estimate of the round trip time's variance, in milliseconds. Default: none.", 1073741823),
  rtoMin: milliseconds("rto_min", "Least time, in milliseconds, before TCP sends again. Default: 200. Linux 2.6.23."),
  hopLimit: count("hoplimit", "Hop limit (TTL) of packets on this route, 1 to 255. Default: the host's.", 255),
  ssThresh: count("ssthresh", "Slow start threshold, in segments, that TCP starts from. Default: none."),
  congestionWindow: {
    ...count("cwnd", "Limit of TCP's congestion window, in segments. Default: none."),
    // The kernel takes one without a lock and does not heed it.
    words: (value) => ["cwnd", "lock", value],
  } satisfies Attribute<z.ZodNumber>,
  initialCongestionWindow: count("initcwnd", "Segments that TCP may send before the first answer. Default: 10. Linux 2.6.39."),
  initialReceiveWindow: count(
    "initrwnd",
    "TCP's first receive window, in segments. Default: from the socket's buffer. Linux 2.6.33.",
  ),
  reordering: count(
    "reordering",
    "Packets out of order that TCP tolerates before it takes one for lost. Default: net.ipv4.tcp_reordering, 3.",
  ),
  quickAck: flag(["quickack", "1"], "quickack", "TCP acknowledges every segment at once. Linux 3.11."),
  ecn: flag(
    ["features", "ecn"],
    "ecn",
    "TCP asks for explicit congestion notification on this route, whatever net.ipv4.tcp_ecn says. Linux 3.18.",
  ),
  fastOpenNoCookie: flag(["fastopen_no_cookie", "1"], "fastopen_no_cookie", "TCP Fast Open without a cookie. Linux 4.15."),
  congestionControl: {
    schema: kernelWord
      .optional()
      .describe("TCP congestion control on this route, e.g. `bbr`; its module must be there. Default: the host's. Linux 4.0."),
    words: (value) => ["congctl", value],
    read: ({ congestion }) => (congestion === undefined ? undefined : String(congestion)),
  } satisfies Attribute<z.ZodString>,
  routerPreference: {
    schema: z
      .enum(["low", "medium", "high"])
      .optional()
      .describe(
        "IPv6: which of several routers is preferred (RFC 4191): `low`, `medium` or `high`. Default: `medium`. Linux 4.1.",
      ),
    words: (value) => ["pref", value],
    read: ({ pref }) => (pref === "low" || pref === "high" ? pref : undefined),
  } satisfies Attribute<z.ZodEnum<{ low: "low"; medium: "medium"; high: "high" }>>,
  expiresSeconds: {
    // 32 bits of the kernel's ticks, at up to 1,000 a second.
    ...count(
      "expires",
      "IPv6: seconds after which the kernel removes the route. It runs down on the host, which is no difference. Default: never. Linux 4.4.",
      4294967,
    ),
  },
} as const;

export type AttributeName = keyof typeof attributes;
export const attributeNames = Object.keys(attributes) as AttributeName[];

type Schemas = { readonly [Name in AttributeName]: (typeof attributes)[Name]["schema"] };
export type AttributeValues = { [Name in AttributeName]?: z.output<Schemas[Name]> };

/** The fields of the table, for the kind's schema. */
export const attributeFields = Object.fromEntries(
  attributeNames.map((name) => [name, attributes[name].schema]),
) as unknown as Schemas;

export function attributeWords(values: AttributeValues): Words {
  const table: Readonly<Record<AttributeName, Attribute<never>>> = attributes as never;
  return attributeNames
    .filter((name) => values[name] !== undefined)
    .map((name) => table[name].words(values[name] as never, values));
}

export function readAttributes(printed: Printed): AttributeValues {
  const read = attributeNames.map((name) => [name, attributes[name].read(printed)] as const);
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

/** What the kernel makes of an attribute that is not declared. */
export const isDefaultAttribute = (name: string, value: unknown): boolean =>
  value === false || (name === "routerPreference" && value === "medium");
