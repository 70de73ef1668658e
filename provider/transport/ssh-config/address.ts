import { isIP, SocketAddress } from "node:net";

/**
 * An IP address in the one form that known_hosts and ssh_config are searched for: IPv6 shortened, in lower case. Undefined: a name.
 * @throws OddAddress for what the resolver would read as some other address, like `127.1` or `010.0.0.1`
 */
export function canonicalAddress(host: string): string | undefined {
  const [address = "", ...zone] = host.split("%");
  const version = isIP(host);
  if (version === 4) return host;
  if (version === 6) return [new SocketAddress({ address, family: "ipv6" }).address, ...zone].join("%");
  const isNumeric = /^((0x[0-9a-f]*|[0-9]+)(\.|$)){1,4}$/i.test(host);
  if (isNumeric || /[:%]/.test(host) || /^[0-9.]+$/.test(host))
    throw new OddAddress(`${host} is neither a name nor an IP address in its usual form`);
  return undefined;
}

/** To complete the name of a property or place. */
export class OddAddress extends Error {}
