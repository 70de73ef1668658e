/** From a bond that is there to one that is wanted, with as little time without traffic as the kernel allows. */
import { isDeepStrictEqual } from "node:util";
import { InputError, OwnershipError } from "../errors";
import type { Step } from "../kind";
import type { ObservedBond } from "./bonded-link";
import { type Field, type Member, declaredForm, differences, liveMember, membersOf, standardMtu } from "./bonded-link-form";
import { creation, mark, memberOptions, set, setOptions, setPrimary } from "./bonded-link-lines";
import {
  type Mode,
  type OptionName,
  applies,
  delays,
  isDefault,
  optionNames,
  optionOf,
  printedValue,
  valueIn,
} from "./bonded-link-options";
import type { BondOnHost } from "./bonded-link-resolve";
import { isUp } from "./link-fields";

export function planBond(desired: BondOnHost | undefined, observed: ObservedBond | undefined): readonly Step[] {
  if (!desired) return observed ? removal(observed) : [];
  if (!observed) return steps(desired.name, create(desired));
  const now = declaredForm(observed.live, observed.members);
  const changed = differences(desired, now);
  if (changed.length === 0) return [];
  const change: Change = { desired, now, observed, changed: new Set(changed) };
  return steps(desired.name, needsRebuild(change) ? rebuild(change) : adjust(change));
}

/** A line, and the members that it changes beside the bond. */
interface Line {
  readonly line: string;
  readonly members?: readonly string[];
}

function steps(bond: string, lines: readonly Line[]): Step[] {
  return lines.map(({ line, members = [] }) => ({
    layer: "link",
    phase: "put",
    tool: "ip",
    line,
    touches: [bond, ...members].map((name) => `link ${name}`),
    removes: [],
  }));
}

/* ---- made and removed ------------------------------------------------------------------------------------------------------- */

/** Up at last, when all members have joined: they come from another bond, or out of use, one after the other. */
function create(desired: BondOnHost): Line[] {
  const { name, primary, up } = desired;
  return [
    { line: creation(desired) },
    { line: mark(name) },
    ...(primary === undefined ? [] : [{ line: setPrimary(name, primary) }]),
    ...membersOf(desired).flatMap((member) => join(desired, member)),
    ...(up ? [{ line: set(name, "up") }] : []),
  ];
}

/** A device that is up is refused; one that changes from bond to bond is taken from the other one, and is down meanwhile. */
function join(desired: BondOnHost, member: Member): Line[] {
  const { device } = member;
  const candidate = desired.candidates.find(({ live }) => live.name === device);
  if (candidate?.foreignMaster !== undefined) {
    throw new InputError(
      `${device} is a member of ${candidate.foreignMaster} already, which is not ours. Release it there (\`ip link set dev ${device} nomaster\`), ` +
        "or leave it out.",
    );
  }
  const takenOver = candidate?.live.master !== undefined;
  const other = takenOver && candidate.live.master !== desired.name ? [candidate.live.master] : [];
  const members = [device, ...other];
  const isDown = candidate !== undefined && !isUp(candidate.live);
  return [
    ...(takenOver || isDown ? [] : [{ line: set(device, "down"), members }]),
    { line: set(device, "master", desired.name), members },
    ...memberOptions(member).map((line) => ({ line, members })),
  ];
}

/** The kernel releases the members, sets them down, and gives them their MTU and MAC address back. */
function removal({ live, members, above, upOtherwise }: ObservedBond): Step[] {
  const foreign = above.find(({ ours }) => !ours);
  if (foreign) {
    throw new OwnershipError(
      `${foreign.name} stands on ${live.name}, is not ours, and would go with it. Remove it first: \`ip link del dev ${foreign.name}\`.`,
    );
  }
  const gone = [live.name, ...above.map(({ name }) => name)].map((name) => `link ${name}`);
  const released = members.map(({ name }) => name);
  const drop = { layer: "link", phase: "drop", tool: "ip" } as const;
  return [
    { ...drop, line: `link del dev ${live.name}`, touches: [...gone, ...released.map((name) => `link ${name}`)], removes: gone },
    ...released
      .filter((name) => upOtherwise.includes(name))
      .map((name) => ({ ...drop, line: set(name, "up"), touches: [`link ${name}`], removes: [] })),
  ];
}

/* ---- changed ---------------------------------------------------------------------------------------------------------------- */

interface Change {
  readonly desired: BondOnHost;
  /** What is there, in declared form. */
  readonly now: ReturnType<typeof declaredForm>;
  readonly observed: ObservedBond;
  readonly changed: ReadonlySet<Field>;
}

const needsRebuild = ({ desired, changed }: Change): boolean =>
  changed.has("mode") ||
  changed.has("failOverMac") ||
  // With `follow` the kernel says yes to another MAC address and keeps the old one.
  (changed.has("macAddress") && desired.failOverMac === "follow");

/** Everything that can be changed around the members that stay. */
function adjust(change: Change): Line[] {
  const { desired, now, changed } = change;
  const { name } = desired;
  const options = changedOptions(change);
  const goesDown = changed.has("up") && !desired.up;
  const mustBeDown = now.up && !goesDown && options.some((option) => optionOf(option).when === "down");
  const joining = membersOf(desired).filter(({ device }) => !isMember(change, device));
  const leaving = change.observed.members.map((live) => live.name).filter((device) => !isDeclared(desired, device));
  const all = change.observed.members.map((live) => live.name);
  return [
    ...(goesDown ? [{ line: set(name, "down") }] : []),
    ...switchedOffFirst(change),
    ...(changed.has("mtu") ? [{ line: set(name, "mtu", desired.mtu ?? standardMtu), members: all }] : []),
    ...(changed.has("macAddress") && desired.macAddress !== undefined
      ? [{ line: set(name, "address", desired.macAddress), members: all }]
      : []),
    ...(mustBeDown ? [{ line: set(name, "down") }] : []),
    ...(options.length > 0 ? [{ line: setOptions(desired, options) }] : []),
    ...(mustBeDown ? [{ line: set(name, "up") }] : []),
    // First those that come: there is no moment without any.
    ...memberChanges(change),
    ...joining.flatMap((member) => join(desired, member)),
    ...(changed.has("primary") ? [{ line: setPrimary(name, desired.primary) }] : []),
    ...leaving.flatMap((device) => release(change, device)),
    // With its last member a bond loses its address.
    ...(desired.members.length === 0 && all.length > 0 && desired.ownAddress !== undefined
      ? [{ line: set(name, "address", desired.ownAddress) }]
      : []),
    ...(changed.has("up") && desired.up ? [{ line: set(name, "up") }] : []),
  ];
}

/**
 * Mode and failOverMac can be changed only of a bond without members. With the last of them it loses its MAC address, and gets it back before
 * the first joins again.
 */
function rebuild(change: Change): Line[] {
  const { desired, now, observed, changed } = change;
  const { name, mode, up } = desired;
  const all = observed.members.map((live) => live.name);
  const goesDown = now.up && (changed.has("mode") || !up);
  const handsOff = printedValue("failOverMac", observed.live.data) !== "none";
  const address = keptAddress(change);
  const options = optionsOfNewMode(change);
  return [
    ...switchedOffFirst(change),
    ...all.map((device) => ({ line: set(device, "nomaster"), members: [device] })),
    ...(goesDown ? [{ line: set(name, "down") }] : []),
    ...(changed.has("mode") ? [{ line: set(name, "type", "bond", "mode", mode) }] : []),
    // While it is set, the kernel says yes to another MAC address and keeps the old one.
    ...(handsOff ? [{ line: set(name, "type", "bond", "fail_over_mac", "none") }] : []),
    ...(address === undefined ? [] : [{ line: set(name, "address", address) }]),
    ...(changed.has("mtu") ? [{ line: set(name, "mtu", desired.mtu ?? standardMtu) }] : []),
    ...(options.length > 0 ? [{ line: setOptions(desired, options) }] : []),
    ...(prefers(mode) ? [{ line: setPrimary(name, desired.primary) }] : []),
    ...membersOf(desired).flatMap((member) => joinAgain(change, member)),
    ...all.filter((device) => !isDeclared(desired, device)).flatMap((device) => raise(change, device)),
    ...(up && (goesDown || !now.up) ? [{ line: set(name, "up") }] : []),
  ];
}

const prefers = (mode: Mode): boolean => applies("primaryReselect", mode);

/** The declared one, or the one that it has, unless that is the active member's. */
function keptAddress({ desired, observed }: Change): string | undefined {
  if (desired.macAddress !== undefined) return desired.macAddress;
  if (desired.failOverMac === "active") return undefined;
  return printedValue("failOverMac", observed.live.data) === "active" ? desired.ownAddress : observed.live.macAddress;
}

/* ---- options ---------------------------------------------------------------------------------------------------------------- */

/** What a monitor that goes would leave behind can be set to 0 only before. */
function switchedOffFirst({ desired, observed }: Change): Line[] {
  const { data } = observed.live;
  if (valueIn(desired, "miimon") !== 0 || printedValue("miimon", data) === 0) return [];
  const left = delays.filter((delay) => printedValue(delay, data) !== 0);
  return left.length > 0 ? [{ line: setOptions({ ...desired, updelay: 0, downdelay: 0, peerNotifyDelay: 0 }, left) }] : [];
}

function changedOptions(change: Change): OptionName[] {
  const { desired, changed } = change;
  const isChanged = (name: OptionName) => changed.has(name) || (isDelay(name) && isMovedByMonitor(change, name));
  return optionNames.filter((name) => applies(name, desired.mode) && isChanged(name) && !isWithoutMonitor(desired, name));
}

/** A delay is kept as so many rounds of the monitor. */
const isMovedByMonitor = ({ desired, observed, changed }: Change, name: OptionName): boolean =>
  changed.has("miimon") && (valueIn(desired, name) !== 0 || printedValue(name, observed.live.data) !== 0);

/** Then the kernel refuses a delay, even of 0: it has been switched off before. */
const isWithoutMonitor = (desired: BondOnHost, name: OptionName): boolean => isDelay(name) && valueIn(desired, "miimon") === 0;

const isDelay = (name: OptionName): boolean => (delays as readonly OptionName[]).includes(name);

/** A new mode changes some options by itself; of others it may have values from when the bond was in that mode before. */
const movedByMode: readonly OptionName[] = [
  "miimon",
  "arpInterval",
  "arpValidate",
  "tlbDynamicLb",
  "adActorSysPrio",
  "adUserPortKey",
];

function optionsOfNewMode({ desired, observed, changed }: Change): OptionName[] {
  const { data } = observed.live;
  const isMoved = (name: OptionName) => changed.has("mode") && (movedByMode.includes(name) || isDelay(name));
  return optionNames
    .filter((name) => applies(name, desired.mode))
    .filter((name) => {
      const value = valueIn(desired, name);
      if (name === "failOverMac") return value !== "none";
      if (name === "adActorSystem" && isDefault(name, value)) return desired.clearsActorSystem;
      // A kernel that does not know it yet has the default.
      if (isMoved(name) && !isDelay(name) && (optionOf(name).key in data || applies(name, "802.3ad"))) return true;
      return !isDeepStrictEqual(value, printedValue(name, data)) || (isMoved(name) && value !== 0);
    })
    .filter((name) => !isWithoutMonitor(desired, name));
}

/* ---- members ---------------------------------------------------------------------------------------------------------------- */

const isMember = ({ observed }: Change, device: string): boolean => observed.members.some(({ name }) => name === device);

const isDeclared = (desired: BondOnHost, device: string): boolean =>
  membersOf(desired).some((member) => member.device === device);

/** One that has just been released is down. */
const joinAgain = (change: Change, member: Member): Line[] =>
  isMember(change, member.device)
    ? [set(member.device, "master", change.desired.name), ...memberOptions(member)].map((line) => ({
        line,
        members: [member.device],
      }))
    : join(change.desired, member);

const release = (change: Change, device: string): Line[] => [
  { line: set(device, "nomaster"), members: [device] },
  ...raise(change, device),
];

const raise = ({ observed }: Change, device: string): Line[] =>
  observed.upOtherwise.includes(device) ? [{ line: set(device, "up"), members: [device] }] : [];

/** No two members can have one queue, not even while they exchange theirs. */
function memberChanges(change: Change): Line[] {
  const staying = change.observed.members
    .map(liveMember)
    .flatMap((was) => membersOf(change.desired).flatMap((member) => (member.device === was.device ? [{ was, member }] : [])));
  const freed = staying.filter(({ was, member }) => was.queueId !== 0 && was.queueId !== member.queueId && member.queueId !== 0);
  return [
    ...freed.flatMap(({ was }) => memberOptions({ ...was, queueId: 0 }, was).map((line) => ({ line, members: [was.device] }))),
    ...staying.flatMap(({ was, member }) => {
      const now = freed.some((one) => one.was === was) ? { ...was, queueId: 0 } : was;
      return memberOptions(member, now).map((line) => ({ line, members: [member.device] }));
    }),
  ];
}
