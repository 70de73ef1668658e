import type { Address } from "./address";

/** What to do about a refusal of the kernel's or of `ip`. */
export function hint(words: string, { device, address }: Address): string | undefined {
  if (/Cannot find device|No such device/i.test(words)) {
    return `There is no device ${device} on the host. If this program makes it, use dependsOn.`;
  }
  if (/Permission denied|IPv6 is disabled/i.test(words)) {
    return `Is IPv6 turned off on ${device} (net.ipv6.conf.${device}.disable_ipv6)?`;
  }
  if (/duplicate address detection/i.test(words))
    return "Choose another address, or take it from whoever has it: another machine, or this host on another device of the same link.";
  if (/Invalid scope/i.test(words)) return `All addresses of one subnet on ${device} must have the same scope.`;
  if (/auto join failed/i.test(words)) return "The host may join net.ipv4.igmp_max_memberships groups, 20 unless it is raised.";
  if (/File exists|already assigned/i.test(words))
    return `${device} has got ${address} in the meantime. \`pulumi up\` looks again.`;
  return undefined;
}
