import type { ReadKey, Step } from "../kind";
import type { Snapshot } from "../snapshot";

/** One resource's wish, as a function of what the host shows: it is planned again whenever the host turns out to have changed. */
export interface Change {
  /** For messages, e.g. `Route default`. */
  readonly name: string;
  /** Pure. Throwing rejects this change alone, before anything is sent. */
  readonly plan: (snapshot: Snapshot) => Planned;
  /** What to do about the kernel's refusal, when the kind knows better than the kernel's words. */
  readonly hint?: (kernelWords: string) => string | undefined;
}

export interface Planned {
  readonly reads: readonly ReadKey[];
  readonly steps: readonly Step[];
  readonly files: readonly FileChange[];
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
  /** The newest state known; fetched once a process, then replaced by each commit's own. Never waits for a running commit. */
  look(): Promise<Snapshot>;
  /** Says that a commit will follow, so that those before it may wait for it. A hint: it need not come. */
  announce(): void;
  /** Joins the next group commit; settles when that transaction has ended. */
  commit(change: Change): Promise<Committed>;
  /** SHA256 fingerprint of the host key of the connection in use; only after `look` or `commit`. */
  readonly hostKey: string;
}
