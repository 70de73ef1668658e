import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { connectionPinning } from "../../../provider/kinds/connection-pinning";
import { hostNetwork } from "../../../provider/kinds/host-network";
import { lineMonitor } from "../../../provider/kinds/line-monitor";
import { BondedUplink } from "../../../sdk";
import { type PlainLine, uplinkParts } from "../../../sdk/uplink-parts";

const adsl: PlainLine = { name: "adsl", device: "adsl", router: "198.51.100.1", address: "203.0.113.5/32", weight: 9 };
const bdsl: PlainLine = { name: "bdsl", device: "bdsl", router: "198.51.100.2", address: "203.0.113.5/32", weight: 10 };
const targets = ["198.18.0.1", "198.18.0.2"];

/** What is rendered, having been judged as a program's own declaration would be. */
function rendered(...lines: PlainLine[]) {
  const { network, lines: watched } = uplinkParts(lines, undefined);
  assert.deepEqual(hostNetwork.contradictions(hostNetwork.schema.parse(network)), []);
  assert.deepEqual(lineMonitor.contradictions(lineMonitor.schema.parse({ lines: watched, targets })), []);
  return { ...network, watched };
}

describe("A BondedUplink", () => {
  it("of one ISP is the starting case: one address on both lines, host routes, one weighted default", () => {
    const { addresses, routes, rules, watched } = rendered(adsl, bdsl);
    assert.deepEqual(addresses, {
      adsl: { device: "adsl", address: "203.0.113.5/32" },
      bdsl: { device: "bdsl", address: "203.0.113.5/32" },
    });
    assert.deepEqual(routes, {
      "adsl-router": { destination: "198.51.100.1", device: "adsl", preferredSource: "203.0.113.5" },
      "bdsl-router": { destination: "198.51.100.2", device: "bdsl", preferredSource: "203.0.113.5" },
      default: {
        destination: "default",
        family: "ipv4",
        preferredSource: "203.0.113.5",
        nextHops: [
          { gateway: "198.51.100.1", device: "adsl", weight: 9 },
          { gateway: "198.51.100.2", device: "bdsl", weight: 10 },
        ],
      },
    });
    assert.deepEqual(rules, {});
    assert.deepEqual(watched[0], { name: "adsl", device: "adsl", gateway: "198.51.100.1", address: "203.0.113.5" });
  });

  it("of two ISPs sends what comes from each one's address by its line, the host's own networks excepted", () => {
    const { routes, rules } = rendered({ ...adsl, address: "192.0.2.10/24", router: "192.0.2.1" }, bdsl);
    assert.deepEqual(rules, {
      "local-ipv4": { priority: 20600, family: "ipv4", table: "main", suppressPrefixLength: 0 },
      "adsl-source": { priority: 20601, from: "192.0.2.10", table: 20501 },
      "bdsl-source": { priority: 20602, from: "203.0.113.5", table: 20502 },
    });
    assert.equal(routes["default"]?.["preferredSource"], undefined);
    assert.equal(routes["adsl-router"], undefined, "a router within the address's own network");
  });

  it("gives connections each ISP's own address where there is NAT", () => {
    const { pinning } = uplinkParts(
      [{ ...adsl, nat: true }, { name: "lte", device: "wwan0", router: "dhcp", nat: true }, bdsl],
      0,
    );
    assert.deepEqual(connectionPinning.contradictions(connectionPinning.schema.parse(pinning)), []);
    assert.deepEqual(
      pinning.lines.map(({ masquerade }) => masquerade),
      ["203.0.113.5", true, false],
    );
    assert.equal(pinning.ipv6, false);
  });

  it("follows leases, advertisements and peers", () => {
    const lte: PlainLine = { name: "lte", device: "wwan0", router: "dhcp", ipv6Router: "ra" };
    const { addresses, routes, sysctls } = rendered(lte, { name: "ppp", device: "ppp0" });
    assert.deepEqual(addresses, {});
    assert.deepEqual(routes["default"]?.["nextHops"], [
      { gateway: "dhcp", device: "wwan0", weight: 1 },
      { device: "ppp0", weight: 1 },
    ]);
    assert.deepEqual(routes["default-ipv6"]?.["nextHops"], [{ gateway: "ra", device: "wwan0", weight: 1 }]);
    assert.deepEqual(sysctls["lte-advertisements"], { key: "net/ipv6/conf/wwan0/accept_ra", value: 2 });
  });

  it("has IPv6 where its lines have it, and leads each ISP's prefix by its line", () => {
    const six = { ipv6Router: "2001:db8:a::1", ipv6Address: "2001:db8:a::5/64", ipv6Prefix: "2001:db8:a100::/40" };
    const other = { ipv6Router: "fe80::b", ipv6Address: "2001:db8:b::5/64" };
    const { routes, rules, sysctls } = rendered({ ...adsl, ...six }, { ...bdsl, ...other });
    assert.equal((routes["default-ipv6"]?.["nextHops"] as unknown[]).length, 2);
    assert.deepEqual(rules["adsl-source-prefix"], { priority: 20601, from: "2001:db8:a100::/40", table: 20501 });
    assert.deepEqual(rules["bdsl-source-ipv6"], { priority: 20602, from: "2001:db8:b::5", table: 20502 });
    assert.equal(rules["adsl-source"], undefined);
    assert.deepEqual(sysctls["forwardIpv6"], { key: "net.ipv6.conf.all.forwarding", value: 1 });
  });

  it("registers a HostNetwork and a LineMonitor, in which a program can change, leave out and add", async () => {
    const registered = new Map<string, Record<string, unknown>>();
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          registered.set(`${type.split(":").at(-1)} ${name}`, inputs as Record<string, unknown>);
          return { id: name, state: inputs as object };
        },
        call: () => ({}),
      },
      "gateways",
      "dev",
    );
    await pulumi.runtime.runInPulumiStack(async () => {
      new BondedUplink("uplink", {
        host: { address: "192.0.2.1" },
        lines: pulumi.output(Promise.resolve([adsl, bdsl])),
        targets,
        network: {
          sysctls: { skipDeadRouters: false },
          routes: { default: { mtu: 1492 }, bogon: { destination: "10.0.0.0/8", type: "blackhole" } },
        },
        monitor: { intervalSeconds: 0.1 },
        pinning: { clampMss: true },
      });
      return {};
    });
    await pulumi.runtime.disconnect();
    const network = registered.get("HostNetwork uplink") as Record<string, Record<string, Record<string, unknown>>>;
    assert.equal(network["sysctls"]?.["skipDeadRouters"], undefined);
    assert.equal(network["sysctls"]?.["forward"]?.["value"], 1);
    assert.equal(network["routes"]?.["default"]?.["mtu"], 1492);
    assert.equal((network["routes"]?.["default"]?.["nextHops"] as unknown[]).length, 2);
    assert.equal(network["routes"]?.["bogon"]?.["type"], "blackhole");
    const monitor = registered.get("LineMonitor uplink-monitor") as Record<string, unknown>;
    assert.equal(monitor["intervalSeconds"], 0.1);
    assert.equal((monitor["lines"] as unknown[]).length, 2);
    const pinning = registered.get("ConnectionPinning uplink-pinning") as Record<string, unknown>;
    assert.equal(pinning["clampMss"], true);
    assert.equal(pinning["ipv6"], false);
  });
});
