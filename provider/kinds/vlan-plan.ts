/** From a VLAN that is there to one that is wanted. */
import { isDeepStrictEqual } from "node:util";
import { InputError, OwnershipError } from "../errors";
import { type Words, batchLine } from "../iproute/batch";
import { ourAlias } from "../iproute/names";
import type { Step } from "../kind";
import type { LiveLink, Snapshot } from "../snapshot";
import { type LinkChange, linkFields, linkWords, withLink } from "./link-fields";
import type { ObservedVlan, Vlan } from "./vlan";
import { type Mapping, flagFields, flags, isVlan, mapFields, maps, usualOn } from "./vlan-form";

/** A VLAN in the terms of one host. */
export interface VlanOnHost extends Vlan {
  /** What the device below it gives it when nothing is said. */
  readonly usual?: LinkChange;
  /** A device with its name that is no VLAN. */
  readonly inTheWay?: string;
}

export function onHost(desired: Vlan, { links }: Snapshot): VlanOnHost {
  const below = links.find(({ name }) => name === desired.device);
  const other = links.find((one) => one.name === desired.name && !isVlan(one));
  return { ...desired, usual: usualOn(below), ...(other && { inTheWay: other.type ?? "hardware" }) };
}

/** With the VLAN as it will be: it follows its device, and another one within it follows it. */
export function anticipate(snapshot: Snapshot, desired: Vlan): Snapshot {
  const usual = usualOn(snapshot.links.find(({ name }) => name === desired.device));
  const { name, mtu = usual.mtu, macAddress = usual.macAddress } = desired;
  return withLink(snapshot, { name, mtu, macAddress });
}

/** Two VLANs with one tag can't be on one device. */
export const excludes = (desired: Vlan, before: Vlan): boolean => !isAnother(desired, before);

export function planVlan(desired: VlanOnHost | undefined, observed: ObservedVlan | undefined): readonly Step[] {
  if (!desired) return observed ? [removal(observed)] : [];
  if (!observed) return creation(desired);
  if (isAnother(desired, observed.declared)) return replacement(desired, observed);
  const words = changes(desired, observed);
  return words.length === 0 ? [] : [put(desired, "link", "set", "dev", desired.name, words)];
}

/** The kernel takes a change of these without an error, and changes nothing (seen on 6.12). */
const isAnother = (a: Vlan, b: Vlan): boolean => a.device !== b.device || a.vlanId !== b.vlanId || a.protocol !== b.protocol;

/* ---- there or not ----------------------------------------------------------------------------------------------------------- */

function creation(desired: VlanOnHost): Step[] {
  if (desired.inTheWay !== undefined) {
    throw new InputError(
      `There is a device ${desired.name} on the host already, and it is no VLAN (${desired.inTheWay}). Give the VLAN another name.`,
    );
  }
  return [put(desired, addLine(desired)), put(desired, setLine(desired))];
}

/** What stood on it is put back by the transaction. */
function replacement(desired: VlanOnHost, { live }: ObservedVlan): Step[] {
  return [
    put(desired, "link", "del", "dev", live.name),
    put(desired, addLine(desired, live)),
    ...(live.master === undefined ? [] : [put(desired, "link", "set", "dev", live.name, "master", live.master)]),
    put(desired, setLine(desired)),
  ];
}

/** What of ours stands on it goes with it, and has removals of its own, which come first. */
function removal({ live, foreignAbove }: ObservedVlan): Step {
  if (foreignAbove.length > 0) {
    throw new OwnershipError(
      `${live.name} is not removed, for what stands on it would go with it, and is not ours: ${foreignAbove.join(", ")}. Remove that first.`,
    );
  }
  const key = `link ${live.name}`;
  const line = batchLine("link", "del", "dev", live.name);
  return {
    layer: "link",
    phase: "drop",
    tool: "ip",
    line,
    touches: [key],
    removes: [key],
    ...(live.parent && { on: `link ${live.parent}` }),
  };
}

/** @param live what it takes the place of: what nobody declares of that is kept */
function addLine(desired: Vlan, live?: LiveLink): Words {
  const { txQueueLength, group } = live ? linkFields(live) : {};
  const { mtu, macAddress } = desired;
  return [
    ...["link", "add", "link", desired.device, "name", desired.name],
    linkWords({ mtu, macAddress, txQueueLength, group }),
    ...["type", "vlan", ...(desired.protocol === "802.1Q" ? [] : ["protocol", desired.protocol]), "id", desired.vlanId],
    flagFields.filter((field) => desired[field] !== undefined).map((field) => flagWords(field, desired)),
    mapFields.map((field) => mapWords(field, desired[field] ?? [])),
  ];
}

/** `ip link add` takes no alias, and ignores it without an error. */
const setLine = (desired: Vlan): Words => ["link", "set", "dev", desired.name, "alias", ourAlias, desired.up ? "up" : "down"];

/** At boot it may be there already: adding it is refused then, which does no harm. */
export const replayLines = (desired: Vlan): string[] =>
  [addLine(desired), setLine(desired)].map((line) => `ip ${batchLine(line)}`);

/* ---- as it is declared ------------------------------------------------------------------------------------------------------ */

function changes(desired: VlanOnHost, { live, declared }: ObservedVlan): Words[] {
  const now = linkFields(live);
  const { up, mtu = desired.usual?.mtu, macAddress = desired.usual?.macAddress } = desired;
  const link = linkWords({
    macAddress: macAddress === now.macAddress ? undefined : macAddress,
    mtu: mtu === now.mtu ? undefined : mtu,
    up: up === now.up ? undefined : up,
  });
  const own = [
    ...flagFields.filter((field) => desired[field] !== declared[field]).map((field) => flagWords(field, desired)),
    ...mapFields
      .filter((field) => !isDeepStrictEqual(desired[field], declared[field]))
      .map((field) => mapWords(field, desired[field] ?? [], declared[field])),
  ];
  return own.length === 0 ? link : [...link, "type", "vlan", ...own];
}

const flagWords = (field: (typeof flagFields)[number], desired: Vlan): Words => [
  flags[field].word,
  (desired[field] ?? flags[field].usual) ? "on" : "off",
];

/** What was mapped and is no more is mapped to 0, as everything is that nobody maps. */
function mapWords(field: (typeof mapFields)[number], wanted: readonly Mapping[], before: readonly Mapping[] = []): Words {
  const gone = before.filter(({ from }) => !wanted.some((mapping) => mapping.from === from)).map(({ from }) => ({ from, to: 0 }));
  const all = [...gone, ...wanted];
  return all.length === 0 ? [] : [maps[field].word, all.map(({ from, to }) => `${from}:${to}`)];
}

function put({ name, device }: Vlan, ...words: Words[]): Step {
  return {
    layer: "link",
    phase: "put",
    tool: "ip",
    line: batchLine(words),
    touches: [`link ${name}`],
    removes: [],
    on: `link ${device}`,
  };
}
