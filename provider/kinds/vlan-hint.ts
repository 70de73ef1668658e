import { linkHint } from "./link-hint";
import type { Vlan } from "./vlan";

/** What to do about a refusal of the kernel's or of `ip`. */
export function hint(words: string, { name, device, vlanId, mtu }: Vlan): string | undefined {
  if (/VLAN device already exists/i.test(words)) {
    return `VLAN ${vlanId} is on ${device} under another name: \`ip -d link show type vlan\` on the host shows which. Declare it by that, or remove it there.`;
  }
  if (/File exists/i.test(words)) return `A device ${name} has appeared in the meantime. \`pulumi up\` looks again.`;
  if (/Network is down/i.test(words)) {
    return `${device} is down, and a VLAN on it can't be up. Declare a Link for ${device} with \`up: true\`; or here \`up: false\`, or looseBinding.`;
  }
  if (mtu !== undefined && /Numerical result out of range|Invalid argument/i.test(words)) {
    return `A VLAN's MTU can't exceed that of the device below it: is that of ${device} less than ${mtu}?`;
  }
  if (/VLANs not supported/i.test(words)) return `The driver of ${device} refuses VLANs on it.`;
  return linkHint(words, device);
}
