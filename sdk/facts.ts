import * as pulumi from "@pulumi/pulumi";

/**
 * What a declaration says about other objects of its host, read off the field names that all kinds share. `later`: an Output or a promise,
 * which may turn out to be anything.
 */
export interface Facts {
  /** The link it brings about, or changes. */
  readonly link: Value;
  /** The address it puts on a device. */
  readonly address: AddressFacts | undefined;
  /** Where a route without gateways leads: its destination is on the link, so gateways may lie in it. */
  readonly onLink: Value;
  /** Ways out of the host that it uses. */
  readonly hops: readonly Hop[];
  readonly preferredSource: Value;
}

export interface AddressFacts {
  readonly device: Value;
  /** The host's own address, e.g. `192.0.2.5/24`. */
  readonly local: Value;
  /** What it can reach on the device: its own network, e.g. `192.0.2.5/24`, or its peer's. */
  readonly network: Value;
}

export interface Hop {
  readonly device: Value;
  readonly gateway: Value;
}

export const later = Symbol("known later");
export type Value = string | typeof later | undefined;

type Fields = Record<string, unknown>;

export function factsOf(fields: Fields): Facts {
  const hops = hopsOf(fields);
  return {
    link: valueOf(fields["name"]),
    address: addressOf(fields),
    onLink: hops.every(mayBeOnLink) ? valueOf(fields["destination"]) : undefined,
    hops,
    preferredSource: valueOf(fields["preferredSource"]),
  };
}

function addressOf(fields: Fields): AddressFacts | undefined {
  const device = valueOf(fields["device"]);
  const local = valueOf(fields["address"]);
  const peer = valueOf(fields["peer"]);
  if (device === undefined || local === undefined) return undefined;
  if (local === later || peer === later) return { device, local, network: later };
  return { device, local, network: peer === undefined ? local : `${peer}/${local.split("/")[1] ?? ""}` };
}

/** A hop of which nothing is known may be one without gateway. */
const mayBeOnLink = ({ device, gateway }: Hop): boolean => gateway === undefined || (gateway === later && device === later);

/** Lists whose entries name devices and gateways of their own. */
const listsOfHops = ["nextHops", "lines"];

function hopsOf(fields: Fields): Hop[] {
  const own: Hop = { device: valueOf(fields["device"]), gateway: valueOf(fields["gateway"]) };
  const members = entriesOf(fields["members"]).map((member): Hop => ({
    device: valueOf(isFields(member) ? member["device"] : member),
    gateway: undefined,
  }));
  const listed = listsOfHops
    .flatMap((list) => entriesOf(fields[list]))
    .map((entry): Hop =>
      isFields(entry)
        ? { device: valueOf(entry["device"]), gateway: valueOf(entry["gateway"]) }
        : { device: valueOf(entry), gateway: valueOf(entry) },
    );
  return [own, ...members, ...listed].filter(({ device, gateway }) => device !== undefined || gateway !== undefined);
}

/** A list that is known later as a whole has one entry, known later. */
const entriesOf = (list: unknown): unknown[] => (Array.isArray(list) ? list : list === undefined ? [] : [list]);

const isLater = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !isLater(value);

function valueOf(value: unknown): Value {
  if (isLater(value)) return later;
  return typeof value === "string" ? value : undefined;
}
