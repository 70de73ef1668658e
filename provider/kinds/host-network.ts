import { defineGroup } from "../group";
import { address } from "./address";
import { bondedLink } from "./bonded-link";
import { link } from "./link";
import { route } from "./route";
import { routeSet } from "./route-set";
import { routingRule } from "./routing-rule";
import { sysctl } from "./sysctl";
import { vlan } from "./vlan";

/** What one host's network is to be, as one resource and one transaction. */
export const hostNetwork = defineGroup(
  {
    name: "HostNetwork",
    description:
      "The network of one host as one resource, which lands in one transaction: all of it, confirmed, or nothing. It owns what it declares and nothing else; " +
      "each entry is what the resource of that kind takes, without `host`.",
  },
  {
    links: {
      kind: link,
      description: "Network devices that are there already, by names of your own. Each as `Link` has it. Default: none.",
    },
    bonds: { kind: bondedLink, description: "Bonds, by names of your own. Each as `BondedLink` has it. Default: none." },
    vlans: { kind: vlan, description: "VLANs, by names of your own. Each as `Vlan` has it. Default: none." },
    sysctls: {
      kind: sysctl,
      description: "Settings of the kernel's network stack, by names of your own. Each as `Sysctl` has it. Default: none.",
    },
    addresses: {
      kind: address,
      description: "The host's own addresses, by names of your own. Each as `Address` has it. Default: none.",
    },
    routes: {
      kind: route,
      description: "Routes, over one line or over several, by names of your own. Each as `Route` has it. Default: none.",
    },
    rules: {
      kind: routingRule,
      description: "Policy routing rules, by names of your own. Each as `RoutingRule` has it. Default: none.",
    },
    routeSets: {
      kind: routeSet,
      description: "Sets of many routes, by names of your own. Each as `RouteSet` has it. Default: none.",
    },
  },
);
