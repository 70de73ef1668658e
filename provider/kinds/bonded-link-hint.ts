import type { BondedLink } from "./bonded-link";

/** What to do about a refusal of the kernel's or of `ip`. */
export function hint(words: string, { name, members }: BondedLink): string | undefined {
  const [, missing] = /Cannot find device "([^"]+)"/.exec(words) ?? [];
  if (missing !== undefined) return `There is no device ${missing} on the host. If this program makes it, use dependsOn.`;
  if (/File exists/i.test(words))
    return `There is another link named ${name} on the host. Choose another name, or remove that link.`;
  if (/Unknown device type|Operation not supported/i.test(words)) {
    return "Has the host's kernel the bonding driver (`modprobe bonding`), and can all members be part of a bond?";
  }
  if (/can not be enslaved while up/i.test(words))
    return "Another tool has set a member up at the same moment. `pulumi up` tries again.";
  if (/mtu (greater|less) than device/i.test(words)) {
    return `The MTU is more or less than one of ${members.length} members can do (\`ip -d link\` shows minmtu and maxmtu).`;
  }
  return undefined;
}
