import assert from "node:assert/strict";
import type { ObjectKey } from "../../../provider/kind";
import { type Box, change, drop, hostState, onEachBox, settled } from "./box";
import { assertSame, wholeHost } from "./whole-host";

onEachBox("Undo of objects", (open, thorough) => {
  let on: Box;
  /** The gateway has all of these; there independent changes share a transaction, each of which takes long. */
  const modules = !thorough;
  const devices = ["uo0", "uo1"];
  const lock = "/run/pulumi-multipath/apply.lock";
  const settingsOf = (device: string) => `/proc/sys/net/ipv4/conf/${device}`;

  const tunnels = [
    "-4 10.1.0.0/16 tos 0x10 encap ip id 5 src 192.0.2.1 dst 10.9.9.9 ttl 7 tos 4 via 192.0.2.9 dev uo0 src 192.0.2.1",
    "-4 10.2.0.0/16 encap ip6 id 5 src 2001:db8::1 dst 2001:db8::9 hoplimit 7 tc 4 dev uo0",
    "-4 10.4.0.0/16 nexthop encap ip id 5 dst 10.9.9.9 tos 8 via 192.0.2.9 dev uo0 weight 4 nexthop via 192.0.2.10 dev uo0",
    "-6 2001:db8:11::/48 encap seg6 mode encap segs 2001:db8::a,2001:db8::b dev uo0",
    "-6 2001:db8:12::/48 encap seg6 mode inline segs 2001:db8::a dev uo0",
    "-6 2001:db8:13::/48 encap seg6local action End.DT6 table 100 dev uo0",
    "-6 2001:db8:14::/48 encap seg6local action End.X nh6 fe80::5 dev uo0",
  ];
  const addTunnels = tunnels.map((words) => `ip ${words.slice(0, 2)} route add ${words.slice(3)}`).join(" && ");

  before(async () => {
    on = await open();
    if (modules) await on.sh("modprobe -a bonding 8021q dummy vrf macvlan sch_tbf sch_netem sch_htb");
  });

  beforeEach(async () => {
    // Duplicate address detection takes place, and takes 10 ms each time instead of one second or two. Of a link whose MAC address nobody has chosen udev
    // chooses another one, sooner or later.
    await settled(
      on,
      `${clean}
       mkdir -p /run/pulumi-multipath
       ip -batch - <<'X'
       ${devices.map((d, n) => `link add ${d} address 02:00:00:00:20:0${n} type veth peer name ${d}-far address 02:00:00:00:21:0${n}`).join("\n")}
X
       for d in ${devices.map((d) => `${d} ${d}-far`).join(" ")}; do
         echo 0 >/proc/sys/net/ipv6/conf/$d/router_solicitation_delay
         echo 10 >/proc/sys/net/ipv6/neigh/$d/retrans_time_ms
       done
       ip -batch - <<'X'
       ${devices.map((d) => `link set ${d} up\nlink set ${d}-far up`).join("\n")}
       addr add 192.0.2.1/24 dev uo0
       addr add 198.51.100.1/24 dev uo1
       addr add 2001:db8::1/64 dev uo0 nodad
       addr add 2001:db8:1::1/64 dev uo1 nodad
X`,
    );
  });

  after(async () => {
    await on.sh(`${clean}rm -rf /run/pulumi-multipath`);
    await on.down();
  });

  /** Few processes: on the emulated gateway each takes long. */
  const forced = (family: string, lines: string[]) => `ip ${family} -force -batch - 2>/dev/null <<'X'\n${lines.join("\n")}\nX\n`;
  const rulesAndTables = ["route flush table 500", ...Array.from({ length: 8 }, () => "rule del priority 20000")];
  const links = ["uobond.5", "uobond", "uo0", "uo1", "uodummy", "uobridge", "uovrf"].map((name) => `link del dev ${name}`);
  const clean =
    forced("", [...links, "nexthop flush protocol 205", "nexthop del id 77"]) +
    forced("-4", rulesAndTables) +
    forced("-6", rulesAndTables);

  /** Lets `command` be the change of a transaction that touches these objects, and that is undone. */
  async function transaction(touches: ObjectKey[], command: string): Promise<string> {
    const refused = { ...drop("route", "ip -6", "route del 2001:db8:dead::/64 table 999", []), touches };
    const state = hostState(on);
    await state.look();
    // Once it is armed, the batches wait for apply.lock, and the state that they are to change has been taken.
    const meanwhile = on.sh(`
      mkdir -p /run/pulumi-multipath
      exec 8>>${lock}
      flock 8
      tries=0
      until [ -e "$(echo /run/pulumi-multipath/tx-*/armed)" ]; do
        tries=$((tries + 1))
        [ $tries -lt 1500 ] || { echo 'no transaction came'; exit 1; } >&2
        sleep 0.02
      done
      { ${command}; } >&2`);
    meanwhile.catch(() => undefined);
    await on.sh(
      `tries=0
       until [ -e ${lock} ] && ! flock -n ${lock} true; do tries=$((tries + 1)); [ $tries -lt 500 ] || exit 1; sleep 0.02; done`,
    );
    const error = await state.commit(change("change", { steps: [refused] })).catch((thrown: unknown) => thrown as Error);
    await meanwhile;
    await settled(on);
    return error instanceof Error ? error.message : "applied";
  }

  /** @param then what somebody else is to have added meanwhile: it stays */
  async function undoes(touches: ObjectKey[], command: string, setUp = ":"): Promise<void> {
    await settled(on, setUp);
    const before = await wholeHost(on);
    const message = await transaction(touches, `${command}\n changed=1`);
    assertSame(await wholeHost(on), before, message);
    assert.match(message, /The gateway is as it was before\.$/);
  }

  thorough?.(
    "tells of a next hop that could not come back, over a link that is down, where another route has the same key too",
    async () => {
      const hops = "nexthop via 192.0.2.9 dev uo0 weight 5 nexthop via 198.51.100.9 dev uo1 weight 2";
      await on.sh(
        `ip route add 10.1.0.0/16 table 500 via 192.0.2.8; ip route append 10.1.0.0/16 table 500 ${hops}; ip link set uo1 down`,
      );
      const message = await transaction(["link uo0"], "ip link set uo0 down");
      assert.match(message, /Everything was undone but for .*\nip -4 route append unicast 10\.1\.0\.0\/16 .*dev uo1 weight 2/s);
      assert.match(
        await on.sh("ip route show table 500"),
        /^10\.1\.0\.0\/16 via 192\.0\.2\.8 dev uo0 *\n10\.1\.0\.0\/16 via 192\.0\.2\.9 dev uo0 *\n$/,
      );
    },
  );

  describe("of routing rules", () => {
    const all = "ip rule add priority 20000";
    for (const [what, words] of [
      ["an address", "from 192.0.2.0/24 lookup 500"],
      [
        "every selector",
        "not from 192.0.2.0/24 to 198.51.100.7 tos 0x10 fwmark 0x100/0xff00 iif uo0 oif lo ipproto udp sport 5-6 dport 53 lookup 500 suppress_prefixlength 0 realms 3/4 protocol 205",
      ],
      ["a device that is not there", "iif nosuch prohibit"],
      ["a jump", "fwmark 7 goto 32766"],
      ["a VRF", "l3mdev"],
      ["an action", "from 192.0.2.7 blackhole"],
      ["a tunnel's id", "tun_id 5 lookup 9 suppress_ifgroup 5"],
    ] as const) {
      const word = words.replace("udp", "17");
      thorough?.(`puts one for ${what} back`, () =>
        undoes([`rule 4 20000 ${word}`], `ip rule del priority 20000`, `${all} ${word}`),
      );
      thorough?.(`takes one for ${what} away`, () => undoes([`rule 4 20000 ${word}`], `${all} ${word}`));
    }

    thorough?.("keeps the order of rules that share a priority, and what stands between them", () =>
      undoes(
        ["rule 4 20000 from 192.0.2.2 table 500", "rule 4 20000 from 192.0.2.9 table 502"],
        "ip rule del priority 20000 from 192.0.2.2; ip rule add priority 20000 from 192.0.2.9 lookup 502",
        "for n in 1 2 3; do ip rule add priority 20000 from 192.0.2.$n lookup 500; done; ip rule add priority 20000 lookup 501",
      ),
    );

    thorough?.("leaves a rule that somebody else has added meanwhile, in the same priority", async () => {
      await transaction(
        ["rule 6 20000 from 2001:db8::/32 table 500"],
        "ip -6 rule add priority 20000 from 2001:db8::/32 lookup 500; ip -6 rule add priority 20000 from 2001:db8:9::/48 lookup 500",
      );
      assert.equal(await on.sh("ip -6 rule show priority 20000 | cut -f 2"), "from 2001:db8:9::/48 lookup 500\n");
    });

    thorough?.("comes before all else: a prohibiting rule does not keep routes from coming back", () =>
      undoes(
        ["rule 4 20000 prohibit", "route 4 254 10.1.0.0/16 0 0"],
        "ip rule add priority 20000 prohibit; ip route del 10.1.0.0/16",
        "ip route add 10.1.0.0/16 via 192.0.2.9",
      ),
    );
  });

  describe("of links", () => {
    thorough?.("restores MTU, flags, queue length, address, alias and group", () =>
      undoes(
        ["link uo0"],
        "ip link set dev uo0 mtu 1300 arp off multicast off promisc on allmulticast on txqueuelen 77 address 02:00:00:00:00:99 group 9 alias other",
        'ip link set dev uo0 alias "the first line: adsl" group 3',
      ),
    );

    thorough?.("takes an alias away", () => undoes(["link uo0"], "ip link set dev uo0 alias ours"));

    it("brings a link up again with all that it lost: routes, IPv6 addresses, permanent neighbours, next hops", () =>
      undoes(
        ["link uo0"],
        "ip link set dev uo0 down",
        `ip route add 10.1.0.0/16 via 192.0.2.9; ip route add default table 500 nexthop via 192.0.2.9 dev uo0 weight 3 nexthop via 198.51.100.9 dev uo1 weight 4
         ip -6 route add 2001:db8:9::/48 via 2001:db8::9; ip neigh add 192.0.2.7 lladdr 02:00:00:00:00:01 dev uo0 nud permanent
         ip -6 neigh add fe80::5 lladdr 02:00:00:00:00:02 dev uo0 nud permanent router; ip neigh add proxy 192.0.2.8 dev uo0
         ip nexthop add id 77 via 192.0.2.9 dev uo0; ip route add 10.5.0.0/16 nhid 77; ${addTunnels}`,
      ));

    thorough?.("takes a link down again", () => undoes(["link uo0"], "ip link set dev uo0 up", "ip link set dev uo0 down"));

    thorough?.("gives IPv6 back to a link whose MTU was below 1280, with its settings", () =>
      undoes(
        ["link uo0"],
        "ip link set dev uo0 mtu 1200",
        "echo 0 >/proc/sys/net/ipv6/conf/uo0/accept_ra; echo 2 >/proc/sys/net/ipv6/conf/uo0/dad_transmits; ip -6 route add 2001:db8:9::/48 via 2001:db8::9",
      ),
    );

    thorough?.("gives no link-local address to a link that had none", () =>
      undoes(
        ["link uo0"],
        "ip link set dev uo0 mtu 1200",
        "ip link set dev uo0 addrgenmode none; ip -6 addr flush dev uo0 scope link",
      ),
    );

    thorough?.("brings back a pair of links, as they were", () =>
      undoes(
        ["link uo0"],
        "ip link del uo0",
        "ip link set dev uo0 mtu 1400 alias line; echo 2 >/proc/sys/net/ipv4/conf/uo0/rp_filter; ip route add 10.1.0.0/16 via 192.0.2.9; ip addr add 203.0.113.1/24 dev uo0-far",
      ),
    );

    thorough?.("takes a link away that was added", () =>
      undoes(["link uobridge"], "ip link add uobridge type bridge; ip link set uo1 master uobridge; ip link set uobridge up"),
    );

    thorough?.("releases a member, and takes it back", () =>
      undoes(
        ["link uo1"],
        "ip link set uo1 nomaster",
        "ip link add uobridge type bridge forward_delay 500; ip link set uo1 master uobridge; ip link set uobridge up",
      ),
    );

    thorough?.("brings back a bridge with its members and options", () =>
      undoes(
        ["link uobridge"],
        "ip link del uobridge",
        "ip link add uobridge type bridge ageing_time 12000 stp_state 0; ip link set uo1 master uobridge; ip link set uobridge up; ip addr add 203.0.113.1/24 dev uobridge",
      ),
    );

    thorough?.("leaves the MTU that somebody else has raised on what stands on a touched link", async () => {
      await on.sh("ip link set uo0 mtu 1400; ip link add link uo0 name uobond.5 mtu 1300 type macvlan mode bridge");
      await transaction(["link uo0"], "ip link set dev uo0 mtu 1350; ip link set dev uobond.5 mtu 1340");
      assert.match(await on.sh("ip link show dev uobond.5"), / mtu 1340 /);
    });

    if (modules) {
      const bond =
        "ip link add uobond type bond mode active-backup miimon 100; for p in port0 port1; do ip link set $p down; ip link set $p master uobond; done; " +
        "ip link set uobond up; ip link add link uobond name uobond.5 type vlan id 5; ip link set uobond.5 up; ip addr add 203.0.113.1/24 dev uobond.5";
      const release = "for p in port0 port1; do ip link set $p nomaster; ip link set $p down; done; :";

      afterEach(() => on.sh(`ip link del uobond; ${release}`).catch(() => undefined));

      it("brings back a bond with its members and the VLAN on it", () =>
        undoes(["link uobond"], "ip link del uobond", `${bond}; ip link set uobond type bond updelay 200 primary port1`));
      it("restores a bond's options and members, and its MTU, to the VLAN on it too", () =>
        undoes(
          ["link uobond", "link port0", "link port1"],
          `${release}; ip link set uobond mtu 1400; ip link set uobond type bond miimon 0; ip link set uobond type bond arp_interval 500 arp_ip_target 203.0.113.9; ip link set uobond type bond resend_igmp 7 num_grat_arp 3`,
          bond,
        ));
      it("restores a bond's mode", () =>
        undoes(
          ["link uobond"],
          `${release}; ip link set uobond down; ip link set uobond type bond mode 802.3ad; ip link set port0 master uobond; ip link set uobond up`,
          bond,
        ));
      it("restores what needs a bond without members, its address, the queues that two members have exchanged, and that none is primary", () =>
        undoes(
          ["link uobond", "link port0", "link port1"],
          `${release}; ip link set uobond type bond fail_over_mac active; for p in port0 port1; do ip link set $p master uobond; done; ` +
            "ip link set port0 type bond_slave queue_id 2; ip link set port1 type bond_slave queue_id 1; ip link set uobond type bond primary port1",
          `${bond}; ${release}; ip link set uobond address 02:00:00:00:99:01; ip link set uobond type bond fail_over_mac follow; ` +
            "for p in port0 port1; do ip link set $p master uobond; done; ip link set port0 type bond_slave queue_id 1; ip link set port1 type bond_slave queue_id 2 prio 7",
        ));
      it("brings back a VLAN with its flags and priority maps, a link of no hardware, a VRF, and a device's queueing discipline", () =>
        undoes(
          ["link uobond.5", "link uodummy", "link uovrf", "link uo1"],
          "for d in uobond.5 uodummy uovrf uo1; do ip link del $d; done",
          `ip link add link uo0 name uobond.5 type vlan id 7 gvrp on ingress-qos-map 1:2 egress-qos-map 3:4; ip link set uobond.5 up
           ip link add uodummy type dummy; ip link add uovrf type vrf table 500; ip link set uovrf up; ip link set uodummy up
           tc qdisc add dev uo1 root handle 5: tbf rate 1mbit burst 10k latency 50ms; tc qdisc add dev uo1 ingress`,
        ));
    } else {
      thorough?.("gives what stands on a link its MTU back", () =>
        undoes(
          ["link uo0"],
          "ip link set dev uo0 mtu 1400",
          "ip link add link uo0 name uobond.5 type macvlan mode bridge; ip link set uobond.5 up; ip addr add 203.0.113.1/24 dev uobond.5",
        ),
      );
      thorough?.("brings back what stood on a link that was deleted", () =>
        undoes(
          ["link uo0"],
          "ip link del dev uo0",
          "ip link add link uo0 name uobond.5 type macvlan mode bridge; ip link set uobond.5 up; ip addr add 203.0.113.1/24 dev uobond.5",
        ),
      );
    }
  });

  if (modules) {
    it("restores rules, settings of all devices, and queueing disciplines", () =>
      undoes(
        [
          ...["rule 4 20000 from 192.0.2.2 fwmark 256/65280 table 500", "rule 6 20000 from 2001:db8::/32 table 500"],
          ...["sysctl net/ipv4/ip_forward", "sysctl net/ipv6/conf/all/forwarding", "qdisc uo0 root", "qdisc uo1 root"],
        ],
        `ip rule del priority 20000 from 192.0.2.2; ip -6 rule add priority 20000 from 2001:db8::/32 lookup 500
         for v in 0 1; do echo $v >/proc/sys/net/ipv4/ip_forward; echo $v >/proc/sys/net/ipv6/conf/all/forwarding; done
         tc qdisc replace dev uo0 root handle 6: pfifo limit 9; tc qdisc add dev uo1 root handle 7: pfifo limit 9`,
        `ip rule add priority 20000 from 192.0.2.2 fwmark 0x100/0xff00 lookup 500; ip rule add priority 20000 from 192.0.2.3 lookup 501
         echo 1 >${settingsOf("uo0")}/forwarding; tc qdisc add dev uo0 root handle 5: tbf rate 1mbit burst 10k latency 50ms`,
      ));
  }

  describe("of addresses", () => {
    thorough?.("brings back permanent neighbours that went with a device's last IPv4 address", () =>
      undoes(
        ["address 4 uo0 192.0.2.1/24 -"],
        "ip addr del 192.0.2.1/24 dev uo0",
        "ip neigh add 192.0.2.7 lladdr 02:00:00:00:00:01 dev uo0 nud permanent; ip route add 10.1.0.0/16 via 192.0.2.9",
      ),
    );
  });

  describe("of neighbours", () => {
    thorough?.("puts them back, takes them away, and leaves those of others", async () => {
      await undoes(
        ["neighbour 4 uo0 192.0.2.7", "neighbour 4 uo0 192.0.2.8", "neighbour 4 uo0 192.0.2.6 proxy"],
        "ip neigh del 192.0.2.7 dev uo0; ip neigh add 192.0.2.8 lladdr 02:00:00:00:00:02 dev uo0 nud permanent; ip neigh add proxy 192.0.2.6 dev uo0",
        "ip neigh add 192.0.2.7 lladdr 02:00:00:00:00:01 dev uo0 nud permanent",
      );
      await transaction(["neighbour 4 uo0 192.0.2.8"], "ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:03 dev uo0 nud permanent");
      assert.match(await on.sh("ip neigh show nud permanent"), /192\.0\.2\.9/);
    });
  });

  describe("of next hops", () => {
    const setUp =
      "ip nexthop add id 71 via 192.0.2.9 dev uo0 protocol 205; ip nexthop add id 72 via 2001:db8::9 dev uo0 protocol 205; ip nexthop add id 73 blackhole protocol 205; " +
      "ip nexthop add id 76 via 198.51.100.9 dev uo1 protocol 205; ip nexthop add id 74 group 71,3/76,5 protocol 205; " +
      "ip nexthop add id 75 group 71/76 type resilient buckets 16 idle_timer 5 unbalanced_timer 6 protocol 205; " +
      "ip route add 10.1.0.0/16 nhid 74; ip route add 10.2.0.0/16 nhid 71; ip -6 route add 2001:db8:9::/48 nhid 72; ip route add 10.3.0.0/16 nhid 75";
    thorough?.("brings back deleted ones with their groups and routes", () =>
      undoes(["nexthop 71", "nexthop 72"], "ip nexthop del id 71; ip nexthop del id 72", setUp),
    );
    thorough?.("brings back those that went with their link's carrier, and the groups that lost them", () =>
      undoes(["link uo0"], "ip link set dev uo0 down", setUp),
    );
    thorough?.("takes a route away whose next hop discards, which makes it look as if it were of that type", () =>
      undoes(
        ["route 4 254 10.6.0.0/16 0 0", "route 6 254 2001:db8:6::/48 any 1024"],
        "ip route add 10.6.0.0/16 nhid 73; ip -6 route add 2001:db8:6::/48 nhid 79",
        `${setUp}; ip -6 nexthop add id 79 blackhole protocol 205`,
      ),
    );
    thorough?.("brings back a route by all next hops but that through a link that is down, and says so", async () => {
      await on.sh(`ip addr add 203.0.113.1/24 dev uo1
        ip route add default table 500 nexthop via 192.0.2.9 dev uo0 nexthop via 198.51.100.9 dev uo1; ip link set dev uo1 down`);
      const message = await transaction(["route 4 500 default 0 0"], "ip route replace blackhole default table 500");
      assert.match(
        message,
        /undone but for what these lines would restore:\n(.*\n)*ip -4 route append unicast default .* dev uo1/,
      );
      assert.match(await on.sh("ip route show table 500"), /^default via 192\.0\.2\.9 dev uo0/);
    });
    thorough?.("changes them back, and takes added ones away", () =>
      undoes(
        ["nexthop 71", "nexthop 74", "nexthop 78"],
        "ip nexthop replace id 71 via 192.0.2.8 dev uo0; ip nexthop replace id 74 group 71,7; ip nexthop add id 78 blackhole",
        setUp,
      ),
    );
  });

  describe("of settings", () => {
    thorough?.("restores one of a device", () =>
      undoes(
        ["sysctl net/ipv4/conf/uo0/rp_filter"],
        `echo 1 >${settingsOf("uo0")}/rp_filter`,
        `echo 2 >${settingsOf("uo0")}/rp_filter`,
      ),
    );
    thorough?.("restores what forwarding for all has changed of each device", () =>
      undoes(
        ["sysctl net/ipv4/ip_forward", "sysctl net/ipv6/conf/all/forwarding"],
        "for v in 0 1; do echo $v >/proc/sys/net/ipv4/ip_forward; echo $v >/proc/sys/net/ipv6/conf/all/forwarding; done",
        `for v in 1 0; do echo $v >/proc/sys/net/ipv4/ip_forward; echo $v >/proc/sys/net/ipv6/conf/all/forwarding; done; echo 1 >${settingsOf("uo0")}/forwarding; echo 1 >/proc/sys/net/ipv6/conf/uo1/forwarding; echo 1 >${settingsOf("all")}/accept_redirects`,
      ),
    );
    thorough?.("restores the default of all devices, and theirs", () =>
      undoes(
        ["sysctl net/ipv4/conf/default/arp_ignore", "sysctl net/ipv4/conf/all/rp_filter"],
        `echo 1 >${settingsOf("default")}/arp_ignore; echo 2 >${settingsOf("all")}/rp_filter`,
        `echo 2 >${settingsOf("uo0")}/arp_ignore`,
      ),
    );
    thorough?.("gives IPv6 back with addresses and routes", () =>
      undoes(
        ["sysctl net/ipv6/conf/uo0/disable_ipv6"],
        "echo 1 >/proc/sys/net/ipv6/conf/uo0/disable_ipv6",
        "ip -6 route add 2001:db8:9::/48 via 2001:db8::9",
      ),
    );
    thorough?.("gives IPv6 back to all", () =>
      undoes(
        ["sysctl net/ipv6/conf/all/disable_ipv6"],
        "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6",
        "ip -6 route add 2001:db8:9::/48 via 2001:db8::9",
      ),
    );
    thorough?.("leaves a setting that somebody else has changed meanwhile", async () => {
      await transaction(
        ["sysctl net/ipv4/conf/uo0/rp_filter"],
        `echo 1 >${settingsOf("uo0")}/arp_filter; echo 1 >${settingsOf("uo0")}/rp_filter`,
      );
      assert.equal(await on.sh(`cat ${settingsOf("uo0")}/arp_filter`), "1\n");
    });
  });

  describe("of queueing disciplines", () => {
    thorough?.("brings one back with its link", () =>
      undoes(
        ["link uo0"],
        "ip link del uo0",
        "tc qdisc add dev uo0 root handle 5: tbf rate 1mbit burst 10k latency 50ms; tc qdisc add dev uo0 ingress",
      ),
    );
    thorough?.("changes one back, and takes one away", () =>
      undoes(
        ["qdisc uo0 root", "qdisc uo1 root", "qdisc uo1 ffff:fff1"],
        "tc qdisc replace dev uo0 root handle 6: pfifo limit 9; tc qdisc add dev uo1 root handle 7: pfifo limit 9; tc qdisc add dev uo1 ingress",
        "tc qdisc add dev uo0 root handle 5: tbf rate 1mbit burst 10k latency 50ms",
      ),
    );
    thorough?.("reports what it can't bring back: classes", async () => {
      await on.sh(
        "tc qdisc add dev uo0 root handle 1: htb default 10; tc class add dev uo0 parent 1: classid 1:10 htb rate 1mbit; tc qdisc add dev uo0 parent 1:10 handle 20: pfifo limit 55",
      );
      const message = await transaction(["link uo0"], "ip link del uo0");
      assert.match(message, /tc qdisc replace dev uo0 parent 1:10 handle 20: pfifo limit 55/);
    });
  });

  describe("of routes", () => {
    thorough?.("gives back an expiring route with the time that it has left", async () => {
      await undoes(["link uo0"], "ip link set dev uo0 down", "ip -6 route add 2001:db8:9::/48 via 2001:db8::9 expires 500");
      const [, left] = /expires (\d+)sec/.exec(await on.sh("ip -6 route show 2001:db8:9::/48")) ?? [];
      assert.ok(Number(left) <= 500 && Number(left) > 400, left);
    });

    thorough?.("brings back policy tables, and the order of next hops", () =>
      undoes(
        ["route 4 500 default 0 0"],
        "ip route replace default table 500 nexthop via 198.51.100.9 dev uo1 weight 4 nexthop via 192.0.2.9 dev uo0 weight 3",
        "ip route add default table 500 nexthop via 192.0.2.9 dev uo0 weight 3 nexthop via 198.51.100.9 dev uo1 weight 4",
      ),
    );

    for (const [family, proto, route, other] of [
      [4, "dhcp", "default via 192.0.2.9 dev uo0 metric 4000", "default via 192.0.2.10 dev uo0 metric 4000"],
      [6, "ra", "default via fe80::9 dev uo0 metric 4000", "default via fe80::10 dev uo0 metric 4000"],
    ] as const) {
      thorough?.(`leaves a route of a lease that has changed meanwhile (${proto})`, async () => {
        await on.sh(`ip -${family} route add ${route} proto ${proto}`);
        await transaction(
          ["link uo0"],
          `ip link set dev uo0 down; ip link set dev uo0 up; ip -${family} route del ${route} 2>/dev/null; until ip -${family} route add ${other} proto ${proto}; do sleep 0.02; done`,
        );
        const now = await on.sh(`ip -${family} route show default metric 4000`);
        assert.match(now, new RegExp(`via ${other.split(" ")[2]?.replaceAll(".", "\\.")} dev uo0`));
        assert.equal(now.trim().split("\n").length, 1, now);
      });
    }

    thorough?.("leaves a route that somebody else has added meanwhile", async () => {
      await transaction(
        ["link uo0"],
        "ip link set dev uo0 down; ip route add 10.61.0.0/16 via 198.51.100.7; ip route add 10.62.0.0/16 via 198.51.100.7 table 500",
      );
      assert.match(
        await on.sh("ip route show table all"),
        /10\.61\.0\.0.*\n(.*\n)*.*10\.62\.0\.0|10\.62\.0\.0.*\n(.*\n)*.*10\.61\.0\.0/,
      );
    });

    thorough?.("brings back routes into tunnels", () => undoes(["link uo0"], "ip link set dev uo0 down", addTunnels));
    thorough?.("finds routes into tunnels by the route's own tos", () =>
      undoes(["route 4 254 10.1.0.0/16 16 0"], "ip route del 10.1.0.0/16 tos 0x10", `ip -4 route add ${tunnels[0]?.slice(3)}`),
    );

    thorough?.("gives an IPv6 multipath route the next hops back that went with their device's IPv6", () =>
      undoes(
        ["link uo0"],
        "ip link set dev uo0 mtu 1200",
        `ip -6 route add 2001:db8:9::/48 nexthop via fe80::9 dev uo0 weight 3 nexthop via fe80::9 dev uo1 weight 2
         ip -6 route add default from 2001:db8::/64 table 500 nexthop via fe80::1 dev uo0 nexthop via fe80::4 dev uo1 weight 4`,
      ),
    );
    thorough?.(
      "brings back an IPv6 multipath route also where a route shows that the kernel does not show between next hops",
      async () => {
        const route = "2001:db8:9::/48 metric 7";
        const show = () => on.sh(`ip -6 route show ${route}`);
        await on.sh(
          `for hop in 'via fe80::1 dev uo0' 'dev uo1' 'via fe80::2 dev uo0'; do ip -6 route append ${route} $hop; done`,
        );
        const multipath = await show();
        assert.doesNotMatch(multipath, /uo1/);
        await transaction(["link uo0"], "ip link set dev uo0 mtu 1200");
        assert.equal(await show(), `2001:db8:9::/48 dev uo1 pref medium\n${multipath}`);
      },
    );
    thorough?.(
      "brings back an IPv6 route without the source that it prefers where the host has lost that before, and says so",
      async () => {
        await on.sh(`ip addr add 2001:db8:5::1/64 dev uo0 nodad; ip -6 route add 2001:db8:9::/48 dev uo1 src 2001:db8:5::1
                   ip link set dev uo0 mtu 1200`);
        const show = () => on.sh("ip -6 route show 2001:db8:9::/48");
        assert.match(await show(), / src 2001:db8:5::1 /);
        const message = await transaction(["route 6 254 2001:db8:9::/48 any 1024"], "ip -6 route del 2001:db8:9::/48");
        assert.match(message, /Everything was undone but for .*\nip -6 route .* 2001:db8:9::\/48 dev uo1 src 2001:db8:5::1 /s);
        assert.equal(await show(), "2001:db8:9::/48 dev uo1 metric 1024 pref medium\n");
      },
    );
    thorough?.("brings back a route whose gateway a rule keeps from being reached", () =>
      undoes(
        ["address 4 uo0 192.0.2.1/24 -"],
        "ip addr del 192.0.2.1/24 dev uo0",
        "ip route add 10.1.0.0/16 via 192.0.2.9; ip rule add priority 20000 prohibit",
      ),
    );

    it("gives back the default route that a router has advertised, after forwarding has taken it away", () =>
      undoes(
        ["sysctl net/ipv6/conf/all/forwarding"],
        "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; ! ip -6 route show default | grep -q 'dev uo0'",
        `for d in all uo0; do echo 0 >/proc/sys/net/ipv6/conf/$d/forwarding; done
         echo 1 >/proc/sys/net/ipv6/conf/uo0/accept_ra; echo 1 >/proc/sys/net/ipv6/conf/uo0/accept_ra_defrtr; ${advertise("uo0-far")}
         tries=0; until ip -6 route show default | grep -q 'dev uo0 proto ra'; do tries=$((tries + 1)); [ $tries -lt 250 ] || exit 1; sleep 0.02; done`,
      ));
  });
});

/** A router's advertisement of itself, for 1800 s: type 134, hop limit 255 as the protocol wants it, to all nodes (ff02::1). */
const advertise = (device: string) =>
  `perl -MSocket=:all -e 'socket($s, AF_INET6, SOCK_RAW, 58) or die $!; $n = \`cat /proc/net/dev_snmp6/${device}\`; ($index) = $n =~ /ifIndex[^0-9]*([0-9]+)/ or die;
    setsockopt($s, 41, 18, pack("i", 255)) or die $!; setsockopt($s, 41, 17, pack("i", $index)) or die $!;
    send($s, pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0), 0, pack_sockaddr_in6(0, inet_pton(AF_INET6, "ff02::1"), $index)) or die $!'`;
