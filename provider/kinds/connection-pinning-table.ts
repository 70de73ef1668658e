import { isDeepStrictEqual } from "node:util";
import { ToolError } from "../errors";
import { ourProtocol } from "../iproute/names";
import { defineKind, ourTable } from "../kind";
import type { LiveRule } from "../snapshot";
import { type Shape, commandsOf, digestOf, hex, removal, shapeOfCommands, shapeOfTable } from "./connection-pinning-commands";
import { type ConnectionPinning, pinningTableSchema } from "./connection-pinning-fields";
import { numberOf, pinMask } from "./lines";

interface ObservedTable {
  readonly shape: Shape;
  /** Undefined when it is no longer what a declaration makes: no line is whole then. */
  readonly madeBy: ConnectionPinning | undefined;
  /** What it was declared as, apart from that. */
  readonly declared: ConnectionPinning;
}

/** A declaration in the terms of one host. */
interface PinningOnHost extends ConnectionPinning {
  /** Why there can be no such table. */
  readonly refusal?: string | undefined;
}

/**
 * The table of nftables. `nft` prints rules otherwise in each version, so it is known by the digest of its declaration, and by the comments
 * of its rules. What is in its set of lines that are up is the line monitor's.
 */
export const connectionPinningTable = defineKind<typeof pinningTableSchema, ObservedTable, PinningOnHost>({
  name: "ConnectionPinning",
  description: "The table of nftables that pins connections.",
  schema: pinningTableSchema,
  identity: () => ourTable.split(" ").slice(1),
  details: () => [ourTable, "rules"],
  reads: () => [ourTable],

  resolve: (desired, { firewall }) => ({
    ...desired,
    ...(firewall === "missing" && { refusal: "The host has no nft. Install nftables there." }),
  }),

  observe({ firewall }, desired, recorded) {
    const text = firewall === "missing" ? undefined : firewall.get(ourTable.slice("nft ".length));
    if (text === undefined) return undefined;
    const shape = shapeOfTable(text);
    const last = recorded && declaredIn(recorded.lines);
    // One that an earlier version of this package has made is as it left it, too.
    const commands = recorded?.lines.find((line) => line.startsWith("nft "))?.split("; ") ?? [];
    if (isDeepStrictEqual(shape, shapeOfCommands(commandsOf(desired)))) return { shape, madeBy: desired, declared: desired };
    return {
      shape,
      madeBy: last && isDeepStrictEqual(shape, shapeOfCommands(commands)) ? last : undefined,
      declared: last ?? desired,
    };
  },

  marked: ({ shape }) => digestOf(shape) !== undefined,

  plan(desired, observed) {
    const step = { layer: "firewall", tool: "nft", touches: [ourTable] } as const;
    if (!desired) return observed ? [{ ...step, phase: "drop", line: removal, removes: [ourTable] }] : [];
    const commands = commandsOf(desired);
    if (observed && isDeepStrictEqual(observed.shape, shapeOfCommands(commands))) return [];
    if (desired.refusal !== undefined) throw new ToolError(desired.refusal);
    return [...(observed ? [removal] : []), ...commands].map((line) => ({ ...step, phase: "put", line, removes: [] }));
  },

  // In one line, of which the kernel takes all or nothing; `delete` alone fails where the table is not there.
  replay({ refusal: _refusal, ...declared }) {
    const [first = "", ...others] = commandsOf(declared);
    return [
      `nft ${[first, removal, first, ...others].join("; ")}`,
      ...declared.lines.map(
        (line, place) =>
          `connection-pinning line ${line.name} number ${numberOf(line, place)} masquerade ${line.masquerade === false ? 0 : 1}`,
      ),
      `${declaredMark}${JSON.stringify(declared)}`,
    ];
  },

  remarks: (_desired, { rules }) =>
    rules
      .filter(isAboutOurMarks)
      .map(
        ({ family, priority, firewallMark, firewallMask }) =>
          `Rule ${priority} of IPv${family} looks at bits of marks that pinned connections use, ${hex(firewallMark)}/${hex(firewallMask)} within ${hex(pinMask)}, and is not ours: one sends the other's packets astray.`,
      ),

  inputsOf: ({ madeBy, declared }) => madeBy ?? { ...declared, lines: [] },

  hint(words) {
    if (!/No such file|not supported/i.test(words)) return undefined;
    return "Has the host's kernel nftables with tables of both families, connection tracking and NAT (Linux 5.2 or newer; the modules nft_ct and nft_nat)?";
  },
});

/** As mwan3 and Cilium have them. One that compares all bits, as wg-quick makes it, is about packets that bear no mark of ours. */
const isAboutOurMarks = ({ protocol, firewallMask }: LiveRule): boolean =>
  protocol !== ourProtocol && firewallMask !== undefined && (firewallMask & pinMask) !== 0;

const declaredMark = "connection-pinning declared ";

/** What was declared, for refresh; undefined where another version has written something that this one does not know. */
function declaredIn(lines: readonly string[]): ConnectionPinning | undefined {
  const text = lines.find((line) => line.startsWith(declaredMark))?.slice(declaredMark.length) ?? "null";
  return pinningTableSchema.safeParse(JSON.parse(text)).data;
}
