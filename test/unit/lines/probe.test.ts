import assert from "node:assert/strict";
import { awk } from "./awk";

const answer = (seq: number, milliseconds: number | string = "1.00") =>
  `32 bytes from 198.18.0.1: icmp_seq=${seq} ttl=62 time=${milliseconds} ms`;
const silence = (seq: number) => `no answer yet for icmp_seq=${seq}`;
const answers = (from: number, to: number, milliseconds?: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => answer(from + n, milliseconds));
const silences = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => silence(from + n));

interface Settings {
  readonly period?: number;
  readonly timeout?: number;
  readonly most?: number;
}

/** What is told of these lines of a probe, without the counts and the end. */
function told(lines: readonly string[], { period = 200, timeout = 0, most = 20 }: Settings = {}): string[] {
  const values = { i: 1, t: 2, period, timeout, down: 3, up: 8, most, rtt: "", sent: 0, lost: 0, monitor: process.pid };
  const options = Object.entries(values).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
  return awk(["line-probe"], [["printed", `${lines.join("\n")}\n`]], ...options)
    .map((line) => line.trim())
    .filter((line) => !/^ended/.test(line));
}
const without = (counts: readonly string[]) => counts.filter((line) => !line.startsWith("counts "));
const alarms = (...args: Parameters<typeof told>) => told(...args).filter((line) => /^(miss|error|lossy)/.test(line));

describe("A probe's reader", () => {
  it("tells the first miss at once, with how long an answer may take", () => {
    assert.deepEqual(alarms([...answers(1, 20), silence(21)]), ["miss 1 2 51"]);
    assert.deepEqual(alarms([silence(1)]), ["miss 1 2 500"]);
    assert.deepEqual(alarms([...answers(1, 20), silence(21)], { timeout: 120 }), ["miss 1 2 120"]);
  });

  it("tells further misses less and less often", () => {
    assert.equal(alarms(silences(1, 1000)).length, 1 + 4 + 40);
  });

  it("takes a slow line for alive, whose answers come after the next probe is sent", () => {
    const slow = Array.from({ length: 60 }, (_, n) => [silence(22 + n), answer(21 + n, 450)]).flat();
    assert.deepEqual(alarms([...answers(1, 20, 450), ...slow]), []);
    assert.deepEqual(alarms([...answers(1, 20, 450), silence(21), silence(22), silence(23)]), ["miss 1 2 503"]);
  });

  it("counts an error and the silence after it once", () => {
    const error = (seq: number) => `From 198.51.100.1 icmp_seq=${seq} Destination Host Unreachable`;
    assert.deepEqual(alarms([...answers(1, 9), error(10), silence(10), error(11), silence(11)]), [
      "error 1 2 51 198.51.100.1 Destination Host Unreachable",
    ]);
    assert.deepEqual(alarms(["From 2001:db8:a::1 icmp_seq=1 Destination unreachable: No route"]), [
      "error 1 2 500 2001:db8:a::1 Destination unreachable: No route",
    ]);
  });

  it("tells once what this host itself says", () => {
    assert.deepEqual(alarms(["ping: connect: Network is unreachable"]), ["error 1 2 500 - connect: Network is unreachable"]);
    const refused = "ping: sendmsg: Network is unreachable";
    assert.deepEqual(alarms([answer(1), refused, silence(2), refused, silence(3)]), [
      "error 1 2 53 - sendmsg: Network is unreachable",
      "miss 1 2 53",
    ]);
  });

  it("tells so many answers in a row, which only several misses in a row interrupt", () => {
    assert.deepEqual(without(told(answers(1, 16))), ["answers 1 2", "answers 1 2"]);
    const withMisses = (misses: number) => [...answers(1, 5), ...silences(6, 5 + misses), ...answers(6 + misses, 8 + misses)];
    assert.ok(told(withMisses(2)).includes("answers 1 2"));
    assert.ok(!told(withMisses(3)).includes("answers 1 2"));
  });

  it("tells that too much is lost, and that it is less than half of that again", () => {
    const every = (n: number, from: number, to: number) => answers(from, to).filter((_, seq) => seq % n !== 0);
    const found = alarms([...answers(1, 100), ...every(3, 101, 400)]);
    assert.match(found.filter((line) => line.startsWith("lossy")).join(), /^lossy 1 2 20$/);
    assert.ok(told([...every(3, 1, 300), ...answers(301, 400)]).includes("clear 1 2"));
    assert.deepEqual(alarms(every(10, 1, 2000)), []);
  });

  it("takes an outage for no loss, so that the line is back at once", () => {
    assert.deepEqual(alarms([...answers(1, 100), ...answers(300, 400)]), []);
  });

  it("counts what is sent and lost, and a late answer as none lost", () => {
    const counts = (lines: readonly string[]) => told(lines).filter((line) => line.startsWith("counts"));
    assert.deepEqual(counts(answers(1, 25)), ["counts 1 2 25 0 1000 51 25 0 1000"]);
    const swapped = [...answers(1, 10), answer(12), answer(11), ...answers(13, 25)];
    assert.deepEqual(counts(swapped), ["counts 1 2 25 0 1000 51 25 0 1000"]);
    assert.deepEqual(counts([...answers(1, 10), ...answers(13, 25)]), ["counts 1 2 25 2 1000 51 25 2 1000"]);
    assert.deepEqual(counts(silences(1, 25)), ["counts 1 2 25 25 - 500 25 25 -"]);
  });

  it("goes on when ping has counted to its end", () => {
    assert.deepEqual(alarms([...answers(65530, 65535), ...answers(0, 60)].slice(1)), []);
  });
});
