const pulumi = require("@pulumi/pulumi");
const { Address, Route } = require("pulumi-multipath");

const host = new pulumi.Config().requireObject("host");

new Address("transit", { host, device: "adsl", address: "192.0.2.2/24" });
new Route("branch", { host, destination: "10.66.0.0/16", gateway: "192.0.2.1", device: "adsl" });
