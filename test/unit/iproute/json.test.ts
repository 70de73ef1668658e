import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../../../provider/errors";
import { parseAddresses, parseRoutes, parseTables } from "../../../provider/iproute/json";
import type { LiveAddress, LiveRoute } from "../../../provider/snapshot";

const recorded = (version: string, file: string) =>
  readFileSync(join(__dirname, "../../fixtures/iproute", version, file), "utf8");

for (const version of ["iproute2-6.1", "iproute2-6.15"]) {
  describe(`What ${version} printed`, () => {
    const { links, addresses } = parseAddresses(recorded(version, "addresses.json"));
    const routes = ([4, 6] as const).flatMap((family) =>
      parseRoutes(recorded(version, `routes-${family}.json`), family, recorded(version, "locked")),
    );

    const link = (name: string) => links.find((one) => one.name === name);
    const address = (local: string, device = "lan") => addresses.find((one) => one.local === local && one.device === device);
    const to = (destination: string): readonly LiveRoute[] => routes.filter((one) => one.destination === destination);

    it("shows links with their flags and alias", () => {
      const { flags, mtu, alias, master, macAddress } = link("lan") ?? assert.fail();
      assert.deepEqual({ mtu, alias, master }, { mtu: 1500, alias: "the LAN side", master: undefined });
      assert.ok(flags.includes("UP"));
      assert.match(macAddress ?? "", /^([0-9a-f]{2}:){5}/);
      assert.equal(links.length, 7);
    });

    it("shows one address on two devices as two", () => {
      assert.deepEqual(
        ["adsl", "bdsl"].map((device) => address("203.0.113.5", device)?.prefixLength),
        [32, 32],
      );
    });

    it("shows every attribute of an address, and undefined for what is not set", () => {
      const { protocol: _, ...labelled } = address("192.168.7.1") ?? assert.fail();
      assert.deepEqual(labelled, {
        device: "lan",
        family: 4,
        local: "192.168.7.1",
        prefixLength: 24,
        peer: undefined,
        broadcast: "192.168.7.255",
        anycast: undefined,
        scope: 0,
        label: "lan:1",
        metric: undefined,
        validLifetimeSeconds: undefined,
        preferredLifetimeSeconds: undefined,
        flags: new Set(),
      } satisfies Omit<LiveAddress, "protocol">);

      const { metric, validLifetimeSeconds, preferredLifetimeSeconds, flags } = address("192.168.7.2") ?? assert.fail();
      assert.deepEqual({ metric, flags }, { metric: 77, flags: new Set(["secondary", "dynamic", "noprefixroute"]) });
      assert.ok(Math.abs((validLifetimeSeconds ?? 0) - 86400) < 60 && Math.abs((preferredLifetimeSeconds ?? 0) - 3600) < 60);
      assert.deepEqual([address("10.64.0.1")?.peer, address("10.64.0.1")?.scope], ["10.64.0.2", 253]);
      assert.deepEqual(address("198.51.100.9")?.flags, new Set(["deprecated"]));
      assert.ok(address("239.1.2.3")?.flags.has("autojoin"));
    });

    it("shows IPv6 addresses with their flags and peers", () => {
      assert.deepEqual([address("2001:db8:7::1")?.metric, address("2001:db8:7::1")?.flags.has("nodad")], [300, true]);
      const flags = address("2001:db8:7::2")?.flags;
      assert.ok(flags?.has("home") && flags.has("mngtmpaddr") && flags.has("noprefixroute"));
      assert.deepEqual([address("2001:db8:8::1")?.peer, address("2001:db8:8::1")?.prefixLength], ["2001:db8:9::1", 64]);
    });

    it("shows the starting case's default with its weights, in the kernel's order", () => {
      const [multipath, dhcp] = to("default").filter(({ family, table }) => family === 4 && table === 254);
      assert.deepEqual(
        multipath?.nextHops.map(({ gateway, device, weight }) => [gateway, device, weight]),
        [
          ["192.0.2.1", "adsl", 9],
          ["192.0.2.129", "bdsl", 10],
        ],
      );
      assert.deepEqual(
        [multipath?.protocol, dhcp?.protocol, dhcp?.metric, dhcp?.preferredSource],
        [205, 16, 1002, "192.168.7.1"],
      );
      assert.equal(to("192.0.2.1")[0]?.scope, 253);
    });

    it("shows every attribute of a route, a locked MTU too", () => {
      const { attributes, tos, table, metric, nextHops } = to("10.1.0.0/16")[0] ?? assert.fail();
      assert.deepEqual({ tos, table, metric, realms: nextHops[0]?.realms }, { tos: 16, table: 100, metric: 7, realms: "3/4" });
      assert.deepEqual(attributes, {
        ...{ mtu: 1400, window: 1000, rtt: 100, rttvar: 50, ssthresh: 10, cwnd: 11, advmss: 1300, reordering: 5, hoplimit: 60 },
        ...{ initcwnd: 12, initrwnd: 13, ecn: null, rto_min: 200, quickack: 1, congestion: "reno", fastopen_no_cookie: 1 },
        lock: ["mtu"],
      });
      const six = to("2001:db8:1::/48")[0];
      assert.deepEqual([six?.attributes.lock, six?.attributes.pref, six?.preferredSource], [["mtu"], "low", "2001:db8:7::1"]);
      assert.ok(Math.abs(Number(six?.attributes.expires) - 1000) < 60);
      assert.equal(to("10.2.0.0/16")[0]?.attributes.lock, undefined);
    });

    it("shows next hops of every sort: IPv6 for IPv4, on-link, by device alone, with realms", () => {
      assert.deepEqual(to("10.2.0.0/16")[0]?.nextHops[0]?.gateway, "fe80::9");
      assert.deepEqual(to("10.3.0.0/16")[0]?.nextHops, [
        { gateway: "192.168.7.9", device: "lan", weight: 256, onLink: false, realms: "5", flags: [] },
        { gateway: "fe80::9", device: "adsl", weight: 1, onLink: true, realms: undefined, flags: ["onlink"] },
        { gateway: undefined, device: "bdsl", weight: 1, onLink: false, realms: undefined, flags: [] },
      ]);
      assert.deepEqual([to("10.4.0.0/16")[0]?.scope, to("10.4.0.0/16")[0]?.nextHops[0]?.onLink], [200, true]);
    });

    it("shows types that lead nowhere, without a way for IPv4", () => {
      assert.deepEqual(
        to("10.5.0.0/16").map(({ type, nextHops }) => [type, nextHops.length]),
        [6, 7, 8, 9].map((type) => [type, 0]),
      );
      assert.deepEqual(
        to("2001:db8:6::/48").map(({ type }) => type),
        [6, 7, 8, 9],
      );
    });

    it("shows numbers of 32 bits", () => {
      const { table, metric } = to("default").find((one) => one.family === 4 && one.table !== 254) ?? assert.fail();
      assert.deepEqual([table, metric], [4294967295, 4294967295]);
    });

    it("shows routes by next-hop objects with the id and the way", () => {
      assert.deepEqual([to("10.7.0.0/16")[0]?.nextHopId, to("10.7.0.0/16")[0]?.nextHops[0]?.gateway], [7, "192.168.7.9"]);
      assert.deepEqual([to("10.8.0.0/16")[0]?.nextHopId, to("10.8.0.0/16")[0]?.nextHops.length], [9, 2]);
    });

    it("keeps a tunnel's destination, source and tos apart from the route's", () => {
      const { destination, tos, attributes, nextHops } = to("10.9.0.0/16")[0] ?? assert.fail();
      assert.deepEqual([destination, tos, nextHops[0]?.gateway], ["10.9.0.0/16", 8, "192.168.7.9"]);
      assert.deepEqual(attributes, {
        encap: { type: "ip", id: 5, src: "10.9.9.1", dst: "10.9.9.9", ttl: 64, tos: 16 },
        mtu: 1300,
        lock: ["mtu"],
      });
      assert.deepEqual((to("10.11.0.0/16")[0]?.attributes.encap as { segs: unknown }).segs, ["2001:db8::5", "2001:db8::6"]);
      assert.equal((to("10.13.0.0/16")[0]?.attributes.encap as { dst: unknown }).dst, "10.9.9.9");
    });

    it("shows an IPv6 route's source prefix, and several routes with one key", () => {
      assert.equal(to("2001:db8:2::/48")[0]?.source, "2001:db8:3::/64");
      assert.deepEqual(
        to("2001:db8:4::/48").map(({ nextHops }) => nextHops.length),
        [2, 1],
      );
      assert.equal(to("2001:db8:5::7").length, 1);
    });
  });
}

describe("What iproute2 6.15 printed and 6.1 can't", () => {
  it("has the protocol of an address, in hexadecimal", () => {
    const { addresses } = parseAddresses(recorded("iproute2-6.15", "addresses.json"));
    assert.equal(addresses.find(({ local }) => local === "198.51.100.77")?.protocol, 205);
    assert.ok(
      parseAddresses(recorded("iproute2-6.1", "addresses.json")).addresses.every(({ protocol }) => protocol === undefined),
    );
  });
});

describe("A tunnel's flags", () => {
  it("belong to the tunnel too", () => {
    const text =
      '[{"dst":"10.0.0.0/8","encap":"ip","id":7,"src":"0.0.0.0","dst":"10.9.9.9","ttl":0,"tos":0,"key":true,"csum":false,"dev":"adsl"}]';
    const [route] = parseRoutes(text, 4, "");
    assert.equal(route?.destination, "10.0.0.0/8");
    assert.deepEqual(route.attributes.encap, {
      type: "ip",
      id: 7,
      src: "0.0.0.0",
      dst: "10.9.9.9",
      ttl: 0,
      tos: 0,
      key: true,
      csum: false,
    });
  });
});

describe("A route that a changing table gave out twice", () => {
  it("is one, whatever time it has left; a route that differs is another", () => {
    const one = '{"dst":"2001:db8::/32","dev":"adsl","metric":512,"expires":100}';
    const text = `[${one},${one.replace("100", "99")},${one.replace("adsl", "bdsl")}]`;
    assert.deepEqual(
      parseRoutes(text, 6, "").map(({ nextHops, attributes }) => [nextHops[0]?.device, attributes.expires]),
      [
        ["adsl", 99],
        ["bdsl", 100],
      ],
    );
  });
});

describe("A locked MTU", () => {
  it("is that of one route, not of others with the same destination", () => {
    const text =
      '[{"dst":"default","dev":"a","metric":512},{"dst":"default","from":"2001:db8::/32","dev":"a","metric":512},{"dst":"default","dev":"a","table":"7","metric":512}]';
    const locks = (line: string) => parseRoutes(text, 6, line).map(({ attributes }) => attributes.lock !== undefined);
    assert.deepEqual(locks("1 default from 2001:db8::/32 dev a table 254 proto 3 metric 512 mtu lock 1400 pref medium"), [
      false,
      true,
      false,
    ]);
    assert.deepEqual(locks("1 default dev a table 7 proto 3 metric 512 mtu lock 1400 pref medium"), [false, false, true]);
    assert.deepEqual(locks("1 default dev a table 254 proto 205 metric 512 mtu lock 1400 pref medium"), [false, false, false]);
    assert.deepEqual(locks("1 default dev a table 254 proto 3 metric 512 mtu lock 1400"), [false, false, false]);
  });
});

describe("What an older `ip` leaves out", () => {
  it("is the kernel's default", () => {
    const [route] = parseRoutes('[{"dst":"10.0.0.0/8","gateway":"192.0.2.1","dev":"adsl"}]', 4, "");
    assert.deepEqual(route, {
      ...{
        family: 4,
        type: 1,
        destination: "10.0.0.0/8",
        source: undefined,
        tos: 0,
        table: 254,
        metric: 0,
        protocol: 3,
        scope: 0,
      },
      preferredSource: undefined,
      nextHops: [{ gateway: "192.0.2.1", device: "adsl", weight: 1, onLink: false, realms: undefined, flags: [] }],
      nextHopId: undefined,
      attributes: {},
    });
    const { addresses } = parseAddresses(
      '[{},{"ifindex":2,"ifname":"adsl","mtu":1500,"addr_info":[{"family":"inet","local":"192.0.2.5"}]}]',
    );
    assert.deepEqual([addresses[0]?.prefixLength, addresses[0]?.scope, addresses[0]?.metric], [32, 0, undefined]);
    const [six] = parseAddresses('[{"ifname":"adsl","addr_info":[{"family":"inet6","local":"2001:db8::5"}]}]').addresses;
    assert.equal(six?.prefixLength, 128);
  });

  it("may be everything: no output is no object", () => {
    assert.deepEqual([parseRoutes("", 6, ""), parseRoutes("[ ]\n", 4, ""), parseAddresses("\n").links], [[], [], []]);
  });
});

describe("Output that is not JSON", () => {
  it("is an error that names the command and shows the place", () => {
    const text = `[{"ifname":"eth0","mtu":1500},{"ifname":"a\u0001b","mtu":1500}]`;
    assert.throws(
      () => parseAddresses(text),
      (error) =>
        error instanceof ToolError &&
        /`ip -N -j -d addr show` printed something that is not JSON/.test(error.message) &&
        error.message.includes("a\\u0001b"),
    );
    assert.throws(() => parseRoutes('[{"dst":"default","gat', 4, ""), /`ip -N -j -d -4 route show table all`/);
    assert.throws(() => parseRoutes("[", 6, ""), ToolError);
    assert.throws(() => parseRoutes('{"dst":"default"}', 6, ""), /a list was expected/);
  });

  it("is shown in part only, however long it is: around the place, or its end where it was cut off", () => {
    const many = '{"dst":"default"},'.repeat(10_000);
    const shows = (text: string, part: RegExp) =>
      assert.throws(
        () => parseRoutes(text, 4, ""),
        ({ message }: Error) => part.test(message) && message.length < 500,
      );
    shows(`[${many}{"dst":"10.0.0.0/8","de`, /dst.*10\.0\.0\.0\/8.*de"\)\. /);
    shows(`[${many}{"dst":"10.0.0.0/8" "dev":"adsl"},${many}]`, /10\.0\.0\.0\/8.* .*dev.*adsl/);
    shows(`[${many}nonsense${many}]`, /nonse/);
  });
});

describe("The host's table names", () => {
  it("are read from all rt_tables files; the kernel's own three are always there", () => {
    const tables = parseTables(
      "#\n# reserved values\n#\n255\tlocal\n254\tmain\n0\tunspec\n101 adsl # the first line\n 0x66 bdsl\n\n1000000 far\n101 again\n",
    );
    assert.deepEqual(
      ["main", "local", "default", "adsl", "bdsl", "far", "again", "none"].map((name) => tables.get(name)),
      [254, 255, 253, 101, 102, 1000000, 101, undefined],
    );
  });
});
