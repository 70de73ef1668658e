import type * as pulumi from "@pulumi/pulumi";
import { type Facts, type Hop, type Value, later } from "./facts";
import { Prefix, canonicalAddress } from "./prefix";

export interface Entry {
  readonly resource: pulumi.Resource;
  readonly facts: Facts;
}

/** What was declared on one host so far, and what of it a new declaration needs. */
export class HostEntries {
  private readonly links: Entry[] = [];
  private readonly addresses: Entry[] = [];
  /** The first address of each network on a device: the others come after it, so depending on the first is enough. */
  private readonly primaries: Place[] = [];
  private readonly onLink = new OnLinkRoutes();

  add(entry: Entry): void {
    const { link, address, onLink } = entry.facts;
    if (link !== undefined) this.links.push(entry);
    if (onLink !== undefined) this.onLink.add(entry, onLink);
    if (!address) return;
    if (this.primariesOf(entry.facts).length === 0) this.primaries.push(placeOf(entry, address.network));
    this.addresses.push(entry);
  }

  neededBy(facts: Facts): pulumi.Resource[] {
    const found = facts.address
      ? [...this.linksOf(facts), ...this.primariesOf(facts)]
      : [...this.linksOf(facts), ...facts.hops.flatMap((hop) => this.waysOf(hop)), ...this.sourcesOf(facts)];
    return [...new Set(found.map(({ resource }) => resource))];
  }

  private linksOf({ hops }: Facts): Entry[] {
    return this.links.filter(({ facts }) => hops.some(({ device }) => mayBeSame(facts.link, device)));
  }

  /** The address that a new one would be a secondary of: which of two is the primary is decided by the order in which they come. */
  private primariesOf({ address }: Facts): Entry[] {
    const { device, network } = address ?? {};
    return this.primaries
      .filter(({ entry }) => mayBeSame(entry.facts.address?.device, device))
      .filter(({ prefix }) => network === later || prefix === later || (network !== undefined && prefix.isNetworkOf(network)))
      .map(({ entry }) => entry);
  }

  /** What makes a hop's gateway reachable, or gives a hop without gateway its source address. */
  private waysOf({ device, gateway }: Hop): Entry[] {
    const onDevice = this.primaries.filter(({ entry }) => device === undefined || mayBeSame(entry.facts.address?.device, device));
    const covering = gateway === undefined ? onDevice : onDevice.filter(({ prefix }) => mayCover(prefix, gateway));
    const addresses = covering.map(({ entry }) => entry);
    // A router outside of every address's network is reached by a host route.
    const sure = gateway === undefined || (gateway !== later && covering.some(({ prefix }) => prefix !== later));
    return sure ? addresses : [...addresses, ...this.onLink.to(gateway)];
  }

  private sourcesOf({ preferredSource }: Facts): Entry[] {
    if (preferredSource === undefined) return [];
    const source = preferredSource === later ? later : canonicalAddress(preferredSource);
    return this.addresses.filter(({ facts }) => {
      const local = facts.address?.local;
      return mayBeSame(source, local === later || local === undefined ? local : canonicalAddress(local));
    });
  }
}

/** Routes whose destination is on a link. Those to a single router can be many: they are looked up, not searched. */
class OnLinkRoutes {
  private readonly all: Entry[] = [];
  private readonly toOne = new Map<string, Entry[]>();
  private readonly toSeveral: Place[] = [];

  add(entry: Entry, destination: Known): void {
    const place = placeOf(entry, destination);
    const router = place.prefix === later ? undefined : place.prefix.onlyAddress;
    this.all.push(entry);
    if (router === undefined) this.toSeveral.push(place);
    else this.toOne.set(router, [...(this.toOne.get(router) ?? []), entry]);
  }

  to(gateway: Known): Entry[] {
    if (gateway === later) return this.all;
    const networks = this.toSeveral.filter(({ prefix }) => mayCover(prefix, gateway)).map(({ entry }) => entry);
    return [...(this.toOne.get(canonicalAddress(gateway) ?? "") ?? []), ...networks];
  }
}

/** A value that is declared, even if known only later. */
type Known = Exclude<Value, undefined>;

/** What an entry covers. */
interface Place {
  readonly entry: Entry;
  readonly prefix: Prefix | typeof later;
}

const placeOf = (entry: Entry, prefix: Value): Place => ({
  entry,
  prefix: prefix === later || prefix === undefined ? later : new Prefix(prefix),
});

/** What is known only later may be anything. */
const mayCover = (prefix: Prefix | typeof later, address: Known): boolean =>
  prefix === later || address === later || prefix.covers(address);

const mayBeSame = (a: Value, b: Value): boolean => a !== undefined && b !== undefined && (a === later || b === later || a === b);
