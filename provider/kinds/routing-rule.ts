import { z } from "zod";
import { ourProtocol } from "../iproute/names";
import { deviceName, prefix, realms, table, u32, whole } from "../iproute/tokens";
import { ruleKey } from "../iproute/rules";
import { defineKind } from "../kind";
import type { LiveRule } from "../snapshot";
import { group } from "./link-fields";
import { contradictions } from "./routing-rule-contradictions";
import { ipProtocol, ports, uidRange } from "./routing-rule-fields";
import { canonical, excludes, inWordsOf, keyOf } from "./routing-rule-form";
import { hint } from "./routing-rule-hint";
import { planRule, replayLine } from "./routing-rule-plan";
import { type RuleOnHost, resolveRule } from "./routing-rule-resolve";

const flowLabel = whole(0, 0xfffff);

const schema = z
  .strictObject({
    priority: whole(1, 4294967295)
      .meta({ expected: "a whole number from 1 to 4294967295; the rule with the lowest one is asked first" })
      .describe(
        "The rule's place among others, a number from 1 to 4294967295: lower ones are asked first. The kernel's own are 0 (`local`), 32766 (`main`) and 32767 (`default`). Several rules may have " +
          "one priority; where it matters which of them is asked first, give them different ones, for after a reboot they may come in another order. A rule of somebody else's that has been given none lands just before the lowest one there is.",
      ),
    family: z
      .enum(["ipv4", "ipv6"])
      .optional()
      .describe(
        "A rule is for one of the two: a rule for both is two resources. Default: that of `from` or `to`; `ipv6` with a `flowLabel`; otherwise `ipv4`, as for `ip rule`.",
      ),
    from: prefix
      .optional()
      .describe("Packets from here: a prefix such as `192.0.2.0/24` or `2001:db8::/32`, or one address. Default: any."),
    to: prefix.optional().describe("Packets to there: a prefix such as `198.51.100.0/24`, or one address. Default: any."),
    inputDevice: deviceName
      .optional()
      .describe(
        "Packets that came in by this device, e.g. `eth0`; `lo` stands for those that the host itself sends. The device may come later. Default: any.",
      ),
    outputDevice: deviceName
      .optional()
      .describe("Packets of sockets that are bound to this device, e.g. `eth0`. The device may come later. Default: any."),
    firewallMark: u32
      .optional()
      .describe("Packets with this mark, as the firewall or a socket has set it, e.g. `0x100`. Default: any."),
    firewallMask: whole(1, 4294967295)
      .optional()
      .describe("The bits of the mark that `firewallMark` is compared with, e.g. `0x3f00`. Default: all."),
    ipProtocol: ipProtocol
      .optional()
      .describe("Packets of this protocol: a name such as `tcp`, `udp` or `icmp`, or a number from 1 to 255. Default: any."),
    sourcePorts: ports
      .optional()
      .describe(
        'Packets from this port or these: `443`, `"1000-2000"`, or a port under a mask, `"1024/0xfc00"` (Linux and iproute2 6.15). 65534 is the highest that the kernel takes. Default: any.',
      ),
    destinationPorts: ports.optional().describe('Packets to this port or these, e.g. `443` or `"1000-2000"`. Default: any.'),
    uidRange: uidRange
      .optional()
      .describe('Packets that a process of this user or these users sends, by number: `1000`, or `"1000-1999"`. Default: any.'),
    dscp: whole(0, 63)
      .optional()
      .describe("Packets with this DSCP, all six bits of it, 0 to 63. Default: any. Linux and iproute2 6.12."),
    dscpMask: whole(1, 63)
      .optional()
      .describe("The bits of the DSCP that `dscp` is compared with, e.g. `0x38`. Default: all. Linux and iproute2 6.15."),
    tos: whole(0, 252)
      .multipleOf(4)
      .meta({ expected: "a multiple of 4 from 0 to 252: a DSCP times 4" })
      .optional()
      .describe(
        "Packets with this type of service, a DSCP times 4. For IPv4 at most 28, which the kernel compares with the lower three bits of the DSCP only: `dscp` is better. Default: 0, any.",
      ),
    flowLabel: flowLabel
      .optional()
      .describe("IPv6: packets with this flow label, 0 to 0xfffff. Default: any. Linux and iproute2 6.14."),
    flowLabelMask: flowLabel
      .min(1)
      .optional()
      .describe("IPv6: the bits that `flowLabel` is compared with. Default: all. Linux and iproute2 6.14."),
    tunnelId: whole(1, Number.MAX_SAFE_INTEGER)
      .meta({ expected: "a tunnel's id, a whole number of at least 1" })
      .optional()
      .describe(
        "Packets that a tunnel with metadata (`external`) has received with this id, such as a VXLAN's VNI. Default: any.",
      ),
    l3Mdev: z
      .boolean()
      .optional()
      .describe(
        "Packets of a device that is in a VRF; they are looked up in that VRF's table, so there is no `table` then. Default: false.",
      ),
    invert: z.boolean().optional().describe("Packets that do NOT match what is declared above. Default: false."),
    action: z
      .enum(["lookup", "goto", "blackhole", "unreachable", "prohibit", "nop"])
      .optional()
      .describe(
        "What happens to a packet that matches: `lookup` looks for a route in `table`, and goes on with the next rule where there is none; `goto` goes on with the rules from " +
          "`gotoPriority` on; `blackhole` drops it silently, `unreachable` and `prohibit` with an ICMP error; `nop` does nothing, as a place for `goto` to lead to. " +
          "Default: `goto` with `gotoPriority`, otherwise `lookup`.",
      ),
    table: table
      .optional()
      .describe(
        "Where `lookup` looks: a number from 1 to 4294967295, or a name of the host's rt_tables, e.g. `100` or `isp`. The table need not have a route yet. Default: `main` (254).",
      ),
    gotoPriority: u32
      .optional()
      .describe(
        "Where `goto` goes on: a priority above the rule's own. As long as no rule has it, the rule does nothing. Default: none.",
      ),
    suppressPrefixLength: whole(0, 128)
      .optional()
      .describe(
        "With `lookup`: a route that is found is passed over when its prefix is of this length or shorter; 0 passes over default routes. Default: none is passed over.",
      ),
    suppressInterfaceGroup: group
      .optional()
      .describe(
        "With `lookup`: a route that is found is passed over when its device is in this group, a number. Default: none is passed over.",
      ),
    realms: realms
      .optional()
      .describe(
        "IPv4: routing realms as `TO` or `FROM/TO`, e.g. `10` or `1/10`, each a number from 0 to 255, for accounting and `tc`. Default: none.",
      ),
  })
  .overwrite((rule) => canonical(rule));

export type RoutingRule = z.output<typeof schema>;

export interface ObservedRule {
  readonly live: LiveRule;
  /** What is there, in the words of the declaration. */
  readonly declared: RoutingRule;
}

/** A policy rule: which packets look for their route in which table, as `ip rule` knows it. */
export const routingRule = defineKind<typeof schema, ObservedRule, RuleOnHost>({
  name: "RoutingRule",
  description:
    "A policy rule, as `ip rule` knows it: which packets look for their route in which table. The kernel knows a rule by all that it says, and several may have one " +
    "priority: a rule that says anything else, or is somebody else's, is another one, and stays. A change puts the new rule in and takes the old one out, in one transaction.",
  schema,
  filledIn: ["family", "action", "table"],
  contradictions,
  resolve: resolveRule,
  identity: (desired) => keyOf(desired).split(" ").slice(1),
  details: () => ["rules"],
  reads: (desired) => [keyOf(desired)],

  observe(snapshot, desired) {
    const key = keyOf(resolveRule(desired, snapshot));
    const live = snapshot.rules.find((rule) => ruleKey(rule) === key);
    return live && { live, declared: inWordsOf(desired, live) };
  },

  marked: ({ live }) => live.protocol === ourProtocol,
  plan: planRule,
  excludes,
  replay: (desired) => [replayLine(desired)],
  inputsOf: ({ declared }) => declared,
  hint,
});
