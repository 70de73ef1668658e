/** What links of several kinds have in common: fields, and how a host shows them. */
import { whole } from "../iproute/tokens";
import type { LiveLink, Snapshot } from "../snapshot";
import { word } from "../word";

/** What any link may have. Each kind, and each driver, has limits of its own within these. */
export const mtu = whole(0, 2147483647);

/** `ip` reads these as signed. */
export const txQueueLength = whole(0, 2147483647);
export const group = whole(0, 2147483647);

/** An Ethernet address of one device, in small letters. */
export const macAddress = word("an Ethernet address such as 02:00:5e:00:53:01", (text) => {
  // 02-00-5e-00-53-01 and 0200.5e00.5301 are other systems' forms.
  const digits = text.replace(/[-.:]/g, "").toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(digits)) throw new Error();
  const canonical = (digits.match(/../g) ?? []).join(":");
  if (text.toLowerCase() !== canonical) throw new Error(`write it with colons, ${canonical}`);
  if (/^0+$/.test(digits)) throw new Error("no device can have the address of all zeros");
  if (Number.parseInt(digits.slice(0, 2), 16) % 2 === 1) throw new Error("this is the address of a group, not of one device");
  return canonical;
});

/** The fields as a host shows them. A queue of no packets is not shown. */
export const linkFields = (live: LiveLink) => ({
  up: isUp(live),
  arp: !live.flags.includes("NOARP"),
  mtu: live.mtu,
  macAddress: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(live.macAddress ?? "") ? live.macAddress : undefined,
  txQueueLength: live.txQueueLength ?? 0,
  group: live.group === "default" ? 0 : Number(live.group ?? 0),
});

/** Whether an admin has set it up; whether it has a carrier is another matter. */
export const isUp = ({ flags }: LiveLink): boolean => flags.includes("UP");

export interface LinkChange {
  readonly up?: boolean | undefined;
  readonly arp?: boolean | undefined;
  readonly mtu?: number | undefined;
  readonly macAddress?: string | undefined;
  readonly txQueueLength?: number | undefined;
  readonly group?: number | undefined;
}

/** With this link as it is declared: what stands on it has its MTU and its address unless something else is said. */
export function withLink(snapshot: Snapshot, { name, mtu, macAddress }: LinkChange & { readonly name: string }): Snapshot {
  const declared = { ...(mtu !== undefined && { mtu }), ...(macAddress !== undefined && { macAddress }) };
  return { ...snapshot, links: snapshot.links.map((live) => (live.name === name ? { ...live, ...declared } : live)) };
}

/** The words of `ip link set` for what is to be changed; being up comes last, when all else is as it shall be. */
export const linkWords = (change: LinkChange): (string | number)[] => [
  ...clause("address", change.macAddress),
  ...(change.arp === undefined ? [] : ["arp", change.arp ? "on" : "off"]),
  ...clause("mtu", change.mtu),
  ...clause("txqueuelen", change.txQueueLength),
  ...clause("group", change.group),
  ...(change.up === undefined ? [] : [change.up ? "up" : "down"]),
];

const clause = (word: string, value: string | number | undefined) => (value === undefined ? [] : [word, value]);
