import type { Fault } from "../fault";
import { programs } from "../trial";

/** Rows 1 to 9: a change over the very path that it cuts. Every one of them must fail, and say that the gateway is as before. */
export const lockouts: readonly Fault[] = [
  lockout(1, "default route deleted", programs.withoutUplink, { quick: true }),
  lockout(2, "management address deleted", programs.withoutManagement, { quick: true }),
  lockout(3, "link down", programs.withoutEth0),
  lockout(4, "MTU 300", programs.withSmallPackets, { over: "fd00:20::1" }),
  lockout(5, "wrong next hop", programs.wrongNextHop),
  lockout(6, "blackhole", programs.blackhole, { quick: true }),
  lockout(7, "a prohibit rule", programs.prohibited),
  lockout(8, "routes flushed", programs.withoutRoutes),
  lockout(9, "ARP off", programs.withoutArp, { over: "172.20.0.1" }),
];

function lockout(row: number, title: string, source: string, more: Pick<Fault, "quick" | "over"> = {}): Fault {
  return {
    row,
    title,
    ...more,
    async harm(trial) {
      const { code, output } = await trial.upInVain(source);
      if (code === 0) throw new Error(`the change that cuts its own path was confirmed: ${output}`);
      if (!/as it was before/.test(output)) throw new Error(`the error does not say that the gateway is as before: ${output}`);
      return {};
    },
  };
}
