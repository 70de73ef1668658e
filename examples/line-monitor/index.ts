import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, LineMonitor, MultipathRoute, Route } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// The same public address on both lines, and a router behind each Ethernet.
const lines = [
  { name: "adsl", device: "adsl", gateway: "198.51.100.1", address: "203.0.113.5", weight: 9 },
  { name: "bdsl", device: "bdsl", gateway: "198.51.100.2", address: "203.0.113.5", weight: 10 },
];
for (const { name, device, gateway, address } of lines) {
  new Address(name, { host, device, address: `${address}/32` });
  new Route(`${name}-router`, { host, destination: gateway, device, preferredSource: address });
}
const uplink = new MultipathRoute("uplink", {
  host,
  destination: "default",
  nextHops: lines.map(({ device, gateway, weight }) => ({ device, gateway, weight })),
});

// A router's Ethernet stays up when the line behind it dies, and half of all new connections would stall. The monitor asks two servers
// on the other side over each line, and within a second takes the next hop over a dead line out of the route.
new LineMonitor(
  "lines",
  {
    host,
    lines: lines.map(({ name, device, gateway, address }) => ({ name, device, gateway, address })),
    targets: ["198.18.0.1", "198.18.0.2"],
    onChange: 'logger "line $LINE is $STATE: $REASON"',
  },
  { dependsOn: uplink },
);
