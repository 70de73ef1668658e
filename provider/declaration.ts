import type { z } from "zod";
import type { ResourceKind } from "./group";
import type { Inputs } from "./inputs";
import { problemAt } from "./problems";
import { type Redact, redactor } from "./redaction";
import { parse } from "./unknown";

/** What a program declares of one resource, read and judged without any host. */
export interface Declaration {
  /** Canonical wherever it is known. Only as good as `problems` is empty. */
  readonly inputs: Inputs;
  /** Something in it is known only after another resource has been created: rules over several fields wait until then. */
  readonly unknown: boolean;
  /** All that is wrong with it, one sentence each, without a secret. */
  readonly problems: readonly string[];
  /** Takes its secrets out of any text, as they were written and in canonical form. */
  readonly redact: Redact;
}

/** @param schema of the whole resource: resourceSchema(kind) */
export function readDeclaration(
  kind: ResourceKind,
  schema: z.ZodObject,
  declared: Readonly<Record<string, unknown>>,
): Declaration {
  const secrets = secretsOf(declared);
  const { value, unknown, problems } = parse(schema, declared, { secrets });
  const inputs = value as unknown as Inputs;
  const all = problems.length > 0 || unknown ? problems : contradictionsIn(kind, inputs, declared, secrets);
  const redact = redactor(secrets, declared, problems.length > 0 ? {} : inputs);
  return { inputs, unknown, problems: all.map(({ message }) => redact(message)), redact };
}

function contradictionsIn(kind: ResourceKind, inputs: Inputs, declared: object, secrets: readonly string[]) {
  const own = Object.fromEntries(Object.entries(inputs).filter(([field]) => field in kind.schema.shape));
  const found = kind.contradictions?.(kind.schema.parse(own)) ?? [];
  return found.map(({ path, message }) => problemAt(declared, kind.schema, path, message, secrets));
}

/** The names of the secret fields, as the SDK has listed them in the inputs. */
export const secretsOf = ({ secrets }: Readonly<Record<string, unknown>>): string[] =>
  Array.isArray(secrets) ? secrets.map(String) : [];
