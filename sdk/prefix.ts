import { BlockList, SocketAddress, isIP } from "node:net";

/**
 * A prefix in CIDR form (host bits don't matter), a single address, or `default`. Text that is none of these covers nothing: the provider
 * is the one to complain about it.
 */
export class Prefix {
  readonly length: number;
  /** In one spelling, when the prefix is that of one address only. */
  readonly onlyAddress: string | undefined;
  private readonly list = new BlockList();

  constructor(text: string) {
    const [address = "", length] = text.split("/");
    const family = familyOf(address);
    const bits = family === "ipv4" ? 32 : 128;
    this.length = text === "default" ? 0 : length === undefined ? bits : Number(length);
    this.onlyAddress = family && this.length === bits ? canonicalAddress(address) : undefined;
    if (text === "default") {
      this.list.addSubnet("0.0.0.0", 0, "ipv4");
      this.list.addSubnet("::", 0, "ipv6");
    } else if (family && this.length >= 0 && this.length <= bits) {
      this.list.addSubnet(address, this.length, family);
    }
  }

  /** `address` may be followed by a length, which doesn't matter. */
  covers(address: string): boolean {
    const bare = bareAddress(address);
    const family = familyOf(bare);
    return family !== undefined && this.list.check(bare, family);
  }

  /** True for `192.0.2.1/24` and `192.0.2.9/24`: the kernel takes the one that came later for a secondary of the first. */
  isNetworkOf(text: string): boolean {
    return this.covers(text) && new Prefix(text).length === this.length;
  }
}

/** `192.0.2.1/24` -> `192.0.2.1`. */
export const bareAddress = (text: string): string => text.split("/")[0] ?? "";

/** The one spelling of an address; undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  const address = bareAddress(text);
  const family = familyOf(address);
  return family && new SocketAddress({ address, family }).address;
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  // With a zone (`fe80::1%eth0`) it is no address of ours, though isIP takes it.
  const version = address.includes("%") ? 0 : isIP(address);
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : undefined;
}
