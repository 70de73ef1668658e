/** What a real kernel does with addresses, routes and rules, and what the kinds make of it: docs/conformance.md. */
import assert from "node:assert/strict";
import type { AnyKind, Step } from "../../../provider/kind";
import { shown } from "../../../provider/kind";
import { address } from "../../../provider/kinds/address";
import { route } from "../../../provider/kinds/route";
import type { LiveAddress, LiveRoute } from "../../../provider/snapshot";
import { Kernel, type Refused } from "./kernel";

type Input = Readonly<Record<string, unknown>>;

describe("A real kernel", function () {
  this.timeout(60_000);
  let kernel: Kernel;
  before(async () => {
    kernel = await Kernel.open();
  });
  afterEach(() => kernel.clean());
  after(() => kernel.close());

  async function plan(kind: AnyKind, input: Input): Promise<readonly Step[]> {
    const desired = kind.schema.parse(input);
    assert.deepEqual(kind.contradictions?.(desired), []);
    const snapshot = await kernel.snapshot();
    return kind.plan(kind.resolve?.(desired, snapshot) ?? desired, kind.observe(snapshot, desired, undefined));
  }

  async function removal(kind: AnyKind, input: Input): Promise<readonly Step[]> {
    return kind.plan(undefined, kind.observe(await kernel.snapshot(), kind.schema.parse(input), undefined));
  }

  /** Brings the kernel to what is declared and returns the lines that were run. */
  async function put(kind: AnyKind, input: Input): Promise<string[]> {
    const steps = await plan(kind, input);
    assert.deepEqual(await kernel.apply(steps), []);
    assert.deepEqual(await plan(kind, input), []);
    return steps.map(shown);
  }

  const refused = async (kind: AnyKind, input: Input): Promise<readonly Refused[]> => kernel.apply(await plan(kind, input));

  const routes = async (destination: string): Promise<LiveRoute[]> =>
    (await kernel.snapshot()).routes.filter((live) => live.destination === destination && live.protocol !== 2);
  const ways = async (destination: string): Promise<unknown[]> =>
    (await routes(destination)).map(({ protocol, nextHops }) => [
      protocol,
      ...nextHops.map(({ gateway, device }) => gateway ?? device),
    ]);

  const addresses = async (device: string): Promise<LiveAddress[]> =>
    (await kernel.snapshot()).addresses.filter((live) => live.device === device && !live.local.startsWith("fe80"));
  const locals = async (device: string): Promise<string[]> =>
    (await addresses(device)).map(({ local, prefixLength }) => `${local}/${prefixLength}`);

  describe("with two IPv4 routes of one key (trap 1)", () => {
    const ours = { destination: "default", gateway: "192.0.1.1", device: "line1" };

    for (const [place, verb] of [
      ["before", "prepend"],
      ["after", "append"],
    ] as const) {
      it(`changes ours and leaves the stranger's ${place} it alone`, async () => {
        await put(route, ours);
        await kernel.run(`ip route ${verb} default via 192.0.2.1 dev line2 proto dhcp`);
        await put(route, { ...ours, gateway: "192.0.1.9", mtu: 1400 });
        const [first, second] = place === "before" ? ([16, 205] as const) : ([205, 16] as const);
        const gateways = { 16: "192.0.2.1", 205: "192.0.1.9" };
        assert.deepEqual(await ways("default"), [
          [first, gateways[first]],
          [second, gateways[second]],
        ]);
        assert.deepEqual(await kernel.apply(await removal(route, ours)), []);
        assert.deepEqual(await ways("default"), [[16, "192.0.2.1"]]);
      });
    }

    it("refuses ours when the stranger's was there first, and the hint says what to do", async () => {
      const steps = await plan(route, ours);
      await kernel.run("ip route add default via 192.0.2.1 dev line2 proto dhcp");
      const [{ words } = assert.fail()] = await kernel.apply(steps);
      assert.match(words, /File exists/);
      assert.match(route.hint?.(words, route.schema.parse(ours)) ?? "", /appeared meanwhile/);
      assert.deepEqual(await ways("default"), [[16, "192.0.2.1"]]);
    });

    it("ends with one of ours, in whatever order two were left", async () => {
      await kernel.run(
        "ip route add default via 192.0.1.7 dev line1 proto 205; ip route append default via 192.0.1.1 dev line1 proto 205",
      );
      await put(route, ours);
      assert.deepEqual(await ways("default"), [[205, "192.0.1.1"]]);
    });
  });

  describe("with next hops in another order (trap 2)", () => {
    const legs = ["nexthop via 192.0.2.1 dev line2 weight 10", "nexthop via 192.0.1.1 dev line1 weight 9"];
    const declared = {
      destination: "default",
      nextHops: [
        { gateway: "192.0.1.1", device: "line1", weight: 9 },
        { gateway: "192.0.2.1", device: "line2", weight: 10 },
      ],
    };

    it("has nothing to change", async () => {
      await kernel.run(`ip route add default proto 205 ${legs.join(" ")}`);
      assert.deepEqual(await plan(route, declared), []);
    });

    it("does not delete by the declared order, and deletes by its own", async () => {
      await kernel.run(`ip route add default proto 205 ${legs.join(" ")}`);
      assert.match(await kernel.run(`ip route del default proto 205 ${[...legs].reverse().join(" ")}`), /No such process/);
      assert.deepEqual(await kernel.apply(await removal(route, declared)), []);
      assert.deepEqual(await ways("default"), []);
    });

    it("keeps it in one atomic replace when a weight changes", async () => {
      await put(route, declared);
      const changed = { ...declared, nextHops: [{ ...declared.nextHops[0], weight: 5 }, declared.nextHops[1]] };
      assert.deepEqual(await put(route, changed), [
        "ip -4 route replace default proto 205 nexthop via 192.0.1.1 dev line1 weight 5 nexthop via 192.0.2.1 dev line2 weight 10",
      ]);
    });
  });

  describe("with an address to replace (trap 9)", () => {
    const primary = { device: "line0", address: "203.0.113.1/24" };
    const others = "ip addr add 203.0.113.2/24 dev line0; ip route add 10.0.0.0/8 dev line1 src 203.0.113.1";

    it("really applies a changed label, scope, broadcast address or prefix route", async () => {
      await put(address, primary);
      for (const change of [{ label: "line0:1" }, { scope: "link" }, { broadcast: "203.0.113.9" }, { noPrefixRoute: true }]) {
        const steps = await plan(address, { ...primary, ...change });
        assert.deepEqual(
          steps.map(({ line }) => line.split(" ")[1]),
          ["del", "add"],
        );
        await put(address, { ...primary, ...change });
      }
    });

    it("takes secondaries and preferred sources along, which the steps do not name as removed", async () => {
      await kernel.run("echo 0 > /proc/sys/net/ipv4/conf/all/promote_secondaries");
      await put(address, primary);
      await kernel.run(others);
      const steps = await plan(address, { ...primary, label: "line0:1" });
      assert.deepEqual(
        steps.flatMap(({ removes }) => removes),
        [],
      );
      await kernel.apply(steps);
      assert.deepEqual((await locals("line0")).slice(1), ["203.0.113.1/24", "2001:db8::2/64"]);
      assert.deepEqual(await ways("10.0.0.0/8"), []);
    });

    it("keeps secondaries where they are promoted, and ours is as declared", async () => {
      await kernel.run("echo 1 > /proc/sys/net/ipv4/conf/all/promote_secondaries");
      await put(address, primary);
      await kernel.run(others);
      await put(address, { ...primary, label: "line0:1" });
      assert.deepEqual((await locals("line0")).filter((text) => text.startsWith("203")).sort(), [
        "203.0.113.1/24",
        "203.0.113.2/24",
      ]);
    });
  });

  describe("for IPv6", () => {
    it("keeps a learnt default beside ours, which has another metric", async () => {
      await kernel.run("ip -6 route add default via fe80::9 dev line0 proto ra metric 1024");
      await put(route, { destination: "::/0", gateway: "fe80::1", device: "line1" });
      assert.deepEqual(await ways("default"), [
        [205, "fe80::1"],
        [9, "fe80::9"],
      ]);
    });

    it("refuses a second gateway for one key, so several come in one line", async () => {
      const one = { destination: "2001:db9::/48", gateway: "fe80::1", device: "line1" };
      await put(route, one);
      assert.match(await kernel.run("ip -6 route add 2001:db9::/48 via fe80::2 dev line2 metric 512"), /File exists/);
      const two = {
        destination: "2001:db9::/48",
        nextHops: [
          { gateway: "fe80::1", device: "line1", weight: 9 },
          { gateway: "fe80::2", device: "line2" },
        ],
      };
      assert.match((await put(route, two)).join("\n"), /^ip -6 route replace [^\n]*$/);
      assert.deepEqual(await ways("2001:db9::/48"), [[205, "fe80::1", "fe80::2"]]);
      await put(route, one);
      assert.deepEqual(await ways("2001:db9::/48"), [[205, "fe80::1"]]);
    });

    it("takes a stranger's route along when a multipath one is replaced, so ours is deleted and appended", async () => {
      const legs = "nexthop via fe80::1 dev line1 nexthop via fe80::2 dev line2";
      await kernel.run(
        "ip -6 route add 2001:db9::/48 via fe80::1 dev line1 metric 512 proto 205; ip -6 route append 2001:db9::/48 dev line0 metric 512",
      );
      await put(route, {
        destination: "2001:db9::/48",
        nextHops: [
          { gateway: "fe80::1", device: "line1", weight: 9 },
          { gateway: "fe80::2", device: "line2" },
        ],
      });
      assert.deepEqual((await ways("2001:db9::/48")).length, 2);
      await kernel.run(
        `ip -6 route flush 2001:db9::/48; ip -6 route add 2001:db9::/48 via fe80::1 dev line1 metric 512; ip -6 route append 2001:db9::/48 dev line0 metric 512; ip -6 route replace 2001:db9::/48 metric 512 ${legs}`,
      );
      assert.deepEqual((await ways("2001:db9::/48")).length, 1);
    });

    it("refuses a route from an address that is still being checked for duplicates, and takes it with noDad", async () => {
      const source = { device: "line0", address: "2001:db8:aaaa::1/64" };
      const from = {
        destination: "2001:db9::/48",
        gateway: "2001:db8:0:1::1",
        device: "line1",
        preferredSource: "2001:db8:aaaa::1",
      };
      await put(address, source);
      const [{ words } = assert.fail()] = await refused(route, from);
      assert.match(route.hint?.(words, route.schema.parse(from)) ?? "", /duplicate address detection, unless noDad/);
      await kernel.apply(await removal(address, source));
      await put(address, { ...source, noDad: true });
      await put(route, from);
    });

    it("says yes to another prefix length and does nothing, so the address is deleted and added", async () => {
      await put(address, { device: "line0", address: "2001:db8:aaaa::1/64" });
      assert.equal(await kernel.run("ip -6 addr replace 2001:db8:aaaa::1/48 dev line0"), "");
      assert.ok((await locals("line0")).includes("2001:db8:aaaa::1/64"));
      await put(address, { device: "line0", address: "2001:db8:aaaa::1/48" });
      assert.ok((await locals("line0")).includes("2001:db8:aaaa::1/48"));
    });

    it("takes back a limit of time that a person has set", async () => {
      const endless = { destination: "2001:db9::/48", device: "line1" };
      await put(route, endless);
      await kernel.run("ip -6 route replace 2001:db9::/48 dev line1 metric 512 proto 205 expires 100");
      await put(route, endless);
      assert.equal((await routes("2001:db9::/48"))[0]?.attributes.expires, undefined);
    });
  });

  describe("with addresses", () => {
    it("keeps one address on two devices, and a /24 and a /32 of it on one", async () => {
      for (const device of ["line0", "line1"]) {
        for (const length of [24, 32]) await put(address, { device, address: `203.0.113.1/${length}` });
      }
      assert.deepEqual((await locals("line1")).filter((text) => text.startsWith("203")).sort(), [
        "203.0.113.1/24",
        "203.0.113.1/32",
      ]);
      assert.deepEqual(await kernel.apply(await removal(address, { device: "line1", address: "203.0.113.1/32" })), []);
      assert.deepEqual(
        (await locals("line1")).filter((text) => text.startsWith("203")),
        ["203.0.113.1/24"],
      );
    });

    it("takes IPv4 peers in one subnet for one address, and a change of peer is applied", async () => {
      await put(address, { device: "line0", address: "203.0.113.1/24", peer: "203.0.113.2" });
      await put(address, { device: "line0", address: "203.0.113.1/24", peer: "203.0.113.3" });
      assert.deepEqual(
        (await addresses("line0")).flatMap(({ peer }) => peer ?? []),
        ["203.0.113.3"],
      );
    });

    it("changes in place what it can, and resets what a change does not name", async () => {
      const four = { device: "line0", address: "203.0.113.1/24", metric: 5, validLifetimeSeconds: 1000 };
      await put(address, four);
      assert.match((await put(address, { ...four, metric: 6 })).join("\n"), /^ip -4 addr change [^\n]*$/);
      await kernel.run("ip addr change 203.0.113.1/24 dev line0");
      const live = (await addresses("line0")).find(({ local }) => local === "203.0.113.1");
      assert.deepEqual([live?.metric, live?.validLifetimeSeconds], [undefined, undefined]);
      const six = { device: "line0", address: "2001:db8:aaaa::1/64" };
      await put(address, { ...six, metric: 5, home: true });
      assert.match((await put(address, { ...six, noPrefixRoute: true, noDad: true })).join("\n"), /^ip -6 addr change [^\n]*$/);
      assert.match((await put(address, { ...six, peer: "2001:db8:bbbb::1" })).join("\n"), /^ip -6 addr change [^\n]*$/);
      assert.match((await put(address, six)).join("\n"), /^ip -6 addr del .*\nip -6 addr add/);
    });
  });

  describe("with a device that is down", () => {
    it("takes no route over it, nor a multipath one with one such leg, and the hint names it", async () => {
      await kernel.run("ip link set line1 down");
      const alone = { destination: "10.0.0.0/8", device: "line1" };
      const [{ words } = assert.fail()] = await refused(route, alone);
      assert.match(route.hint?.(words, route.schema.parse(alone)) ?? "", /line1 is down/);
      const legs = { destination: "10.0.0.0/8", nextHops: [{ gateway: "192.0.2.1", device: "line2" }, { device: "line1" }] };
      assert.equal((await refused(route, legs)).length, 1);
    });
  });

  describe("with no way to a gateway, or no device", () => {
    it("refuses, and the hint tells what is missing", async () => {
      const lost = { destination: "10.0.0.0/8", gateway: "172.31.0.1", device: "line1" };
      const [{ words } = assert.fail()] = await refused(route, lost);
      assert.match(route.hint?.(words, route.schema.parse(lost)) ?? "", /subnet covers 172\.31\.0\.1/);
      await put(route, { ...lost, onLink: true });
      const nowhere = { destination: "11.0.0.0/8", device: "nope" };
      const [{ words: other } = assert.fail()] = await refused(route, nowhere);
      assert.match(route.hint?.(other, route.schema.parse(nowhere)) ?? "", /no device nope/);
    });
  });

  describe("refuses or silently ignores what the kinds refuse", () => {
    const facts: readonly [what: string, line: string, refusal: RegExp | undefined, trace?: RegExp][] = [
      ["IPv4 host bits", "ip route add 10.0.0.1/8 dev line0", /Invalid/],
      ["IPv6 host bits, by masking them", "ip -6 route add 2001:db9::1/48 dev line0", undefined, /2001:db9::1/],
      ["IPv6 tos", "ip -6 route add 2001:db9::/48 dev line0 tos 4", /Invalid|not available/],
      ["the ECN bits of tos", "ip route add 10.0.0.0/8 dev line0 tos 0x01", /Invalid/],
      ["IPv4 expires", "ip route add 10.0.0.0/8 dev line0 expires 60", undefined, /expires/],
      ["IPv4 router preference", "ip route add 10.0.0.0/8 dev line0 pref high", undefined, /pref/],
      ["IPv6 scope", "ip -6 route add 2001:db9::/48 dev line0 scope host", undefined, /scope host/],
      ["IPv6 realms", "ip -6 route add 2001:db9::/48 dev line0 realms 5", undefined, /realm/],
      ["IPv6 metric 0, by making 1024 of it", "ip -6 route add 2001:db9::/48 dev line0 metric 0", undefined, /metric 0/],
      ["ttl-propagate", "ip route add 10.0.0.0/8 dev line0 ttl-propagate enabled", undefined, /ttl/],
      ["an MTU above 65520, by making 65520 of it", "ip route add 10.0.0.0/8 dev line0 mtu 70000", undefined, /mtu 70000/],
      ["IPv6 legs by device alone", "ip -6 route add 2001:db9::/48 nexthop dev line0 nexthop dev line1", /Device only routes/],
      [
        "twice the same IPv6 leg",
        "ip -6 route add 2001:db9::/48 nexthop via fe80::1 dev line0 nexthop via fe80::1 dev line0",
        /File exists/,
      ],
      ["a weight of 257", "ip route add 10.0.0.0/8 nexthop dev line0 weight 257", /weight/],
      [
        "a gateway for a type that leads nowhere",
        "ip route add blackhole 10.0.0.0/8 via 192.0.0.1 dev line0",
        /can not be specified/,
      ],
      ["a gateway within the scope of a link", "ip route add 10.0.0.0/8 via 192.0.0.1 dev line0 scope link", /invalid gateway/],
      [
        "the preference of an IPv6 route that leads nowhere",
        "ip -6 route add throw 2001:db9::/48 pref low",
        undefined,
        /pref low/,
      ],
      [
        "a tunnel beside next hops",
        "ip route add 10.0.0.0/8 encap ip dst 10.9.9.9 nexthop dev line0 nexthop dev line1",
        undefined,
        /encap/,
      ],
      ["IPv4 anycast", "ip addr add 203.0.113.1/24 dev line0 anycast 203.0.113.2", undefined, /203\.0\.113\.2 /],
      ["IPv6 anycast", "ip -6 addr add 2001:db9::1/64 dev line0 anycast 2001:db9::2", undefined, /2001:db9::2/],
      ["an IPv6 label", "ip -6 addr add 2001:db9::1/64 dev line0 label line0:1", undefined, /line0:1/],
      ["an IPv6 address's scope", "ip -6 addr add 2001:db9::1/64 dev line0 scope link", undefined, /2001:db9::1\/64 scope link/],
      [
        "IPv4 home, nodad and mngtmpaddr",
        "ip addr add 203.0.113.1/24 dev line0 home nodad mngtmpaddr",
        undefined,
        /inet 203.*(home|nodad|mngtmpaddr)/,
      ],
      ["autojoin of what is no group", "ip addr add 203.0.113.1/24 dev line0 autojoin", /multicast/],
      ["an IPv6 group without autojoin", "ip -6 addr add ff05::1/128 dev line0", /IFA_F_MCAUTOJOIN|Cannot assign|Invalid/],
      ["temporary addresses outside a /64", "ip -6 addr add 2001:db9::1/48 dev line0 mngtmpaddr", /mngtmpaddr|Invalid/],
      [
        "to be preferred for longer than valid",
        "ip addr add 203.0.113.1/24 dev line0 valid_lft 5 preferred_lft 6",
        /preferred_lft is greater/,
      ],
      [
        "an end of preference without one of validity",
        "ip addr add 203.0.113.1/24 dev line0 preferred_lft 60",
        undefined,
        /preferred_lft \d/,
      ],
    ];
    const shows = "{ ip -4 route; ip -6 route; ip -o addr; } | grep -E '10.0.0.0/8|2001:db9|203.0.113|ff05'";
    let outcomes: readonly string[][];
    before(async () => {
      const printed = await kernel.runEach(facts.map(([, line]) => `${line}; echo then; ${shows}`));
      outcomes = printed.map((text) => text.split("then\n"));
    });

    for (const [index, [what, , refusal, trace]] of facts.entries()) {
      it(what, () => {
        const [said = "", shown = ""] = outcomes[index] ?? [];
        if (refusal) assert.match(said, refusal);
        else assert.doesNotMatch(said, /Error|RTNETLINK|wrong|Failed/i);
        assert.equal(shown !== "", refusal === undefined);
        if (trace) assert.doesNotMatch(shown, trace);
      });
    }
  });

  describe("refuses or takes for something else, in rules, what the kind refuses or writes otherwise", () => {
    const facts: readonly [what: string, line: string, refusal: RegExp | undefined, shown?: string][] = [
      ["the type of service and a DSCP beside it", "ip rule add priority 100 tos 0x10 dscp 4 table 9", /both TOS and DSCP|dscp/],
      ["more than three bits of the DSCP as IPv4's type of service", "ip rule add priority 100 tos 0x20 table 9", /Invalid tos/],
      ["more of IPv6's", "ip -6 rule add priority 100 tos 0xb8 table 9", undefined, "from all tos 0xb8 lookup 9 proto 0"],
      ["port 65535", "ip rule add priority 100 dport 1-65535 table 9", /Invalid dport range/],
      ["a way back", "ip rule add priority 100 goto 100", /Backward goto/],
      ["a table beside that of a VRF", "ip rule add priority 100 l3mdev table 9", /can not be specified/],
      [
        "what a VRF's look-up passes over",
        "ip rule add priority 100 l3mdev suppress_prefixlength 3",
        undefined,
        "from all lookup [l3mdev-table] proto 0",
      ],
      ["IPv6 realms", "ip -6 rule add priority 100 table 9 realms 3", undefined, "from all lookup 9 proto 0"],
      ["a mark of 0 without a mask", "ip rule add priority 100 fwmark 0 table 9", undefined, "from all lookup 9 proto 0"],
      ["one with it", "ip rule add priority 100 fwmark 0/0xffffffff table 9", undefined, "from all fwmark 0 lookup 9 proto 0"],
      ["the opposite of everything", "ip rule add priority 100 not table 9", undefined, "not from all lookup 9 proto 0"],
    ];
    let printed: readonly string[];
    before(async () => {
      const show =
        "for f in 4 6; do ip -$f -N -d rule show priority 100 | cut -f 2; ip -$f rule del priority 100; done 2>/dev/null";
      printed = await kernel.runEach(facts.map(([, line]) => `${line}; echo then; ${show}`));
    });

    for (const [index, [what, , refusal, rule = ""]] of facts.entries()) {
      it(what, () => {
        const [said = "", shown = ""] = printed[index]?.split("then\n") ?? [];
        if (refusal) assert.match(said, refusal);
        else assert.equal(said, "");
        assert.equal(shown.trim(), rule);
      });
    }
  });

  describe("with rules", () => {
    afterEach(() => kernel.run("while ip rule del table 9; do :; done 2>/dev/null"));

    it("puts one that is given no priority just before the lowest", async () => {
      await kernel.run("ip rule add priority 500 from 192.0.2.9 table 9; ip rule add from 192.0.2.8 table 9");
      assert.equal(await kernel.run("ip -N rule show table 9"), "499:\tfrom 192.0.2.8 lookup 9\n500:\tfrom 192.0.2.9 lookup 9\n");
    });

    it("deletes the first of several with one priority, so ours are named by all that they say", async () => {
      const add = ["8", "9"].map((last) => `ip rule add priority 100 from 192.0.2.${last} table 9`);
      await kernel.run(`${add.join("; ")}; ip rule del priority 100`);
      assert.equal(await kernel.run("ip -N rule show table 9"), "100:\tfrom 192.0.2.9 lookup 9\n");
    });

    it("is given IPv4's by `ip` for IPv6's `from ::/0` in a batch, so each family has a batch of its own", async () => {
      await kernel.run("echo 'rule add from ::/0 table 9 priority 100' | ip -batch -");
      assert.equal(await kernel.run("ip -N rule show table 9; ip -N -6 rule show table 9"), "100:\tfrom all lookup 9\n");
    });
  });

  describe("is given by `ip`", () => {
    it("an octal number for leading zeros, and a hexadecimal one for tos", async () => {
      await kernel.run(
        "ip route add 10.0.0.0/8 dev line0 metric 010; ip route add 11.0.0.0/8 dev line0 tos 16 2>&1 || ip route add 11.0.0.0/8 dev line0 tos 20",
      );
      assert.deepEqual([(await routes("10.0.0.0/8"))[0]?.metric, (await routes("11.0.0.0/8"))[0]?.tos], [8, 32]);
    });

    it("another number for a name that came before in the batch: so our lines have numbers", async () => {
      const lines = ["10", "11", "12"].map(
        (first, n) => `route add ${first}.0.0.0/8 dev line0 scope ${["site", "100", "site"][n]}`,
      );
      await kernel.run(`ip -batch - <<'end of batch'\n${lines.join("\n")}\nend of batch\n`);
      assert.deepEqual([(await routes("10.0.0.0/8"))[0]?.scope, (await routes("12.0.0.0/8"))[0]?.scope], [200, 100]);
    });
  });
});
