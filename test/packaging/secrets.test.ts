import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program, type Result } from "../engine/fixtures/program";
import { Gateway } from "../fixtures/gateway";
import { generateKey } from "../fixtures/sshd";
import { Canaries } from "./fixtures/canaries";
import { Installation } from "./fixtures/installation";
import { type SeenProcesses, processesDuring } from "./fixtures/process-list";
import { tarball } from "./fixtures/tarball";

const random = (): string => randomBytes(8).toString("hex");
const hextet = (): string => (0xa000 + (randomBytes(2).readUInt16BE() % 0x5fff)).toString(16);

/** One command of pulumi at its most talkative, with all that it left behind. */
interface Run extends Result {
  readonly what: string;
  /** Every RPC between engine, program and provider, as the engine recorded it. */
  readonly rpcs: readonly Rpc[];
}

interface Rpc {
  readonly method: string;
  readonly request?: unknown;
  readonly response?: unknown;
  readonly errors?: unknown;
}

describe("Secrets, with every log at its most talkative:", function () {
  let gateway: Gateway;
  let installation: Installation;
  let program: Program;
  let keys: string;
  let processes: SeenProcesses;
  /** State, its history and backups, and pulumi's home. */
  let leftBehind: string;
  /** Files of the gateway that hold a secret. */
  let onGateway: string[];
  /** What is there is found: the public key where the test has put it. */
  let whereTheKeyIs: string[];
  const runs: Run[] = [];
  const passphrase = `canary-passphrase-${random()}`;
  const label = `canary-machine-${random()}`;
  // In capitals: the provider writes addresses in small letters.
  const network = `2001:DB8:${hextet()}:${hextet()}`.toUpperCase();
  /** Of the login: they are none of Pulumi's business. */
  let ofLogin: Canaries;
  /** Secrets of the program. */
  const ofProgram = new Canaries({
    "a secret input": network,
    "a secret input, written otherwise": network.toLowerCase(),
    "a secret in the host": label,
  });

  before(async function () {
    this.timeout(900_000);
    gateway = await Gateway.up();
    await gateway.reset();
    keys = mkdtempSync(join(tmpdir(), "multipath-keys-"));
    const authorised = readFileSync(generateKey(keys, "authorised", "ed25519", passphrase), "utf8");
    const stranger = readFileSync(generateKey(keys, "stranger", "ed25519", passphrase), "utf8");
    const broken = `canary-key-${random()}`;
    ofLogin = new Canaries({ passphrase, "private key": authorised, "another private key": stranger, "what is no key": broken });
    const publicKey = readFileSync(join(keys, "authorised.pub"), "utf8").trim();
    await gateway.sh(`echo '${publicKey}' >>/home/admin/.ssh/authorized_keys`);

    installation = await Installation.of("pnpm", tarball().path);
    // The key in the environment is the only one.
    const { identityFile: _, ...host } = gateway.host;
    program = await Program.of(installation.folder, host, installation.environment);
    processes = await processesDuring(gateway, async () => {
      const login = { MULTIPATH_SSH_PRIVATE_KEY: authorised, MULTIPATH_SSH_PASSPHRASE: passphrase };
      const [good, rejected, malformed] = [
        declaring(`${network}::/64`),
        declaring(`${network}::/64`, true),
        declaring(`${network}::1/64`),
      ];
      await run("a preview", good, ["preview"], login);
      await run("an up", good, ["up", "--yes", "--skip-preview"], login);
      await run("a refresh", good, ["refresh", "--yes", "--skip-preview"], login);
      await run("an up that changes something", good.replace("blackhole", "unreachable"), ["up", "--yes"], login);
      await run("an up that the kernel refuses", rejected, ["up", "--yes", "--skip-preview"], login);
      await run("a malformed secret", malformed, ["preview"], login);
      await run("a refused login", good, ["refresh", "--yes"], { ...login, MULTIPATH_SSH_PRIVATE_KEY: stranger });
      await run("a wrong passphrase", good, ["refresh", "--yes"], { ...login, MULTIPATH_SSH_PASSPHRASE: broken });
      await run("a key that is none", good, ["refresh", "--yes"], { ...login, MULTIPATH_SSH_PRIVATE_KEY: broken });
      await run("a host out of reach", good.replace("machine:", "port: 1, machine:"), ["preview"], login);
      leftBehind = program.keptText();
      onGateway = await filesHolding([...ofLogin.patterns, label]);
      whereTheKeyIs = await filesHolding([publicKey]);
      await run("a destroy", good, ["destroy", "--yes", "--skip-preview"], login);
    });
  });

  after(() => {
    program.remove();
    installation.remove();
    rmSync(keys, { recursive: true });
  });

  const declaring = (destination: string, lost = false): string => `
    const pulumi = require("@pulumi/pulumi");
    const { Route } = require("pulumi-multipath");
    const host = { ...new pulumi.Config().requireObject("host"), machine: pulumi.secret("${label}") };
    new Route("secret", { host, destination: pulumi.secret("${destination}"), type: "blackhole" });
    ${lost ? `new Route("lost", { host, destination: pulumi.secret("${network}:1::/80"), gateway: "2001:db8:dead::1", device: "adsl" });` : ""}`;

  async function run(what: string, source: string, args: string[], login: Record<string, string>): Promise<void> {
    writeFileSync(join(installation.folder, "index.js"), source);
    const rpcLog = join(keys, "rpcs.json");
    rmSync(rpcLog, { force: true });
    const result = await program.operation([...args, "-v=11", "--logtostderr", "--logflow"], {
      ...login,
      SSH_AUTH_SOCK: "",
      NODE_DEBUG: "pulumi-multipath",
      PULUMI_DEBUG_GRPC: rpcLog,
    });
    const rpcs = readFileSync(rpcLog, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Rpc);
    runs.push({ ...result, what, rpcs });
  }

  async function filesHolding(patterns: readonly string[]): Promise<string[]> {
    const folders = "/etc /run /var /usr/local /tmp /root /home /dev/shm";
    const { stdout } = await gateway.lab.exec("gateway", `grep -rlaF -f - ${folders} 2>/dev/null`, {
      input: `${patterns.join("\n")}\n`,
      timeoutSeconds: 120,
    });
    return stdout.split("\n").filter((path) => path !== "");
  }

  it("what was to succeed did, and what was to fail did", () => {
    const failed = runs.filter(({ code }) => code !== 0).map(({ what }) => what);
    assert.deepEqual(
      failed,
      ["an up that the kernel refuses", "a malformed secret", "a refused login", "a wrong passphrase", "a key that is none"],
      runs
        .map(({ what, messages }) => `${what}: ${JSON.stringify(messages.filter(({ severity }) => severity === "error"))}`)
        .join("\n"),
    );
  });

  it("what belongs to the login is in no output, no log, no call between processes and no event", () => {
    for (const { what, output, rpcs, messages } of runs) {
      for (const text of [output, JSON.stringify(rpcs), JSON.stringify(messages)]) assert.deepEqual(ofLogin.in(text), [], what);
    }
  });

  it("nothing that the provider says holds a secret of the program: no note, no error, no line of its own log", () => {
    for (const { what, rpcs, messages } of runs) {
      const said = messages.filter(({ severity }) => severity !== "debug");
      assert.deepEqual(ofProgram.in(JSON.stringify(said)), [], what);
      const answers = rpcs.filter(({ method }) => method.startsWith("/pulumirpc.ResourceProvider/"));
      const notes = rpcs.filter(({ method, request }) => method === "/pulumirpc.Engine/Log" && !isOfTheSdk(request));
      assert.deepEqual(ofProgram.in(JSON.stringify(notes)), [], what);
      assert.deepEqual(
        ofProgram.in(JSON.stringify(answers.map(({ errors, response }) => [errors, failuresIn(response)]))),
        [],
        what,
      );
    }
  });

  it("the notes are on their rows with --logflow as without", () => {
    const preview = runs.find(({ what }) => what === "a preview");
    const notes = preview?.messages.filter(({ name, severity }) => name === "secret" && severity === "info") ?? [];
    assert.deepEqual(
      notes.map(({ text }) => text),
      ["ip -6 route add blackhole [secret] metric 512 proto 205"],
    );
  });

  it("at -v=11 the engine prints secrets of the program in lines of these kinds, and nothing else does", () => {
    const kinds = new Set<string>();
    for (const { what, output } of runs) {
      for (const line of output.split("\n").filter((each) => ofProgram.in(each).length > 0)) {
        const kind = engineLine(line);
        assert.ok(kind, `${what}: ${line.slice(0, 400)}`);
        kinds.add(kind);
      }
    }
    console.log(`      ${[...kinds].sort().join("; ")}`);
  });

  it("the state file holds the program's secrets encrypted only, and no file beside it holds any", () => {
    for (const canaries of [ofLogin, ofProgram]) assert.deepEqual(canaries.in(leftBehind), []);
    assert.match(leftBehind, /"ciphertext"/);
  });

  it("no command line holds a secret, on either side", () => {
    const { here, onGateway } = processes;
    assert.match(here, /dynamic-provider/);
    assert.match(onGateway, /sh -s/);
    for (const text of [here, onGateway]) {
      assert.deepEqual(ofLogin.in(text), []);
      assert.deepEqual(ofProgram.in(text), []);
    }
  });

  it("no file on the gateway holds what belongs to the login or describes the host", () => {
    assert.ok(whereTheKeyIs.includes("/home/admin/.ssh/authorized_keys"));
    assert.deepEqual(onGateway, []);
  });
});

/** The SDK's own log of the program's calls, at level debug. */
const isOfTheSdk = (request: unknown): boolean => ((request ?? {}) as { severity?: string | number }).severity === "DEBUG";

const failuresIn = (response: unknown): unknown => ((response ?? {}) as { failures?: unknown }).failures;

/** Of a line of the engine's own log: which. What it repeats of somebody else's is none. */
function engineLine(line: string): string | undefined {
  const message = /"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  return [
    "Unmarshaling property for RPC[",
    "Marshaling property for RPC[",
    "RegisterResource RPC finished",
    "eventSink::Debug(<{%reset%}>RegisterResource RPC finished",
  ].find((start) => message.startsWith(start));
}
