import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import type { Planned } from "../../../provider/commit/change";
import { command, outcomeOf, refusal, transactionOf } from "../../../provider/commit/transaction";
import type { Step } from "../../../provider/kind";

const onHost = { bootstrap: "", scripts: new Map([["transaction.sh", "echo 'it'"]]), digest: "d1" };
const options = {
  token: "t1",
  seen: "s1",
  owner: "me@laptop",
  lockSeconds: 20,
  rollbackAfterSeconds: 60,
  onHost,
  install: false,
};

const route = (line: string, change: Partial<Step> = {}): Step => ({
  layer: "route",
  phase: "put",
  tool: "ip -4",
  line,
  touches: [],
  removes: [],
  ...change,
});

const planned = (...steps: Step[]): Planned => ({ reads: [], steps, files: [] });

const reply = (...result: string[]) => ({ sections: new Map([["result", result.join("\n")]]), files: undefined });

describe("A command for the host's shell", () => {
  it("carries any text as one word, evaluated by nobody", function () {
    this.timeout(20000);
    const text = fc.string({
      unit: fc.constantFrom("'", '"', "\\", "$", "`", "\n", " ", "*", "#", "é", "a", "!"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (values) => {
        const said = execFileSync("sh", ["-c", command("printf", "%s\\0", ...values)], { encoding: "utf8" });
        assert.deepEqual(said.split("\0").slice(0, -1), values);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses what no shell can hold", () => {
    assert.throws(() => command("put", "a\0b"), /NUL/);
  });
});

describe("A transaction's request", () => {
  it("is one text: its parts, then the run, then the reply whatever happened", () => {
    const change: Planned = { ...planned(route("route add 10.0.0.0/8 dev adsl", { touches: ["k1"] })), reads: ["device adsl"] };
    assert.deepEqual(transactionOf([change], options).script.split("\n"), [
      "tx_begin 't1' 'd1' &&",
      "put 'reads' 'device adsl",
      "' &&",
      "put 'touches' 'k1",
      "' &&",
      "put 'removes' '' &&",
      "put 'forward-01.4' 'route add 10.0.0.0/8 dev adsl",
      "link show dev lo",
      "' &&",
      "put 'objects-named' '' &&",
      "tx_run 'd1' 's1' 'me@laptop' '20' '60'",
      "tx_reply 't1'",
    ]);
  });

  it("brings the scripts only when the host lacks them", () => {
    assert.ok(!transactionOf([planned()], options).script.includes("install"));
    assert.ok(
      transactionOf([planned()], { ...options, install: true }).script.includes(
        "install 'd1' 'transaction.sh' 'echo '\\''it'\\'''",
      ),
    );
  });

  it("waits for the IPv6 addresses that it puts, and not for those that it takes", () => {
    const put = route("addr add", { layer: "address", tool: "ip -6", touches: ["address 6 adsl 2001:db8::1"] });
    const drop = { ...put, phase: "drop" as const, removes: put.touches };
    assert.ok(transactionOf([planned(put)], options).script.includes("put 'forward-01.dad' 'address 6 adsl 2001:db8::1\n'"));
    assert.ok(!transactionOf([planned(drop)], options).script.includes(".dad"));
  });
});

describe("A refused transaction", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => route(`route add ${index}`));
  const rejection = (changes: Planned[], ...result: string[]) => {
    const outcome = outcomeOf(transactionOf(changes, options), reply("status rejected", ...result), "");
    assert.equal(outcome.status, "rejected");
    return outcome.status === "rejected" ? outcome : assert.fail();
  };

  it("names the step in the line that the kernel refused", () => {
    const changes = [planned(...many(2)), planned(route("route add bad"))];
    // With their markers the lines are 1, 3 and 5.
    const found = rejection(changes, "batch forward-01.4", "markers 2", "line 5", "words RTNETLINK answers: File exists");
    assert.equal(found.culprit, 1);
    assert.equal(refusal(found), "`ip -4 route add bad` was refused: RTNETLINK answers: File exists");
  });

  it("finds what `ip` did not understand by the markers before it", () => {
    const found = rejection(
      [planned(...many(2)), planned(route("route frob"))],
      "batch forward-01.4",
      "markers 2",
      "words Error: frob",
    );
    assert.equal(found.culprit, 1);
    assert.equal(found.step?.line, "route frob");
  });

  it("knows of thousands of lines at least whose it was", () => {
    const changes = [planned(...many(300)), planned(...many(300)), planned(...many(300))];
    assert.equal(rejection(changes, "batch forward-01.4", "markers 1").culprit, 1);
    assert.equal(rejection(changes, "batch forward-01.4", "markers 1").step, undefined);
    const lines = transactionOf(changes, options).script.split("\n");
    const first = lines.findIndex((line) => line.startsWith("put 'forward-01.4'"));
    const wrong = lines.indexOf("route add 7", lines.indexOf("route add 299") + 1);
    assert.equal(rejection(changes, "batch forward-01.4", "markers 1", `line ${wrong - first + 1}`).step, changes[1]?.steps[7]);
  });

  it("names the address that another machine has already", () => {
    const taken = route("addr add", { layer: "address", tool: "ip -6", touches: ["address 6 adsl 2001:db8::1"] });
    assert.equal(rejection([planned(), planned(taken)], "dad address 6 adsl 2001:db8::1", "words Another machine").step, taken);
  });

  it("says what could not be undone", () => {
    assert.deepEqual(rejection([planned()], "not-restored ip -4 route add x").notRestored, ["ip -4 route add x"]);
  });
});

describe("A transaction's reply", () => {
  const outcome = (...result: string[]) =>
    outcomeOf(transactionOf([planned()], options), reply(...result), "sh: No space left on device");

  it("tells who holds the lock", () => {
    assert.deepEqual(outcome("status busy", "holder you@other"), { status: "busy", holder: "you@other" });
  });

  it("tells what has changed", () => {
    assert.deepEqual(outcome("status stale", "changed device adsl"), { status: "stale", changed: "device adsl" });
  });

  it("tells in the host's words why the request could not be stored", () => {
    const failed = outcome("status unstored");
    assert.equal(failed.status === "failed" && failed.words, "sh: No space left on device");
  });

  it("tells of a worker that was killed: had it changed anything, it would have been undone", () => {
    const failed = outcome("status killed");
    assert.match(failed.status === "failed" ? failed.reason : "", /killed before its first change/);
  });

  it("is an error when it does not say how it ended", () => {
    assert.throws(() => outcome(), /ended on the host without a result.*No space left/);
  });

  it("tells how long an armed host waits, and why it undid a change and what it could not undo", () => {
    assert.deepEqual(outcome("status armed", "left 5743"), { status: "armed", secondsLeft: 57.43 });
    // Of a session that came later.
    assert.deepEqual(outcome("status armed", "left 5743", "left 2100"), { status: "armed", secondsLeft: 21 });
    assert.deepEqual(outcome("status undone", "why it was late", "not-restored ip -4 route add x"), {
      status: "undone",
      why: "it was late",
      notRestored: ["ip -4 route add x"],
    });
  });
});
