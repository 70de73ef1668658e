import type { Detail, ReadKey, Step } from "../kind";
import type { Snapshot } from "../snapshot";

/** One resource's wish, as a function of what the host shows: it is planned again whenever the host turns out to have changed. */
export interface Change {
  /** For messages, e.g. `Route default`. */
  readonly name: string;
  /** What the plan looks at beside links, addresses and routes. */
  readonly details?: readonly Detail[];
  /** Pure. Throwing rejects this change alone, before anything is sent. */
  readonly plan: (snapshot: Snapshot) => Planned;
  /** Told now and then what is being waited for, when that takes a while. */
  readonly progress?: (message: string) => void;
  /** What to do about the kernel's refusal, when the kind knows better than the kernel's words. */
  readonly hint?: (kernelWords: string, step: Step | undefined) => string | undefined;
}

export interface Planned {
  readonly reads: readonly ReadKey[];
  readonly steps: readonly Step[];
  readonly files: readonly FileChange[];
  /** What the host must be able to reach afterwards: otherwise it undoes the change. */
  readonly mustReach?: readonly ReachTarget[];
  /**
   * The change of the host's history that this one takes back, alone in its transaction. The host knows what leads back: of the steps only the keys
   * count, and the lines are for messages.
   */
  readonly takesBack?: number;
}

/** Asked for an echo, or for a TCP connection when there is a port. */
export interface ReachTarget {
  readonly address: string;
  readonly port?: number | undefined;
  /** The device that packets leave by. */
  readonly from?: string | undefined;
}

/** A file of objects.d to write, or with `content` undefined to remove. */
export interface FileChange {
  /** Name inside objects.d, e.g. `30-route-4_254_default_0_0`. */
  readonly file: string;
  readonly content: string | undefined;
}

export interface Committed {
  /** The state after the change, as the host showed it in the same reply. */
  readonly snapshot: Snapshot;
  /** False when there was nothing to do and nothing was sent. */
  readonly changed: boolean;
  /** What went with the change though no step removes it, and could not be put back. */
  readonly warnings: readonly string[];
}

/** One host as the lifecycle sees it. */
export interface HostState {
  /**
   * The newest state known; fetched once a process, then replaced by each commit's own. Never waits for a running commit.
   * @param details what it must show beside links, addresses and routes
   */
  look(details?: readonly Detail[]): Promise<Snapshot>;
  /** Says that a commit will follow, so that those before it may wait for it. A hint: it need not come. */
  announce(): void;
  /** Joins the next group commit; settles when that transaction has ended. */
  commit(change: Change): Promise<Committed>;
  /** SHA256 fingerprint of the host key of the connection in use; only after `look` or `commit`. */
  readonly hostKey: string;
}
