import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, Route, RoutingRule } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// Two providers that take only packets from the address that each of them has given: a table for each line, and what comes from a
// line's address looks there.
const lines = [
  { device: "adsl", address: "192.0.2.2", router: "192.0.2.1", table: 101 },
  { device: "bdsl", address: "198.51.100.2", router: "198.51.100.1", table: 102 },
];

for (const { device, address, router, table } of lines) {
  new Address(device, { host, device, address: `${address}/24` });
  new Route(device, { host, destination: "default", gateway: router, device, table });
  new RoutingRule(device, { host, priority: 20_000 + table, from: address, table });
}

// Before them: what is closer than a default route in the main table goes where it says there.
new RoutingRule("closer", { host, priority: 20_100, table: "main", suppressPrefixLength: 0 });

// Mail leaves by the first line only; if that has no route, it waits.
const mail = { ipProtocol: "tcp", destinationPorts: 25 } as const;
new RoutingRule("mail", { host, priority: 20_200, ...mail, table: 101 });
new RoutingRule("mail-waits", { host, priority: 20_201, ...mail, action: "unreachable" });

// IPv6 has rules of its own.
new RoutingRule("mail-v6", { host, family: "ipv6", priority: 20_201, ...mail, action: "unreachable" });
