const pulumi = require("@pulumi/pulumi");
const { Route } = require("pulumi-multipath");

const host = new pulumi.Config().requireObject("host");

new Route("bogon", { host, destination: "10.66.0.0/16", type: "blackhole" });
