/** What can be wrong with a RoutingRule. */
import type { Subject } from "./check";

const plain = { priority: 100 };
const six = { priority: 100, family: "ipv6" };
const onePort = 'must be a port such as 443, a range such as "1000-2000", or a port under a mask such as "1024/0xfc00"';

export const routingRule: readonly Subject[] = [
  {
    subject: "a priority",
    cases: [
      [{}, "priority is missing: the rule's place among others, a number from 1 to 4294967295: lower ones are asked first."],
      [
        { priority: 0 },
        "priority is 0: must be a whole number from 1 to 4294967295; the rule with the lowest one is asked first.",
      ],
      [
        { priority: "100" },
        'priority is "100": must be a whole number from 1 to 4294967295; the rule with the lowest one is asked first; write 100 without quotes.',
      ],
    ],
  },
  {
    subject: "a selector",
    beside: plain,
    cases: [
      [
        { from: "192.0.2.5/24" },
        'from is "192.0.2.5/24": bits are set beyond its length; write 192.0.2.0/24 for the prefix, or 192.0.2.5 for the one address.',
      ],
      [{ from: "all" }, 'from is "all": must be a prefix such as 192.0.2.0/24 or 2001:db8::/32, one address, or default.'],
      [
        { from: "192.0.2.0/24", to: "2001:db8::1" },
        'to is "2001:db8::1": this is IPv6, and the rule is IPv4; use one family in one rule.',
      ],
      [
        { family: "ipv6", from: "192.0.2.0/24" },
        'from is "192.0.2.0/24": this is IPv4, and the rule is IPv6; use one family in one rule.',
      ],
      [{ family: 4 }, 'family is 4: must be "ipv4" or "ipv6".'],
      [{ inputDevice: "eth0@if3" }, 'inputDevice is "eth0@if3": the device\'s name ends before the "@"; write eth0.'],
      [
        { ipProtocol: "tpc" },
        'ipProtocol is "tpc": must be "icmp", "igmp", "ipip", "tcp", "udp", "dccp", "ipv6", "gre", "esp", "ah", "icmpv6", "ospf", "vrrp", "l2tp", "sctp", "udplite" or a whole number from 1 to 255; did you mean "tcp"?',
      ],
      [{ tos: 17 }, "tos is 17: must be a multiple of 4 from 0 to 252: a DSCP times 4."],
      [
        { tos: 184 },
        "tos is 184: an IPv4 rule looks at three of the six bits, up to 28, and the kernel refuses others; give dscp 46 instead.",
      ],
      [{ tos: 16, dscp: 4 }, "tos is 16: the kernel takes it or dscp, and not both; leave tos out."],
      [{ dscp: 64 }, "dscp is 64: must be a whole number from 0 to 63."],
      [{ tunnelId: 0 }, "tunnelId is 0: must be a tunnel's id, a whole number of at least 1."],
      [
        { invert: true },
        "invert is true: a rule that names no packets matches all of them, and inverted none; leave it out, or name packets.",
      ],
      [{ flowLabel: 5, family: "ipv4" }, "flowLabel is 5: IPv4 has no flow labels; leave it out, or make it an IPv6 rule."],
    ],
  },
  {
    subject: "a mask",
    beside: plain,
    cases: [
      [
        { firewallMask: 255 },
        "firewallMark is missing: firewallMask says which bits of it count; give firewallMark, or leave firewallMask out.",
      ],
      [
        { firewallMark: 0x1ff, firewallMask: 0xff },
        "firewallMark is 511: bits are set that firewallMask leaves out; write 0xff, or a wider mask.",
      ],
      [{ firewallMark: 1, firewallMask: 0 }, "firewallMask is 0: must be a whole number from 1 to 4294967295."],
      [{ dscp: 9, dscpMask: 8 }, "dscp is 9: bits are set that dscpMask leaves out; write 0x8, or a wider mask."],
    ],
  },
  {
    subject: "ports and users",
    beside: plain,
    cases: [
      [{ sourcePorts: 0 }, `sourcePorts is 0: ${onePort.replace("must be ", "must be a whole number from 1 to 65534 or ")}.`],
      [
        { sourcePorts: "http" },
        `sourcePorts is "http": ${onePort.replace("must be ", "must be a whole number from 1 to 65534 or ")}.`,
      ],
      [
        { sourcePorts: "2000-1000" },
        'sourcePorts is "2000-1000": the first port of a range is the lower one; write "1000-2000".',
      ],
      [
        { sourcePorts: "1024-65535" },
        'sourcePorts is "1024-65535": the kernel takes no port above 65534 in a rule; write "1024-65534".',
      ],
      [{ sourcePorts: "0-80" }, 'sourcePorts is "0-80": a port is a number from 1 to 65534.'],
      [{ destinationPorts: "0443" }, 'destinationPorts is "0443": `ip` would read leading zeros as octal; write 443 for 0443.'],
      [
        { destinationPorts: "1025/0xfc00" },
        'destinationPorts is "1025/0xfc00": bits are set that the mask leaves out; write "1024/0xfc00".',
      ],
      [{ destinationPorts: "80/0" }, 'destinationPorts is "80/0": a mask of a port is a number from 1 to 0xffff.'],
      [{ uidRange: "20-10" }, 'uidRange is "20-10": the first user of a range is the lower one; write "10-20".'],
      [{ uidRange: "0-4294967295" }, 'uidRange is "0-4294967295": a user\'s number is at most 4294967294.'],
      [
        { uidRange: "www-data" },
        'uidRange is "www-data": must be a whole number from 0 to 4294967294 or a user\'s number such as 1000, or a range such as "1000-1999".',
      ],
    ],
  },
  {
    subject: "an action",
    beside: plain,
    cases: [
      [{ action: "drop" }, 'action is "drop": must be "lookup", "goto", "blackhole", "unreachable", "prohibit" or "nop".'],
      [
        { action: "blackhole", table: 100 },
        "table is 100: it belongs to a look-up, and the action blackhole looks nothing up; leave it out.",
      ],
      [
        { gotoPriority: 200, realms: "3" },
        'realms is "3": it belongs to a look-up, and the action goto looks nothing up; leave it out.',
      ],
      [
        { action: "prohibit", suppressPrefixLength: 0 },
        "suppressPrefixLength is 0: it belongs to a look-up, and the action prohibit looks nothing up; leave it out.",
      ],
      [{ action: "goto" }, "gotoPriority is missing: goto goes on with the rules of a priority; give it."],
      [{ gotoPriority: 100 }, "gotoPriority is 100: the kernel goes forward only; write a priority above the rule's own, 100."],
      [
        { action: "lookup", gotoPriority: 200 },
        "gotoPriority is 200: only goto goes anywhere, and the action is lookup; leave one of the two out.",
      ],
      [
        { l3Mdev: true, table: 100 },
        "table is 100: with l3Mdev the table is that of the packet's VRF; leave one of the two out.",
      ],
      [
        { l3Mdev: true, suppressInterfaceGroup: 3 },
        "suppressInterfaceGroup is 3: `ip` does not show it beside l3Mdev, so nobody could see that it is so; leave it out.",
      ],
      [
        { suppressPrefixLength: 33 },
        "suppressPrefixLength is 33: no IPv4 prefix is longer than 32; write at most 32, which passes over all routes.",
      ],
      [{ suppressPrefixLength: 129 }, "suppressPrefixLength is 129: must be a whole number from 0 to 128."],
      [{ realms: "0" }, 'realms is "0": must be "TO" or "FROM/TO" with numbers from 0 to 255, such as "3/4".'],
    ],
  },
  {
    subject: "what an IPv6 rule does not have",
    beside: six,
    cases: [
      [
        { realms: "3/4" },
        'realms is "3/4": the kernel silently ignores it in an IPv6 rule, since it is for IPv4 only; leave it out.',
      ],
    ],
  },
  {
    subject: "a field that there is not",
    beside: plain,
    cases: [
      [{ pref: 100 }, "pref is no field here: did you mean `priority`?"],
      [{ iif: "eth0" }, "iif is no field here: did you mean `inputDevice`?"],
      [{ oif: "eth0" }, "oif is no field here: did you mean `outputDevice`?"],
      [{ fwmark: 1 }, "fwmark is no field here: did you mean `firewallMark`?"],
      [{ sport: 80 }, "sport is no field here: did you mean `sourcePorts`?"],
      [{ dport: 80 }, "dport is no field here: did you mean `destinationPorts`?"],
      [{ ipproto: "tcp" }, "ipproto is no field here: did you mean `ipProtocol`?"],
      [{ lookup: 100 }, "lookup is no field here: did you mean `table`?"],
      [{ suppress_prefixlength: 0 }, "suppress_prefixlength is no field here: did you mean `suppressPrefixLength`?"],
      [{ not: true }, "not is no field here: did you mean `invert`?"],
    ],
  },
];
