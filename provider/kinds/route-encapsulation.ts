/** Tunnels that a route puts packets into by itself (the kernel's lightweight tunnels), without a tunnel device. */
import { z } from "zod";
import type { Words } from "../iproute/batch";
import { canonicalAddress, familyOf, ipAddress, u32, whole } from "../iproute/tokens";

const ofFamily = (family: 4 | 6) =>
  ipAddress.refine((text) => familyOf(text) === family).meta({ expected: `an IPv${family} address` });

const byte = whole(1, 255);

const mpls = z.strictObject({
  type: z.literal("mpls").describe("MPLS; needs the module mpls_iptunnel. Linux 4.3."),
  labels: z.array(whole(0, 1048575)).min(1).describe("The labels to push, the outermost first, e.g. `[100, 200]`."),
  ttl: byte.optional().describe("TTL of the labels. Default: the packet's."),
});

const ip = z.strictObject({
  type: z
    .literal("ip")
    .describe("The metadata of an IPv4 tunnel, for a route over a collecting tunnel device (`external`). Linux 4.3."),
  destination: ofFamily(4).describe("The tunnel's other end, e.g. `192.0.2.1`."),
  source: ofFamily(4).optional().describe("The tunnel's end on this host, e.g. `192.0.2.5`. Default: the kernel chooses."),
  id: u32.min(1).optional().describe("The tunnel's key or network identifier. Default: 0."),
  ttl: byte.optional().describe("TTL of the outer header. Default: the device's."),
  tos: byte.optional().describe("Type of service of the outer header. Default: 0."),
});

const ip6 = z.strictObject({
  type: z
    .literal("ip6")
    .describe("The metadata of an IPv6 tunnel, for a route over a collecting tunnel device (`external`). Linux 4.3."),
  destination: ofFamily(6).describe("The tunnel's other end, e.g. `2001:db8::1`."),
  source: ofFamily(6).optional().describe("The tunnel's end on this host, e.g. `2001:db8::5`. Default: the kernel chooses."),
  id: u32.min(1).optional().describe("The tunnel's key or network identifier. Default: 0."),
  hopLimit: byte.optional().describe("Hop limit of the outer header. Default: the device's."),
  trafficClass: byte.optional().describe("Traffic class of the outer header. Default: 0."),
});

const seg6 = z.strictObject({
  type: z.literal("seg6").describe("IPv6 segment routing (SRv6). Linux 4.10."),
  mode: z
    .enum(["encap", "inline"])
    .describe("`encap` puts an outer IPv6 header around the packet, `inline` a header into an IPv6 packet."),
  segments: z.array(ofFamily(6)).min(1).describe('The segments to visit, the first one first, e.g. `["2001:db8::1"]`.'),
});

export const encapsulation = z.discriminatedUnion("type", [mpls, ip, ip6, seg6]);
export type Encapsulation = z.output<typeof encapsulation>;

/** Must stand before `via` and `dev`: its words mean other things in a route. Like a route's, its tos is read as hexadecimal. */
export function encapsulationWords(value: Encapsulation | undefined): Words {
  if (value === undefined) return undefined;
  return ["encap", value.type, innerWords(value)];
}

function innerWords(value: Encapsulation): Words {
  switch (value.type) {
    case "mpls":
      return [value.labels.join("/"), clause("ttl", value.ttl)];
    case "ip":
      return [tunnelWords(value), clause("ttl", value.ttl), clause("tos", hexadecimal(value.tos))];
    case "ip6":
      return [tunnelWords(value), clause("hoplimit", value.hopLimit), clause("tc", hexadecimal(value.trafficClass))];
    case "seg6":
      return ["mode", value.mode, "segs", value.segments.join(",")];
  }
}

const tunnelWords = ({
  id,
  source,
  destination,
}: {
  id?: number | undefined;
  source?: string | undefined;
  destination: string;
}): Words => [clause("id", id), clause("src", source), ["dst", destination]];

const clause = (word: string, value: string | number | undefined): Words => (value === undefined ? [] : [word, value]);

const hexadecimal = (value: number | undefined) => (value === undefined ? undefined : `0x${value.toString(16)}`);

/** From what `ip -j` printed; undefined when there is none, or one that can't be declared. */
export function readEncapsulation(printed: unknown): Encapsulation | undefined {
  if (typeof printed !== "object" || printed === null) return undefined;
  const read = encapsulation.safeParse(declaredForm(printed as Readonly<Record<string, unknown>>));
  return read.success ? read.data : undefined;
}

const names: Readonly<Record<string, string>> = { dst: "destination", src: "source", hoplimit: "hopLimit", tc: "trafficClass" };

/** The kernel's zeros are left out: 0, 0.0.0.0 and `::` stand for "not set". */
function declaredForm({ type, ...printed }: Readonly<Record<string, unknown>>): unknown {
  if (type === "mpls") {
    const { dst, ...others } = printed;
    return { type, ...others, labels: String(dst).split("/").map(Number) };
  }
  if (type === "seg6") {
    // An inline header gets the packet's own destination as its last segment.
    const segments = (printed.segs as string[]).map(canonicalAddress).filter((segment) => segment !== "::");
    return { type, mode: printed.mode, segments };
  }
  const set = Object.entries(printed).filter(([, value]) => value !== 0 && value !== "0.0.0.0" && value !== "::");
  return { type, ...Object.fromEntries(set.map(([key, value]) => [names[key] ?? key, value])) };
}
