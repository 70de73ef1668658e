import * as pulumi from "@pulumi/pulumi";
import { type HostArgs, RouteSet } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// Addresses that no packet should go to: documentation, benchmarks, reserved.
const bogons = ["192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"];
new RouteSet("bogons", {
  host,
  name: "bogons",
  type: "blackhole",
  metric: 900,
  routes: bogons.map((destination) => ({ destination })),
});

const bogons6 = ["100::/64", "2001:2::/48", "2001:db8::/32", "fec0::/10"];
new RouteSet("bogons-v6", {
  host,
  name: "bogons",
  type: "unreachable",
  metric: 900,
  routes: bogons6.map((destination) => ({ destination })),
});
