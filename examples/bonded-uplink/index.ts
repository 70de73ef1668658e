/** Two ADSL lines, bonded for upload, of which a dead one costs a second: the starting case from one declaration. */
import * as pulumi from "@pulumi/pulumi";
import { BondedUplink, type HostArgs } from "pulumi-multipath";

const config = new pulumi.Config();
const host = config.requireObject<HostArgs>("host");
const weights = config.getObject<{ adsl: number; bdsl: number }>("weights") ?? { adsl: 9, bdsl: 10 };

// The same public address on both lines is fine: the provider sends what comes in down either.
const address = "203.0.113.5/32";

new BondedUplink("uplink", {
  host,
  lines: [
    { name: "adsl", device: "adsl", router: "198.51.100.1", address, weight: weights.adsl },
    { name: "bdsl", device: "bdsl", router: "198.51.100.2", address, weight: weights.bdsl },
  ],
  // Two servers beyond both lines, asked over each of them five times a second.
  targets: ["198.18.0.1", "198.18.0.2"],
});
