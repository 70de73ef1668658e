import { z } from "zod";
import { ourAlias } from "../iproute/names";
import { deviceName, ipAddress, whole } from "../iproute/tokens";
import { defineKind } from "../kind";
import type { LiveLink } from "../snapshot";
import { contradictions } from "./bonded-link-contradictions";
import { canonical, declaredForm, inWordsOf } from "./bonded-link-form";
import { hint } from "./bonded-link-hint";
import { modes } from "./bonded-link-options";
import { recordedAllUp, replayLines } from "./bonded-link-lines";
import { planBond } from "./bonded-link-plan";
import { type BondOnHost, addressesOfMembers, resolveBond } from "./bonded-link-resolve";
import { macAddress, withLink } from "./link-fields";

/** The kernel keeps these as signed. */
const count = (least = 0) => whole(least, 2147483647);

const memberObject = z
  .strictObject({
    device: deviceName.describe("The network device, e.g. `eth0`."),
    queueId: whole(0, 65535)
      .optional()
      .describe(
        "The transmit queue whose packets leave by this member, for `tc` to choose; no other member may have the same. Default: 0, none.",
      ),
    prio: whole(-2147483648, 2147483647)
      .optional()
      .describe(
        "`active-backup`, `balance-tlb` and `balance-alb`: of the members that could be the active one, the highest wins, after `primary`. " +
          "Default: 0. Linux 6.0, iproute2 6.0.",
      ),
  })
  .meta({ expected: 'a device\'s name, or an object such as { device: "eth0", prio: 10 }' });

const member = z
  .union([deviceName, memberObject])
  .meta({ expected: 'a device\'s name, or an object such as { device: "eth0", prio: 10 }' });

const delay = (most: number) => whole(0, most).optional();

const schema = z
  .strictObject({
    name: deviceName.describe("The bond's name, e.g. `bond0`. A new name is a new bond, which takes over the members."),
    mode: z
      .enum(modes)
      .describe(
        "How the members share the traffic, e.g. `802.3ad`. That is LACP, to be set up on the switch as well; `active-backup`: one sends, the others wait; " +
          "`balance-xor`: by a hash; `balance-rr`: in turn; `balance-tlb` and `balance-alb`: by load; `broadcast`: all of it on each. " +
          "A change releases the members for a moment.",
      ),
    members: z
      .array(member)
      .describe(
        "The devices that the bond consists of, each a name, e.g. `eth0`, or an object. They join in this order; another order is not a difference. " +
          "They are set down to join, get the bond's MAC address and MTU, and are released as they were.",
      ),
    primary: deviceName
      .optional()
      .describe(
        "`active-backup`, `balance-tlb` and `balance-alb`: the member that is the active one whenever it can be. Default: none is preferred.",
      ),
    mtu: whole(68, 65535).optional().describe("The longest packet, in bytes; all members get the same. Default: 1500."),
    macAddress: macAddress
      .optional()
      .describe(
        "The bond's Ethernet address, e.g. `02:00:5e:00:53:01`. Default: when the bond is made that of its first member, which it then keeps.",
      ),
    up: z.boolean().default(true).describe("Whether the bond is set up."),
    miimon: count()
      .optional()
      .describe(
        "How often to look whether the members have a link, in milliseconds; 0 = never, so that a lost one is not noticed. Default: 100, or 0 with `arpInterval`.",
      ),
    updelay: delay(2147483647).describe(
      "Milliseconds to wait before a member whose link has come is used. A multiple of `miimon`, and only with it. Default: 0.",
    ),
    downdelay: delay(2147483647).describe(
      "Milliseconds to wait before a member whose link is lost is given up. A multiple of `miimon`, and only with it. Default: 0.",
    ),
    peerNotifyDelay: delay(300000).describe(
      "Milliseconds between two announcements to the neighbours after a failover. A multiple of `miimon`, and only with it. Default: 0, one each `miimon`. Linux 5.3.",
    ),
    useCarrier: z
      .boolean()
      .optional()
      .describe(
        "Ask a member's driver for its carrier; false = by the old MII and ETHTOOL calls, for drivers that do not tell. Default: true.",
      ),
    arpInterval: count()
      .optional()
      .describe(
        "How often to ask the targets by ARP or neighbour solicitation whether they are there, in milliseconds, instead of `miimon`. Not in `802.3ad`, " +
          "`balance-tlb` and `balance-alb`. Default: 0, never.",
      ),
    arpIpTargets: z
      .array(ipAddress)
      .optional()
      .describe("The IPv4 addresses to ask every `arpInterval`, up to 16, e.g. `192.0.2.1`. Default: none."),
    nsIp6Targets: z
      .array(ipAddress)
      .optional()
      .describe("The IPv6 addresses to ask every `arpInterval`, up to 16. Default: none. Linux 5.18, iproute2 5.18."),
    arpValidate: z
      .enum(["none", "active", "backup", "all", "filter", "filter_active", "filter_backup"])
      .optional()
      .describe(
        "Which members must see the targets' own answers to count as up (`active`, `backup`, `all`), and whether only ARP counts as traffic (`filter...`). " +
          "Default: `none`.",
      ),
    arpAllTargets: z
      .enum(["any", "all"])
      .optional()
      .describe("`active-backup` with `arpValidate`: whether one target or all must answer. Default: `any`."),
    arpMissedMax: whole(1, 255)
      .optional()
      .describe("How many rounds of `arpInterval` may go unanswered. Default: 2. Linux 5.17, iproute2 5.17."),
    primaryReselect: z
      .enum(["always", "better", "failure"])
      .optional()
      .describe(
        "When `primary` becomes the active one after it has come back: `always`, if it is `better` (faster), or only after a `failure` of the other. " +
          "Default: `always`.",
      ),
    failOverMac: z
      .enum(["none", "active", "follow"])
      .optional()
      .describe(
        "`active-backup`: `none` gives all members the bond's MAC address; `active` gives the bond that of its active member; `follow` gives the bond's to " +
          "the active member only. A change releases the members for a moment. Default: `none`.",
      ),
    xmitHashPolicy: z
      .enum(["layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4", "vlan+srcmac"])
      .optional()
      .describe(
        "`balance-xor`, `802.3ad`, `balance-tlb`, `balance-alb`: what of a packet decides which member sends it: MAC addresses (`layer2`), with IP addresses " +
          "(`layer2+3`), IP addresses and ports (`layer3+4`), the same within tunnels (`encap...`), or its VLAN and source (`vlan+srcmac`, Linux 5.12). " +
          "Default: `layer2`.",
      ),
    resendIgmp: whole(0, 255)
      .optional()
      .describe("How many IGMP membership reports follow a failover, 200 ms apart. Default: 1."),
    numPeerNotif: whole(0, 255)
      .optional()
      .describe("How many gratuitous ARPs and IPv6 advertisements follow a failover. Default: 1."),
    allSlavesActive: z
      .boolean()
      .optional()
      .describe("Deliver what arrives on members that are not active too, duplicates included. Default: false."),
    minLinks: count()
      .optional()
      .describe("`802.3ad`: how many members must be up for the bond to have a carrier. Default: 0, which is the same as 1."),
    lpInterval: count(1)
      .optional()
      .describe(
        "`balance-tlb`, `balance-alb`: how often to send learning packets to the members' switches; 1 = once a second, 10 = every ten. Default: 1.",
      ),
    packetsPerSlave: whole(0, 65535)
      .optional()
      .describe("`balance-rr`: how many packets to send by one member before the next; 0 = by random. Default: 1."),
    lacpActive: z
      .boolean()
      .optional()
      .describe(
        "`802.3ad`: send LACP packets unasked; false = answer only. A change takes the bond down for a moment. Default: true. Linux 5.15, iproute2 5.15.",
      ),
    lacpRate: z
      .enum(["slow", "fast"])
      .optional()
      .describe(
        "`802.3ad`: ask the switch for an LACP packet twice a minute (`slow`) or once a second (`fast`). A change takes the bond down for a moment. Default: `slow`.",
      ),
    adSelect: z
      .enum(["stable", "bandwidth", "count"])
      .optional()
      .describe(
        "`802.3ad`: of several groups of members take another one only when the present one is dead (`stable`), or whenever another has more `bandwidth` or a " +
          "higher `count` of members. A change takes the bond down for a moment. Default: `stable`.",
      ),
    adActorSysPrio: whole(1, 65535)
      .optional()
      .describe("`802.3ad`: the system priority that LACP tells; lower wins. Default: 65535."),
    adUserPortKey: whole(0, 1023)
      .optional()
      .describe(
        "`802.3ad`: the upper 10 bits of the port key that LACP tells. A change takes the bond down for a moment. Default: 0.",
      ),
    adActorSystem: macAddress
      .optional()
      .describe("`802.3ad`: the system's MAC address that LACP tells, e.g. `02:00:5e:00:53:02`. Default: the bond's own."),
    tlbDynamicLb: z
      .boolean()
      .optional()
      .describe(
        "`balance-tlb`, `balance-alb`: move flows between members by load; false = by hash alone. A change takes the bond down for a moment. Default: true.",
      ),
    coupledControl: z
      .boolean()
      .optional()
      .describe(
        "`802.3ad`: collect and distribute together; false = each by itself, as IEEE 802.1AX has it. A change takes the bond down for a moment. Default: true. " +
          "Linux 6.9, iproute2 6.10.",
      ),
  })
  .overwrite((bond) => canonical(bond));

export type BondedLink = z.output<typeof schema>;
export type DeclaredMember = z.output<typeof member>;

export interface ObservedBond {
  readonly live: LiveLink;
  readonly members: readonly LiveLink[];
  /** What is there, in the words of the declaration wherever they mean the same. */
  readonly declared: BondedLink;
  /** Links that stand on the bond, at any height, and would go with it. */
  readonly above: readonly { readonly name: string; readonly ours: boolean }[];
  /** Members that are up also without the bond. */
  readonly upOtherwise: readonly string[];
}

/** Several Ethernet links that act as one, as the kernel's bonding driver makes it. */
export const bondedLink = defineKind<typeof schema, ObservedBond, BondOnHost>({
  name: "BondedLink",
  description:
    "Several Ethernet links that act as one: a link of the kernel's bonding driver, made and removed with its members enslaved and released. " +
    "Options are the driver's own, under their own names; what is left out has the driver's default. Which member is the active one is the driver's decision.",
  schema,
  filledIn: ["miimon"],
  contradictions,
  resolve: resolveBond,
  anticipate: withLink,
  identity: ({ name }) => [name],
  reads: ({ name, members }) => [
    `device ${name}`,
    `bond ${name}`,
    ...members.map((one) => `device ${typeof one === "string" ? one : one.device}`),
  ],

  observe({ links, objects }, desired, recorded) {
    const live = links.find(({ name, type }) => name === desired.name && type === "bond");
    if (!live) return undefined;
    const members = links.filter(({ master }) => master === live.name);
    return {
      live,
      members,
      declared: inWordsOf(desired, declaredForm(live, members)),
      above: standingOn(live.name, links).map(({ name }) => ({
        name,
        ours: [...objects.values()].some(({ kind, identity }) => kind === "Vlan" && identity === name),
      })),
      upOtherwise: recorded ? recordedAllUp(recorded) : [],
    };
  },

  marked: ({ live }) => live.alias === ourAlias,
  plan: planBond,
  replay: replayLines,
  inputsOf: ({ declared }) => declared,
  hint,
  remarks: addressesOfMembers,
});

function standingOn(name: string, links: readonly LiveLink[]): LiveLink[] {
  const next = links.filter(({ parent, type }) => parent === name && type !== "veth");
  return next.flatMap((link) => [link, ...standingOn(link.name, links)]);
}
