import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { BusyError } from "../../../provider/errors";
import { type Box, box, change, dump, hostState, inNamespace, ourFiles, put, routeChange, standing } from "./box";

describe("Sessions on one gateway", function () {
  this.timeout(180_000);
  let on: Box;

  before(async () => {
    on = await box();
    await on.sh(
      "ip link add tx0 type veth peer name tx0-far; ip link set tx0 up; ip link set tx0-far up; ip addr add 192.0.2.1/24 dev tx0; sleep 2.5",
    );
  });

  afterEach(() =>
    on.sh(
      "ip -6 addr del 2001:db8:2::5/64 dev tx0 2>/dev/null; ip route flush proto 205; rm -rf /etc/pulumi-multipath /run/pulumi-multipath /usr/local/libexec/pulumi-multipath; :",
    ),
  );

  after(async () => {
    await on.sh("ip link del tx0");
    await on.down();
  });

  /** Another process of the provider, with a session of its own. */
  const another = (options = {}) => hostState(on, { connection: standing(on.connect), ...options });

  /** Holds the lock for as long as duplicate address detection takes: a second or two. */
  const slow = change("slow", {
    steps: [put("address", "ip -6", "addr add 2001:db8:2::5/64 dev tx0", ["address 6 tx0 2001:db8:2::5"])],
  });
  const slowBegan = () => on.sh("until ip -6 addr show dev tx0 | grep -q db8:2::5; do sleep 0.02; done");

  it("take turns, and both changes stay", async () => {
    const [one, two] = [another(), another()];
    await Promise.all([one.look(), two.look()]);
    const first = one.commit(slow);
    await slowBegan();
    await Promise.all([first, two.commit(routeChange("10.2.0.0/16", "192.0.2.9", "tx0"))]);
    const now = await dump(on);
    assert.ok(now.includes("2001:db8:2::5/64") && now.includes("10.2.0.0/16"));
  });

  it("are told who holds the lock when it takes too long", async () => {
    const [one, two] = [another(), another({ lockSeconds: 0 })];
    await Promise.all([one.look(), two.look()]);
    const first = one.commit(slow);
    await slowBegan();
    await assert.rejects(
      two.commit(routeChange("10.2.0.0/16", "192.0.2.9", "tx0")),
      (error: Error) =>
        error instanceof BusyError && /holds the lock: \S+@\S+, since \d+ s\. Nothing was changed/.test(error.message),
    );
    await first;
    assert.ok(!(await dump(on)).includes("10.2.0.0/16"));
  });

  it("never lose a change, whoever is first: the later one plans again from what the earlier one left", async () => {
    const states = [another(), another(), another()];
    await Promise.all(states.map((state) => state.look()));
    await Promise.all(states.map((state, n) => state.commit(routeChange(`10.${n}.0.0/16`, "192.0.2.9", "tx0"))));
    const objects = (await on.sh("ls /etc/pulumi-multipath/current/objects.d")).trim().split("\n");
    assert.equal(objects.length, 3, objects.join(" "));
    const { objects: seen } = await hostState(on).look();
    assert.equal(seen.size, 3);
  });

  it("are served to the end by a transaction that is told to stop", async () => {
    const one = another();
    await one.look();
    const first = one.commit(slow);
    await slowBegan();
    await on.sh(
      "read -r worker < $(echo /run/pulumi-multipath/tx-*/worker); kill -HUP $worker; kill -TERM $worker; kill -INT $worker",
    );
    await first;
  });

  describe("that are cut off", () => {
    const many = Array.from({ length: 3000 }, (_, n) => `10.${100 + (n >> 8)}.${n & 255}.0/24`);
    const steps = many.map((destination) =>
      put("route", "ip -4", `route add ${destination} via 192.0.2.9 dev tx0 proto 205`, [`route 4 254 ${destination} 0 0`]),
    );
    const bulk = change("bulk", ({ routes }) => ({
      reads: ["device tx0"],
      steps: routes.filter(({ protocol }) => protocol === 205).length === many.length ? [] : steps,
      files: [],
    }));
    const count = async () => Number(await on.sh("ip route show proto 205 | wc -l"));

    for (const milliseconds of inNamespace ? [30, 100, 200, 400, 800] : [100, 1000]) {
      it(`leave all or nothing, and find out which, when cut ${milliseconds} ms after the request`, async () => {
        const connection = standing(on.connect);
        const state = hostState(on, { connection });
        await state.look();
        const sent = state.statistics().transactions;
        const commit = state.commit(bulk);
        commit.catch(() => undefined);
        while (state.statistics().transactions === sent) await sleep(1);
        await sleep(milliseconds);
        (await connection()).close();
        const { snapshot } = await commit;
        assert.equal(snapshot.routes.filter(({ protocol }) => protocol === 205).length, many.length);
        assert.equal(await count(), many.length);
        assert.deepEqual(
          (await ourFiles(on)).filter((file) => file.includes("/tx-")),
          [],
        );
      });
    }

    it("leave all or nothing when nobody comes back", async () => {
      const counts: number[] = [];
      for (const milliseconds of inNamespace ? [20, 60, 120, 250, 500] : [60, 600]) {
        const session = await on.connect();
        const state = hostState(on, { connection: () => Promise.resolve(session) });
        await state.look();
        const commit = state.commit(bulk);
        commit.catch(() => undefined);
        await sleep(milliseconds);
        session.close();
        await commit.catch(() => undefined);
        let before = -1;
        for (let now = await count(); now !== before; now = await count()) {
          before = now;
          await sleep(700);
        }
        counts.push(before);
        await on.sh("ip route flush proto 205");
      }
      for (const n of counts) assert.ok(n === 0 || n === many.length, counts.join(" "));
    });
  });
});
