import * as pulumi from "@pulumi/pulumi";
import { type HostArgs, Route, type RouteArgs } from "pulumi-multipath";

const host = new pulumi.Config().requireObject<HostArgs>("host");

// @ts-expect-error "blackhole" is misspelt: were the package's types not found, this would compile and the line above be the error.
export const misspelt: RouteArgs = { host, destination: "10.67.0.0/16", type: "blackhoal" };

const bogon = new Route("bogon", { host, destination: "10.66.0.0/16", type: "blackhole" });
export const destination: pulumi.Output<string> = bogon.destination;
