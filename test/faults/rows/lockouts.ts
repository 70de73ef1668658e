import { change, put } from "../../lab/commit/box";
import { SharedHostState } from "../../../provider/commit/host-state";
import { onHost } from "../../../provider/commit/installed-files";
import { hostSchema } from "../../../provider/host";
import { Pool } from "../../../provider/transport/pool";
import type { Fault } from "../fault";
import { type Trial, programs, rollbackAfterSeconds } from "../trial";

/** Rows 1 to 9: a change over the very path that it cuts. Every one of them must fail, and say that the gateway is as before. */
export const lockouts: readonly Fault[] = [
  declared(1, "default route deleted", programs.withoutUplink),
  declared(2, "management address deleted", programs.withoutManagement),
  stepped(3, "link down", "link set dev eth0 down"),
  stepped(4, "MTU 300", "link set dev eth0 mtu 300"),
  declared(5, "wrong next hop", programs.wrongNextHop),
  declared(6, "blackhole", programs.blackhole),
  stepped(7, "a prohibit rule", "rule add pref 10 to 10.0.2.2 prohibit", ["rule 4 10 to 10.0.2.2 prohibit"]),
  declared(8, "routes flushed", programs.withoutRoutes),
  stepped(9, "ARP off", "link set dev eth0 arp off"),
];

function declared(row: number, title: string, source: string): Fault {
  return {
    row,
    title,
    ...([1, 2, 6].includes(row) && { quick: true }),
    async harm(trial) {
      const { code, output } = await trial.upInVain(source);
      if (code === 0) throw new Error(`the change that cuts its own path was confirmed: ${output}`);
      if (!/as it was before/.test(output)) throw new Error(`the error does not say that the gateway is as before: ${output}`);
      return {};
    },
  };
}

/** For what no kind declares yet. */
function stepped(row: number, title: string, line: string, touches = ["link eth0"]): Fault {
  return {
    row,
    title,
    async harm(trial) {
      const error = await commitOf(trial, line, touches);
      if (!error) throw new Error("the change that cuts its own path was confirmed");
      if (!/as it was before/.test(error.message))
        throw new Error(`the error does not say that the gateway is as before: ${error.message}`);
      return {};
    },
  };
}

async function commitOf({ lab }: Trial, line: string, touches: string[]): Promise<Error | undefined> {
  const { address, port, user, identityFile, hostKey } = lab;
  const host = hostSchema.parse({ address, port, user, identityFile, hostKey, become: true, rollbackAfterSeconds });
  const pool = new Pool({ bootstrap: onHost().bootstrap });
  const state = new SharedHostState(host, { reach: pool.reach(host, { timeoutSeconds: 30 }) });
  try {
    await state.commit(change(line, { steps: [put("link", "ip -4", line, touches)] }));
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    pool.closeAll();
  }
}
