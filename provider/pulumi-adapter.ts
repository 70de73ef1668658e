import { randomBytes } from "node:crypto";
import { attachToEngine, endOnInterrupt, presentable, rowOf } from "./engine-log";
import { messageOf } from "./errors";
import { hosts } from "./hosts";
import type { AnyKind } from "./kind";
import { type Difference, IncompleteError, type Inputs, Lifecycle, type Outputs, type Row } from "./lifecycle";
import { type Problem, pathName } from "./problems";
import { redactor } from "./redaction";
import { resourceSchema } from "./resource-schema";
import { parse } from "./unknown";

/** The calls of a Pulumi dynamic provider, as the SDK makes them. Property bags are plain objects; secrets arrive in the clear. */
export interface DynamicProvider {
  check(olds: Bag, news: Bag): Promise<{ inputs: Bag; failures: { property: string; reason: string }[] }>;
  diff(id: string, olds: Bag, news: Bag): Promise<Difference>;
  create(inputs: Bag): Promise<{ id: string; outs: Bag }>;
  read(id: string, props: Bag): Promise<{ id?: string; props?: Bag; inputs?: Bag }>;
  update(id: string, olds: Bag, news: Bag): Promise<{ outs: Bag }>;
  delete(id: string, props: Bag): Promise<void>;
}

export type Bag = Record<string, unknown>;

const lifecycle = new Lifecycle((host) => hosts.state(host));

/** Dynamic-provider calls to lifecycle calls and back. */
export function dynamicProvider(kind: AnyKind): DynamicProvider {
  const schema = resourceSchema(kind);
  const type = `pulumi-nodejs:dynamic/multipath:${kind.name}`;
  attachToEngine();
  endOnce();

  /** Runs a call: its row, and errors as the engine shows them best. Secrets are in neither. */
  async function call<T>(args: Bag, work: (row: Row) => Promise<T>): Promise<T> {
    const row = rowOf(args, type);
    const redact = redactor(args);
    try {
      return await work({ info: (message) => row.info(redact(message)), warn: (message) => row.warn(redact(message)) });
    } catch (error) {
      const shown = presentable(error);
      shown.message = redact(shown.message);
      throw shown;
    } finally {
      await row.told();
    }
  }

  return {
    check: (olds, news) =>
      call(news, async (row) => {
        const { value, unknown, problems } = parse(schema, declared(news), { secrets: secretsOf(news) });
        const inputs = plain(value as Bag);
        if (problems.length > 0) return { inputs: news, failures: failures(problems, news) };
        if (unknown) return { inputs, failures: [] };
        const known = value as unknown as Inputs;
        const contradictions = kind.contradictions?.(kind.schema.parse(pick(known, kind))) ?? [];
        const told = contradictions.map(({ path, message }) => ({ path: pathName(path), message }));
        if (told.length > 0) return { inputs, failures: failures(told, news) };
        lifecycle.assertDeclaredOnce(kind, known);
        if (Object.keys(olds).length === 0) await lifecycle.foresee(kind, known, row);
        return { inputs, failures: [] };
      }),

    diff: (_id, olds, news) =>
      call(news, async (row) => {
        const { value, unknown } = parse(schema, declared(news));
        if (unknown) return { changes: true };
        return lifecycle.diff(kind, recorded(olds), value as unknown as Inputs, row);
      }),

    create: (inputs) =>
      call(inputs, async (row) => {
        const id = `${kind.name.toLowerCase()}-${randomBytes(4).toString("hex")}`;
        try {
          return { id, outs: plain(await lifecycle.create(kind, schema.parse(declared(inputs)) as unknown as Inputs, row)) };
        } catch (error) {
          throw incomplete(error, id, inputs);
        }
      }),

    read: (id, props) =>
      call(props, async () => {
        const live = await lifecycle.read(kind, recorded(props));
        return live ? { id, props: plain(live.outputs), inputs: plain(live.inputs) } : {};
      }),

    update: (id, olds, news) =>
      call(news, async (row) => {
        try {
          return {
            outs: plain(await lifecycle.update(kind, recorded(olds), schema.parse(declared(news)) as unknown as Inputs, row)),
          };
        } catch (error) {
          throw incomplete(error, id, news);
        }
      }),

    delete: (_id, props) => call(props, (row) => lifecycle.delete(kind, recorded(props), row)),
  };
}

/** Inputs without what the SDK adds for itself. */
const declared = ({ __provider: _text, ...inputs }: Bag): Bag => inputs;

const secretsOf = ({ secrets }: Bag): string[] => (Array.isArray(secrets) ? secrets.map(String) : []);

const recorded = (props: Bag): Outputs => declared(props) as unknown as Outputs;

const pick = (inputs: Inputs, kind: AnyKind): Bag =>
  Object.fromEntries(Object.entries(inputs).filter(([field]) => field in kind.schema.shape));

/** Fields left undefined are no part of a property bag. */
const plain = (value: object): Bag => JSON.parse(JSON.stringify(value)) as Bag;

/**
 * The path stands in the reason: the engine would print the value of a property that is named, secret or not.
 */
function failures(problems: readonly Problem[], inputs: Bag): { property: string; reason: string }[] {
  const redact = redactor(inputs);
  return problems.map(({ path, message }) => ({ property: "", reason: redact(path ? `${path}: ${message}` : message) }));
}

/** An object that exists but isn't right is recorded, `__provider` included: a later delete needs it. */
function incomplete(error: unknown, id: string, inputs: Bag): unknown {
  if (!(error instanceof IncompleteError)) return error;
  const properties = { ...plain(error.outputs), __provider: inputs["__provider"] };
  return Object.assign(presentable(error), { id, properties, reasons: [redactor(inputs)(messageOf(error))] });
}

let attached = false;

function endOnce(): void {
  if (attached) return;
  attached = true;
  endOnInterrupt(() => hosts.end());
}
