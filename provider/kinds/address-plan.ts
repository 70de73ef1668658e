/** From an address that is there to one that is wanted. */
import { batchLine } from "../iproute/batch";
import { scopeNumber } from "../iproute/names";
import { type Family, familyOf } from "../iproute/tokens";
import { isAtLeast } from "../iproute/versions";
import type { Step } from "../kind";
import type { HostFacts, LiveAddress } from "../snapshot";
import type { Address, ObservedAddress } from "./address";
import { declaredForm, differences, flagFields, flagNames, keyOf, parts } from "./address-form";

/** An address in the terms of one host. */
export interface AddressOnHost extends Address {
  /** Our mark, where the host's kernel and `ip` have room for it. */
  readonly protocol?: number | undefined;
}

/** IFA_PROTO came with Linux 5.18, `ip address ... proto` with iproute2 6.4. */
export const hasAddressProtocol = ({ kernel, iproute2 }: HostFacts): boolean =>
  isAtLeast(kernel, 5, 18) && isAtLeast(iproute2, 6, 4);

export function planAddress(desired: AddressOnHost | undefined, observed: ObservedAddress | undefined): readonly Step[] {
  if (!desired) return observed ? [removal(observed.live), ...tidied(observed)] : [];
  if (!observed) return [put("add", desired)];
  const changed = differences(desired, observed.live);
  if (changed.length === 0) return [];
  if (changed.every((field) => canBeChanged(field, desired))) return [put("change", desired)];
  // `ip address change` returns success for the other attributes and changes nothing.
  return [makeRoom(observed.live, desired), put("add", desired)];
}

/** Seen on Linux 6.12 and 6.18: what `ip address change` really changes; for the rest it returns success and does nothing. */
function canBeChanged(field: keyof Address, desired: Address): boolean {
  if (["metric", "validLifetimeSeconds", "preferredLifetimeSeconds"].includes(field)) return true;
  if (familyOf(desired.address) === 4) return false;
  // An IPv6 peer can be set, but not be taken away.
  return (
    ["home", "noDad", "noPrefixRoute", "manageTemporary"].includes(field) || (field === "peer" && desired.peer !== undefined)
  );
}

/* ---- steps and lines -------------------------------------------------------------------------------------------------------- */

export const replayLine = (desired: AddressOnHost): string => `ip -${familyOf(desired.address)} ${line("replace", desired)}`;

const tool = (family: Family) => (family === 4 ? "ip -4" : "ip -6");

function put(verb: "add" | "change", desired: AddressOnHost): Step {
  const key = keyOf(desired);
  return {
    layer: "address",
    phase: "put",
    tool: tool(familyOf(desired.address)),
    line: line(verb, desired),
    touches: [key],
    removes: [],
  };
}

/** `change` sets back to the default whatever it does not name, so that every line names everything. */
function line(verb: "add" | "change" | "replace", desired: AddressOnHost): string {
  const [local, length] = parts(desired.address);
  const { peer, validLifetimeSeconds: valid, preferredLifetimeSeconds: preferred } = desired;
  // IPv6 alone keeps the metric that an address has unless another one is named.
  const metric = desired.metric ?? (verb === "change" && familyOf(local) === 6 ? 256 : undefined);
  return batchLine(
    ["addr", verb, peer === undefined ? desired.address : [local, "peer", `${peer}/${length}`], "dev", desired.device],
    clause("broadcast", desired.broadcast),
    clause("scope", desired.scope === undefined ? undefined : scopeNumber(desired.scope)),
    clause("label", desired.label),
    clause("metric", metric),
    flagFields.filter((field) => desired[field]).map((field) => flagNames[field]),
    valid === undefined && preferred === undefined
      ? []
      : ["valid_lft", valid ?? "forever", "preferred_lft", preferred ?? "forever"],
    clause("proto", desired.protocol),
  );
}

const clause = (word: string, value: string | number | undefined) => (value === undefined ? [] : [word, value]);

/** IPv4 takes the peer with the length, IPv6 the address itself with the peer's length. */
function removalLine({ family, device, local, prefixLength, peer }: LiveAddress): string {
  const what = family === 4 && peer !== undefined ? [local, "peer", `${peer}/${prefixLength}`] : `${local}/${prefixLength}`;
  return batchLine("addr", "del", what, "dev", device);
}

function removal(live: LiveAddress): Step {
  const key = keyOf(declaredForm(live));
  return { layer: "address", phase: "drop", tool: tool(live.family), line: removalLine(live), touches: [key], removes: [key] };
}

function tidied({ live: { device }, leftBehind }: ObservedAddress): Step[] {
  if (!leftBehind) return [];
  const { destination, metric, protocol } = leftBehind;
  const key = `route 6 254 ${destination} any ${metric}`;
  // What is gone by then is no error to `flush`.
  const line = batchLine("route", "flush", "exact", destination, "dev", device, "proto", protocol);
  return [{ layer: "address", phase: "drop", tool: "ip -6", line, touches: [key], removes: [key] }];
}

/** The first half of a change that the kernel can't do: the second follows in the same transaction. */
function makeRoom(live: LiveAddress, desired: Address): Step {
  const before = keyOf(declaredForm(live));
  const after = keyOf(desired);
  const moved = before !== after;
  return {
    ...removal(live),
    phase: "put",
    touches: moved ? [before, after] : [before],
    removes: moved ? [before] : [],
  };
}
