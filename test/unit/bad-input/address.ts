/** What can be wrong with an Address. */
import type { Subject } from "./check";

const adsl = { device: "adsl" };
const onAdsl = { device: "adsl", address: "192.0.2.5/24" };
const onAdsl6 = { device: "adsl", address: "2001:db8::5/64" };

export const address: readonly Subject[] = [
  {
    subject: "what must be there",
    cases: [
      [
        {},
        "device is missing: the network device that bears the address, e.g. `eth0`.",
        "address is missing: the host's own address with its subnet's prefix length, e.g. `192.0.2.5/24` or `2001:db8::5/64`.",
      ],
      [
        { device: "adsl" },
        "address is missing: the host's own address with its subnet's prefix length, e.g. `192.0.2.5/24` or `2001:db8::5/64`.",
      ],
      [
        { dev: "adsl", local: "192.0.2.5/24" },
        "device is missing: the network device that bears the address, e.g. `eth0`.",
        "address is missing: the host's own address with its subnet's prefix length, e.g. `192.0.2.5/24` or `2001:db8::5/64`.",
        "dev is no field here: did you mean `device`?",
        "local is no field here: did you mean `address`?",
      ],
    ],
  },
  {
    subject: "an address",
    beside: adsl,
    cases: [
      [
        { address: "192.0.2.5" },
        'address is "192.0.2.5": the length of its subnet\'s prefix is missing; write for example 192.0.2.5/24, or 192.0.2.5/32 for an address without a subnet.',
      ],
      [
        { address: "2001:db8::5" },
        'address is "2001:db8::5": the length of its subnet\'s prefix is missing; write for example 2001:db8::5/64, or 2001:db8::5/128 for an address without a subnet.',
      ],
      [{ address: "192.0.02.5/24" }, 'address is "192.0.02.5/24": `ip` would read leading zeros as octal; write 192.0.2.5/24.'],
      [
        { address: "192.0.2.5/33" },
        'address is "192.0.2.5/33": the length after the slash is a whole number from 0 to 32, without leading zeros.',
      ],
      [
        { address: "192.0.2.5/255.255.255.0" },
        'address is "192.0.2.5/255.255.255.0": a length is meant and no mask; write 192.0.2.5/24.',
      ],
      [
        { address: "192.0.2.5/24 " },
        'address is "192.0.2.5/24 ": the length after the slash is a whole number from 0 to 32, without leading zeros.',
      ],
      [
        { address: "fe80::1%adsl/64" },
        'address is "fe80::1%adsl/64": an address is meant without a zone; write fe80::1, and the device in its own field.',
      ],
      [
        { address: "::ffff:192.0.2.5/120" },
        'address is "::ffff:192.0.2.5/120": this is IPv4 in IPv6 notation; write 192.0.2.5/24.',
      ],
      [
        { address: "gateway" },
        'address is "gateway": must be an IP address with its length, such as 192.0.2.5/24 or 2001:db8::5/64.',
      ],
      [
        { address: "default" },
        'address is "default": must be an IP address with its length, such as 192.0.2.5/24 or 2001:db8::5/64.',
      ],
      [{ address: 5 }, "address is 5: must be an IP address with its length, such as 192.0.2.5/24 or 2001:db8::5/64."],
      [{ address: null }, "address is null: must be an IP address with its length, such as 192.0.2.5/24 or 2001:db8::5/64."],
      [
        { address: "ff05::1/128" },
        "autoJoin is missing: ff05::1 is a multicast address, which the kernel takes only to join its group; set it to true.",
      ],
    ],
  },
  {
    subject: "what an IPv4 address does not have",
    beside: onAdsl,
    cases: [
      [{ noDad: true }, "noDad is true: the kernel silently ignores it on 192.0.2.5, since it is for IPv6 only; leave it out."],
      [
        { home: true, manageTemporary: true },
        "home is true: the kernel silently ignores it on 192.0.2.5, since it is for IPv6 only; leave it out.",
        "manageTemporary is true: the kernel silently ignores it on 192.0.2.5, since it is for IPv6 only; leave it out.",
      ],
      [
        { autoJoin: true },
        "autoJoin is true: only a multicast group can be joined, and 192.0.2.5 is none (224.0.0.0/4, ff00::/8); leave it out.",
      ],
      [{ peer: "2001:db8::1" }, 'peer is "2001:db8::1": 192.0.2.5 is IPv4, and so must its peer be.'],
      [
        { broadcast: "2001:db8::1" },
        'broadcast is "2001:db8::1": IPv6 has no broadcast; write an IPv4 address, or leave it out.',
      ],
      [
        { address: "192.0.2.5/31", broadcast: "auto" },
        'broadcast is "auto": a subnet of one or two addresses has no broadcast address; leave it out.',
      ],
      [
        { address: "192.0.2.5/32", broadcast: "auto" },
        'broadcast is "auto": a subnet of one or two addresses has no broadcast address; leave it out.',
      ],
    ],
  },
  {
    subject: "what an IPv6 address does not have",
    beside: onAdsl6,
    cases: [
      [
        { label: "adsl:1" },
        'label is "adsl:1": the kernel silently ignores it on 2001:db8::5, since it is for IPv4 only; leave it out.',
      ],
      [
        { scope: "link" },
        'scope is "link": the kernel silently ignores it on 2001:db8::5, since it is for IPv4 only; leave it out.',
      ],
      [
        { broadcast: "auto" },
        'broadcast is "auto": the kernel silently ignores it on 2001:db8::5, since it is for IPv4 only; leave it out.',
      ],
      [
        { address: "2001:db8::5/48", manageTemporary: true },
        "manageTemporary is true: the kernel makes temporary addresses in a /64 only, and 2001:db8::5/48 is none; leave it out.",
      ],
    ],
  },
  {
    subject: "an attribute",
    beside: onAdsl,
    cases: [
      [{ peer: "192.0.2.6/32" }, 'peer is "192.0.2.6/32": an address alone is meant, without a length; write 192.0.2.6.'],
      [
        { broadcast: "atuo" },
        'broadcast is "atuo": must be "auto" or an IP address such as 192.0.2.1 or 2001:db8::1; did you mean "auto"?',
      ],
      [{ label: "bdsl:1" }, 'label is "bdsl:1": a label begins with the device\'s name; write for example adsl:1.'],
      [{ label: "adsl:a b" }, 'label is "adsl:a b": must be 1 to 15 letters, digits, `_`, `.`, `-` or `:`, such as `eth0:1`.'],
      [{ autoJoin: "true" }, 'autoJoin is "true": must be true or false; write true without quotes.'],
      [{ validLifetimeSeconds: 0 }, "validLifetimeSeconds is 0: must be a whole number from 1 to 4294967295."],
      [{ preferredLifetimeSeconds: -1 }, "preferredLifetimeSeconds is -1: must be a whole number from 0 to 4294967295."],
      [
        { validLifetimeSeconds: 60, preferredLifetimeSeconds: 61 },
        "preferredLifetimeSeconds is 61: an address is not preferred for longer than it is valid; write at most validLifetimeSeconds, 60.",
      ],
      [
        { preferredLifetimeSeconds: 61 },
        "preferredLifetimeSeconds is 61: the kernel ignores it on an IPv4 address that is valid for ever; give validLifetimeSeconds as well, or write 0 here.",
      ],
      [{ metric: "256" }, 'metric is "256": must be a whole number from 0 to 4294967295; write 256 without quotes.'],
    ],
  },
  {
    subject: "a field that there is not",
    beside: onAdsl,
    cases: [
      [{ brd: "auto" }, "brd is no field here: did you mean `broadcast`?"],
      [{ valid_lft: 60 }, "valid_lft is no field here: did you mean `validLifetimeSeconds`?"],
      [{ preferred_lft: 60 }, "preferred_lft is no field here: did you mean `preferredLifetimeSeconds`?"],
      [{ nodad: true }, "nodad is no field here: did you mean `noDad`?"],
      [{ mngtmpaddr: true }, "mngtmpaddr is no field here: did you mean `manageTemporary`?"],
      [{ prefix: 24 }, "prefix is no field here: did you mean `address`?"],
      [{ gateway: "192.0.2.1" }, "gateway is no field here, nor is there one with a name like it."],
    ],
  },
];
