/** What can be declared of pinned connections and the lines that they are pinned to. */
import { z } from "zod";
import { deviceName, whole } from "../iproute/tokens";
import { lineName, mostLines, ofFamily } from "./lines";

const line = z
  .strictObject({
    name: lineName.describe("What the line is called, e.g. `adsl`: by the same name as in a `LineMonitor`."),
    device: deviceName.describe("The network device that leads to it, e.g. `eth1`."),
    number: whole(1, mostLines)
      .optional()
      .describe(
        "Its place in the reserved numbers: table 20500 + number, which needs a default route over the line, rule priority 20500 + number, mark number * 256. As in a `LineMonitor`. " +
          "Default: its place in the list, from 1.",
      ),
    masquerade: z
      .union([z.boolean(), ofFamily(4)])
      .default(false)
      .describe(
        "Whether IPv4 connections that leave by this line get the address of its device, or the address that is given here, e.g. `203.0.113.5`. Default: false, they keep their own.",
      ),
  })
  .meta({ expected: 'an object such as { name: "adsl", device: "eth1" }' });

const lines = z.array(line).max(mostLines).describe("The lines that connections stay on.");

const fields = {
  inbound: z
    .boolean()
    .default(true)
    .describe(
      "Whether connections that come in by a line are answered by it, by the host itself and by those behind it. Default: true.",
    ),
  clampMss: z
    .boolean()
    .default(false)
    .describe(
      "Whether TCP connections over the lines are told to send no packets that are too large for the way, where that is smaller than what their ends know of (PPPoE, tunnels). Default: false.",
    ),
  ipv6: z
    .boolean()
    .default(true)
    .describe("Whether IPv6 connections are pinned as well; false where the host's kernel has no IPv6. Default: true."),
};

/** Of what is there no line may be whole. */
export const pinningTableSchema = z.strictObject({ lines, ...fields });

export const connectionPinningSchema = z.strictObject({
  lines: lines.min(1, "give one line or several").describe("The lines that connections stay on."),
  ...fields,
});

export type ConnectionPinning = z.output<typeof pinningTableSchema>;
