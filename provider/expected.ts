/** What a field takes, in words: `a whole number from 1 to 256`. */
import type { core, z } from "zod";
import { isUnknown } from "./sentinel";

/** The end of `must be ...`. */
export function expected(schema: core.$ZodType): string {
  const own = (schema as z.ZodType).meta()?.["expected"];
  if (typeof own === "string") return own;
  const { def } = (schema as core.$ZodTypes)._zod;
  switch (def.type) {
    case "number":
      return number(schema as unknown as z.ZodNumber);
    case "boolean":
      return "true or false";
    case "string":
      return "a string";
    case "enum":
    case "literal":
      return oneOf(choices(schema).map((choice) => JSON.stringify(choice)));
    case "union":
      return isChoice(def) ? form(def) : oneOf(alternatives(def.options));
    case "array":
    case "tuple":
      return "a list";
    case "object":
    case "record":
      return "an object";
    case "pipe":
      return expected(def.in);
    default:
      return "innerType" in def ? expected(def.innerType) : "something else";
  }
}

function number({ minValue, maxValue, format }: z.ZodNumber): string {
  const what = format === "safeint" ? "a whole number" : "a number";
  const least = limit(minValue);
  const most = limit(maxValue);
  if (least !== undefined && most !== undefined) return `${what} from ${least} to ${most}`;
  if (least !== undefined) return `${what}, at least ${least}`;
  return most === undefined ? what : `${what}, at most ${most}`;
}

/** zod's own limits of a number tell a person nothing. */
const limit = (bound: number | null): number | undefined =>
  bound === null || Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound;

/** The words that a field takes, of all its forms. */
export function choices(schema: core.$ZodType): readonly unknown[] {
  const { def } = (schema as core.$ZodTypes)._zod;
  if (def.type === "enum") return Object.values(def.entries);
  if (def.type === "literal") return def.values;
  if (def.type === "union") return def.options.flatMap(choices);
  return "innerType" in def ? choices(def.innerType) : [];
}

/** Of an object whose form one of its fields chooses, the chosen ones: none, if that field is wrong; all, if it is not known yet. */
export function chosenForms(def: core.$ZodUnionDef, value: unknown): readonly core.$ZodType[] {
  if (!isChoice(def) || typeof value !== "object" || value === null) return def.options;
  const chosen: unknown = (value as Readonly<Record<string, unknown>>)[def.discriminator];
  return isUnknown(chosen) ? def.options : def.options.filter((option) => names(option, def).includes(chosen));
}

const isChoice = (def: core.$ZodUnionDef): def is core.$ZodDiscriminatedUnionDef => "discriminator" in def;

function form(def: core.$ZodDiscriminatedUnionDef): string {
  const all = def.options.flatMap((option) => names(option, def));
  return `an object whose ${def.discriminator} is ${oneOf(all.map((name) => JSON.stringify(name)))}`;
}

/** The words by which a form is chosen. */
const names = (form: core.$ZodType, { discriminator }: core.$ZodDiscriminatedUnionDef): readonly unknown[] =>
  choices((form as core.$ZodObject)._zod.def.shape[discriminator] as core.$ZodType);

/** Single words before the forms that take more words to describe. */
function alternatives(options: readonly core.$ZodType[]): string[] {
  const words = options.flatMap(choices).map((choice) => JSON.stringify(choice));
  const others = options.filter((option) => choices(option).length === 0).map(expected);
  return [...new Set([...words, ...others])];
}

export const oneOf = (all: readonly string[]): string =>
  all.length < 2 ? all.join() : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
