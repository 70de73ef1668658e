import assert from "node:assert/strict";
import { InputError } from "../../../provider/errors";
import { type ObservedRoute, route } from "../../../provider/kinds/route";
import { readEncapsulation } from "../../../provider/kinds/route-encapsulation";
import { expectPlan, expectProblems, expectRemoval, inputsFor, look, stepsFor } from "./expect-plan";

const viaAdsl = { destination: "default", gateway: "192.0.2.1", device: "adsl" };
const bothLines = {
  destination: "default",
  nextHops: [
    { gateway: "192.0.2.1", device: "adsl", weight: 9 },
    { gateway: "192.0.2.129", device: "bdsl", weight: 10 },
  ],
};
const canonical = (input: Record<string, unknown>) => route.schema.parse(input);

describe("Route", () => {
  it("is added when the host has none with its key, and never by `replace`, which could hit somebody else's", () => {
    expectPlan(route, { desired: viaAdsl }).toEqual(["ip -4 route add default via 192.0.2.1 dev adsl proto 205"]);
    expectPlan(route, {
      desired: viaAdsl,
      live: ["default via 192.0.2.1 dev adsl metric 100", "10.0.0.0/8 dev adsl scope link"],
    }).toEqual(["ip -4 route add default via 192.0.2.1 dev adsl proto 205"]);
  });

  it("shares traffic by weight: the starting case's default in one line", () => {
    expectPlan(route, { desired: bothLines }).toEqual([
      "ip -4 route add default proto 205 nexthop via 192.0.2.1 dev adsl weight 9 nexthop via 192.0.2.129 dev bdsl weight 10",
    ]);
  });

  it("changes nothing when the gateway already has the route", () => {
    expectPlan(route, { desired: viaAdsl, live: ["default via 192.0.2.1 dev adsl proto 205"] }).toEqual([]);
    expectPlan(route, {
      desired: { destination: "192.0.2.1/32", device: "adsl" },
      live: ["192.0.2.1 dev adsl proto 205 scope link"],
    }).toEqual([]);
    expectPlan(route, {
      desired: bothLines,
      live: ["default proto 205 nexthop via 192.0.2.1 dev adsl weight 9 nexthop via 192.0.2.129 dev bdsl weight 10"],
    }).toEqual([]);
  });

  it("adopts a route of somebody else's that is just as declared, without a change", () => {
    const situation = { desired: viaAdsl, live: ["default via 192.0.2.1 dev adsl proto static"] };
    expectPlan(route, situation).toEqual([]);
    assert.equal(route.marked(look(route, situation).observed as never), false);
  });

  it("is changed by one atomic replace: another weight, another gateway, one line more", () => {
    const live = ["default proto 205 nexthop via 192.0.2.1 dev adsl weight 9 nexthop via 192.0.2.129 dev bdsl weight 5"];
    expectPlan(route, { desired: bothLines, live }).toEqual([
      "ip -4 route replace default proto 205 nexthop via 192.0.2.1 dev adsl weight 9 nexthop via 192.0.2.129 dev bdsl weight 10",
    ]);
    expectPlan(route, {
      desired: { ...viaAdsl, gateway: "192.0.2.2" },
      live: ["default via 192.0.2.1 dev adsl proto 205"],
    }).toEqual(["ip -4 route replace default via 192.0.2.2 dev adsl proto 205"]);
    expectPlan(route, { desired: bothLines, live: ["default via 192.0.2.1 dev adsl proto 205"] }).toMatch(
      /^ip -4 route replace default/,
    );
  });

  it("does not mind the order of next hops (trap 2)", () => {
    const live = ["default proto 205 nexthop via 192.0.2.129 dev bdsl weight 10 nexthop via 192.0.2.1 dev adsl weight 9"];
    expectPlan(route, { desired: bothLines, live }).toEqual([]);
    assert.deepEqual(inputsFor(route, { desired: bothLines, live }), canonical(bothLines));
  });

  it("does not mind what the kernel does at run time: dead legs, lost carriers", () => {
    expectPlan(route, {
      desired: bothLines,
      live: [
        "default proto 205 nexthop via 192.0.2.1 dev adsl weight 9 dead linkdown nexthop via 192.0.2.129 dev bdsl weight 10",
      ],
    }).toEqual([]);
  });

  describe("over a line that the line monitor has taken out (trap 3)", () => {
    const down = (name: string, gateway: string) =>
      ({ name, state: "down", since: 0, device: name, gateways: [gateway], reason: "" }) as const;
    const lines = [down("bdsl", "192.0.2.129")];
    const rest = ["default via 192.0.2.1 dev adsl proto 205"];

    it("lacks nothing when it lacks that line's next hop, in a plan and in what refresh shows", () => {
      expectPlan(route, { desired: bothLines, live: rest, lines }).toEqual([]);
      assert.deepEqual(inputsFor(route, { desired: bothLines, live: rest, lines }), canonical(bothLines));
    });

    it("has its own place for what it lacks, first, in the middle or last", () => {
      const names = ["adsl", "bdsl", "cdsl", "ddsl"];
      const gateway = (name: string) => `192.0.2.${names.indexOf(name) + 1}`;
      const nextHops = names.map((name, n) => ({ gateway: gateway(name), device: name, weight: n + 2 }));
      const desired = { destination: "default", nextHops };
      for (const dead of [["adsl"], ["bdsl"], ["ddsl"], ["adsl", "bdsl"], ["bdsl", "cdsl"], ["adsl", "cdsl", "ddsl"]]) {
        const up = nextHops.filter(({ device }) => !dead.includes(device));
        const hops = up.map(({ gateway, device, weight }) => `nexthop via ${gateway} dev ${device} weight ${weight}`);
        const live = [`default proto 205 ${up.length === 1 ? `via ${up[0]?.gateway} dev ${up[0]?.device}` : hops.join(" ")}`];
        const situation = { desired, live, lines: dead.map((name) => down(name, gateway(name))) };
        expectPlan(route, situation).toEqual([]);
        assert.deepEqual(inputsFor(route, situation), canonical(desired), dead.join());
      }
    });

    it("lacks it when the line is up, or another one is down", () => {
      expectPlan(route, { desired: bothLines, live: rest, lines: [{ ...down("bdsl", "192.0.2.129"), state: "up" }] }).toMatch(
        /bdsl/,
      );
      expectPlan(route, { desired: bothLines, live: rest, lines: [down("adsl", "192.0.2.1")] }).toMatch(
        /default via 192.0.2.129 dev bdsl proto/,
      );
      expectPlan(route, { desired: bothLines, live: rest, lines: [down("bdsl", "192.0.2.130")] }).toMatch(/bdsl/);
    });

    it("is as declared with it too: the monitor has not come to it yet", () => {
      const live = ["default proto 205 nexthop via 192.0.2.1 dev adsl weight 9 nexthop via 192.0.2.129 dev bdsl weight 10"];
      expectPlan(route, { desired: bothLines, live, lines }).toEqual([]);
    });

    it("is changed without it, and the object's file says it with all: a new weight of a line that is down needs no line", () => {
      const weights = (adsl: number, bdsl: number) => ({
        ...bothLines,
        nextHops: [
          { gateway: "192.0.2.1", device: "adsl", weight: adsl },
          { gateway: "192.0.2.129", device: "bdsl", weight: bdsl },
        ],
      });
      expectPlan(route, { desired: weights(9, 5), live: rest, lines }).toEqual([]);
      assert.match(route.replay(route.schema.parse(weights(9, 5))).join(), /dev bdsl weight 5$/);
      expectPlan(route, { desired: { ...bothLines, mtu: 1400 }, live: rest, lines }).toEqual([
        "ip -4 route replace default via 192.0.2.1 dev adsl proto 205 mtu 1400",
      ]);
    });

    it("shows what else is different as it is, with the weights of the declaration", () => {
      const found = inputsFor(route, { desired: bothLines, live: ["default via 192.0.2.7 dev adsl proto 205"], lines });
      assert.deepEqual(
        ((found as { nextHops: unknown }).nextHops as { gateway: string; weight: number }[]).map(({ gateway, weight }) => [
          gateway,
          weight,
        ]),
        [
          ["192.0.2.7", 1],
          ["192.0.2.129", 10],
        ],
      );
    });

    it("stays as it is when all its lines are down", () => {
      const all = [...lines, down("adsl", "192.0.2.1")];
      expectPlan(route, { desired: bothLines, live: rest, lines: all }).toMatch(/adsl.*bdsl/);
      const { snapshot } = look(route, { desired: bothLines, live: rest, lines: all });
      assert.deepEqual(route.remarks?.(route.schema.parse(bothLines), snapshot), []);
    });

    it("tells of the line on the resource's row", () => {
      const { snapshot } = look(route, {
        desired: bothLines,
        live: rest,
        lines: lines.map((line) => ({ ...line, since: 1795944612, reason: "no answer" })),
      });
      assert.deepEqual(route.remarks?.(route.schema.parse(bothLines), snapshot), [
        "line bdsl is down since 2026-11-29 09:30:12 UTC (no answer): its next hops are left out of the routes.",
      ]);
    });
  });

  it("with one next hop is a plain gateway, whose weight the kernel drops", () => {
    const desired = { destination: "default", nextHops: [{ gateway: "192.0.2.1", device: "adsl", weight: 9 }] };
    expectPlan(route, { desired }).toEqual(["ip -4 route add default via 192.0.2.1 dev adsl proto 205"]);
    const live = ["default via 192.0.2.1 dev adsl proto 205"];
    expectPlan(route, { desired, live }).toEqual([]);
    assert.deepEqual(inputsFor(route, { desired, live }), canonical(desired));
  });

  it("leaves the device to the kernel when none is declared", () => {
    const desired = { destination: "10.0.0.0/8", gateway: "192.0.2.1" };
    expectPlan(route, { desired }).toEqual(["ip -4 route add 10.0.0.0/8 via 192.0.2.1 proto 205"]);
    expectPlan(route, { desired, live: ["10.0.0.0/8 via 192.0.2.1 dev adsl proto 205"] }).toEqual([]);
  });

  it("matches next hops without a device with whatever device they are on", () => {
    const desired = {
      destination: "10.0.0.0/8",
      nextHops: [{ gateway: "192.0.2.1" }, { gateway: "192.0.2.129", device: "adsl" }],
    };
    const live = (first: string) => [`10.0.0.0/8 proto 205 nexthop ${first} nexthop via 192.0.2.129 dev adsl`];
    expectPlan(route, { desired, live: live("via 192.0.2.1 dev bdsl") }).toEqual([]);
    expectPlan(route, { desired, live: live("via 192.0.2.129 dev bdsl") }).toMatch(/replace/);
  });

  it("shows what a person has added by hand, and takes it away again", () => {
    const live = ["default via 192.0.2.1 dev adsl proto 205 mtu 1400"];
    expectPlan(route, { desired: viaAdsl, live }).toEqual(["ip -4 route replace default via 192.0.2.1 dev adsl proto 205"]);
    assert.deepEqual(inputsFor(route, { desired: viaAdsl, live }), { ...canonical(viaAdsl), mtu: 1400 });
  });

  it("is replaced when a person has put it on a next-hop object", () => {
    expectPlan(route, { desired: viaAdsl, live: ["default via 192.0.2.1 dev adsl nhid 7 proto 205"] }).toMatch(
      /^ip -4 route replace/,
    );
  });

  it("is put back by its line at boot", () => {
    assert.deepEqual(route.replay(canonical(viaAdsl)), ["ip -4 route replace default via 192.0.2.1 dev adsl proto 205"]);
  });
});

describe("Route, with somebody else's route of the same key (trap 1)", () => {
  const foreign = "default via 198.51.100.1 dev lan proto dhcp";

  it("shows the stranger's when ours is not there", () => {
    const situation = { desired: viaAdsl, live: [foreign] };
    assert.equal(route.marked(look(route, situation).observed as never), false);
    assert.deepEqual(inputsFor(route, situation), canonical({ destination: "default", gateway: "198.51.100.1", device: "lan" }));
  });

  it("is replaced while ours comes first, since `replace` overwrites the first", () => {
    expectPlan(route, { desired: viaAdsl, live: ["default via 192.0.2.9 dev adsl proto 205", foreign] }).toEqual([
      "ip -4 route replace default via 192.0.2.1 dev adsl proto 205",
    ]);
  });

  it("is appended and the old one deleted by our protocol while the stranger's comes first", () => {
    expectPlan(route, { desired: viaAdsl, live: [foreign, "default via 192.0.2.9 dev adsl proto 205"] }).toEqual([
      "ip -4 route append default via 192.0.2.1 dev adsl proto 205",
      "ip -4 route del default via 192.0.2.9 dev adsl proto 205",
    ]);
  });

  it("is nothing to change when ours is right, wherever it stands", () => {
    expectPlan(route, { desired: viaAdsl, live: [foreign, "default via 192.0.2.1 dev adsl proto 205"] }).toEqual([]);
  });

  it("ends with one of ours when there were two", () => {
    const live = ["default via 192.0.2.8 dev adsl proto 205", foreign, "default via 192.0.2.9 dev adsl proto 205"];
    expectPlan(route, { desired: viaAdsl, live }).toEqual([
      "ip -4 route del default via 192.0.2.8 dev adsl proto 205",
      "ip -4 route del default via 192.0.2.9 dev adsl proto 205",
      "ip -4 route append default via 192.0.2.1 dev adsl proto 205",
    ]);
  });

  it("among several strangers' means the one that our file tells of, else the one in use", () => {
    const live = ["default via 198.51.100.1 dev lan proto dhcp", "default via 198.51.100.2 dev lan proto static"];
    const desired = { ...viaAdsl, gateway: "198.51.100.9", device: "lan" };
    const recorded = ["ip -4 route replace default via 198.51.100.2 dev lan proto 205"];
    assert.deepEqual(inputsFor(route, { desired, live, recorded }), canonical({ ...desired, gateway: "198.51.100.2" }));
    assert.deepEqual(inputsFor(route, { desired, live }), canonical({ ...desired, gateway: "198.51.100.1" }));
  });

  it("for IPv6 is deleted and appended, because `replace` was seen to take a stranger's along", () => {
    expectPlan(route, {
      desired: { destination: "default", gateway: "fe80::1", device: "adsl" },
      live: [
        "default via fe80::2 dev adsl proto 205 metric 512 pref medium",
        "default dev lan proto static metric 512 pref medium",
      ],
    }).toEqual([
      "ip -6 route del default via fe80::2 dev adsl metric 512 proto 205",
      "ip -6 route append default via fe80::1 dev adsl metric 512 proto 205",
    ]);
  });
});

describe("Route, removed", () => {
  it("is deleted by everything the kernel compares, so that nothing else can match", () => {
    expectRemoval(route, {
      desired: { ...viaAdsl, table: 100, metric: 7, tos: 16, preferredSource: "203.0.113.5", scope: "site" },
      live: ["default via 192.0.2.1 dev adsl tos 0x10 table 100 proto 205 scope site src 203.0.113.5 metric 7"],
    }).toEqual([
      "ip -4 route del default tos 0x10 via 192.0.2.1 dev adsl table 100 metric 7 proto 205 scope 200 src 203.0.113.5",
    ]);
  });

  it("names IPv4 legs in the kernel's order, which another order does not match", () => {
    expectRemoval(route, {
      desired: bothLines,
      live: ["default proto 205 nexthop via 192.0.2.129 dev bdsl weight 10 nexthop via 192.0.2.1 dev adsl weight 9"],
    }).toEqual([
      "ip -4 route del default proto 205 nexthop via 192.0.2.129 dev bdsl weight 10 nexthop via 192.0.2.1 dev adsl weight 9",
    ]);
  });

  it("names no legs for IPv6, which would delete them one by one", () => {
    expectRemoval(route, {
      desired: { destination: "2001:db8::/32", source: "2001:db8:1::/48", gateway: "fe80::1", device: "adsl" },
      live: [
        "2001:db8::/32 from 2001:db8:1::/48 proto 205 metric 512 pref medium nexthop via fe80::1 dev adsl nexthop via fe80::2 dev bdsl",
      ],
    }).toEqual(["ip -6 route del 2001:db8::/32 from 2001:db8:1::/48 metric 512 proto 205"]);
  });

  it("keeps a stranger's protocol when one was adopted, and a next-hop object's id", () => {
    expectRemoval(route, { desired: viaAdsl, live: ["default via 192.0.2.1 dev adsl proto static"] }).toEqual([
      "ip -4 route del default via 192.0.2.1 dev adsl proto 4",
    ]);
    expectRemoval(route, { desired: viaAdsl, live: ["default via 192.0.2.1 dev adsl nhid 7 proto 205"] }).toEqual([
      "ip -4 route del default nhid 7 proto 205",
    ]);
  });

  it("is no step when it is absent", () => {
    expectRemoval(route, { desired: viaAdsl, live: ["default via 192.0.2.1 dev adsl metric 5"] }).toEqual([]);
  });
});

describe("Route's keys", () => {
  const step = (desired: Record<string, unknown>, live: readonly string[] = []) => stepsFor(route, { desired, live })[0];

  it("are the host's own: the destination as `ip` prints it, all numbers decimal", () => {
    assert.deepEqual(step({ destination: "192.0.2.1/32", device: "adsl", tos: 16 })?.touches, ["route 4 254 192.0.2.1 16 0"]);
    assert.deepEqual(step({ destination: "::/0", gateway: "fe80::1", device: "adsl" })?.touches, ["route 6 254 default any 512"]);
    assert.deepEqual(
      step({ destination: "2001:db8::/32", source: "2001:db8:1::/48", device: "adsl", table: 7, metric: 9 })?.touches,
      ["route 6 7 2001:db8::/32 2001:db8:1::/48 9"],
    );
  });

  it("are in `removes` only when nothing is meant to be left under them", () => {
    const live = ["default via 198.51.100.1 dev lan proto dhcp", "default via 192.0.2.9 dev adsl proto 205"];
    const removes = (steps: ReturnType<typeof stepsFor>) => steps.flatMap((one) => one.removes);
    assert.deepEqual(removes(stepsFor(route, { desired: viaAdsl, live })), []);
    const { observed } = look(route, { desired: viaAdsl, live });
    assert.deepEqual(removes(route.plan(undefined, observed as never)), ["route 4 254 default 0 0"]);
  });

  it("make the identity and what the plan has read", () => {
    const desired = canonical({ destination: "default", gateway: "fe80::1", device: "adsl", table: "main" });
    assert.deepEqual(route.identity(desired), ["6", "254", "default", "any", "512"]);
    assert.deepEqual(route.reads(desired), ["routes 6 254 default"]);
  });

  it("go in two phases and one layer", () => {
    assert.deepEqual([step(viaAdsl)?.phase, step(viaAdsl)?.layer, step(viaAdsl)?.tool], ["put", "route", "ip -4"]);
    const { observed } = look(route, { desired: viaAdsl, live: ["default via 192.0.2.1 dev adsl proto 205"] });
    assert.equal(route.plan(undefined, observed as never)[0]?.phase, "drop");
    const beside = stepsFor(route, {
      desired: viaAdsl,
      live: ["default dev lan scope link", "default via 192.0.2.9 dev adsl proto 205"],
    });
    assert.deepEqual(
      beside.map(({ phase }) => phase),
      ["put", "put"],
    );
  });
});

describe("Route for IPv6", () => {
  it("has metric 512 unless told otherwise: 1024 is what learnt routes have", () => {
    const desired = { destination: "default", gateway: "fe80::1", device: "adsl" };
    expectPlan(route, { desired, live: ["default via fe80::9 dev adsl proto ra metric 1024 expires 1800 pref medium"] }).toEqual([
      "ip -6 route add default via fe80::1 dev adsl metric 512 proto 205",
    ]);
  });

  it("is replaced as a whole, all next hops in one line", () => {
    expectPlan(route, {
      desired: {
        destination: "default",
        nextHops: [
          { gateway: "fe80::1", device: "adsl", weight: 9 },
          { gateway: "fe80::2", device: "bdsl", onLink: true },
        ],
      },
      live: ["default via fe80::1 dev adsl proto 205 metric 512 pref medium"],
    }).toEqual([
      "ip -6 route replace default metric 512 proto 205 nexthop via fe80::1 dev adsl weight 9 nexthop via fe80::2 dev bdsl onlink weight 1",
    ]);
  });

  it("does not call time that runs down a difference, and calls a longer or endless one that", () => {
    const desired = { destination: "2001:db8::/32", device: "adsl", expiresSeconds: 1000 };
    const live = (rest: string) => [`2001:db8::/32 dev adsl proto 205 metric 512 ${rest} pref medium`];
    expectPlan(route, { desired, live: live("expires 3") }).toEqual([]);
    assert.deepEqual(inputsFor(route, { desired, live: live("expires 3") }), canonical(desired));
    expectPlan(route, { desired, live: live("expires 1001") }).toMatch(/replace/);
    expectPlan(route, { desired, live: live("") }).toMatch(/replace/);
    expectPlan(route, { desired: { destination: "2001:db8::/32", device: "adsl" }, live: live("expires 3") }).toMatch(/replace/);
  });
});

describe("Route's canonical form", () => {
  it("calls everything `default` that is it, and keeps the family", () => {
    assert.deepEqual(canonical({ destination: "0.0.0.0/0", device: "ppp0" }), {
      ...{ destination: "default", device: "ppp0", family: "ipv4", type: "unicast", table: 254, metric: 0 },
    });
    assert.equal(canonical({ destination: "::/0", device: "ppp0" }).family, "ipv6");
    assert.equal(canonical({ destination: "::/0", device: "ppp0" }).destination, "default");
  });

  it("takes the family of a default from the addresses on its way", () => {
    const family = (input: Record<string, unknown>) => canonical({ destination: "default", ...input }).family;
    assert.equal(family({ gateway: "192.0.2.1" }), "ipv4");
    assert.equal(family({ gateway: "fe80::1", device: "adsl" }), "ipv6");
    assert.equal(family({ gateway: "fe80::1", device: "adsl", preferredSource: "192.0.2.5" }), "ipv4");
    assert.equal(
      family({ nextHops: [{ device: "ppp0" }, { gateway: "192.0.2.1" }, { gateway: "fe80::1", device: "adsl" }] }),
      "ipv4",
    );
    assert.equal(family({ gateway: "dhcp", device: "adsl" }), "ipv4");
    assert.equal(family({ gateway: "ra", device: "adsl" }), "ipv6");
    assert.equal(family({ source: "2001:db8::/32", device: "adsl" }), "ipv6");
    assert.equal(family({ gateway: "fe80::1", device: "adsl", family: "ipv4" }), "ipv4");
    assert.equal(family({ type: "blackhole" }), undefined);
  });

  it("leaves out what the kernel would do anyway", () => {
    const plain = canonical({ destination: "2001:db8::/32", device: "adsl" });
    assert.deepEqual(canonical({ ...plain, source: "default" }), plain);
    assert.equal(canonical({ destination: "default", source: "default", gateway: "fe80::1", device: "adsl" }).family, "ipv6");
    assert.deepEqual(canonical({ ...plain, source: "::/0", onLink: false, quickAck: false, routerPreference: "medium" }), plain);
    const four = canonical({ destination: "10.0.0.0/8", device: "adsl" });
    assert.deepEqual(canonical({ ...four, tos: 0, scope: "link", table: "main", metric: 0, type: "unicast" }), four);
    assert.equal(canonical({ destination: "10.0.0.0/8", gateway: "192.0.2.1", scope: "global" }).scope, undefined);
    assert.equal(canonical({ destination: "10.0.0.0/8", type: "local", device: "lo" }).table, 255);
  });

  it("spells the device-only scope out where it isn't the kernel's default", () => {
    expectPlan(route, { desired: { destination: "10.0.0.0/8", device: "adsl", scope: "global" } }).toEqual([
      "ip -4 route add 10.0.0.0/8 dev adsl proto 205 scope 0",
    ]);
  });
});

describe("Route's words", () => {
  it("come in an order that `ip` takes: the tunnel before the way, the metric before the legs", () => {
    expectPlan(route, {
      desired: {
        destination: "10.0.0.0/8",
        gateway: "192.0.2.1",
        device: "adsl",
        encapsulation: { type: "ip", destination: "10.9.9.9", id: 5, ttl: 64, tos: 16 },
        mtu: 1400,
        lockMtu: true,
        hopLimit: 3,
        ecn: true,
      },
    }).toEqual([
      "ip -4 route add 10.0.0.0/8 encap ip id 5 dst 10.9.9.9 ttl 64 tos 0x10 via 192.0.2.1 dev adsl proto 205 mtu lock 1400 hoplimit 3 features ecn",
    ]);
    expectPlan(route, { desired: { ...bothLines, metric: 5 } }).toMatch(/default metric 5 proto 205 nexthop/);
  });

  it("are numbers where `ip` would remember a name wrongly, and hexadecimal where it reads that", () => {
    expectPlan(route, { desired: { ...viaAdsl, scope: "site", tos: 16 } }).toEqual([
      "ip -4 route add default tos 0x10 via 192.0.2.1 dev adsl proto 205 scope 200",
    ]);
  });

  it("say `inet6` for an IPv6 next hop of an IPv4 route", () => {
    expectPlan(route, { desired: { destination: "10.0.0.0/8", gateway: "fe80::1", device: "adsl" } }).toEqual([
      "ip -4 route add 10.0.0.0/8 via inet6 fe80::1 dev adsl proto 205",
    ]);
  });

  it("name the table wherever it isn't what `ip` would take", () => {
    expectPlan(route, { desired: { destination: "10.0.0.0/8", type: "local", device: "lo" } }).toEqual([
      "ip -4 route add local 10.0.0.0/8 dev lo table 255 proto 205",
    ]);
    expectPlan(route, { desired: { destination: "10.0.0.0/8", type: "local", device: "lo", table: "main" } }).toMatch(
      /table 254/,
    );
  });
});

describe("Route's tunnel", () => {
  const seen = (encap: unknown) => readEncapsulation(encap);
  const expectWords = (encapsulation: Record<string, unknown>, words: string) =>
    expectPlan(route, { desired: { destination: "2001:db8::/32", device: "adsl", encapsulation } }).toEqual([
      `ip -6 route add 2001:db8::/32 encap ${words} dev adsl metric 512 proto 205`,
    ]);

  it("is written as `ip` takes it", () => {
    expectWords({ type: "mpls", labels: [100, 200], ttl: 255 }, "mpls 100/200 ttl 255");
    expectWords(
      { type: "ip", destination: "10.9.9.9", source: "10.9.9.1", id: 5, tos: 16 },
      "ip id 5 src 10.9.9.1 dst 10.9.9.9 tos 0x10",
    );
    expectWords(
      { type: "ip6", destination: "2001:db8::9", hopLimit: 3, trafficClass: 16 },
      "ip6 dst 2001:db8::9 hoplimit 3 tc 0x10",
    );
    expectWords(
      { type: "seg6", mode: "inline", segments: ["2001:db8::5", "2001:db8::6"] },
      "seg6 mode inline segs 2001:db8::5,2001:db8::6",
    );
  });

  it("is read as the kernel shows it, whose zeros mean nothing", () => {
    assert.deepEqual(seen({ type: "mpls", dst: "100/200", ttl: 5 }), { type: "mpls", labels: [100, 200], ttl: 5 });
    assert.deepEqual(seen({ type: "ip", id: 5, src: "10.9.9.1", dst: "10.9.9.9", ttl: 0, tos: 16 }), {
      ...{ type: "ip", id: 5, source: "10.9.9.1", destination: "10.9.9.9", tos: 16 },
    });
    assert.deepEqual(seen({ type: "ip", id: 0, src: "0.0.0.0", dst: "10.9.9.9", ttl: 0, tos: 0 }), {
      type: "ip",
      destination: "10.9.9.9",
    });
    assert.deepEqual(seen({ type: "ip6", id: 0, src: "::", dst: "2001:db8::9", hoplimit: 3, tc: 16 }), {
      ...{ type: "ip6", destination: "2001:db8::9", hopLimit: 3, trafficClass: 16 },
    });
    assert.deepEqual(seen({ type: "seg6", mode: "inline", segs: ["2001:db8::5", "::"] }), {
      ...{ type: "seg6", mode: "inline", segments: ["2001:db8::5"] },
    });
  });

  it("of a sort that can't be declared is none, and none of ours can have it", () => {
    for (const encap of [undefined, null, { type: "bpf", in: "x" }, { type: "ip", dst: "10.9.9.9", key: true }])
      assert.equal(seen(encap), undefined);
    const situation = look(route, { desired: viaAdsl, live: ["default via 192.0.2.1 dev adsl proto 205"] });
    const live = { ...(situation.observed as ObservedRoute).live, attributes: { encap: { type: "bpf" } } };
    const snapshot = { ...situation.snapshot, routes: [live] };
    const observed = route.observe(snapshot, canonical(viaAdsl), undefined);
    assert.equal(route.plan(canonical(viaAdsl), observed).length, 1);
  });
});

describe("Route's attributes", () => {
  it("are read from the host as they were declared", () => {
    const attributes = {
      mtu: 1400,
      lockMtu: true,
      advertisedMss: 1300,
      hopLimit: 3,
      quickAck: true,
      ecn: true,
      congestionControl: "bbr",
    };
    const words = "mtu lock 1400 advmss 1300 hoplimit 3 quickack 1 features ecn congctl bbr";
    const live = [`default via 192.0.2.1 dev adsl proto 205 ${words}`];
    expectPlan(route, { desired: { ...viaAdsl, ...attributes }, live }).toEqual([]);
    assert.deepEqual(inputsFor(route, { desired: viaAdsl, live }), { ...canonical(viaAdsl), ...attributes });
    expectPlan(route, { desired: { ...viaAdsl, ...attributes, lockMtu: false }, live }).toMatch(/replace .* mtu 1400 /);
  });

  it("lock the limit of the congestion window, without which the kernel does not heed it", () => {
    const limited = (congestionWindow: number) => ({ ...viaAdsl, congestionWindow });
    const live = ["default via 192.0.2.1 dev adsl proto 205 cwnd lock 20"];
    expectPlan(route, { desired: limited(20) }).toEqual([
      "ip -4 route add default via 192.0.2.1 dev adsl proto 205 cwnd lock 20",
    ]);
    expectPlan(route, { desired: limited(20), live }).toEqual([]);
    expectPlan(route, { desired: limited(30), live }).toMatch(/^ip -4 route replace .* cwnd lock 30$/);
    assert.deepEqual(inputsFor(route, { desired: viaAdsl, live }), { ...canonical(viaAdsl), congestionWindow: 20 });
  });

  it("have an IPv6 preference, of which medium is the kernel's own", () => {
    const six = { destination: "2001:db8::/32", device: "adsl" };
    const live = (pref: string) => [`2001:db8::/32 dev adsl proto 205 metric 512 pref ${pref}`];
    expectPlan(route, { desired: six, live: live("medium") }).toEqual([]);
    expectPlan(route, { desired: { ...six, routerPreference: "low" }, live: live("low") }).toEqual([]);
    expectPlan(route, { desired: { ...six, routerPreference: "low" }, live: live("high") }).toMatch(/replace .* pref low$/);
    expectPlan(route, { desired: six, live: live("high") }).toMatch(/replace .* metric 512 proto 205$/);
  });
});

describe("Route, in the host's own terms", () => {
  it("takes a table's name from the host's rt_tables, and goes on calling it by that name", () => {
    const desired = { ...viaAdsl, table: "adsl" };
    const tables = "101 adsl\n";
    expectPlan(route, { desired, tables }).toEqual(["ip -4 route add default via 192.0.2.1 dev adsl table 101 proto 205"]);
    const live = ["default via 192.0.2.1 dev adsl table 101 proto 205"];
    expectPlan(route, { desired, tables, live }).toEqual([]);
    assert.deepEqual(inputsFor(route, { desired, tables, live }), canonical(desired));
  });

  it("refuses a table that the host doesn't know, by its name", () => {
    assert.throws(
      () => look(route, { desired: { ...viaAdsl, table: "adsl" } }),
      (error) => error instanceof InputError && /no routing table named adsl/.test(error.message),
    );
  });

  const learnt = { destination: "default", gateway: "dhcp", device: "adsl" };
  const lease = "default via 192.0.2.77 dev adsl proto dhcp metric 1002";

  it("takes the gateway that DHCP has given the device, and goes on calling it `dhcp`", () => {
    expectPlan(route, { desired: learnt, live: ["default via 192.0.2.66 dev bdsl proto dhcp metric 1", lease] }).toEqual([
      "ip -4 route add default via 192.0.2.77 dev adsl proto 205",
    ]);
    const live = [lease, "default via 192.0.2.77 dev adsl proto 205"];
    expectPlan(route, { desired: learnt, live }).toEqual([]);
    assert.deepEqual(inputsFor(route, { desired: learnt, live }), canonical(learnt));
  });

  it("follows a lease that has changed", () => {
    expectPlan(route, { desired: learnt, live: [lease, "default via 192.0.2.1 dev adsl proto 205"] }).toEqual([
      "ip -4 route replace default via 192.0.2.77 dev adsl proto 205",
    ]);
  });

  it("has the same file after a lease has changed, but for what else is different", () => {
    const two = {
      destination: "default",
      nextHops: [
        { gateway: "192.0.2.1", device: "adsl" },
        { gateway: "dhcp", device: "wwan0.5" },
      ],
    };
    const lines = (gateway: string, weight: number) =>
      route.lasting?.(
        `ip -4 route replace default proto 205 nexthop via 192.0.2.1 dev adsl weight 1 nexthop via ${gateway} dev wwan0.5 weight ${weight}`,
        canonical(two),
      );
    assert.equal(lines("192.0.2.77", 1), lines("inet6 fe80::1", 1)?.replace("inet6 ", ""));
    assert.notEqual(lines("192.0.2.77", 1), lines("192.0.2.77", 2));
    const [line = ""] = route.replay(canonical(bothLines));
    assert.equal(route.lasting?.(line, canonical(bothLines)), line);
    assert.equal(
      route.lasting?.("ip -4 route replace default via 192.0.2.7 dev adsl proto 205", canonical(learnt)),
      "ip -4 route replace default via dhcp dev adsl proto 205",
    );
  });

  it("keeps the gateway that our route has while a line is without a lease", () => {
    expectPlan(route, { desired: learnt, live: ["default via 192.0.2.1 dev adsl proto 205"] }).toEqual([]);
  });

  it("says which line lacks a lease when there is no gateway to take", () => {
    assert.throws(
      () => stepsFor(route, { desired: learnt, live: ["default via 192.0.2.66 dev bdsl proto dhcp metric 1"] }),
      (error) => error instanceof InputError && /adsl has no default route with a gateway from DHCP/.test(error.message),
    );
  });

  it("takes a gateway from router advertisements in a next hop too", () => {
    expectPlan(route, {
      desired: {
        destination: "default",
        nextHops: [
          { gateway: "ra", device: "adsl" },
          { gateway: "fe80::2", device: "bdsl" },
        ],
      },
      live: ["default via fe80::77 dev adsl proto ra metric 1024 pref medium"],
    }).toMatch(/nexthop via fe80::77 dev adsl weight 1 nexthop via fe80::2 dev bdsl/);
  });
});

/** What it does refuse is in test/unit/bad-input/route.ts. */
describe("Route refuses", () => {
  const six = { destination: "2001:db8::/32", gateway: "fe80::1", device: "adsl" };
  const four = { destination: "10.0.0.0/8", gateway: "192.0.2.1", device: "adsl" };

  it("nothing in declarations that are right", () => {
    const scoped = [
      { destination: "10.0.0.0/8", type: "broadcast", device: "lo", scope: "host" },
      { destination: "10.0.0.0/8", device: "lo", scope: "host" },
      { destination: "10.0.0.0/8", nextHops: [{ device: "adsl" }, { device: "bdsl" }], scope: "link" },
    ];
    for (const desired of scoped) expectProblems(route, desired).toEqual([]);
    for (const desired of [viaAdsl, bothLines, six, four, { destination: "default", gateway: "dhcp", device: "adsl" }])
      expectProblems(route, desired).toEqual([]);
  });
});

describe("Route's advice", () => {
  const advice = (words: string, desired: Record<string, unknown> = viaAdsl) => route.hint?.(words, canonical(desired)) ?? "";

  it("says which address or host route a gateway lacks", () => {
    for (const words of [
      "Error: Nexthop has invalid gateway.",
      "RTNETLINK answers: Network is unreachable",
      "RTNETLINK answers: No route to host",
    ]) {
      assert.match(advice(words), /no address whose subnet covers 192\.0\.2\.1.*dependsOn.*onLink/s);
    }
    assert.match(advice("Error: Nexthop has invalid gateway.", bothLines), /192\.0\.2\.1, 192\.0\.2\.129/);
  });

  it("names the missing device, and the one that is down", () => {
    assert.match(advice('Cannot find device "adsl"'), /no device adsl.*dependsOn/);
    assert.match(advice("Error: Device for nexthop is not up."), /adsl is down/);
  });

  it("knows that an IPv6 source has to wait for duplicate address detection", () => {
    assert.match(
      advice("Error: Invalid prefsrc address.", { ...viaAdsl, preferredSource: "203.0.113.5" }),
      /203\.0\.113\.5 is not on the host yet.*noDad/s,
    );
  });

  it("is silent where the kernel's words say it all", () => {
    assert.equal(advice("Operation not permitted"), "");
  });
});
