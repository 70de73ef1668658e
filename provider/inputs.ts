/** What a resource is declared as, and what state keeps of it. */
import type { ReachTarget } from "./commit/change";
import { type Host, comparableHost } from "./host";
import { commonFields } from "./resource-schema";
import type { Owner } from "./snapshot";

/** A resource's canonical inputs: the common fields, and the kind's own. */
export interface Inputs {
  readonly host: Host;
  readonly owner: Owner & { readonly parents?: string };
  readonly adopt?: boolean;
  readonly mustReach?: readonly ReachTarget[];
  readonly unmanaged?: readonly string[];
  readonly secrets?: readonly string[];
  readonly [field: string]: unknown;
}

/** What state keeps of a resource: its inputs as declared, and what ties it to one object on one machine. */
export interface Outputs extends Inputs {
  readonly claim: string;
  readonly machine: Machine;
}

/** Cloned images share the machine-id, so the host key is part of it. */
export interface Machine {
  readonly id: string;
  readonly hostKey: string;
}

/** The kind's own fields of a resource's inputs or outputs. */
export function fieldsOf(inputs: Inputs): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).filter(([field]) => !(field in commonFields || field === "claim" || field === "machine")),
  );
}

/** What a difference between two declarations is decided by. */
export function comparable(inputs: Inputs): unknown {
  const unmanaged = new Set(inputs.unmanaged ?? []);
  const fields = Object.entries(fieldsOf(inputs)).filter(([field, value]) => !unmanaged.has(field) && value !== undefined);
  // Through JSON, as state has been: so that an absent field and an undefined one are the same.
  return JSON.parse(
    JSON.stringify({ host: comparableHost(inputs.host), owner: inputs.owner, fields: Object.fromEntries(fields.sort()) }),
  );
}
