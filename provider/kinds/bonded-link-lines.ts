/** Lines of `ip -batch` for bonds, and those that bring one back at boot. */
import { batchLine } from "../iproute/batch";
import { ourAlias } from "../iproute/names";
import type { ObjectFile } from "../snapshot";
import type { BondedLink } from "./bonded-link";
import { type Member, membersOf } from "./bonded-link-form";
import { type OptionName, applies, isDefault, optionNames, valueIn, wordsOf } from "./bonded-link-options";
import type { BondOnHost } from "./bonded-link-resolve";

export function creation(desired: BondOnHost): string {
  const { name, ownAddress, mtu, mode } = desired;
  const options = optionNames.filter((option) => applies(option, mode) && !isDefault(option, valueIn(desired, option)));
  return batchLine(
    ["link", "add", "name", name],
    ownAddress === undefined ? [] : ["address", ownAddress],
    mtu === undefined ? [] : ["mtu", mtu],
    ["type", "bond", "mode", mode],
    optionWords(desired, options),
  );
}

/** One request with several options is taken in the kernel's own order, which is a good one. */
const optionWords = (desired: BondedLink, names: readonly OptionName[]): string[] =>
  names.flatMap((name) => wordsOf(name, valueIn(desired, name)));

export const set = (device: string, ...words: (string | number)[]): string => batchLine("link", "set", "dev", device, words);

export const setOptions = (desired: BondedLink, names: readonly OptionName[]): string =>
  set(desired.name, "type", "bond", ...optionWords(desired, names));

/** With an index that no link has, nothing is primary: `ip` has no word for it. */
export const noPrimary = "if2147483647";
export const setPrimary = (bond: string, primary: string | undefined): string =>
  set(bond, "type", "bond", "primary", primary ?? noPrimary);

export const mark = (bond: string): string => set(bond, "alias", ourAlias);

/** @param was what the kernel has; a new member has zeros */
export function memberOptions(member: Member, was: Member = { ...member, queueId: 0, prio: 0 }): string[] {
  const words = [
    ...(member.queueId === was.queueId ? [] : ["queue_id", member.queueId]),
    ...(member.prio === was.prio ? [] : ["prio", member.prio]),
  ];
  return words.length === 0 ? [] : [set(member.device, "type", "bond_slave", ...words)];
}

/* ---- at boot ---------------------------------------------------------------------------------------------------------------- */

/**
 * A line that a member does not need, for it is up anyway: it says that its release leaves it up, as it was before. It stands in the bond's
 * file, and nowhere else.
 */
export const memberUpLine = (device: string): string => `ip ${set(device, "up")}`;

/** restore.awk leaves out what is there already: a member that is one would be set down. */
export function replayLines(desired: BondOnHost): string[] {
  const { name, primary, up } = desired;
  const members = membersOf(desired).flatMap((member) => [
    `ip ${set(member.device, "down")}`,
    `ip ${set(member.device, "master", name)}`,
    ...memberOptions(member).map((line) => `ip ${line}`),
    ...(isUpOtherwise(desired, member.device) ? [memberUpLine(member.device)] : []),
  ]);
  return [
    `ip ${creation(desired)}`,
    `ip ${mark(name)}`,
    ...(primary === undefined ? [] : [`ip ${setPrimary(name, primary)}`]),
    ...members,
    ...(up ? [`ip ${set(name, "up")}`] : []),
  ];
}

export const isUpOtherwise = ({ candidates }: BondOnHost, device: string): boolean =>
  candidates.some(({ live, upOtherwise }) => live.name === device && upOtherwise);

/* ---- what a file of ours tells ---------------------------------------------------------------------------------------------- */

/** The MAC address that the bond was made with. */
export const recordedAddress = ({ identity, lines }: ObjectFile): string | undefined =>
  lines
    .map((line) => line.split(" "))
    .find((words) => words[2] === "add" && words[4] === identity && words[5] === "address")?.[6];

/** Made with `failOverMac: "active"`: the bond has no address of its own. */
export const wasMadeOfActive = ({ lines }: ObjectFile): boolean =>
  lines.some((line) => / type bond .* fail_over_mac active/.test(line));

/** Whether a member goes on being up without its bond; undefined when the file is not about it. */
export function recordedUp({ lines }: ObjectFile, device: string): boolean | undefined {
  const joins = lines.some((line) => line.startsWith(`ip link set dev ${device} master `));
  return joins ? lines.includes(memberUpLine(device)) : undefined;
}

/** The members that are up also without the bond. */
export const recordedAllUp = (file: ObjectFile): string[] =>
  file.lines.flatMap((line) => {
    const [, device] = /^ip link set dev (\S+) master /.exec(line) ?? [];
    return device !== undefined && recordedUp(file, device) ? [device] : [];
  });
