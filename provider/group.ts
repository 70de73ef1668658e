/** A resource of many objects: each declared as its own kind has it, all changed as one. */
import { z } from "zod";
import type { AnyKind, Contradiction } from "./kind";

export interface Group {
  /** The resource type's name, e.g. `HostNetwork`. */
  readonly name: string;
  /** One sentence or more for the docs and the SDK class. */
  readonly description: string;
  readonly schema: z.ZodObject;
  /** The kinds of what it consists of, by field; what stands on others after what it stands on. */
  readonly members: Readonly<Record<string, AnyKind>>;
  /** Whatever parsing fills in is within the objects. */
  readonly filledIn?: undefined;
  readonly contradictions: (desired: Readonly<Record<string, unknown>>) => readonly Contradiction[];
}

/** What a resource can be declared as. */
export type ResourceKind = AnyKind | Group;

/** One object as a resource declares it. */
export interface Declared {
  readonly kind: AnyKind;
  /** Where it stands in the resource: [] for a resource of one object, otherwise e.g. ["routes", "uplink"]. */
  readonly path: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
}

/** @param members by field, with a sentence for the docs */
export function defineGroup(
  group: Pick<Group, "name" | "description">,
  members: Readonly<Record<string, { readonly kind: AnyKind; readonly description: string }>>,
): Group {
  const fields = Object.entries(members).map(([field, { kind, description }]) => {
    const declarations = z.record(z.string(), kind.schema as z.ZodObject);
    return [field, declarations.optional().describe(description)] as const;
  });
  const kinds = Object.fromEntries(Object.entries(members).map(([field, { kind }]) => [field, kind]));
  return {
    ...group,
    schema: z.strictObject(Object.fromEntries(fields)),
    members: kinds,
    contradictions: contradictionsIn(kinds),
  };
}

export const isGroup = (kind: ResourceKind): kind is Group => "members" in kind;

/** Every object of a resource, in the order in which the group has its fields. */
export function objectsIn(kind: ResourceKind, fields: Readonly<Record<string, unknown>>): Declared[] {
  if (!isGroup(kind)) return [{ kind, path: [], fields }];
  return Object.entries(kind.members).flatMap(([field, member]) =>
    Object.entries((fields[field] ?? {}) as Record<string, Declared["fields"]>).map(([name, one]): Declared => ({
      kind: member,
      path: [field, name],
      fields: one,
    })),
  );
}

/** Two objects of one resource that are the same on the host, and what each kind has against one of them. */
const contradictionsIn =
  (members: Group["members"]): Group["contradictions"] =>
  (desired) => {
    const first = new Map<string, string>();
    return objectsIn(
      { name: "", description: "", schema: z.strictObject({}), members, contradictions: () => [] },
      desired,
    ).flatMap(({ kind, path, fields }): readonly Contradiction[] => {
      const own = (kind.contradictions?.(fields) ?? []).map((one) => ({ ...one, path: [...path, ...one.path] }));
      if (own.length > 0) return own;
      const identity = JSON.stringify([kind.name, kind.identity(fields)]);
      const twin = first.get(identity);
      first.set(identity, twin ?? path.join("."));
      return twin === undefined ? [] : [{ path, message: `it is the same object as ${twin}; declare it once` }];
    });
  };
