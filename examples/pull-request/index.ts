/** A Linux gateway whose lines share the traffic. A pull request changes Pulumi.prod.yaml, or this file. */
import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, MultipathRoute, Route } from "pulumi-multipath";

interface Line {
  device: string;
  router: string;
  weight: number;
}

const config = new pulumi.Config();
const host = config.requireObject<HostArgs>("host");
const publicAddress = config.require("publicAddress");
const lines = config.requireObject<Line[]>("lines");

for (const { device, router } of lines) {
  new Address(device, { host, device, address: `${publicAddress}/32` });
  new Route(`${device}-router`, { host, destination: `${router}/32`, device, preferredSource: publicAddress });
}

new MultipathRoute("default", {
  host,
  destination: "default",
  preferredSource: publicAddress,
  nextHops: lines.map(({ device, router, weight }) => ({ gateway: router, device, weight })),
});
