/** What can be wrong with a Link, and with a Vlan. */
import type { Subject } from "./check";

const port0 = { name: "port0" };

export const link: readonly Subject[] = [
  {
    subject: "what must be there",
    cases: [
      [{}, "name is missing: the network device, which must be there already, e.g. `eth0`."],
      [port0, 'name is "port0": nothing is declared of it; give up, arp, mtu, macAddress, txQueueLength or group as well.'],
      [
        { dev: "port0", state: "up" },
        "name is missing: the network device, which must be there already, e.g. `eth0`.",
        "dev is no field here: did you mean `name`?",
        "state is no field here: did you mean `up`?",
      ],
    ],
  },
  {
    subject: "its numbers",
    beside: port0,
    cases: [
      [{ mtu: 67 }, "mtu is 67: IP needs an MTU of at least 68 bytes."],
      [{ mtu: "1500" }, 'mtu is "1500": must be a whole number from 0 to 2147483647; write 1500 without quotes.'],
      [{ txQueueLength: -1 }, "txQueueLength is -1: must be a whole number from 0 to 2147483647."],
      [{ group: "default" }, 'group is "default": must be a whole number from 0 to 2147483647.'],
      [{ up: "yes" }, 'up is "yes": must be true or false.'],
    ],
  },
  {
    subject: "its address",
    beside: port0,
    cases: [
      [{ macAddress: "02-00-5E-00-53-01" }, 'macAddress is "02-00-5E-00-53-01": write it with colons, 02:00:5e:00:53:01.'],
      [{ macAddress: "02:00:5e" }, 'macAddress is "02:00:5e": must be an Ethernet address such as 02:00:5e:00:53:01.'],
      [{ address: "02:00:5e:00:53:01", up: true }, "address is no field here: did you mean `macAddress`?"],
    ],
  },
];

const seven = { name: "v7", device: "port0", vlanId: 7 };

export const vlan: readonly Subject[] = [
  {
    subject: "what must be there",
    cases: [
      [
        { link: "port0", id: 7 },
        "name is missing: the name that the VLAN's own device has on the host, e.g. `eth0.7`.",
        "device is missing: the device that the frames are sent by, e.g. `eth0`, a bond, or another VLAN.",
        "vlanId is missing: the VLAN's number in the frames' tag.",
        "link is no field here: did you mean `device`?",
        "id is no field here: did you mean `vlanId`?",
      ],
    ],
  },
  {
    subject: "its tag",
    beside: seven,
    cases: [
      [{ vlanId: 0 }, "vlanId is 0: frames with ID 0 carry a priority and belong to no VLAN; write 1 to 4094."],
      [{ vlanId: 4095 }, "vlanId is 4095: IEEE 802.1Q reserves ID 4095; write 1 to 4094."],
      [{ vlanId: 4096 }, "vlanId is 4096: must be a whole number from 1 to 4094."],
      [{ vlanId: "7" }, 'vlanId is "7": must be a whole number from 1 to 4094; write 7 without quotes.'],
      [{ protocol: "802.1q" }, 'protocol is "802.1q": must be "802.1Q" or "802.1ad"; did you mean "802.1Q"?'],
    ],
  },
  {
    subject: "the device that it stands on",
    beside: seven,
    cases: [
      [{ device: "v7" }, 'name is "v7": the VLAN is a device of its own, on v7; give it another name.'],
      [{ name: "port0@eth0" }, 'name is "port0@eth0": the device\'s name ends before the "@"; write port0.'],
      [{ mtu: 40 }, "mtu is 40: IP needs an MTU of at least 68 bytes."],
    ],
  },
  {
    subject: "its priorities",
    beside: seven,
    cases: [
      [{ ingressQosMap: [{ from: 8, to: 1 }] }, "ingressQosMap[0].from is 8: must be a whole number from 0 to 7."],
      [{ egressQosMap: [{ from: 1, to: 8 }] }, "egressQosMap[0].to is 8: must be a whole number from 0 to 7."],
      [
        { egressQosMap: { from: 1, to: 2 } },
        'egressQosMap is {"from":1,"to":2}: must be a list; write it in the brackets of a list.',
      ],
      [
        {
          egressQosMap: [
            { from: 1, to: 2 },
            { from: 1, to: 3 },
          ],
        },
        "egressQosMap[1].from is 1: it is mapped to 2 already; map a priority once.",
      ],
      [{ reorderHdr: false }, "reorderHdr is no field here: did you mean `reorderHeader`?"],
    ],
  },
];
