import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Case {
  readonly before: string;
  readonly now: string;
  readonly touches?: string;
  readonly removes?: string;
  readonly mode?: "undo" | "collateral";
  readonly elapsed?: number;
  /** The phases that have been tried in vain. */
  readonly tried?: string;
}

const scripts = [
  "keys",
  "links",
  "undo",
  ...["rules", "tables", "links", "settings", "qdiscs", "addresses", "neighbours", "nexthops", "routes"].map(
    (what) => `undo-${what}`,
  ),
];

/** What on-host/undo.awk writes, by the tool; text in the form of state_text and state_more, indented as the test is. */
function linesFor({ before, now, touches = "", removes = "", mode = "undo", elapsed = 0, tried = "" }: Case): string[] {
  const directory = mkdtempSync(join(tmpdir(), "undo-"));
  const write = (name: string, text: string) => {
    writeFileSync(
      join(directory, name),
      text.trim() === "" ? "" : `${text.trim().replace(/^ +/gm, "").replaceAll("|", "\\\t")}\n`,
    );
    return join(directory, name);
  };
  const out = join(directory, "out");
  const { stderr } = spawnSync(
    "awk",
    [
      ...Object.entries({ mode, elapsed, tried, out }).flatMap(([name, value]) => ["-v", `${name}=${value}`]),
      ...scripts.flatMap((script) => ["-f", join(__dirname, `../../../on-host/${script}.awk`)]),
      ...Object.entries({ touches, removes, before, now }).flatMap(([name, text]) => [`part=${name}`, write(name, text)]),
    ],
    { encoding: "utf8" },
  );
  assert.equal(stderr, "");
  const batches = readdirSync(directory).filter((file) => file.startsWith("out."));
  const lines = batches.toSorted().flatMap((batch) => {
    const text = readFileSync(join(directory, batch), "utf8").trim();
    return text.split("\n").map((line) => `${batch.replace(/^out\.(\d\.)?/, "")} ${line}`);
  });
  rmSync(directory, { recursive: true });
  return lines;
}

describe("The lines that undo a change", () => {
  it("replace a changed route in place: nothing is unreachable meanwhile", () => {
    const route = (weight: number) =>
      `1 default table 254 proto 205 scope 0 |nexthop via 192.0.2.1 dev adsl weight 9 |nexthop via 192.0.2.1 dev bdsl weight ${weight} `;
    assert.deepEqual(linesFor({ touches: "route 4 254 default 0 0", before: route(10), now: route(5) }), [
      "4 route replace unicast default table 254 proto 205 scope 0 nexthop via 192.0.2.1 dev adsl weight 9 nexthop via 192.0.2.1 dev bdsl weight 10",
    ]);
  });

  it("bring back what others stand on first, and remove last", () => {
    assert.deepEqual(
      linesFor({
        touches: "route 4 254 default 0 0\nroute 4 254 192.0.2.1 0 0\nroute 4 254 10.0.0.0/8 0 0",
        before: "1 default via 192.0.2.1 dev adsl table 254 proto 4 scope 0\n1 192.0.2.1 dev adsl table 254 proto 4 scope 253",
        now: "6 10.0.0.0/8 table 254 proto 205 scope 0",
      }),
      [
        "4 route append unicast 192.0.2.1 dev adsl table 254 proto 4 scope 253",
        "4 route append unicast default via 192.0.2.1 dev adsl table 254 proto 4 scope 0",
        "4 route del blackhole 10.0.0.0/8 table 254 proto 205 scope 0",
      ],
    );
  });

  it("say in words that `ip` takes what it prints in others", () => {
    const printed: [string, string][] = [
      [
        "1 default via 192.0.2.1 dev adsl table 254 proto 4 scope 0 rto_min lock 200ms features ecn ",
        "unicast default via 192.0.2.1 dev adsl rto_min 200ms features ecn table 254 proto 4 scope 0",
      ],
      [
        "1 default via 192.0.2.1 dev adsl table 254 proto 4 scope 0 dead linkdown onlink mtu lock 1400 ",
        "unicast default via 192.0.2.1 dev adsl onlink mtu lock 1400 table 254 proto 4 scope 0",
      ],
      [
        "1 default nhid 7 via 192.0.2.1 dev adsl table 254 proto 4 scope 0 src 192.0.2.9 ",
        "unicast default nhid 7 src 192.0.2.9 table 254 proto 4 scope 0",
      ],
      [
        "1 default tos 0x10 via inet6 fe80::1 dev adsl table 500 proto 4 scope 0 ",
        "unicast default via inet6 fe80::1 dev adsl tos 0x10 table 500 proto 4 scope 0",
      ],
      [
        "7 default dev lo table 254 proto 4 scope 0 metric 5 error -101 pref medium",
        "unreachable default dev lo pref medium table 254 proto 4 scope 0 metric 5",
      ],
    ];
    for (const [text, words] of printed) {
      const six = text.includes("pref");
      const tos = text.includes("0x10") ? 16 : 0;
      const key = six ? "route 6 254 default any 5" : `route 4 ${text.includes("500") ? 500 : 254} default ${tos} 0`;
      assert.deepEqual(linesFor({ touches: key, before: text, now: "" }), [`${six ? 6 : 4} route append ${words}`]);
    }
  });

  it("give a lease the time that it has left", () => {
    const before = "1 default via fe80::1 dev adsl table 254 proto 9 scope 0 metric 512 expires 400sec pref high";
    assert.deepEqual(linesFor({ touches: "route 6 254 default any 512", before, now: "", elapsed: 30 }), [
      "6 route append unicast default via fe80::1 dev adsl expires 370 pref high table 254 proto 9 scope 0 metric 512",
    ]);
    assert.deepEqual(
      linesFor({ touches: "route 6 254 default any 512", before, now: before.replace("400", "369"), elapsed: 30 }),
      [],
    );
  });

  it("put addresses back in the kernel's order: what follows a missing one goes and comes again", () => {
    const address = (local: string, more = "") =>
      `3: adsl    inet ${local}/24 scope 0 ${more}adsl\\       valid_lft forever preferred_lft forever\n`;
    assert.deepEqual(
      linesFor({
        touches: "address 4 adsl 192.0.2.1/24 -",
        before: address("192.0.2.1") + address("192.0.2.2", "secondary "),
        now: address("192.0.2.2"),
      }),
      [
        "4 addr del 192.0.2.2/24 dev adsl",
        "4 addr add 192.0.2.1/24 dev adsl scope 0",
        "4 addr add 192.0.2.2/24 dev adsl scope 0",
      ],
    );
  });

  it("restore an address with everything that was said of it, and wait for an IPv6 one", () => {
    assert.deepEqual(
      linesFor({
        touches: "address 4 adsl 192.0.2.1/32 192.0.2.9\naddress 6 adsl 2001:db8::1",
        before:
          "3: adsl    inet 192.0.2.1 peer 192.0.2.9/32 brd 192.0.2.255 scope 253 dynamic noprefixroute adsl:1\\       valid_lft 900sec preferred_lft 800sec\n" +
          "3: adsl    inet6 2001:db8::1/64 metric 7 scope 0 deprecated home proto 205 \\       valid_lft forever preferred_lft 0sec",
        now: "",
        elapsed: 10,
      }),
      [
        "4 addr add 192.0.2.1 peer 192.0.2.9/32 dev adsl brd 192.0.2.255 scope 253 noprefixroute label adsl:1 valid_lft 890 preferred_lft 790",
        "6 addr add 2001:db8::1/64 dev adsl metric 7 home proto 205 valid_lft forever preferred_lft 0",
        "dad address 6 adsl 2001:db8::1",
      ],
    );
  });

  it("leave what others have added, and routes that are somebody else's business", () => {
    const kept = "1 10.0.0.0/8 via 192.0.2.7 dev adsl table 254 proto 186 scope 0";
    assert.deepEqual(linesFor({ touches: "route 4 254 default 0 0", before: "", now: kept }), []);
    assert.deepEqual(linesFor({ touches: "route 4 254 default 0 0", before: kept, now: "" }), []);
  });

  it("keep names that no batch can hold out of the batch", () => {
    const before = `1 10.0.0.0/8 dev 'x#y table 254 proto 4 scope 253`;
    assert.deepEqual(linesFor({ touches: "route 4 254 10.0.0.0/8 0 0", before, now: "" }), [
      `one-4 route append unicast 10.0.0.0/8 dev 'x#y table 254 proto 4 scope 253`,
    ]);
  });

  it("help a route in whose gateway can't be reached any more, at the second attempt", () => {
    const before = "1 default via 192.0.2.1 dev adsl table 254 proto 4 scope 0";
    assert.deepEqual(linesFor({ touches: "route 4 254 default 0 0", before, now: "", tried: "routes" }), [
      "4 route append 192.0.2.1 dev adsl proto 205 metric 2050 scope 253",
      "4 rule add priority 0 to 192.0.2.1 lookup 254 protocol 205",
      "4 route append unicast default via 192.0.2.1 dev adsl table 254 proto 4 scope 0",
      "4 route del 192.0.2.1 dev adsl proto 205 metric 2050 scope 253",
      "4 rule del priority 0 to 192.0.2.1 lookup 254 protocol 205",
    ]);
  });
});

describe("The lines that undo a route", () => {
  it("name no metrics at the second attempt, and nothing is left of those that are locked", () => {
    const now = "1 10.0.0.0/8 dev adsl table 254 proto 205 scope 253 mtu lock 1400 cwnd lock 20 initcwnd 12 ";
    assert.deepEqual(linesFor({ touches: "route 4 254 10.0.0.0/8 0 0", before: "", now, tried: "routes" }), [
      "4 route del unicast 10.0.0.0/8 dev adsl table 254 proto 205 scope 253",
    ]);
  });
});

describe("The lines that undo a change of links", () => {
  const tail = "addrgenmode eui64 numtxqueues 1 numrxqueues 1 gso_max_size 65536";
  const link = (name: string, words: string, kind: string, flags = "BROADCAST,MULTICAST,UP,LOWER_UP") =>
    `9: ${name}: <${flags}> mtu 1500 qdisc noqueue ${words}state UP mode DEFAULT group 0 qlen 1000\\    link/[1] 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0 allmulti 0 minmtu 68 maxmtu 65535 ${kind && `\\    ${kind}`}${tail} \n`;
  const port = link("port0", "master bond0 ", "bond_slave state ACTIVE mii_status UP link_failure_count 0 queue_id 0 prio 0 ");
  const bond = (options: string) => link("bond0", "", `bond ${options} `, "BROADCAST,MULTICAST,MASTER,UP,LOWER_UP");
  const loopback = "1: lo    inet 127.0.0.1/8 scope 254 lo\\       valid_lft forever preferred_lft forever";

  it("change a bond's mode only while it is down and has no members", () => {
    assert.deepEqual(
      linesFor({
        touches: "link bond0",
        before: `${bond("mode active-backup miimon 100 updelay 0")}${port}${loopback}`,
        now: `${bond("mode 802.3ad miimon 100 updelay 0")}${port}${loopback}`,
      }),
      [
        "4 link set dev port0 nomaster",
        "4 link set dev bond0 down",
        "4 link set dev bond0 type bond mode active-backup",
        "4 link set dev bond0 address 02:00:00:00:00:01",
        "4 link set dev port0 master bond0",
        "4 link set dev port0 up",
        "4 link set dev bond0 up",
      ],
    );
  });

  it("give a bond fail_over_mac and its address only while it has no members, and take its primary away", () => {
    const options = (policy: string, primary = "") =>
      `mode active-backup miimon 100 ${primary}primary_reselect always fail_over_mac ${policy} xmit_hash_policy layer2`;
    assert.deepEqual(
      linesFor({
        touches: "link bond0",
        before: `${bond(options("follow"))}${port}${loopback}`,
        now: `${bond(options("active", "primary port0 ")).replace("00:00:01", "00:00:02")}${port}${loopback}`,
      }),
      [
        "4 link set dev port0 nomaster",
        "4 link set dev bond0 type bond fail_over_mac none",
        "4 link set dev bond0 address 02:00:00:00:00:01",
        "4 link set dev bond0 type bond fail_over_mac follow",
        "4 link set dev port0 master bond0",
        "4 link set dev bond0 type bond primary if2147483647",
        "4 link set dev port0 up",
      ],
    );
  });

  it("do not give a bond the address of the member that was active", () => {
    const options = bond("mode active-backup miimon 100 fail_over_mac active ");
    const now = options.replace("00:00:01", "00:00:02");
    assert.deepEqual(linesFor({ touches: "link bond0", before: `${options}${loopback}`, now: `${now}${loopback}` }), []);
  });

  it("exchange the queues of two members by way of none", () => {
    const member = (name: string, queue: number) =>
      link(name, "master bond0 ", `bond_slave state ACTIVE mii_status UP link_failure_count 0 queue_id ${queue} prio 0 `);
    const lines = linesFor({
      touches: "link bond0\nlink port0\nlink port1",
      before: `${bond("mode balance-rr")}${member("port0", 1)}${member("port1", 2)}${loopback}`,
      now: `${bond("mode balance-rr")}${member("port0", 2)}${member("port1", 1)}${loopback}`,
    });
    const queue = (port: string, number: number) => `4 link set dev ${port} type bond_slave queue_id ${number}`;
    assert.deepEqual(lines.slice(0, 2).toSorted(), [queue("port0", 0), queue("port1", 0)]);
    assert.deepEqual(lines.slice(2).toSorted(), [queue("port0", 1), queue("port1", 2)]);
  });

  it("have nothing to say of the settings of a bond that is meant to be gone", () => {
    assert.deepEqual(
      linesFor({
        mode: "collateral",
        touches: "link bond0",
        removes: "link bond0",
        before: `${bond("mode balance-rr")}${loopback}\n/proc/sys/net/ipv4/conf/bond0/rp_filter:2`,
        now: loopback,
      }),
      [],
    );
  });

  it("set a VLAN down again that came up with its bond, and give a new member no IPv6", () => {
    const vlan = (flags: string) => link("bond0.5@bond0", "", "vlan protocol [33024] id 5 <REORDER_HDR> ", flags);
    const alone = link("port0", "", "", "BROADCAST,MULTICAST,UP,LOWER_UP");
    const local = "9: port0    inet6 fe80::1/64 scope 253 proto 3 \\       valid_lft forever preferred_lft forever\n";
    const own = "9: port0    inet6 2001:db8::1/64 scope 0 \\       valid_lft forever preferred_lft forever\n";
    assert.deepEqual(
      linesFor({
        mode: "collateral",
        touches: "link bond0\nlink port0",
        before: `${bond("mode 802.3ad lacp_rate slow")}${vlan("BROADCAST,MULTICAST")}${alone}${loopback}\n${local}${own}1 default via fe80::9 dev port0 table 254 proto 9 metric 1024 pref medium`,
        now: `${bond("mode 802.3ad lacp_rate fast")}${vlan("BROADCAST,MULTICAST,UP,LOWER_UP")}${port}${loopback}`,
      }),
      ["4 link set dev bond0.5 down"],
    );
  });

  it("switch one way of watching a bond's links off before the other on", () => {
    assert.deepEqual(
      linesFor({
        touches: "link bond0",
        before: `${bond("mode active-backup miimon 100 updelay 200 arp_interval 0")}${loopback}`,
        now: `${bond("mode active-backup miimon 0 updelay 0 arp_interval 500 arp_ip_target 192.0.2.1")}${loopback}`,
      }),
      [
        "4 link set dev bond0 type bond arp_ip_target ,",
        "4 link set dev bond0 type bond arp_interval 0",
        "4 link set dev bond0 type bond miimon 100",
        "4 link set dev bond0 type bond updelay 200",
      ],
    );
  });

  it("make a bond again, its members and what stood on it, and bring all of it up last", () => {
    const vlan = link("bond0.5@bond0", "", "vlan protocol [33024] id 5 <REORDER_HDR,GVRP> ");
    assert.deepEqual(
      linesFor({
        touches: "link bond0",
        before: `${bond("mode active-backup miimon 100 primary port0")}${port}${vlan}${loopback}`,
        now: `${link("port0", "", "", "BROADCAST,MULTICAST")}${loopback}`,
      }).filter((line) => !/txqueuelen|group|addrgenmode|mtu/.test(line)),
      [
        "4 link add name bond0 address 02:00:00:00:00:01 type bond mode active-backup",
        "4 link add name bond0.5 link bond0 address 02:00:00:00:00:01 type vlan protocol 802.1Q id 5",
        "4 link set dev bond0 type bond miimon 100",
        "4 link set dev bond0.5 type vlan gvrp on",
        "4 link set dev port0 master bond0",
        "4 link set dev bond0 type bond primary port0",
        "4 link set dev port0 up",
        "4 link set dev bond0 up",
        "4 link set dev bond0.5 up",
      ],
    );
  });

  it("raise the MTU of what stands on a link after its own", () => {
    const vlan = link("bond0.5@bond0", "", "vlan protocol [33024] id 5 <REORDER_HDR> ");
    const before = `${vlan}${bond("mode active-backup")}${loopback}`;
    assert.deepEqual(linesFor({ touches: "link bond0", before, now: before.replaceAll("mtu 1500", "mtu 1400") }), [
      "4 link set dev bond0 mtu 1500",
      "4 link set dev bond0.5 mtu 1500",
    ]);
  });
});

describe("The lines that undo a change of rules", () => {
  const rule = (words: string, priority = 100) => `${priority}:\t${words}\n`;

  it("find a rule by its words in whatever order they were written", () => {
    const added = "family 4\n" + rule("from 192.0.2.0/24 tos 0x08 fwmark 0x100/0x3f00 ipproto ipproto-17 lookup 500 proto 205");
    assert.deepEqual(
      linesFor({
        touches: "rule 4 100 protocol 205 table 500 ipproto 17 to all fwmark 256/16128 tos 0x8 from 192.0.2.0/24",
        before: "family 4",
        now: added,
      }),
      ["4 rule del priority 100 from 192.0.2.0/24 tos 0x08 fwmark 0x100/0x3f00 ipproto 17 table 500 proto 205"],
    );
  });

  it("take all of a priority away where a less special rule would take another one with it", () => {
    const special = rule("from 192.0.2.1 lookup 500 proto 205");
    const general = rule("from all lookup 500 proto 205");
    assert.deepEqual(
      linesFor({
        touches: "rule 4 100 table 500 proto 205",
        before: `family 4\n${special}`,
        now: `family 4\n${special}${general}`,
      }),
      ["4 rule del priority 100", "4 rule del priority 100", "4 rule add priority 100 from 192.0.2.1 table 500 proto 205"],
    );
  });

  describe("that has hit another rule than it was meant for", () => {
    const special = rule("from all fwmark 0x1 lookup 500 proto 205");
    const other = rule("from all ipproto ipproto-6 lookup 500 proto 205");
    const general = rule("from all lookup 500 proto 205");
    const meant = "rule 4 100 table 500 proto 205";
    const add = "4 rule add priority 100";
    const del = "4 rule del priority 100 table 500 proto 205";
    const linesAfter = (before: string, now: string, removes = meant) =>
      linesFor({ mode: "collateral", touches: removes, removes, before: `family 4\n${before}`, now: `family 4\n${now}` });

    it("take the one away and bring the other back", () => {
      assert.deepEqual(linesAfter(special + general, general), [del, `${add} fwmark 0x1 table 500 proto 205`]);
    });

    it("bring back all that go on the way to the one that was meant", () => {
      assert.deepEqual(linesAfter(special + other + general, other + general), [
        ...[del, del],
        ...[`${add} fwmark 0x1 table 500 proto 205`, `${add} ipproto 6 table 500 proto 205`],
      ]);
    });

    it("are none where all went as it was meant", () => {
      assert.deepEqual(linesAfter(general + special, special), []);
      assert.deepEqual(linesAfter(special + general, "", `${meant}\nrule 4 100 fwmark 0x1 table 500 proto 205`), []);
    });

    it("know what the kernel does not compare", () => {
      const inverted = rule("not from all fwmark 0x1 goto 700 proto 205");
      const plain = rule("from all goto 600 proto 205");
      assert.deepEqual(linesAfter(inverted + plain, plain, "rule 4 100 goto 600 proto 205"), [
        "4 rule del priority 100 goto 600 proto 205",
        `${add} not fwmark 0x1 goto 700 proto 205`,
      ]);
    });
  });

  it("give a mark of 0 its mask, without which it is no mark at all", () => {
    assert.deepEqual(
      linesFor({
        touches: "rule 4 100 fwmark 0x0/0xffffffff table 500 proto 205",
        before: `family 4\n${rule("from all fwmark 0 lookup 500 proto 205")}`,
        now: "family 4",
      }),
      ["4 rule add priority 100 fwmark 0/0xffffffff table 500 proto 205"],
    );
  });

  it("leave a rule in the same priority that no step has touched", () => {
    assert.deepEqual(
      linesFor({
        touches: "rule 6 100 table 500 proto 205",
        before: "family 6",
        now: `family 6\n${rule("from all lookup 501 proto 0")}`,
      }),
      [],
    );
  });
});

describe("The lines that undo a change of routes into tunnels", () => {
  it("tell the route's own tos from the tunnel's, and write both in their places", () => {
    const before =
      "1 10.1.0.0/16  encap ip id 5 src 192.0.2.1 dst 10.9.9.9 ttl 7 tos 4 tos 0x10 via 192.0.2.9 dev adsl table 254 proto 4 scope 0";
    assert.deepEqual(linesFor({ touches: "route 4 254 10.1.0.0/16 16 0", before, now: "" }), [
      "4 route append unicast 10.1.0.0/16 encap ip id 5 src 192.0.2.1 dst 10.9.9.9 ttl 7 tos 4 via 192.0.2.9 dev adsl tos 0x10 table 254 proto 4 scope 0",
    ]);
  });

  it("write segments as `ip` takes them, and a local segment's table with its action", () => {
    const routes = [
      "1 2001:db8:1::/48  encap seg6 mode inline segs 3 [ 2001:db8::a 2001:db8::b :: ] dev adsl table 254 proto 4 scope 0 metric 1024 pref medium",
      "1 2001:db8:2::/48  encap seg6local action End.DT6 table 100 dev adsl table 254 proto 4 scope 0 metric 1024 pref medium",
    ];
    assert.deepEqual(
      linesFor({
        touches: "route 6 254 2001:db8:1::/48 any 1024\nroute 6 254 2001:db8:2::/48 any 1024",
        before: routes.join("\n"),
        now: "",
      }),
      [
        "6 route append unicast 2001:db8:1::/48 encap seg6 mode inline segs 2001:db8::a,2001:db8::b dev adsl pref medium table 254 proto 4 scope 0 metric 1024",
        "6 route append unicast 2001:db8:2::/48 encap seg6local action End.DT6 table 100 dev adsl pref medium table 254 proto 4 scope 0 metric 1024",
      ],
    );
  });
});

describe("The lines that put back what went with a change", () => {
  const gone = "1 10.0.0.0/8 via 192.0.2.7 dev adsl table 254 proto PROTO scope 0 src 192.0.2.2";
  const put = (before: string, now: string, removes = "") =>
    linesFor({
      mode: "collateral",
      touches: `address 4 adsl 192.0.2.1/24 -\n${removes}`,
      removes: `address 4 adsl 192.0.2.1/24 -\n${removes}`,
      before,
      now,
    });

  it("bring back a route of its device, whoever made it", () => {
    assert.equal(put(gone.replace("PROTO", "186"), "").length, 1);
  });

  it("leave what a step removes, what the kernel makes itself, and a lease that has changed", () => {
    assert.deepEqual(put(gone.replace("PROTO", "205"), "", "route 4 254 10.0.0.0/8 0 0"), []);
    assert.deepEqual(put(gone.replace("PROTO", "2"), ""), []);
    const lease = gone.replace("PROTO", "16");
    assert.deepEqual(put(lease, lease.replace("192.0.2.7", "192.0.2.8")), []);
  });

  it("give an IPv6 route its preferred source again: it outlives the address without it", () => {
    const before = "1 2001:db8:9::/48 via fe80::1 dev adsl table 254 proto 4 scope 0 src 2001:db8::1 metric 1024 pref medium";
    assert.deepEqual(
      linesFor({
        mode: "collateral",
        touches: "address 6 adsl 2001:db8::1",
        before,
        now: before.replace(" src 2001:db8::1", ""),
      }),
      [
        "6 route replace unicast 2001:db8:9::/48 via fe80::1 dev adsl src 2001:db8::1 pref medium table 254 proto 4 scope 0 metric 1024",
      ],
    );
  });
});

describe("A table of nftables", () => {
  const touches = "nft inet pulumi_multipath";
  const table = (rule: string, alive = "; elements = { 0x00000100, 0x00000200 }") =>
    `table inet pulumi_multipath { set alive { type mark${alive}; }; chain output { ${rule}; }; }`;
  const [anew, gone] = ["nft add table inet pulumi_multipath", "nft delete table inet pulumi_multipath"];

  it("is made what it was, as a whole, or removed where there was none", () => {
    assert.deepEqual(linesFor({ touches, before: table("accept"), now: table("drop") }), [anew, gone, `nft ${table("accept")}`]);
    assert.deepEqual(linesFor({ touches, before: table("accept"), now: "" }), [anew, gone, `nft ${table("accept")}`]);
    assert.deepEqual(linesFor({ touches, before: "", now: table("accept") }), [anew, gone]);
  });

  it("is left as it is when only the line monitor has changed it, or the change stays", () => {
    assert.deepEqual(linesFor({ touches, before: table("accept"), now: table("accept", "; elements = { 0x00000200 }") }), []);
    assert.deepEqual(linesFor({ touches, before: table("accept"), now: table("accept", "") }), []);
    assert.deepEqual(linesFor({ touches, before: table("accept"), now: table("drop"), mode: "collateral" }), []);
    assert.deepEqual(linesFor({ before: table("accept"), now: table("drop") }), []);
  });
});
