import { Config } from "@pulumi/pulumi";
import { Route } from "pulumi-multipath";

const host = new Config().requireObject("host");

new Route("bogon", { host, destination: "10.66.0.0/16", type: "blackhole" });
