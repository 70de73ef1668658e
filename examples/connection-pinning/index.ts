import * as pulumi from "@pulumi/pulumi";
import { Address, ConnectionPinning, type HostArgs, LineMonitor, MultipathRoute } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// Two providers, each with an address of its own, that take no packets from the other's.
const lines = [
  { name: "adsl", device: "adsl", address: "192.0.2.2", gateway: "192.0.2.1", weight: 9 },
  { name: "bdsl", device: "bdsl", address: "198.51.100.2", gateway: "198.51.100.1", weight: 10 },
];
const addresses = lines.map(({ name, device, address }) => new Address(name, { host, device, address: `${address}/24` }));
const uplink = new MultipathRoute(
  "uplink",
  { host, destination: "default", nextHops: lines.map(({ device, gateway, weight }) => ({ device, gateway, weight })) },
  { dependsOn: addresses },
);

// The monitor gives each line a table of its own, and takes dead ones out of the route.
new LineMonitor(
  "lines",
  {
    host,
    lines: lines.map(({ name, device, gateway, address }) => ({ name, device, gateway, address })),
    targets: ["203.0.113.1", "203.0.113.2"],
  },
  { dependsOn: uplink },
);

// What has begun on a line stays there when weights change or another line recovers: with another address it would die.
new ConnectionPinning("connections", {
  host,
  lines: lines.map(({ name, device }) => ({ name, device, masquerade: true })),
  clampMss: true,
});
