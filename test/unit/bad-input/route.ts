/** What can be wrong with a Route. */
import type { Fields, Subject } from "./check";

const viaAdsl = { destination: "10.0.0.0/8", gateway: "192.0.2.1", device: "adsl" };
const anywhere = { destination: "default" };
const ten = { destination: "10.0.0.0/8" };
const overBoth = {
  destination: "default",
  nextHops: [
    { gateway: "198.51.100.1", device: "adsl", weight: 9 },
    { gateway: "198.51.100.2", device: "bdsl", weight: 10 },
  ],
};
const viaAdsl6 = { destination: "2001:db8::/32", gateway: "fe80::1", device: "adsl" };
const anywhere6 = { destination: "::/0" };

export const route: readonly Subject[] = [
  {
    subject: "a gateway",
    beside: viaAdsl,
    cases: [
      [{ gateway: "010.0.0.1" }, 'gateway is "010.0.0.1": `ip` would read leading zeros as octal; write 10.0.0.1.'],
      [{ gateway: "192.0.2.256" }, 'gateway is "192.0.2.256": each of the four numbers of an IPv4 address is from 0 to 255.'],
      [{ gateway: "192.0.2" }, 'gateway is "192.0.2": must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.'],
      [{ gateway: "192.0.2.1 " }, 'gateway is "192.0.2.1 ": write it without the white space around it.'],
      [
        { gateway: "router.example" },
        'gateway is "router.example": must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.',
      ],
      [{ gateway: "" }, 'gateway is "": must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.'],
      [{ gateway: "192.0.2.1/24" }, 'gateway is "192.0.2.1/24": an address alone is meant, without a length; write 192.0.2.1.'],
      [
        { gateway: "192.0.2.1:22" },
        'gateway is "192.0.2.1:22": must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.',
      ],
      [
        { gateway: "fe80::1%adsl" },
        'gateway is "fe80::1%adsl": an address is meant without a zone; write fe80::1, and the device in its own field.',
      ],
      [
        { gateway: "0.0.0.0" },
        'gateway is "0.0.0.0": this is nobody\'s address, and the kernel ignores it; leave it out, and name the device.',
      ],
      [
        { destination: "2001:db8::/32", gateway: "::" },
        'gateway is "::": this is nobody\'s address, and the kernel refuses it; leave it out, and name the device.',
      ],
      [{ gateway: "::ffff:192.0.2.1" }, 'gateway is "::ffff:192.0.2.1": this is IPv4 in IPv6 notation; write 192.0.2.1.'],
      [{ gateway: "::192.0.2.1" }, 'gateway is "::192.0.2.1": this is IPv4 in IPv6 notation; write 192.0.2.1.'],
      [{ gateway: "[2001:db8::1]" }, 'gateway is "[2001:db8::1]": write it without brackets, 2001:db8::1.'],
      [
        { gateway: "2001:db8::1::2" },
        'gateway is "2001:db8::1::2": must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.',
      ],
      [
        { gateway: "0x7f.0.0.1" },
        'gateway is "0x7f.0.0.1": must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.',
      ],
      [
        { gateway: "dchp" },
        'gateway is "dchp": must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1; did you mean "dhcp"?',
      ],
      [{ gateway: 7 }, 'gateway is 7: must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.'],
      [{ gateway: null }, 'gateway is null: must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.'],
      [{ gateway: true }, 'gateway is true: must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.'],
      [
        { gateway: ["192.0.2.1"] },
        'gateway is ["192.0.2.1"]: must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1; write it without the brackets of a list.',
      ],
      [{ gateway: {} }, 'gateway is {}: must be "dhcp", "ra" or an IP address such as 192.0.2.1 or 2001:db8::1.'],
    ],
  },
  {
    subject: "a destination",
    beside: viaAdsl,
    cases: [
      [
        { destination: "10.1.2.3/16" },
        'destination is "10.1.2.3/16": bits are set beyond its length; write 10.1.0.0/16 for the prefix, or 10.1.2.3 for the one address.',
      ],
      [
        { destination: "10.0.0.0/33" },
        'destination is "10.0.0.0/33": the length after the slash is a whole number from 0 to 32, without leading zeros.',
      ],
      [
        { destination: "10.0.0.0/08" },
        'destination is "10.0.0.0/08": the length after the slash is a whole number from 0 to 32, without leading zeros.',
      ],
      [
        { destination: "10.0.0.0/-1" },
        'destination is "10.0.0.0/-1": the length after the slash is a whole number from 0 to 32, without leading zeros.',
      ],
      [
        { destination: "10.0.0.0/255.0.0.0" },
        'destination is "10.0.0.0/255.0.0.0": a length is meant and no mask; write 10.0.0.0/8.',
      ],
      [
        { destination: "10.0.0.0/" },
        'destination is "10.0.0.0/": the length after the slash is a whole number from 0 to 32, without leading zeros.',
      ],
      [{ destination: "010.0.0.0/9" }, 'destination is "010.0.0.0/9": `ip` would read leading zeros as octal; write 10.0.0.0/9.'],
      [
        { destination: "2001:db8::1/32" },
        'destination is "2001:db8::1/32": bits are set beyond its length; write 2001:db8::/32 for the prefix, or 2001:db8::1 for the one address.',
      ],
      [
        { destination: "2001:db8::/129" },
        'destination is "2001:db8::/129": the length after the slash is a whole number from 0 to 128, without leading zeros.',
      ],
      [
        { destination: "::ffff:10.0.0.0/104" },
        'destination is "::ffff:10.0.0.0/104": this is IPv4 in IPv6 notation; write 10.0.0.0/8.',
      ],
      [
        { destination: "10/8" },
        'destination is "10/8": must be a prefix such as 192.0.2.0/24 or 2001:db8::/32, one address, or default.',
      ],
      [
        { destination: "any" },
        'destination is "any": must be a prefix such as 192.0.2.0/24 or 2001:db8::/32, one address, or default.',
      ],
      [{ destination: "10.0.0.0 /8" }, 'destination is "10.0.0.0 /8": write it without the white space around it.'],
      [
        { destination: null },
        "destination is null: must be a prefix such as 192.0.2.0/24 or 2001:db8::/32, one address, or default.",
      ],
      [
        { destination: 10 },
        "destination is 10: must be a prefix such as 192.0.2.0/24 or 2001:db8::/32, one address, or default.",
      ],
      [
        { destination: ["10.0.0.0/8"] },
        'destination is ["10.0.0.0/8"]: must be a prefix such as 192.0.2.0/24 or 2001:db8::/32, one address, or default; write it without the brackets of a list.',
      ],
    ],
  },
  {
    subject: "what must be there",
    cases: [
      [
        { gateway: "192.0.2.1" },
        "destination is missing: where packets are headed: a prefix such as `192.0.2.0/24` or `2001:db8::/32`, one address, or `default` (the same as `0.0.0.0/0` and `::/0`).",
      ],
      [{ destination: "10.0.0.0/8" }, "gateway is missing: a route to 10.0.0.0/8 needs a gateway, a device, or nextHops."],
      [
        { destination: "default", type: "blackhole" },
        'family is missing: no address tells whether this default is for IPv4 or IPv6; write "ipv4" or "ipv6".',
      ],
      [{ destination: "default", gateway: "dhcp" }, 'device is missing: "dhcp" means the gateway that was learnt on it.'],
      [
        { destination: "2001:db8::/32", gateway: "fe80::1" },
        "device is missing: fe80::1 is link-local, and every device has that subnet.",
      ],
      [
        { destination: "10.0.0.0/8", gateway: "192.0.2.1", onLink: true },
        "device is missing: onLink says that the gateway is a neighbour on it.",
      ],
      [
        { destination: "10.0.0.0/8", type: "broadcast" },
        "device is missing: a route of type broadcast names the device that it is about.",
      ],
    ],
  },
  {
    subject: "a number",
    beside: viaAdsl,
    cases: [
      [{ metric: -1 }, "metric is -1: must be a whole number from 0 to 4294967295."],
      [{ metric: 4294967296 }, "metric is 4294967296: must be a whole number from 0 to 4294967295."],
      [{ metric: 1.5 }, "metric is 1.5: must be a whole number from 0 to 4294967295."],
      [{ metric: "9" }, 'metric is "9": must be a whole number from 0 to 4294967295; write 9 without quotes.'],
      [{ metric: "010" }, 'metric is "010": must be a whole number from 0 to 4294967295; write 10 without quotes.'],
      [{ metric: null }, "metric is null: must be a whole number from 0 to 4294967295."],
      [{ metric: NaN }, "metric is NaN: must be a whole number from 0 to 4294967295."],
      [{ metric: Infinity }, "metric is Infinity: must be a whole number from 0 to 4294967295."],
      [{ metric: [] }, "metric is []: must be a whole number from 0 to 4294967295."],
      [{ mtu: 0 }, "mtu is 0: must be a whole number from 1 to 65520."],
      [{ mtu: 65521 }, "mtu is 65521: must be a whole number from 1 to 65520."],
      [{ mtu: "1400" }, 'mtu is "1400": must be a whole number from 1 to 65520; write 1400 without quotes.'],
      [{ tos: 3 }, "tos is 3: must be a multiple of 4 from 0 to 252: a DSCP times 4."],
      [{ tos: 256 }, "tos is 256: must be a multiple of 4 from 0 to 252: a DSCP times 4."],
      [{ tos: "0x10" }, 'tos is "0x10": must be a multiple of 4 from 0 to 252: a DSCP times 4.'],
      [{ hopLimit: 256 }, "hopLimit is 256: must be a whole number from 1 to 255."],
      [{ rtt: 536870912 }, "rtt is 536870912: must be a whole number from 1 to 536870911."],
      [{ expiresSeconds: 4294968 }, "expiresSeconds is 4294968: must be a whole number from 1 to 4294967."],
    ],
  },
  {
    subject: "a table",
    beside: viaAdsl,
    cases: [
      [
        { table: 0 },
        "table is 0: must be a whole number from 1 to 4294967295 or the name of a table in the host's rt_tables, such as main.",
      ],
      [
        { table: -1 },
        "table is -1: must be a whole number from 1 to 4294967295 or the name of a table in the host's rt_tables, such as main.",
      ],
      [
        { table: 4294967296 },
        "table is 4294967296: must be a whole number from 1 to 4294967295 or the name of a table in the host's rt_tables, such as main.",
      ],
      [
        { table: "254" },
        'table is "254": must be a whole number from 1 to 4294967295 or the name of a table in the host\'s rt_tables, such as main; write 254 without quotes.',
      ],
      [
        { table: "0254" },
        'table is "0254": must be a whole number from 1 to 4294967295 or the name of a table in the host\'s rt_tables, such as main; write 254 without quotes.',
      ],
      [
        { table: "a b" },
        'table is "a b": must be a whole number from 1 to 4294967295 or the name of a table in the host\'s rt_tables, such as main.',
      ],
      [
        { table: "" },
        'table is "": must be a whole number from 1 to 4294967295 or the name of a table in the host\'s rt_tables, such as main.',
      ],
      [
        { table: 1.5 },
        "table is 1.5: must be a whole number from 1 to 4294967295 or the name of a table in the host's rt_tables, such as main.",
      ],
      [
        { table: true },
        "table is true: must be a whole number from 1 to 4294967295 or the name of a table in the host's rt_tables, such as main.",
      ],
    ],
  },
  {
    subject: "a word",
    beside: viaAdsl,
    cases: [
      [
        { type: "unicst" },
        'type is "unicst": must be "unicast", "blackhole", "unreachable", "prohibit", "throw", "local", "broadcast" or "multicast"; did you mean "unicast"?',
      ],
      [
        { type: "nat" },
        'type is "nat": must be "unicast", "blackhole", "unreachable", "prohibit", "throw", "local", "broadcast" or "multicast".',
      ],
      [
        { type: null },
        'type is null: must be "unicast", "blackhole", "unreachable", "prohibit", "throw", "local", "broadcast" or "multicast".',
      ],
      [
        { scope: "lnk" },
        'scope is "lnk": must be "global", "site", "link", "host" or a whole number from 0 to 255; did you mean "link"?',
      ],
      [{ scope: 256 }, 'scope is 256: must be "global", "site", "link", "host" or a whole number from 0 to 255.'],
      [
        { scope: "3" },
        'scope is "3": must be "global", "site", "link", "host" or a whole number from 0 to 255; write 3 without quotes.',
      ],
      [{ realms: "256" }, 'realms is "256": must be "TO" or "FROM/TO" with numbers from 0 to 255, such as "3/4".'],
      [{ realms: "3/4/5" }, 'realms is "3/4/5": must be "TO" or "FROM/TO" with numbers from 0 to 255, such as "3/4".'],
      [{ realms: 3 }, 'realms is 3: must be "TO" or "FROM/TO" with numbers from 0 to 255, such as "3/4"; write "3" in quotes.'],
      [{ family: "ip6" }, 'family is "ip6": must be "ipv4" or "ipv6"; did you mean "ipv6"?'],
      [{ family: 6 }, 'family is 6: must be "ipv4" or "ipv6".'],
      [
        { congestionControl: "BBR" },
        'congestionControl is "BBR": must be a word of the kernel\'s: 1 to 16 small letters, digits, "_" or "-", such as bbr.',
      ],
      [{ routerPreference: "hgh" }, 'routerPreference is "hgh": must be "low", "medium" or "high"; did you mean "high"?'],
      [{ onLink: "true" }, 'onLink is "true": must be true or false; write true without quotes.'],
      [{ onLink: 1 }, "onLink is 1: must be true or false."],
      [{ quickAck: null }, "quickAck is null: must be true or false."],
      [{ adopt: "yes" }, 'adopt is "yes": must be true or false.'],
    ],
  },
  {
    subject: "a device",
    beside: viaAdsl,
    cases: [
      [
        { device: "-x" },
        'device is "-x": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "--help" },
        'device is "--help": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "a$(id)" },
        'device is "a$(id)": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "a;b" },
        'device is "a;b": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: '"quotes' },
        'device is "\\"quotes": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "a'b" },
        'device is "a\'b": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "a#b" },
        'device is "a#b": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "a b" },
        'device is "a b": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "a\u0007b" },
        'device is "a\\u0007b": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "a\u202eb" },
        'device is "a\\u202eb": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "abcdefghijklmnop" },
        'device is "abcdefghijklmnop": a device\'s name has at most 15 characters, and this has 16.',
      ],
      [
        { device: "" },
        'device is "": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "." },
        'device is ".": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: ".." },
        'device is "..": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "a/b" },
        'device is "a/b": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "é" },
        'device is "é": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: "dev" },
        'device is "dev": this is a word of the `ip` command, which would not take it for a device; rename the device.',
      ],
      [
        { device: "via" },
        'device is "via": this is a word of the `ip` command, which would not take it for a device; rename the device.',
      ],
      [
        { device: "nexthop" },
        'device is "nexthop": this is a word of the `ip` command, which would not take it for a device; rename the device.',
      ],
      [
        { device: "all" },
        'device is "all": this is a word of the `ip` command, which would not take it for a device; rename the device.',
      ],
      [{ device: "eth0@if3" }, 'device is "eth0@if3": the device\'s name ends before the "@"; write eth0.'],
      [{ device: "eth0:1" }, 'device is "eth0:1": the device\'s name ends before the ":"; write eth0.'],
      [{ device: " adsl" }, 'device is " adsl": write it without the white space around it.'],
      [
        { device: "a".repeat(100) },
        'device is "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...": a device\'s name has at most 15 characters, and this has 100.',
      ],
      [
        { device: null },
        'device is null: must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { device: ["adsl"] },
        'device is ["adsl"]: must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_"; write it without the brackets of a list.',
      ],
    ],
  },
  {
    subject: "next hops",
    beside: anywhere,
    cases: [
      [{ nextHops: [] }, "nextHops is []: give one next hop or several, or leave it out."],
      [{ nextHops: [{ gateway: "192.0.2.1", weight: 0 }] }, "nextHops[0].weight is 0: must be a whole number from 1 to 256."],
      [
        { nextHops: [{ gateway: "192.0.2.1" }, { gateway: "192.0.2.2", weight: 257 }] },
        "nextHops[1].weight is 257: must be a whole number from 1 to 256.",
      ],
      [{ nextHops: [{ gateway: "192.0.2.1", weight: 1.5 }] }, "nextHops[0].weight is 1.5: must be a whole number from 1 to 256."],
      [
        { nextHops: [{ gateway: "192.0.2.1", weight: "9" }] },
        'nextHops[0].weight is "9": must be a whole number from 1 to 256; write 9 without quotes.',
      ],
      [
        { nextHops: [{}] },
        'family is missing: no address tells whether this default is for IPv4 or IPv6; write "ipv4" or "ipv6".',
        "nextHops[0] is {}: a next hop needs a gateway, a device, or both.",
      ],
      [
        { nextHops: [null] },
        'nextHops[0] is null: must be an object such as { gateway: "192.0.2.1", device: "eth0", weight: 1 }.',
      ],
      [
        { nextHops: ["192.0.2.1"] },
        'nextHops[0] is "192.0.2.1": must be an object such as { gateway: "192.0.2.1", device: "eth0", weight: 1 }.',
      ],
      [
        { nextHops: [{ gateway: "192.0.2.1" }, { gateway: "192.0.2.1", weight: 2 }] },
        'nextHops[1] is {"gateway":"192.0.2.1","weight":2}: it is the same way as nextHops[0]; give it once, with the sum of the weights.',
      ],
      [
        { nextHops: [{ gateway: "192.0.2.1", device: "adsl" }, { gateway: "192.0.2.1" }] },
        'nextHops[1] is {"gateway":"192.0.2.1"}: it has the gateway of nextHops[0], and without a device in both they may be the same way; name both devices.',
      ],
      [
        {
          nextHops: [
            { gateway: "192.0.2.1", device: "adsl" },
            { gateway: "0.0.0.0", device: "bdsl" },
          ],
        },
        'nextHops[1].gateway is "0.0.0.0": this is nobody\'s address, and the kernel ignores it; leave it out, and name the device.',
      ],
      [
        { nextHops: [{ gateway: "192.0.2.1" }, { device: "a/b" }] },
        'nextHops[1].device is "a/b": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
      ],
      [
        { nextHops: { gateway: "192.0.2.1" } },
        'nextHops is {"gateway":"192.0.2.1"}: must be a list; write it in the brackets of a list.',
      ],
      [{ nextHops: "192.0.2.1" }, 'nextHops is "192.0.2.1": must be a list.'],
    ],
  },
  {
    subject: "next hops without a gateway",
    beside: ten,
    cases: [
      [{ nextHops: [{ weight: 3 }] }, 'nextHops[0] is {"weight":3}: a next hop needs a gateway, a device, or both.'],
      [
        { nextHops: [{ device: "adsl" }, { device: "adsl" }] },
        'nextHops[1] is {"device":"adsl"}: it is the same way as nextHops[0]; give it once, with the sum of the weights.',
      ],
    ],
  },
  {
    subject: "a way beside next hops",
    beside: overBoth,
    cases: [
      [
        { gateway: "192.0.2.1" },
        'gateway is "192.0.2.1": it can\'t stand beside nextHops; give gateway in each next hop, or leave nextHops out.',
      ],
      [
        { device: "adsl", onLink: true },
        'device is "adsl": it can\'t stand beside nextHops; give device in each next hop, or leave nextHops out.',
        "onLink is true: it can't stand beside nextHops; give onLink in each next hop, or leave nextHops out.",
      ],
      [{ realms: "5" }, 'realms is "5": it can\'t stand beside nextHops; give realms in each next hop, or leave nextHops out.'],
      [
        { encapsulation: { type: "mpls", labels: [16] } },
        'encapsulation is {"type":"mpls","labels":[16]}: the kernel ignores it beside nextHops; give gateway and device instead of nextHops, or leave it out.',
      ],
      [{ scope: "host" }, 'scope is "host": such a scope says that there is no gateway, and there is one; leave scope out.'],
      [
        { family: "ipv4", type: "unreachable" },
        'nextHops is [{"gateway":"198.51.100.1","device":"adsl","weight":9},{"gateway":"198.51.100.2"...: a route of type unreachable leads nowhere; leave nextHops out, or make it a unicast route.',
      ],
    ],
  },
  {
    subject: "what an IPv4 route does not have",
    beside: viaAdsl,
    cases: [
      [
        { expiresSeconds: 60 },
        "expiresSeconds is 60: the kernel silently ignores it in an IPv4 route, since it is for IPv6 only; leave it out.",
      ],
      [
        { routerPreference: "high" },
        'routerPreference is "high": the kernel silently ignores it in an IPv4 route, since it is for IPv6 only; leave it out.',
      ],
      [
        { source: "10.1.0.0/16" },
        'source is "10.1.0.0/16": the kernel silently ignores it in an IPv4 route, since it is for IPv6 only; leave it out.',
      ],
      [
        { family: "ipv6" },
        'destination is "10.0.0.0/8": this is IPv4, and the route is IPv6; use one family in one route.',
        'gateway is "192.0.2.1": this is IPv4, and an IPv6 route needs an IPv6 gateway.',
      ],
      [
        { preferredSource: "2001:db8::1" },
        'preferredSource is "2001:db8::1": this is IPv6, and 10.0.0.0/8 makes the route IPv4; use one family in one route.',
      ],
    ],
  },
  {
    subject: "what an IPv6 route does not have",
    beside: viaAdsl6,
    cases: [
      [{ tos: 16 }, "tos is 16: the kernel refuses it in an IPv6 route, since it is for IPv4 only; leave it out."],
      [
        { scope: "link" },
        'scope is "link": the kernel silently ignores it in an IPv6 route, since it is for IPv4 only; leave it out.',
      ],
      [
        { realms: "5" },
        'realms is "5": the kernel silently ignores it in an IPv6 route, since it is for IPv4 only; leave it out.',
      ],
      [{ metric: 0 }, "metric is 0: IPv6 has no metric 0, and the kernel makes 1024 of it; write 1024, or leave it out for 512."],
      [
        { preferredSource: "192.0.2.1" },
        'preferredSource is "192.0.2.1": this is IPv4, and 2001:db8::/32 makes the route IPv6; use one family in one route.',
      ],
      [{ gateway: "192.0.2.1" }, 'gateway is "192.0.2.1": this is IPv4, and an IPv6 route needs an IPv6 gateway.'],
      [{ gateway: "dhcp" }, 'gateway is "dhcp": DHCP teaches an IPv4 gateway, and an IPv6 route needs an IPv6 gateway.'],
      [
        { source: "10.0.0.0/8" },
        'source is "10.0.0.0/8": this is IPv4, and 2001:db8::/32 makes the route IPv6; use one family in one route.',
      ],
      [{ family: "ipv4" }, 'destination is "2001:db8::/32": this is IPv6, and the route is IPv4; use one family in one route.'],
    ],
  },
  {
    subject: "next hops of IPv6",
    beside: anywhere6,
    cases: [
      [
        { nextHops: [{ gateway: "fe80::1", device: "adsl" }, { gateway: "192.0.2.1" }] },
        'nextHops[1].gateway is "192.0.2.1": this is IPv4, and an IPv6 route needs an IPv6 gateway.',
      ],
      [
        { nextHops: [{ gateway: "fe80::1", device: "adsl" }, { device: "ppp0" }] },
        "nextHops[1].gateway is missing: IPv6 shares traffic over gateways only; if ppp0 is a point-to-point line, give the link-local address of its other end.",
      ],
      [
        { nextHops: [{ gateway: "fe80::1", device: "adsl", realms: "4" }] },
        'nextHops[0].realms is "4": the kernel silently ignores realms in an IPv6 route, since they are for IPv4 only; leave them out.',
      ],
      [
        { nextHops: [{ gateway: "fe80::1" }] },
        "nextHops[0].device is missing: fe80::1 is link-local, and every device has that subnet.",
      ],
    ],
  },
  {
    subject: "attributes that contradict",
    beside: viaAdsl,
    cases: [
      [
        { type: "blackhole" },
        'gateway is "192.0.2.1": a route of type blackhole leads nowhere; leave gateway out, or make it a unicast route.',
        'device is "adsl": a route of type blackhole leads nowhere; leave device out, or make it a unicast route.',
      ],
      [{ type: "local" }, 'gateway is "192.0.2.1": a route of type local takes a device and no gateway; leave it out.'],
      [{ scope: "link" }, 'scope is "link": such a scope says that there is no gateway, and there is one; leave scope out.'],
      [{ lockMtu: true }, "mtu is missing: lockMtu locks it; give mtu, or leave lockMtu out."],
      [
        { gateway: undefined, onLink: true },
        "onLink is true: it says something about a gateway, and there is none; leave it out.",
      ],
      [
        { gateway: undefined, type: "local", device: "lo", scope: "global" },
        'scope is "global": it is wider than a route of type local can be; leave scope out.',
      ],
      [
        { gateway: undefined, type: "broadcast", scope: "site" },
        'scope is "site": it is wider than a route of type broadcast can be; leave scope out.',
      ],
      [
        { gateway: undefined, device: undefined, type: "throw", realms: "5" },
        'realms is "5": a route of type throw leads nowhere; leave realms out, or make it a unicast route.',
      ],
      [
        {
          destination: "2001:db8::/32",
          gateway: undefined,
          device: undefined,
          type: "throw",
          expiresSeconds: 5,
          routerPreference: "low",
        },
        'routerPreference is "low": the kernel silently ignores it on a route of type throw; leave it out.',
        "expiresSeconds is 5: the kernel silently ignores it on a route of type throw; leave it out.",
      ],
    ],
  },
  {
    subject: "an encapsulation",
    beside: viaAdsl,
    cases: [
      [{ encapsulation: {} }, 'encapsulation.type is missing: must be "mpls", "ip", "ip6" or "seg6".'],
      [
        { encapsulation: { type: "mpsl", labels: [16] } },
        'encapsulation.type is "mpsl": must be "mpls", "ip", "ip6" or "seg6"; did you mean "mpls"?',
      ],
      [
        { encapsulation: { type: "mpls" } },
        "encapsulation.labels is missing: the labels to push, the outermost first, e.g. `[100, 200]`.",
      ],
      [{ encapsulation: { type: "mpls", labels: [] } }, "encapsulation.labels is []: must have at least 1 entry."],
      [
        { encapsulation: { type: "mpls", labels: [1048576] } },
        "encapsulation.labels[0] is 1048576: must be a whole number from 0 to 1048575.",
      ],
      [
        { encapsulation: { type: "mpls", labels: 16 } },
        "encapsulation.labels is 16: must be a list; write it in the brackets of a list.",
      ],
      [
        { encapsulation: { type: "ip", destination: "2001:db8::1" } },
        'encapsulation.destination is "2001:db8::1": must be an IPv4 address.',
      ],
      [
        { encapsulation: { type: "ip6", destination: "10.9.9.9" } },
        'encapsulation.destination is "10.9.9.9": must be an IPv6 address.',
      ],
      [
        { encapsulation: { type: "ip", destination: "10.9.9.9", ttl: 256 } },
        "encapsulation.ttl is 256: must be a whole number from 1 to 255.",
      ],
      [
        { encapsulation: { type: "seg6", mode: "encap", segments: ["2001:db8::1"], ttl: 3 } },
        "encapsulation.ttl is no field here: there are `type`, `mode` and `segments`.",
      ],
      [
        { encapsulation: { type: "seg6", mode: "outline", segments: ["2001:db8::1"] } },
        'encapsulation.mode is "outline": must be "encap" or "inline".',
      ],
      [
        { encapsulation: { type: "ip", dst: "10.9.9.9" } },
        "encapsulation.destination is missing: the tunnel's other end, e.g. `192.0.2.1`.",
        "encapsulation.dst is no field here: did you mean `destination`?",
      ],
      [{ encapsulation: "mpls" }, 'encapsulation is "mpls": must be an object whose type is "mpls", "ip", "ip6" or "seg6".'],
      [{ encapsulation: null }, 'encapsulation is null: must be an object whose type is "mpls", "ip", "ip6" or "seg6".'],
      [
        { encapsulation: [{ type: "mpls", labels: [16] }] },
        'encapsulation is [{"type":"mpls","labels":[16]}]: must be an object whose type is "mpls", "ip", "ip6" or "seg6"; write it without the brackets of a list.',
      ],
    ],
  },
  {
    subject: "a field that there is not",
    beside: viaAdsl,
    cases: [
      [{ nexthops: 1 }, "nexthops is no field here: did you mean `nextHops`?"],
      [{ next_hops: 1 }, "next_hops is no field here: did you mean `nextHops`?"],
      [{ via: 1 }, "via is no field here: did you mean `gateway`?"],
      [{ dev: 1 }, "dev is no field here: did you mean `device`?"],
      [{ src: 1 }, "src is no field here: did you mean `preferredSource`?"],
      [{ address: 1 }, "address is no field here: did you mean `destination` or `gateway`?"],
      [{ from: 1 }, "from is no field here: did you mean `source`?"],
      [{ prefsrc: 1 }, "prefsrc is no field here: did you mean `preferredSource`?"],
      [{ dst: 1 }, "dst is no field here: did you mean `destination`?"],
      [{ weight: 1 }, "weight is no field here: did you mean `nextHops[].weight`?"],
      [{ labels: 1 }, "labels is no field here: did you mean `encapsulation.labels`?"],
      [{ port: 1 }, "port is no field here: did you mean `host.port` or `mustReach[].port`?"],
      [{ user: 1 }, "user is no field here: did you mean `host.user`?"],
      [{ dependsOn: 1 }, "dependsOn is no field but an option of Pulumi's: write it in the third argument, after the fields."],
      [{ mtuu: 1 }, "mtuu is no field here: did you mean `mtu`?"],
      [{ priority: 1 }, "priority is no field here: did you mean `metric`?"],
      [{ colour: 1 }, "colour is no field here, nor is there one with a name like it."],
      [{ constructor: 1 }, "constructor is no field here, nor is there one with a name like it."],
      [{ "a b": 1 }, '["a b"] is no field here, nor is there one with a name like it.'],
      [{ advmss: 1 }, "advmss is no field here: did you mean `advertisedMss`?"],
      [{ expires: 1 }, "expires is no field here: did you mean `expiresSeconds`?"],
      [{ initcwnd: 1 }, "initcwnd is no field here: did you mean `initialCongestionWindow`?"],
      [{ rto_min: 1 }, "rto_min is no field here: did you mean `rtoMin`?"],
      [JSON.parse('{"__proto__":1}') as Fields, "__proto__ is no field here, nor is there one with a name like it."],
    ],
  },
  {
    subject: "a field that a next hop has not",
    beside: anywhere,
    cases: [
      [{ nextHops: [{ via: "192.0.2.1" }] }, "nextHops[0].via is no field here: did you mean `gateway`?"],
      [{ nextHops: [{ gateway: "192.0.2.1", metric: 5 }] }, "nextHops[0].metric is no field here: write it beside `nextHops`."],
      [
        { nextHops: [{ gateway: "192.0.2.1", dev: "adsl", wieght: 3 }] },
        "nextHops[0].dev is no field here: did you mean `device`?",
        "nextHops[0].wieght is no field here: did you mean `weight`?",
      ],
      [
        { nextHops: [{ gateway: "192.0.2.1", color: 3 }] },
        "nextHops[0].color is no field here: there are `gateway`, `device`, `weight`, `onLink` and `realms`.",
      ],
      [{ nextHops: [{ address: "192.0.2.1" }] }, "nextHops[0].address is no field here: did you mean `gateway`?"],
    ],
  },
  {
    subject: "several things at once",
    beside: viaAdsl,
    cases: [
      [
        { table: "0254", metric: "5", device: "a b", nexthops: [] },
        'device is "a b": must be a device\'s name: 1 to 15 letters, digits, "_", "." or "-", the first one a letter, a digit or "_".',
        'table is "0254": must be a whole number from 1 to 4294967295 or the name of a table in the host\'s rt_tables, such as main; write 254 without quotes.',
        'metric is "5": must be a whole number from 0 to 4294967295; write 5 without quotes.',
        "nexthops is no field here: did you mean `nextHops`?",
      ],
      [
        { destination: "10.1.2.3/16", gateway: "010.0.0.1", nextHops: [{ weight: 0 }, { weight: 257 }], host: undefined },
        'destination is "10.1.2.3/16": bits are set beyond its length; write 10.1.0.0/16 for the prefix, or 10.1.2.3 for the one address.',
        'gateway is "010.0.0.1": `ip` would read leading zeros as octal; write 10.0.0.1.',
        "nextHops[0].weight is 0: must be a whole number from 1 to 256.",
        "nextHops[1].weight is 257: must be a whole number from 1 to 256.",
        "host is missing: the Linux host that the object is kept on, and how to reach it.",
      ],
    ],
  },
];
