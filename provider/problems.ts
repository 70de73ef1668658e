/** What a schema has against a value, in words for the person who declared it. */
import { core, type z } from "zod";
import { unknownValue } from "./sentinel";

export interface Problem {
  /** As the property is written in a program: `nextHops[1].weight`; empty for the value as a whole. */
  readonly path: string;
  /** What is there, why it can't be, and what would be right. */
  readonly message: string;
}

/** zod's own issue, before it is given a message. */
export type Refusal = core.$ZodRawIssue;

type Path = readonly PropertyKey[];

/** `["nextHops", 1, "weight"]` -> `nextHops[1].weight`. */
export function pathName(path: Path): string {
  return path.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key)),
    "",
  );
}

/** One problem for each thing to be put right. The values of the top-level properties in `secrets` are not shown. */
export function problemsOf(
  schema: z.ZodType,
  value: unknown,
  issues: readonly Refusal[],
  secrets: readonly string[],
): readonly Problem[] {
  return issues.flatMap((issue) => spread(issue)).map((issue) => problem(schema, value, issue, secrets));
}

/* ---- which issues ------------------------------------------------------------------------------------------------------- */

/** One issue for each unknown field, and for a union the issues of the form that was most likely meant. */
function spread(issue: Refusal): Refusal[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ ...issue, keys: [key], path: [...(issue.path ?? []), key] }));
  }
  if (issue.code === "invalid_union" && !("discriminator" in issue && issue.discriminator)) {
    const nearest = nearestForm(issue);
    if (nearest)
      return nearest.flatMap(spread).map((inner) => ({ ...inner, path: [...(issue.path ?? []), ...(inner.path ?? [])] }));
  }
  return [issue];
}

/** A form whose very type is wrong was not the one meant. Undefined: no form, or several, may have been meant. */
function nearestForm(issue: Refusal): Refusal[] | undefined {
  const options = (issue.inst as core.$ZodUnion | undefined)?._zod.def.options ?? [];
  const forms = options.map((option) => refusals(option, issue.input));
  const meant = forms.filter((form) => !form.some((inner) => inner.code === "invalid_type" && (inner.path ?? []).length === 0));
  return meant.sort((a, b) => a.length - b.length)[0];
}

function refusals(schema: core.$ZodType, value: unknown): Refusal[] {
  const result = schema._zod.run({ value, issues: [] }, { async: false });
  if (result instanceof Promise) throw new core.$ZodAsyncError();
  return result.issues;
}

/* ---- words -------------------------------------------------------------------------------------------------------------- */

function problem(schema: z.ZodType, root: unknown, issue: Refusal, secrets: readonly string[]): Problem {
  const path = issue.path ?? [];
  const meaning = fieldAt(schema, path)?.description;
  // The schema's own words may quote the value, or a part of it.
  if (typeof path[0] === "string" && secrets.includes(path[0]))
    return { path: pathName(path), message: wordsForSecret(issue, meaning) };
  const value = issue.code === "unrecognized_keys" ? undefined : valueAt(root, path);
  const { message } = core.util.finalizeIssue(issue, { error: (raw) => words(raw, meaning) }, core.config());
  return { path: pathName(path), message: withValue(message, value) };
}

function wordsForSecret(issue: Refusal, meaning: string | undefined): string {
  if (issue.code === "custom") return `[secret]: not accepted${meaning ? `. ${meaning}` : ""}`;
  return issue.code === "invalid_value" ? words({ ...issue, input: "" }, meaning) : words(issue, meaning);
}

/** The schema's own words go before these: they know more. */
function words(issue: Refusal, meaning: string | undefined): string {
  const right = (what: string) => `must be ${what}${meaning ? `. ${meaning}` : ""}`;
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return `is missing${meaning ? `. ${meaning}` : `: must be ${typeName(issue.expected)}`}`;
      return right(typeName(issue.expected));
    case "too_small":
      return `must ${limit(issue.origin, issue.exact ? "exactly" : issue.inclusive === false ? "more than" : "at least", issue.minimum)}`;
    case "too_big":
      return `must ${limit(issue.origin, issue.exact ? "exactly" : issue.inclusive === false ? "less than" : "at most", issue.maximum)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values.map((value) => JSON.stringify(value)))}${nearestValue(issue.input, issue.values)}`;
    case "invalid_format":
      return right(issue.format === "regex" ? `of the form ${issue.pattern}` : `a valid ${issue.format}`);
    case "invalid_union":
      return right(unionName(issue));
    case "unrecognized_keys":
      return unknownField(issue.keys[0] ?? "", Object.keys((issue.inst as core.$ZodObject | undefined)?._zod.def.shape ?? {}));
    default:
      return right("something else");
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};
const typeName = (type: string): string => typeNames[type] ?? `of type ${type}`;

function limit(origin: string, relation: string, bound: number | bigint): string {
  if (origin === "array" || origin === "set") return `have ${relation} ${bound} ${bound === 1 ? "entry" : "entries"}`;
  if (origin === "string")
    return bound === 1 && relation === "at least" ? "not be empty" : `have ${relation} ${bound} characters`;
  return `be ${relation} ${bound}`;
}

function unionName(issue: Refusal): string {
  const union = issue.inst as core.$ZodDiscriminatedUnion | undefined;
  const types = (union?._zod.def.options ?? []).map((option) => typeName(option._zod.def.type));
  return types.length > 0 ? oneOf([...new Set(types)]) : "something else";
}

const oneOf = (choices: readonly string[]): string =>
  choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;

function unknownField(field: string, known: readonly string[]): string {
  const meant = nearest(field, known);
  return meant
    ? `is not a field here; did you mean \`${meant}\`?`
    : `is not a field here; there are ${known.map((name) => `\`${name}\``).join(", ")}`;
}

function nearestValue(input: unknown, values: readonly unknown[]): string {
  const meant =
    typeof input === "string" &&
    nearest(
      input,
      values.filter((value) => typeof value === "string"),
    );
  return meant ? `; did you mean ${JSON.stringify(meant)}?` : "";
}

/** The value first, unless the message shows it already. */
function withValue(message: string, value: unknown): string {
  if (value === undefined || (isWord(value) && message.includes(String(value)))) return message;
  return `${shownValue(value)}: ${message}`;
}

const isWord = (value: unknown): boolean => typeof value === "number" || (typeof value === "string" && value !== "");

const longestValue = 80;

function shownValue(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replaceAll(unknownValue, "(not known yet)");
  return text.length > longestValue ? `${text.slice(0, longestValue)}...` : text;
}

/* ---- places ------------------------------------------------------------------------------------------------------------- */

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined | null)?.[key], root);
}

/** The schema of a field, for what it says about itself; undefined where a path leads through something else than lists and objects. */
function fieldAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const { def } = (schema as unknown as core.$ZodTypes)._zod;
  switch (def.type) {
    case "object": {
      const field = def.shape[key as string];
      return field && fieldAt(field as z.ZodType, rest);
    }
    case "array":
      return fieldAt(def.element as z.ZodType, rest);
    case "union":
      return def.options.map((option) => fieldAt(option as z.ZodType, path)).find((found) => found !== undefined);
    case "pipe":
      return fieldAt(def.in as z.ZodType, path);
    default:
      return "innerType" in def ? fieldAt(def.innerType as z.ZodType, path) : undefined;
  }
}

/* ---- nearest name ------------------------------------------------------------------------------------------------------- */

/** The name that was probably meant: at most a third of it mistyped. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const fold = (text: string) => text.toLowerCase().replace(/[_-]/g, "");
  const ranked = names
    .map((name) => ({ name, distance: editDistance(fold(word), fold(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name;
}

/** Levenshtein's: insertions, deletions and replacements of one character. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (to[column - 1] === character ? 0 : 1);
      next.push(Math.min((row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
