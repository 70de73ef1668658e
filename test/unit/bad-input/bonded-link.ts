/** What can be wrong with a BondedLink. */
import type { Subject } from "./check";

const members = ["port0", "port1"];
const lacp = { name: "bond0", mode: "802.3ad", members };
const backup = { name: "bond0", mode: "active-backup", members };
const probing = { ...backup, arpInterval: 100, arpIpTargets: ["192.0.2.1"] };
const seventeen = Array.from({ length: 17 }, (_, index) => `192.0.2.${index + 1}`);

export const bondedLink: readonly Subject[] = [
  {
    subject: "what must be there",
    cases: [
      [
        {},
        "name is missing: the bond's name, e.g. `bond0`.",
        "mode is missing: how the members share the traffic, e.g. `802.3ad`.",
        "members is missing: the devices that the bond consists of, each a name, e.g. `eth0`, or an object.",
      ],
      [
        { name: "bond0", mode: "lacp", members },
        'mode is "lacp": must be "balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb" or "balance-alb".',
      ],
      [
        { name: "bond0", mode: 4, members },
        'mode is 4: must be "balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb" or "balance-alb".',
      ],
      [
        { name: "bond0", mode: "802.3ad", slaves: members },
        "members is missing: the devices that the bond consists of, each a name, e.g. `eth0`, or an object.",
        "slaves is no field here: did you mean `members`?",
      ],
      [{ ...lacp, activeSlave: "port0" }, "activeSlave is no field here: did you mean `primary`?"],
    ],
  },
  {
    subject: "its members",
    beside: backup,
    cases: [
      [{ members: "port0" }, 'members is "port0": must be a list; write it in the brackets of a list.'],
      [
        { members: [0] },
        'members[0] is 0: must be a device\'s name, or an object such as { device: "eth0", prio: 10 }; write "0" in quotes.',
      ],
      [
        { members: ["port0", "-x"] },
        'members[1] is "-x": must be a device\'s name, or an object such as { device: "eth0", prio: 10 }.',
      ],
      [
        { members: ["port0", { name: "port1" }] },
        "members[1].device is missing: the network device, e.g. `eth0`.",
        "members[1].name is no field here: write it beside `members`.",
      ],
      [{ members: [{ device: "port0", queueId: -1 }] }, "members[0].queueId is -1: must be a whole number from 0 to 65535."],
      [
        { members: [{ device: "port0", prio: 3000000000 }] },
        "members[0].prio is 3000000000: must be a whole number from -2147483648 to 2147483647.",
      ],
      [{ members: ["port0", "port0"] }, 'members[1] is "port0": it is a member already; leave one out.'],
      [
        { members: ["port0", { device: "port0", prio: 1 }] },
        'members[1].device is "port0": it is a member already; leave one out.',
      ],
      [{ members: ["bond0", "port0"] }, 'members[0] is "bond0": a bond can\'t be its own member; name another device.'],
      [
        {
          members: [
            { device: "port0", queueId: 1 },
            { device: "port1", queueId: 1 },
          ],
        },
        "members[1].queueId is 1: another member has it, which the kernel refuses; write another.",
      ],
      [{ primary: "port2" }, 'primary is "port2": it is none of the members; add it to members, or name one of them.'],
      [
        { mode: "802.3ad", primary: "port0" },
        'primary is "port0": the kernel refuses it in mode 802.3ad, since it is for active-backup, balance-tlb or balance-alb only; leave it out.',
      ],
      [
        { mode: "balance-rr", members: ["port0", { device: "port1", prio: 1 }] },
        "members[1].prio is 1: the kernel refuses it in mode balance-rr, since it is for active-backup, balance-tlb or balance-alb only; leave it out.",
      ],
    ],
  },
  {
    subject: "options of other modes",
    beside: backup,
    cases: [
      [
        { lacpRate: "fast" },
        'lacpRate is "fast": the kernel refuses it in mode active-backup, since it is for 802.3ad only; leave it out.',
      ],
      [
        { lacpActive: false, adUserPortKey: 7, adActorSysPrio: 1 },
        "lacpActive is false: the kernel refuses it in mode active-backup, since it is for 802.3ad only; leave it out.",
        "adActorSysPrio is 1: the kernel refuses it in mode active-backup, since it is for 802.3ad only; leave it out.",
        "adUserPortKey is 7: the kernel refuses it in mode active-backup, since it is for 802.3ad only; leave it out.",
      ],
      [
        { coupledControl: false, adActorSystem: "02:00:00:00:00:01" },
        'adActorSystem is "02:00:00:00:00:01": the kernel refuses it in mode active-backup, since it is for 802.3ad only; leave it out.',
        "coupledControl is false: the kernel refuses it in mode active-backup, since it is for 802.3ad only; leave it out.",
      ],
      [
        { adSelect: "count" },
        'adSelect is "count": the kernel takes it, but does nothing with it, in mode active-backup, since it is for 802.3ad only; leave it out.',
      ],
      [
        { minLinks: 1 },
        "minLinks is 1: the kernel takes it, but does nothing with it, in mode active-backup, since it is for 802.3ad only; leave it out.",
      ],
      [
        { xmitHashPolicy: "layer3+4" },
        'xmitHashPolicy is "layer3+4": the kernel takes it, but does nothing with it, in mode active-backup, since it is for balance-xor, 802.3ad, balance-tlb or balance-alb only; leave it out.',
      ],
      [
        { tlbDynamicLb: false, lpInterval: 2 },
        "lpInterval is 2: the kernel takes it, but does nothing with it, in mode active-backup, since it is for balance-tlb or balance-alb only; leave it out.",
        "tlbDynamicLb is false: the kernel refuses it in mode active-backup, since it is for balance-tlb or balance-alb only; leave it out.",
      ],
      [
        { packetsPerSlave: 2 },
        "packetsPerSlave is 2: the kernel refuses it in mode active-backup, since it is for balance-rr only; leave it out.",
      ],
      [
        { mode: "802.3ad", failOverMac: "active" },
        'failOverMac is "active": the kernel takes it, but does nothing with it, in mode 802.3ad, since it is for active-backup only; leave it out.',
      ],
      [
        { mode: "802.3ad", primaryReselect: "better" },
        'primaryReselect is "better": the kernel takes it, but does nothing with it, in mode 802.3ad, since it is for active-backup, balance-tlb or balance-alb only; leave it out.',
      ],
      [
        { mode: "802.3ad", resendIgmp: 2 },
        "resendIgmp is 2: the kernel takes it, but does nothing with it, in mode 802.3ad, since it is for balance-rr, active-backup, balance-tlb or balance-alb only; leave it out.",
      ],
      [
        { mode: "balance-alb", arpInterval: 100, arpIpTargets: ["192.0.2.1"] },
        "arpInterval is 100: the kernel refuses it in mode balance-alb, since it is for balance-rr, active-backup, balance-xor or broadcast only; leave it out.",
        'arpIpTargets is ["192.0.2.1"]: the kernel takes it, but does nothing with it, in mode balance-alb, since it is for balance-rr, active-backup, balance-xor or broadcast only; leave it out.',
      ],
    ],
  },
  {
    subject: "how the links are watched",
    beside: backup,
    cases: [
      [
        { miimon: 100, arpInterval: 100, arpIpTargets: ["192.0.2.1"] },
        "miimon is 100: the kernel has one monitor at a time, and arpInterval chooses the other one; leave out one of the two.",
      ],
      [
        { miimon: 0, updelay: 100 },
        "updelay is 100: the kernel refuses a delay without miimon, in rounds of which it is counted; leave it out.",
      ],
      [
        { downdelay: 150 },
        "downdelay is 150: the kernel counts it in rounds of miimon, 100 ms, and would make it 100; write 100 or 200.",
      ],
      [
        { miimon: 200, peerNotifyDelay: 100 },
        "peerNotifyDelay is 100: the kernel counts it in rounds of miimon, 200 ms, and would make it 0; write 0 or 200.",
      ],
      [
        { arpInterval: 100, arpIpTargets: ["192.0.2.1"], updelay: 100 },
        "updelay is 100: the kernel refuses a delay without miimon, in rounds of which it is counted; leave it out.",
      ],
      [{ peerNotifyDelay: 300100 }, "peerNotifyDelay is 300100: must be a whole number from 0 to 300000."],
      [
        { arpInterval: 100 },
        "arpInterval is 100: there is nobody to ask, so all members would count as down; give arpIpTargets or nsIp6Targets as well.",
      ],
      [
        { arpIpTargets: ["192.0.2.1"], arpValidate: "all", arpMissedMax: 5 },
        'arpIpTargets is ["192.0.2.1"]: without arpInterval nobody is asked; give it as well, or leave this out.',
        'arpValidate is "all": without arpInterval nobody is asked; give it as well, or leave this out.',
        "arpMissedMax is 5: without arpInterval nobody is asked; give it as well, or leave this out.",
      ],
      [
        { ...probing, arpAllTargets: "all" },
        'arpAllTargets is "all": it counts only for members that arpValidate looks at; give that as well.',
      ],
      [
        { ...probing, arpIpTargets: ["2001:db8::1"] },
        'arpIpTargets[0] is "2001:db8::1": it is for IPv4; write it in nsIp6Targets.',
      ],
      [{ ...probing, nsIp6Targets: ["192.0.2.1"] }, 'nsIp6Targets[0] is "192.0.2.1": it is for IPv6; write it in arpIpTargets.'],
      [
        { ...probing, arpIpTargets: ["192.0.2.1", "192.0.2.1"] },
        'arpIpTargets[1] is "192.0.2.1": it is named twice, which the kernel refuses; leave one out.',
      ],
      [
        { ...probing, arpIpTargets: ["0.0.0.0", "255.255.255.255"] },
        'arpIpTargets[0] is "0.0.0.0": no single host can have this address, and the kernel refuses it; write another.',
        'arpIpTargets[1] is "255.255.255.255": no single host can have this address, and the kernel refuses it; write another.',
      ],
      [
        { ...probing, nsIp6Targets: ["::1", "ff02::1"] },
        'nsIp6Targets[0] is "::1": no single host can have this address, and the kernel refuses it; write another.',
        'nsIp6Targets[1] is "ff02::1": no single host can have this address, and the kernel refuses it; write another.',
      ],
      [
        { ...probing, arpIpTargets: seventeen },
        'arpIpTargets is ["192.0.2.1","192.0.2.2","192.0.2.3","192.0.2.4","192.0.2.5","192.0.2.6","192.0....: the kernel asks 16 at most; leave out 1.',
      ],
      [
        { ...probing, arpIpTargets: ["192.0.2.1/24"] },
        'arpIpTargets[0] is "192.0.2.1/24": an address alone is meant, without a length; write 192.0.2.1.',
      ],
    ],
  },
  {
    subject: "numbers and words that the kernel has not",
    beside: lacp,
    cases: [
      [{ miimon: -1 }, "miimon is -1: must be a whole number from 0 to 2147483647."],
      [{ miimon: "100" }, 'miimon is "100": must be a whole number from 0 to 2147483647; write 100 without quotes.'],
      [{ mtu: 67 }, "mtu is 67: must be a whole number from 68 to 65535."],
      [{ mtu: 65536 }, "mtu is 65536: must be a whole number from 68 to 65535."],
      [{ adActorSysPrio: 0 }, "adActorSysPrio is 0: must be a whole number from 1 to 65535."],
      [{ adUserPortKey: 1024 }, "adUserPortKey is 1024: must be a whole number from 0 to 1023."],
      [
        { adActorSystem: "01:00:00:00:00:01" },
        'adActorSystem is "01:00:00:00:00:01": this is the address of a group, not of one device.',
      ],
      [{ macAddress: "02-00-00-00-00-01" }, 'macAddress is "02-00-00-00-00-01": write it with colons, 02:00:00:00:00:01.'],
      [
        { macAddress: "02:00:00:00:00" },
        'macAddress is "02:00:00:00:00": must be an Ethernet address such as 02:00:5e:00:53:01.',
      ],
      [{ lacpRate: 1 }, 'lacpRate is 1: must be "slow" or "fast".'],
      [{ lacpActive: "on" }, 'lacpActive is "on": must be true or false.'],
      [
        { xmitHashPolicy: "layer3" },
        'xmitHashPolicy is "layer3": must be "layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4" or "vlan+srcmac"; did you mean "layer2"?',
      ],
      [{ minLinks: 3 }, "minLinks is 3: with 2 members the bond would never have a carrier; write at most 2."],
    ],
  },
  {
    subject: "an address that is the active member's",
    beside: backup,
    cases: [
      [
        { macAddress: "02:00:00:00:00:01", failOverMac: "active" },
        'macAddress is "02:00:00:00:00:01": with failOverMac "active" the bond has that of its active member, whichever it is; leave it out.',
      ],
    ],
  },
];
