import { z } from "zod";
import { ourProtocol } from "../iproute/names";
import { deviceName, interfaceAddress, ipAddress, scope, u32, whole } from "../iproute/tokens";
import { defineKind } from "../kind";
import type { LiveAddress, LiveRoute } from "../snapshot";
import { word } from "../word";
import { contradictions } from "./address-contradictions";
import { canonical, identityOf, inWordsOf, isSameAddress, leftBehindBy } from "./address-form";
import { hint } from "./address-hint";
import { type AddressOnHost, hasAddressProtocol, planAddress, replayLine } from "./address-plan";

const label = word("1 to 15 letters, digits, `_`, `.`, `-` or `:`, such as `eth0:1`", (text) => {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,14}$/.test(text)) throw new Error();
  return text;
});

const schema = z
  .strictObject({
    device: deviceName.describe("The network device that bears the address, e.g. `eth0`."),
    address: interfaceAddress.describe(
      "The host's own address with its subnet's prefix length, e.g. `192.0.2.5/24` or `2001:db8::5/64`. With `peer`, the length is the peer's.",
    ),
    peer: ipAddress
      .optional()
      .describe(
        "The address at the other end of a point-to-point line, without a length, e.g. `192.0.2.1`. Default: none; the subnet is the address's own.",
      ),
    broadcast: z
      .union([ipAddress, z.literal("auto")])
      .optional()
      .describe(
        "IPv4: the broadcast address of the subnet, e.g. `192.0.2.255`; `auto` is the last address of the subnet. Default: none is set, and the subnet's own is left alone.",
      ),
    scope: scope
      .optional()
      .describe(
        "IPv4: how far the address is valid: `global`, `site`, `link`, `host`, or a number from 0 to 255. Default: `global`, and `host` for 127.0.0.0/8. " +
          "The kernel decides it for IPv6. A change removes and adds the address in one transaction.",
      ),
    label: label
      .optional()
      .describe(
        "IPv4: a name for the address, beginning with the device's, e.g. `eth0:1`. Default: the device's name. " +
          "A change removes and adds the address in one transaction.",
      ),
    noPrefixRoute: z
      .boolean()
      .optional()
      .describe("Do not add the route to the address's own subnet. Default: false. Linux 3.14 for IPv6, 4.4 for IPv4."),
    home: z.boolean().optional().describe("IPv6: this is the home address of Mobile IPv6 (RFC 6275). Default: false."),
    noDad: z
      .boolean()
      .optional()
      .describe(
        "IPv6: skip duplicate address detection, so that the address can be used at once instead of a second or two later. Default: false.",
      ),
    autoJoin: z
      .boolean()
      .optional()
      .describe(
        "Join the multicast group that the address is, on behalf of everybody on the host. Multicast addresses only. Default: false. Linux 4.1.",
      ),
    manageTemporary: z
      .boolean()
      .optional()
      .describe("IPv6: make temporary privacy addresses (RFC 8981) after this one; needs a /64. Default: false. Linux 3.14."),
    preferredLifetimeSeconds: u32
      .optional()
      .describe(
        "Seconds for which new connections may use the address as their source; 0 = deprecated from the beginning. " +
          "Default: for ever, or as long as it is valid. It runs down on the host, which is no difference.",
      ),
    validLifetimeSeconds: whole(1, 4294967295)
      .optional()
      .describe(
        "Seconds after which the kernel removes the address. Default: for ever. It runs down on the host, which is no difference.",
      ),
    metric: u32
      .optional()
      .describe("Metric of the route to the address's own subnet; lower wins. Default: 0 for IPv4, 256 for IPv6. Linux 4.18."),
  })
  .overwrite((address) => canonical(address));

export type Address = z.output<typeof schema>;

export interface ObservedAddress {
  readonly live: LiveAddress;
  /** What is there, in the words of the declaration wherever they mean the same. */
  readonly declared: Address;
  /** The route to its subnet, where the kernel would leave it behind. */
  readonly leftBehind: LiveRoute | undefined;
}

/** An address of the host's own on one of its devices, as `ip address` knows it. */
export const address = defineKind<typeof schema, ObservedAddress, AddressOnHost>({
  name: "Address",
  description: "An IPv4 or IPv6 address on a network device of the host, as `ip address` knows it.",
  schema,
  filledIn: ["preferredLifetimeSeconds"],
  contradictions,
  resolve: (desired, { host }) => ({ ...desired, protocol: hasAddressProtocol(host) ? ourProtocol : undefined }),
  identity: identityOf,
  reads: ({ device }) => [`device ${device}`],

  observe({ addresses, routes }, desired) {
    const live = addresses.find((one) => isSameAddress(one, desired));
    return live && { live, declared: inWordsOf(desired, live), leftBehind: leftBehindBy(live, addresses, routes) };
  },

  marked: ({ live }) => live.protocol === ourProtocol,
  plan: planAddress,
  replay: (desired) => [replayLine(desired)],
  inputsOf: ({ declared }) => declared,
  hint,
});
