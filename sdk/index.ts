/** What a Pulumi program imports. */
export * from "./generated";
export { MultipathRoute, type MultipathRouteArgs } from "./multipath-route";
export { BondedUplink, type BondedUplinkArgs, type Overrides, type UplinkLine } from "./bonded-uplink";
