import assert from "node:assert/strict";
import { type Box, armed, change, drop, hostState, onEachBox, put, reachOf, routeChange, routeRemoval } from "./box";
import type { Change } from "../../../provider/commit/change";
import { fileName, printObjectFile } from "../../../provider/commit/object-file";
import type { Step } from "../../../provider/kind";
import type { Reach } from "../../../provider/transport/connection";

const work = "/run/pulumi-multipath/put-back";

/** An object of ours with its file, as its kind plans it: what makes it and what brings it back differ in a word. */
function object(kind: string, identity: readonly string[], layer: Step["layer"], ...lines: string[]): Change {
  const tool = (/^(ip -[46]|ip|sysctl) /.exec(lines[0] ?? "")?.[1] ?? "ip") as Step["tool"];
  const name = identity.join(" ");
  const file = fileName(kind, identity);
  const owner = { project: "lab", stack: "test", name };
  const content = printObjectFile({ kind, identity: name, claim: "c1", owner, lines });
  const key = `${layer} ${name}`;
  const steps = lines.map((line) => put(layer, tool, line.slice(tool.length + 1), [key]));
  return change(name, { steps, files: [{ file, content }] });
}
const route = (destination: string, words: string) =>
  object("Route", ["4", "254", destination, "0", "0"], "route", `ip -4 route replace ${destination} ${words}`);

/** tx0 and tx1 are there, up, with 192.0.2.1/24 and 198.51.100.1/24. */
onEachBox("What the kernel drops", (open, thorough) => {
  let on: Box;

  before(async () => {
    on = await open();
    await on.sh(`
      for line in tx0 tx1; do
        ip link add $line type veth peer name $line-far
        ip link set $line up
        ip link set $line-far up
      done
      ip addr add 192.0.2.1/24 dev tx0
      ip addr add 198.51.100.1/24 dev tx1`);
    const state = hostState(on);
    await Promise.all([
      state.commit(object("Sysctl", ["net/ipv4/conf/tx0/rp_filter"], "sysctl", "sysctl net/ipv4/conf/tx0/rp_filter=2")),
      state.commit(
        object("Address", ["6", "tx0", "2001:db8:9::5"], "address", "ip -6 addr replace 2001:db8:9::5/64 dev tx0 nodad"),
      ),
      state.commit(
        object("Address", ["4", "tx0", "203.0.113.5/32", "-"], "address", "ip -4 addr replace 203.0.113.5/32 dev tx0"),
      ),
      state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0")),
    ]);
    await Promise.all([
      state.commit(route("10.2.0.0/16", "via 192.0.2.9 dev tx0 proto 205")),
      state.commit(route("203.0.113.1", "dev tx0 proto 205 src 203.0.113.5")),
      state.commit(
        route("10.3.0.0/16", "proto 205 nexthop via 192.0.2.9 dev tx0 weight 9 nexthop via 198.51.100.9 dev tx1 weight 10"),
      ),
      state.commit(
        object(
          "Route",
          ["6", "254", "2001:db8:77::/48", "any", "1024"],
          "route",
          "ip -6 route replace 2001:db8:77::/48 via 2001:db8:9::9 dev tx0 proto 205 src 2001:db8:9::5",
        ),
      ),
    ]);
    if (thorough) await start();
    await seen("end");
    declared = await ours();
  });

  after(async () => {
    await on.sh("[ ! -e /run/put-back.pid ] || kill -KILL -$(cat /run/put-back.pid)");
    await hostState(on).commit(
      change("the last object", ({ objects }) => ({
        reads: [],
        steps: [],
        files: [...objects.keys()].map((file) => ({ file, content: undefined })),
      })),
    );
    await on.sh(
      "ip link del tx0; ip link del tx1; { ip link del uplink; ip link del tx2; } 2>/dev/null; ip route flush proto 205; ip -6 route flush proto 205",
    );
    await on.down();
  });

  let declared: string;

  /** Where there is no systemd nobody else does. */
  const start = () =>
    on.sh(
      "setsid sh -c 'echo $$ >/run/put-back.pid; exec sh /usr/local/libexec/pulumi-multipath/*/put-back.sh' >>/run/put-back.log 2>&1 </dev/null &",
    );

  const until = (condition: string) =>
    on.sh(`
      tries=0
      until ${condition}; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { ip addr; ip route; ip -6 route; head -v -n 40 ${work}/[a-eg-z]*; exit 1; } >&2
        sleep 0.1
      done`);
  /** Waits until the last look has shown something. */
  const seen = (text: string) => until(`grep -q '^${text}' ${work}/memory`);
  const notSeen = (text: string) => until(`! grep -q '^1 ${text}' ${work}/memory`);
  const ours = async () =>
    (
      await on.sh(
        "ip -o route show proto 205; ip -6 route show proto 205; ip -6 -o addr show dev tx0 scope global; ip -4 -o addr show to 203.0.113.5; cat /proc/sys/net/ipv4/conf/tx0/rp_filter",
      )
    )
      .replace(/^\d+: | (tentative|linkdown|dead)(?= )|\\\t?| +valid_lft .*/gm, "")
      .replace(/ +$/gm, "");
  /** Waits until everything declared is there, and the look after that. */
  async function allBack(): Promise<void> {
    await until("ip -6 route show | grep -q '^2001:db8:77::/48' && ip route show | grep -q '^203.0.113.1 '");
    await seen("1 203.0.113.1 ");
    await seen("1 2001:db8:77::/48 ");
    assert.equal(await ours(), declared);
  }
  /** Slowly; ends when what can be there again is. */
  async function downAndUp(): Promise<void> {
    await on.sh("ip link set tx0 down");
    await notSeen("203.0.113.1 ");
    await on.sh("ip link set tx0 up");
    await seen("1 203.0.113.1 ");
    await seen("1 2001:db8:77::/48 ");
  }
  const deleteByHand = async () => {
    await on.sh("ip route del 10.2.0.0/16");
    await notSeen("10.2.0.0/16");
    await on.sh("sleep 2"); // so long something that happens to its device may be why it is gone: of that the kernel tells last
  };
  const refill = () => on.sh("ip route replace 10.2.0.0/16 via 192.0.2.9 dev tx0 proto 205").then(() => seen("1 10.2.0.0/16"));

  it("comes back when its device has been set down and up again, IPv6 addresses and what needs them too", async () => {
    await on.sh("ip link set tx0 down; ip link set tx0 up");
    await allBack();
    await downAndUp();
    await allBack();
  });

  it("comes back over one line when all have been down, and as a whole with the other", async () => {
    await on.sh("ip link set tx0 down; ip link set tx1 down");
    await notSeen("10.3.0.0/16");
    await on.sh("ip link set tx1 up");
    await until("ip route show | grep -q '^10.3.0.0/16 via 198.51.100.9 dev tx1'");
    await on.sh("ip link set tx0 up");
    await allBack();
  });

  it("does not come back when somebody has deleted it, whatever happens to its device afterwards", async () => {
    await deleteByHand();
    await downAndUp();
    assert.equal(await on.sh("ip route show 10.2.0.0/16"), "");
    await refill();
    await allBack();
  });

  it("does not come back when it is an address that somebody has deleted; what went with it does, once that is there again", async () => {
    await on.sh("ip -6 addr del 2001:db8:9::5/64 dev tx0; ip addr del 203.0.113.5/32 dev tx0");
    await notSeen("203.0.113.1 ");
    await on.sh("ip link set tx1 down; ip link set tx1 up");
    await until("ip -o route show | grep -q '^10.3.0.0/16.*dev tx1 weight 10 *$'");
    assert.equal(await on.sh("ip -o addr show to 203.0.113.5; ip route show 203.0.113.1"), "");
    await on.sh("ip addr add 203.0.113.5/32 dev tx0; ip -6 addr add 2001:db8:9::5/64 dev tx0 nodad");
    await allBack();
  });

  it("comes back with the settings of a device that is made anew", async () => {
    await on.sh("ip link del tx0");
    await until(`ip -o route show | grep -q '^10.3.0.0/16 via 198.51.100.9 dev tx1'`);
    await on.sh(
      "ip link add tx0 type veth peer name tx0-far; ip link set tx0-far up; ip link set tx0 up; ip addr add 192.0.2.1/24 dev tx0",
    );
    await allBack();
  });

  thorough?.("comes back when only the primary address of its subnet was replaced", async () => {
    await hostState(on).commit(
      object("Address", ["4", "tx0", "192.0.2.5/24", "-"], "address", "ip -4 addr replace 192.0.2.5/24 dev tx0"),
    );
    await seen("[0-9]*: tx0 .*192.0.2.5/24 .*secondary");
    await on.sh("ip addr del 192.0.2.1/24 dev tx0; ip addr add 192.0.2.7/24 dev tx0");
    await until("ip addr show dev tx0 | grep -q 'inet 192.0.2.5/24 scope global secondary'");
    await allBack();
    await hostState(on).commit(
      change("removal", {
        steps: [drop("address", "ip -4", "addr del 192.0.2.5/24 dev tx0", ["address 4 tx0 192.0.2.5/24 -"])],
        files: [{ file: fileName("Address", ["4", "tx0", "192.0.2.5/24", "-"]), content: undefined }],
      }),
    );
    await on.sh("ip addr del 192.0.2.7/24 dev tx0; ip addr add 192.0.2.1/24 dev tx0");
    await allBack();
  });

  thorough?.("does not come back in the place of what somebody else has put there", async () => {
    await on.sh("ip link set tx0 down");
    await notSeen("10.2.0.0/16");
    await on.sh("ip route add 10.2.0.0/16 via 198.51.100.7; ip link set tx0 up");
    await until("ip route show | grep -q '^203.0.113.1 '");
    assert.equal((await on.sh("ip route show 10.2.0.0/16")).trim(), "10.2.0.0/16 via 198.51.100.7 dev tx1");
    await on.sh("ip route del 10.2.0.0/16");
    await refill();
    await allBack();
  });

  thorough?.("is nothing when a carrier goes and comes", async () => {
    const log = await on.sh("cat /run/put-back.log");
    await on.sh("ip link set tx0-far down");
    await until("ip link show dev tx0 | grep -q NO-CARRIER");
    await on.sh("ip link set tx0-far up");
    await allBack();
    assert.equal(await on.sh("cat /run/put-back.log"), log);
  });

  describe("while a transaction waits for its confirmation", () => {
    /** Runs something when the change is made, before it is confirmed. */
    const meanwhile = (what: () => Promise<unknown>): Reach => {
      const reach = reachOf(on.connect);
      return { ...reach, fresh: (options) => what().then(() => reach.fresh(options)) };
    };
    const flap = async () => {
      await armed(on);
      await on.sh("ip link set tx0 down; ip link set tx0 up");
      await until("ip route show | grep -q '^10.1.0.0/16' && ip -6 route show | grep -q '^2001:db8:77::/48'");
      await seen("1 2001:db8:77::/48");
    };

    thorough?.("is put back, but for what it removes: that stays away, and can be confirmed", async () => {
      await hostState(on, { reach: meanwhile(flap) }).commit(routeRemoval("10.2.0.0/16"));
      assert.equal(await on.sh("ip route show 10.2.0.0/16"), "");
      await hostState(on).commit(route("10.2.0.0/16", "via 192.0.2.9 dev tx0 proto 205"));
      await allBack();
    });

    thorough?.("is put back as it was, once what it changes is undone", async () => {
      const failing = meanwhile(async () => {
        await flap();
        throw new Error("no way");
      });
      const changed = routeChange("10.2.0.0/16", "192.0.2.8", "tx0");
      await assert.rejects(hostState(on, { reach: failing, rollbackAfterSeconds: 5 }).commit(changed));
      await allBack();
    });
  });

  for (const [state, files] of [
    ["made", "began"],
    ["made to last", "began result confirmed"],
  ] as const) {
    thorough?.(`waits, without a look, for as long as a transaction is ${state}`, async () => {
      await on.sh(
        `tx=/run/pulumi-multipath/tx-1; mkdir $tx; for file in ${files}; do echo >$tx/$file; done; cp ${work}/memory /run/memory-before
         ip link set tx0 down; ip link set tx0 up; sleep 1; cmp ${work}/memory /run/memory-before; same=$?; rm -r $tx; exit $same`,
      );
      await allBack();
    });
  }

  thorough?.("does not keep it busy: a thousand events are looked at a few times", async () => {
    // Every look is one run of `ip`.
    await on.sh(
      "mkdir -p /usr/local/sbin; printf '%s\\n' '#!/bin/sh' 'echo look >>/run/looks' 'exec /sbin/ip \"$@\"' >/usr/local/sbin/ip; chmod +x /usr/local/sbin/ip",
    );
    await on.sh(
      "for n in 1 2 3 4 5; do for i in $(seq 1 100); do echo addr add 10.77.$n.$i/32 dev tx1; echo addr del 10.77.$n.$i/32 dev tx1; done; done >/run/storm; /sbin/ip -batch /run/storm; /sbin/ip addr add 10.77.0.1/32 dev tx1",
    );
    await seen("[0-9]*: tx1 .*10.77.0.1/32");
    await on.sh("/sbin/ip addr del 10.77.0.1/32 dev tx1");
    await until(`! grep -q '^[0-9]*: .*10.77.0.1' ${work}/memory`);
    const looks = Number(await on.sh("wc -l </run/looks; rm /usr/local/sbin/ip"));
    assert.ok(looks < 30, `${looks} runs of ip`);
    await allBack();
  });

  thorough?.("is put back when it was not looked after meanwhile, but for what was deleted before", async () => {
    await deleteByHand();
    await on.sh(`kill -KILL -$(cat /run/put-back.pid); ip link set tx0 down; ip link set tx0 up; `);
    await start();
    await until("ip route show | grep -q '^203.0.113.1 ' && ip -6 route show | grep -q '^2001:db8:77::/48'");
    await seen("1 203.0.113.1 ");
    assert.equal(await on.sh("ip route show 10.2.0.0/16"), "");
    await refill();
    await allBack();
  });

  if (!thorough) {
    it("is put back by a service that systemd starts again when it is killed", async () => {
      const restarts = async () => Number(await on.sh("systemctl show --value -p NRestarts pulumi-multipath-put-back"));
      const before = await restarts();
      await on.sh(
        "kill -KILL $(systemctl show --value -p MainPID pulumi-multipath-put-back); ip link set tx0 down; ip link set tx0 up",
      );
      await allBack();
      assert.equal(await restarts(), before + 1);
    });

    it("comes back with a VLAN and a bond when what they stand on is set down, or is made anew", async () => {
      const state = hostState(on);
      await on.sh("ip link add tx2 type veth peer name tx2-far; ip link set tx2-far up");
      await state.commit(
        object("Vlan", ["office"], "link", "ip link add link tx1 name office type vlan id 5", "ip link set dev office up"),
      );
      await state.commit(
        object(
          "BondedLink",
          ["uplink"],
          "link",
          "ip link add name uplink type bond mode active-backup miimon 100",
          "ip link set dev tx2 down",
          "ip link set dev tx2 master uplink",
          "ip link set dev uplink up",
        ),
      );
      await Promise.all([
        state.commit(
          object("Address", ["4", "office", "192.0.3.1/24", "-"], "address", "ip -4 addr replace 192.0.3.1/24 dev office"),
        ),
        state.commit(route("10.6.0.0/16", "via 192.0.3.9 dev office proto 205")),
        state.commit(route("10.7.0.0/16", "dev uplink proto 205")),
      ]);
      await seen("1 10.6.0.0/16");
      declared = await ours();
      await on.sh("ip link set tx1 down; ip link set uplink down");
      await notSeen("10.6.0.0/16");
      await notSeen("10.7.0.0/16");
      await on.sh("ip link set tx1 up; ip link set uplink up");
      await seen("1 10.6.0.0/16");
      await seen("1 10.7.0.0/16");
      await allBack();

      await on.sh("ip link del tx1; ip link del tx2");
      await notSeen("10.6.0.0/16");
      await on.sh(`
        ip link add tx1 type veth peer name tx1-far; ip link set tx1-far up; ip link set tx1 up
        ip addr add 198.51.100.1/24 dev tx1
        ip link add tx2 type veth peer name tx2-far; ip link set tx2-far up`);
      await seen("1 10.6.0.0/16");
      await until("ip -d link show dev tx2 | grep -q 'master uplink'");
      assert.match(
        await on.sh("ip -d link show dev office; ip -4 addr show dev office"),
        /vlan protocol 802.1Q id 5.*192\.0\.3\.1\/24/s,
      );
      await allBack();
    });
  }
});
