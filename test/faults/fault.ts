import type { Trial } from "./trial";

/** One row of the fault matrix (docs/safety.md). */
export interface Fault {
  readonly row: number;
  /** What goes wrong, in a few words; one row may have several variants. */
  readonly title: string;
  /** Whether `npm test` runs it. */
  readonly quick?: true;
  /** The gateway is started again: what is not kept over that is as after a start. */
  readonly reboots?: true;
  /** The address on `lan` by which the gateway is managed, through a jump host there. Absent: eth0's. */
  readonly over?: string;
  /** The program that is brought up, where it is not `programs.after`. */
  readonly after?: string;
  /** Does the harm. Returns when the commands that were under way have ended; what must be true then is judged for every row alike. */
  readonly harm: (trial: Trial) => Promise<Harm>;
}

export interface Harm {
  /** The program whose `up` comes next. Absent: the one from before. */
  readonly next?: string;
}

/** What became of one trial. */
export interface Verdict {
  /** Reachable again without help, state exactly the old or exactly the new one, Pulumi's state agreeing after the next `up`. */
  readonly survived: boolean;
  /** Not all of the change has landed. */
  readonly rolledBack: boolean;
  /** From the beginning of the harm to the first login that succeeded after it. */
  readonly seconds: number;
  /** Why it did not survive. */
  readonly reason?: string;
}
