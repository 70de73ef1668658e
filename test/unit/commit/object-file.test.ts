import assert from "node:assert/strict";
import fc from "fast-check";
import { fileName, parseObjectFile, printObjectFile } from "../../../provider/commit/object-file";

const owner = { project: "network", stack: "prod", name: "uplink" };
const object = {
  kind: "Route",
  identity: "4 254 default 0 0",
  claim: "c1a1",
  owner,
  lines: ["ip -4 route replace default via 192.0.2.1"],
};

describe("An object's file", () => {
  it("says whose the object is, and what boot runs, in words that a person can read", () => {
    assert.equal(
      printObjectFile(object),
      [
        "# pulumi-multipath object 1",
        "kind Route",
        "identity 4 254 default 0 0",
        "claim c1a1",
        "owner network/prod/uplink",
        "",
        "ip -4 route replace default via 192.0.2.1",
        "",
      ].join("\n"),
    );
  });

  it("comes back as it was, whatever the names hold", () => {
    const text = fc.string({ unit: "grapheme-composite" });
    const word = text.map((any) => any.replaceAll(" ", "x"));
    const line = text.map((any) => any.replaceAll("\n", "x"));
    const objects = fc.record({
      kind: word,
      identity: fc.array(word, { minLength: 1 }).map((words) => words.join(" ")),
      claim: text,
      owner: fc.record({ project: text, stack: text, name: text }, { noNullPrototype: true }),
      lines: fc.array(line),
    });
    const withFound = fc.tuple(objects, fc.option(line)).map(([any, found]) => ({ ...any, ...(found !== null && { found }) }));
    fc.assert(
      fc.property(withFound, (any) => assert.deepEqual(parseObjectFile("f", printObjectFile(any)), { file: "f", ...any })),
    );
  });

  it("is refused with its path when somebody else wrote it", () => {
    const texts = [
      "",
      "something\n",
      printObjectFile(object).replace("object 1", "object 2"),
      printObjectFile(object).slice(0, 60),
    ];
    for (const text of texts) assert.throws(() => parseObjectFile("30-x", text), /ToolError|objects\.d\/30-x/);
  });

  it("can't be written with a line break in a line", () => {
    assert.throws(() => printObjectFile({ ...object, lines: ["one\ntwo"] }), /line break/);
  });
});

describe("The name of an object's file", () => {
  it("begins with a number, so that boot brings back first what others stand on", () => {
    const names = [
      ["Route", "4"],
      ["Address", "4"],
      ["Link", "adsl"],
      ["RoutingRule", "1"],
    ].map(([kind = "", word = ""]) => fileName(kind, [word]));
    assert.deepEqual(names.toSorted(), ["10-Link-adsl", "20-Address-4", "30-Route-4", "40-RoutingRule-1"]);
  });

  it("is one word of harmless characters", () => {
    assert.equal(fileName("Route", ["4", "254", "10.0.0.0/8", "0"]), "30-Route-4_254_10.0.0.0%2F8_0");
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (words) =>
        assert.match(fileName("Route", words), /^[A-Za-z0-9_.:,+@=%-]+$/),
      ),
    );
  });

  it("is another one for another identity", () => {
    const identities = fc.array(fc.string({ unit: "grapheme-composite" }), { minLength: 1 });
    fc.assert(
      fc.property(identities, identities, (a, b) => {
        assert.equal(fileName("Route", a) === fileName("Route", b), JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    const long = Array<string>(60).fill("from 2001:db8::/32");
    const [one, other] = [fileName("RoutingRule", [...long, "1"]), fileName("RoutingRule", [...long, "2"])];
    assert.ok(one.length <= 255 && one.startsWith("40-RoutingRule-from%202001:db8::%2F32_from"));
    assert.notEqual(one, other);
    assert.notEqual(fileName("Route", ["a_b"]), fileName("Route", ["a", "b"]));
  });
});
