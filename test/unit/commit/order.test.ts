import assert from "node:assert/strict";
import fc from "fast-check";
import { inOrder } from "../../../provider/commit/order";
import { type Step, layers } from "../../../provider/kind";

const step = (phase: Step["phase"], layer: Step["layer"], tool: Step["tool"], line = `${layer} line`): Step => ({
  phase,
  layer,
  tool,
  line,
  touches: [],
  removes: [],
});

const linesOf = (changes: Step[][]) =>
  inOrder(changes).map(({ tool, entries }) => [tool, ...entries.map((entry) => entry.step.line)]);

describe("The order of a transaction", () => {
  it("puts links, sysctls, addresses, routes, rules and the firewall, then drops them the other way round", () => {
    const all = layers.flatMap((layer) => [
      step("drop", layer, "ip -4", `drop ${layer}`),
      step("put", layer, "ip -4", `put ${layer}`),
    ]);
    assert.deepEqual(linesOf([all]), [
      ["ip -4", "put link"],
      ["ip -4", "put sysctl"],
      ["ip -4", "put address"],
      ["ip -4", "put route"],
      ["ip -4", "put rule"],
      ["ip -4", "put firewall"],
      ["ip -4", "drop firewall"],
      ["ip -4", "drop rule"],
      ["ip -4", "drop route"],
      ["ip -4", "drop address"],
      ["ip -4", "drop sysctl"],
      ["ip -4", "drop link"],
    ]);
  });

  it("keeps IPv4 and IPv6 lines in batches of their own", () => {
    assert.deepEqual(linesOf([[step("put", "route", "ip -6", "six")], [step("put", "route", "ip -4", "four")]]), [
      ["ip -4", "four"],
      ["ip -6", "six"],
    ]);
  });

  it("sets what is for all devices before what is for one, which it would set as well", () => {
    const lines = ["net/ipv4/conf/adsl/forwarding=0", "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1"];
    for (const phase of ["put", "drop"] as const) {
      assert.deepEqual(linesOf(lines.map((line) => [step(phase, "sysctl", "sysctl", line)])), [
        ["sysctl", lines[1], lines[2], lines[0]],
      ]);
    }
  });

  it("adds the host route to a router before the default through it, and removes it after", () => {
    const through = "route add default via 192.0.2.1 dev adsl";
    const host = "route add 192.0.2.1 dev adsl";
    assert.deepEqual(linesOf([[step("put", "route", "ip -4", through)], [step("put", "route", "ip -4", host)]]), [
      ["ip -4", host, through],
    ]);
    assert.deepEqual(linesOf([[step("drop", "route", "ip -4", host)], [step("drop", "route", "ip -4", through)]]), [
      ["ip -4", through, host],
    ]);
  });

  it("makes a link before what stands on it, and removes it after, whichever was declared first", () => {
    const on = (one: Step, key: string, below: string): Step => ({ ...one, touches: [`link ${key}`], on: `link ${below}` });
    const inner = (phase: Step["phase"]) => [on(step(phase, "link", "ip", "inner"), "inner", "outer")];
    const outer = (phase: Step["phase"]) => [
      on(step(phase, "link", "ip", "outer"), "outer", "port"),
      on(step(phase, "link", "ip", "outer up"), "outer", "port"),
    ];
    const port = (phase: Step["phase"]) => [{ ...step(phase, "link", "ip", "port"), touches: ["link port"] }];
    for (const changes of [
      [inner, outer, port],
      [outer, port, inner],
      [port, inner, outer],
    ]) {
      assert.deepEqual(linesOf(changes.map((change) => change("put"))), [["ip", "port", "outer", "outer up", "inner"]]);
      assert.deepEqual(linesOf(changes.map((change) => change("drop"))), [["ip", "inner", "outer", "outer up", "port"]]);
    }
  });

  it("puts ports into order before their bond, and what stands on it after; the bond goes before its ports are set back", () => {
    const of = (one: Step, key: string, more: Partial<Step>): Step => ({ ...one, touches: [`link ${key}`], ...more });
    const touched = ["link bond", "link port", "link inner"];
    const put = {
      vlan: [of(step("put", "link", "ip", "vlan"), "vlan", { on: "link bond" })],
      bond: [
        of(step("put", "link", "ip", "bond"), "bond", {}),
        of(step("put", "link", "ip", "join"), "bond", { touches: touched }),
      ],
      inner: [of(step("put", "link", "ip", "inner"), "inner", { on: "link other" })],
      port: [of(step("put", "link", "ip", "port"), "port", {})],
    };
    const gone = ["link bond", "link vlan"];
    const drop = {
      port: [of(step("drop", "link", "ip", "port"), "port", {})],
      inner: [of(step("drop", "link", "ip", "inner"), "inner", { removes: ["link inner"], on: "link other" })],
      bond: [
        of(step("drop", "link", "ip", "bond"), "bond", { touches: [...gone, "link port", "link inner"], removes: gone }),
        of(step("drop", "link", "ip", "port up"), "port", {}),
      ],
      vlan: [of(step("drop", "link", "ip", "vlan"), "vlan", { removes: ["link vlan"], on: "link bond" })],
    };
    // Each a resource, or all of them in one.
    for (const changes of [Object.values(put), Object.values(put).toReversed(), [Object.values(put).flat()]]) {
      const [[, ...lines] = []] = linesOf(changes);
      assert.deepEqual(lines.toSorted(), ["bond", "inner", "join", "port", "vlan"]);
      assert.ok(lines.indexOf("port") < lines.indexOf("bond") && lines.indexOf("inner") < lines.indexOf("bond"), lines.join());
      assert.deepEqual(lines.slice(-3), ["bond", "join", "vlan"]);
    }
    for (const changes of [Object.values(drop), Object.values(drop).toReversed(), [Object.values(drop).flat()]]) {
      const [[, ...lines] = []] = linesOf(changes);
      assert.deepEqual(lines.slice(0, 2), ["vlan", "bond"]);
      assert.deepEqual(lines.slice(2).toSorted(), ["inner", "port", "port up"]);
    }
  });

  it("sets up what stands on a port of a bond after the port has joined, which is down until then", () => {
    const vlan = [{ ...step("put", "link", "ip", "vlan up"), touches: ["link vlan"], on: "link port0" }];
    const bond = ["bond", "port0 joins", "bond up"].map((line) => ({
      ...step("put", "link", "ip", line),
      touches: line.startsWith("port0") ? ["link bond0", "link port0"] : ["link bond0"],
    }));
    for (const changes of [
      [vlan, bond],
      [bond, vlan],
    ]) {
      assert.deepEqual(linesOf(changes), [["ip", "bond", "port0 joins", "bond up", "vlan up"]]);
    }
  });

  it("lets two bonds exchange members: neither releases what the other has got, nor sets up what is still to join", () => {
    const of = (bond: string, line: string, ...touched: string[]): Step => ({
      ...step("put", "link", "ip", line),
      touches: [bond, ...touched].map((name) => `link ${name}`),
    });
    const swap = (bond: string, other: string, joining: string, leaving: string) => [
      of(bond, `link set dev ${joining} master ${bond}`, joining, other),
      of(bond, `link set dev ${leaving} nomaster`, leaving),
      of(bond, `link set dev ${leaving} up`, leaving),
    ];
    assert.deepEqual(linesOf([swap("a", "b", "port1", "port0"), swap("b", "a", "port0", "port1")]), [
      ["ip", "link set dev port0 master b", "link set dev port1 nomaster", "link set dev port1 master a"],
    ]);
    const moved = [swap("a", "c", "port2", "port0"), [of("b", "link set dev port0 master b", "port0", "a")]];
    for (const changes of [moved, moved.toReversed()]) {
      assert.deepEqual(linesOf(changes), [
        ["ip", "link set dev port2 master a", "link set dev port0 nomaster", "link set dev port0 master b"],
      ]);
    }
    // A new mode: released for a moment, and the port's own step is another matter.
    const again = [of("a", "link set dev port0 nomaster", "port0"), of("a", "link set dev port0 master a", "port0")];
    assert.equal(linesOf([again, [of("port0", "link set dev port0 up")]])[0]?.length, 4);
  });

  it("releases a bond's member at the beginning when something is put on it: it goes down when the bond goes", () => {
    const gone = {
      ...step("drop", "link", "ip", "link del dev bond"),
      touches: ["link bond", "link a", "link b"],
      removes: ["link bond"],
    };
    const bond = [
      gone,
      ...["a", "b"].map((port) => ({ ...step("drop", "link", "ip", `link set dev ${port} up`), touches: [`link ${port}`] })),
    ];
    const address = [step("put", "address", "ip -4", "addr add 192.0.2.1/24 dev a")];
    const released = [
      ["ip", "link set dev a nomaster", "link set dev a up"],
      ["ip -4", "addr add 192.0.2.1/24 dev a"],
      ["ip", "link del dev bond", "link set dev b up"],
    ];
    for (const changes of [[bond, address], [address, bond], [[...bond, ...address]]]) {
      assert.deepEqual(linesOf(changes), released);
      const again = inOrder(changes).map(({ entries }) => entries.map(({ step }) => step));
      assert.deepEqual(linesOf([again.flat()]), released);
    }
    assert.deepEqual(linesOf([bond]), [["ip", "link del dev bond", "link set dev a up", "link set dev b up"]]);
  });

  it("keeps the order of one change's lines within a layer: an address is deleted and added again for its label", () => {
    const lines = ["addr del 192.0.2.1/24 dev adsl", "addr add 192.0.2.1/24 dev adsl label adsl:1"];
    assert.deepEqual(linesOf([lines.map((line) => step("put", "address", "ip -4", line))]), [["ip -4", ...lines]]);
  });

  it("removes a rule that says more before one that says less, which `ip` would take for it", () => {
    const plain = "rule del priority 100 from 192.0.2.0/24 table 300 proto 205";
    const marked = "rule del priority 100 from 192.0.2.0/24 fwmark 0x1 table 300 proto 205";
    const steps = [plain, marked].map((line) => [step("drop", "rule", "ip -4", line)]);
    assert.deepEqual(linesOf(steps), [["ip -4", marked, plain]]);
  });

  it("loses no step, and knows whose each one is", () => {
    const steps = fc.record({
      phase: fc.constantFrom("put" as const, "drop" as const),
      layer: fc.constantFrom(...layers),
      tool: fc.constantFrom("ip -4" as const, "ip -6" as const),
      line: fc.constantFrom("a", "b via c"),
    });
    fc.assert(
      fc.property(fc.array(fc.array(steps)), (changes) => {
        const planned = changes.map((all) => all.map(({ phase, layer, tool, line }) => step(phase, layer, tool, line)));
        const entries = inOrder(planned).flatMap((section) => section.entries);
        for (const [index, all] of planned.entries()) {
          const mine = entries.filter(({ change }) => change === index).map((entry) => entry.step);
          assert.equal(mine.length, all.length);
          assert.ok(mine.every((one) => all.includes(one)));
        }
      }),
    );
  });
});
