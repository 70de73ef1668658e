import { z } from "zod";
import { batchLine } from "../iproute/batch";
import { deviceName } from "../iproute/tokens";
import { type Step, defineKind } from "../kind";
import type { LiveLink } from "../snapshot";
import { contradictions } from "./link-contradictions";
import { type LinkChange, group, linkFields, linkWords, macAddress, mtu, txQueueLength, withLink } from "./link-fields";
import { hint } from "./link-hint";

const schema = z.strictObject({
  name: deviceName.describe("The network device, which must be there already, e.g. `eth0`."),
  up: z
    .boolean()
    .optional()
    .describe(
      "Whether the device is set up. When it goes down, the kernel removes the routes over it, and its VLANs go down as well. Default: left as it is.",
    ),
  arp: z
    .boolean()
    .optional()
    .describe(
      "Whether the device asks for its neighbours' Ethernet addresses and answers for its own, by ARP and IPv6 neighbour discovery. " +
        "Without it only permanent neighbours are reached. Default: left as it is.",
    ),
  mtu: mtu
    .optional()
    .describe(
      "The longest packet, in bytes. VLANs on the device can't have a larger one: they are lowered with it, and not raised again. " +
        "Below 1280 there is no IPv6 on it. Default: left as it is.",
    ),
  macAddress: macAddress
    .optional()
    .describe(
      "The Ethernet address, e.g. `02:00:5e:00:53:01`. Some drivers take another one only while the device is down. Default: left as it is.",
    ),
  txQueueLength: txQueueLength
    .optional()
    .describe(
      "How many packets may wait to be sent, where the device's queueing discipline has no limit of its own. Some kernels take 32767 at most. Default: left as it is.",
    ),
  group: group
    .optional()
    .describe("The group that the device is in: a number, for `ip link set group` and for rules. Default: left as it is."),
});

export type Link = z.output<typeof schema>;

export interface ObservedLink {
  readonly live: LiveLink;
  /** The fields that are declared, as they are. */
  readonly declared: Link;
}

const fields = ["up", "arp", "mtu", "macAddress", "txQueueLength", "group"] as const;

/** A device that is there, as `ip link` knows it. */
export const link = defineKind<typeof schema, ObservedLink>({
  name: "Link",
  description:
    "A network device that is there already: whether it is up, its MTU and the like, as `ip link set` knows them. What is not declared is left as " +
    "it is. The device is neither made nor removed: deletion sets the declared fields back to what was found.",
  schema,
  restores: true,
  contradictions,
  anticipate: withLink,
  identity: ({ name }) => [name],
  reads: ({ name }) => [`device ${name}`],

  observe({ links }, desired) {
    const live = links.find(({ name }) => name === desired.name);
    return live && { live, declared: { name: live.name, ...only(linkFields(live), (field) => desired[field] !== undefined) } };
  },

  marked: () => false,

  plan(desired, observed) {
    if (!desired) return [];
    const now: LinkChange = observed ? linkFields(observed.live) : {};
    const { up, ...others } = only(desired, (field) => desired[field] !== now[field]);
    // Some drivers take another address or MTU only while the device is down.
    const changes: LinkChange[] = up === false ? [{ up }, others] : [{ ...others, up }];
    return changes.flatMap((change) => set(desired.name, change));
  },

  replay: (desired) =>
    set(
      desired.name,
      only(desired, () => true),
    ).map(({ line }) => `ip ${line}`),
  inputsOf: ({ declared }) => declared,
  hint,
});

/** The chosen fields that have a value. */
function only(link: LinkChange, chosen: (field: (typeof fields)[number]) => boolean): LinkChange {
  return Object.fromEntries(
    fields.filter((field) => chosen(field) && link[field] !== undefined).map((field) => [field, link[field]]),
  );
}

function set(name: string, change: LinkChange): Step[] {
  const words = linkWords(change);
  if (words.length === 0) return [];
  const line = batchLine("link", "set", "dev", name, words);
  return [{ layer: "link", phase: "put", tool: "ip", line, touches: [`link ${name}`], removes: [] }];
}
