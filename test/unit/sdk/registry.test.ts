import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Registry } from "../../../sdk/registry";

type Fields = Record<string, unknown>;

const host = { address: "192.0.2.1" };

/** Declares resources one after the other; gives the names of those that the last one is made to wait for. */
function waitsFor(...declared: [name: string, fields: Fields][]): string[] {
  const registry = new Registry();
  const names = new Map<pulumi.Resource, string>();
  let last: pulumi.Resource[] = [];
  for (const [name, fields] of declared) {
    const described = registry.describe({ host, ...fields });
    last = registry.dependenciesOf(described);
    // The registry only passes resources on.
    const resource = {} as pulumi.CustomResource;
    names.set(resource, name);
    registry.add(resource, described);
  }
  return last.map((resource) => names.get(resource) ?? "?");
}

const address = (name: string, device: unknown, cidr: unknown, more: Fields = {}): [string, Fields] => [
  name,
  { device, address: cidr, ...more },
];
const link = (name: string): [string, Fields] => [name, { name }];
const hostRoute = (name: string, destination: string, device: string): [string, Fields] => [name, { destination, device }];

describe("what a resource waits for", () => {
  it("is the link under its device", () => {
    assert.deepEqual(waitsFor(link("bond0"), link("eth0"), address("a", "bond0", "192.0.2.2/24")), ["bond0"]);
    assert.deepEqual(waitsFor(link("eth0"), ["vlan", { name: "eth0.5", device: "eth0", vlanId: 5 }]), ["eth0"]);
    assert.deepEqual(waitsFor(link("eth0"), link("eth1"), ["bond", { name: "bond0", members: ["eth1", "eth0"] }]), [
      "eth0",
      "eth1",
    ]);
    const bond: [string, Fields] = ["bond", { name: "bond0", members: [{ device: "eth1", prio: 5 }, "eth2"] }];
    assert.deepEqual(waitsFor(link("eth0"), link("eth1"), link("eth2"), bond), ["eth1", "eth2"]);
    assert.deepEqual(waitsFor(bond, ["vlan", { name: "office", device: "bond0", vlanId: 5 }]), ["bond"]);
  });

  it("is the address whose network the gateway lies in", () => {
    const route: [string, Fields] = ["r", { destination: "default", gateway: "192.0.2.1" }];
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24"), address("b", "eth1", "198.51.100.2/24"), route), ["a"]);
    const route6: [string, Fields] = ["r", { destination: "default", gateway: "2001:db8::1" }];
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24"), address("b", "eth0", "2001:db8::2/64"), route6), ["b"]);
  });

  it("is the address on the named device only, when the gateway's device is named", () => {
    const route: [string, Fields] = ["r", { destination: "default", gateway: "192.0.2.1", device: "eth1" }];
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24"), address("b", "eth1", "192.0.2.2/24"), route), ["b"]);
  });

  it("is the address whose peer the gateway is", () => {
    const route: [string, Fields] = ["r", { destination: "default", gateway: "198.51.100.1" }];
    assert.deepEqual(waitsFor(address("a", "ppp0", "203.0.113.5/32", { peer: "198.51.100.1" }), route), ["a"]);
  });

  it("is the host route to a gateway that no address covers", () => {
    const lines: [string, Fields][] = [
      address("a", "adsl", "203.0.113.5/32"),
      address("b", "bdsl", "203.0.113.5/32"),
      hostRoute("to-a", "198.51.100.1/32", "adsl"),
      hostRoute("to-b", "198.51.100.2", "bdsl"),
    ];
    const route: [string, Fields] = [
      "default",
      {
        destination: "default",
        nextHops: [
          { gateway: "198.51.100.1", device: "adsl", weight: 9 },
          { gateway: "198.51.100.2", device: "bdsl" },
        ],
      },
    ];
    assert.deepEqual(waitsFor(...lines, route), ["to-a", "to-b"]);
  });

  it("is not the host route to a gateway that an address covers", () => {
    const lines = [address("a", "eth0", "192.0.2.2/24"), hostRoute("h", "192.0.2.1/32", "eth0")];
    assert.deepEqual(waitsFor(...lines, ["r", { destination: "default", gateway: "192.0.2.1" }]), ["a"]);
  });

  it("is not a route through another gateway: the kernel looks for gateways on links only", () => {
    const far: [string, Fields] = ["far", { destination: "198.51.100.0/24", gateway: "192.0.2.1" }];
    assert.deepEqual(waitsFor(far, ["r", { destination: "default", gateway: "198.51.100.1" }]), []);
  });

  it("is the address on the device of a route without gateway", () => {
    assert.deepEqual(waitsFor(address("a", "adsl", "203.0.113.5/32"), hostRoute("r", "198.51.100.1/32", "adsl")), ["a"]);
  });

  it("is the address that a route prefers as its source, even a secondary one", () => {
    const route: [string, Fields] = ["r", { destination: "default", gateway: "192.0.2.1", preferredSource: "192.0.2.3" }];
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24"), address("b", "eth0", "192.0.2.3/24"), route), ["a", "b"]);
  });

  it("is the first address of its network, which the kernel is to take for the primary one", () => {
    assert.deepEqual(
      waitsFor(
        address("wider", "eth0", "192.0.2.5/16"),
        address("a", "eth0", "192.0.2.2/24"),
        address("b", "eth0", "192.0.2.3/24"),
        address("other", "eth0", "198.51.100.2/24"),
        address("same-elsewhere", "eth1", "192.0.2.4/24"),
        address("c", "eth0", "192.0.2.9/24"),
      ),
      ["a"],
    );
  });

  it("is nothing on another host", () => {
    const elsewhere = { host: { address: "192.0.2.9" } };
    assert.deepEqual(
      waitsFor(address("a", "eth0", "192.0.2.2/24", elsewhere), ["r", { destination: "default", gateway: "192.0.2.1" }]),
      [],
    );
    const otherPort = { host: { address: "192.0.2.1", port: 2222 } };
    assert.deepEqual(
      waitsFor(address("a", "eth0", "192.0.2.2/24", otherPort), ["r", { destination: "default", gateway: "192.0.2.1" }]),
      [],
    );
  });

  it("takes no notice of how a host is reached", () => {
    const spelled = { host: { address: ["192.0.2.1", "10.0.0.1"], port: 22, become: true } };
    assert.deepEqual(
      waitsFor(address("a", "eth0", "192.0.2.2/24", spelled), ["r", { destination: "default", gateway: "192.0.2.1" }]),
      ["a"],
    );
  });

  it("knows an IPv6 address in every spelling", () => {
    const lines = [hostRoute("h", "2001:DB8::0:1/128", "eth0"), address("a", "eth1", "2001:db8:0:1::5/64")];
    const route: [string, Fields] = [
      "r",
      { destination: "default", gateway: "2001:db8::1", preferredSource: "2001:db8:0:1:0::5" },
    ];
    assert.deepEqual(waitsFor(...lines, route), ["h", "a"]);
  });

  it("is nothing for text that is no address: the provider complains about it", () => {
    for (const text of ["", "banana", "300.1.2.3/8", "10.0.0.1/99", "fe80::1%eth0", "10.0.0.1/x", "1/2/3"]) {
      assert.deepEqual(waitsFor(address("a", "eth0", text), ["r", { destination: text, gateway: text }]), []);
      assert.deepEqual(waitsFor(hostRoute("h", text, "eth0"), ["r", { destination: text, gateway: "192.0.2.1" }]), []);
    }
  });

  it("is found at once among thousands", () => {
    const registry = new Registry();
    const began = performance.now();
    for (let index = 0; index < 4000; index++) {
      const router = `10.0.${index >> 8}.${index & 255}`;
      for (const fields of [
        { destination: router, device: "lan" },
        { destination: `2001:db8:${index.toString(16)}::/48`, gateway: router },
      ]) {
        const described = registry.describe({ host, ...fields });
        assert.equal(registry.dependenciesOf(described).length, "gateway" in fields ? 1 : 0);
        registry.add({} as pulumi.CustomResource, described);
      }
    }
    // Searching through all of them takes a minute.
    assert.ok(performance.now() - began < 5000);
  });

  it("is nothing declared later", () => {
    assert.deepEqual(waitsFor(["r", { destination: "default", gateway: "192.0.2.1" }]), []);
  });

  it("is nothing for a gateway that DHCP gives, and no gateway is looked for behind it", () => {
    const dhcp: [string, Fields] = ["dhcp", { destination: "198.51.100.0/24", gateway: "dhcp", device: "eth0" }];
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24"), dhcp), []);
    assert.deepEqual(waitsFor(dhcp, ["r", { destination: "default", gateway: "198.51.100.1" }]), []);
  });
});

describe("what a resource waits for when values are known later", () => {
  const later = pulumi.output("192.0.2.1");

  it("is every address on the device, for a gateway known later", () => {
    const route: [string, Fields] = ["r", { destination: "default", gateway: later, device: "eth0" }];
    const lines = [
      address("a", "eth0", "192.0.2.2/24"),
      address("b", "eth0", "198.51.100.2/24"),
      address("c", "eth1", "10.0.0.1/8"),
    ];
    assert.deepEqual(waitsFor(...lines, route), ["a", "b"]);
  });

  it("is the host routes too, for a gateway known later", () => {
    const route: [string, Fields] = ["r", { destination: "default", gateway: later }];
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24"), hostRoute("h", "198.51.100.1", "eth0"), route), ["a", "h"]);
  });

  it("is the addresses on its device, for an address known later, which may be a secondary one", () => {
    const lines = [address("a", "eth0", "192.0.2.2/24"), address("b", "eth1", "198.51.100.2/24")];
    assert.deepEqual(waitsFor(...lines, address("c", "eth0", later)), ["a"]);
    assert.deepEqual(waitsFor(address("c", "eth0", later), ...lines.slice(0, 1)), ["c"]);
  });

  it("is an address known later, which may cover the gateway", () => {
    const route: [string, Fields] = ["r", { destination: "default", gateway: "192.0.2.1" }];
    assert.deepEqual(waitsFor(address("a", "eth0", pulumi.output("?")), hostRoute("h", "192.0.2.1", "eth0"), route), ["a", "h"]);
  });

  it("is everything that might matter, for next hops known later as a whole", () => {
    const route: [string, Fields] = ["r", { destination: "default", nextHops: pulumi.output([{ gateway: "192.0.2.1" }]) }];
    const lines = [link("bond0"), address("a", "bond0", "192.0.2.2/24"), hostRoute("h", "198.51.100.1", "eth0")];
    assert.deepEqual(waitsFor(...lines, route), ["bond0", "a", "h"]);
  });

  it("takes one and the same Output for one and the same host", () => {
    const one = { address: pulumi.output("192.0.2.1") };
    const another = { address: pulumi.output("192.0.2.1") };
    const route = (fields: Fields): [string, Fields] => ["r", { destination: "default", gateway: "192.0.2.1", ...fields }];
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24", { host: one }), route({ host: { ...one, become: true } })), [
      "a",
    ]);
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24", { host: one }), route({ host: another })), []);
    const whole = pulumi.output({ address: "192.0.2.1" });
    assert.deepEqual(waitsFor(address("a", "eth0", "192.0.2.2/24", { host: whole }), route({ host: whole })), ["a"]);
  });
});
