import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { BusyError, UnreachableError } from "../../../provider/errors";
import type { Connection } from "../../../provider/transport/connection";
import { type Box, armed, change, dump, hostState, onEachBox, ourFiles, put, reachOf, routeChange, settled } from "./box";

onEachBox("Sessions", (open, thorough) => {
  let on: Box;

  before(async () => {
    on = await open();
    await on.sh(
      "ip link add tx0 type veth peer name tx0-far; ip link set tx0 up; ip link set tx0-far up; ip addr add 192.0.2.1/24 dev tx0",
    );
    await settled(on);
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
  const another = (options = {}) => hostState(on, { reach: reachOf(on.connect), ...options });

  /** Holds the lock for as long as duplicate address detection takes: a second or two. */
  const slow = change("slow", {
    steps: [put("address", "ip -6", "addr add 2001:db8:2::5/64 dev tx0", ["address 6 tx0 2001:db8:2::5"])],
  });
  const slowBegan = () => on.sh("until ip -6 addr show dev tx0 | grep -q db8:2::5; do sleep 0.02; done");

  thorough?.("take turns, and both changes stay", async () => {
    const [one, two] = [another(), another()];
    await Promise.all([one.look(), two.look()]);
    const first = one.commit(slow);
    await slowBegan();
    await Promise.all([first, two.commit(routeChange("10.2.0.0/16", "192.0.2.9", "tx0"))]);
    const now = await dump(on);
    assert.ok(now.includes("2001:db8:2::5/64") && now.includes("10.2.0.0/16"));
  });

  thorough?.("are told who holds the lock when it takes too long", async () => {
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

  thorough?.("are told who holds the lock by one who has written his name only after taking it", async () => {
    const one = another({ lockSeconds: 0 });
    await one.look();
    await on.sh("mkdir -p /run/pulumi-multipath");
    const named = `printf '%s\\n' ann@laptop 0 tx-1 "$(cat /proc/sys/kernel/random/boot_id)" - >/run/pulumi-multipath/tx.owner`;
    const holder = on.sh(`flock /run/pulumi-multipath/tx.lock sh -c 'sleep 0.5; ${named.replaceAll("'", `'\\''`)}; sleep 2'`);
    await on.sh("while flock -n /run/pulumi-multipath/tx.lock true; do sleep 0.01; done");
    await assert.rejects(one.commit(routeChange("10.2.0.0/16", "192.0.2.9", "tx0")), /holds the lock: ann@laptop, since \d+ s\./);
    await holder;
  });

  thorough?.("never lose a change, whoever is first: the later one plans again from what the earlier one left", async () => {
    const states = [another(), another(), another()];
    await Promise.all(states.map((state) => state.look()));
    await Promise.all(states.map((state, n) => state.commit(routeChange(`10.${n}.0.0/16`, "192.0.2.9", "tx0"))));
    const objects = (await on.sh("ls /etc/pulumi-multipath/current/objects.d")).trim().split("\n");
    assert.equal(objects.length, 3, objects.join(" "));
    const { objects: seen } = await hostState(on).look();
    assert.equal(seen.size, 3);
  });

  thorough?.(
    "of two laptops, with fifty changes each, lose none and never wait for ever; every refusal names the holder",
    async () => {
      // The one waits for the lock, the other one is refused and comes again.
      const [patient, hasty] = [another(), another({ lockSeconds: 0 })];
      let refused = 0;
      const insist = async (n: number): Promise<unknown> => {
        try {
          return await hasty.commit(routeChange(`10.2.${n}.0/24`, "192.0.2.9", "tx0"));
        } catch (error) {
          assert.ok(error instanceof BusyError && /holds the lock: \S+@\S+, since \d+ s/.test(error.message), String(error));
          refused++;
          return insist(n);
        }
      };
      const fifty = async (make: (n: number) => Promise<unknown>) => {
        for (let n = 0; n < 50; n++) await make(n);
      };
      // It holds the lock for so long that the other one is refused at least once.
      await patient.look();
      const begun = patient.commit(slow);
      await slowBegan();
      await Promise.all([begun, fifty((n) => patient.commit(routeChange(`10.1.${n}.0/24`, "192.0.2.9", "tx0"))), fifty(insist)]);
      assert.ok(refused > 0);
      const { objects, routes } = await another().look();
      assert.equal(objects.size, 100);
      assert.equal(routes.filter(({ protocol }) => protocol === 205).length, 100);
    },
  );

  thorough?.("put the scripts on the host again when another one has removed them just before they are read", async () => {
    const one = another();
    await one.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"));
    // In the place of the program that starts them, once.
    const meddler = ["#!/bin/sh", "rm -rf /usr/local/libexec/pulumi-multipath", 'rm "$0"', 'exec setsid "$@"'];
    await on.sh(
      `mkdir -p /usr/local/sbin && printf '%s\n' ${meddler.map((line) => `'${line}'`).join(" ")} >/usr/local/sbin/setsid && chmod +x /usr/local/sbin/setsid`,
    );
    await one.commit(routeChange("10.2.0.0/16", "192.0.2.9", "tx0"));
    const now = await dump(on);
    assert.ok(now.includes("10.1.0.0/16") && now.includes("10.2.0.0/16"));
    assert.equal(await on.sh("ls /usr/local/sbin"), "");
  });

  thorough?.("are served to the end by a transaction that is told to stop", async () => {
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
    const many = Array.from({ length: thorough ? 3000 : 300 }, (_, n) => `10.${100 + (n >> 8)}.${n & 255}.0/24`);
    const steps = many.map((destination) =>
      put("route", "ip -4", `route add ${destination} via 192.0.2.9 dev tx0 proto 205`, [`route 4 254 ${destination} 0 0`]),
    );
    const bulk = change("bulk", ({ routes }) => ({
      reads: ["device tx0"],
      steps: routes.filter(({ protocol }) => protocol === 205).length === many.length ? [] : steps,
      files: [],
    }));
    const count = async () => Number(await on.sh("ip route show proto 205 | wc -l"));

    const moments: [string, () => Promise<unknown>][] = [["once it is armed", () => armed(on)]];
    if (thorough) for (const ms of [30, 100, 200, 400, 800]) moments.push([`${ms} ms after the request`, () => sleep(ms)]);

    for (const [when, moment] of moments) {
      it(`leave all or nothing, and find out which, when cut ${when}`, async () => {
        const reach = reachOf(on.connect);
        const state = hostState(on, { reach });
        await state.look();
        const sent = state.statistics().transactions;
        const commit = state.commit(bulk);
        commit.catch(() => undefined);
        while (state.statistics().transactions === sent) await sleep(1);
        await moment();
        (await reach.standing()).close();
        const { snapshot } = await commit;
        assert.equal(snapshot.routes.filter(({ protocol }) => protocol === 205).length, many.length);
        assert.equal(await count(), many.length);
        assert.deepEqual(
          (await ourFiles(on)).filter((file) => file.includes("/tx-")),
          [],
        );
      });
    }

    it("can't begin any more once somebody was told that they have not, and leave no trace of that", async () => {
      const [cut, back] = [await on.connect(), await on.connect()];
      const ask = async (session: Connection, script: string) =>
        (await session.request(script, { timeoutSeconds: 20, waitingFor: "the reply" })).stdout;
      assert.match(await ask(back, "tx_collect 0ff0 9\ntx_reply 0ff0"), /^0ff0 result\nstatus none\n/);
      assert.equal(await ask(cut, "if tx_begin 0ff0 1; then echo begins; else echo refused; fi"), "refused\n");
      assert.equal(await ask(cut, "if tx_begin 0ff1 1; then echo begins; else echo refused; fi; rm -rf $tx"), "begins\n");
      back.close();
      await on.sh("for n in $(seq 500); do [ -e /run/pulumi-multipath/tx-0ff0 ] || exit 0; sleep 0.02; done; exit 1");
      cut.close();
    });

    it("leave nothing when nobody comes back: what nobody confirms is undone", async () => {
      const before = await dump(on);
      for (const [, moment] of moments.slice(0, 3)) {
        const session = await on.connect();
        const nobody = () => Promise.reject(new UnreachableError("nobody comes back"));
        const reach = { standing: () => Promise.resolve(session), fresh: nobody, adopt: () => undefined };
        const state = hostState(on, { reach, rollbackAfterSeconds: thorough ? 3 : 10 });
        await state.look();
        state.commit(bulk).catch(() => undefined);
        await on.sh("until ls /run/pulumi-multipath/tx-*/worker; do sleep 0.02; done 2>/dev/null");
        await moment();
        session.close();
        await on.sh("cd /run/pulumi-multipath; until ls tx-*/undone; do sleep 0.05; done 2>/dev/null; rm -r tx-*");
        state.interrupt(0); // it would go on asking
        assert.equal(await dump(on), before);
      }
    });
  });
});
