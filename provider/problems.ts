/** What is wrong with a declaration, one sentence each: `nextHops[1].weight is 0: must be a whole number from 1 to 256.` */
import { core, type z } from "zod";
import { choices, chosenForms, expected, oneOf } from "./expected";
import { fieldsMeant, isResourceOption, nearest } from "./field-names";
import { unknownValue } from "./sentinel";

export interface Problem {
  /** As the property is written in a program: `nextHops[1].weight`; empty for the value as a whole. */
  readonly path: string;
  /** A whole sentence: the property, its value, and what would be right. */
  readonly message: string;
}

/** zod's own issue, before it is given a message. */
export type Refusal = core.$ZodRawIssue;

type Path = readonly PropertyKey[];

/** One problem for each thing to be put right. The values of the top-level properties in `secrets` are not shown. */
export function problemsOf(
  schema: z.ZodType,
  value: unknown,
  issues: readonly Refusal[],
  secrets: readonly string[],
): readonly Problem[] {
  const problems = issues.flatMap((issue) => spread(issue)).map((issue) => problem(schema, value, issue, secrets));
  return problems.filter(({ message }, index) => problems.findIndex((other) => other.message === message) === index);
}

/**
 * The problem of one property, in the one form that all problems have.
 * @param root what was declared, the property in it
 * @param schema of `root`
 * @param right what would be right, and why: the end of the sentence
 */
export function problemAt(root: unknown, schema: z.ZodType, path: Path, right: string, secrets: readonly string[]): Problem {
  const value = valueAt(root, path);
  const hidden = isSecret(path, secrets);
  const shown = value === undefined ? "missing" : hidden ? "[secret]" : shownValue(value);
  return sentence(hidden ? withoutNames(schema, path) : path, `is ${shown}: ${right}`);
}

function sentence(path: Path, rest: string): Problem {
  const name = pathName(path);
  return { path: name, message: `${name || "the declaration"} ${rest}${/[.?!]$/.test(rest) ? "" : "."}` };
}

const isSecret = ([top]: Path, secrets: readonly string[]): boolean => typeof top === "string" && secrets.includes(top);

/* ---- which issues ------------------------------------------------------------------------------------------------------- */

/** One issue for each unknown field, and for a union the issues of the form that was most likely meant. */
function spread(issue: Refusal): Refusal[] {
  const below = (inner: Refusal) => ({ ...inner, path: [...(issue.path ?? []), ...(inner.path ?? [])] });
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => below({ ...issue, keys: [key], path: [key] }));
  if (issue.code === "invalid_union" && !isChoiceOfForms(issue))
    return issuesOfForm(issue)?.flatMap(spread).map(below) ?? [issue];
  return [issue];
}

/** An object whose form one of its fields chooses: zod has looked into that form alone. */
const isChoiceOfForms = (issue: Refusal): boolean => "discriminator" in issue && issue.discriminator !== undefined;

/**
 * What the form that was meant has against the value, when it knows better than that it must be one of the forms. A form whose very type is
 * wrong was not the one meant.
 */
function issuesOfForm(issue: Refusal): Refusal[] | undefined {
  const union = issue.inst as core.$ZodUnion;
  if (nearestChoice(union, issue.input)) return undefined;
  const forms = union._zod.def.options.map((option) => refusals(option, issue.input));
  const meant = forms.filter((form) => !form.some(isOfAnotherType) && !form.every(saysNothing));
  return meant.sort((a, b) => a.length - b.length)[0];
}

const isOfAnotherType = ({ code, path = [] }: Refusal): boolean => code === "invalid_type" && path.length === 0;

/** True of "must be what the field takes", which a union says better of all its forms together. */
function saysNothing({ code, path = [], message, origin }: Refusal & { origin?: string }): boolean {
  if (path.length > 0 || message !== undefined) return false;
  return ["invalid_type", "invalid_value", "invalid_format", "custom"].includes(code) || origin === "number" || origin === "int";
}

function refusals(schema: core.$ZodType, value: unknown): Refusal[] {
  const result = schema._zod.run({ value, issues: [] }, { async: false });
  if (result instanceof Promise) throw new core.$ZodAsyncError();
  return result.issues;
}

/* ---- words -------------------------------------------------------------------------------------------------------------- */

function problem(root: z.ZodType, value: unknown, issue: Refusal, secrets: readonly string[]): Problem {
  const path = issue.path ?? [];
  if (issue.code === "unrecognized_keys") {
    return sentence(isSecret(path, secrets) ? withoutNames(root, path) : path, unknownField(issue, root, path));
  }
  const field = fieldAt(root, path, value);
  if (valueAt(value, path) === undefined) return problemAt(value, root, path, missing(issue, field), secrets);
  // A schema's own words may quote the value, or a part of it.
  if (isSecret(path, secrets)) return problemAt(value, root, path, ofSecret(issue, field), secrets);
  const { message } = core.util.finalizeIssue(issue, { error: (raw) => mustBe(raw, field) }, core.config());
  return problemAt(value, root, path, message, secrets);
}

function missing(issue: Refusal, field: z.ZodType | undefined): string {
  const [firstSentence = ""] = /^.*?(?=\.(?: [A-Z]|$))/s.exec(field?.description ?? "") ?? [];
  return firstSentence === "" ? mustBe(issue, field) : firstSentence.charAt(0).toLowerCase() + firstSentence.slice(1);
}

/** Text that is no more than text to its schema was refused for a reason that the schema alone can tell. */
function ofSecret(issue: Refusal, field: z.ZodType | undefined): string {
  const isUnexplained = (issue.code === "custom" || issue.code === "invalid_format") && field?.meta()?.["expected"] === undefined;
  return isUnexplained ? "it is not accepted" : mustBe({ ...issue, input: undefined }, field);
}

/** What is said where the schema has no words of its own. */
function mustBe(issue: Refusal, field: z.ZodType | undefined): string {
  if (issue.code === "invalid_union" && isChoiceOfForms(issue)) return formName(issue);
  if (issue.code === "too_small" && issue.origin === "array") return `must have at least ${entries(issue.minimum)}`;
  if (issue.code === "too_big" && issue.origin === "array") return `must have at most ${entries(issue.maximum)}`;
  if (issue.code === "too_small" && issue.origin === "string") return "must not be empty";
  if (issue.code === "too_big" && issue.origin === "string") return `must have at most ${issue.maximum} characters`;
  if (!field) return "must be something else";
  const meant = nearestChoice(field, issue.input);
  return `must be ${expected(field)}${meant === undefined ? otherForm(field, issue.input) : didYouMean(meant)}`;
}

function formName(issue: core.$ZodRawIssue<core.$ZodIssueInvalidUnion>): string {
  const names = ((issue.options ?? []) as readonly unknown[]).filter(isText);
  const said = valueAt(issue.input, [issue.discriminator ?? ""]);
  const meant = isText(said) ? nearest(said, names) : undefined;
  return `must be ${oneOf(names.map((name) => JSON.stringify(name)))}${didYouMean(meant)}`;
}

const didYouMean = (word: string | undefined): string => (word === undefined ? "" : `; did you mean ${JSON.stringify(word)}?`);

const entries = (count: number | bigint): string => `${count} ${count === 1 ? "entry" : "entries"}`;

function nearestChoice(field: core.$ZodType, input: unknown): string | undefined {
  return typeof input === "string" ? nearest(input, choices(field).filter(isText)) : undefined;
}

/** The same value would do, had it another type. */
function otherForm(field: core.$ZodType, input: unknown): string {
  const fits = (value: unknown) => refusals(field, value).length === 0;
  const unquoted = isText(input) ? meantWithoutQuotes(input.trim()) : undefined;
  if (unquoted !== undefined && fits(unquoted)) return `; write ${String(unquoted)} without quotes`;
  if (typeof input === "number" && fits(String(input))) return `; write "${input}" in quotes`;
  if (Array.isArray(input) && input.length === 1 && fits(input[0])) return "; write it without the brackets of a list";
  return input !== undefined && fits([input]) ? "; write it in the brackets of a list" : "";
}

function meantWithoutQuotes(text: string): number | boolean | undefined {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string";

/* ---- fields that there are not ---------------------------------------------------------------------------------------------- */

const mostNamesShown = 10;

function unknownField(issue: Extract<Refusal, { code?: "unrecognized_keys" }>, root: z.ZodType, path: Path): string {
  const [name = ""] = issue.keys;
  const own = Object.keys((issue.inst as core.$ZodObject)._zod.def.shape);
  const here = fieldsMeant(name, own);
  if (here.length > 0) return `is no field here: did you mean ${quoted(here)}?`;
  const places = placesOf(name, root);
  const [above] = path;
  if (path.length > 1 && places.includes(name)) return `is no field here: write it beside \`${String(above)}\``;
  const elsewhere = places.filter((place) => !place.startsWith(`${String(above)}.`));
  if (elsewhere.length > 0) return `is no field here: did you mean ${quoted(elsewhere)}?`;
  if (isResourceOption(name)) return "is no field but an option of Pulumi's: write it in the third argument, after the fields";
  return `is no field here${own.length <= mostNamesShown ? `: there are ${quoted(own, "and")}` : ", nor is there one with a name like it"}`;
}

/** Where in the whole schema a field of this name is, as near to the top as there is one: `nextHops[].weight`. */
function placesOf(name: string, root: z.ZodType): string[] {
  const places = objectsIn(root, "").filter(({ fields }) => fields.includes(name));
  const depth = (place: string) => place.split(".").length;
  const shallowest = Math.min(...places.map(({ place }) => depth(place)));
  return [...new Set(places.filter(({ place }) => depth(place) === shallowest).map(({ place }) => place + name))];
}

const quoted = (names: readonly string[], and: "and" | "or" = "or"): string =>
  oneOf(names.map((name) => `\`${name}\``)).replace(/ or (?=`[^`]*`$)/, ` ${and} `);

/** Every object of the schema: where it stands (`nextHops[].`), and its fields. */
function objectsIn(schema: core.$ZodType, place: string): { place: string; fields: readonly string[] }[] {
  const { def } = (schema as core.$ZodTypes)._zod;
  switch (def.type) {
    case "object": {
      const inner = Object.entries(def.shape).flatMap(([name, field]) => objectsIn(field, `${place}${name}.`));
      return [{ place, fields: Object.keys(def.shape) }, ...inner];
    }
    case "array":
      return objectsIn(def.element, place.replace(/\.?$/, "[]."));
    case "record":
      return objectsIn(def.valueType, `${place}*.`);
    case "union":
      return def.options.flatMap((option) => objectsIn(option, place));
    case "pipe":
      return objectsIn(def.in, place);
    default:
      return "innerType" in def ? objectsIn(def.innerType, place) : [];
  }
}

/* ---- values ----------------------------------------------------------------------------------------------------------------- */

const longestValue = 80;

/** As it would be written in a program; but no key material, no password, nothing that a terminal would obey, and no novel. */
function shownValue(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  if (/PRIVATE KEY/.test(text)) return "a private key (not shown)";
  const printable = text
    .slice(0, 1000)
    .replaceAll(unknownValue, "(not known yet)")
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
  const harmless = printable.replace(/(?<=[\w/]):[^\s/:@"]+@/g, ":[not shown]@");
  return harmless.length > longestValue
    ? `${harmless.slice(0, longestValue)}...${harmless.startsWith('"') ? '"' : ""}`
    : harmless;
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/* ---- places ----------------------------------------------------------------------------------------------------------------- */

/** `["nextHops", 1, "weight"]` -> `nextHops[1].weight`. */
export function pathName(path: Path): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    const text = String(key);
    if (!/^[\w$]{1,60}$/.test(text)) return `${name}[${shownValue(text)}]`;
    return name ? `${name}.${text}` : text;
  }, "");
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    root,
  );
}

/** Names that a program gives its entries are a part of the value: they are no field names. */
function withoutNames(schema: core.$ZodType, [key, ...rest]: Path): Path {
  if (key === undefined) return [];
  const { def } = (schema as core.$ZodTypes)._zod;
  if (def.type === "record") return ["[secret]", ...withoutNames(def.valueType, rest)];
  if (def.type === "object") {
    const field = Object.hasOwn(def.shape, key) ? def.shape[key as string] : undefined;
    return [key, ...(field ? withoutNames(field, rest) : rest)];
  }
  return "innerType" in def ? withoutNames(def.innerType, [key, ...rest]) : [key, ...rest];
}

/** The schema of a field; undefined where a path leads through something else than lists and objects. */
function fieldAt(schema: core.$ZodType, path: Path, value: unknown): z.ZodType | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema as z.ZodType;
  const { def } = (schema as core.$ZodTypes)._zod;
  const inner = valueAt(value, [key]);
  switch (def.type) {
    case "object": {
      const field = Object.hasOwn(def.shape, key) ? def.shape[key as string] : undefined;
      return field && fieldAt(field, rest, inner);
    }
    case "array":
      return fieldAt(def.element, rest, inner);
    case "record":
      return fieldAt(def.valueType, rest, inner);
    case "union":
      return chosenForms(def, value)
        .map((option) => fieldAt(option, path, value))
        .find((found) => found !== undefined);
    case "pipe":
      return fieldAt(def.in, path, value);
    default:
      return "innerType" in def ? fieldAt(def.innerType, path, value) : undefined;
  }
}
