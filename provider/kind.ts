import type { z } from "zod";
import type { ObjectFile, Snapshot } from "./snapshot";

/** The order in which a transaction puts things in place; removals go the other way round. */
export const layers = ["link", "address", "route", "rule"] as const;
export type Layer = (typeof layers)[number];

/**
 * One kernel object's key, written as the host writes it when it compares two states (on-host/state.sh):
 * `link NAME`, `address 4 DEVICE LOCAL/LENGTH PEER|-`, `address 6 DEVICE LOCAL`,
 * `route 4 TABLE DESTINATION TOS METRIC`, `route 6 TABLE DESTINATION SOURCE METRIC` (all numbers decimal, `default` and `any` as words,
 * destinations as `ip` prints them: that of one host has no length).
 */
export type ObjectKey = string;

/**
 * What a plan looked at, a scope of one or many objects: `device NAME` (the link and its addresses),
 * `routes FAMILY TABLE DESTINATION` (whatever TOS and metric), `object FILE`.
 */
export type ReadKey = string;

/** A change of the host as data. Steps of many resources merge into one transaction, ordered by phase and layer. */
export interface Step {
  readonly layer: Layer;
  /** `put` creates and changes (links first), `drop` removes (links last), after every `put`. */
  readonly phase: "put" | "drop";
  readonly tool: "ip -4" | "ip -6";
  /** A line of `ip -batch`, e.g. `route replace default proto 205 nexthop via 192.0.2.1 dev adsl weight 9 ...`. */
  readonly line: string;
  /** The objects this line creates, changes or removes: what undo puts back. */
  readonly touches: readonly ObjectKey[];
  /** The objects that are meant to be gone afterwards; whatever else vanishes is put back. */
  readonly removes: readonly ObjectKey[];
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
  /** Rules over several fields, checked after `schema` and only when every value is known. Paths as zod's: ["nextHops", 1, "weight"]. */
  readonly contradictions?: (desired: Desired) => readonly Contradiction[];
  /**
   * The declaration in this host's own terms, where only the host can tell: a table's name, `gateway: "dhcp"`, what its `ip` can write.
   * `identity`, `reads`, `plan` and `replay` are given the result whenever there is a snapshot. @throws InputError
   */
  readonly resolve?: (desired: Desired, snapshot: Snapshot) => Resolved;
  /** What the kernel takes for the same object: the words of the object file's name. */
  readonly identity: (desired: Desired) => readonly string[];
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
  /** The lines that bring the object back at boot, idempotent. */
  readonly replay: (desired: Resolved) => readonly string[];
  /** Back to declared form: plan(parse(inputsOf(o)), o) = []. */
  readonly inputsOf: (observed: Observed) => z.input<Schema>;
  /** What to do about the kernel's refusal, when this kind knows better than the kernel's words. */
  readonly hint?: (kernelWords: string, desired: Desired) => string | undefined;
}

export interface Contradiction {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Gives a kind its types: the schema decides what desired state looks like, observe what observed state does. */
export function defineKind<Schema extends z.ZodObject, Observed, Resolved extends z.output<Schema> = z.output<Schema>>(
  kind: Kind<Schema, z.output<Schema>, Observed, Resolved>,
): Kind<Schema, z.output<Schema>, Observed, Resolved> {
  return kind;
}

/** A kind whose types are of no interest to the caller: what the registry and the lifecycle hold. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- existential type: the lifecycle passes a kind only its own values
export type AnyKind = Kind<any, any, any, any>;
