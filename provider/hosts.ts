import type { HostState } from "./commit/change";
import { SharedHostState } from "./commit/host-state";
import { onHost } from "./commit/installed-files";
import { type Host, sharedPart } from "./host";
import { Pool } from "./transport/pool";

/** Total for dialling, handshake and login, a second and a third try included. */
const connectSeconds = 30;

/** Every host of one run of `pulumi`: one connection and one shared state each. */
class Hosts {
  private readonly pool = new Pool({ bootstrap: onHost().bootstrap });
  private readonly states = new Map<string, SharedHostState>();

  state(host: Host): HostState {
    const key = JSON.stringify(sharedPart(host));
    const known = this.states.get(key);
    if (known) return known;
    const state = new SharedHostState(host, { connection: () => this.pool.connection(host, { timeoutSeconds: connectSeconds }) });
    this.states.set(key, state);
    return state;
  }

  /** Closes what is open; first waits for transactions in flight, when there are any (undefined: there are none). */
  end(): Promise<void> | undefined {
    const busy = [...this.states.values()].flatMap((state) => state.finished() ?? []);
    if (busy.length === 0) {
      this.pool.closeAll();
      return undefined;
    }
    return Promise.allSettled(busy).then(() => this.pool.closeAll());
  }
}

export const hosts = new Hosts();
