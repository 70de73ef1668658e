/**
 * The kinds, by name. State refers to this module for ever, as `pulumi-multipath/runtime`, through the text that
 * sdk/provider-text.ts writes: `provider("Route")` must go on giving what handles a Route's state.
 */
import type { ResourceKind } from "./group";
import { address } from "./kinds/address";
import { bondedLink } from "./kinds/bonded-link";
import { connectionPinning } from "./kinds/connection-pinning";
import { hostNetwork } from "./kinds/host-network";
import { lineMonitor } from "./kinds/line-monitor";
import { link } from "./kinds/link";
import { route } from "./kinds/route";
import { routeSet } from "./kinds/route-set";
import { routingRule } from "./kinds/routing-rule";
import { sysctl } from "./kinds/sysctl";
import { vlan } from "./kinds/vlan";
import { type DynamicProvider, dynamicProvider } from "./pulumi-adapter";

const all: readonly ResourceKind[] = [
  hostNetwork, // made of the others
  link,
  bondedLink,
  vlan,
  sysctl,
  address,
  route,
  routeSet,
  routingRule,
  connectionPinning,
  lineMonitor,
];

export const kinds: Readonly<Record<string, ResourceKind>> = Object.fromEntries(all.map((kind) => [kind.name, kind]));

export function provider(name: string): DynamicProvider {
  const kind = kinds[name];
  if (!kind)
    throw new Error(`This version of pulumi-multipath knows no ${name}. It was made by a newer version: update the package.`);
  return dynamicProvider(kind);
}
