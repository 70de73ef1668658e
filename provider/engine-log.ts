/**
 * What the provider tells a person through the engine: notes on a resource's own row, progress, and errors without a stack.
 *
 * The ONE file that knows the inside of @pulumi/pulumi's dynamic provider (cmd/dynamic-provider/index.js; seen from 3.216.0 to
 * 3.270.0). A dynamic provider is not told which resource a call is about, so the URN is read off the SDK's own request messages.
 * Whatever is not as expected degrades: without a URN a note goes to the stack's row, without an engine nowhere.
 */
import { createRequire } from "node:module";
import { debuglog } from "node:util";
import { MultipathError, messageOf } from "./errors";
import type { Redact } from "./redaction";
import { type DeclaredBy, urnOf } from "./state-form";

const debug = debuglog("pulumi-multipath");

/** The row of one resource, for as long as a call about it runs. Nothing here ever throws or rejects. */
export interface Row {
  /** Undefined: not known, notes land on the stack's row. */
  readonly urn: string | undefined;
  /** Stays below the row when the operation has ended. */
  info(message: string): void;
  warn(message: string): void;
  /** Shown in the row's Info column until the next one; gone when the operation has ended. */
  progress(message: string): void;
  /** Resolves once the engine has all that was said: to be awaited before the call returns, since a row is closed then. */
  told(): Promise<void>;
}

/** How long a call waits for the engine to take a note: it is on this machine. */
const noteTimeoutMilliseconds = 2000;

/* ---- which resource a call is about ------------------------------------------------------------------------------------ */

const urns = new WeakMap<object, string>();

/** Of the SDK's request and Struct messages, what is used here. */
interface Request {
  getUrn(): string;
}
interface Struct {
  toJavaScript(): object;
}

/**
 * Has every Struct that `getter` of a request returns remember the request's URN for the plain object made of it: that very
 * object is what the SDK hands to check, diff, create, read, update and delete, so concurrent calls can't be mixed up.
 */
function rememberUrn(prototype: Record<string, unknown>, getter: string): void {
  const original = prototype[getter];
  if (typeof original !== "function") return;
  prototype[getter] = function (this: Request, ...rest: unknown[]): unknown {
    const struct = original.apply(this, rest) as Struct | undefined;
    if (typeof struct?.toJavaScript === "function" && !Object.hasOwn(struct, "toJavaScript")) {
      const { toJavaScript } = struct;
      struct.toJavaScript = () => {
        const plain = toJavaScript.call(struct);
        urns.set(plain, this.getUrn());
        return plain;
      };
    }
    return struct;
  };
}

/** The first call of a process loads this file, after its request was already read: the resource's own class wrote its URN into the inputs. */
function urnOfOwner(args: object, type: string): string | undefined {
  const { owner } = args as { owner?: string | Partial<DeclaredBy> };
  if (typeof owner === "string") return owner;
  const { project, stack, name, parents } = owner ?? {};
  return project && stack && name ? urnOf({ project, stack, name, parents }, type) : undefined;
}

/* ---- the engine --------------------------------------------------------------------------------------------------------- */

interface Engine {
  log(note: Note, timeoutMilliseconds: number): Promise<void>;
}
interface Note {
  readonly severity: "INFO" | "WARNING";
  readonly message: string;
  readonly urn: string | undefined;
  readonly ephemeral: boolean;
}

let engine: Engine | undefined;

interface LogRequest {
  setSeverity(severity: number): void;
  setMessage(message: string): void;
  setUrn(urn: string): void;
  setStreamid(stream: number): void;
  setEphemeral(ephemeral: boolean): void;
}

/** The messages and the client are those of the running SDK, whose protobuf runtime must be the one that serialises them. */
function dialEngine(sdk: NodeJS.Require, address: string): Engine {
  const messages = sdk("../../proto/engine_pb") as {
    LogRequest: new () => LogRequest;
    LogSeverity: Record<Note["severity"], number>;
  };
  const { EngineClient } = sdk("../../proto/engine_grpc_pb");
  const grpc = sdk("@grpc/grpc-js");
  const client = new EngineClient(address, grpc.credentials.createInsecure());

  return {
    log: (note, timeout) =>
      new Promise((resolve, reject) => {
        const request = new messages.LogRequest();
        request.setSeverity(messages.LogSeverity[note.severity]);
        request.setMessage(note.message);
        request.setUrn(note.urn ?? "");
        request.setStreamid(0);
        request.setEphemeral(note.ephemeral);
        client.log(request, { deadline: Date.now() + timeout }, (error: Error | null) => (error ? reject(error) : resolve()));
      }),
  };
}

/** What the process was started as: `node .../cmd/dynamic-provider/index.js [FLAGS OF --logflow OR --tracing] ENGINE-ADDRESS`. */
export interface Started {
  readonly script: string | undefined;
  readonly engineAddress: string | undefined;
}

/** Idempotent; does nothing in a process that is not the SDK's dynamic provider. */
export function attachToEngine(started: Started = { script: process.argv[1], engineAddress: process.argv.at(-1) }): void {
  if (engine || !started.script || !/[\\/]dynamic-provider([\\/]index(\.js)?)?$/.test(started.script)) return;
  const sdk = createRequire(started.script);

  attempt("the engine's log", () => {
    if (started.engineAddress) engine = dialEngine(sdk, started.engineAddress);
  });
  attempt("the requests' URNs", () => {
    const requests = sdk("../../proto/provider_pb");
    for (const name of ["CheckRequest", "DiffRequest", "UpdateRequest"]) rememberUrn(requests[name].prototype, "getNews");
    for (const name of ["CreateRequest", "ReadRequest", "DeleteRequest"]) rememberUrn(requests[name].prototype, "getProperties");
  });
  attempt("console.error", dropPresentedErrors);
}

function attempt(what: string, doIt: () => void): void {
  try {
    doIt();
  } catch (error) {
    debug("this @pulumi/pulumi is not as expected, %s is out of reach: %s", what, messageOf(error));
  }
}

/**
 * The row of the resource that a call is about. `args` is the very object the call was given: the new inputs of check, diff,
 * create and update, the properties of read and delete. `type` is the resource type as it stands in URNs.
 */
export function rowOf(args: object, type: string): Row {
  const urn = urns.get(args) ?? urnOfOwner(args, type);
  let told: Promise<void> = Promise.resolve();

  const say = (severity: Note["severity"], message: string, ephemeral: boolean): void => {
    const target = engine;
    if (!target) return debug("%s %s: %s", severity, urn, message);
    // One after the other: the engine shows notes in the order in which they arrive.
    told = told
      .then(() => target.log({ severity, message, urn, ephemeral }, noteTimeoutMilliseconds))
      .catch((error: unknown) => debug("the engine did not take %j: %s", message, messageOf(error)));
  };

  return {
    urn,
    info: (message) => say("INFO", message, false),
    warn: (message) => say("WARNING", message, false),
    progress: (message) => say("INFO", message, true),
    told: () => told,
  };
}

/* ---- errors ------------------------------------------------------------------------------------------------------------- */

/** What the SDK prints before the stack is `${error}: `, through console.error: the mark by which it is recognised. */
const mark = "\u0000pulumi-multipath: shown by the engine\u0000";

class PresentedError extends Error {
  override toString(): string {
    return mark;
  }
}

/**
 * The error to throw out of a provider call so that the engine shows its message once, and no stack. For a partial failure add
 * `{id, properties, reasons}` to it.
 * @param redact takes secrets out: a stack begins with the message, so it is done before there is one
 */
export function presentable(error: unknown, redact: Redact = (text) => text): Error {
  if (error instanceof PresentedError) return error;
  const expected = error instanceof MultipathError;
  if (!expected) debug("%s", redact(String(error instanceof Error ? error.stack : error)));
  const hint = expected ? "" : " (unexpected: a bug in pulumi-multipath; NODE_DEBUG=pulumi-multipath shows where)";
  return new PresentedError(redact(messageOf(error)) + hint);
}

let dropping = false;

/** check, diff, read and delete print what they throw, with its stack, although the engine shows the message as well. */
function dropPresentedErrors(): void {
  if (dropping) return;
  dropping = true;
  const print = console.error;
  console.error = (...parts: unknown[]) => {
    if (typeof parts[0] === "string" && parts[0].startsWith(mark)) return debug("%s", parts[0].slice(mark.length));
    print.apply(console, parts);
  };
}

/* ---- the end ------------------------------------------------------------------------------------------------------------ */

let ending = false;

/** The engine kills a process that stays for five seconds. */
const longestEndMilliseconds = 4000;

/**
 * Every run, whatever became of it, ends with SIGINT, twice. `unfinished` says what must still settle, undefined = idle: the process
 * ends at once.
 */
export function endOnInterrupt(unfinished: () => Promise<unknown> | undefined): void {
  const end = () => {
    if (ending) return;
    ending = true;
    const exit = () => process.exit(0);
    const pending = unfinished();
    if (!pending) return exit();
    setTimeout(exit, longestEndMilliseconds);
    pending.then(exit, exit);
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  // An engine that was killed takes the readers of these along. Unheard, the error would be printed by the SDK, which fails, and so on for
  // ever, with a whole CPU.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", end);
}
