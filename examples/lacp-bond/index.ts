import * as pulumi from "@pulumi/pulumi";
import { Address, BondedLink, type HostArgs, Vlan } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// The switch's ports are in one LACP group. It tells at once when a member is lost (lacpRate), and a member that comes back gets no
// traffic before the switch is ready for it (updelay, in milliseconds).
new BondedLink("uplink", {
  host,
  name: "uplink",
  mode: "802.3ad",
  members: ["port0", "port1"],
  lacpRate: "fast",
  xmitHashPolicy: "layer3+4",
  updelay: 200,
  minLinks: 1,
});
new Address("uplink", { host, device: "uplink", address: "192.0.2.1/25" });

// What the switch sends tagged.
for (const [name, vlanId, address] of [
  ["office", 10, "192.0.2.129/26"],
  ["guests", 20, "192.0.2.193/26"],
] as const) {
  new Vlan(name, { host, name, device: "uplink", vlanId });
  new Address(name, { host, device: name, address });
}
