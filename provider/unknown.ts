/**
 * Parsing when a preview does not know every value yet: the sentinel in its place fails a number or a pattern and means nothing to a
 * refinement. `parse` is a schema's derived twin: every node also accepts that string, and what can't be judged
 * without the missing value is left for the run that has it.
 */
import { core, type z } from "zod";
import { chosenForms } from "./expected";
import { type Problem, type Refusal, problemsOf } from "./problems";
import { holdsUnknown, isUnknown } from "./sentinel";

export interface Parsed<Value> {
  /** Canonical wherever it is known; the sentinel in the places that are not. Only as good as `problems` is empty. */
  readonly value: Value;
  readonly unknown: boolean;
  /** All of them at once. */
  readonly problems: readonly Problem[];
}

export interface ParseOptions {
  /** Top-level properties whose values no message may show. */
  readonly secrets?: readonly string[];
}

/** Without an unknown value in it, exactly what `schema.safeParse` gives; messages are ours. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  { secrets = [] }: ParseOptions = {},
): Parsed<z.output<Schema>> {
  const result = accept(schema, value);
  return {
    value: result.value as z.output<Schema>,
    unknown: holdsUnknown(value),
    problems: problemsOf(schema, value, result.issues, secrets),
  };
}

interface Result {
  readonly value: unknown;
  readonly issues: readonly Refusal[];
}

function accept(schema: core.$ZodType, value: unknown): Result {
  if (isUnknown(value)) return { value, issues: [] };
  if (!holdsUnknown(value)) return run(schema, value);
  return acceptAround(schema as core.$ZodTypes, value);
}

/** The schema itself, as it is, on a value that is known throughout. */
function run(schema: core.$ZodType, value: unknown): Result {
  const result = schema._zod.run({ value, issues: [] }, { async: false });
  if (result instanceof Promise) throw new core.$ZodAsyncError();
  return result;
}

const asIs = (value: unknown): Result => ({ value, issues: [] });

/** A value that is known itself but holds one that is not: a list or an object. */
function acceptAround(schema: core.$ZodTypes, value: unknown): Result {
  const { def } = schema._zod;
  switch (def.type) {
    case "object":
      return acceptObject(def, schema, value);
    case "array":
      return acceptArray(def, schema, value);
    case "record":
      return acceptRecord(def, schema, value);
    case "tuple":
      return acceptTuple(def, schema, value);
    case "union":
      return acceptUnion(def, schema, value);
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
      return accept(def.innerType, value);
    case "lazy":
      return accept(def.getter(), value);
    case "pipe":
      // What comes before the transform can be judged, what comes after can't; z.preprocess has its transform first.
      return def.in._zod.def.type === "transform" ? asIs(value) : accept(def.in, value);
    case "intersection": {
      const left = accept(def.left, value);
      return { value, issues: [...left.issues, ...accept(def.right, value).issues] };
    }
    case "any":
    case "unknown":
    case "custom":
    case "transform":
    case "catch":
      return asIs(value);
    default:
      // A number, a string, a literal...: a list or an object is wrong there, whatever it holds.
      return run(schema, value);
  }
}

function acceptObject(def: core.$ZodObjectDef, schema: core.$ZodType, value: unknown): Result {
  if (!isRecord(value)) return run(schema, value);
  const parsed: Record<string, unknown> = {};
  const issues: Refusal[] = [];
  const take = (key: string, part: core.$ZodType) => {
    const result = accept(part, value[key]);
    issues.push(...below(key, result.issues));
    parsed[key] = result.value;
  };

  for (const [key, part] of Object.entries(def.shape)) {
    if (key in value || part._zod.optin === undefined || part._zod.optout === undefined) take(key, part);
  }
  const others = Object.keys(value).filter((key) => !Object.hasOwn(def.shape, key));
  if (def.catchall?._zod.def.type === "never") {
    if (others.length > 0) issues.push({ code: "unrecognized_keys", keys: others, input: value, inst: schema, path: [] });
  } else if (def.catchall) {
    for (const key of others) take(key, def.catchall);
  }
  return { value: parsed, issues };
}

/** How many there are is known, so the limits of a list's length hold. */
const lengthChecks: readonly string[] = ["min_length", "max_length", "length_equals"];

function acceptArray(def: core.$ZodArrayDef, schema: core.$ZodType, value: unknown): Result {
  if (!Array.isArray(value)) return run(schema, value);
  const items = value.map((item) => accept(def.element, item));
  const issues = items.flatMap((item, index) => below(index, item.issues));
  const payload: core.ParsePayload = { value: items.map((item) => item.value), issues };
  for (const check of def.checks ?? []) {
    if (lengthChecks.includes(check._zod.def.check)) void check._zod.check(payload as core.ParsePayload<never>);
  }
  return payload;
}

function acceptRecord(def: core.$ZodRecordDef, schema: core.$ZodType, value: unknown): Result {
  if (!isRecord(value)) return run(schema, value);
  const entries = Object.entries(value).map(([key, item]) => [key, accept(def.valueType, item)] as const);
  return {
    value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
    issues: entries.flatMap(([key, item]) => below(key, item.issues)),
  };
}

function acceptTuple(def: core.$ZodTupleDef, schema: core.$ZodType, value: unknown): Result {
  if (!Array.isArray(value) || value.length !== def.items.length) return Array.isArray(value) ? asIs(value) : run(schema, value);
  const items = def.items.map((part, index) => accept(part, value[index]));
  return { value: items.map((item) => item.value), issues: items.flatMap((item, index) => below(index, item.issues)) };
}

/** The first form that has nothing against the known part; without one, what the nearest form has against it. */
function acceptUnion(def: core.$ZodUnionDef, schema: core.$ZodType, value: unknown): Result {
  const options = chosenForms(def, value);
  // None of them: the union itself says so best.
  if (options.length === 0) return run(schema, value);
  const forms = options.map((option) => accept(option, value));
  // A form whose very type is wrong was not the one meant.
  const distance = ({ issues }: Result) => issues.length + (issues.some(({ path = [] }) => path.length === 0) ? 1000 : 0);
  return forms.reduce((best, form) => (distance(form) < distance(best) ? form : best));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const below = (key: string | number, issues: readonly Refusal[]): Refusal[] =>
  issues.map((issue) => ({ ...issue, path: [key, ...(issue.path ?? [])] }));
