/** A kind's inputs as they can be declared, made of its schema: what classes and pages are printed from. */
import { z } from "zod";
import { commonFields } from "../../provider/resource-schema";
import type { ResourceKind } from "../../provider/group";
import { isFilledIn } from "../../provider/kind";

export interface KindModel {
  readonly name: string;
  readonly description: string;
  /** The host, the kind's own fields, then the others that all kinds have. */
  readonly fields: readonly Field[];
  /** Names of the fields that have a value even when they aren't declared. */
  readonly filledIn: readonly string[];
  /** Objects within fields, each with a name of its own; in the order in which they are met. */
  readonly objects: readonly ObjectModel[];
}

export interface ObjectModel {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly type: Type;
  /** It may be left out. */
  readonly optional: boolean;
  readonly default: unknown;
  readonly description: string;
}

export type Type =
  | { readonly is: "string" | "boolean" | "anything" }
  | { readonly is: "number"; readonly whole: boolean; readonly minimum: number | undefined; readonly maximum: number | undefined }
  | { readonly is: "choice"; readonly values: readonly (string | number | boolean)[] }
  | { readonly is: "list"; readonly of: Type }
  | { readonly is: "map"; readonly of: Type }
  | { readonly is: "object"; readonly name: string }
  | { readonly is: "either"; readonly types: readonly Type[] };

/** The SDK's function `declare` fills these in. */
const filledInBySdk: readonly string[] = ["owner", "unmanaged", "secrets"];

/** Types that all kinds share. */
const hostTypeName = "HostArgs";
const reachTypeName = "MustReach";
export const sharedTypeNames = [hostTypeName, reachTypeName];
const sharedTypes: Readonly<Record<string, Type>> = {
  host: { is: "object", name: hostTypeName },
  mustReach: { is: "list", of: { is: "object", name: reachTypeName } },
};

export function kindModel(kind: ResourceKind): KindModel {
  const common = Object.fromEntries(Object.entries(commonFields).filter(([field]) => !filledInBySdk.includes(field)));
  const own = objectModels(kind.name, kind.schema as z.ZodObject);
  const shared = objectModels(kind.name, z.strictObject(common), sharedTypes);
  return {
    name: kind.name,
    description: kind.description,
    fields: [...shared.fields.filter(isHost), ...own.fields, ...shared.fields.filter((field) => !isHost(field))],
    filledIn: own.fields.map(({ name }) => name).filter((name) => isFilledIn(kind, name)),
    objects: own.objects,
  };
}

const isHost = ({ name }: Field): boolean => name === "host";

/** The host as a type of its own, then the objects within it, and the others that all kinds share. */
export function hostModels(): readonly [ObjectModel, ...ObjectModel[]] {
  const { fields, objects } = objectModels("Host", commonFields.host as z.ZodObject);
  const description = "How to reach a Linux host. The same values work from a laptop and from a pipeline.";
  const { mustReach } = commonFields;
  return [{ name: hostTypeName, description, fields }, ...objects, ...objectModels("", z.strictObject({ mustReach })).objects];
}

interface Models {
  readonly fields: readonly Field[];
  readonly objects: readonly ObjectModel[];
}

type Json = z.core.JSONSchema.BaseSchema;

/** @param named fields whose objects have a name already and are described elsewhere */
function objectModels(prefix: string, schema: z.ZodObject, named: Readonly<Record<string, Type>> = {}): Models {
  const json = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    // A default behind a transform is left out of the input's schema otherwise.
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === "default" && jsonSchema.default === undefined) jsonSchema.default = def.defaultValue as never;
    },
  });
  const reader = new JsonReader(named);
  return { fields: reader.fieldsOf(json as Json, prefix), objects: reader.objects };
}

/** Reads fields and types, and collects the objects met on the way. */
class JsonReader {
  readonly objects: ObjectModel[] = [];
  /** The schemas that they were made of, by name. */
  private readonly texts = new Map<string, string>();

  constructor(private readonly named: Readonly<Record<string, Type>>) {}

  fieldsOf(object: Json, owner: string): Field[] {
    return Object.entries(object.properties ?? {}).map(([name, value]) => {
      const field = value as Json;
      const { description } = field;
      if (!description) throw new Error(`${owner}.${name} has no description: add .describe() to its schema.`);
      const type = this.named[name] ?? this.typeOf(field, { owner, field: name });
      return { name, type, optional: !object.required?.includes(name), default: field.default, description };
    });
  }

  private typeOf(value: Json, place: Place): Type {
    if (value.const !== undefined) return { is: "choice", values: [value.const as string] };
    if (value.enum) return { is: "choice", values: value.enum as string[] };
    const alternatives = value.anyOf ?? value.oneOf;
    if (alternatives) return either(alternatives.map((each) => this.typeOf(each as Json, place)));
    switch (value.type) {
      case "string":
      case "boolean":
        return { is: value.type };
      case "number":
      case "integer":
        return { is: "number", whole: value.type === "integer", minimum: value.minimum, maximum: value.maximum };
      case "array":
        return { is: "list", of: this.typeOf(value.items as Json, { ...place, inList: true }) };
      case "object":
        if (!value.properties)
          return { is: "map", of: this.typeOf((value.additionalProperties || {}) as Json, { ...place, inList: true }) };
        return this.objectOf(value, place);
      default:
        return { is: "anything" };
    }
  }

  private objectOf(value: Json, { owner, field, inList = false }: Place): Type {
    // Of several forms each has a word of its own in one of its fields: `type: "mpls"`.
    const word = Object.values(value.properties ?? {})
      .map((property) => (property as Json).const)
      .find((constant) => typeof constant === "string");
    const name = `${owner}${capital(inList ? singular(field) : field)}${capital(word ?? "")}`;
    const text = JSON.stringify(value);
    // One by itself or in a list: the same object in two places.
    if (this.texts.get(name) === text) return { is: "object", name };
    if (this.texts.has(name)) throw new Error(`Two objects would be named ${name}.`);
    this.texts.set(name, text);
    const description =
      value.description ?? (inList ? `One entry of \`${field}\`.` : `\`${field}\`${word ? ` of the form \`${word}\`` : ""}.`);
    // Before the objects within it.
    const place = this.objects.length;
    const fields = this.fieldsOf(value, name);
    this.objects.splice(place, 0, { name, description, fields });
    return { is: "object", name };
  }
}

/** Where a type is met: what an object there is named after. */
interface Place {
  readonly owner: string;
  readonly field: string;
  readonly inList?: boolean;
}

/** One choice of all choices; a word among strings is a string like any other. */
function either(types: readonly Type[]): Type {
  const values = types.flatMap((type) => (type.is === "choice" ? type.values : []));
  const others = types.filter((type) => type.is !== "choice");
  const isString = others.some((type) => type.is === "string");
  const choices = isString ? values.filter((value) => typeof value !== "string") : values;
  const all: Type[] = choices.length > 0 ? [{ is: "choice", values: [...new Set(choices)] }, ...others] : others;
  const distinct = all.filter(
    (type, index) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(type)) === index,
  );
  const [only] = distinct;
  return distinct.length === 1 && only ? only : { is: "either", types: distinct };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `nextHops` -> `nextHop`. */
const singular = (name: string): string => name.replace(/(?<=ss)es$|(?<=[^s])s$/, "");
