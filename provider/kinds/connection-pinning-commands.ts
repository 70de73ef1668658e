/** The table of nftables that pins connections, as the commands that make it. */
import { createHash } from "node:crypto";
import type { ConnectionPinning } from "./connection-pinning-fields";
import { numberOf, pinMark, pinMask, probeBit } from "./lines";

const table = "inet pulumi_multipath";

/** A chain of the digest's name tells by what declaration the table was made: `nft` prints rules otherwise in each version. */
const digestName = "declared_";

interface Chain {
  readonly name: string;
  /** Undefined: others go there. */
  readonly hook?: string;
  readonly rules: readonly Rule[];
}

/** By its comment a rule is known again. */
type Rule = readonly [text: string, comment: string];

/**
 * A connection belongs to the line whose number its mark has: by the line it came in, or from the first answer on by the line that it then
 * leaves. So a SYN that nobody answers pins nothing, and what had to move in an outage stays where it is afterwards.
 */
function chainsOf({ lines, inbound, clampMss }: ConnectionPinning): Chain[] {
  const marked = lines.map((line, place) => ({ ...line, mark: hex(pinMark(numberOf(line, place))) }));
  const devices = `{ ${lines.map(({ device }) => `"${device}"`).join(", ")} }`;
  const others = hex(0xffffffff - pinMask);
  const belongs = `ct mark & ${hex(pinMask)}`;
  const toItsLine: Rule = [`${belongs} == @alive goto pinned`, "what belongs to a line that is up goes by it"];
  const chains: Chain[] = [
    {
      name: "pinned",
      rules: marked.map(({ name, mark }) => [
        `${belongs} == ${mark} meta mark set meta mark & ${others} | ${mark}`,
        `${name}: by its own table`,
      ]),
    },
    {
      name: "prerouting",
      hook: "type filter hook prerouting priority mangle",
      rules: [
        ...(inbound ? marked : []).map(({ name, device, mark }): Rule => [
          `iifname "${device}" ct state new ct direction original ct mark set ct mark & ${others} | ${mark}`,
          `${name}: what comes in by it belongs to it`,
        ]),
        // An answer may come in by another line than the question has left by.
        [`iifname ${devices} return`, "what comes in by a line goes where it is for"],
        toItsLine,
      ],
    },
    {
      name: "output",
      hook: "type route hook output priority mangle",
      rules: [[`meta mark & ${hex(probeBit + pinMask)} != 0x0 return`, "probes, and what has its way already"], toItsLine],
    },
    {
      name: "postrouting",
      hook: "type filter hook postrouting priority mangle",
      rules: [
        [`meta mark & ${hex(probeBit)} != 0x0 return`, "probes belong to no line"],
        ...marked.map(({ name, device, mark }): Rule => [
          `oifname "${device}" ct state established ct direction original ${belongs} != ${mark} ct mark set ct mark & ${others} | ${mark}`,
          `${name}: what is answered stays with it`,
        ]),
      ],
    },
    {
      name: "nat",
      hook: "type nat hook postrouting priority srcnat",
      rules: lines.flatMap(({ name, device, masquerade }): Rule[] => {
        if (masquerade === false) return [];
        const nat = masquerade === true ? "masquerade" : `snat ip to ${masquerade}`;
        return [
          [
            `meta nfproto ipv4 oifname "${device}" ${nat}`,
            `${name}: leaves with ${masquerade === true ? "its own address" : masquerade}`,
          ],
        ];
      }),
    },
    {
      name: "forward",
      hook: "type filter hook forward priority mangle",
      // The smaller one of both directions' MTU.
      rules: (clampMss ? ["iifname", "oifname"] : []).map((word): Rule => [
        `${word} ${devices} tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu`,
        `${word === "iifname" ? "in" : "out"} by a line: no larger than the way`,
      ]),
    },
  ];
  return chains.filter(({ name, rules }) => rules.length > 0 || name === "pinned");
}

export const hex = (number = 0): string => `0x${number.toString(16)}`;

/** Each a line of a batch, or all of them in one, with `; ` between. */
export function commandsOf(pinning: ConnectionPinning): string[] {
  const marks = pinning.lines.map((line, place) => hex(pinMark(numberOf(line, place))));
  const commands = [
    `add table ${table}`,
    `add set ${table} alive { type mark; }`,
    ...(marks.length > 0 ? [`add element ${table} alive { ${marks.join(", ")} }`] : []),
    ...chainsOf(pinning).flatMap(({ name, hook, rules }) => [
      `add chain ${table} ${name}${hook === undefined ? "" : ` { ${hook}; }`}`,
      ...rules.map(([text, comment]) => `add rule ${table} ${name} ${text} comment "${comment}"`),
    ]),
  ];
  const digest = createHash("sha256").update(commands.join("\n")).digest("hex").slice(0, 12);
  return [...commands, `add chain ${table} ${digestName}${digest}`];
}

export const removal = `delete table ${table}`;

/* ---- as it is there --------------------------------------------------------------------------------------------------------- */

/** The comments of each chain's rules, in their order; of a rule that has none, the rule. */
export type Shape = ReadonlyMap<string, readonly string[]>;

/** Of commands as `commandsOf` gives them. */
export function shapeOfCommands(commands: readonly string[]): Shape {
  const shape = new Map<string, string[]>();
  for (const command of commands) {
    const [, verb, chain = ""] = /^add (chain|rule) \S+ \S+ (\S+)/.exec(command) ?? [];
    if (verb === "chain") shape.set(chain, []);
    if (verb === "rule") shape.get(chain)?.push(commentOf(command));
  }
  return shape;
}

/** Of a table as the host shows it in one line: `table inet pulumi_multipath { set alive { type mark; }; chain pinned { ...; }; }`. */
export function shapeOfTable(text: string): Shape {
  const shape = new Map<string, string[]>();
  let rules: string[] | undefined;
  for (const statement of text.replace(/^table \S+ \S+ \{/, "").split(";")) {
    const [, chain, rest = ""] = /^\s*(?:chain (\S+) \{)?\s*(.*?)\s*$/.exec(statement) ?? [];
    if (chain !== undefined) shape.set(chain, (rules = []));
    if (rest === "}") rules = undefined;
    else if (rest !== "" && rest !== "policy accept" && !rest.startsWith("type ")) rules?.push(commentOf(rest));
  }
  return shape;
}

const commentOf = (rule: string): string => / comment "([^"]*)"$/.exec(rule)?.[1] ?? rule;

/** The digest of the declaration that it was made by. */
export const digestOf = (shape: Shape): string | undefined => [...shape.keys()].find((chain) => chain.startsWith(digestName));
