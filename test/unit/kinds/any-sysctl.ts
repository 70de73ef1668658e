/** Random sysctls that a network namespace has for itself, with values that its kernel takes as they are. */
import fc from "fast-check";
import type { z } from "zod";
import type { sysctl } from "../../../provider/kinds/sysctl";

export type SysctlInput = z.input<typeof sysctl.schema>;

const values: Readonly<Record<string, fc.Arbitrary<string | number>>> = {
  "net.ipv4.fib_multipath_hash_policy": fc.integer({ min: 0, max: 2 }),
  "net.ipv4.fib_multipath_use_neigh": fc.integer({ min: 0, max: 1 }),
  "net.ipv4.ip_local_port_range": fc.integer({ min: 20000, max: 60000 }).map((last) => ` 10000   ${last} `),
  "net.ipv6.conf.line0.hop_limit": fc.integer({ min: 1, max: 255 }),
  "net/ipv6/conf/line1/accept_ra": fc.constantFrom("0", "1", 2),
  ...Object.fromEntries(
    [0, 1, 2, 3].flatMap((n) => [
      [`net.ipv4.conf.line${n}.rp_filter`, fc.integer({ min: 0, max: 2 })],
      [`net.ipv4.conf.line${n}.log_martians`, fc.integer({ min: 0, max: 1 })],
    ]),
  ),
};

export const anySysctl: fc.Arbitrary<SysctlInput> = fc
  .constantFrom(...Object.entries(values))
  .chain(([key, value]) => value.map((one): SysctlInput => ({ key, value: one })));
