/** Policy rules: what `ip rule` prints, as data; and back, in the words that it takes. */
import type { ObjectKey } from "../kind";
import type { LiveRule, RuleAction } from "../snapshot";
import type { Family } from "./tokens";
import { canonicalPrefix } from "./tokens";

/* ---- what is printed -------------------------------------------------------------------------------------------------------- */

/**
 * From the text of on-host/state.sh: a line `family 4`, then what `ip -4 -N -d -o rule show` prints, and the same for 6. Not from JSON: it
 * can't be told apart from a batch of both families, and the text is what the host compares. Other lines are passed over.
 */
export function parseRules(text: string): LiveRule[] {
  const rules: LiveRule[] = [];
  let family: Family = 4;
  for (const line of text.split("\n")) {
    const [, named] = /^family ([46])$/.exec(line) ?? [];
    if (named !== undefined) family = named === "4" ? 4 : 6;
    else if (/^\d+:\t/.test(line)) rules.push(ruleOf(line, family));
  }
  return rules;
}

type Fields = { -readonly [Field in keyof LiveRule]?: LiveRule[Field] };

/** `100:<tab>not from 192.0.2.0/24 fwmark 0x1/0xff iif eth0 [detached] lookup 300 suppress_prefixlength 0 proto 205`. */
function ruleOf(line: string, family: Family): LiveRule {
  const [priority = "", ...words] = line.trim().split(/\s+/);
  const fields: Fields = {};
  const others: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    // Of a device or a `goto` that leads nowhere yet.
    if (word === "[detached]" || word === "[unresolved]") continue;
    const flag = flagOf(word);
    const pair = pairs[word];
    if (flag) Object.assign(fields, flag);
    else if (pair) Object.assign(fields, pair(words.shift() ?? ""));
    else others.push(word);
  }
  return { ...nothing, ...fields, family, priority: Number.parseInt(priority), others };
}

const nothing = {
  ...{ invert: false, from: undefined, to: undefined, inputDevice: undefined, outputDevice: undefined },
  ...{ firewallMark: undefined, firewallMask: undefined, ipProtocol: undefined, sourcePorts: undefined },
  ...{ destinationPorts: undefined, uidRange: undefined, tos: undefined, dscp: undefined, dscpMask: undefined },
  ...{ flowLabel: undefined, flowLabelMask: undefined, tunnelId: undefined, l3Mdev: false, action: "lookup" },
  ...{ table: undefined, gotoPriority: undefined, suppressPrefixLength: undefined, suppressInterfaceGroup: undefined },
  ...{ realms: undefined, protocol: 0 },
} as const satisfies Omit<LiveRule, "family" | "priority" | "others">;

/** FR_ACT_*, which `ip -N` prints as numbers. */
const actions: Readonly<Record<string, RuleAction>> = { 6: "blackhole", 7: "unreachable", 8: "prohibit" };

function flagOf(word: string): Fields | undefined {
  if (word === "not") return { invert: true };
  if (word === "nop") return { action: word };
  return /^\d+$/.test(word) ? { action: actions[word] ?? Number(word) } : undefined;
}

const pairs: Readonly<Record<string, (value: string) => Fields>> = {
  from: (value) => ({ from: value === "all" ? undefined : canonicalPrefix(value) }),
  to: (value) => ({ to: value === "all" ? undefined : canonicalPrefix(value) }),
  tos: (value) => ({ tos: Number(value) }),
  fwmark(value) {
    const [firewallMark, firewallMask] = masked(value);
    return { firewallMark, firewallMask };
  },
  iif: (inputDevice) => ({ inputDevice }),
  oif: (outputDevice) => ({ outputDevice }),
  // The table is that of the device's VRF: `lookup [l3mdev-table]`.
  lookup: (value) => (value.startsWith("[") ? { l3Mdev: true } : { table: Number(value) }),
  uidrange: (uidRange) => ({ uidRange }),
  ipproto: (value) => ({ ipProtocol: Number(value.replace(/^ipproto-/, "")) }),
  sport: (value) => ({ sourcePorts: ports(value) }),
  dport: (value) => ({ destinationPorts: ports(value) }),
  tun_id: (value) => ({ tunnelId: Number(value) }),
  suppress_prefixlength: (value) => ({ suppressPrefixLength: Number(value) }),
  suppress_ifgroup: (value) => ({ suppressInterfaceGroup: Number(value) }),
  realms: (realms) => ({ realms }),
  goto: (value) => ({ action: "goto", gotoPriority: Number(value) }),
  proto: (value) => ({ protocol: Number(value) }),
  dscp(value) {
    const [dscp, dscpMask] = masked(value);
    return { dscp, dscpMask };
  },
  flowlabel(value) {
    const [flowLabel, flowLabelMask] = masked(value);
    return { flowLabel, flowLabelMask };
  },
};

/** `0x1/0xff`; without a mask all bits are meant. */
function masked(text: string): [value: number, mask: number | undefined] {
  const [value, mask] = text.split("/").map(Number);
  return [value ?? 0, mask];
}

/** `0x400/0xfc00` -> `1024/0xfc00`: like a port without a mask. */
const ports = (text: string): string => text.replace(/^0x[0-9a-f]+/, (port) => String(Number(port)));

/* ---- what is taken ---------------------------------------------------------------------------------------------------------- */

/** The words of `ip rule add` and `del`, in pairs, but for `priority`: `["from 192.0.2.0/24", "table 300", "proto 205"]`. */
export function ruleWords(rule: LiveRule): string[] {
  const { from, to, inputDevice, outputDevice, ipProtocol, uidRange, tunnelId, table, gotoPriority, realms, protocol } = rule;
  const { action, tos, firewallMark, firewallMask, dscp, dscpMask, flowLabel, flowLabelMask } = rule;
  return [
    ...(rule.invert ? ["not"] : []),
    ...clause("from", from),
    ...clause("to", to),
    ...clause("tos", tos === undefined ? undefined : hex(tos)),
    ...clause("dscp", dscp === undefined ? undefined : withMask(dscp, dscpMask)),
    ...clause("flowlabel", flowLabel === undefined ? undefined : withMask(hex(flowLabel), flowLabelMask)),
    // Without a mask `ip` and the kernel take 0 for no mark at all.
    ...clause(
      "fwmark",
      firewallMark === undefined
        ? undefined
        : withMask(hex(firewallMark), firewallMask ?? (firewallMark === 0 ? allBits : undefined)),
    ),
    ...clause("iif", inputDevice),
    ...clause("oif", outputDevice),
    ...clause("uidrange", uidRange),
    ...clause("ipproto", ipProtocol),
    ...clause("sport", rule.sourcePorts),
    ...clause("dport", rule.destinationPorts),
    ...clause("tun_id", tunnelId),
    ...(rule.l3Mdev ? ["l3mdev"] : []),
    ...clause("table", table),
    ...clause("suppress_prefixlength", rule.suppressPrefixLength),
    ...clause("suppress_ifgroup", rule.suppressInterfaceGroup),
    ...clause("realms", realms),
    ...(action === "lookup" ? [] : action === "goto" ? [`goto ${gotoPriority}`] : [String(action)]),
    ...(protocol === 0 ? [] : [`proto ${protocol}`]),
    ...rule.others,
  ];
}

const clause = (word: string, value: string | number | undefined): string[] => (value === undefined ? [] : [`${word} ${value}`]);

const allBits = 0xffffffff;

const hex = (number: number): string => `0x${number.toString(16)}`;

const withMask = (value: string | number, mask: number | undefined): string =>
  mask === undefined ? String(value) : `${value}/${hex(mask)}`;

/** All of it, because several rules may have one priority: `rule 4 100 from 192.0.2.0/24 table 300 proto 205`. */
export const ruleKey = (rule: LiveRule): ObjectKey =>
  ["rule", rule.family, rule.priority, ...ruleWords(rule).toSorted()].join(" ");
