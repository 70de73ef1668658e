import assert from "node:assert/strict";
import type { Inputs } from "../../../provider/inputs";
import { routeSet } from "../../../provider/kinds/route-set";
import { Lifecycle, type Row } from "../../../provider/lifecycle";
import { type Box, dump, hostState, onEachBox, reachOf, settled } from "../commit/box";

/** Fewer on the emulated gateway, where npm test has no time for all of them: `ROUTES=10000 COMMIT_BOX=gateway` measures it. */
const most = (thorough: boolean) => Number(process.env.ROUTES ?? (thorough ? 10_000 : 1_000));

const silent: Row = { info: () => undefined, warn: () => undefined, progress: () => undefined };

onEachBox("A set of thousands of routes", (open, thorough) => {
  let on: Box;

  before(async () => {
    on = await open();
    await on.sh(
      "ip link add tx0 type veth peer name tx0-far; ip link set tx0 up; ip link set tx0-far up; ip addr add 192.0.2.1/24 dev tx0",
    );
    await settled(on);
  });

  after(async () => {
    await on.sh("ip link del tx0");
    await on.down();
  });

  it("is made in one transaction, changed by the prefix, and gone as a whole", async () => {
    const count = most(thorough !== undefined);
    const before = await dump(on);
    const destinations = Array.from({ length: count }, (_, n) => `10.${64 + (n >> 8)}.${n & 255}.0/24`);
    const set = (routes: object[]): Inputs => ({
      host: on.host,
      owner: { project: "lab", stack: "test", name: "many" },
      ...routeSet.schema.parse({ name: "many", gateway: "192.0.2.9", device: "tx0", routes }),
    });
    const all = set(destinations.map((destination) => ({ destination })));
    const state = hostState(on);
    const lifecycle = new Lifecycle(() => state);
    const spent: string[] = [];
    const timed = async <T>(what: string, work: Promise<T>): Promise<T> => {
      const begin = performance.now();
      const result = await work;
      spent.push(`${what} ${((performance.now() - begin) / 1000).toFixed(1)} s`);
      return result;
    };

    const fresh = hostState(on, { reach: reachOf(on.connect) });
    const anew = new Lifecycle(() => fresh);
    const made = await timed("create", lifecycle.create(routeSet, all, silent));
    assert.equal(Number(await on.sh("ip route show proto 205 | wc -l")), count);
    assert.deepEqual(await timed("nothing to do", anew.diff(routeSet, made, all, silent)), {
      changes: false,
    });

    const lines: string[] = [];
    const fewer = set([
      { destination: "10.64.0.0/24", gateway: "192.0.2.7" },
      ...destinations.slice(1, -1).map((destination) => ({ destination })),
    ]);
    await lifecycle.diff(routeSet, made, fewer, { ...silent, info: (line) => lines.push(line) });
    assert.deepEqual(lines, [
      "ip -4 route replace 10.64.0.0/24 via 192.0.2.7 dev tx0 proto 205",
      `ip -4 route del ${destinations.at(-1)} via 192.0.2.9 dev tx0 proto 205`,
    ]);
    const changed = await timed("two changed", lifecycle.update(routeSet, made, fewer, silent));
    assert.equal(state.statistics().transactions, 2);
    await timed("delete", lifecycle.delete(routeSet, changed, silent));
    assert.equal(state.statistics().transactions, 3);
    assert.equal(await dump(on), before);
    console.log(`      ${count} routes: ${spent.join(", ")}`);
  });
});
