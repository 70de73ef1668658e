import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../../provider/errors";
import { batchLine } from "../../../provider/iproute/batch";

describe("A line of a batch", () => {
  it("is its words with one space between them; clauses that are left out leave nothing", () => {
    assert.equal(
      batchLine("route", ["add", "default"], [], undefined, ["metric", 5, [undefined, ["proto", 205]]]),
      "route add default metric 5 proto 205",
    );
  });

  it("refuses a word that `ip` would split, unquote or cut off, and names it", () => {
    for (const word of ["a b", "a\tb", "a\nroute flush table all", '"a', "a'b", "a#b", "a\\", "", "é", "a\u0000b"]) {
      assert.throws(
        () => batchLine("link", "set", "dev", word),
        (error) => error instanceof InputError && error.message.startsWith(JSON.stringify(word)),
      );
    }
  });

  it("takes what a shell would not, because no shell reads it", () => {
    assert.equal(batchLine("addr", "del", "192.0.2.1/24", "dev", "a$(id);b"), "addr del 192.0.2.1/24 dev a$(id);b");
  });

  it("has as many tokens as it was given words, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
        let line: string;
        try {
          line = batchLine(...words);
        } catch (error) {
          return assert.ok(error instanceof InputError);
        }
        assert.deepEqual(line.split(/\s+/), words);
        return assert.doesNotMatch(line, /["'#\\]/);
      }),
    );
  });
});
