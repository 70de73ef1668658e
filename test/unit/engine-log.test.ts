import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { attachToEngine, rowOf } from "../../provider/engine-log";

/** Another SDK than the installed one can be tried: the folder of an unpacked @pulumi/pulumi whose dependencies resolve. */
const sdk = createRequire(
  process.env["PULUMI_SDK"] ? join(process.env["PULUMI_SDK"], "package.json") : require.resolve("@pulumi/pulumi/package.json"),
);
const grpc = sdk("@grpc/grpc-js");
const { EngineService } = sdk("./proto/engine_grpc_pb");
const { ResourceProviderClient } = sdk("./proto/provider_grpc_pb");
const messages = sdk("./proto/provider_pb");
const { LogSeverity } = sdk("./proto/engine_pb");
const { Struct } = sdk("google-protobuf/google/protobuf/struct_pb");
const { Empty } = sdk("google-protobuf/google/protobuf/empty_pb");

interface LogRequest {
  getUrn(): string;
  getMessage(): string;
  getSeverity(): number;
  getEphemeral(): boolean;
}

interface Note {
  readonly urn: string;
  readonly message: string;
  readonly severity: number;
  readonly ephemeral: boolean;
}

/** An engine that takes notes, and the SDK's own dynamic-provider process talking to it. */
class Session {
  readonly notes: Note[] = [];
  stderr = "";
  private readonly engine = new grpc.Server();
  process!: ChildProcessWithoutNullStreams;
  private client!: InstanceType<typeof ResourceProviderClient>;

  /** @param flags as the engine puts them before its address with --logflow */
  async start(flags: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.engine.addService(EngineService, {
      log: ({ request }: { request: LogRequest }, done: (error: null, reply: unknown) => void) => {
        const note = {
          urn: request.getUrn(),
          message: request.getMessage(),
          severity: request.getSeverity(),
          ephemeral: request.getEphemeral(),
        };
        // The engine takes requests at the same time: the longer ones last.
        setTimeout(() => {
          this.notes.push(note);
          done(null, new Empty());
        }, note.message.length);
      },
      getRootResource: () => undefined,
      setRootResource: () => undefined,
      startDebugging: () => undefined,
      requirePulumiVersion: () => undefined,
    });
    const port = await new Promise<number>((resolve, reject) =>
      this.engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error: Error | null, bound: number) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const script = sdk.resolve("./cmd/dynamic-provider");
    const args = ["--require", require.resolve("tsx/cjs"), script, ...flags, `127.0.0.1:${port}`];
    this.process = spawn(process.execPath, args, { env: { ...process.env, ...environment } });
    this.process.stderr.on("data", (chunk) => (this.stderr += chunk));
    const [printed] = await once(this.process.stdout, "data");
    this.client = new ResourceProviderClient(`127.0.0.1:${String(printed).trim()}`, grpc.credentials.createInsecure());
    const configure = new messages.ConfigureRequest();
    configure.setArgs(Struct.fromJavaScript({}));
    await this.send("configure", configure);
  }

  send(method: string, request: unknown): Promise<void> {
    return new Promise((resolve, reject) =>
      this.client[method](request, (error: Error | null) => (error ? reject(error) : resolve())),
    );
  }

  call(method: string, name: string, args: Record<string, unknown>): Promise<void> {
    const request = new messages[`${method[0]?.toUpperCase()}${method.slice(1)}Request`]();
    const owner = { project: "gateways", stack: "dev", name };
    const bag = Struct.fromJavaScript({ __provider: text, label: name, owner, ...args });
    request.setUrn(urn(name));
    if (["check", "diff", "update"].includes(method)) {
      request.setOlds(Struct.fromJavaScript({}));
      request.setNews(bag);
    } else request.setProperties(bag);
    if (!["check", "create"].includes(method)) request.setId("route-1");
    return this.send(method, request);
  }

  stopEngine(): void {
    this.engine.forceShutdown();
  }

  async stop(): Promise<void> {
    this.client?.close();
    this.stopEngine();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGKILL");
      await once(this.process, "exit");
    }
  }
}

const text = `exports.handler = () => require(${JSON.stringify(require.resolve("./engine-log.provider.ts"))}).provider;`;
const urn = (name: string, parents = "") => `urn:pulumi:dev::gateways::${parents}pulumi-nodejs:dynamic/multipath:Route::${name}`;
const methods = ["check", "diff", "create", "read", "update", "delete"];

describe("engine log, in the SDK's dynamic-provider process", () => {
  let session: Session;
  let firstNotes: readonly Note[];
  before(async () => {
    session = new Session();
    await session.start();
    await session.call("check", "first", {});
    firstNotes = session.notes.splice(0);
  });
  beforeEach(() => {
    session.notes.length = 0;
    session.stderr = "";
  });
  after(() => session.stop());

  it("knows the resource of the very first call, whose request was read before this file was loaded", () => {
    assert.deepEqual(
      firstNotes.map((note) => note.urn),
      [urn("first")],
    );
  });

  it("puts notes on the row of the resource that a call is about, for every kind of call", async () => {
    for (const method of methods) await session.call(method, method, { owner: null });
    assert.deepEqual(
      session.notes,
      methods.map((method) => ({
        urn: urn(method),
        message: `${method} ${method}`,
        severity: LogSeverity.INFO,
        ephemeral: false,
      })),
    );
  });

  it("keeps concurrent calls apart", async () => {
    const calls = Array.from({ length: 40 }, (_, index) => ({ wait: (index * 7) % 40, warn: true, owner: null }));
    await Promise.all(calls.map((args, index) => session.call("create", `r${index}`, args)));
    const begun = session.notes.filter(({ message }) => message.startsWith("create"));
    assert.equal(begun.length, 40);
    for (const note of begun) assert.equal(note.urn, urn(note.message.replace("create ", "")));
    assert.equal(new Set(session.notes.filter(({ message }) => message === "careful").map((note) => note.urn)).size, 40);
  });

  it("says things in order, progress as such and warnings as such", async () => {
    await session.call("create", "a", { progress: true, warn: true });
    assert.deepEqual(
      session.notes.map(({ message, severity, ephemeral }) => [message, severity, ephemeral]),
      [
        ["create a", LogSeverity.INFO, false],
        ["half way", LogSeverity.INFO, true],
        ["careful", LogSeverity.WARNING, false],
      ],
    );
  });

  for (const method of methods) {
    it(`fails ${method} with the message only and prints no stack`, async () => {
      await assert.rejects(session.call(method, "a", { fail: "expected" }), {
        details: "RTNETLINK answers: Network is unreachable",
      });
      await assert.rejects(session.call(method, "a", { fail: "bug" }), {
        details: /^x is not a function \(unexpected: .*NODE_DEBUG/,
      });
      assert.equal(session.stderr, "");
    });
  }
});

describe("engine log, while somebody looks for a fault", () => {
  let session: Session;
  before(async () => {
    session = new Session();
    await session.start(["-logtostderr", "-v=11"], { NODE_DEBUG: "pulumi-multipath" });
  });
  after(() => session.stop());

  it("finds the engine behind the flags of --logflow", async () => {
    await session.call("check", "a", {});
    assert.deepEqual(
      session.notes.map(({ message }) => message),
      ["check a"],
    );
  });

  it("prints stacks, without the secrets in their messages", async () => {
    for (const fail of ["expected", "bug"]) await assert.rejects(session.call("read", "a", { fail, secret: "Network|function" }));
    assert.match(session.stderr, /\n\s+at .*engine-log\.provider/);
    assert.match(session.stderr, /\[secret\] is unreachable/);
    assert.doesNotMatch(session.stderr, /Network|not a function/);
  });
});

describe("engine log, at the end", () => {
  let session: Session;
  beforeEach(async () => {
    session = new Session();
    await session.start();
  });
  afterEach(() => session.stop());

  it("goes on when the engine takes no notes, then ends at once on SIGINT and stands a second one", async () => {
    await session.call("check", "a", {});
    session.stopEngine();
    await session.call("create", "a", {});

    const began = performance.now();
    const ended = once(session.process, "exit");
    session.process.kill("SIGINT");
    session.process.kill("SIGINT");
    assert.deepEqual(await ended, [0, null]);
    assert.ok(performance.now() - began < 1000);
  });

  it("ends when nobody is left to read what it prints, as when the engine was killed", async () => {
    await session.call("check", "a", {});
    const ended = once(session.process, "exit");
    session.process.stderr.destroy();
    // The SDK prints what its own code throws: this request has no properties.
    await assert.rejects(session.send("read", new messages.ReadRequest()));
    assert.deepEqual(await ended, [0, null]);
  });
});

describe("a row, before its request was seen", () => {
  const owner = { project: "gateways", stack: "dev", name: "a" };
  const type = "pulumi-nodejs:dynamic/multipath:Route";

  it("is that of the declaring resource, below its components", () => {
    assert.equal(rowOf({ owner }, type).urn, urn("a"));
    assert.equal(rowOf({ owner: urn("a") }, type).urn, urn("a"));
    assert.equal(
      rowOf({ owner: { ...owner, parents: "acme:Site$acme:Gateway" } }, type).urn,
      urn("a", "acme:Site$acme:Gateway$"),
    );
  });

  it("can do without an SDK that is as expected", () => {
    attachToEngine({ script: "/nowhere/cmd/dynamic-provider/index.js", engineAddress: "127.0.0.1:9" });
    assert.equal(rowOf({ owner }, type).urn, urn("a"));
  });

  it("is the stack's when nobody is named, and silent without an engine", async () => {
    const row = rowOf({}, type);
    row.info("unheard");
    await row.told();
    assert.equal(row.urn, undefined);
  });
});
