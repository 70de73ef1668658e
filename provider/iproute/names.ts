/** Numbers of the kernel that have a name in `ip`. */

export const routeTypes = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
} as const;

export const scopes = { global: 0, site: 200, link: 253, host: 254 } as const;

/** Route protocols: who made a route. */
export const protocols = { kernel: 2, boot: 3, static: 4, ra: 9, dhcp: 16 } as const;

/** IP protocols (IPPROTO_*) that rules tell packets by. A host need not have a file that names them. */
export const ipProtocols = {
  ...{ icmp: 1, igmp: 2, ipip: 4, tcp: 6, udp: 17, dccp: 33, ipv6: 41, gre: 47, esp: 50, ah: 51, icmpv6: 58 },
  ...{ ospf: 89, vrrp: 112, l2tp: 115, sctp: 132, udplite: 136 },
} as const;

/** What we mark everything with that has room for a protocol. */
export const ourProtocol = 205;

/** What we mark links with that we have made. */
export const ourAlias = "pulumi-multipath";

/**
 * Lines of a batch say numbers, never names: `ip` remembers the last name's number and overwrites it with the next number it reads, so
 * that in `scope site`, `scope 100`, `scope site` the last one becomes 100 (seen on 6.1; protocols, tables and realms are read alike).
 */
export const scopeNumber = (scope: keyof typeof scopes | number): number => (typeof scope === "number" ? scope : scopes[scope]);

/** The name of a number, or undefined. */
export function nameOf<Name extends string>(names: Readonly<Record<Name, number>>, number: number): Name | undefined {
  return (Object.keys(names) as Name[]).find((name) => names[name] === number);
}
