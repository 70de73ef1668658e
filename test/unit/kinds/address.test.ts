import assert from "node:assert/strict";
import { address } from "../../../provider/kinds/address";
import type { Snapshot } from "../../../provider/snapshot";
import { expectPlan, expectProblems, expectRemoval, inputsFor, look, stepsFor } from "./expect-plan";
import { snapshotOf } from "./live";

const four = { device: "adsl", address: "192.0.2.5/24" };
const six = { device: "adsl", address: "2001:db8::5/64" };
const canonical = (input: Record<string, unknown>) => address.schema.parse(input);

describe("Address", () => {
  it("is added when the device has not got it, whoever else has", () => {
    expectPlan(address, { desired: four, live: ["192.0.2.5/24 dev bdsl", "192.0.2.6/24 dev adsl"] }).toEqual([
      "ip -4 addr add 192.0.2.5/24 dev adsl",
    ]);
    expectPlan(address, { desired: six }).toEqual(["ip -6 addr add 2001:db8::5/64 dev adsl"]);
  });

  it("is added with everything that is declared", () => {
    expectPlan(address, {
      desired: {
        ...four,
        ...{
          broadcast: "auto",
          scope: "link",
          label: "adsl:1",
          metric: 5,
          noPrefixRoute: true,
          validLifetimeSeconds: 60,
          preferredLifetimeSeconds: 30,
        },
      },
    }).toEqual([
      "ip -4 addr add 192.0.2.5/24 dev adsl broadcast 192.0.2.255 scope 253 label adsl:1 metric 5 noprefixroute valid_lft 60 preferred_lft 30",
    ]);
    expectPlan(address, {
      desired: { ...six, home: true, noDad: true, manageTemporary: true, peer: "2001:db8:1::1", preferredLifetimeSeconds: 0 },
    }).toEqual([
      "ip -6 addr add 2001:db8::5 peer 2001:db8:1::1/64 dev adsl home nodad mngtmpaddr valid_lft forever preferred_lft 0",
    ]);
  });

  it("changes nothing when the device already has it", () => {
    expectPlan(address, { desired: four, live: ["192.0.2.5/24 dev adsl"] }).toEqual([]);
    expectPlan(address, { desired: six, live: ["2001:db8::5/64 dev adsl tentative"] }).toEqual([]);
    expectPlan(address, { desired: four, live: ["192.0.2.5/24 dev adsl secondary proto 3"] }).toEqual([]);
  });

  it("does not mind the subnet's own broadcast address, which many tools set unasked", () => {
    const live = ["192.0.2.5/24 dev adsl brd 192.0.2.255"];
    expectPlan(address, { desired: four, live }).toEqual([]);
    assert.deepEqual(inputsFor(address, { desired: four, live }), canonical(four));
    expectPlan(address, { desired: four, live: ["192.0.2.5/24 dev adsl brd 192.0.2.77"] }).toMatch(
      /^ip -4 addr del .*\nip -4 addr add /,
    );
    expectPlan(address, { desired: { ...four, broadcast: "auto" }, live: ["192.0.2.5/24 dev adsl"] }).toMatch(
      /add .* broadcast 192\.0\.2\.255$/,
    );
  });

  it("is changed in place where the kernel does that, and everything is named, because the rest would be reset", () => {
    const desired = { ...four, label: "adsl:1", metric: 5 };
    expectPlan(address, { desired, live: ["192.0.2.5/24 dev adsl label adsl:1 metric 7"] }).toEqual([
      "ip -4 addr change 192.0.2.5/24 dev adsl label adsl:1 metric 5",
    ]);
    expectPlan(address, {
      desired,
      live: ["192.0.2.5/24 dev adsl label adsl:1 metric 5 valid_lft 60 preferred_lft 60 dynamic"],
    }).toMatch(/^ip -4 addr change/);
    expectPlan(address, {
      desired: { ...six, noDad: true, noPrefixRoute: true },
      live: ["2001:db8::5/64 dev adsl home"],
    }).toEqual(["ip -6 addr change 2001:db8::5/64 dev adsl metric 256 noprefixroute nodad"]);
    expectPlan(address, { desired: { ...six, peer: "2001:db8:1::1" }, live: ["2001:db8::5/64 dev adsl"] }).toMatch(
      /^ip -6 addr change 2001:db8::5 peer/,
    );
  });

  it("is deleted and added in one go where the kernel says yes and does nothing", () => {
    const delAndAdd = (desired: Record<string, unknown>, live: string) =>
      expectPlan(address, { desired, live: [live] }).toMatch(/^ip -\d addr del .*\nip -\d addr add [^\n]*$/);
    delAndAdd({ ...four, label: "adsl:1" }, "192.0.2.5/24 dev adsl");
    delAndAdd({ ...four, scope: "link" }, "192.0.2.5/24 dev adsl");
    delAndAdd({ ...four, noPrefixRoute: true }, "192.0.2.5/24 dev adsl");
    delAndAdd({ ...four, peer: "192.0.2.6" }, "192.0.2.5/24 dev adsl");
    delAndAdd(four, "192.0.2.5/24 dev adsl brd 192.0.2.9");
    delAndAdd({ ...six, address: "2001:db8::5/48" }, "2001:db8::5/64 dev adsl");
    delAndAdd(six, "2001:db8::5/64 dev adsl peer 2001:db8:1::1");
    delAndAdd({ ...four, label: "adsl:1", metric: 5 }, "192.0.2.5/24 dev adsl");
  });

  it("does not call time that runs down a difference, and calls a longer or endless one that", () => {
    const desired = { ...four, validLifetimeSeconds: 1000 };
    const live = (rest: string) => [`192.0.2.5/24 dev adsl ${rest}`.trim()];
    expectPlan(address, { desired, live: live("valid_lft 3 preferred_lft 3") }).toEqual([]);
    assert.deepEqual(inputsFor(address, { desired, live: live("valid_lft 3 preferred_lft 0 deprecated") }), canonical(desired));
    expectPlan(address, { desired, live: live("valid_lft 1001 preferred_lft 3") }).toMatch(/change/);
    expectPlan(address, { desired, live: live("") }).toMatch(/change/);
    expectPlan(address, { desired: four, live: live("valid_lft 3 preferred_lft 3") }).toMatch(/change/);
    expectPlan(address, { desired: four, live: live("deprecated") }).toMatch(/change/);
    expectPlan(address, { desired: { ...four, preferredLifetimeSeconds: 0 }, live: live("deprecated") }).toEqual([]);
  });

  it("is marked where the host's kernel and `ip` have room for it, and the mark is no difference", () => {
    const modern = { kernel: "6.12.48+deb13-cloud-amd64", iproute2: "6.15.0" };
    expectPlan(address, { desired: four, host: modern }).toEqual(["ip -4 addr add 192.0.2.5/24 dev adsl proto 205"]);
    expectPlan(address, { desired: four, host: modern, live: ["192.0.2.5/24 dev adsl"] }).toEqual([]);
    expectPlan(address, { desired: four, host: { kernel: "6.18.0", iproute2: "6.1.0" } }).toEqual([
      "ip -4 addr add 192.0.2.5/24 dev adsl",
    ]);
    expectPlan(address, { desired: four, host: { kernel: "5.10.0", iproute2: "6.15.0" } }).toEqual([
      "ip -4 addr add 192.0.2.5/24 dev adsl",
    ]);
    expectPlan(address, { desired: four, host: { kernel: "5.18.0", iproute2: "ss200127" } }).toEqual([
      "ip -4 addr add 192.0.2.5/24 dev adsl",
    ]);
    const marked = (proto: string) =>
      address.marked(look(address, { desired: four, live: [`192.0.2.5/24 dev adsl ${proto}`] }).observed as never);
    assert.deepEqual([marked("proto 0xcd"), marked("proto 3")], [true, false]);
  });

  it("is put back by its line at boot", () => {
    assert.deepEqual(address.replay(canonical(six)), ["ip -6 addr replace 2001:db8::5/64 dev adsl"]);
  });
});

describe("Address, removed", () => {
  it("is deleted as the family takes it: IPv4 with its peer, IPv6 with the peer's length", () => {
    expectRemoval(address, { desired: four, live: ["192.0.2.5/24 dev adsl label adsl:1"] }).toEqual([
      "ip -4 addr del 192.0.2.5/24 dev adsl",
    ]);
    expectRemoval(address, { desired: { ...four, peer: "192.0.2.6" }, live: ["192.0.2.5/24 dev adsl peer 192.0.2.6"] }).toEqual([
      "ip -4 addr del 192.0.2.5 peer 192.0.2.6/24 dev adsl",
    ]);
    expectRemoval(address, {
      desired: { ...six, peer: "2001:db8:1::1" },
      live: ["2001:db8::5/64 dev adsl peer 2001:db8:1::1"],
    }).toEqual(["ip -6 addr del 2001:db8::5/64 dev adsl"]);
  });

  it("is deleted with the length it has, not the one that was declared", () => {
    expectRemoval(address, { desired: six, live: ["2001:db8::5/48 dev adsl"] }).toEqual([
      "ip -6 addr del 2001:db8::5/48 dev adsl",
    ]);
  });

  it("goes with the route to its subnet, where the kernel would leave it behind", () => {
    const declared = address.schema.parse({ ...six, validLifetimeSeconds: 60 });
    const shownAs = (addresses: string[], rest = "expires 50") =>
      snapshotOf({ addresses, routes: [`2001:db8::/64 dev adsl proto kernel metric 256 ${rest} pref medium`] });
    const lines = (snapshot: Snapshot) =>
      address.plan(undefined, address.observe(snapshot, declared, undefined)).map(({ line }) => line);
    const mine = "2001:db8::5/64 dev adsl valid_lft 50 preferred_lft 50";
    assert.deepEqual(lines(shownAs([mine])), [
      "addr del 2001:db8::5/64 dev adsl",
      "route flush exact 2001:db8::/64 dev adsl proto 2",
    ]);
    assert.equal(lines(shownAs([mine, "2001:db8::6/64 dev adsl"])).length, 1);
    assert.equal(lines(shownAs([mine, "2001:db8::6/64 dev bdsl"])).length, 2);
    const forever = "2001:db8::5/64 dev adsl";
    assert.equal(lines(shownAs([forever], "")).length, 1);
    assert.equal(lines(shownAs([forever, "2001:db8::6/80 dev adsl"], "")).length, 2);
  });

  it("is no step when it is absent: another length is another IPv4 address", () => {
    expectRemoval(address, { desired: four, live: ["192.0.2.5/32 dev adsl", "192.0.2.5/24 dev bdsl"] }).toEqual([]);
  });
});

describe("Address's keys", () => {
  const steps = (desired: Record<string, unknown>, live: readonly string[] = []) => stepsFor(address, { desired, live });

  it("are the host's own", () => {
    assert.deepEqual(steps(four)[0]?.touches, ["address 4 adsl 192.0.2.5/24 -"]);
    assert.deepEqual(steps({ ...four, peer: "192.0.2.6" })[0]?.touches, ["address 4 adsl 192.0.2.5/24 192.0.2.6"]);
    assert.deepEqual(steps(six)[0]?.touches, ["address 6 adsl 2001:db8::5"]);
    assert.deepEqual(address.identity(canonical(four)), ["4", "adsl", "192.0.2.5/24", "-"]);
    assert.deepEqual(address.reads(canonical(four)), ["device adsl"]);
  });

  it("are in `removes` only when the address is meant to be gone", () => {
    assert.deepEqual(
      steps({ ...four, label: "adsl:1" }, ["192.0.2.5/24 dev adsl"]).map(({ phase, removes }) => [phase, removes]),
      [
        ["put", []],
        ["put", []],
      ],
    );
    const { observed } = look(address, { desired: four, live: ["192.0.2.5/24 dev adsl"] });
    const [removal] = address.plan(undefined, observed as never);
    assert.deepEqual([removal?.phase, removal?.layer, removal?.removes], ["drop", "address", ["address 4 adsl 192.0.2.5/24 -"]]);
  });

  it("find the IPv4 peer in the same subnet, which the kernel takes for the same address", () => {
    const [del, add] = steps({ ...four, peer: "192.0.2.6" }, ["192.0.2.5/24 dev adsl peer 192.0.2.7"]);
    assert.deepEqual(del?.removes, ["address 4 adsl 192.0.2.5/24 192.0.2.7"]);
    assert.deepEqual(del?.touches, ["address 4 adsl 192.0.2.5/24 192.0.2.7", "address 4 adsl 192.0.2.5/24 192.0.2.6"]);
    assert.deepEqual(add?.touches, ["address 4 adsl 192.0.2.5/24 192.0.2.6"]);
    expectPlan(address, { desired: { ...four, peer: "198.51.100.6" }, live: ["192.0.2.5/24 dev adsl"] }).toMatch(
      /^ip -4 addr add[^\n]*$/,
    );
  });
});

describe("Address's canonical form", () => {
  it("leaves out what the kernel would do anyway", () => {
    assert.deepEqual(
      canonical({ ...four, scope: "global", label: "adsl", metric: 0, peer: "192.0.2.5", noPrefixRoute: false }),
      four,
    );
    assert.deepEqual(canonical({ ...four, validLifetimeSeconds: 4294967295, preferredLifetimeSeconds: 4294967295 }), four);
    assert.deepEqual(canonical({ ...six, metric: 256, home: false, noDad: false }), six);
    assert.deepEqual(canonical({ ...six, metric: 0 }), six);
    assert.equal(canonical({ ...six, metric: 1 }).metric, 1);
    assert.equal(canonical({ ...four, metric: 256 }).metric, 256);
    assert.deepEqual(canonical({ device: "lo", address: "127.0.0.2/8", scope: "host" }), {
      device: "lo",
      address: "127.0.0.2/8",
    });
  });

  it("prefers an address for as long as it is valid unless told otherwise, because `ip` refuses more", () => {
    assert.equal(canonical({ ...four, validLifetimeSeconds: 60 }).preferredLifetimeSeconds, 60);
    assert.equal(canonical({ ...four, validLifetimeSeconds: 60, preferredLifetimeSeconds: 0 }).preferredLifetimeSeconds, 0);
  });

  it("works out the broadcast address, that of the peer's subnet when there is one", () => {
    assert.equal(canonical({ ...four, broadcast: "auto" }).broadcast, "192.0.2.255");
    assert.equal(canonical({ device: "adsl", address: "192.0.2.5/30", broadcast: "auto" }).broadcast, "192.0.2.7");
    assert.equal(canonical({ ...four, broadcast: "auto", peer: "198.51.100.1" }).broadcast, "198.51.100.255");
  });
});

/** What it does refuse is in test/unit/bad-input/address.ts. */
describe("Address refuses", () => {
  it("nothing in declarations that are right", () => {
    const multicast = [
      { device: "adsl", address: "ff05::1/128", autoJoin: true },
      { device: "adsl", address: "239.1.2.3/32", autoJoin: true },
    ];
    const deprecated = [
      { ...four, preferredLifetimeSeconds: 0 },
      { ...six, preferredLifetimeSeconds: 100 },
    ];
    for (const desired of [four, six, ...multicast, ...deprecated]) expectProblems(address, desired).toEqual([]);
  });
});

describe("Address's advice", () => {
  const advice = (words: string) => address.hint?.(words, canonical(four)) ?? "";

  it("names the missing device, IPv6 that is turned off, and the scope that a subnet shares", () => {
    assert.match(advice('Cannot find device "adsl"'), /no device adsl.*dependsOn/);
    assert.match(advice("RTNETLINK answers: Permission denied"), /net\.ipv6\.conf\.adsl\.disable_ipv6/);
    assert.match(advice("Error: ipv4: Invalid scope value."), /the same scope/);
    assert.match(advice("Error: ipv4: Multicast auto join failed."), /igmp_max_memberships/);
    assert.match(advice("Error: ipv4: Address already assigned."), /in the meantime/);
    assert.match(
      advice("Another machine on this link has the address already (duplicate address detection)."),
      /another address/,
    );
    assert.equal(advice("Operation not permitted"), "");
  });
});
