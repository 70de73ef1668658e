import * as pulumi from "@pulumi/pulumi";
import { Address, BondedLink, type HostArgs } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// Ports to two switches that know nothing of each other: one sends, the others wait. Of those that are up the primary is preferred, then
// the one with the higher prio; once it is lost, the bond stays with the other one until that is lost as well.
new BondedLink("management", {
  host,
  name: "mgmt",
  mode: "active-backup",
  members: ["port0", { device: "port1", prio: 10 }, "port2"],
  primary: "port0",
  primaryReselect: "failure",
  // The address that the switches' ports and a DHCP server know, whichever port is the first.
  macAddress: "02:00:5e:00:53:01",
  numPeerNotif: 3,
});
new Address("management", { host, device: "mgmt", address: "192.0.2.5/24" });
