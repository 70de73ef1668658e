import * as pulumi from "@pulumi/pulumi";
import { Address, BondedLink, type HostArgs } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// Two ports that the switch has put together without LACP. Each connection goes by one of them, chosen by its addresses and ports.
const trunk = new BondedLink("trunk", {
  host,
  name: "bond0",
  mode: "balance-xor",
  members: ["port0", "port1"],
  xmitHashPolicy: "layer3+4",
});

// What stands on it names it: that it comes after the bond follows from that.
new Address("trunk", { host, device: trunk.name, address: "192.0.2.1/24" });
