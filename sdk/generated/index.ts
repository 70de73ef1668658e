// Generated from the schemas in provider/ by `npm run generate`: change them there.
export type { HostArgs, HostProxyJump, MustReach } from "./host";
export { Address } from "./address";
export type { AddressArgs } from "./address";
export { BondedLink } from "./bonded-link";
export type { BondedLinkArgs, BondedLinkMember } from "./bonded-link";
export { ConnectionPinning } from "./connection-pinning";
export type { ConnectionPinningArgs, ConnectionPinningLine } from "./connection-pinning";
export { HostNetwork } from "./host-network";
export type {
  HostNetworkArgs,
  HostNetworkLink,
  HostNetworkBond,
  HostNetworkBondMember,
  HostNetworkVlan,
  HostNetworkVlanIngressQosMap,
  HostNetworkVlanEgressQosMap,
  HostNetworkSysctl,
  HostNetworkAddress,
  HostNetworkRoute,
  HostNetworkRouteNextHop,
  HostNetworkRouteEncapsulationMpls,
  HostNetworkRouteEncapsulationIp,
  HostNetworkRouteEncapsulationIp6,
  HostNetworkRouteEncapsulationSeg6,
  HostNetworkRule,
  HostNetworkRouteSet,
  HostNetworkRouteSetRoute,
  HostNetworkRouteSetRouteNextHop,
  HostNetworkRouteSetRouteEncapsulationMpls,
  HostNetworkRouteSetRouteEncapsulationIp,
  HostNetworkRouteSetRouteEncapsulationIp6,
  HostNetworkRouteSetRouteEncapsulationSeg6,
  HostNetworkRouteSetNextHop,
  HostNetworkRouteSetEncapsulationMpls,
  HostNetworkRouteSetEncapsulationIp,
  HostNetworkRouteSetEncapsulationIp6,
  HostNetworkRouteSetEncapsulationSeg6,
} from "./host-network";
export { LineMonitor } from "./line-monitor";
export type { LineMonitorArgs, LineMonitorLine, LineMonitorLineProbe, LineMonitorProbe } from "./line-monitor";
export { Link } from "./link";
export type { LinkArgs } from "./link";
export { Route } from "./route";
export type {
  RouteArgs,
  RouteNextHop,
  RouteEncapsulationMpls,
  RouteEncapsulationIp,
  RouteEncapsulationIp6,
  RouteEncapsulationSeg6,
} from "./route";
export { RouteSet } from "./route-set";
export type {
  RouteSetArgs,
  RouteSetRoute,
  RouteSetRouteNextHop,
  RouteSetRouteEncapsulationMpls,
  RouteSetRouteEncapsulationIp,
  RouteSetRouteEncapsulationIp6,
  RouteSetRouteEncapsulationSeg6,
  RouteSetNextHop,
  RouteSetEncapsulationMpls,
  RouteSetEncapsulationIp,
  RouteSetEncapsulationIp6,
  RouteSetEncapsulationSeg6,
} from "./route-set";
export { RoutingRule } from "./routing-rule";
export type { RoutingRuleArgs } from "./routing-rule";
export { Sysctl } from "./sysctl";
export type { SysctlArgs } from "./sysctl";
export { Vlan } from "./vlan";
export type { VlanArgs, VlanIngressQosMap, VlanEgressQosMap } from "./vlan";
