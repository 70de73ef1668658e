const pulumi = require("@pulumi/pulumi");
const { Bogons } = require("@acme/gateways");

const host = new pulumi.Config().requireObject("host");

new Bogons("bogons", { host, destinations: ["10.66.0.0/16"] });
