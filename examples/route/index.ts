import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, Route } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// An address brings its connected route; the routes below reach their next hop through it.
new Address("transit", { host, device: "adsl", address: "192.0.2.2/24" });

// One next hop.
new Route("office", { host, destination: "10.20.0.0/16", gateway: "192.0.2.1", device: "adsl", metric: 100 });

// The same destination over another line, should the first go: a higher metric is the second choice.
new Route("office-backup", {
  host,
  destination: "10.20.0.0/16",
  gateway: "198.51.100.2",
  device: "bdsl",
  onLink: true,
  metric: 200,
});

// A path with a smaller MTU, and a table of its own.
new Route("tunnel", { host, destination: "10.30.0.0/16", gateway: "192.0.2.1", device: "adsl", mtu: 1400, table: 100 });

// Nothing for these networks leaves the gateway.
new Route("bogons", { host, destination: "192.168.0.0/16", type: "blackhole" });
