import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const program = join(__dirname, "../../../on-host/timer.awk");

/** What `systemctl show` says of a timer, as it says it. */
const shows = (state: string, started: string, elapses: string) =>
  `SubState=${state}\nActiveEnterTimestampMonotonic=${started}\nNextElapseUSecMonotonic=${elapses}\n`;

describe("A timer", () => {
  const proven = (input: string, seconds = 60) =>
    spawnSync("awk", ["-v", `seconds=${seconds}`, "-f", program], { input, encoding: "utf8" }).status === 0;

  it("is proven by when it elapses, however long the host has been up", () => {
    assert.ok(proven(shows("waiting", "521591048", "9min 41.570467s")));
    assert.ok(proven(shows("waiting", "59000000", "1min 58.9s")));
    assert.ok(proven(shows("waiting", "7263000000", "2h 2min 2.980013s")));
    assert.ok(proven(shows("waiting", "3456000000000", "1month 1w 2d 13h 30min 59.9s")));
    assert.ok(proven(shows("waiting", "999990", "500.012ms"), 5) === false, "elapsed before it was started");
    assert.ok(proven(shows("waiting", "400000", "5s 300ms 12us"), 5));
  });

  it("is not proven when it elapses later than it should, never, or has not been started", () => {
    assert.ok(!proven(shows("waiting", "521591048", "9min 42.8s")));
    assert.ok(!proven(shows("waiting", "521591048", "infinity")));
    assert.ok(!proven(shows("waiting", "521591048", "")));
    assert.ok(!proven(shows("waiting", "0", "1min")));
    assert.ok(!proven(shows("elapsed", "521591048", "9min 41.570467s")));
    assert.ok(!proven(shows("dead", "0", "0")));
    assert.ok(!proven(""));
  });
});
