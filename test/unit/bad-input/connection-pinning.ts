/** What can be wrong with a ConnectionPinning. */
import type { Subject } from "./check";

const adsl = { name: "adsl", device: "eth1" };

export const connectionPinning: readonly Subject[] = [
  {
    subject: "lines",
    cases: [
      [{}, "lines is missing: the lines that connections stay on."],
      [{ lines: [] }, "lines is []: give one line or several."],
      [{ lines: "adsl" }, 'lines is "adsl": must be a list.'],
      [{ lines: ["adsl"] }, 'lines[0] is "adsl": must be an object such as { name: "adsl", device: "eth1" }.'],
      [{ lines: [{ name: "adsl" }] }, "lines[0].device is missing: the network device that leads to it, e.g. `eth1`."],
      [
        { lines: [{ ...adsl, name: "my line" }] },
        'lines[0].name is "my line": must be 1 to 31 letters, digits, `_`, `.` or `-`, such as adsl.',
      ],
      [{ lines: [{ ...adsl, number: 63 }] }, "lines[0].number is 63: must be a whole number from 1 to 62."],
      [{ lines: [adsl, { ...adsl, device: "eth2" }] }, 'lines[1].name is "adsl": another line has this name; give each its own.'],
      [
        { lines: [adsl, { ...adsl, name: "bdsl" }] },
        'lines[1].device is "eth1": another line has this device; give each its own.',
      ],
      [
        {
          lines: [
            { ...adsl, number: 2 },
            { name: "bdsl", device: "eth2" },
          ],
        },
        "lines[1].number is missing: another line has this number, perhaps by its place in the list; give each its own.",
      ],
    ],
  },
  {
    subject: "source NAT",
    cases: [
      [
        { lines: [{ ...adsl, masquerade: "yes" }] },
        'lines[0].masquerade is "yes": must be true or false or an IPv4 address such as 192.0.2.1.',
      ],
      [{ lines: [{ ...adsl, masquerade: "2001:db8::1" }] }, 'lines[0].masquerade is "2001:db8::1": an IPv4 address is meant.'],
    ],
  },
];
