/** The options of the kernel's bonding driver: how they are declared, what `ip` calls them, where and how they can be changed. */
import { isDeepStrictEqual } from "node:util";
import { canonicalAddress } from "../iproute/tokens";

export const modes = [
  "balance-rr",
  "active-backup",
  "balance-xor",
  "broadcast",
  "802.3ad",
  "balance-tlb",
  "balance-alb",
] as const;
export type Mode = (typeof modes)[number];

export type OptionValue = number | boolean | string | readonly string[];

/**
 * When the kernel takes a new value: at any time, only while the bond is down, or only while it has no members.
 * Seen on Linux 6.12 for every option and mode: test/lab/kinds/bond-matrix.test.ts.
 */
export type When = "live" | "down" | "empty";

export interface Version {
  readonly major: number;
  readonly minor: number;
}

export interface Option {
  /** In `ip link set type bond`. */
  readonly word: string;
  /** In what `ip -j -d link` prints. */
  readonly key: string;
  /** The kernel's, which is left out of the canonical form. */
  readonly default: OptionValue;
  /** Where it has an effect. */
  readonly modes: readonly Mode[];
  /** Whether the kernel refuses it in other modes. */
  readonly refusedElsewhere?: boolean;
  readonly when: When;
  /** True and false in the words of `ip`, when they are not 1 and 0. */
  readonly switch?: "on/off";
  /** The first kernel, and the first iproute2, that has it. */
  readonly since?: { readonly kernel: Version; readonly iproute2: Version };
}

/** A primary or otherwise preferred member exists where one member alone sends. */
const preferring: readonly Mode[] = ["active-backup", "balance-tlb", "balance-alb"];
const probing: readonly Mode[] = ["balance-rr", "active-backup", "balance-xor", "broadcast"];
const adaptive: readonly Mode[] = ["balance-tlb", "balance-alb"];
const hashing: readonly Mode[] = ["balance-xor", "802.3ad", "balance-tlb", "balance-alb"];
const lacp: readonly Mode[] = ["802.3ad"];

/** iproute2 from 5.5 on is needed anyway. */
const since = (kernel: string, iproute2 = "0.0"): { since: { kernel: Version; iproute2: Version } } => ({
  since: { kernel: version(kernel), iproute2: version(iproute2) },
});

export function version(text: string): Version {
  const [major = 0, minor = 0] = text.split(".").map(Number);
  return { major, minor };
}

/** In the order in which the kernel sets them when one request names several. */
export const options = {
  miimon: { word: "miimon", key: "miimon", default: 0, modes, when: "live" },
  updelay: { word: "updelay", key: "updelay", default: 0, modes, when: "live" },
  downdelay: { word: "downdelay", key: "downdelay", default: 0, modes, when: "live" },
  peerNotifyDelay: {
    word: "peer_notify_delay",
    key: "peer_notify_delay",
    default: 0,
    modes,
    when: "live",
    ...since("5.3"),
  },
  useCarrier: { word: "use_carrier", key: "use_carrier", default: true, modes, when: "live" },
  arpInterval: { word: "arp_interval", key: "arp_interval", default: 0, modes: probing, refusedElsewhere: true, when: "live" },
  arpIpTargets: { word: "arp_ip_target", key: "arp_ip_target", default: [], modes: probing, when: "live" },
  nsIp6Targets: {
    word: "ns_ip6_target",
    key: "ns_ip6_target",
    default: [],
    modes: probing,
    when: "live",
    ...since("5.18", "5.18"),
  },
  arpValidate: {
    word: "arp_validate",
    key: "arp_validate",
    default: "none",
    modes: probing,
    refusedElsewhere: true,
    when: "live",
  },
  arpAllTargets: { word: "arp_all_targets", key: "arp_all_targets", default: "any", modes: ["active-backup"], when: "live" },
  arpMissedMax: {
    word: "arp_missed_max",
    key: "arp_missed_max",
    default: 2,
    modes: probing,
    refusedElsewhere: true,
    when: "live",
    ...since("5.17", "5.17"),
  },
  primaryReselect: { word: "primary_reselect", key: "primary_reselect", default: "always", modes: preferring, when: "live" },
  failOverMac: { word: "fail_over_mac", key: "fail_over_mac", default: "none", modes: ["active-backup"], when: "empty" },
  xmitHashPolicy: { word: "xmit_hash_policy", key: "xmit_hash_policy", default: "layer2", modes: hashing, when: "live" },
  resendIgmp: {
    word: "resend_igmp",
    key: "resend_igmp",
    default: 1,
    modes: ["balance-rr", ...preferring],
    when: "live",
  },
  numPeerNotif: { word: "num_grat_arp", key: "num_peer_notif", default: 1, modes, when: "live" },
  allSlavesActive: { word: "all_slaves_active", key: "all_slaves_active", default: false, modes, when: "live" },
  minLinks: { word: "min_links", key: "min_links", default: 0, modes: lacp, when: "live" },
  lpInterval: { word: "lp_interval", key: "lp_interval", default: 1, modes: adaptive, when: "live" },
  packetsPerSlave: {
    word: "packets_per_slave",
    key: "packets_per_slave",
    default: 1,
    modes: ["balance-rr"],
    refusedElsewhere: true,
    when: "live",
  },
  lacpActive: {
    word: "lacp_active",
    key: "ad_lacp_active",
    default: true,
    modes: lacp,
    refusedElsewhere: true,
    when: "down",
    switch: "on/off",
    ...since("5.15", "5.15"),
  },
  lacpRate: { word: "lacp_rate", key: "ad_lacp_rate", default: "slow", modes: lacp, refusedElsewhere: true, when: "down" },
  adSelect: { word: "ad_select", key: "ad_select", default: "stable", modes: lacp, when: "down" },
  adActorSysPrio: {
    word: "ad_actor_sys_prio",
    key: "ad_actor_sys_prio",
    default: 65535,
    modes: lacp,
    refusedElsewhere: true,
    when: "live",
  },
  adUserPortKey: {
    word: "ad_user_port_key",
    key: "ad_user_port_key",
    default: 0,
    modes: lacp,
    refusedElsewhere: true,
    when: "down",
  },
  adActorSystem: {
    word: "ad_actor_system",
    key: "ad_actor_system",
    default: "00:00:00:00:00:00",
    modes: lacp,
    refusedElsewhere: true,
    when: "live",
  },
  tlbDynamicLb: {
    word: "tlb_dynamic_lb",
    key: "tlb_dynamic_lb",
    default: true,
    modes: adaptive,
    refusedElsewhere: true,
    when: "down",
  },
  coupledControl: {
    word: "coupled_control",
    key: "coupled_control",
    default: true,
    modes: lacp,
    refusedElsewhere: true,
    when: "down",
    switch: "on/off",
    ...since("6.9", "6.10"),
  },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof options;
export const optionNames = Object.keys(options) as OptionName[];
export const optionOf = (name: OptionName): Option => options[name];

/** Options as declared; what is left out has the kernel's default. */
export type Options = { readonly [name in OptionName]?: OptionValue | undefined };

export const applies = (name: OptionName, mode: Mode): boolean => optionOf(name).modes.includes(mode);

export const isDefault = (name: OptionName, value: OptionValue): boolean => isDeepStrictEqual(value, optionOf(name).default);

/** The value that a bond has with this declaration. */
export const valueIn = (declared: Options, name: OptionName): OptionValue => declared[name] ?? optionOf(name).default;

/** Delays are counted in rounds of the monitor: whatever changes `miimon` changes them. */
export const delays = ["updelay", "downdelay", "peerNotifyDelay"] as const satisfies readonly OptionName[];

/* ---- as `ip` prints and takes them ------------------------------------------------------------------------------------------ */

/** From `info_data`. What a kernel or an `ip` does not know yet has the default. */
export function printedValue(name: OptionName, data: Readonly<Record<string, unknown>>): OptionValue {
  const { key, default: standard } = optionOf(name);
  const printed = data[key];
  // `ip` prints arp_validate as null when it is `none`.
  if (printed === undefined || printed === null) return standard;
  if (typeof standard === "number") return Number(printed);
  if (typeof standard === "boolean") return printed === true || printed === 1 || printed === "on";
  if (typeof standard === "string") return String(printed as string);
  return (printed as readonly string[]).map(canonicalAddress);
}

/** An empty list is a comma. */
export function wordsOf(name: OptionName, value: OptionValue): string[] {
  const { word, switch: names } = optionOf(name);
  const text =
    typeof value === "boolean"
      ? names === "on/off"
        ? value
          ? "on"
          : "off"
        : String(Number(value))
      : typeof value === "object"
        ? value.join(",") || ","
        : String(value);
  return [word, text];
}
