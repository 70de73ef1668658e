import * as pulumi from "@pulumi/pulumi";
import { type HostArgs, Sysctl } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// Forward packets: without it, a gateway is none.
new Sysctl("forward", { host, key: "net.ipv4.ip_forward", value: 1 });

// Choose a line by ports as well as addresses, so that one visitor's connections spread over the lines.
new Sysctl("hash-ports", { host, key: "net.ipv4.fib_multipath_hash_policy", value: 1 });

// Take packets on either line, whichever way the answer would go (loose reverse path filtering).
for (const device of ["adsl", "bdsl"]) {
  new Sysctl(`loose-${device}`, { host, key: `net.ipv4.conf.${device}.rp_filter`, value: 2 });
}
