// Generated from the schemas in provider/ by `npm run generate`: change them there.
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { HostArgs, MustReach } from "./host";

/**
 * Watches the lines of a host from the host itself, and within a second takes the next hops over a dead one out of its
 * multipath routes, and back in when it has recovered. That is no drift: the routes stay as they are declared. A host has
 * one.
 */
export class LineMonitor extends pulumi.CustomResource {
  /** The Linux host that the object is kept on, and how to reach it. */
  declare readonly host: pulumi.Output<pulumi.Unwrap<HostArgs>>;
  /** The lines that are watched. */
  declare readonly lines: pulumi.Output<pulumi.Unwrap<LineMonitorLine>[]>;
  /**
   * Addresses on the other side of every line that answer echo requests, e.g. two name servers of different networks. Every
   * line is asked on its own, whatever the routes say. Default: none.
   */
  declare readonly targets: pulumi.Output<string[] | undefined>;
  /** Further probes of every line, of other kinds than echo requests. Default: none. */
  declare readonly probes: pulumi.Output<pulumi.Unwrap<LineMonitorProbe>[] | undefined>;
  /**
   * Between two probes of one target. Default: 0.2. What a missing answer means is decided by a burst of probes that follow
   * at once. From 0.05 to 60.
   */
  declare readonly intervalSeconds: pulumi.Output<number>;
  /** How long a probe of a burst is waited for. Default: from the round trip that was measured. From 0.01 to 60. */
  declare readonly timeoutSeconds: pulumi.Output<number | undefined>;
  /** A target is dead when this many probes of a burst stay without an answer. Default: 3. From 1 to 20. */
  declare readonly downAfter: pulumi.Output<number>;
  /**
   * A target is alive again after this many answers in a row; after two where its line's device was away, or had no carrier
   * or no address. Default: 8. From 1 to 100.
   */
  declare readonly upAfter: pulumi.Output<number>;
  /** A line is up when this many of its probes have answers. Default: 1. From 1 to 20. */
  declare readonly quorum: pulumi.Output<number>;
  /** A line that loses more of its last 100 probes is down; it comes back at half of that. Default: 20. From 1 to 100. */
  declare readonly maxLossPercent: pulumi.Output<number>;
  /** How long a line stays down at least. Default: 0. From 0 to 3600. */
  declare readonly holdDownSeconds: pulumi.Output<number>;
  /** A line that goes down again and again stays down twice as long each time, up to this. Default: 60. From 0 to 3600. */
  declare readonly maxHoldDownSeconds: pulumi.Output<number>;
  /**
   * Destinations in the main table whose routes are kept, e.g. `["default"]`. Default: every route declared with
   * pulumi-multipath that has several next hops.
   */
  declare readonly routes: pulumi.Output<string[] | undefined>;
  /**
   * Run by `sh -c` when a line goes down or comes back, with LINE, STATE, REASON and DEVICE in its environment. Default:
   * nothing.
   */
  declare readonly onChange: pulumi.Output<string | undefined>;
  /**
   * Where Prometheus's node_exporter looks for text (its textfile collector); ends in `.prom`. Default:
   * /run/pulumi-multipath/lines/metrics.prom.
   */
  declare readonly metricsFile: pulumi.Output<string | undefined>;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  declare readonly mustReach: pulumi.Output<pulumi.Unwrap<MustReach>[] | undefined>;

  constructor(name: string, args: LineMonitorArgs, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("LineMonitor", name, args, options, {
      filledIn: ["intervalSeconds", "downAfter", "upAfter", "quorum", "maxLossPercent", "holdDownSeconds", "maxHoldDownSeconds"],
      asDeclared: ["host", "lines", "targets", "probes", "timeoutSeconds", "routes", "onChange", "metricsFile", "mustReach"],
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

/** What can be said about a LineMonitor. */
export interface LineMonitorArgs {
  /** The Linux host that the object is kept on, and how to reach it. */
  host: pulumi.Input<HostArgs>;
  /** The lines that are watched. */
  lines: pulumi.Input<pulumi.Input<LineMonitorLine>[]>;
  /**
   * Addresses on the other side of every line that answer echo requests, e.g. two name servers of different networks. Every
   * line is asked on its own, whatever the routes say. Default: none.
   */
  targets?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Further probes of every line, of other kinds than echo requests. Default: none. */
  probes?: pulumi.Input<pulumi.Input<LineMonitorProbe>[]> | undefined;
  /**
   * Between two probes of one target. Default: 0.2. What a missing answer means is decided by a burst of probes that follow
   * at once. From 0.05 to 60.
   */
  intervalSeconds?: pulumi.Input<number> | undefined;
  /** How long a probe of a burst is waited for. Default: from the round trip that was measured. From 0.01 to 60. */
  timeoutSeconds?: pulumi.Input<number> | undefined;
  /** A target is dead when this many probes of a burst stay without an answer. Default: 3. From 1 to 20. */
  downAfter?: pulumi.Input<number> | undefined;
  /**
   * A target is alive again after this many answers in a row; after two where its line's device was away, or had no carrier
   * or no address. Default: 8. From 1 to 100.
   */
  upAfter?: pulumi.Input<number> | undefined;
  /** A line is up when this many of its probes have answers. Default: 1. From 1 to 20. */
  quorum?: pulumi.Input<number> | undefined;
  /** A line that loses more of its last 100 probes is down; it comes back at half of that. Default: 20. From 1 to 100. */
  maxLossPercent?: pulumi.Input<number> | undefined;
  /** How long a line stays down at least. Default: 0. From 0 to 3600. */
  holdDownSeconds?: pulumi.Input<number> | undefined;
  /** A line that goes down again and again stays down twice as long each time, up to this. Default: 60. From 0 to 3600. */
  maxHoldDownSeconds?: pulumi.Input<number> | undefined;
  /**
   * Destinations in the main table whose routes are kept, e.g. `["default"]`. Default: every route declared with
   * pulumi-multipath that has several next hops.
   */
  routes?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Run by `sh -c` when a line goes down or comes back, with LINE, STATE, REASON and DEVICE in its environment. Default:
   * nothing.
   */
  onChange?: pulumi.Input<string> | undefined;
  /**
   * Where Prometheus's node_exporter looks for text (its textfile collector); ends in `.prom`. Default:
   * /run/pulumi-multipath/lines/metrics.prom.
   */
  metricsFile?: pulumi.Input<string> | undefined;
  /** Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false. */
  adopt?: pulumi.Input<boolean> | undefined;
  /**
   * What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it
   * could not be confirmed. It is asked on the host, again and again for 5 s. Default: nothing.
   */
  mustReach?: pulumi.Input<pulumi.Input<MustReach>[]> | undefined;
}

/** One entry of `lines`. */
export interface LineMonitorLine {
  /** What the line is called in messages, commands and metrics, e.g. `adsl`. */
  name: pulumi.Input<string>;
  /** The network device that leads to it, e.g. `eth1`. */
  device: pulumi.Input<string>;
  /**
   * The router's IPv4 address, or `dhcp`: what the line was given, followed when it changes. Default: none, for a
   * point-to-point device, or a line without IPv4.
   */
  gateway?: pulumi.Input<string> | undefined;
  /**
   * The host's own IPv4 address that probes come from, e.g. `203.0.113.5`. Default: that of the device, also when it
   * changes.
   */
  address?: pulumi.Input<string> | undefined;
  /** The router's IPv6 address, or `ra`: what router advertisements say. Default: none. */
  ipv6Gateway?: pulumi.Input<string> | undefined;
  /**
   * The host's own IPv6 address that probes come from, e.g. `2001:db8::5`. Default: that of the device, also when it
   * changes.
   */
  ipv6Address?: pulumi.Input<string> | undefined;
  /**
   * Its place in the reserved numbers: table 20500 + number, rule priority 500 + number, mark number * 256. Default: its
   * place in the list, from 1. From 1 to 62.
   */
  number?: pulumi.Input<number> | undefined;
  /** Its traffic costs money: it is probed once a second instead of every `intervalSeconds`. Default: false. */
  metered?: pulumi.Input<boolean> | undefined;
  /** Its own targets for echo requests, instead of the monitor's. Default: those of the monitor. */
  targets?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /** Its own other probes, instead of the monitor's. Default: those of the monitor. */
  probes?: pulumi.Input<pulumi.Input<LineMonitorLineProbe>[]> | undefined;
}

/** One entry of `probes`. */
export interface LineMonitorLineProbe {
  /**
   * How a probe asks: `icmp` sends an echo request, `tcp` opens a connection, `http` also sends a request and wants a
   * response, `dns` asks a name server, `command` runs a command on the host, whose status 0 is an answer. Default:
   * `"icmp"`.
   */
  kind?: pulumi.Input<"icmp" | "tcp" | "http" | "dns" | "command"> | undefined;
  /** The address that is asked, e.g. `192.0.2.53`. Default: none; all but `command` need it. */
  target?: pulumi.Input<string> | undefined;
  /** The port that is asked. Default: 80 for `http`, 53 for `dns`; `tcp` needs one. From 1 to 65535. */
  port?: pulumi.Input<number> | undefined;
  /** `dns`: the name that is asked for. `http`: the server's name. Default: the target's address. */
  name?: pulumi.Input<string> | undefined;
  /** `http`: what is asked for. Default: `/`. */
  path?: pulumi.Input<string> | undefined;
  /**
   * `command`: run by `sh -c` with LINE, DEVICE, ADDRESS, GATEWAY and MARK in its environment, e.g. one that asks the router
   * itself whether its line is up. Default: none; only this kind has one, and needs it.
   */
  command?: pulumi.Input<string> | undefined;
}

/** One entry of `probes`. */
export interface LineMonitorProbe {
  /**
   * How a probe asks: `icmp` sends an echo request, `tcp` opens a connection, `http` also sends a request and wants a
   * response, `dns` asks a name server, `command` runs a command on the host, whose status 0 is an answer. Default:
   * `"icmp"`.
   */
  kind?: pulumi.Input<"icmp" | "tcp" | "http" | "dns" | "command"> | undefined;
  /** The address that is asked, e.g. `192.0.2.53`. Default: none; all but `command` need it. */
  target?: pulumi.Input<string> | undefined;
  /** The port that is asked. Default: 80 for `http`, 53 for `dns`; `tcp` needs one. From 1 to 65535. */
  port?: pulumi.Input<number> | undefined;
  /** `dns`: the name that is asked for. `http`: the server's name. Default: the target's address. */
  name?: pulumi.Input<string> | undefined;
  /** `http`: what is asked for. Default: `/`. */
  path?: pulumi.Input<string> | undefined;
  /**
   * `command`: run by `sh -c` with LINE, DEVICE, ADDRESS, GATEWAY and MARK in its environment, e.g. one that asks the router
   * itself whether its line is up. Default: none; only this kind has one, and needs it.
   */
  command?: pulumi.Input<string> | undefined;
}
