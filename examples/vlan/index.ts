import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, Link, Vlan } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// The port that the switch's trunk is on. It is there already: destroying sets it back to what was found.
new Link("trunk", { host, name: "port0", up: true, mtu: 1504 });

// Two networks of the same cable, with an address in each.
for (const [name, vlanId, address] of [
  ["office", 10, "192.0.2.1/25"],
  ["guests", 20, "192.0.2.129/25"],
] as const) {
  new Vlan(name, { host, name, device: "port0", vlanId, mtu: 1500 });
  new Address(name, { host, device: name, address });
}

// QinQ: a VLAN of the customer's within one of the provider's.
new Vlan("provider", { host, name: "provider", device: "port0", vlanId: 100, protocol: "802.1ad" });
new Vlan("customer", { host, name: "customer", device: "provider", vlanId: 7, mtu: 1500 });
