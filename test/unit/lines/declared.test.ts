import assert from "node:assert/strict";
import { awk, text } from "./awk";

const config = text(`
  kind LineMonitor

  line-monitor settings interval 200 quorum 1
  line-monitor line adsl number 1 device adsl gateway4 198.51.100.1 gateway6 - address4 203.0.113.5 address6 - interval 200
  line-monitor line lte number 7 device wwan0 gateway4 dhcp gateway6 ra address4 - address6 - interval 1000
  line-monitor target adsl icmp 198.18.0.1
  line-monitor target lte icmp 198.18.0.1
  line-monitor target adsl command grep -q "wan  up" /run/router
  line-monitor target nobody icmp 198.18.0.1
  line-monitor on-change logger "$LINE  $STATE"
`);
const object = (lines: string) => text(`kind Route\n\n${lines}`);

/** Without what only the config says. */
const declared = (files: Readonly<Record<string, string>>, of = config) =>
  awk(["keys", "line-monitor"], [["50-LineMonitor-main", of], ...Object.entries(files)]);
const routesOf = (...args: Parameters<typeof declared>) =>
  declared(...args).filter((line) => /^(route|head|hop|pinned) /.test(line));

describe("What a line monitor is told of the objects' files", () => {
  it("is its lines and targets, numbered, whatever their commands hold", () => {
    assert.deepEqual(declared({}), [
      "settings interval 200 quorum 1",
      "line 1 adsl 1 adsl 198.51.100.1 - 203.0.113.5 - 200",
      "line 2 lte 7 wwan0 dhcp ra - - 1000",
      "target 1 1 icmp 198.18.0.1",
      "target 2 1 icmp 198.18.0.1",
      'target 1 2 command grep -q "wan  up" /run/router',
      'on-change logger "$LINE  $STATE"',
    ]);
  });

  it("is said once when a file is read twice", () => {
    const twice = awk(["keys", "line-monitor"], [["50-LineMonitor-main", config], ["again=1"], ["50-LineMonitor-main", config]]);
    assert.deepEqual(twice, declared({}));
  });

  it("are the multipath routes over its lines, with each next hop's line", () => {
    const line =
      "ip -4 route replace default proto 205 src 203.0.113.5 nexthop via 198.51.100.1 dev adsl weight 9 nexthop via 10.0.0.1 dev wwan0 weight 10 nexthop via 192.0.2.1 dev lan weight 1";
    assert.deepEqual(routesOf({ "30-Route-4_254_default_0_0": object(line) }), [
      "route 1 4 254 route 4 254 default 0 0",
      "head 1 0.0.0.0/0 proto 205 src 203.0.113.5",
      "hop 1 1 1 198.51.100.1 dev adsl weight 9",
      "hop 1 2 2 10.0.0.1 dev wwan0 weight 10",
      "hop 1 3 0 192.0.2.1 dev lan weight 1",
    ]);
  });

  it("names an IPv6 route's destination so that one batch takes both families", () => {
    const line =
      "ip -6 route replace default proto 205 metric 512 nexthop via fe80::a dev adsl onlink weight 1 nexthop via fe80::b dev wwan0 weight 2";
    assert.deepEqual(routesOf({ "30-Route-6_254_default_any_512": object(line) }), [
      "route 1 6 254 route 6 254 default any 512",
      "head 1 ::/0 proto 205 metric 512",
      "hop 1 1 1 fe80::a dev adsl onlink weight 1",
      "hop 1 2 2 fe80::b dev wwan0 weight 2",
    ]);
  });

  it("leaves out routes over no line of it, and those of a single next hop", () => {
    assert.deepEqual(
      routesOf({
        other: object(
          "ip -4 route replace 10.0.0.0/8 proto 205 nexthop via 192.0.2.1 dev lan weight 1 nexthop via 192.0.2.2 dev lan weight 1",
        ),
        single: object("ip -4 route replace default via 198.51.100.1 dev adsl onlink src 203.0.113.5 table 20501 proto 205"),
        elsewhere: object(
          "ip -4 route replace 10.0.0.0/8 proto 205 nexthop via 198.51.100.9 dev adsl weight 1 nexthop via 192.0.2.2 dev lan weight 1",
        ),
      }),
      [],
    );
  });

  it("keeps the named routes only, where some are named", () => {
    const hops = "nexthop via 198.51.100.1 dev adsl weight 1 nexthop via 10.0.0.1 dev wwan0 weight 1";
    const files = {
      first: object(`ip -4 route replace default proto 205 ${hops}`),
      second: object(`ip -4 route replace 10.0.0.0/8 proto 205 table 300 ${hops}`),
    };
    const named = (line: string) =>
      routesOf(files, `${config}line-monitor route ${line}\n`).filter((word) => word.startsWith("route"));
    assert.deepEqual(named("4 300 10.0.0.0/8"), ["route 1 4 300 route 4 300 10.0.0.0/8 0 0"]);
    assert.deepEqual(named("4 254 0.0.0.0/0"), ["route 1 4 254 route 4 254 default 0 0"]);
  });

  it("takes a next hop by its encapsulation, or by no gateway at all", () => {
    const line =
      "ip -4 route replace 10.0.0.0/8 proto 205 nexthop encap ip id 5 dst 192.0.2.9 ttl 0 tos 0 via 198.51.100.1 dev adsl weight 1 nexthop dev wwan0 weight 3";
    assert.deepEqual(routesOf({ route: object(line) }).slice(2), [
      "hop 1 1 1 198.51.100.1 encap ip id 5 dst 192.0.2.9 ttl 0 tos 0 dev adsl weight 1",
      "hop 1 2 2 - dev wwan0 weight 3",
    ]);
  });

  it("has the mark of a line whose connections are pinned", () => {
    const pinning = text(
      "kind ConnectionPinning\n\nconnection-pinning line lte number 7 masquerade 1\nconnection-pinning line adsl number 1 masquerade 0",
    );
    assert.deepEqual(routesOf({ "60-ConnectionPinning-main": pinning }), ["pinned 2 0x700 1", "pinned 1 0x100 0"]);
  });
});
