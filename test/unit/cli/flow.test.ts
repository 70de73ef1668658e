import assert from "node:assert/strict";
import { type Flow, flowText, parseFlow } from "../../../cli/flow";
import { UsageError } from "../../../cli/usage";

const none: Omit<Flow, "destination"> = {
  ...{ family: 4, protocol: undefined, source: undefined, sourcePort: undefined },
  ...{ destinationPort: undefined, device: undefined, mark: undefined },
};

describe("A flow", () => {
  for (const [text, flow] of [
    ["198.18.0.7", { destination: "198.18.0.7" }],
    [
      "tcp 172.20.0.10:40000 -> 198.18.0.7:443",
      { protocol: 6, source: "172.20.0.10", sourcePort: 40000, destination: "198.18.0.7", destinationPort: 443 },
    ],
    ["udp 172.20.0.10->198.18.0.7:53", { protocol: 17, source: "172.20.0.10", destination: "198.18.0.7", destinationPort: 53 }],
    ["172.20.0.10 to 198.18.0.7:443", { protocol: 6, source: "172.20.0.10", destination: "198.18.0.7", destinationPort: 443 }],
    ["icmp 172.20.0.10 -> 198.18.0.7", { protocol: 1, source: "172.20.0.10", destination: "198.18.0.7" }],
    ["icmp 2001:db8::7", { family: 6, protocol: 58, destination: "2001:db8::7" }],
    [
      "tcp [2001:db8::1]:40000 -> [2001:DB8::7]:443",
      { family: 6, protocol: 6, source: "2001:db8::1", sourcePort: 40000, destination: "2001:db8::7", destinationPort: 443 },
    ],
    ["2001:db8::1 -> [2001:db8::7]", { family: 6, source: "2001:db8::1", destination: "2001:db8::7" }],
    ["172.20.0.10 -> 198.18.0.7 from lan", { source: "172.20.0.10", destination: "198.18.0.7", device: "lan" }],
    ["198.18.0.7 mark 0x200", { destination: "198.18.0.7", mark: 512 }],
    [
      "tcp 172.20.0.10:1 -> 198.18.0.7:2 mark 512 from lan",
      {
        protocol: 6,
        source: "172.20.0.10",
        sourcePort: 1,
        destination: "198.18.0.7",
        destinationPort: 2,
        mark: 512,
        device: "lan",
      },
    ],
  ] as const) {
    it(`can be ${text}`, () => assert.deepEqual(parseFlow(text), { ...none, ...flow }));
  }

  it("is told in the same form", () => {
    for (const text of [
      "tcp 172.20.0.10:40000 -> 198.18.0.7:443",
      "icmpv6 [2001:db8::7]",
      "udp [2001:db8::1]:7 -> 2001:db8::7",
      "198.18.0.7",
    ])
      assert.equal(flowText(parseFlow(text)), text.replace("icmpv6 [2001:db8::7]", "icmpv6 2001:db8::7"));
  });

  for (const [text, message] of [
    ["", /the destination is missing/],
    ["tcp", /the destination is missing/],
    ["198.18.0", /"198\.18\.0" is no address/],
    ["198.18.0.7:0", /0 is no port/],
    ["198.18.0.7:65536", /65536 is no port/],
    ["198.18.0.7/24", /"198\.18\.0\.7\/24" is no address/],
    ["tcp example.net:443", /"example\.net:443" is no address/],
    ["172.20.0.10 -> 2001:db8::7", /one end is IPv4, the other IPv6/],
    ["icmp 172.20.0.10:1 -> 198.18.0.7", /only tcp and udp have ports/],
    ["icmpv6 198.18.0.7", /icmpv6 is for IPv6/],
    ["a -> b -> c", /it is no flow/],
    ["172.20.0.10 198.18.0.7", /it is no flow/],
    ["172.20.0.10 ->", /it is no flow/],
    ["198.18.0.7 from lan", /what comes in by a device has a source/],
    ["198.18.0.7 mark x", /mark x is no number/],
    ["1.2.3.4 -> 198.18.0.7 from a from b", /from is there twice/],
    ["198.18.0.7 $(reboot)", /it is no flow/],
  ] as const) {
    it(`is not ${JSON.stringify(text)}`, () =>
      assert.throws(
        () => parseFlow(text),
        (error: unknown) =>
          error instanceof UsageError && message.test(error.message) && error.message.includes("its form is `[tcp|udp|icmp] "),
      ));
  }
});
