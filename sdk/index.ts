/** What a Pulumi program imports. */
export * from "./generated";
export { MultipathRoute, type MultipathRouteArgs } from "./multipath-route";
