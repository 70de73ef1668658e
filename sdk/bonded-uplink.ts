import * as pulumi from "@pulumi/pulumi";
import {
  ConnectionPinning,
  type ConnectionPinningArgs,
  type HostArgs,
  HostNetwork,
  type HostNetworkArgs,
  LineMonitor,
  type LineMonitorArgs,
  type LineMonitorProbe,
} from "./generated";
import { isPlain } from "./plain";
import { type PlainLine, type UplinkParts, uplinkParts } from "./uplink-parts";

/** A line to the Internet. */
export interface UplinkLine {
  /** What it is called in messages, commands and metrics, e.g. `adsl`. */
  name: pulumi.Input<string>;
  /** The network device that leads to it, e.g. `eth1`. */
  device: pulumi.Input<string>;
  /** Its router's IPv4 address, or `dhcp`: what the line was given, followed when it changes. Default: none, as on a point-to-point device. */
  router?: pulumi.Input<string> | undefined;
  /** The host's own address on it with its length, e.g. `203.0.113.5/32`. The same on several lines is one ISP's; different ones are several ISPs'. Default: whatever it was given. */
  address?: pulumi.Input<string> | undefined;
  /** Its router's IPv6 address, or `ra`: what router advertisements say. Default: none. */
  ipv6Router?: pulumi.Input<string> | undefined;
  /** The host's own IPv6 address on it with its length, e.g. `2001:db8::5/64`. Default: whatever it was given. */
  ipv6Address?: pulumi.Input<string> | undefined;
  /** The IPv6 prefix that this ISP has given for the networks behind the host: what comes from there leaves by this line. Default: none. */
  ipv6Prefix?: pulumi.Input<string> | undefined;
  /** Its share of the traffic in proportion to the sum of all, 1 to 256. Default: 1. */
  weight?: pulumi.Input<number> | undefined;
  /**
   * Whether what leaves by it gets its IPv4 address: with several ISPs, each takes only packets from its own. Default: false, as where the host's
   * networks have public addresses.
   */
  nat?: pulumi.Input<boolean> | undefined;
  /** Its place in the reserved numbers of tables, marks and priorities, 1 to 62. Default: its place in the list. */
  number?: pulumi.Input<number> | undefined;
  /** Its traffic costs money: it is probed less often. Default: false. */
  metered?: pulumi.Input<boolean> | undefined;
  /** Its own targets for echo requests, instead of the uplink's. Default: those of the uplink. */
  targets?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Its own other probes. Default: none. */
  probes?: pulumi.Input<pulumi.Input<LineMonitorProbe>[]> | undefined;
}

/** Entries by name: fields that take the place of what is rendered, further entries, or `false` for none. */
export type Overrides<Entry> = Record<string, Partial<Entry> | false>;

type NetworkField = "links" | "bonds" | "vlans" | "sysctls" | "addresses" | "routes" | "rules" | "routeSets";

/** What can be said about a BondedUplink. */
export interface BondedUplinkArgs {
  /** The Linux host, and how to reach it. */
  host: pulumi.Input<HostArgs>;
  /** The lines, two or more. */
  lines: pulumi.Input<pulumi.Input<UplinkLine>[]>;
  /** Addresses on the other side of every line that answer echo requests, two or more, of different networks: the lines are asked for them. */
  targets: pulumi.Input<pulumi.Input<string>[]>;
  /** The metric of the default routes. Default: 0 for IPv4, 512 for IPv6. */
  metric?: pulumi.Input<number> | undefined;
  /**
   * What is to be different from the rendered network, by the names of its entries, e.g. `{ routes: { default: { mtu: 1492 } } }`; `false`
   * leaves an entry out, another name adds one.
   */
  network?: { [Field in NetworkField]?: Overrides<Record<string, unknown>> } | undefined;
  /** What is to be different in the line monitor, e.g. `{ intervalSeconds: 0.1 }`. */
  monitor?: Partial<Omit<LineMonitorArgs, "host" | "lines" | "targets">> | undefined;
  /**
   * What is to be different in how connections are kept on their lines, e.g. `{ clampMss: true }`; `false` for none, where the host has no
   * nftables: then a recovery moves connections, and those behind NAT die of it.
   */
  pinning?: Partial<Omit<ConnectionPinningArgs, "host" | "lines">> | false | undefined;
}

/**
 * Several lines as one uplink: addresses, routes to the routers, weighted default routes for IPv4 and IPv6, the kernel's settings for them, as
 * one `HostNetwork` that lands in one transaction; a `LineMonitor` that takes a dead line out within a second; and a `ConnectionPinning` that
 * keeps connections where they are when it is back.
 */
export class BondedUplink extends pulumi.ComponentResource {
  /** Addresses, routes, rules and sysctls. */
  readonly network: HostNetwork;
  /** What watches the lines. */
  readonly monitor: LineMonitor;
  /** What keeps connections on their lines. */
  readonly pinning: ConnectionPinning | undefined;

  constructor(name: string, args: BondedUplinkArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("multipath:index:BondedUplink", name, {}, options);
    const { host, lines, targets, metric, network = {}, monitor, pinning } = args;
    const parts = partsOf(lines, metric);
    const field = (field: NetworkField) => {
      const changes = network[field] ?? {};
      const entries = mapped(parts, (all) =>
        overridden(field in all.network ? all.network[field as keyof typeof all.network] : {}, changes),
      );
      return { [field]: entries };
    };
    const used = (["sysctls", "addresses", "routes", "rules"] as const).map(field);
    const added = (["links", "bonds", "vlans", "routeSets"] as const).filter((one) => network[one]).map(field);
    this.network = new HostNetwork(name, Object.assign({ host }, ...used, ...added) as HostNetworkArgs, { parent: this });
    this.monitor = new LineMonitor(
      `${name}-monitor`,
      { host, lines: mapped(parts, (all) => all.lines), targets, ...monitor },
      { parent: this, dependsOn: this.network },
    );
    if (pinning !== false) {
      const kept = { lines: mapped(parts, (all) => all.pinning.lines), ipv6: mapped(parts, (all) => all.pinning.ipv6) };
      // By the tables that the monitor has made.
      const after = { parent: this, dependsOn: this.monitor };
      this.pinning = new ConnectionPinning(`${name}-pinning`, { host, ...kept, ...pinning }, after);
    }
    this.registerOutputs({});
  }
}

type Later<T> = T | pulumi.Output<T>;

/** At once when nothing has to be waited for, so that a preview shows it all. */
function partsOf(lines: BondedUplinkArgs["lines"], metric: BondedUplinkArgs["metric"]): Later<UplinkParts> {
  if (isPlain(lines) && isPlain(metric)) return uplinkParts(lines as PlainLine[], metric as number | undefined);
  return pulumi.all([lines, metric]).apply(([all, one]) => uplinkParts(all as PlainLine[], one));
}

const mapped = <From, To>(value: Later<From>, change: (value: From) => To): Later<To> =>
  pulumi.Output.isInstance(value) ? (value.apply(change) as pulumi.Output<To>) : change(value);

function overridden(rendered: Record<string, object>, changes: Overrides<Record<string, unknown>>): Record<string, object> {
  const names = [...new Set([...Object.keys(rendered), ...Object.keys(changes)])];
  return Object.fromEntries(
    names.flatMap((name) => (changes[name] === false ? [] : [[name, { ...rendered[name], ...changes[name] }]])),
  );
}
