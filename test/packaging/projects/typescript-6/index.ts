import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, MultipathRoute, type MultipathRouteArgs, Route } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");
const routers = { adsl: "198.51.100.1", bdsl: "198.51.100.2" };

for (const [device, router] of Object.entries(routers)) {
  new Address(device, { host, device, address: "203.0.113.5/32" });
  new Route(`${device}-router`, { host, destination: `${router}/32`, device, preferredSource: "203.0.113.5" });
}

// @ts-expect-error A weight is a number: were the package's types not found, this would compile and the line above be the error.
export const wrong: MultipathRouteArgs["nextHops"] = [{ gateway: routers.adsl, device: "adsl", weight: "9" }];

const nextHops: MultipathRouteArgs["nextHops"] = [
  { gateway: routers.adsl, device: "adsl", weight: 9 },
  { gateway: routers.bdsl, device: "bdsl", weight: 10 },
];
const everything = new MultipathRoute("default", { host, destination: "default", preferredSource: "203.0.113.5", nextHops });
export const destination: pulumi.Output<string> = everything.destination;
