import { InputError } from "../errors";
import { ourAlias } from "../iproute/names";
import { isAtLeast } from "../iproute/versions";
import type { HostFacts, LiveLink, ObjectFile, Snapshot } from "../snapshot";
import type { BondedLink } from "./bonded-link";
import { membersOf } from "./bonded-link-form";
import { type Version, applies, optionNames, optionOf, printedValue, version } from "./bonded-link-options";
import { isUp } from "./link-fields";
import { recordedAddress, recordedUp, wasMadeOfActive } from "./bonded-link-lines";

/** A bond in the terms of one host. */
export interface BondOnHost extends BondedLink {
  /** The MAC address that it is made with: the declared one, or that of its first member. */
  readonly ownAddress?: string | undefined;
  /** What the host shows of the declared members; one that is not there yet is left out. */
  readonly candidates: readonly Candidate[];
  /** Before 5.16 the kernel refused the zeros that stand for no `adActorSystem`. */
  readonly clearsActorSystem: boolean;
}

export interface Candidate {
  readonly live: LiveLink;
  /** Up also without a bond: its release leaves it so. */
  readonly upOtherwise: boolean;
  /** The master that it would have to be taken from, when that is not ours to change. */
  readonly foreignMaster: string | undefined;
}

export function resolveBond(desired: BondedLink, snapshot: Snapshot): BondOnHost {
  assertKnown(desired, snapshot.host);
  const files = [...snapshot.objects.values()].filter(({ kind }) => kind === "BondedLink");
  const candidates = membersOf(desired).flatMap(({ device }) => {
    const live = snapshot.links.find(({ name }) => name === device);
    return live ? [candidateOf(live, desired.name, snapshot, files)] : [];
  });
  return {
    ...desired,
    ownAddress: addressOf(desired, candidates, snapshot.links, files),
    candidates,
    clearsActorSystem: isAtLeast(snapshot.host.kernel, 5, 16),
  };
}

function candidateOf(live: LiveLink, bond: string, { links }: Snapshot, files: readonly ObjectFile[]): Candidate {
  const recorded = files.map((file) => recordedUp(file, live.name)).find((known) => known !== undefined);
  const master = links.find(({ name }) => name === live.master);
  const isOurs =
    live.master === undefined ||
    live.master === bond ||
    (master?.type === "bond" && (master.alias === ourAlias || files.some(({ identity }) => identity === master.name)));
  return {
    live,
    // A member is up anyway: only our file knows how it was before.
    upOtherwise: recorded ?? (live.master === undefined && isUp(live)),
    foreignMaster: isOurs ? undefined : live.master,
  };
}

/**
 * The kernel gives a bond the address of its first member, unless it has one: and udev gives it one that is made of the host's and the
 * bond's name. What our file has, or the bond itself, is kept, so that another first member is no other address.
 */
function addressOf(
  desired: BondedLink,
  candidates: readonly Candidate[],
  links: readonly LiveLink[],
  files: readonly ObjectFile[],
): string | undefined {
  if (desired.macAddress !== undefined) return desired.macAddress;
  if (desired.failOverMac === "active") return undefined; // always that of the active member
  const file = files.find(({ identity }) => identity === desired.name);
  if (file && !wasMadeOfActive(file)) return recordedAddress(file);
  const bond = links.find(({ name, type }) => name === desired.name && type === "bond");
  if (bond && printedValue("failOverMac", bond.data) !== "active") return bond.macAddress;
  const [first] = membersOf(desired);
  const live = candidates.find((candidate) => candidate.live.name === first?.device)?.live;
  const own = live?.memberData["perm_hwaddr"];
  const address = typeof own === "string" ? own : live?.macAddress;
  return address !== undefined && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(address) ? address : undefined;
}

/**
 * The kernel takes IPv6 off a device that joins, and leaves it its IPv4 addresses: what is sent by the route to their subnet leaves by the
 * member alone, and the answers come to the bond.
 */
export function addressesOfMembers(desired: BondedLink, { addresses, objects }: Snapshot): string[] {
  const ours = [...objects.values()].filter(({ kind }) => kind === "Address").map(({ identity }) => identity);
  const theirs = addresses.filter(
    ({ family, device, local, prefixLength }) =>
      family === 4 && !ours.some((identity) => identity.startsWith(`4 ${device} ${local}/${prefixLength} `)),
  );
  return membersOf(desired).flatMap(({ device }) =>
    theirs
      .filter((address) => address.device === device)
      .map(
        ({ local, prefixLength }) =>
          `${device} has ${local}/${prefixLength} of its own, and with it a route to that subnet which leads past ${desired.name}. If ${desired.name} is to have the ` +
          `address, declare it on ${device} in one \`pulumi up\` and on ${desired.name} in the next; otherwise remove it.`,
      ),
  );
}

/* ---- what the host is too old for ------------------------------------------------------------------------------------------- */

interface Newer {
  readonly path: string;
  readonly kernel: Version;
  readonly iproute2: Version;
}

function assertKnown(desired: BondedLink, { kernel, iproute2 }: HostFacts): void {
  for (const { path, ...needs } of newerThings(desired)) {
    const old = !isAtLeast(kernel, needs.kernel.major, needs.kernel.minor)
      ? `Linux ${told(needs.kernel)} or newer, and the host has ${kernel}`
      : !isAtLeast(iproute2, needs.iproute2.major, needs.iproute2.minor)
        ? `iproute2 ${told(needs.iproute2)} or newer, and the host has ${iproute2}`
        : undefined;
    if (old !== undefined) throw new InputError(`${path} of ${desired.name} needs ${old}. Leave it out.`);
  }
  if (desired.useCarrier === false && isAtLeast(kernel, 6, 18)) {
    throw new InputError(
      `useCarrier of ${desired.name} can't be false: Linux 6.18 and newer always ask the driver, and the host has ${kernel}. Leave it out.`,
    );
  }
}

const told = ({ major, minor }: Version): string => `${major}.${minor}`;

function newerThings(desired: BondedLink): Newer[] {
  const named = optionNames.flatMap((name): Newer[] => {
    const { since } = optionOf(name);
    return since && desired[name] !== undefined && applies(name, desired.mode) ? [{ path: name, ...since }] : [];
  });
  const policy: Newer[] =
    desired.xmitHashPolicy === "vlan+srcmac"
      ? [{ path: 'xmitHashPolicy "vlan+srcmac"', kernel: version("5.12"), iproute2: version("5.12") }]
      : [];
  const prio: Newer[] = membersOf(desired).some((one) => one.prio !== 0)
    ? [{ path: "prio of a member", kernel: version("6.0"), iproute2: version("6.0") }]
    : [];
  return [...named, ...policy, ...prio];
}
