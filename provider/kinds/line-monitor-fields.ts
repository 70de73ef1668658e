/** What can be declared of a line monitor, its lines and its probes. */
import { z } from "zod";
import { deviceName, ipAddress, prefix, whole } from "../iproute/tokens";
import { word } from "../word";
import { lineName, mostLines, ofFamily } from "./lines";

/** Parts of a line in the object's file, which a shell reads: without white space. */
const oneWord = (expected: string, pattern: RegExp) =>
  word(expected, (text) => {
    if (!pattern.test(text)) throw new Error();
    return text;
  });

const command = word("a command for `sh -c`, on one line", (text) => {
  if (!/^[ -~]*[!-~][ -~]*$/.test(text)) throw new Error();
  return text.trim();
});

const seconds = (least: number, most: number) => z.number().min(least).max(most);

const probe = z
  .strictObject({
    kind: z
      .enum(["icmp", "tcp", "http", "dns", "command"])
      .default("icmp")
      .describe(
        "How a probe asks: `icmp` sends an echo request, `tcp` opens a connection, `http` also sends a request and wants a response, `dns` asks a name server, " +
          "`command` runs a command on the host, whose status 0 is an answer.",
      ),
    target: ipAddress
      .optional()
      .describe("The address that is asked, e.g. `192.0.2.53`. Default: none; all but `command` need it."),
    port: whole(1, 65535).optional().describe("The port that is asked. Default: 80 for `http`, 53 for `dns`; `tcp` needs one."),
    name: oneWord("a name such as www.example.net", /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?\.?$/)
      .optional()
      .describe("`dns`: the name that is asked for. `http`: the server's name. Default: the target's address."),
    path: oneWord("a path such as /health", /^\/[!-~]*$/)
      .optional()
      .describe("`http`: what is asked for. Default: `/`."),
    command: command
      .optional()
      .describe(
        "`command`: run by `sh -c` with LINE, DEVICE, ADDRESS, GATEWAY and MARK in its environment, e.g. one that asks the router itself whether its line is up. Default: none; only this kind has one, and needs it.",
      ),
  })
  .meta({ expected: 'an object such as { kind: "tcp", target: "192.0.2.53", port: 53 }' });

const targets = z.array(ipAddress);
const probes = z.array(probe);

const line = z
  .strictObject({
    name: lineName.describe("What the line is called in messages, commands and metrics, e.g. `adsl`."),
    device: deviceName.describe("The network device that leads to it, e.g. `eth1`."),
    gateway: z
      .union([ofFamily(4), z.literal("dhcp")])
      .optional()
      .describe(
        "The router's IPv4 address, or `dhcp`: what the line was given, followed when it changes. Default: none, for a point-to-point device, or a line without IPv4.",
      ),
    address: ofFamily(4)
      .optional()
      .describe(
        "The host's own IPv4 address that probes come from, e.g. `203.0.113.5`. Default: that of the device, also when it changes.",
      ),
    ipv6Gateway: z
      .union([ofFamily(6), z.literal("ra")])
      .optional()
      .describe("The router's IPv6 address, or `ra`: what router advertisements say. Default: none."),
    ipv6Address: ofFamily(6)
      .optional()
      .describe(
        "The host's own IPv6 address that probes come from, e.g. `2001:db8::5`. Default: that of the device, also when it changes.",
      ),
    number: whole(1, mostLines)
      .optional()
      .describe(
        "Its place in the reserved numbers: table 20500 + number, rule priority 500 + number, mark number * 256. Default: its place in the list, from 1.",
      ),
    metered: z
      .boolean()
      .default(false)
      .describe("Its traffic costs money: it is probed once a second instead of every `intervalSeconds`. Default: false."),
    targets: targets
      .optional()
      .describe("Its own targets for echo requests, instead of the monitor's. Default: those of the monitor."),
    probes: probes.optional().describe("Its own other probes, instead of the monitor's. Default: those of the monitor."),
  })
  .meta({ expected: 'an object such as { name: "adsl", device: "eth1", gateway: "192.0.2.1" }' });

export const lineMonitorFields = {
  lines: z.array(line).min(1, "give one line or several").max(mostLines).describe("The lines that are watched."),
  targets: targets
    .optional()
    .describe(
      "Addresses on the other side of every line that answer echo requests, e.g. two name servers of different networks. Every line is asked on its own, whatever the routes say. Default: none.",
    ),
  probes: probes.optional().describe("Further probes of every line, of other kinds than echo requests. Default: none."),
  intervalSeconds: seconds(0.05, 60)
    .default(0.2)
    .describe(
      "Between two probes of one target. Default: 0.2. What a missing answer means is decided by a burst of probes that follow at once.",
    ),
  timeoutSeconds: seconds(0.01, 60)
    .optional()
    .describe("How long a probe of a burst is waited for. Default: from the round trip that was measured."),
  downAfter: whole(1, 20)
    .default(3)
    .describe("A target is dead when this many probes of a burst stay without an answer. Default: 3."),
  upAfter: whole(1, 100)
    .default(8)
    .describe(
      "A target is alive again after this many answers in a row; after two where its line's device was away, or had no carrier or no address. Default: 8.",
    ),
  quorum: whole(1, 20).default(1).describe("A line is up when this many of its probes have answers. Default: 1."),
  maxLossPercent: whole(1, 100)
    .default(20)
    .describe("A line that loses more of its last 100 probes is down; it comes back at half of that. Default: 20."),
  holdDownSeconds: seconds(0, 3600).default(0).describe("How long a line stays down at least. Default: 0."),
  maxHoldDownSeconds: seconds(0, 3600)
    .default(60)
    .describe("A line that goes down again and again stays down twice as long each time, up to this. Default: 60."),
  routes: z
    .array(prefix)
    .optional()
    .describe(
      'Destinations in the main table whose routes are kept, e.g. `["default"]`. Default: every route declared with pulumi-multipath that has several next hops.',
    ),
  onChange: command
    .optional()
    .describe(
      "Run by `sh -c` when a line goes down or comes back, with LINE, STATE, REASON and DEVICE in its environment. Default: nothing.",
    ),
  metricsFile: oneWord("an absolute path such as /var/lib/prometheus/node-exporter/lines.prom", /^\/[!-~]+\.prom$/)
    .optional()
    .describe(
      "Where Prometheus's node_exporter looks for text (its textfile collector); ends in `.prom`. Default: /run/pulumi-multipath/lines/metrics.prom.",
    ),
};

export const lineMonitorSchema = z.strictObject(lineMonitorFields);

export type LineMonitor = z.output<typeof lineMonitorSchema>;
export type Line = LineMonitor["lines"][number];
export type Probe = z.output<typeof probe>;
