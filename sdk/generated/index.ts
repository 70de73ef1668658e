// Generated from the schemas in provider/ by `npm run generate`: change them there.
export type { HostArgs } from "./host";
export { Address } from "./address";
export type { AddressArgs } from "./address";
export { Route } from "./route";
export type {
  RouteArgs,
  RouteNextHop,
  RouteEncapsulationMpls,
  RouteEncapsulationIp,
  RouteEncapsulationIp6,
  RouteEncapsulationSeg6,
} from "./route";
