import * as pulumi from "@pulumi/pulumi";
import { type HostArgs, HostNetwork } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// All of it lands in one transaction, confirmed over a new connection; or the gateway puts itself back.
new HostNetwork("gateway", {
  host,
  sysctls: {
    forward: { key: "net.ipv4.ip_forward", value: 1 },
    hashPorts: { key: "net.ipv4.fib_multipath_hash_policy", value: 1 },
  },
  addresses: {
    // The same public address on both lines.
    adsl: { device: "adsl", address: "203.0.113.5/32" },
    bdsl: { device: "bdsl", address: "203.0.113.5/32" },
  },
  routes: {
    adslRouter: { destination: "192.0.2.1", device: "adsl" },
    bdslRouter: { destination: "198.51.100.1", device: "bdsl" },
    // 9 in 19 connections go over the one line, 10 over the other.
    uplink: {
      destination: "default",
      metric: 50,
      nextHops: [
        { gateway: "192.0.2.1", device: "adsl", weight: 9 },
        { gateway: "198.51.100.1", device: "bdsl", weight: 10 },
      ],
    },
  },
  routeSets: {
    bogons: {
      name: "bogons",
      type: "blackhole",
      metric: 900,
      routes: [{ destination: "198.18.0.0/15" }, { destination: "240.0.0.0/4" }],
    },
  },
});
