import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a look of put-back.sh finds; text as `ip -N -d -o` prints it, indented as the test is, `|` for the beginning of a next hop. */
interface Look {
  readonly events?: string;
  readonly now: string;
  /** Keys of what a transaction that is not confirmed has changed. */
  readonly touches?: string;
  /** What the line monitor says. */
  readonly health?: string;
  /** The tables of nftables that there are; undefined: these are not listened to. */
  readonly tables?: string;
  /** What the last attempt ran, and what was refused of it. */
  readonly tried?: string;
  readonly refused?: string;
  /** In hundredths of a second. */
  readonly at?: number;
}

const onHost = (script: string) => join(__dirname, "../../../on-host", script);

/** What is to be run after each look, all with one memory. Objects: the lines of their files, by the files' names. */
function linesAfter(objects: Readonly<Record<string, string>>, ...looks: readonly Look[]): string[][] {
  const work = mkdtempSync(join(tmpdir(), "put-back-"));
  const write = (name: string, text: string) => {
    const trimmed = text.trim().replace(/^ +/gm, "").replaceAll("|", "\\\t");
    writeFileSync(join(work, name), trimmed === "" ? "" : `${trimmed}\n`);
    return join(work, name);
  };
  write("memory", "");
  const files = Object.entries(objects).map(([name, lines]) => write(name, `kind\n\n${lines.trim()}`));
  const found = looks.map(({ events = "", now, touches = "", health = "", tables, tried = "", refused = "", at = 1000 }) => {
    const { stderr } = spawnSync(
      "awk",
      [
        ...["-v", `work=${work}`, "-v", `now=${at}`, "-v", "run=1", "-v", `listed=${tables === undefined ? "" : 1}`],
        ...["keys", "dropped", "put-back"].flatMap((script) => ["-f", onHost(`${script}.awk`)]),
        ...["part=events", write("events", events), "part=touches", write("touches", touches)],
        ...["part=health", write("health", health)],
        ...["part=tried", write("tried", tried), "part=refused", write("refused", refused)],
        ...["part=memory", join(work, "memory"), "part=now", write("now", now)],
        ...(tables === undefined ? [] : ["part=tables", write("tables", tables)]),
        ...["part=objects", ...files],
      ],
      { encoding: "utf8" },
    );
    assert.equal(stderr, "");
    return readFileSync(join(work, "todo"), "utf8").split("\n").filter(Boolean);
  });
  rmSync(work, { recursive: true });
  return found;
}

/** After the last of several looks. */
const linesFor = (...all: Parameters<typeof linesAfter>) => linesAfter(...all).at(-1);

const up = (...names: string[]) => names.map((name, n) => `${n + 2}: ${name}@if9: <BROADCAST,UP,LOWER_UP> mtu 1500 `).join("\n");
const down = (name: string, index: number) => `${index}: ${name}@if9: <BROADCAST> mtu 1500 `;
const address = (name: string, index: number, text = "inet 203.0.113.5/32 scope 0") => `${index}: ${name}    ${text} ${name}`;

const single = { "30-Route-4_254_10.0.0.0%2F8_0_0": "ip -4 route replace 10.0.0.0/8 via 192.0.2.1 dev adsl proto 205" };
const singleRoute = "1 10.0.0.0/8 via 192.0.2.1 dev adsl table 254 scope 0 ";

const lines = {
  "20-Address-4_adsl_203.0.113.5%2F32_-": "ip -4 addr replace 203.0.113.5/32 dev adsl proto 205",
  "20-Address-4_bdsl_203.0.113.5%2F32_-": "ip -4 addr replace 203.0.113.5/32 dev bdsl proto 205",
  "30-Route-4_254_198.51.100.1_0_0": "ip -4 route replace 198.51.100.1/32 dev adsl proto 205 src 203.0.113.5",
  "30-Route-4_254_default_0_0":
    "ip -4 route replace default proto 205 src 203.0.113.5 nexthop via 198.51.100.1 dev adsl weight 9 nexthop via 198.51.100.2 dev bdsl weight 10",
};
const linesAddresses = `${address("adsl", 2)}\n${address("bdsl", 3)}`;
const routerRoute = "1 198.51.100.1 dev adsl table 254 scope 253 src 203.0.113.5 ";
const linesDefault = (dead = "") =>
  `1 default table 254 scope 0 src 203.0.113.5 |nexthop via 198.51.100.1 dev adsl weight 9 ${dead}|nexthop via 198.51.100.2 dev bdsl weight 10 `;
const allLines = `${up("adsl", "bdsl")}\n${linesAddresses}\n${routerRoute}\n${linesDefault()}`;

describe("What the kernel has dropped", () => {
  it("is put back once its device is up again", () => {
    assert.deepEqual(
      linesAfter(
        single,
        { now: `${up("adsl")}\n${singleRoute}` },
        { events: "down adsl", now: down("adsl", 2) },
        { now: up("adsl") },
      ),
      [[], [], ["ip -4 route add 10.0.0.0/8 via 192.0.2.1 dev adsl proto 205"]],
    );
  });

  it("is put back at once when its device was away for a moment only", () => {
    assert.deepEqual(
      linesFor(single, { now: `${up("adsl")}\n${singleRoute}` }, { events: "changed\ndown adsl", now: up("adsl") }),
      ["ip -4 route add 10.0.0.0/8 via 192.0.2.1 dev adsl proto 205"],
    );
  });

  it("is put back also by a look that comes before the kernel tells of the device", () => {
    const before = { now: `${up("adsl")}\n${singleRoute}` };
    const [early, told] = linesAfter(
      single,
      before,
      { events: "changed", now: down("adsl", 2), at: 1000 },
      { events: "gone adsl", now: up("adsl"), at: 1100 },
    ).slice(1);
    assert.deepEqual([early, told?.length], [[], 1]);
    assert.deepEqual(
      linesFor(
        single,
        before,
        { events: "changed", now: up("adsl"), at: 1000 },
        { now: up("adsl"), at: 1100 },
        { events: "down adsl", now: up("adsl"), at: 1200 },
      ),
      [],
      "what somebody has deleted before",
    );
    const [, late] = linesAfter(
      single,
      before,
      { events: "changed", now: up("adsl"), at: 1000 },
      { events: "down adsl", now: up("adsl"), at: 1900 },
    ).slice(1);
    assert.equal(late?.length, 1, "however far the looks of a busy host are apart");
  });

  it("is put back again when it was dropped once more before that was seen", () => {
    const key = "route 4 254 10.0.0.0/8 0 0";
    const line = "ip -4 route add 10.0.0.0/8 via 192.0.2.1 dev adsl proto 205";
    const after = (events: string) =>
      linesFor(
        single,
        { now: `${up("adsl")}\n${singleRoute}` },
        { events: "down adsl", now: up("adsl") },
        { events, now: up("adsl"), tried: `${key}\t${line}` },
      );
    assert.deepEqual(after("changed\ndown adsl"), [line]);
    assert.deepEqual(after("changed"), [], "but not when somebody has deleted it");
  });

  it("is nothing that vanished by itself, whatever happens to its device later", () => {
    assert.deepEqual(
      linesAfter(
        single,
        { now: `${up("adsl")}\n${singleRoute}` },
        { events: "changed\nwithout adsl 2001:db8::5\ndown bdsl", now: up("adsl"), at: 1000 },
        { now: up("adsl"), at: 1100 },
        { events: "down adsl", now: up("adsl"), at: 2000 },
      ),
      [[], [], [], []],
    );
  });

  it("is nothing whose file has gone", () => {
    assert.deepEqual(linesFor({}, { now: `${up("adsl")}\n${singleRoute}` }, { events: "down adsl", now: up("adsl") }), []);
  });

  it("waits for the address that a route is to have, on the route's own device", () => {
    const without = `${up("adsl", "bdsl")}\n${address("bdsl", 3)}`;
    const after = linesAfter(
      lines,
      { now: allLines },
      { events: "without adsl 203.0.113.5", now: `${without}\n${linesDefault("dead linkdown ")}` },
      { events: "changed", now: `${up("adsl", "bdsl")}\n${linesAddresses}\n${linesDefault()}` },
    );
    assert.deepEqual(after, [[], [], ["ip -4 route add 198.51.100.1/32 dev adsl proto 205 src 203.0.113.5"]]);
  });

  it("comes back without the next hops that the kernel does not take yet, and then as a whole", () => {
    const part = "1 default via 198.51.100.2 dev bdsl table 254 scope 0 src 203.0.113.5 ";
    const oneUp = `${down("adsl", 2)}\n3: bdsl@if9: <BROADCAST,UP> mtu 1500 \n${linesAddresses}`;
    const [, none, first, again, whole, done] = linesAfter(
      lines,
      { now: allLines },
      { events: "down adsl\ndown bdsl", now: `${down("adsl", 2)}\n${down("bdsl", 3)}\n${linesAddresses}` },
      { now: oneUp },
      { now: `${oneUp}\n${part}` },
      { now: `${up("adsl", "bdsl")}\n${linesAddresses}\n${part}` },
      { now: allLines },
    );
    assert.deepEqual(none, []);
    assert.deepEqual(first, ["ip -4 route add default proto 205 src 203.0.113.5 nexthop via 198.51.100.2 dev bdsl weight 10"]);
    assert.deepEqual(again, []);
    assert.deepEqual(whole, [
      "ip -4 route add 198.51.100.1/32 dev adsl proto 205 src 203.0.113.5",
      lines["30-Route-4_254_default_0_0"],
    ]);
    assert.deepEqual(done, []);
  });

  it("is as it was while only a next hop is dead, or a carrier away", () => {
    const now = `${up("adsl", "bdsl")}\n${linesAddresses}\n${routerRoute}linkdown \n${linesDefault("dead linkdown ")}`;
    assert.deepEqual(linesFor(lines, { now: allLines }, { events: "down adsl", now }), []);
  });

  it("is told from what a person has put in its place", () => {
    const changed = singleRoute.replace("192.0.2.1", "192.0.2.7");
    assert.deepEqual(
      linesFor(
        single,
        { now: `${up("adsl")}\n${singleRoute}` },
        { events: "changed\ndown adsl", now: `${up("adsl")}\n${changed}` },
      ),
      [],
    );
  });

  it("of IPv6 is also a preferred source and a next hop", () => {
    const objects = {
      "30-Route-6_254_2001:db8:9::%2F48_any_1024":
        "ip -6 route replace 2001:db8:9::/48 proto 205 src 2001:db8::5 nexthop via fe80::1 dev adsl weight 1 nexthop via fe80::1 dev bdsl weight 1",
    };
    const route = (source: string) =>
      `1 2001:db8:9::/48 table 254 scope 0 ${source}metric 1024 pref medium|nexthop via fe80::1 dev adsl weight 1 |nexthop via fe80::1 dev bdsl weight 1 `;
    const leg = "1 2001:db8:9::/48 via fe80::1 dev bdsl table 254 scope 0 src 2001:db8::5 metric 1024 pref medium";
    const links = `${up("adsl", "bdsl")}\n4: lo    inet6 2001:db8::5/128 scope 0`;
    const whole = `${links}\n${route("src 2001:db8::5 ")}`;
    const wanted = [objects["30-Route-6_254_2001:db8:9::%2F48_any_1024"]];
    assert.deepEqual(linesFor(objects, { now: whole }, { events: "down adsl", now: `${links}\n${leg}` }), wanted);
    const [, gone, back] = linesAfter(
      objects,
      { now: whole },
      { events: "without lo 2001:db8::5", now: `${up("adsl", "bdsl")}\n${route("")}` },
      { now: `${links}\n${route("")}` },
    );
    assert.deepEqual([gone, back], [[], wanted]);
  });

  it("of IPv6 are the addresses of a device that was set down, of IPv4 those that went with a device or a primary address", () => {
    const objects = {
      "20-Address-4_adsl_192.0.2.5%2F24_-": "ip -4 addr replace 192.0.2.5/24 dev adsl",
      "20-Address-4_adsl_192.0.2.6%2F32_192.0.2.7": "ip -4 addr replace 192.0.2.6 peer 192.0.2.7/32 dev adsl",
      "20-Address-6_adsl_2001:db8::5": "ip -6 addr replace 2001:db8::5/64 dev adsl nodad",
    };
    const [secondary, peer, six] = Object.values(objects);
    const addresses = {
      primary: address("adsl", 2, "inet 192.0.2.1/24 scope 0"),
      secondary: address("adsl", 2, "inet 192.0.2.5/24 scope 0 secondary"),
      peer: address("adsl", 2, "inet 192.0.2.6 peer 192.0.2.7/32 scope 0"),
      six: address("adsl", 2, "inet6 2001:db8::5/64 scope 0"),
    };
    const shown = (...names: (keyof typeof addresses)[]) => [up("adsl"), ...names.map((name) => addresses[name])].join("\n");
    const before = { now: shown("primary", "secondary", "peer", "six") };
    const after = (events: string, ...left: (keyof typeof addresses)[]) =>
      linesFor(objects, before, { events, now: shown(...left) });
    assert.deepEqual(after("down adsl", "primary", "secondary", "peer"), [six]);
    assert.deepEqual(after("down adsl", "primary", "secondary"), [six], "one that somebody has deleted");
    assert.deepEqual(after("gone adsl"), [secondary, peer, six]);
    assert.deepEqual(after("without adsl 192.0.2.5\nwithout adsl 192.0.2.1", "peer", "six"), [secondary]);
    assert.deepEqual(after("without adsl 192.0.2.5", "primary", "peer", "six"), []);
    assert.deepEqual(after("without adsl 2001:db8::5", "primary", "secondary", "peer"), []);
  });

  it("of a device that is another one are its settings, and what stood on it", () => {
    const objects = {
      "10-Link-port0": "ip link set dev port0 mtu 1400 up",
      "12-BondedLink-uplink":
        "ip link add name uplink type bond mode active-backup\nip link set dev port0 down\nip link set dev port0 master uplink\nip link set dev uplink up",
      "14-Vlan-office": "ip link add link port0 name office type vlan id 5\nip link set dev office up",
      "16-Sysctl-net%2Fipv4%2Fconf%2Foffice%2Frp%5Ffilter": "sysctl net/ipv4/conf/office/rp_filter=2",
      "16-Sysctl-net%2Fipv4%2Fip%5Fforward": "sysctl net/ipv4/ip_forward=1",
      "20-Address-4_office_192.0.2.5%2F24_-": "ip -4 addr replace 192.0.2.5/24 dev office",
    };
    const before = { now: `${up("port0", "office", "uplink")}\n${address("office", 3, "inet 192.0.2.5/24 scope 0")}` };
    const [, gone, back] = linesAfter(
      objects,
      before,
      { events: "gone office\ngone port0", now: "4: uplink: <BROADCAST,UP> mtu 1500 " },
      { now: "4: uplink: <BROADCAST,UP> mtu 1500 \n7: port0@if9: <BROADCAST> mtu 1500 " },
    );
    assert.deepEqual(gone, []);
    assert.deepEqual(back, [
      "ip link set dev port0 mtu 1400 up",
      "ip link set dev port0 down",
      "ip link set dev port0 master uplink",
      "ip link add link port0 name office type vlan id 5",
      "ip link set dev office up",
      "sysctl net/ipv4/conf/office/rp_filter=2",
      "ip -4 addr replace 192.0.2.5/24 dev office",
    ]);
    // Missed: its index tells.
    assert.deepEqual(
      linesFor(objects, before, { events: "all", now: "4: uplink: <UP> mtu 1500 \n7: port0@if9: <BROADCAST> mtu 1500 " }),
      back,
    );
    // A VLAN that somebody has deleted stays away, and its address until it is there again.
    const [, deleted, madeAgain] = linesAfter(
      objects,
      before,
      { events: "gone office", now: up("port0") },
      { now: `2: port0@if9: <UP> mtu 1500 \n8: office@port0: <UP> mtu 1500 ` },
    );
    assert.deepEqual(deleted, []);
    assert.deepEqual(madeAgain, back.slice(4));
  });

  it("is everything that is missing, as long as nothing was seen since boot", () => {
    assert.deepEqual(
      linesFor(lines, { now: up("adsl", "bdsl") }),
      Object.values(lines).map((line) => line.replace("route replace", "route add")),
    );
    assert.deepEqual(linesFor(lines, { now: allLines }), []);
    assert.deepEqual(linesFor(lines, { now: "" }, { now: up("bdsl") }), [
      "ip -4 addr replace 203.0.113.5/32 dev bdsl proto 205",
      "ip -4 route add default proto 205 src 203.0.113.5 nexthop via 198.51.100.2 dev bdsl weight 10",
    ]);
  });

  it("is left to a transaction that has changed it", () => {
    const before = { now: allLines };
    const now = `${up("adsl", "bdsl")}\n${linesAddresses}\n${linesDefault()}`;
    const [, armed, ended] = linesAfter(
      lines,
      before,
      { events: "down adsl", now, touches: "route 4 254 198.51.100.1/32 0 0" },
      { now },
    );
    assert.deepEqual([armed, ended], [[], ["ip -4 route add 198.51.100.1/32 dev adsl proto 205 src 203.0.113.5"]]);
  });

  it("is put back without the next hops of lines that are down, and as a whole when all are", () => {
    const before = { now: allLines };
    const gone = { events: "all", now: `${up("adsl", "bdsl")}\n${linesAddresses}\n${routerRoute}` };
    const head = "ip -4 route add default proto 205 src 203.0.113.5";
    const adsl = "nexthop via 198.51.100.1 dev adsl weight 9";
    const bdsl = "nexthop via 198.51.100.2 dev bdsl weight 10";
    const line = (name: string, state: string, gateway: string) => `line ${name} ${state} 1795800000 ${name} ${gateway} -`;
    const first = line("adsl", "up", "198.51.100.1");
    const second = line("bdsl", "down", "198.51.100.2");
    assert.deepEqual(linesFor(lines, before, { ...gone, health: `monitor 7 1\n${first}\n${second} no answer` }), [
      `${head} ${adsl}`,
    ]);
    assert.deepEqual(
      linesFor(lines, before, { ...gone, health: `${first}\n${line("bdsl", "drained", "198.51.100.2")} somebody` }),
      [`${head} ${adsl}`],
    );
    assert.deepEqual(linesFor(lines, before, { ...gone, health: `${line("adsl", "down", "198.51.100.1")}\n${second}` }), [
      `${head} ${adsl} ${bdsl}`,
    ]);
  });

  it("is not what the line monitor has left out", () => {
    const short = "1 default via 198.51.100.1 dev adsl table 254 scope 0 src 203.0.113.5 ";
    const now = `${up("adsl", "bdsl")}\n${linesAddresses}\n${routerRoute}\n${short}`;
    const health = "line bdsl down 1795800000 bdsl 198.51.100.2 - no answer";
    const text = "ip -4 route replace default proto 205 src 203.0.113.5 nexthop via 198.51.100.1 dev adsl weight 9";
    assert.deepEqual(
      linesAfter(
        lines,
        { now: allLines },
        { events: "down bdsl", now, health },
        { now, health, tried: `route 4 254 default 0 0\t${text}` },
      ),
      [[], [text], []],
    );
  });

  it("is tried again as long as the kernel refuses it, and then no more", () => {
    const key = "route 4 254 10.0.0.0/8 0 0";
    const line = "ip -4 route add 10.0.0.0/8 via 192.0.2.1 dev adsl proto 205";
    const looks = [
      { now: `${up("adsl")}\n${singleRoute}` },
      { events: "down adsl", now: up("adsl") },
      { now: up("adsl"), tried: `${key}\t${line}`, refused: `${key}\t${line}\tNexthop has invalid gateway.` },
      { now: up("adsl"), tried: `${key}\t${line}` },
    ];
    assert.deepEqual(linesAfter(single, ...looks), [[], [line], [line], []]);
  });
});

describe("What a network manager has taken away", () => {
  const hole = { "30-Route-4_254_10.9.0.0%2F16_0_0": "ip -4 route replace blackhole 10.9.0.0/16 proto 205" };
  const holeLine = "6 10.9.0.0/16 table 254 scope 0 ";
  const holeBack = ["ip -4 route add blackhole 10.9.0.0/16 proto 205"];

  it("is put back whether it is seen to be at work before or after", () => {
    const before = { now: `${up("adsl")}\n${holeLine}` };
    assert.deepEqual(linesFor(hole, before, { events: "changed\nmanager", now: up("adsl") }), holeBack);
    assert.deepEqual(
      linesAfter(
        hole,
        before,
        { events: "changed", now: up("adsl"), at: 1000 },
        { events: "manager", now: up("adsl"), at: 9000 },
      ),
      [[], [], holeBack],
    );
  });

  it("is nothing that somebody has deleted a while before", () => {
    const looks = [
      { now: `${up("adsl")}\n${holeLine}` },
      { events: "changed", now: up("adsl"), at: 1000 },
      { now: up("adsl"), at: 1600 },
      { events: "manager", now: up("adsl"), at: 1700 },
    ];
    assert.deepEqual(linesAfter(hole, ...looks), [[], [], [], []]);
  });

  it("is nothing of others", () => {
    assert.deepEqual(
      linesFor(
        hole,
        { now: `${up("adsl")}\n${address("adsl", 2)}\n${holeLine}` },
        { events: "manager", now: `${up("adsl")}\n${holeLine}` },
      ),
      [],
    );
  });

  it("may be an address, and a rule of either family", () => {
    const more = {
      "20-Address-4_adsl_203.0.113.5%2F32_-": "ip -4 addr replace 203.0.113.5/32 dev adsl proto 205",
      "40-RoutingRule-4": "ip -4 rule add priority 20501 fwmark 0x100 table 20501 proto 205",
      "40-RoutingRule-6": "ip -6 rule add priority 20501 fwmark 0x100 table 20501 proto 205",
      "40-RoutingRule-other": "ip -4 rule add priority 20502 fwmark 0x200 table 20502 proto 205",
    };
    const before = { now: `${up("adsl")}\n${address("adsl", 2)}` };
    const rule = "without-rule 20501: from all fwmark 0x100 lookup 20501 proto 205";
    const back = Object.values(more).slice(0, 3);
    assert.deepEqual(
      linesAfter(
        more,
        before,
        { events: `without adsl 203.0.113.5\n${rule}`, now: up("adsl"), at: 1000 },
        { events: "manager", now: up("adsl"), at: 1100 },
      ),
      [[], [], back],
    );
    assert.deepEqual(linesFor(more, before, { events: rule, now: before.now }), []);
    assert.deepEqual(
      linesFor(more, before, {
        events: `${rule}\nmanager`,
        now: before.now,
        touches: "rule 4 20501 fwmark 0x100 proto 205 table 20501",
      }),
      back.slice(2),
    );
  });
});

describe("What `ip monitor` prints", () => {
  const folder = mkdtempSync(join(tmpdir(), "multipath-events-"));
  const told = join(folder, "told");
  const events = (text: string) =>
    spawnSync("awk", ["-v", `told=${told}`, "-f", onHost("events.awk")], { input: text.replace(/^ +/gm, ""), encoding: "utf8" })
      .stdout.trim()
      .split("\n");

  beforeEach(() => writeFileSync(told, ""));
  after(() => rmSync(folder, { recursive: true }));

  it("is told as what it does to others", () => {
    assert.deepEqual(
      events(`4: adsl@if2: <BROADCAST,MULTICAST> mtu 1500 qdisc noqueue state DOWN group 0 \\    link/ether 02:00:00:00:0a:01 brd ff:ff:ff:ff:ff:ff
        4: adsl@if2: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN group 0 \\    link/ether 02:00:00:00:0a:01 brd ff:ff:ff:ff:ff:ff
        4: adsl: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1279 qdisc noqueue state UP group 0 \\    link/ether 02:00:00:00:0a:01 brd ff:ff:ff:ff:ff:ff
        Deleted 4: adsl@if2: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group 0 \\    link/ether 02:00:00:00:0a:01 brd ff:ff:ff:ff:ff:ff
        Deleted 5: port0@if2: <BROADCAST,MULTICAST,UP> mtu 1500 master br0 state disabled \\    link/ether 02:00:00:00:0a:02
        Deleted 4: adsl    inet 192.0.2.6 peer 192.0.2.7/32 scope 0 adsl\\       valid_lft forever preferred_lft forever
        4: adsl    inet6 2001:db8::5/64 scope 0 tentative \\       valid_lft forever preferred_lft forever
        [ROUTE]Deleted 1 10.0.0.0/8 via 192.0.2.1 dev adsl table 254 proto 205 scope 0 
        Deleted 1 fe80::/64 dev adsl table 254 proto 2 scope 0 metric 256 pref medium
        Deleted 20501:\tfrom all fwmark 0x100 lookup 20501 proto 205
        Deleted 20502:\tfrom all lookup 300 proto 2
        20501:\tfrom all fwmark 0x100 lookup 20501 proto 205
        netlink receive error No buffer space available (105)
      `),
      [
        "down adsl",
        "changed",
        "down adsl",
        "gone adsl",
        "without adsl 192.0.2.6",
        "without-rule 20501: from all fwmark 0x100 lookup 20501 proto 205",
        "all",
      ],
    );
  });

  it("is told when it is one of links, addresses or our routes that changes", () => {
    for (const change of [
      "4: adsl@if2: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN group 0",
      "Deleted 5: port0@if2: <BROADCAST,MULTICAST,UP> mtu 1500 master br0 state disabled",
      "4: adsl    inet6 2001:db8::5/64 scope 0 tentative",
      "[ROUTE]Deleted 1 10.0.0.0/8 via 192.0.2.1 dev adsl table 254 proto 205 scope 0 ",
    ]) {
      writeFileSync(told, "");
      assert.deepEqual(events(change), ["changed"], change);
    }
    assert.deepEqual(events("Deleted 1 fe80::/64 dev adsl table 254 proto 2 scope 0 metric 256 pref medium"), [""]);
  });

  it("is told of ten thousand routes once, and again to who has looked since", () => {
    const route = "1 10.0.0.0/8 via 192.0.2.1 dev adsl table 254 proto 205 scope 0\n";
    assert.deepEqual(events(route.repeat(10_000)), ["changed"]);
    assert.deepEqual(events(`${route}Deleted 4: adsl: <UP> mtu 1500`), ["gone adsl"]);
    writeFileSync(told, "");
    assert.deepEqual(events(route), ["changed"]);
  });
});

describe("Our table of nftables", () => {
  const line = "nft add table inet pulumi_multipath; delete table inet pulumi_multipath; add table inet pulumi_multipath";
  const pinning = {
    "45-ConnectionPinning-inet_pulumi%5Fmultipath": `${line}\nconnection-pinning line adsl number 1 masquerade 0`,
  };
  const now = up("adsl");
  const ours = "table inet pulumi_multipath";
  const both = { now, tables: `${ours}\ntable ip theirs` };
  const after = (...looks: Partial<Look>[]) => linesFor(pinning, both, ...looks.map((look) => ({ now, ...look })));

  it("comes back when it went together with others', whichever the kernel tells of first", () => {
    for (const events of ["without-table\ntables", "tables\nwithout-table"]) {
      assert.deepEqual(after({ events, tables: "table ip theirs" }), [line]);
      assert.deepEqual(after({ events, tables: "" }), [line]);
    }
  });

  it("stays away when it went alone, also when others' go later", () => {
    const deleted = { events: "without-table", tables: "table ip theirs" };
    assert.deepEqual(after(deleted), []);
    assert.deepEqual(after(deleted, { events: "tables", tables: "" }), []);
    assert.deepEqual(after(deleted, { events: "all", tables: "" }), []);
    // Somebody has made it again since, and it was not seen.
    assert.deepEqual(after(deleted, { events: "with-table\nwithout-table\ntables", tables: "" }), [line]);
  });

  it("comes back when it was the only one, when something was missed, and at the first look", () => {
    assert.deepEqual(after({ events: "without-table", tables: "" }), [line]);
    assert.deepEqual(after({ events: "all", tables: "table ip theirs" }), [line]);
    assert.deepEqual(linesFor(pinning, { now, events: "all", tables: "table ip theirs" }), [line]);
    assert.deepEqual(linesFor(pinning, both), []);
  });

  it("waits for its lock, and until it is there, and is left to a transaction that has changed it", () => {
    const flushed = { events: "without-table\ntables", tables: "" };
    assert.deepEqual(after(flushed, { tables: "" }), [line]);
    assert.deepEqual(after(flushed, { tables: ours }, { tables: ours }), []);
    assert.deepEqual(after({ ...flushed, touches: "nft inet pulumi_multipath" }), []);
  });
});
