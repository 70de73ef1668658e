/** A resource of many objects: each declared as its own kind has it, all changed as one. */
import { z } from "zod";
import type { AnyKind, Contradiction } from "./kind";

export interface Group {
  /** The resource type's name, e.g. `HostNetwork`. */
  readonly name: string;
  /** One sentence or more for the docs and the SDK class. */
  readonly description: string;
  readonly schema: z.ZodObject;
  /** Optional fields that parsing fills in where they aren't declared, beside those with a default in `schema`. */
  readonly filledIn?: readonly string[];
  /** The objects that a declaration stands for; what stands on others after what it stands on. */
  readonly objects: (fields: Fields) => Declared[];
  /** Back to declared form: what is there of `declared`; undefined = nothing. Plans for it are empty where all is as declared. */
  readonly declaredForm: (found: readonly Found[], declared: Fields) => Fields | undefined;
  readonly contradictions: (desired: Fields) => readonly Contradiction[];
}

/** What a resource can be declared as. */
export type ResourceKind = AnyKind | Group;

export type Fields = Readonly<Record<string, unknown>>;

/** One object as a resource declares it. */
export interface Declared {
  readonly kind: AnyKind;
  /** Where it stands in the resource: [] for a resource of one object, otherwise e.g. ["routes", "uplink"]. */
  readonly path: readonly string[];
  readonly fields: Fields;
}

/** One of a group's objects, and what is there of it in declared form; undefined = absent. */
export interface Found extends Declared {
  readonly form: Fields | undefined;
}

/** Maps of declarations by names of the user's, each map of one kind. */
export interface MapsOfObjects extends Group {
  readonly members: Readonly<Record<string, AnyKind>>;
}

/** @param members by field, with a sentence for the docs */
export function defineGroup(
  group: Pick<Group, "name" | "description">,
  members: Readonly<Record<string, { readonly kind: AnyKind; readonly description: string }>>,
): MapsOfObjects {
  const fields = Object.entries(members).map(([field, { kind, description }]) => {
    const declarations = z.record(z.string(), kind.schema as z.ZodObject);
    return [field, declarations.optional().describe(description)] as const;
  });
  const kinds = Object.fromEntries(Object.entries(members).map(([field, { kind }]) => [field, kind]));
  const objects = (fields: Fields) => objectsInMaps(kinds, fields);
  return {
    ...group,
    schema: z.strictObject(Object.fromEntries(fields)),
    members: kinds,
    objects,
    declaredForm: mapsOfForms,
    contradictions: (desired) => contradictionsIn(objects(desired)),
  };
}

export const isGroup = (kind: ResourceKind): kind is Group => "objects" in kind;

/** Every object of a resource, in the order in which the group has its fields. */
export const objectsIn = (kind: ResourceKind, fields: Fields): Declared[] =>
  isGroup(kind) ? kind.objects(fields) : [{ kind, path: [], fields }];

const objectsInMaps = (members: MapsOfObjects["members"], fields: Fields): Declared[] =>
  Object.entries(members).flatMap(([field, kind]) =>
    Object.entries((fields[field] ?? {}) as Record<string, Fields>).map(([name, one]) => ({
      kind,
      path: [field, name],
      fields: one,
    })),
  );

function mapsOfForms(found: readonly Found[], declared: Fields): Fields | undefined {
  const there = found.filter(({ form }) => form !== undefined);
  if (there.length === 0 && found.length > 0) return undefined;
  const live: Record<string, Record<string, unknown>> = {};
  for (const { path, form } of there) {
    const [field = "", name = ""] = path;
    live[field] = { ...live[field], [name]: form };
  }
  // A field that is declared as empty, or left as found, stays as it is.
  const untouched = Object.entries(declared).filter(([field]) => !found.some(({ path }) => path[0] === field));
  return { ...Object.fromEntries(untouched), ...live };
}

/** Two objects of one resource that are the same on the host, and what each kind has against one of them. */
function contradictionsIn(objects: readonly Declared[]): Contradiction[] {
  const first = new Map<string, string>();
  return objects.flatMap(({ kind, path, fields }): readonly Contradiction[] => {
    const own = (kind.contradictions?.(fields) ?? []).map((one) => ({ ...one, path: [...path, ...one.path] }));
    if (own.length > 0) return own;
    const identity = JSON.stringify([kind.name, kind.identity(fields)]);
    const twin = first.get(identity);
    first.set(identity, twin ?? path.join("."));
    return twin === undefined ? [] : [{ path, message: `it is the same object as ${twin}; declare it once` }];
  });
}
