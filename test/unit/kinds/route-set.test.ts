import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { routeSet } from "../../../provider/kinds/route-set";
import { expectPlan, expectProblems, expectRemoval, inputsFor, stepsFor } from "./expect-plan";

const lan = { name: "lan", gateway: "192.0.2.1", device: "adsl" };
const three = {
  ...lan,
  routes: [{ destination: "10.1.0.0/16" }, { destination: "10.2.0.0/16" }, { destination: "10.3.0.0/16" }],
};
const live = (destination: string, rest = "via 192.0.2.1 dev adsl proto 205") => `${destination} ${rest}`;
const line = (destination: string) => `ip -4 route replace ${destination} proto 205 via 192.0.2.1 dev adsl`;

describe("RouteSet", () => {
  it("adds the prefixes that are missing, and none that are there", () => {
    expectPlan(routeSet, { desired: three, live: [live("10.2.0.0/16")] }).toEqual([
      "ip -4 route add 10.1.0.0/16 via 192.0.2.1 dev adsl proto 205",
      "ip -4 route add 10.3.0.0/16 via 192.0.2.1 dev adsl proto 205",
    ]);
    const all = three.routes.map(({ destination }) => live(destination));
    expectPlan(routeSet, { desired: three, live: all }).toEqual([]);
    expectPlan(routeSet, { desired: { ...three, routes: three.routes.toReversed() }, live: all }).toEqual([]);
  });

  it("removes what its file names and it no longer declares, of ours only", () => {
    const desired = { ...lan, routes: [{ destination: "10.1.0.0/16" }] };
    const recorded = ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"].map(line);
    expectPlan(routeSet, {
      desired,
      recorded,
      live: [
        live("10.1.0.0/16"),
        live("10.2.0.0/16"),
        live("10.3.0.0/16", "via 192.0.2.9 dev adsl proto static"),
        live("10.9.0.0/16"),
      ],
    }).toEqual(["ip -4 route del 10.2.0.0/16 via 192.0.2.1 dev adsl proto 205"]);
  });

  it("changes the prefixes that differ, and leaves the others alone", () => {
    const routes = [{ destination: "10.1.0.0/16" }, { destination: "10.2.0.0/16", gateway: "192.0.2.7" }];
    expectPlan(routeSet, { desired: { ...lan, routes }, live: [live("10.1.0.0/16"), live("10.2.0.0/16")] }).toEqual([
      "ip -4 route replace 10.2.0.0/16 via 192.0.2.7 dev adsl proto 205",
    ]);
  });

  it("gives each route the common way, but for one of its own", () => {
    const routes = [
      { destination: "10.1.0.0/16", gateway: "192.0.2.7" },
      { destination: "10.2.0.0/16", type: "blackhole" },
      {
        destination: "10.3.0.0/16",
        nextHops: [
          { gateway: "192.0.2.1", device: "adsl" },
          { gateway: "198.51.100.1", device: "bdsl" },
        ],
      },
    ];
    expectPlan(routeSet, { desired: { ...lan, mtu: 1400, routes } }).toEqual([
      "ip -4 route add 10.1.0.0/16 via 192.0.2.7 dev adsl proto 205 mtu 1400",
      "ip -4 route add blackhole 10.2.0.0/16 proto 205 mtu 1400",
      "ip -4 route add 10.3.0.0/16 proto 205 mtu 1400 nexthop via 192.0.2.1 dev adsl weight 1 nexthop via 198.51.100.1 dev bdsl weight 1",
    ]);
  });

  it("refuses what would overwrite a stranger's route once it has a file", () => {
    const situation = {
      desired: three,
      recorded: [line("10.1.0.0/16")],
      live: [live("10.2.0.0/16", "via 192.0.2.9 dev adsl proto static")],
    };
    assert.throws(
      () => stepsFor(routeSet, situation),
      /RouteSet lan: a route to 10\.2\.0\.0\/16 is there already, it is not ours/,
    );
  });

  it("is removed as a whole, with what its file names", () => {
    expectRemoval(routeSet, {
      desired: { ...lan, routes: [{ destination: "10.1.0.0/16" }] },
      recorded: [line("10.1.0.0/16"), line("10.2.0.0/16")],
      live: [live("10.1.0.0/16"), live("10.2.0.0/16"), live("10.3.0.0/16")],
    }).toEqual([
      "ip -4 route del 10.1.0.0/16 via 192.0.2.1 dev adsl proto 205",
      "ip -4 route del 10.2.0.0/16 via 192.0.2.1 dev adsl proto 205",
    ]);
  });

  it("shows what is there in its own words, and a route that differs as it is", () => {
    assert.deepEqual(inputsFor(routeSet, { desired: three, live: [live("10.1.0.0/16"), live("10.3.0.0/16")] }), {
      ...{ name: "lan", family: "ipv4", table: 254, metric: 0, gateway: "192.0.2.1", device: "adsl" },
      routes: [{ destination: "10.1.0.0/16" }, { destination: "10.3.0.0/16" }],
    });
    const differing = inputsFor(routeSet, { desired: three, live: [live("10.1.0.0/16", "via 192.0.2.9 dev adsl proto 205")] });
    assert.deepEqual(differing, {
      ...{ name: "lan", family: "ipv4", table: 254, metric: 0 },
      routes: [{ destination: "10.1.0.0/16", type: "unicast", gateway: "192.0.2.9", device: "adsl" }],
    });
    assert.equal(inputsFor(routeSet, { desired: three, live: [] }), undefined);
  });

  it("is of one family and names each prefix once; what is wrong is told at its place", () => {
    const with_ = (...routes: object[]) => ({ ...lan, routes });
    expectProblems(routeSet, with_({ destination: "10.1.0.0/16" }, { destination: "10.1.0.0/16" })).toEqual([
      "routes.1.destination: it is that of routes[0] too; give it once",
    ]);
    expectProblems(routeSet, with_({ destination: "10.1.0.0/16" }, { destination: "2001:db8::/32" })).toMatch(
      /^routes\.1\.destination: this is IPv6, and the route is IPv4/,
    );
    expectProblems(routeSet, with_({ destination: "10.1.0.1/16" })).toMatch(/bits are set beyond its length/);
    expectProblems(routeSet, { name: "lan", routes: [{ destination: "10.1.0.0/16" }] }).toMatch(
      /^routes\.0\.gateway: a route to 10\.1\.0\.0\/16 needs a gateway/,
    );
    expectProblems(routeSet, { ...three, name: "a b" }).toMatch(/^name: name is "a b": must be 1 to 63 letters/);
  });

  it("plans 10,000 routes in a second or two, not in their square", () => {
    const destinations = Array.from({ length: 10_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`);
    const begin = performance.now();
    const steps = stepsFor(routeSet, {
      desired: { ...lan, routes: destinations.map((destination) => ({ destination })) },
      live: destinations.slice(0, 100).map((destination) => live(destination)),
    });
    assert.equal(steps.length, 9_900);
    assert.ok(performance.now() - begin < 10_000);
  });
});
