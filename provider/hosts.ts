import type { HostState } from "./commit/change";
import { SharedHostState } from "./commit/host-state";
import { onHost } from "./commit/installed-files";
import { type Host, sharedPart } from "./host";
import { Pool } from "./transport/pool";

/** Total for dialling, handshake and login, a second and a third try included. */
const connectSeconds = 30;

/** How long a confirmation may still take when this process has to end. An undo after that may take a second. */
const hurrySeconds = 2;

/** Every host of one run of `pulumi`: one connection and one shared state each. */
class Hosts {
  private readonly pool = new Pool({ bootstrap: onHost().bootstrap });
  private readonly states = new Map<string, SharedHostState>();

  state(host: Host): HostState {
    const key = JSON.stringify(sharedPart(host));
    const known = this.states.get(key);
    if (known) return known;
    const state = new SharedHostState(host, { reach: this.pool.reach(host, { timeoutSeconds: connectSeconds }) });
    this.states.set(key, state);
    return state;
  }

  /**
   * Closes what is open. A transaction in flight is confirmed or undone first; when neither can be done in about three seconds, its host's
   * own clock undoes it, and its calls are told so. Undefined: there is none in flight.
   */
  end(): Promise<void> | undefined {
    const states = [...this.states.values()];
    const busy = states.flatMap((state) => state.finished() ?? []);
    if (busy.length === 0) {
      this.pool.closeAll();
      return undefined;
    }
    for (const state of states) state.interrupt(hurrySeconds);
    return Promise.allSettled(busy).then(() => this.pool.closeAll());
  }
}

export const hosts = new Hosts();
