import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Change, Committed, Planned } from "../../../provider/commit/change";
import { type Clock, type CommitTarget, GroupCommit } from "../../../provider/commit/group-commit";
import type { Outcome } from "../../../provider/commit/transaction";
import { MultipathError } from "../../../provider/errors";
import type { Step } from "../../../provider/kind";
import type { Snapshot } from "../../../provider/snapshot";

/** Time that stands still until the test turns it. */
class FakeClock implements Clock {
  private time = 0;
  private timers: { at: number; run: () => void }[] = [];

  now = () => this.time;

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.time + milliseconds, run };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  whenQuiet(run: () => void): void {
    this.after(0, run);
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    for (;;) {
      await settled();
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = end;
  }
}

/** Lets promises run to their ends. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A host that answers as the test has scripted, line by line, and refuses what it was not told to expect. */
class ScriptedHost implements CommitTarget {
  readonly name = "root@host";
  looks = 0;
  private readonly script: { lines: string[]; outcome: Outcome | Error; wait?: Promise<void> }[] = [];
  /** What was not as scripted: the group commit makes a rejected call of whatever is thrown. */
  private readonly unexpected: unknown[] = [];
  private state = 0;

  expect(lines: string[], outcome: Outcome | Error = { status: "applied", lost: [] }, wait?: Promise<void>): this {
    this.script.push({ lines, outcome, ...(wait && { wait }) });
    return this;
  }

  look(): Promise<Snapshot> {
    this.looks++;
    return Promise.resolve(stateNumber(this.state));
  }

  async transact(plans: readonly Planned[]): Promise<{ outcome: Outcome; snapshot: Snapshot }> {
    const lines = plans.flatMap(({ steps }) => steps.map(({ line }) => line));
    const expected = this.script.shift();
    if (!isDeepStrictEqual(lines, expected?.lines)) this.unexpected.push({ lines, expected: expected?.lines });
    await expected?.wait;
    if (!expected || expected.outcome instanceof Error) throw expected?.outcome;
    return { outcome: expected.outcome, snapshot: stateNumber(++this.state) };
  }

  done(): void {
    assert.deepEqual(this.unexpected, []);
    assert.deepEqual(this.script, []);
  }
}

const stateNumber = (n: number) => ({ host: { machineId: String(n) } }) as unknown as Snapshot;
const numberOf = ({ snapshot }: Committed) => Number(snapshot.host.machineId);

const step = (line: string): Step => ({ layer: "route", phase: "put", tool: "ip -4", line, touches: [], removes: [] });
const planned = (...lines: string[]): Planned => ({ reads: [], steps: lines.map(step), files: [] });
const change = (name: string, plan: Change["plan"] = () => planned(name)): Change => ({ name, plan });

const rejected = (culprit: number | undefined, line: string, notRestored: string[] = []): Outcome => ({
  status: "rejected",
  culprit,
  step: step(line),
  words: "RTNETLINK answers: File exists",
  notRestored,
});

/** What became of a call: its state's number, or the error's class and message; undefined while it is open. */
function watched(promise: Promise<Committed>): { outcome?: string; message?: string; committed?: Committed } {
  const seen: { outcome?: string; message?: string; committed?: Committed } = {};
  promise.then(
    (committed) =>
      Object.assign(seen, { outcome: `state ${numberOf(committed)}${committed.changed ? "" : ", unchanged"}`, committed }),
    (error: Error) =>
      Object.assign(seen, { outcome: error instanceof MultipathError ? error.name : "Error", message: error.message }),
  );
  return seen;
}

describe("A group commit", () => {
  let clock: FakeClock;
  let host: ScriptedHost;
  let group: GroupCommit;

  beforeEach(() => {
    clock = new FakeClock();
    host = new ScriptedHost();
    group = new GroupCommit(host, {
      clock,
      gapMilliseconds: 10,
      longGapMilliseconds: 50,
      announcedGapMilliseconds: 250,
      longestWaitMilliseconds: 300,
      deadlineSeconds: 100,
    });
  });

  afterEach(() => host.done());

  const call = (name: string, plan?: Change["plan"]) => watched(group.commit(change(name, plan)));

  it("makes one transaction of what arrives together", async () => {
    host.expect(["a", "b", "c"]);
    const calls = [call("a")];
    await clock.pass(9);
    calls.push(call("b"));
    await clock.pass(9);
    calls.push(call("c"));
    await clock.pass(100);
    assert.deepEqual(
      calls.map(({ outcome }) => outcome),
      ["state 1", "state 1", "state 1"],
    );
  });

  it("does not wait for ever for more to arrive", async () => {
    const names = Array.from({ length: 80 }, (_, index) => `n${index}`);
    host.expect(names.slice(0, 38)).expect(names.slice(38, 76)).expect(names.slice(76));
    for (const name of names) {
      call(name);
      await clock.pass(8);
    }
    await clock.pass(1000);
  });

  it("waits longer while the engine is on its way with as many calls as before", async () => {
    host.expect(["a", "b", "c"]).expect(["d", "e", "f"]);
    for (const name of ["a", "b", "c"]) call(name);
    await clock.pass(60);
    for (const name of ["d", "e", "f"]) {
      call(name);
      await clock.pass(30);
    }
    await clock.pass(30);
  });

  it("waits for others as long as a transaction takes: what comes too late would cost one more of these", async () => {
    const names = (first: string) => Array.from({ length: 30 }, (_, index) => `${first}${index}`);
    host.expect(names("a"), { status: "applied", lost: [] }, new Promise((resolve) => void clock.after(1500, () => resolve())));
    host.expect(names("b")).expect(names("c").slice(0, 8)).expect(names("c").slice(8, 16));
    for (const name of names("a")) call(name);
    await clock.pass(1600);
    for (const name of names("b")) {
      call(name);
      await clock.pass(40);
    }
    // That one took no time.
    for (const name of names("c").slice(0, 16)) {
      call(name);
      await clock.pass(40);
    }
    await clock.pass(40);
  });

  it("waits for calls that are announced, but not once as many are open as can be", async () => {
    host.expect(["a", "b"]).expect(["c", "d"]);
    for (let n = 0; n < 4; n++) group.announce();
    const calls = [call("a")];
    await clock.pass(200);
    calls.push(call("b"));
    // c and d are announced, and do not come before a and b have ended: two at a time is all there is.
    await clock.pass(260);
    assert.deepEqual(
      calls.map(({ outcome }) => outcome),
      ["state 1", "state 1"],
    );
    calls.push(call("c"), call("d"));
    await clock.pass(15);
    assert.equal(calls[3]?.outcome, "state 2");
  });

  it("settles a call only when its transaction has ended, and lets the next group begin then", async () => {
    let end: () => void = () => undefined;
    host.expect(["a"], { status: "applied", lost: [] }, new Promise((resolve) => (end = resolve))).expect(["b", "c"]);
    const a = call("a");
    await clock.pass(100);
    const [b, c] = [call("b"), call("c")];
    await clock.pass(1000);
    assert.equal(a.outcome, undefined);
    end();
    await clock.pass(1000);
    assert.deepEqual(
      [a, b, c].map(({ outcome }) => outcome),
      ["state 1", "state 2", "state 2"],
    );
  });

  it("sends nothing for changes that change nothing", async () => {
    const a = call("a", () => planned());
    await clock.pass(100);
    assert.equal(a.outcome, "state 0, unchanged");
  });

  it("takes a change without steps along with the others: what it read is compared, too", async () => {
    host.expect(["b"]);
    const [a, b] = [call("a", () => planned()), call("b")];
    await clock.pass(100);
    assert.deepEqual([a.outcome, b.outcome], ["state 1, unchanged", "state 1"]);
  });

  it("rejects only the call whose plan can't be made", async () => {
    host.expect(["b"]);
    const a = call("a", () => {
      throw new MultipathError("not yours");
    });
    const b = call("b");
    await clock.pass(100);
    assert.deepEqual([a.outcome, a.message, b.outcome], ["MultipathError", "not yours", "state 1"]);
  });

  it("plans again from what is there when the host has changed", async () => {
    host.expect(["from 0"], { status: "stale", changed: "device adsl" }).expect(["from 1"]);
    const a = call("a", (snapshot) => planned(`from ${snapshot.host.machineId}`));
    await clock.pass(100);
    assert.equal(a.outcome, "state 2");
    assert.equal(host.looks, 1);
  });

  it("gives up on a host that changes under it, with what keeps changing", async () => {
    for (let n = 0; n < 10; n++) host.expect(["a"], { status: "stale", changed: "device adsl" });
    const a = call("a");
    await clock.pass(100);
    assert.equal(a.outcome, "NotAppliedError");
    assert.match(a.message ?? "", /10 times in a row \(last: device adsl\)/);
  });

  it("rejects whose line was refused, in the kernel's words, and runs the rest again", async () => {
    host.expect(["a", "bad", "c"], rejected(1, "bad")).expect(["a", "c"]);
    const [a, bad, c] = [call("a"), call("bad"), call("c")];
    await clock.pass(100);
    assert.deepEqual([a.outcome, bad.outcome, c.outcome], ["state 2", "RejectedError", "state 2"]);
    assert.equal(
      bad.message,
      "bad on root@host: `ip -4 bad` was refused: RTNETLINK answers: File exists\nThe gateway is as it was before.",
    );
  });

  it("adds what the kind knows about the kernel's refusal", async () => {
    host.expect(["a"], rejected(0, "a"));
    const a = watched(group.commit({ ...change("a"), hint: (words) => `Because ${words}.` }));
    await clock.pass(100);
    assert.match(a.message ?? "", /\nBecause RTNETLINK answers: File exists\.\nThe gateway/);
  });

  it("tells the others after three refused rounds because of which they were not applied", async () => {
    host
      .expect(["a", "x", "y", "z"], rejected(1, "x"))
      .expect(["a", "y", "z"], rejected(1, "y"))
      .expect(["a", "z"], rejected(1, "z"));
    const [a, , , z] = [call("a"), call("x"), call("y"), call("z")];
    await clock.pass(100);
    assert.deepEqual([a.outcome, z.outcome], ["NotAppliedError", "RejectedError"]);
    assert.match(a.message ?? "", /a was not applied to root@host because of z: `ip -4 z` was refused/);
  });

  it("rejects all when nobody can tell whose line it was", async () => {
    host.expect(["a", "b"], rejected(undefined, "?"));
    const [a, b] = [call("a"), call("b")];
    await clock.pass(100);
    assert.deepEqual([a.outcome, b.outcome], ["NotAppliedError", "NotAppliedError"]);
  });

  it("stops, and says so, when not everything could be undone", async () => {
    host.expect(["a", "bad"], rejected(1, "bad", ["ip -4 route add x"]));
    const [a, bad] = [call("a"), call("bad")];
    await clock.pass(100);
    assert.equal(a.outcome, "NotAppliedError");
    assert.match(bad.message ?? "", /Everything was undone but for what these lines would restore:\nip -4 route add x/);
  });

  it("names who holds the host's lock", async () => {
    host.expect(["a"], { status: "busy", holder: "you@other" });
    const a = call("a");
    await clock.pass(100);
    assert.equal(a.outcome, "BusyError");
    assert.match(a.message ?? "", /you@other/);
  });

  it("warns of what vanished with a change and could not be put back", async () => {
    host.expect(["a"], { status: "applied", lost: ["ip -4 route add x"] });
    const a = call("a");
    await clock.pass(100);
    assert.match(a.committed?.warnings[0] ?? "", /ip -4 route add x/);
  });

  it("rejects all its calls with the host's error, and serves the next group", async () => {
    host.expect(["a", "b"], new MultipathError("gone")).expect(["c"]);
    const [a, b] = [call("a"), call("b")];
    await clock.pass(100);
    const c = call("c");
    await clock.pass(100);
    assert.deepEqual([a.message, b.message, c.outcome], ["gone", "gone", "state 1"]);
  });

  it("rejects its calls when this program has a bug, rather than leaving them open", async () => {
    host.expect(["a"], new TypeError("x is not a function"));
    const a = call("a");
    await clock.pass(100);
    assert.equal(a.outcome, "InternalError");
  });

  it("answers every call within its deadline, whatever the host does", async () => {
    host.expect(["a"], { status: "applied", lost: [] }, new Promise(() => undefined));
    const a = call("a");
    await clock.pass(1000);
    const b = call("b");
    await clock.pass(99_500);
    assert.equal(a.outcome, "NotAppliedError");
    assert.match(a.message ?? "", /Whether the change was made is not known/);
    await clock.pass(1000);
    assert.match(b.message ?? "", /It was not begun/);
  });
});
