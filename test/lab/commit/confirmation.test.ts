import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostStateOptions, SharedHostState } from "../../../provider/commit/host-state";
import {
  AuthenticationError,
  BusyError,
  NotAppliedError,
  RolledBackError,
  ToolError,
  UnreachableError,
} from "../../../provider/errors";
import type { Connection, Reach } from "../../../provider/transport/connection";
import { type Box, armed, change, drop, dump, hostState, onEachBox, ourFiles, put, reachOf, routeChange } from "./box";

onEachBox("A change", (open, thorough) => {
  let on: Box;
  let asItWas: string;
  let reach: Reach;
  const one = routeChange("10.1.0.0/16", "192.0.2.9", "tx0");

  before(async () => {
    on = await open();
  });

  beforeEach(async () => {
    await on.sh(
      `{ ip link del tx0; rm -rf /etc/pulumi-multipath /run/pulumi-multipath /usr/local/libexec/pulumi-multipath; } 2>/dev/null
       ip link add tx0 type veth peer name tx0-far; ip link set tx0 addrgenmode none up; ip link set tx0-far addrgenmode none up
       ip addr add 192.0.2.1/24 dev tx0; ip addr add 192.0.2.2/24 dev tx0`,
    );
    asItWas = await dump(on);
    reach = reachOf(on.connect);
  });

  after(async () => {
    await on.sh("ip link del tx0");
    await on.down();
  });

  type Options = Parameters<typeof hostState>[1] & Partial<HostStateOptions>;
  const state = (options: Options = {}) => hostState(on, { reach, rollbackAfterSeconds: thorough ? 5 : 60, ...options });
  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => assert.fail("not rejected"),
      (error: Error) => error,
    );

  /** The reach of a process to whom something happens when it opens a new connection. */
  const opening = (fresh: (open: () => Promise<Connection>, count: number) => Promise<Connection>): Reach => {
    let count = 0;
    return { ...reach, fresh: (options) => fresh(() => reach.fresh(options), count++) };
  };
  const nobodyOpens = () =>
    opening(() => Promise.reject(new UnreachableError("namespace: no answer while waiting for the TCP connection.")));

  /** Waits until nothing would go on undoing: no process and no timer of ours. Those that stop it don't wait for its end. */
  const noClock = () =>
    on.sh(
      `clocks() {
         if [ -d /run/systemd/system ]; then systemctl list-timers --all --no-legend 'pulumi-multipath*'; fi
         for p in $(grep -l '/rollback[.]sh' /proc/[0-9]*/cmdline); do [ ! "\${p%/*}/ns/net" -ef /proc/self/ns/net ] || echo "$p"; done
       } 2>/dev/null
       tries=0
       while left=$(clocks); [ -n "$left" ]; do
         tries=$((tries + 1))
         [ $tries -lt 100 ] || { echo "still there: $left" >&2; exit 1; }
         sleep 0.1
       done`,
    );
  /** Waits for the host to have undone something by itself. */
  const undone = () => on.sh("until ls /run/pulumi-multipath/tx-*/undone; do sleep 0.05; done 2>/dev/null");

  describe("that is made", () => {
    it("is confirmed over a new connection, which serves from then on; no clock stays behind", async () => {
      const before = await reach.standing();
      await state().commit(one);
      assert.ok(before.closed);
      assert.ok(!(await reach.standing()).closed);
      assert.match(await dump(on), /10\.1\.0\.0\/16 via 192\.0\.2\.9/);
      assert.deepEqual(
        (await ourFiles(on)).filter((file) => file.includes("/tx-")),
        [],
      );
      await noClock();
    });

    thorough?.("is not lasting before it is confirmed: no object file is there at boot", async () => {
      let current = "";
      const looking = opening(async (connect) => {
        current = await on.sh("ls -l /etc/pulumi-multipath/current 2>&1 || :");
        return connect();
      });
      await state({ reach: looking }).commit(one);
      assert.match(current, /No such file/);
      assert.match(await on.sh("readlink /etc/pulumi-multipath/current"), /generations\/1/);
    });

    thorough?.("needs no confirmation when it is one of files only", async () => {
      const content = "# pulumi-multipath object 1\nkind x\nidentity x\nclaim x\nowner a/b/c\n\n";
      await state({ reach: nobodyOpens() }).commit(change("adoption", { files: [{ file: "f", content }] }));
      assert.match(await on.sh("ls /etc/pulumi-multipath/current/objects.d"), /f/);
    });

    thorough?.("is confirmed although somebody else changes something else meanwhile", async () => {
      const meddling = opening(async (connect) => {
        await on.sh("ip route add 10.9.0.0/16 via 192.0.2.9; ip addr add 192.0.2.77/24 dev tx0");
        return connect();
      });
      await state({ reach: meddling }).commit(one);
    });

    thorough?.("is known to be confirmed when the reply to the confirmation is lost", async () => {
      const losing = opening(async (connect, count) => {
        const connection = await connect();
        if (count > 0) return connection;
        const request: Connection["request"] = async (...words) => {
          await connection.request(...words);
          throw new UnreachableError("lost");
        };
        return Object.assign(Object.create(connection) as Connection, { request });
      });
      const { snapshot } = await state({ reach: losing }).commit(one);
      assert.ok(snapshot.routes.some(({ destination }) => destination === "10.1.0.0/16"));
      assert.equal((await on.sh("readlink /etc/pulumi-multipath/current")).trim(), "generations/1");
    });
  });

  describe("that can't be confirmed", () => {
    it("is undone by the host, and the error says what was tried, which wait failed, and that all is as before", async () => {
      // The emulated gateway may need longer for the undo than a connection whose path may be cut is given.
      const untilUndone = opening(async (connect) => {
        if ((await on.sh("ls /run/pulumi-multipath/tx-*/undone 2>/dev/null || :")) !== "") return connect();
        throw new UnreachableError("namespace: no answer while waiting for the TCP connection.");
      });
      const told: string[] = [];
      const its = state({ reach: untilUndone, rollbackAfterSeconds: thorough ? 5 : 10 });
      const error = await rejection(its.commit({ ...one, progress: (message) => told.push(message) }));
      assert.match(told[0] ?? "", /waiting for a new connection to confirm it; the gateway undoes it in \d s$/);
      assert.ok(told.length >= 3, told.join("\n"));
      assert.ok(error instanceof RolledBackError, String(error));
      assert.match(
        error.message,
        /^Route 10\.1\.0\.0\/16 on \S+ was made and undone again, because it could not be confirmed over a new connection: namespace: no answer while waiting for the TCP connection\.\nTried: ip -4 route add 10\.1\.0\.0\/16 via .*\.\nThe gateway is as it was before: that was verified on it afterwards\.$/,
      );
      assert.equal(await dump(on), asItWas);
      assert.deepEqual(await ourFiles(on), []);
      await noClock();
    });

    for (const by of thorough ? [] : ["1 hour", "1 hour ago"])
      it(`begins to be undone within 0.2 s of its time, though the clock is set to ${by}`, async () => {
        const seconds = 10;
        const setClock = (to: string) => on.sh(`date -s '${to}' >/dev/null`);
        const session = await on.connect();
        let timer = { unit: "", due: 0 };
        const cut: Reach = {
          standing: () => Promise.resolve(session),
          adopt: () => undefined,
          fresh: async () => {
            if (timer.unit === "") {
              const its = "systemctl show --value --property=Id,ActiveEnterTimestampMonotonic 'pulumi-multipath-undo-*.timer'";
              const [began = "", unit = ""] = (await on.sh(its)).trim().split("\n").toSorted();
              timer = { unit: unit.replace(/timer$/, "service"), due: Number(began) / 1e6 + seconds };
              await setClock(by);
              // It would ask for the undo when the time is over.
              session.close();
            }
            if ((await on.sh("ls /run/pulumi-multipath/tx-*/undone 2>/dev/null || :")) !== "") return on.connect();
            throw new UnreachableError("namespace: no answer while waiting for the TCP connection.");
          },
        };
        try {
          await rejection(state({ reach: cut, rollbackAfterSeconds: seconds }).commit(one));
        } finally {
          await setClock(by.endsWith("ago") ? "1 hour" : "1 hour ago");
        }
        // Systemd's own word, and when it came by the monotonic clock.
        const journal = await on.sh(`journalctl -b -o json -u ${timer.unit} | grep -m 1 '"MESSAGE":"Started'`);
        const { __MONOTONIC_TIMESTAMP: started } = JSON.parse(journal) as { __MONOTONIC_TIMESTAMP: string };
        const late = Number(started) / 1e6 - timer.due;
        assert.ok(late >= 0 && late < 0.2, `${late} s late`);
      });

    thorough?.("is told to all who had a part in it", async () => {
      const its = state({ reach: opening(() => Promise.reject(new AuthenticationError("refused"))) });
      const errors = await Promise.all(
        [1, 2, 3].map((n) => rejection(its.commit(routeChange(`10.${n}.0.0/16`, "192.0.2.9", "tx0")))),
      );
      assert.deepEqual(
        errors.map(({ name }) => name),
        ["RolledBackError", "RolledBackError", "RolledBackError"],
      );
      assert.match(errors[2]?.message ?? "", /^Route 10\.3.*Tried: .*10\.1.*10\.2.*10\.3/s);
    });

    thorough?.("because the login is refused now, is undone at once", async () => {
      const refused = opening(() => Promise.reject(new AuthenticationError("refused")));
      // Were it left to the clock, it would take longer than any test may.
      const error = await rejection(state({ reach: refused, rollbackAfterSeconds: 600 }).commit(one));
      assert.match(error.message, /could not be confirmed over a new connection: refused\n/);
      assert.equal(await dump(on), asItWas);
      await noClock();
    });

    thorough?.("because another host key is shown now, is undone at once", async () => {
      const other = opening(async (connect) =>
        Object.assign(Object.create(await connect()) as Connection, { hostKey: "SHA256:other" }),
      );
      const error = await rejection(state({ reach: other }).commit(one));
      assert.match(error.message, /shows another host key than the one before: SHA256:other, not SHA256:of-a-namespace/);
      assert.equal(await dump(on), asItWas);
    });

    thorough?.("because it did not stay as it was made, is undone at once, and the object is named", async () => {
      const meddling = opening(async (connect) => {
        await on.sh("ip route replace 10.1.0.0/16 via 192.0.2.7");
        return connect();
      });
      const error = await rejection(state({ reach: meddling, rollbackAfterSeconds: 600 }).commit(one));
      assert.match(error.message, /because what was changed did not stay so: route 4 254 10\.1\.0\.0\/16 0 0\n/);
      assert.equal(await dump(on), asItWas);
    });

    thorough?.("and whose undo can't be verified, says so, and where to look", async () => {
      const session = await on.connect();
      const gone: Reach = {
        standing: () => Promise.resolve(session),
        fresh: () => {
          session.close();
          return Promise.reject(new AuthenticationError("gone"));
        },
        adopt: () => undefined,
      };
      const error = await rejection(state({ reach: gone }).commit(one));
      assert.ok(error instanceof UnreachableError, String(error));
      assert.match(error.message, /could not be verified.*gone.*tx-[0-9a-f]+\/undone/);
      await undone();
      assert.equal(await dump(on), asItWas);
    });
  });

  describe("that is interrupted", () => {
    thorough?.("is confirmed when that can be done in time, and what has not begun is told so", async () => {
      let its = state();
      const slow = opening(async (connect) => {
        its.interrupt(2);
        const later = await rejection(its.commit(routeChange("10.2.0.0/16", "192.0.2.9", "tx0")));
        assert.ok(later instanceof NotAppliedError && /was not begun .*interrupted/.test(later.message), String(later));
        return connect();
      });
      its = state({ reach: slow });
      await its.commit(one);
    });

    thorough?.("is undone when it can't be confirmed in time", async () => {
      const its = state({ reach: nobodyOpens(), rollbackAfterSeconds: 600 });
      const commit = rejection(its.commit(one));
      await armed(on);
      const start = performance.now();
      its.interrupt(0.5);
      assert.ok((await commit) instanceof RolledBackError);
      assert.ok(performance.now() - start < 2500);
      assert.equal(await dump(on), asItWas);
    });

    thorough?.("is left to the host's clock when the path is cut, and says so", async () => {
      const session = await on.connect();
      const cut: Reach = {
        standing: () => Promise.resolve(session),
        fresh: () => {
          session.close();
          return Promise.reject(new UnreachableError("no answer"));
        },
        adopt: () => undefined,
      };
      const its = state({ reach: cut });
      const commit = rejection(its.commit(one));
      await armed(on);
      const start = performance.now();
      its.interrupt(0.5);
      const { message } = await commit;
      assert.ok(performance.now() - start < 2500);
      assert.match(
        message,
        /This process had to end, so the change was left to the gateway's own clock: it is undone there in [1-5] s\./,
      );
      await undone();
      assert.equal(await dump(on), asItWas);
    });
  });

  describe("whose worker is killed", () => {
    /** Takes a second or more: duplicate address detection. */
    const slow = change("slow", {
      steps: [
        drop("address", "ip -4", "addr del 192.0.2.1/24 dev tx0", ["address 4 tx0 192.0.2.1/24 -"]),
        put("address", "ip -6", "addr add 2001:db8:2::5/64 dev tx0", ["address 6 tx0 2001:db8:2::5"]),
        put("route", "ip -4", "route add 10.1.0.0/16 via 192.0.2.9 dev tx0", ["route 4 254 10.1.0.0/16 0 0"]),
      ],
    });
    const killWorker = "read -r worker < $(echo /run/pulumi-multipath/tx-*/worker); kill -KILL -$worker";
    const midBatch = () => on.sh("until ip -6 addr show dev tx0 | grep -q db8:2::5; do sleep 0.02; done");

    it("in the middle of its batches, is undone at once", async () => {
      const commit = rejection(state({ rollbackAfterSeconds: 600 }).commit(slow));
      await midBatch();
      await on.sh(killWorker);
      const error = await commit;
      assert.match(error.message, /undone again, because its worker was killed\n.*\nThe gateway is as it was before/s);
      assert.equal(await dump(on), asItWas);
    });

    thorough?.("together with its session, is undone by the clock", async () => {
      const session = await on.connect();
      const nobody = () => Promise.reject(new UnreachableError("nobody"));
      const its = state({ reach: { standing: () => Promise.resolve(session), fresh: nobody, adopt: () => undefined } });
      its.commit(slow).catch(() => undefined);
      await midBatch();
      await on.sh(
        `read -r worker < $(echo /run/pulumi-multipath/tx-*/worker); read -r _ _ _ session _ </proc/$worker/stat; kill -KILL $session; ${killWorker}`,
      );
      await undone();
      its.interrupt(0); // it would go on asking
      assert.equal(await dump(on), asItWas);
      assert.deepEqual(
        (await ourFiles(on)).filter((file) => file.startsWith("/etc/")),
        [],
      );
    });

    thorough?.("before it has armed, changes nothing, and says so", async () => {
      // Holds the worker up where it stages the object files.
      await on.sh(
        "mkdir -p /usr/local/sbin; printf '#!/bin/sh\nsleep 2\nexec /bin/cp \"$@\"\n' >/usr/local/sbin/cp; chmod +x /usr/local/sbin/cp",
      );
      const commit = rejection(state().commit(one));
      await on.sh(
        `until [ -s "$(echo /run/pulumi-multipath/tx-*/before)" ]; do sleep 0.02; done 2>/dev/null; ${killWorker}; rm /usr/local/sbin/cp`,
      );
      const error = await commit;
      assert.ok(
        error instanceof ToolError && /was killed before its first change\.\nThe gateway is as it was before/.test(error.message),
        String(error),
      );
      assert.equal(await dump(on), asItWas);
    });
  });

  describe("while another one is not confirmed", () => {
    let left: SharedHostState | undefined;

    /** A change that is made and stays armed. */
    async function leaveArmed(rollbackAfterSeconds: number): Promise<void> {
      const session = await on.connect();
      const fresh: Reach["fresh"] = ({ signal }) => sleep(600_000, undefined as never, { signal });
      left = state({
        reach: { standing: () => Promise.resolve(session), fresh, adopt: () => undefined },
        rollbackAfterSeconds,
      });
      left.commit(one).catch(() => undefined);
      await on.sh("until grep -qs 'status armed' /run/pulumi-multipath/tx-*/result; do sleep 0.02; done");
    }
    afterEach(async () => {
      left?.interrupt(0);
      await left?.finished();
    });

    const two = routeChange("10.2.0.0/16", "192.0.2.9", "tx0");

    thorough?.("is refused after a while, by the name of who made that one, and when it will be undone", async () => {
      await leaveArmed(30);
      const error = await rejection(state({ lockSeconds: 0 }).commit(two));
      assert.ok(error instanceof BusyError, String(error));
      assert.match(
        error.message,
        /holds the lock: \S+@\S+, since \d+ s, applied and not confirmed yet; unless it is, the host undoes it in \d+ s\. Nothing was changed/,
      );
      assert.ok(!(await dump(on)).includes("10.2.0.0"));
      await on.sh(
        "for tx in /run/pulumi-multipath/tx-*; do /bin/sh /usr/local/libexec/pulumi-multipath/*/rollback.sh $tx test asked; done",
      );
    });

    thorough?.("waits until that one is undone", async () => {
      await leaveArmed(5);
      await state().commit(two);
      const now = await dump(on);
      assert.ok(now.includes("10.2.0.0") && !now.includes("10.1.0.0"));
    });

    thorough?.("goes ahead when that one is of an earlier boot", async () => {
      await leaveArmed(30);
      await on.sh(
        "for tx in /run/pulumi-multipath/tx-*; do read -r s <$tx/sleeper; kill -KILL -$s; sed -i 4s/.*/some-other-boot/ $tx/armed; done",
      );
      await state({ lockSeconds: 0 }).commit(two);
      assert.deepEqual(
        (await ourFiles(on)).filter((file) => file.includes("/tx-")),
        [],
      );
    });

    thorough?.("undoes that one first when its clock was lost and its time is over", async () => {
      await leaveArmed(30);
      await on.sh(
        "for tx in /run/pulumi-multipath/tx-*; do read -r s <$tx/sleeper; kill -KILL -$s; sed -i 5s/.*/1/ $tx/armed; done",
      );
      await state({ lockSeconds: 0 }).commit(two);
      const now = await dump(on);
      assert.ok(now.includes("10.2.0.0") && !now.includes("10.1.0.0"));
    });
  });

  describe("that nobody could undo", () => {
    it("is not made: without a proven clock nothing is touched", async () => {
      // On a host with systemd the timer's state can't be read, on others the process does not start.
      const broken = "case $* in *rollback.sh*|show*pulumi-multipath*) echo broken >&2; exit 1 ;; esac";
      await on.sh(
        `mkdir -p /usr/local/sbin; for tool in setsid systemctl; do
           printf '#!/bin/sh\n${broken}\nexec /usr/bin/%s "$@"\n' $tool >/usr/local/sbin/$tool; chmod +x /usr/local/sbin/$tool; done`,
      );
      try {
        const error = await rejection(state().commit(one));
        assert.ok(error instanceof ToolError, String(error));
        assert.match(
          error.message,
          /No timer could be set that would undo the change by itself\.\n.*\nThe gateway is as it was before\.$/s,
        );
        assert.equal(await dump(on), asItWas);
        assert.deepEqual(await ourFiles(on), []);
      } finally {
        await on.sh("rm /usr/local/sbin/setsid /usr/local/sbin/systemctl");
      }
    });
  });
});
