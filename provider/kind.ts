import type { z } from "zod";
import type { ObjectFile, Snapshot } from "./snapshot";

/**
 * What few programs need, and a look at a host shows only when it is asked for: the policy rules of both families, a table of nftables,
 * or the value of a sysctl, by its path below /proc/sys.
 */
export type Detail = "rules" | typeof ourTable | `sysctl ${string}`;

/** The key of the one table of nftables that is ours. */
export const ourTable = "nft inet pulumi_multipath";

/** The order in which a transaction puts things in place; removals go the other way round. */
export const layers = ["link", "sysctl", "address", "route", "rule", "firewall"] as const;
export type Layer = (typeof layers)[number];

/**
 * One kernel object's key, written as the host writes it when it compares two states (on-host/keys.awk):
 *
 * - `link NAME`: the link with all that can be set of it, what stands on it, its members, and their settings below net/ipv?/conf;
 * - `address 4 DEVICE LOCAL/LENGTH PEER|-`, `address 6 DEVICE LOCAL`;
 * - `route 4 TABLE DESTINATION TOS METRIC`, `route 6 TABLE DESTINATION SOURCE|any METRIC` (all numbers decimal, `default` as a word,
 *   destinations as `ip` prints them: that of one host has no length);
 * - `rule FAMILY PRIORITY WORDS`: the whole rule in words that `ip rule add` takes, in any order, e.g.
 *   `rule 4 100 from 192.0.2.0/24 fwmark 0x100/0x3f00 table 20501 proto 205`. A `from` or `to` that is everything, protocol 0 and a
 *   mask of all bits may be left out; protocols and tables are numbers;
 * - `neighbour FAMILY DEVICE ADDRESS`, followed by `proxy` for an address that this host answers for;
 * - `nexthop ID`, `qdisc DEVICE root|PARENT`;
 * - `nft FAMILY TABLE`: a table of nftables as a whole;
 * - `sysctl KEY` as a path below /proc/sys, e.g. `sysctl net/ipv4/conf/eth0.100/rp_filter`. What a value for `all` or `default`
 *   changes of other devices belongs to it.
 */
export type ObjectKey = string;

/**
 * What a plan looked at, a scope of one or many objects: `device NAME` (the link and its addresses),
 * `bond NAME` (its members, and what stands on it), `routes FAMILY TABLE DESTINATION` (whatever TOS and metric), `object FILE`; or one object's key.
 */
export type ReadKey = string;

export const tools = ["ip", "sysctl", "ip -4", "ip -6", "nft"] as const;
export type Tool = (typeof tools)[number];

/** A change of the host as data. Steps of many resources merge into one transaction, ordered by phase and layer. */
export interface Step {
  readonly layer: Layer;
  /** `put` creates and changes (links first), `drop` removes (links last), after every `put`. */
  readonly phase: "put" | "drop";
  /** `ip` without a family is for links. */
  readonly tool: Tool;
  /**
   * A line of `ip -batch`, e.g. `route replace default proto 205 nexthop via 192.0.2.1 dev adsl weight 9 ...`; for `sysctl` the path below
   * /proc/sys and the value, e.g. `net/ipv4/ip_forward=1`; for `nft` a command of its own, of which the kernel takes all those of a layer or none.
   */
  readonly line: string;
  /** The objects this line creates, changes or removes: what undo puts back. */
  readonly touches: readonly ObjectKey[];
  /** The objects that are meant to be gone afterwards; whatever else vanishes is put back. */
  readonly removes: readonly ObjectKey[];
  /** What the object stands on within its layer: steps that touch that come before it, or after it when it is dropped. */
  readonly on?: ObjectKey;
}

/** What `ip` would print, for a person to read. */
export const shown = (step: Step): string => `${step.tool} ${step.line}`;

/**
 * One kind of object on a host, as data and pure functions. Everything that talks to a host or to Pulumi is written once,
 * for all kinds, elsewhere.
 */
export interface Kind<
  Schema extends z.ZodObject = z.ZodObject,
  Desired = z.output<Schema>,
  Observed = unknown,
  Resolved extends Desired = Desired,
> {
  /** The resource type's name, e.g. `Route`. */
  readonly name: string;
  /** One sentence or more for the docs and the SDK class. */
  readonly description: string;
  /** Fields of this kind without the common ones (`host`, `adopt`, ...). Parses AND canonicalises: parse(parse(x)) = parse(x). */
  readonly schema: Schema;
  /**
   * Such an object is always there, whoever brought it about: it is never foreign, what is declared of it is set, and deletion sets what
   * was declared back to what was found. `plan` changes only the fields that `desired` has.
   */
  readonly restores?: boolean;
  /** Optional fields that parsing fills in where they aren't declared, beside those with a default in `schema`. */
  readonly filledIn?: readonly (keyof Desired & string)[];
  /** Rules over several fields, checked after `schema` and only when every value is known. Paths as zod's: ["nextHops", 1, "weight"]. */
  readonly contradictions?: (desired: Desired) => readonly Contradiction[];
  /**
   * The declaration in this host's own terms, where only the host can tell: a table's name, `gateway: "dhcp"`, what its `ip` can write.
   * `identity`, `reads`, `plan` and `replay` are given the result whenever there is a snapshot. @throws InputError
   */
  readonly resolve?: (desired: Desired, snapshot: Snapshot) => Resolved;
  /**
   * What the host will show once this is in place, as far as other objects follow it: those of the same resource are resolved against that.
   */
  readonly anticipate?: (snapshot: Snapshot, desired: Desired) => Snapshot;
  /** What the kernel takes for the same object: the words of the object file's name. */
  readonly identity: (desired: Desired) => readonly string[];
  /** What has to be looked at for this object, beside links, addresses and routes. */
  readonly details?: (desired: Desired) => readonly Detail[];
  /** What a plan for this object depends on. */
  readonly reads: (desired: Desired) => readonly ReadKey[];
  /**
   * The live object with the identity of `desired` (as declared, not resolved: `inputsOf` then speaks in its words wherever they mean
   * what is there); undefined = absent. `recorded` is its file on the host when there is one.
   */
  readonly observe: (snapshot: Snapshot, desired: Desired, recorded: ObjectFile | undefined) => Observed | undefined;
  /** True when the object bears our mark (protocol 205, an alias), where the kernel has room for one. */
  readonly marked: (observed: Observed) => boolean;
  /** The steps from what is there to what is wanted; [] = in sync; `desired` undefined = remove. */
  readonly plan: (desired: Resolved | undefined, observed: Observed | undefined) => readonly Step[];
  /**
   * A line of its file without what the host learns by itself and `desired` only names, as a lease's gateway: that changes without an `up`, and
   * is no difference.
   */
  readonly lasting?: (line: string, desired: Desired) => string;
  /**
   * Whether `before`, the object that `desired` takes the place of, has to be gone first: the host has no room for both. It is then
   * removed at the beginning of the transaction, not at its end.
   */
  readonly excludes?: (desired: Resolved, before: Resolved) => boolean;
  /** The lines that bring the object back at boot, idempotent. */
  readonly replay: (desired: Resolved) => readonly string[];
  /** Back to declared form: plan(parse(inputsOf(o)), o) = []. */
  readonly inputsOf: (observed: Observed) => z.input<Schema>;
  /** What the host says of the object that is neither a difference nor an error, e.g. that a line is down: one sentence each. */
  readonly remarks?: (desired: Desired, snapshot: Snapshot) => readonly string[];
  /** What to do about the kernel's refusal, when this kind knows better than the kernel's words. */
  readonly hint?: (kernelWords: string, desired: Desired) => string | undefined;
}

/** Told as `<path> is <value>: <message>.`, or `<path> is missing: <message>.` */
export interface Contradiction {
  readonly path: readonly (string | number)[];
  /** What would be right, and why. The value need not be named: it is shown in front. */
  readonly message: string;
}

/** Gives a kind its types: the schema decides what desired state looks like, observe what observed state does. */
export function defineKind<Schema extends z.ZodObject, Observed, Resolved extends z.output<Schema> = z.output<Schema>>(
  kind: Kind<Schema, z.output<Schema>, Observed, Resolved>,
): Kind<Schema, z.output<Schema>, Observed, Resolved> {
  return kind;
}

/** Whether a parsed declaration may have a field that was not declared. */
export function isFilledIn(kind: { schema: z.ZodObject; filledIn?: readonly string[] | undefined }, field: string): boolean {
  return kind.schema.shape[field]?.type === "default" || Boolean(kind.filledIn?.includes(field));
}

/** A kind whose types are of no interest to the caller: what the registry and the lifecycle hold. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- existential type: the lifecycle passes a kind only its own values
export type AnyKind = Kind<any, any, any, any>;
