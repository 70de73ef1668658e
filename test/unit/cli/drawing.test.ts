import assert from "node:assert/strict";
import { bar, duration, fitted, lasting, painter, rate, sparkline, wrapped } from "../../../cli/drawing";
import { fromHost } from "../../../cli/usage";

describe("Drawing", () => {
  it("fills a bar by eighths, and never more than it", () => {
    assert.equal(bar(0, 4), "····");
    assert.equal(bar(0.5, 4), "██··");
    assert.equal(bar(0.53, 4), "██▏·");
    assert.equal(bar(2, 4), "████");
    for (let share = 0; share <= 1; share += 0.01) assert.equal([...bar(share, 13)].length, 13);
  });

  it("gives each value one character, the largest at the top", () => {
    assert.equal(
      sparkline([0, 1, 2, 4, 8], () => " "),
      "▁▁▂▄█",
    );
    assert.equal(
      sparkline([1, undefined, 1], () => "×"),
      "█×█",
    );
    assert.equal(
      sparkline([0, 0], () => " "),
      "▁▁",
    );
    assert.equal(
      sparkline([2], () => " ", 8),
      "▂",
    );
  });

  it("tells times and rates in the unit that fits", () => {
    assert.deepEqual([230, 12_340, 220_000, 1_500_000].map(duration), ["230 us", "12.3 ms", "220 ms", "1.5 s"]);
    assert.deepEqual([-3, 8, 720, 12_000, 7200, 5 * 86400].map(lasting), ["0 s", "8 s", "12 min", "3 h 20 min", "2 h", "5 days"]);
    assert.deepEqual([0, 100, 1_000_000, 2e9].map(rate), ["0 kbit/s", "0.8 kbit/s", "8.0 Mbit/s", "16.0 Gbit/s"]);
  });

  it("breaks lines at white space, and cuts what can't be broken", () => {
    assert.deepEqual(wrapped("one two three", 9, "  ", "    "), ["  one two", "    three"]);
    assert.deepEqual(wrapped("unbreakable words", 5, ""), ["unbreakable", "words"]);
    assert.equal(fitted("198.18.0.1", 5), "198.…");
  });

  it("paints only where there are colours", () => {
    assert.equal(painter(false)("bad", "x"), "x");
    assert.equal(painter(true)("bad", "x"), "\u{1B}[1;31mx\u{1B}[0m");
  });

  it("lets nothing through that a terminal would obey", () => {
    assert.equal(fromHost("a\u{1B}[2Jb\u{9B}c\u{202E}d\te\n"), "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d\te\n");
  });
});
