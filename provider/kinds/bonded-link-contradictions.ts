import { oneOf } from "../expected";
import { familyOf } from "../iproute/tokens";
import type { Contradiction } from "../kind";
import type { BondedLink } from "./bonded-link";
import { memberOf, membersOf } from "./bonded-link-form";
import { type Mode, type OptionName, applies, delays, optionNames, optionOf, options } from "./bonded-link-options";

/** The kernel's limit, of either family. */
const mostTargets = 16;

/** What no single field can tell. Each says what would be right, and why. */
export function contradictions(desired: BondedLink): Contradiction[] {
  return [...ofModes(desired), ...ofMonitors(desired), ...ofTargets(desired), ...ofMembers(desired), ...ofAddress(desired)];
}

/* ---- options and modes ------------------------------------------------------------------------------------------------------ */

function ofModes(desired: BondedLink): Contradiction[] {
  const { mode } = desired;
  const misplaced = optionNames
    .filter((name) => desired[name] !== undefined && !applies(name, mode))
    .map((name) => ({ path: [name], message: outside(mode, optionOf(name).modes, refuses(name)) }));
  const preferring = options.primaryReselect.modes;
  const prefers = (preferring as readonly Mode[]).includes(mode);
  const primary = !prefers && desired.primary !== undefined ? [["primary"]] : [];
  const prios = desired.members.flatMap((member, index) =>
    !prefers && memberOf(member).prio !== 0 ? [["members", index, "prio"]] : [],
  );
  return [...misplaced, ...[...primary, ...prios].map((path) => ({ path, message: outside(mode, preferring, true) }))];
}

const refuses = (name: OptionName): boolean => Boolean(optionOf(name).refusedElsewhere);

const outside = (mode: Mode, right: readonly Mode[], refused: boolean): string =>
  `the kernel ${refused ? "refuses it" : "takes it, but does nothing with it,"} in mode ${mode}, since it is for ${oneOf(right)} only; leave it out`;

/* ---- what is looked at, and when -------------------------------------------------------------------------------------------- */

function ofMonitors(desired: BondedLink): Contradiction[] {
  const { miimon = 0, arpInterval } = desired;
  const found: Contradiction[] = [];
  if (miimon !== 0 && arpInterval !== undefined) {
    found.push({
      path: ["miimon"],
      message: "the kernel has one monitor at a time, and arpInterval chooses the other one; leave out one of the two",
    });
  }
  for (const name of delays) {
    const value = desired[name];
    if (value === undefined) continue;
    if (miimon === 0)
      found.push({
        path: [name],
        message: "the kernel refuses a delay without miimon, in rounds of which it is counted; leave it out",
      });
    else if (value % miimon !== 0) {
      const rounded = value - (value % miimon);
      found.push({
        path: [name],
        message: `the kernel counts it in rounds of miimon, ${miimon} ms, and would make it ${rounded}; write ${rounded} or ${rounded + miimon}`,
      });
    }
  }
  return found;
}

const ofProbes = ["arpIpTargets", "nsIp6Targets", "arpValidate", "arpAllTargets", "arpMissedMax"] as const;

function ofTargets(desired: BondedLink): Contradiction[] {
  const { mode, arpInterval, arpIpTargets = [], nsIp6Targets = [], arpValidate, arpAllTargets } = desired;
  const found: Contradiction[] = [];
  if (arpInterval === undefined) {
    for (const name of ofProbes) {
      if (desired[name] !== undefined && applies(name, mode))
        found.push({ path: [name], message: "without arpInterval nobody is asked; give it as well, or leave this out" });
    }
  } else if (applies("arpInterval", mode) && arpIpTargets.length === 0 && nsIp6Targets.length === 0) {
    found.push({
      path: ["arpInterval"],
      message: "there is nobody to ask, so all members would count as down; give arpIpTargets or nsIp6Targets as well",
    });
  }
  if (arpAllTargets !== undefined && arpInterval !== undefined && arpValidate === undefined)
    found.push({ path: ["arpAllTargets"], message: "it counts only for members that arpValidate looks at; give that as well" });
  for (const [name, family] of [
    ["arpIpTargets", 4],
    ["nsIp6Targets", 6],
  ] as const) {
    const targets = desired[name] ?? [];
    targets.forEach((target, index) => {
      const message =
        familyOf(target) !== family
          ? `it is for IPv${family}; write it in ${family === 4 ? "nsIp6Targets" : "arpIpTargets"}`
          : targets.indexOf(target) !== index
            ? "it is named twice, which the kernel refuses; leave one out"
            : nobody.test(target)
              ? "no single host can have this address, and the kernel refuses it; write another"
              : undefined;
      if (message !== undefined) found.push({ path: [name, index], message });
    });
    if (targets.length > mostTargets)
      found.push({ path: [name], message: `the kernel asks ${mostTargets} at most; leave out ${targets.length - mostTargets}` });
  }
  return found;
}

/** Seen to be refused: any address, the broadcast address, a loopback address of IPv6, a group of IPv6. */
const nobody = /^(0\.0\.0\.0|255\.255\.255\.255|::1?|ff[0-9a-f]{2}:.*)$/;

/* ---- members and addresses -------------------------------------------------------------------------------------------------- */

function ofMembers(desired: BondedLink): Contradiction[] {
  const { name, primary, minLinks = 0 } = desired;
  const members = membersOf(desired);
  const found: Contradiction[] = [];
  members.forEach(({ device, queueId }, index) => {
    const path = ["members", index, ...(typeof desired.members[index] === "string" ? [] : ["device"])];
    if (device === name) found.push({ path, message: "a bond can't be its own member; name another device" });
    if (members.findIndex((other) => other.device === device) !== index)
      found.push({ path, message: "it is a member already; leave one out" });
    if (queueId !== 0 && members.findIndex((other) => other.queueId === queueId) !== index)
      found.push({
        path: ["members", index, "queueId"],
        message: "another member has it, which the kernel refuses; write another",
      });
  });
  if (primary !== undefined && !members.some(({ device }) => device === primary))
    found.push({ path: ["primary"], message: "it is none of the members; add it to members, or name one of them" });
  if (desired.mode === "802.3ad" && minLinks > 1 && minLinks > members.length) {
    found.push({
      path: ["minLinks"],
      message: `with ${members.length} ${members.length === 1 ? "member" : "members"} the bond would never have a carrier; write at most ${Math.max(1, members.length)}`,
    });
  }
  return found;
}

function ofAddress({ macAddress, failOverMac }: BondedLink): Contradiction[] {
  if (macAddress === undefined || failOverMac !== "active") return [];
  return [
    {
      path: ["macAddress"],
      message: 'with failOverMac "active" the bond has that of its active member, whichever it is; leave it out',
    },
  ];
}
