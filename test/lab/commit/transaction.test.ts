import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { NotAppliedError } from "../../../provider/errors";
import type { Snapshot } from "../../../provider/snapshot";
import { type Box, change, drop, dump, hostState, onEachBox, ourFiles, put, routeChange, routeRemoval, settled } from "./box";

const ours = ({ routes }: Snapshot) => routes.filter(({ protocol }) => protocol === 205).map(({ destination }) => destination);

onEachBox("A transaction", (open, thorough) => {
  let on: Box;
  let asItWas: string;

  const clean =
    "umount /etc/pulumi-multipath; rm -rf /etc/pulumi-multipath /run/pulumi-multipath /usr/local/libexec/pulumi-multipath; " +
    "ip link del tx0; ip link del tx1; ip route flush table 500; ip route del unreachable 10.7.0.0/16; ip -6 route del unreachable 2001:db8:7::/48";

  before(async () => {
    on = await open();
  });

  beforeEach(async () => {
    // Without link-local addresses nothing has to wait for duplicate address detection.
    await on.sh(
      `{ ${clean}; } 2>/dev/null
       for d in tx0 tx1; do
         ip link add $d type veth peer name $d-far; ip link set $d addrgenmode none up; ip link set $d-far addrgenmode none up
         echo 0 > /proc/sys/net/ipv4/conf/$d/promote_secondaries
       done
       ip addr add 192.0.2.1/24 dev tx0; ip addr add 198.51.100.1/24 dev tx1
       ip addr add 2001:db8::1/64 dev tx0 nodad; ip addr add 2001:db8:1::1/64 dev tx1 nodad`,
    );
    await settled(on);
    asItWas = await dump(on);
  });

  after(async () => {
    await on.sh(`{ ${clean}; } 2>/dev/null; :`);
    await on.down();
  });

  describe("looking", () => {
    thorough?.("takes one request, and writes nothing", async () => {
      const state = hostState(on);
      const { host, links, routes } = await state.look();
      assert.match(host.bootId, /^[0-9a-f-]{36}$/);
      assert.match(host.iproute2, /^\d+\.\d+/);
      assert.ok(links.some(({ name }) => name === "tx0"));
      assert.ok(routes.some((route) => route.family === 6 && route.destination === "2001:db8::/64" && route.table === 254));
      assert.equal(state.statistics().requests, 1);
      assert.deepEqual(await ourFiles(on), []);
    });

    it("shows what `ip` shows of each family, route by route", async () => {
      await on.sh(
        "ip route add unreachable 10.7.0.0/16; ip -6 route add unreachable 2001:db8:7::/48; ip -6 route add default via 2001:db8::9 table 500; ip route add 224.9.0.0/16 dev tx0 table 500",
      );
      const { routes } = await hostState(on).look();
      for (const family of [4, 6] as const) {
        const shown = (await on.sh(`ip -N -d -o -${family} route show table all | grep -v nh_info`)).trim().split("\n");
        assert.equal(routes.filter((route) => route.family === family).length, shown.length);
      }
    });

    thorough?.("is shared by all who look", async () => {
      const state = hostState(on);
      const [one, two] = await Promise.all([state.look(), state.look()]);
      assert.equal(one, two);
      assert.equal(state.statistics().requests, 1);
    });
  });

  describe("changing", () => {
    it("applies what arrives together in one request and confirms it in another one, which shows the state after", async () => {
      const state = hostState(on);
      await state.look();
      const done = await Promise.all([1, 2, 3, 4].map((n) => state.commit(routeChange(`10.${n}.0.0/16`, "192.0.2.9", "tx0"))));
      assert.deepEqual(state.statistics(), { transactions: 1, requests: 3 });
      for (const { snapshot, changed } of done) {
        assert.ok(changed);
        assert.deepEqual(ours(snapshot), ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"]);
        assert.equal(snapshot.objects.size, 4);
      }
    });

    thorough?.("sends nothing when everything is as wanted", async () => {
      const state = hostState(on);
      await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"));
      const before = state.statistics();
      assert.equal((await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"))).changed, false);
      assert.deepEqual(state.statistics(), before);
    });

    thorough?.("keeps what is unchanged as the same file, and two generations", async () => {
      const state = hostState(on);
      for (const n of [1, 2, 3, 4]) await state.commit(routeChange(`10.${n}.0.0/16`, "192.0.2.9", "tx0"));
      assert.equal((await on.sh("ls /etc/pulumi-multipath/generations")).trim(), "3\n4");
      assert.equal((await on.sh("readlink /etc/pulumi-multipath/current")).trim(), "generations/4");
      assert.equal((await on.sh("stat -c %h /etc/pulumi-multipath/current/objects.d/*10.1.*")).trim(), "2");
      assert.match(
        await on.sh("cat /etc/pulumi-multipath/current/objects.d/*10.2.*"),
        /\nip -4 route replace 10\.2\.0\.0\/16 via/,
      );
    });

    thorough?.("changes a file without changing the generation before", async () => {
      const state = hostState(on);
      await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"));
      await state
        .commit(
          change("edit", ({ objects }) => ({
            reads: [],
            steps: [],
            files: [...objects.keys()].map((file) => ({ file, content: "# new\n" })),
          })),
        )
        .catch(() => undefined);
      assert.match(await on.sh("cat /etc/pulumi-multipath/generations/1/objects.d/*"), /10\.1\.0\.0/);
      assert.equal(await on.sh("cat /etc/pulumi-multipath/generations/2/objects.d/*"), "# new\n");
    });

    thorough?.("leaves nothing behind after the last object", async () => {
      const state = hostState(on);
      for (const n of [1, 2]) await state.commit(routeChange(`10.${n}.0.0/16`, "192.0.2.9", "tx0"));
      await state.commit(routeRemoval("10.1.0.0/16"));
      assert.notDeepEqual(await ourFiles(on), []);
      await state.commit(routeRemoval("10.2.0.0/16"));
      assert.deepEqual(await ourFiles(on), []);
      assert.equal(await dump(on), asItWas);
      await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"));
    });

    thorough?.("puts scripts of another version away, but not those in use", async () => {
      await on.sh(
        "mkdir -p /usr/local/libexec/pulumi-multipath/old /usr/local/libexec/pulumi-multipath/used /run/pulumi-multipath/tx-other; echo used > /run/pulumi-multipath/tx-other/scripts",
      );
      await hostState(on).commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"));
      const left = (await on.sh("ls /usr/local/libexec/pulumi-multipath")).trim().split("\n");
      assert.ok(!left.includes("old") && left.includes("used") && left.length === 2, left.join(" "));
    });

    thorough?.("brings the scripts again when they went with another admin's last object", async () => {
      const state = hostState(on);
      await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"));
      await on.sh("rm -rf /usr/local/libexec/pulumi-multipath");
      await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "tx0"));
      assert.deepEqual(state.statistics().transactions, 3);
    });

    it("lets an IPv6 route prefer an address of the same transaction: it waits for duplicate address detection", async () => {
      const address = put("address", "ip -6", "addr add 2001:db8:2::5/64 dev tx0", ["address 6 tx0 2001:db8:2::5"]);
      const route = put(
        "route",
        "ip -6",
        "route add 2001:db8:9::/48 via 2001:db8::9 dev tx0 src 2001:db8:2::5 metric 512 proto 205",
        ["route 6 254 2001:db8:9::/48 any 512"],
      );
      const { snapshot } = await hostState(on).commit(change("both", { steps: [route, address] }));
      assert.deepEqual(ours(snapshot), ["2001:db8:9::/48"]);
    });

    thorough?.("does not wait for an address whose link has no carrier", async () => {
      await on.sh("ip link set tx0-far down; until ip link show dev tx0 | grep -q NO-CARRIER; do sleep 0.02; done");
      const address = put("address", "ip -6", "addr add 2001:db8:2::5/64 dev tx0", ["address 6 tx0 2001:db8:2::5"]);
      const start = performance.now();
      await hostState(on).commit(change("address", { steps: [address] }));
      assert.ok(performance.now() - start < 4000);
    });
  });

  describe("when the gateway has changed since the plan", () => {
    /** Plans anew from each snapshot; tells how often. */
    function counted(reads: string[]) {
      let plans = 0;
      const made = change("counted", () => {
        plans++;
        const key = "route 4 254 10.50.0.0/16 0 0";
        return {
          reads,
          steps: [put("route", "ip -4", "route replace 10.50.0.0/16 via 192.0.2.9 dev tx0 proto 205", [key])],
          files: [],
        };
      });
      return { made, plans: () => plans };
    }

    const meaningful: [string, string, string][] = [
      ["a route that was read", "ip route add 10.50.0.0/16 via 192.0.2.7 proto static", "routes 4 254 10.50.0.0/16"],
      [
        "another metric of a route that was read",
        "ip route add 10.50.0.0/16 via 192.0.2.7 metric 9",
        "routes 4 254 10.50.0.0/16",
      ],
      ["the default route", "ip route add default via 192.0.2.7 dev tx0 metric 4321", "routes 4 254 default"],
      ["an IPv6 route", "ip -6 route add 2001:db8:50::/48 via 2001:db8::7 table 500", "routes 6 500 2001:db8:50::/48"],
      ["an address on a device that was read", "ip addr add 192.0.2.77/24 dev tx0", "device tx0"],
      ["the device's MTU", "ip link set tx0 mtu 1400", "device tx0"],
      ["the device's state", "ip link set tx0 down; ip link set tx0 up", "device tx0"],
      [
        "the file of an object",
        "mkdir -p /etc/pulumi-multipath/generations/7/objects.d; printf '# pulumi-multipath object 1\\nkind x\\nidentity x\\nclaim x\\nowner a/b/c\\n\\n' > /etc/pulumi-multipath/generations/7/objects.d/f; ln -s generations/7 /etc/pulumi-multipath/current",
        "object f",
      ],
    ];
    for (const [what, command, read] of thorough ? meaningful : meaningful.slice(0, 1)) {
      it(`plans again after a change of ${what}`, async () => {
        const state = hostState(on);
        await state.look();
        await on.sh(command);
        const { made, plans } = counted([read]);
        // What is planned may be refused then; here it matters that it was planned anew.
        await state.commit(made).catch((error: unknown) => assert.ok(error instanceof Error));
        assert.ok(plans() >= 2, `planned ${plans()} times`);
      });
    }

    const unrelated: [string, string][] = [
      ["routes to elsewhere", "for n in 1 2 3 4 5 6 7 8 9; do ip route add 10.60.$n.0/24 via 192.0.2.7; done"],
      ["the same destination in another table", "ip route add 10.50.0.0/16 via 192.0.2.7 table 500"],
      ["another device", "ip addr add 198.51.100.7/24 dev tx1"],
      ["its carrier", "ip link set tx0-far down"],
    ];
    for (const [what, command] of unrelated) {
      thorough?.(`does not mind a change of ${what}`, async () => {
        const state = hostState(on);
        await state.look();
        await on.sh(command);
        const { made, plans } = counted(["routes 4 254 10.50.0.0/16", "device tx0"]);
        await state.commit(made);
        assert.equal(plans(), 1);
      });
    }

    thorough?.("does not mind lifetimes that run out", async () => {
      await on.sh(
        "ip addr add 192.0.2.70/24 dev tx0 valid_lft 1000 preferred_lft 900; ip -6 route add 2001:db8:50::/48 via 2001:db8::7 expires 600",
      );
      const state = hostState(on);
      await state.look();
      await on.sh("while ip addr show dev tx0 | grep -q 1000sec; do sleep 0.1; done");
      const { made, plans } = counted(["device tx0", "routes 6 254 2001:db8:50::/48"]);
      await state.commit(made);
      assert.equal(plans(), 1);
    });

    thorough?.("changes nothing, and gives up after ten plans with what keeps changing", async () => {
      const state = hostState(on);
      let n = 0;
      const restless = change("restless", () => {
        n++;
        return {
          reads: ["routes 4 254 10.51.0.0/16"],
          steps: [put("route", "ip -4", "route add 10.50.0.0/16 dev tx0", ["route 4 254 10.50.0.0/16 0 0"])],
          files: [],
        };
      });
      const look = state.look.bind(state);
      await look();
      const plan = restless.plan;
      const meddled = { ...restless, plan: (snapshot: Snapshot) => plan(snapshot) };
      const meddling = (async () => {
        for (let k = 0; n < 10 && k < 2000; k++) await on.sh(`ip route replace 10.51.0.0/16 via 192.0.2.${(k % 200) + 2}`);
      })();
      await sleep(50);
      const error = await state.commit(meddled).catch((thrown: unknown) => thrown);
      await meddling;
      assert.ok(error instanceof NotAppliedError, String(error));
      assert.match(error.message, /10 times in a row \(last: routes 4 254 10\.51\.0\.0\/16\)/);
      assert.ok(!(await on.sh("ip route show")).includes("10.50.0.0/16"));
    });
  });

  describe("refused by the kernel or by `ip`", () => {
    const wrong: [string, string][] = [
      ["the kernel", "route add 10.99.0.0/16 via 203.0.113.77 dev tx0"],
      ["`ip` itself", "route add 10.99.0.0/16 via 192.0.2.9 frobnicate"],
      ["`ip`, as too short", "route add 10.99.0.0/16 via 192.0.2.9 dev"],
    ];
    // The kernel's own refusal is seen on the gateway too, further below; how `ip` words its own is another matter.
    for (const [who, bad] of thorough ? wrong : wrong.slice(1, 2)) {
      for (const position of thorough ? [0, 1, 3] : [1]) {
        it(`by ${who}, in line ${position + 1} of 4: everything is as before, and the right one is told`, async () => {
          const state = hostState(on);
          const lines = [1, 2, 3].map((n) => `route add 10.${n}.0.0/16 via 192.0.2.9 dev tx0 proto 205`);
          lines.splice(position, 0, bad);
          let snapshot: Snapshot | undefined;
          const told = await Promise.all(
            lines.map((line) =>
              state
                .commit(
                  change(line, (now) => {
                    // The second round is not wanted here.
                    if (snapshot && snapshot !== now) throw new Error("planned again");
                    snapshot = now;
                    return {
                      reads: [],
                      steps: [put("route", "ip -4", line, [`route 4 254 ${line.split(" ")[2]} 0 0`])],
                      files: [{ file: line.replaceAll(/\W/g, "-"), content: "x" }],
                    };
                  }),
                )
                .then(
                  () => "applied",
                  (error: Error) => `${error.name}: ${error.message}`,
                ),
            ),
          );
          assert.equal(await dump(on), asItWas);
          assert.deepEqual(await ourFiles(on), []);
          assert.ok(told[position]?.startsWith(`RejectedError: ${bad} on `), told[position]);
          assert.ok(
            told[position]?.includes(`\`ip -4 ${bad}\` was refused: `) &&
              told[position].endsWith("The gateway is as it was before."),
            told[position],
          );
          assert.deepEqual(told.filter((one) => one === "Error: planned again").length, 3);
        });
      }
    }

    it("applies the rest of the group without the one that was refused", async () => {
      const state = hostState(on);
      const bad = change("bad", {
        steps: [
          put("route", "ip -6", "route add 2001:db8:9::/48 via 2001:db8:ff::1 dev tx0", ["route 6 254 2001:db8:9::/48 any 1024"]),
        ],
      });
      const told = await Promise.allSettled(
        [routeChange("10.1.0.0/16", "192.0.2.9", "tx0"), bad, routeChange("10.2.0.0/16", "192.0.2.9", "tx0")].map((one) =>
          state.commit(one),
        ),
      );
      assert.deepEqual(
        told.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
      assert.deepEqual(ours(await state.look()), ["10.1.0.0/16", "10.2.0.0/16"]);
    });

    thorough?.("among thousands of lines: the error shows the very line", async () => {
      const lines = Array.from(
        { length: 1200 },
        (_, n) => `route add 10.${100 + (n >> 8)}.${n & 255}.0/24 via 192.0.2.9 proto 205`,
      );
      lines[777] = "route add 10.99.0.0/16 via 203.0.113.77";
      const steps = lines.map((line) => put("route", "ip -4", line, [`route 4 254 ${line.split(" ")[2]} 0 0`]));
      await assert.rejects(
        hostState(on).commit(change("set", { steps })),
        /`ip -4 route add 10\.99\.0\.0\/16 via 203\.0\.113\.77` was refused/,
      );
      assert.equal(await dump(on), asItWas);
    });

    thorough?.("keeps the object files as they were", async () => {
      const state = hostState(on);
      await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"));
      const before = await ourFiles(on);
      await assert.rejects(state.commit(routeChange("10.2.0.0/16", "203.0.113.77", "tx0")), /as it was before/);
      assert.deepEqual(await ourFiles(on), before);
    });

    thorough?.("by duplicate address detection: the address is taken away again, and the one who has it is named", async () => {
      await on.sh("ip addr add 2001:db8:2::5/64 dev tx0-far nodad");
      await settled(on);
      const before = await dump(on);
      const address = put("address", "ip -6", "addr add 2001:db8:2::5/64 dev tx0", ["address 6 tx0 2001:db8:2::5"]);
      await assert.rejects(
        hostState(on).commit(change("address", { steps: [address] })),
        /`ip -6 addr add 2001:db8:2::5\/64 dev tx0` was refused: Another machine on this link/,
      );
      assert.equal(await dump(on), before);
    });

    thorough?.("leaves what others have added meanwhile", async () => {
      const address = put("address", "ip -6", "addr add 2001:db8:2::5/64 dev tx0", ["address 6 tx0 2001:db8:2::5"]);
      const refused = put("route", "ip -4", "route add 10.99.0.0/16 via 203.0.113.77 dev tx0", ["route 4 254 10.99.0.0/16 0 0"]);
      const commit = hostState(on).commit(change("both", { steps: [address, refused] }));
      commit.catch(() => undefined);
      await on.sh(
        "until ip -6 addr show dev tx0 | grep -q db8:2::5; do sleep 0.02; done; ip route add 10.61.0.0/16 via 192.0.2.7; ip addr add 192.0.2.61/24 dev tx0; ip addr add 2001:db8:61::1/64 dev tx0 nodad",
      );
      await assert.rejects(commit, /as it was before/);
      const now = await dump(on);
      for (const theirs of ["10.61.0.0/16 via", "192.0.2.61/24", "2001:db8:61::1/64", "2001:db8:61::/64 dev tx0"])
        assert.ok(now.includes(theirs), theirs);
      assert.ok(!now.includes("db8:2::5"));
    });

    it("restores what a line took with it before another one was refused", async () => {
      await on.sh(
        "ip addr add 192.0.2.2/24 dev tx0; ip addr add 192.0.2.3/24 dev tx0; ip route add 10.70.0.0/16 via 192.0.2.9 src 192.0.2.3; ip route add 10.71.0.0/16 via 192.0.2.9 src 192.0.2.1 table 500; ip route add 10.72.0.0/16 dev tx1 src 192.0.2.3",
      );
      const before = await dump(on);
      const primary = drop("address", "ip -4", "addr del 192.0.2.1/24 dev tx0", ["address 4 tx0 192.0.2.1/24 -"]);
      const bad = drop("address", "ip -4", "addr del 203.0.113.77/24 dev tx0", ["address 4 tx0 203.0.113.77/24 -"]);
      await assert.rejects(hostState(on).commit(change("both", { steps: [primary, bad] })), /as it was before/);
      assert.equal(await dump(on), before);
    });
  });

  describe("what goes with a change though nobody removes it", () => {
    const renumbered = [
      put("address", "ip -4", "addr add 192.0.2.2/24 dev tx0", ["address 4 tx0 192.0.2.2/24 -"]),
      put("route", "ip -4", "route add 10.70.0.0/16 via 192.0.2.9 src 192.0.2.2", ["route 4 254 10.70.0.0/16 0 0"]),
      drop("address", "ip -4", "addr del 192.0.2.1/24 dev tx0", ["address 4 tx0 192.0.2.1/24 -"]),
    ];
    const promotion = "cat /proc/sys/net/ipv4/conf/tx0/promote_secondaries";

    it("is not the address that takes the place of another one of its subnet", async () => {
      const { warnings } = await hostState(on).commit(change("renumbered", { steps: renumbered }));
      assert.deepEqual(warnings, []);
      const now = await on.sh(`ip -4 -br addr show dev tx0; ip route show 10.70.0.0/16; ${promotion}`);
      assert.match(now, /UP +192\.0\.2\.2\/24 *\n10\.70\.0\.0\/16 via 192\.0\.2\.9 dev tx0 src 192\.0\.2\.2 *\n0\n$/);
    });

    it("is as it was when that is undone, and so is how the kernel goes about it", async () => {
      const bad = drop("route", "ip -4", "route del 10.71.0.0/16", []);
      const last = { ...bad, layer: "link" as const, tool: "ip" as const, line: "link del dev nosuch" };
      await assert.rejects(hostState(on).commit(change("renumbered", { steps: [...renumbered, last] })), /as it was before/);
      assert.equal(await dump(on), asItWas);
      assert.equal(await on.sh(promotion), "0\n");
    });

    it("comes back: the secondary addresses of a primary one, and the routes that prefer them", async () => {
      await on.sh(
        "ip addr add 192.0.2.2/24 dev tx0 label tx0:two; ip addr add 192.0.2.3/24 dev tx0 valid_lft 900 preferred_lft 800; " +
          "ip route add 10.70.0.0/16 via 192.0.2.9 src 192.0.2.3 mtu 1400; ip route add default via 192.0.2.9 metric 999 proto static; " +
          "ip route add 10.72.0.0/16 table 500 nexthop via 192.0.2.9 dev tx0 weight 7 nexthop via 198.51.100.9 dev tx1 weight 200",
      );
      const before = await dump(on);
      const { warnings } = await hostState(on).commit(
        change("primary", {
          steps: [drop("address", "ip -4", "addr del 192.0.2.1/24 dev tx0", ["address 4 tx0 192.0.2.1/24 -"])],
        }),
      );
      assert.deepEqual(warnings, []);
      const now = await dump(on);
      assert.ok(!now.includes("192.0.2.1/24"));
      const gone = before.split("\n").filter((line) => !now.includes(line.replace(" secondary", "").trim()));
      // What belongs to the primary address itself, and what is said now of the new one.
      for (const line of gone) assert.match(line, /192\.0\.2\.1\b|192\.0\.2\.[23]\/24|^ +valid_lft/);
      assert.match(now, /inet 192\.0\.2\.2\/24 scope 0 tx0:two\n/);
      assert.match(now, /inet 192\.0\.2\.3\/24 scope 0 secondary dynamic tx0\n/);
      for (const route of [
        "10.70.0.0/16 via 192.0.2.9 dev tx0 table 254 proto 3 scope 0 src 192.0.2.3 mtu 1400",
        "default via 192.0.2.9 dev tx0 table 254 proto 4 scope 0 metric 999",
        "nexthop via 192.0.2.9 dev tx0 weight 7",
      ]) {
        assert.ok(now.includes(route), route);
      }
    });

    thorough?.("comes back with an address that is replaced, as for a new label: the routes that prefer it", async () => {
      await on.sh(
        "ip route add 10.70.0.0/16 via 192.0.2.9 src 192.0.2.1; ip route add 10.71.0.0/16 dev tx1 src 192.0.2.1; ip -6 route add 2001:db8:70::/48 via 2001:db8::9 src 2001:db8::1",
      );
      const key = "address 4 tx0 192.0.2.1/24 -";
      const steps = [
        put("address", "ip -4", "addr del 192.0.2.1/24 dev tx0", [key]),
        put("address", "ip -4", "addr add 192.0.2.1/24 dev tx0 label tx0:new", [key]),
        put("address", "ip -6", "addr del 2001:db8::1/64 dev tx0", ["address 6 tx0 2001:db8::1"]),
        put("address", "ip -6", "addr add 2001:db8::1/64 dev tx0 home", ["address 6 tx0 2001:db8::1"]),
      ];
      await hostState(on).commit(change("label", { steps }));
      const now = await dump(on);
      assert.match(now, /192\.0\.2\.1\/24 scope 0 tx0:new/);
      for (const route of [
        "10.70.0.0/16 via 192.0.2.9 dev tx0 table 254 proto 3 scope 0 src 192.0.2.1",
        "10.71.0.0/16 dev tx1 table 254 proto 3 scope 253 src 192.0.2.1",
        "src 2001:db8::1 metric 1024",
      ]) {
        assert.ok(now.includes(route), route);
      }
    });

    thorough?.("is told when it can't come back", async () => {
      await on.sh("ip route add 10.70.0.0/16 via 192.0.2.9 src 192.0.2.1");
      const steps = [drop("address", "ip -4", "addr del 192.0.2.1/24 dev tx0", ["address 4 tx0 192.0.2.1/24 -"])];
      const { warnings } = await hostState(on).commit(change("address", { steps }));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /10\.70\.0\.0\/16 via 192\.0\.2\.9/);
    });

    thorough?.("stays gone when a step removes it", async () => {
      await on.sh("ip addr add 192.0.2.2/24 dev tx0");
      const both = ["192.0.2.1", "192.0.2.2"].map((local) =>
        drop("address", "ip -4", `addr del ${local}/24 dev tx0`, [`address 4 tx0 ${local}/24 -`]),
      );
      // The second line finds its address gone with the first: what a plan for both must expect, and orders the other way round.
      const { snapshot } = await hostState(on).commit(change("both", { steps: both.toReversed() }));
      assert.ok(!snapshot.addresses.some(({ device, family }) => device === "tx0" && family === 4));
    });
  });

  describe("a host whose disk is full or read-only", () => {
    for (const [what, command] of [
      [
        "/etc/pulumi-multipath can't be written",
        "mkdir -p /etc/pulumi-multipath && mount -t tmpfs -o ro tmpfs /etc/pulumi-multipath",
      ],
      ["/run/pulumi-multipath can't be written", "rm -rf /run/pulumi-multipath; echo > /run/pulumi-multipath"],
    ] as const) {
      thorough?.(`is as it was before when ${what}, and the error says so in its own words`, async () => {
        const state = hostState(on);
        await state.look();
        await on.sh(command);
        await assert.rejects(
          state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0")),
          /could not be written.*\n.*(Read-only file system|Not a directory|File exists).*\nThe gateway is as it was before\./s,
        );
        assert.equal(await dump(on), asItWas);
      });
    }
  });

  describe("names that others have given", () => {
    thorough?.("are neither run nor taken for more than names", async () => {
      const names = [`a"$(id)`, `'x#y`, "-x", "$HOME", "a\\b", "x;reboot"];
      await on.sh(
        names
          .map(
            (name, n) =>
              `ip link add ${quoted(name)} type veth peer name odd${n}; ip link set dev ${quoted(name)} addrgenmode none up; ip link set dev odd${n} addrgenmode none up; ip addr add 192.0.2.${100 + n}/32 dev ${quoted(name)}`,
          )
          .join("\n"),
      );
      await on.sh(
        `ip route add 10.80.0.0/16 dev ${quoted(names[0] ?? "")} src 192.0.2.1; ip route add 10.81.0.0/16 dev ${quoted(names[1] ?? "")} src 192.0.2.1`,
      );
      const before = await dump(on);
      const state = hostState(on);
      const { links } = await state.look();
      for (const name of names)
        assert.ok(
          links.some((link) => link.name === name),
          name,
        );
      // Undone with the primary address: routes through devices whose names no batch can hold.
      const primary = drop("address", "ip -4", "addr del 192.0.2.1/24 dev tx0", ["address 4 tx0 192.0.2.1/24 -"]);
      const bad = drop("route", "ip -4", "route del 203.0.113.77/32", []);
      await assert.rejects(
        state.commit(change("bad", { steps: [primary, { ...bad, phase: "drop", layer: "link" }] })),
        /as it was before/,
      );
      assert.equal(await dump(on), before);
      await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0"));
      await on.sh(names.map((_, n) => `ip link del odd${n}`).join("; "));
    });

    const quoted = (name: string) => `'${name.replaceAll("'", `'\\''`)}'`;
  });
});
