import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// The same public address may stand on two lines.
for (const device of ["adsl", "bdsl"]) new Address(device, { host, device, address: "203.0.113.5/32" });

// A network of its own, with a label that old tools show as an interface.
new Address("transit", { host, device: "adsl", address: "192.0.2.2/24", label: "adsl:transit" });

// IPv6: the address counts as there once no neighbour has claimed it (duplicate address detection).
new Address("transit-v6", { host, device: "adsl", address: "2001:db8:1::2/64" });
