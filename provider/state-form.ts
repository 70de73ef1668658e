/**
 * How state holds what every resource has besides its kind's fields. The engine writes all of state after each step, value by value: what
 * belongs together is one text there. State of before that has objects, which are read as well.
 */
import type { Owner } from "./snapshot";

type Bag = Readonly<Record<string, unknown>>;

/** The inputs or outputs of a resource as state holds them. `type`: `pulumi-nodejs:dynamic/multipath:Route`. */
export function packed(bag: Bag, type: string): Record<string, unknown> {
  const { owner, machine, ...others } = bag;
  return {
    ...others,
    ...(isObject(owner) && { owner: urnOf(owner as unknown as DeclaredBy, type) }),
    ...(isObject(machine) && { machine: `${String(machine["id"])} ${String(machine["hostKey"])}` }),
  };
}

/** The same with `owner` and `machine` taken apart again. What is neither stays as it is, for the schema to judge. */
export function unpacked(bag: Bag): Record<string, unknown> {
  const { owner, machine } = bag;
  const [, id = "", hostKey = ""] = typeof machine === "string" ? (/^(\S*) (\S*)$/.exec(machine) ?? []) : [];
  return {
    ...bag,
    ...(typeof owner === "string" && { owner: ownerOf(owner) ?? owner }),
    ...(typeof machine === "string" && { machine: { id, hostKey } }),
  };
}

/** The declaring resource; `parents` is the type chain of its parents. */
export interface DeclaredBy extends Owner {
  readonly parents?: string | undefined;
}

/** `urn:pulumi:dev::network::acme:Site$pulumi-nodejs:dynamic/multipath:Route::uplink`: the SDK writes one into the inputs. */
export const urnOf = ({ project, stack, name, parents }: DeclaredBy, type: string): string =>
  `urn:pulumi:${stack}::${project}::${parents ? `${parents}$` : ""}${type}::${name}`;

function ownerOf(urn: string): DeclaredBy | undefined {
  const [, stack, project, types, name] = /^urn:pulumi:([^:]+)::([^:]+)::(.+?)::([^]+)$/.exec(urn) ?? [];
  if (stack === undefined || project === undefined || types === undefined || name === undefined) return undefined;
  const last = types.lastIndexOf("$");
  return { project, stack, name, ...(last >= 0 && { parents: types.slice(0, last) }) };
}

const isObject = (value: unknown): value is Bag => typeof value === "object" && value !== null;
