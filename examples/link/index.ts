import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, Link } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// An ADSL line over PPPoE elsewhere: 8 bytes less. What is not declared here is left as it is.
new Link("adsl", { host, name: "adsl", up: true, mtu: 1492 });

// Packets that wait to be sent, and a group that rules can name.
new Link("bdsl", { host, name: "bdsl", txQueueLength: 500, group: 7 });

new Address("adsl", { host, device: "adsl", address: "203.0.113.5/32" });
