import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import {
  AuthenticationError,
  HostKeyError,
  PermissionError,
  UnreachableError,
  type MultipathError,
} from "../../../provider/errors";
import { hostSchema, type Host } from "../../../provider/host";
import type { Connection, ConnectOptions } from "../../../provider/transport/connection";
import { Pool } from "../../../provider/transport/pool";

describe("The pool of connections", () => {
  /** What the next dials come to: an error, or a connection. */
  let outcomes: (MultipathError | "connected")[];
  let dials: { host: Host; options: ConnectOptions }[];
  let connections: FakeConnection[];
  let pool: Pool;

  class FakeConnection implements Connection {
    readonly hostKey = "SHA256:fake";
    closed = false;
    refusal: MultipathError | undefined;
    constructor(readonly host: Host) {}
    async request() {
      if (this.refusal) throw this.refusal;
      return { stdout: "", code: 0, stderr: "" };
    }
    close() {
      this.closed = true;
    }
  }

  beforeEach(() => {
    outcomes = [];
    dials = [];
    connections = [];
    pool = new Pool({
      bootstrap: "",
      pausesSeconds: [0.005, 0.005],
      async connect(host, options) {
        dials.push({ host, options });
        await turn();
        const outcome = outcomes.shift() ?? "connected";
        if (outcome !== "connected") throw outcome;
        const connection = new FakeConnection(host);
        connections.push(connection);
        return connection;
      },
    });
  });

  const host = (changes: Partial<Host> = {}) => hostSchema.parse({ address: "192.0.2.1", ...changes });
  const get = (changes: Partial<Host> = {}, timeoutSeconds = 1) => pool.connection(host(changes), { timeoutSeconds });
  const ask = async (connection: Connection) => connection.request("true", { timeoutSeconds: 1, waitingFor: "a reply" });
  const last = () => connections.at(-1) ?? assert.fail("no connection yet");

  it("gives all who ask at once, and later, the same connection", async () => {
    const [one, two] = await Promise.all([get(), get()]);
    assert.equal(one, two);
    assert.equal(await get(), one);
    assert.equal(dials.length, 1);
  });

  it("has one connection for each way to be on a host", async () => {
    const differences: Partial<Host>[] = [
      {},
      { address: "192.0.2.2" },
      { address: ["192.0.2.1", "192.0.2.2"] },
      { port: 2222 },
      { user: "admin" },
      { become: true },
      { identityFile: "/k" },
      { hostKey: `SHA256:${"A".repeat(43)}` },
    ];
    const all = await Promise.all(differences.map((changes) => get(changes)));
    assert.equal(new Set(all).size, differences.length);
    assert.equal(await get({ machine: "a label", requireLive: true, become: false }), all[0]);
  });

  it("dials again for the next who asks after the connection was lost", async () => {
    const first = await get();
    last().close();
    const second = await get();
    assert.notEqual(first, second);
    assert.equal(second.closed, false);
  });

  it("tries a host that was not reached twice more", async () => {
    outcomes = [new UnreachableError("1"), new UnreachableError("2"), "connected"];
    assert.equal((await get()).closed, false);
    assert.equal(dials.length, 3);
  });

  it("remembers for the rest of the run that a host is not reached", async () => {
    outcomes = [new UnreachableError("1"), new UnreachableError("2"), new UnreachableError("3")];
    const all = await Promise.allSettled([get(), get()]);
    all.push(...(await Promise.allSettled([get()])));
    assert.deepEqual(
      all.map((result) => result.status === "rejected" && result.reason.message),
      ["3", "3", "3"],
    );
    assert.equal(dials.length, 3);
    assert.equal((await get({ address: "192.0.2.2" })).closed, false);
  });

  it("does not try again when the time is over", async () => {
    outcomes = [new UnreachableError("1"), "connected"];
    await assert.rejects(get({}, 0.003), UnreachableError);
    assert.equal(dials.length, 1);
  });

  it("gives each further dial what is left of the time", async () => {
    outcomes = [new UnreachableError("1"), "connected"];
    await get({}, 10);
    const [first = 0, second = 0] = dials.map(({ options }) => options.timeoutSeconds);
    assert.ok(second < first && second > 9, `${first} ${second}`);
  });

  for (const Refusal of [HostKeyError, AuthenticationError]) {
    it(`never tries again after a ${Refusal.name}, nor for those who come later`, async () => {
      outcomes = [new Refusal("no")];
      await assert.rejects(get(), Refusal);
      await assert.rejects(get(), Refusal);
      assert.equal(dials.length, 1);
    });
  }

  it("does not log in again and again where sudo refuses", async () => {
    const connection = await get();
    last().refusal = new PermissionError("sudo");
    await assert.rejects(ask(connection), PermissionError);
    last().close();
    await assert.rejects(get(), PermissionError);
    assert.equal(dials.length, 1);
  });

  it("dials again after a request went wrong on a connection that had worked", async () => {
    const connection = await get();
    await ask(connection);
    last().refusal = new PermissionError("later");
    await assert.rejects(ask(connection));
    last().close();
    await get();
    assert.equal(dials.length, 2);
  });

  it("counts connections and requests, over lost ones too", async () => {
    assert.deepEqual(pool.statistics(), { connections: 0, requests: 0 });
    const connection = await get();
    await Promise.all([ask(connection), ask(connection)]);
    last().close();
    await ask(await get());
    await get({ address: "192.0.2.2" });
    assert.deepEqual(pool.statistics(), { connections: 3, requests: 3 });
  });

  it("closes everything, a connection that is only just being opened too", async () => {
    await get();
    const opening = get({ address: "192.0.2.2" });
    pool.closeAll();
    await assert.rejects(opening, UnreachableError);
    assert.equal(dials[1]?.options.signal?.aborted, true);
    assert.deepEqual(
      connections.map(({ closed }) => closed),
      [true, true],
    );
  });

  it("can be used again after it was closed", async () => {
    await get();
    pool.closeAll();
    assert.equal((await get()).closed, false);
  });
});
