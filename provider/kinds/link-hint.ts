import type { Link } from "./link";

export const hint = (words: string, { name }: Link): string | undefined => linkHint(words, name);

/** What to do about a refusal of the kernel's or of `ip` that any link may meet with. */
export function linkHint(words: string, name: string): string | undefined {
  if (/Cannot find device|No such device|does not exist/i.test(words)) {
    const [, missing = name] = /"([^"]+)"/.exec(words) ?? [];
    return `There is no device ${missing} on the host. If this program makes it, use dependsOn.`;
  }
  if (/Device or resource busy/i.test(words)) {
    return `The driver of ${name} takes this only while the device is down: declare \`up: false\` as well, and take it away again in a second \`pulumi up\`.`;
  }
  if (/mtu (less|greater) than device|Numerical result out of range/i.test(words)) {
    return `\`ip -d link show ${name}\` on the host shows which MTUs it can have (minmtu, maxmtu); that of a VLAN can't exceed that of the device below it.`;
  }
  // Seen on 6.12; 6.18 takes more.
  if (/integer out of range/i.test(words)) return "This kernel takes a txQueueLength of at most 32767.";
  return undefined;
}
