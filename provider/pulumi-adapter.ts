import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { attachToEngine, endOnInterrupt, presentable, rowOf } from "./engine-log";
import { readDeclaration, secretsOf } from "./declaration";
import { hosts } from "./hosts";
import type { ResourceKind } from "./group";
import type { Inputs, Outputs } from "./inputs";
import { type Difference, IncompleteError, Lifecycle, type Row } from "./lifecycle";
import { type Redact, redactor } from "./redaction";
import { resourceSchema } from "./resource-schema";
import { packed, unpacked } from "./state-form";
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

/** Calls that the engine waits for. */
const unanswered = new Set<Promise<unknown>>();

const lifecycle = new Lifecycle((host) => hosts.state(host));

/** Dynamic-provider calls to lifecycle calls and back. */
export function dynamicProvider(kind: ResourceKind): DynamicProvider {
  const schema = resourceSchema(kind);
  const type = `pulumi-nodejs:dynamic/multipath:${kind.name}`;
  const stated = (value: object) => packed(plain(value), type);
  attachToEngine();
  endOnce();

  /** Runs a call: its row, and errors as the engine shows them best. Secrets are in neither. */
  function call<T>(args: Bag, work: (row: Row) => Promise<T>, redact: Redact = redactorOf(args)): Promise<T> {
    const answer = answered(args, work, redact);
    unanswered.add(answer);
    const forget = () => void unanswered.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  async function answered<T>(args: Bag, work: (row: Row) => Promise<T>, redact: Redact): Promise<T> {
    const row = rowOf(args, type);
    try {
      return await work({
        info: (message) => row.info(redact(message)),
        warn: (message) => row.warn(redact(message)),
        progress: (message) => row.progress(redact(message)),
      });
    } catch (error) {
      throw presentable(error, redact);
    } finally {
      await row.told();
    }
  }

  return {
    async check(olds, news) {
      const read = () => Promise.resolve().then(() => readDeclaration(kind, schema, declared(news)));
      const { inputs, unknown, problems, redact } = await call(news, read);
      // The sentence names the property: the engine would print the value of one that is named to it, secret or not.
      const failures = problems.map((reason) => ({ property: "", reason }));
      if (failures.length > 0) return { inputs: news, failures };
      const look = async (row: Row) => {
        lifecycle.assertDeclaredOnce(kind, inputs);
        if (Object.keys(olds).length === 0) await lifecycle.foresee(kind, inputs, row);
      };
      if (!unknown) await call(news, look, redact);
      return { inputs: stated(inputs), failures };
    },

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
          return { id, outs: stated(await lifecycle.create(kind, schema.parse(declared(inputs)) as unknown as Inputs, row)) };
        } catch (error) {
          throw incomplete(error, id, inputs, type);
        }
      }),

    read: (id, props) =>
      call(props, async () => {
        const live = await lifecycle.read(kind, recorded(props));
        return live ? { id, props: stated(live.outputs), inputs: stated(live.inputs) } : {};
      }),

    update: (id, olds, news) =>
      call(news, async (row) => {
        try {
          return {
            outs: stated(await lifecycle.update(kind, recorded(olds), schema.parse(declared(news)) as unknown as Inputs, row)),
          };
        } catch (error) {
          throw incomplete(error, id, news, type);
        }
      }),

    delete: (_id, props) => call(props, (row) => lifecycle.delete(kind, recorded(props), row)),
  };
}

/** Inputs without what the SDK adds for itself. */
const declared = ({ __provider: _text, ...inputs }: Bag): Bag => unpacked(inputs);

const redactorOf = (inputs: Bag): Redact => redactor(secretsOf(inputs), inputs);

const recorded = (props: Bag): Outputs => declared(props) as unknown as Outputs;

/** Fields left undefined are no part of a property bag. */
const plain = (value: object): Bag => JSON.parse(JSON.stringify(value)) as Bag;

/** An object that exists but isn't right is recorded, `__provider` included: a later delete needs it. */
function incomplete(error: unknown, id: string, inputs: Bag, type: string): unknown {
  if (!(error instanceof IncompleteError)) return error;
  const properties = { ...packed(plain(error.outputs), type), __provider: inputs["__provider"] };
  const shown = presentable(error, redactorOf(inputs));
  return Object.assign(shown, { id, properties, reasons: [shown.message] });
}

/** What the SDK needs to send the last answers. */
const answerMilliseconds = 100;

let attached = false;

function endOnce(): void {
  if (attached) return;
  attached = true;
  endOnInterrupt(() =>
    hosts
      .end()
      ?.then(() => Promise.allSettled(unanswered))
      .then(() => sleep(answerMilliseconds)),
  );
}
