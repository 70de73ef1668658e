/** Two ADSL lines, bonded for upload by a weighted multipath default route: the starting case, line by line. */
import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, MultipathRoute, Route } from "pulumi-multipath";

const config = new pulumi.Config();
const host = config.requireObject<HostArgs>("host");
const weights = config.getObject<{ adsl: number; bdsl: number }>("weights") ?? { adsl: 9, bdsl: 10 };

const publicAddress = "203.0.113.5";
const routers = { adsl: "198.51.100.1", bdsl: "198.51.100.2" };

for (const [device, router] of Object.entries(routers)) {
  // The same public address on both lines is fine: the provider sends what comes in down either.
  new Address(device, { host, device, address: `${publicAddress}/32` });
  new Route(`${device}-router`, { host, destination: `${router}/32`, device, preferredSource: publicAddress });
}

new MultipathRoute("default", {
  host,
  destination: "default",
  preferredSource: publicAddress,
  nextHops: [
    { gateway: routers.adsl, device: "adsl", weight: weights.adsl },
    { gateway: routers.bdsl, device: "bdsl", weight: weights.bdsl },
  ],
});
