import assert from "node:assert/strict";
import type { Step } from "../../../provider/kind";
import { fileName, printObjectFile } from "../../../provider/commit/object-file";
import { type Box, change, drop, hostState, onEachBox, put, settled } from "./box";
import { assertSame, wholeHost } from "./whole-host";

onEachBox("A change of links", (open, thorough) => {
  let on: Box;
  /** The kernel of the gateway has VLANs. */
  const vlans = !thorough;

  const clean =
    "for d in lt0 lt9 lt7 lt1; do ip link del $d; done; rm -rf /etc/pulumi-multipath /run/pulumi-multipath /usr/local/libexec/pulumi-multipath";

  before(async () => {
    on = await open();
    if (vlans) await on.sh("modprobe 8021q");
  });

  beforeEach(async () => {
    await settled(
      on,
      `{ ${clean}; } 2>/dev/null
       ip link add lt1 type veth peer name lt1-far
       for d in lt1 lt1-far; do
         echo 0 >/proc/sys/net/ipv6/conf/$d/router_solicitation_delay
         echo 10 >/proc/sys/net/ipv6/neigh/$d/retrans_time_ms
         ip link set $d up
       done
       ip addr add 192.0.2.1/24 dev lt1; ip addr add 2001:db8::1/64 dev lt1 nodad
       ip route add 10.1.0.0/16 via 192.0.2.9; ip -6 route add 2001:db8:9::/48 via 2001:db8::9`,
    );
  });

  after(async () => {
    await on.sh(`{ ${clean}; } 2>/dev/null; :`);
    await on.down();
  });

  const set = (words: string, device = "lt1"): Step => put("link", "ip", `link set dev ${device} ${words}`, [`link ${device}`]);
  const refused = drop("route", "ip -6", "route del 2001:db8:dead::/64 table 999", []);

  /** Lets these lines be done and undone. */
  async function undoes(steps: readonly Step[]): Promise<void> {
    const before = await wholeHost(on);
    const error = await hostState(on)
      .commit(change("change", { steps: [...steps, refused] }))
      .catch((thrown: unknown) => thrown as Error);
    await settled(on);
    const message = error instanceof Error ? error.message : "applied";
    assertSame(await wholeHost(on), before, message);
    assert.match(message, /The gateway is as it was before\.$/);
  }

  it("that sets one down keeps the addresses that somebody has given it, and tells which routes went", async () => {
    const { warnings } = await hostState(on).commit(change("down", { steps: [set("down")] }));
    assert.match(await on.sh("ip -4 addr show dev lt1"), /inet 192\.0\.2\.1\/24 /);
    const six = await on.sh("ip -6 addr show dev lt1");
    assert.match(six, /inet6 2001:db8::1\/64 /);
    // The kernel makes it again when the link is up again.
    assert.doesNotMatch(six, /fe80/);
    const told = warnings.map((warning) => /put back: (.*)/.exec(warning)?.[1] ?? warning);
    assert.equal(told.length, 2, told.join("\n"));
    assert.match(
      told.join("\n"),
      /route append unicast 10\.1\.0\.0\/16 via 192\.0\.2\.9 dev lt1.*\n.*2001:db8:9::\/48 via 2001:db8::9/,
    );
    await settled(on, "ip link set lt1 up");
    assert.match(await on.sh("ip -6 addr show dev lt1"), /2001:db8::1\/64[^]*fe80|fe80[^]*2001:db8::1\/64/);
  });

  thorough?.("is undone: a queue of no packets, a group, and having been down", async () => {
    await on.sh("ip link set lt1 txqueuelen 0 group 5 down");
    await undoes([set("mtu 1400 txqueuelen 500 group 7 up")]);
  });

  if (vlans) {
    const outer = "link add link lt1 name lt7 type vlan id 7";
    const inner =
      "ip link add link lt7 name lt9 type vlan protocol 802.1ad id 9 reorder_hdr off gvrp on loose_binding on ingress-qos-map 1:2 egress-qos-map 3:4";
    const above = `
      ip ${outer}; ip link set lt7 alias pulumi-multipath up
      ${inner}; ip link set lt9 alias pulumi-multipath group 3 txqueuelen 50 up
      for d in lt7 lt9; do echo 2 >/proc/sys/net/ipv4/conf/$d/rp_filter; done
      ip addr add 198.51.100.1/24 dev lt7; ip addr add 203.0.113.1/24 dev lt9; ip -6 addr add 2001:db8:7::1/64 dev lt7 nodad
      ip route add 10.7.0.0/16 via 198.51.100.9; ip route add 10.9.0.0/16 via 203.0.113.9 src 198.51.100.1
      ip route add 10.5.0.0/16 nexthop via 198.51.100.9 weight 2 nexthop via 203.0.113.9
      ip -6 route add 2001:db8:77::/48 via 2001:db8:7::9; ip neigh add 198.51.100.7 lladdr 02:00:00:00:00:01 dev lt7 nud permanent`;
    const remade = (words: string): Step[] => [
      put("link", "ip", "link del dev lt7", ["link lt7"]),
      put("link", "ip", `link add link lt1 name lt7 type vlan ${words}`, ["link lt7"]),
      set("alias pulumi-multipath up", "lt7"),
    ];

    it("that makes a VLAN anew puts back all that stood on it: addresses, routes, settings, a VLAN within it", async () => {
      await settled(on, above);
      const before = await wholeHost(on);
      const { warnings } = await hostState(on).commit(change("anew", { steps: remade("protocol 802.1ad id 8") }));
      await settled(on);
      assert.deepEqual(warnings, []);
      assertSame(await wholeHost(on), before.replace("vlan protocol 802.1Q id 7 ", "vlan protocol 802.1ad id 8 "));
    });

    it("that makes a VLAN anew is undone, with all that stood on it", async () => {
      await settled(on, above);
      await undoes(remade("protocol 802.1ad id 8 mvrp on"));
    });

    it("that lowers a port is undone on the VLANs that it took along, as are their flags and priorities", async () => {
      await settled(on, above);
      const flags = "type vlan reorder_hdr on gvrp off mvrp on bridge_binding on ingress-qos-map 1:0 5:6 egress-qos-map 3:0 7:7";
      await undoes([set("mtu 1300 address 02:00:00:00:00:99"), set("mtu 1290", "lt7"), set(flags, "lt9")]);
    });

    it("that sets a port down and up is undone: the kernel has set up all VLANs on it, those too that were down", async () => {
      await settled(on, `ip ${outer}; ${inner}; for d in lt7 lt9; do ip link set $d up; done; ip link set lt9 down`);
      await settled(on, "ip link add link lt1 name lt0 type vlan id 5; ip link set lt0 up; ip link set lt0 down");
      await undoes([set("down"), set("mtu 1400 up")]);
    });

    it("comes back at boot, a VLAN within another one too, and a second time changes nothing", async () => {
      const object = (kind: string, name: string, lines: string[]) => {
        const owner = { project: "lab", stack: "test", name };
        const content = printObjectFile({ kind, identity: name, claim: "c1", owner, lines });
        return change(name, { files: [{ file: fileName(kind, [name]), content }] });
      };
      const state = hostState(on);
      // The inner one's file comes before that of the one which it stands on.
      await Promise.all([
        state.commit(object("Link", "lt1", ["ip link set dev lt1 mtu 1400 txqueuelen 50 up"])),
        state.commit(object("Vlan", "lt7", [`ip ${outer}`, "ip link set dev lt7 alias pulumi-multipath up"])),
        state.commit(object("Vlan", "lt0", ["ip link add link lt7 name lt0 type vlan id 9", "ip link set dev lt0 up"])),
      ]);
      await on.sh("ip link set lt1 down");
      const restore = () => on.sh("sh /usr/local/libexec/pulumi-multipath/*/restore.sh 20 2>&1; echo status $?");
      const links = () => on.sh("ip -d link show type vlan; ip link show dev lt1");
      assert.equal(await restore(), "status 0\n");
      await settled(on);
      const shown = await links();
      assert.match(
        shown,
        /lt7@lt1: <[^>]*UP[^]*id 7 [^]*alias pulumi-multipath[^]*lt0@lt7: <[^>]*UP[^]*id 9 [^]*lt1.* mtu 1400 .*qlen 50/,
      );
      assert.equal(await restore(), "status 0\n");
      assert.equal(await links(), shown);
    });
  }
});
