const { ComponentResource } = require("@pulumi/pulumi");
const { Route } = require("pulumi-multipath");

exports.Bogons = class Bogons extends ComponentResource {
  constructor(name, { host, destinations }, options) {
    super("acme:gateways:Bogons", name, {}, options);
    for (const destination of destinations) {
      new Route(`${name}-${destination}`, { host, destination, type: "blackhole" }, { parent: this });
    }
  }
};
