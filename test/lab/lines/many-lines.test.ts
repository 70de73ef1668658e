import assert from "node:assert/strict";
import { Gateway } from "../../fixtures/gateway";
import { Lines, work } from "../../fixtures/lines";
import { declareLines, makeLines } from "../../fixtures/many-lines";

describe("The line monitor with twenty-four lines", function () {
  this.timeout(240_000);
  const last = 24;
  let gateway: Gateway;
  let on: Lines;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    await gateway.sh(makeLines(last));
    on = await Lines.declare(gateway, { settings: { "max-hold-down": 0 }, ...declareLines(last) });
  });

  after(() => gateway.reset());

  const all = ["adsl", "bdsl", ...Array.from({ length: last - 2 }, (_, n) => `line${n + 3}`)];
  const without = (...dead: string[]) => all.filter((line) => !dead.includes(line));
  const isOut = (line: string) => `! ip route show default proto 205 | grep -q 'dev ${line} '`;

  it("hears from every target of every line", async () => {
    await on.until(`[ "$(grep -c ' alive ' ${work}/targets)" = ${last * 2} ]`);
    assert.deepEqual(await on.hops(), all);
  });

  it("takes out the one that dies, those that die together, and puts each back in its place", async () => {
    await on.run("ip -n switch link set line17 down");
    await on.until(isOut("line17"));
    assert.deepEqual(await on.hops(), without("line17"));
    await on.run("for n in 5 11 24; do ip -n switch link set line$n down; done");
    for (const line of ["line5", "line11", "line24"]) await on.until(isOut(line));
    assert.deepEqual(await on.hops(), without("line5", "line11", "line17", "line24"));
    await on.run("for n in 5 11 17 24; do ip -n switch link set line$n up; done");
    for (const line of ["line5", "line11", "line17", "line24"]) await on.untilLine(line, "up");
    assert.deepEqual(await on.hops(), all);
    const transitions = await on.run(`cut -d ' ' -f 2 ${work}/transitions | sort | uniq -c`);
    assert.deepEqual(
      transitions
        .trim()
        .split("\n")
        .map((line) => line.trim()),
      ["2 line11", "2 line17", "2 line24", "2 line5"],
    );
  });
});
