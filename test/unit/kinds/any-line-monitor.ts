/** Random line monitors. */
import fc from "fast-check";
import type { z } from "zod";
import type { lineMonitorSchema } from "../../../provider/kinds/line-monitor-fields";

export type LineMonitorInput = z.input<typeof lineMonitorSchema>;

const probe = fc.oneof(
  fc.record({ target: fc.constantFrom("198.18.0.3", "198.18.0.4") }),
  fc.record({ kind: fc.constant("tcp" as const), target: fc.constant("198.18.0.3"), port: fc.integer({ min: 1, max: 65535 }) }),
  fc.record({ kind: fc.constant("dns" as const), target: fc.constant("198.18.0.3"), name: fc.constant("example.net") }),
  fc.record({ kind: fc.constant("command" as const), command: fc.constantFrom("true", " grep -q wanif0 /run/router ") }),
);

const line = (place: number) =>
  fc.record(
    {
      name: fc.constant(`line${place}`),
      device: fc.constant(`line${place}`),
      gateway: fc.constantFrom("192.0.2.1", "dhcp"),
      address: fc.constantFrom("203.0.113.5", "203.0.113.6"),
      ipv6Gateway: fc.constantFrom("fe80::1", "ra"),
      metered: fc.boolean(),
      probes: fc.array(probe, { maxLength: 3 }),
    },
    { requiredKeys: ["name", "device", "gateway"] },
  );

export const anyLineMonitor: fc.Arbitrary<LineMonitorInput> = fc.record(
  {
    lines: fc.integer({ min: 1, max: 5 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, place) => line(place)))),
    targets: fc.constant(["198.18.0.1", "198.18.0.2"]),
    probes: fc.array(probe, { maxLength: 2 }),
    intervalSeconds: fc.constantFrom(0.1, 0.25, 1),
    quorum: fc.integer({ min: 1, max: 2 }),
    onChange: fc.constantFrom("logger $LINE", " true"),
  },
  { requiredKeys: ["lines", "targets"] },
);
