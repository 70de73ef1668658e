import {
  BusyError,
  InternalError,
  MultipathError,
  NotAppliedError,
  RejectedError,
  RolledBackError,
  ToolError,
  messageOf,
} from "../errors";
import { type Detail, shown } from "../kind";
import type { Snapshot } from "../snapshot";
import type { Change, Committed, Planned } from "./change";
import { type Outcome, refusal } from "./transaction";

/** What a group commit needs of one host. */
export interface CommitTarget {
  /** For messages, e.g. `root@192.0.2.1`. */
  readonly name: string;
  /** The newest state known. */
  look(details: readonly Detail[]): Promise<Snapshot>;
  /** Sends the plans as one transaction. @param tell is told what is being waited for when that takes a while */
  transact(plans: readonly Planned[], tell: (message: string) => void): Promise<{ outcome: Outcome; snapshot: Snapshot }>;
}

/** Time, so that tests can turn it. */
export interface Clock {
  now(): number;
  after(milliseconds: number, run: () => void): () => void;
  /** Runs when everything that has arrived meanwhile has been handled. */
  whenQuiet(run: () => void): void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  whenQuiet: (run) => void setImmediate(() => setImmediate(run)),
};

export interface GroupCommitOptions {
  readonly clock: Clock;
  /** Nobody has called for this long: no more will come. */
  readonly gapMilliseconds: number;
  /** The same while fewer calls are open than there have been, or while it isn't known how many that can be. */
  readonly longGapMilliseconds: number;
  /** The same while calls are announced as well: only a busy machine takes this long. */
  readonly announcedGapMilliseconds: number;
  /** Nobody waits longer than this for others, or than the last transaction took: who comes too late would wait for one more of these. */
  readonly longestWaitMilliseconds: number;
  /** A call that is not through by then is told so, whatever is still going on. */
  readonly deadlineSeconds: number;
}

export const defaultGroupCommitOptions: GroupCommitOptions = {
  clock: realClock,
  gapMilliseconds: 10,
  longGapMilliseconds: 50,
  announcedGapMilliseconds: 250,
  longestWaitMilliseconds: 1000,
  deadlineSeconds: 180,
};

/** How often a transaction is made because one of its changes was refused. */
const attempts = 3;

/** How often it is planned because the host had changed meanwhile: two people at work at the same time are no reason to give up. */
const looks = 10;

/** How many lines of a large change an error shows. */
const shownLines = 5;

interface Call {
  readonly change: Change;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: unknown) => void;
  readonly cancelDeadline: () => void;
  settled: boolean;
}

interface Plan {
  readonly call: Call;
  readonly planned: Planned;
}

/**
 * Makes one transaction of the calls that arrive together: the engine hands over one resource at a time, a host changes as one.
 * Every call settles, when its transaction has ended or its deadline is over.
 */
export class GroupCommit {
  private waiting: Call[] = [];
  private running: readonly Call[] = [];
  private mostOpen = 1;
  /** Whether a group has been gathered to its end, so that mostOpen means something. */
  private learnt = false;
  private firstWaitingSince = 0;
  private lastTransactionMilliseconds = 0;
  private cancelGap: (() => void) | undefined;
  private arrivals = 0;
  private announced = 0;
  private closed = false;

  constructor(
    private readonly target: CommitTarget,
    private readonly options: GroupCommitOptions = defaultGroupCommitOptions,
  ) {}

  /**
   * Says that a commit will follow: the engine checks and compares many resources before it changes the first. How many changes it has
   * under way at a time (--parallel) is learnt from how many calls have been open at once.
   */
  announce(): void {
    this.announced++;
    this.gather();
  }

  /** Nothing more is begun: who waits, or comes later, is rejected. */
  close(): void {
    this.closed = true;
    for (const call of this.waiting) call.reject(this.interrupted(call.change));
    this.waiting = [];
  }

  commit(change: Change): Promise<Committed> {
    if (this.closed) return Promise.reject(this.interrupted(change));
    this.announced = Math.max(0, this.announced - 1);
    return new Promise((resolve, reject) => {
      const { clock, deadlineSeconds } = this.options;
      const call: Call = {
        change,
        settled: false,
        resolve: (committed) => settle(() => resolve(committed)),
        reject: (error) => settle(() => reject(error as Error)),
        cancelDeadline: clock.after(deadlineSeconds * 1000, () => this.onDeadline(call)),
      };
      const settle = (how: () => void) => {
        call.cancelDeadline();
        call.settled = true;
        how();
      };
      if (this.waiting.length === 0) this.firstWaitingSince = clock.now();
      this.waiting.push(call);
      this.arrivals++;
      this.mostOpen = Math.max(this.mostOpen, this.waiting.length + open(this.running).length);
      this.gather();
    });
  }

  /** Waits for the gap after the latest arrival, then for the event loop to be quiet, then begins. */
  private gather(): void {
    if (this.running.length > 0 || this.waiting.length === 0) return;
    const { clock, longestWaitMilliseconds } = this.options;
    const gap = this.gap();
    const longest = Math.max(longestWaitMilliseconds, this.lastTransactionMilliseconds);
    const left = this.firstWaitingSince + longest - clock.now();
    this.cancelGap?.();
    this.cancelGap = clock.after(Math.max(0, Math.min(gap, left)), () => {
      const { arrivals } = this;
      clock.whenQuiet(() => {
        if (arrivals === this.arrivals) void this.begin();
      });
    });
  }

  /** How long a silence means that no more will come. */
  private gap(): number {
    const { gapMilliseconds, longGapMilliseconds, announcedGapMilliseconds } = this.options;
    if (this.learnt && this.waiting.length >= this.mostOpen) return gapMilliseconds;
    return this.announced > 0 ? announcedGapMilliseconds : longGapMilliseconds;
  }

  private async begin(): Promise<void> {
    if (this.running.length > 0) return;
    const group = this.waiting.filter(({ settled }) => !settled);
    this.waiting = [];
    this.learnt = true;
    this.running = group;
    try {
      await this.run(group);
    } catch (error) {
      // The SDK swallows uncaught exceptions: a call that is left open would hang for ever.
      const told =
        error instanceof MultipathError ? error : new InternalError(`${this.target.name}: ${messageOf(error)}`, { cause: error });
      for (const call of open(group)) call.reject(told);
    } finally {
      for (const call of open(group)) call.reject(new InternalError(`${call.change.name} was left without an answer.`));
      this.running = [];
      this.firstWaitingSince = this.options.clock.now();
      this.gather();
    }
  }

  private async run(group: readonly Call[]): Promise<void> {
    let snapshot = await this.target.look(group.flatMap(({ change }) => change.details ?? []));
    let stale = 0;
    let refused = 0;
    for (;;) {
      const plans = planAll(open(group), snapshot);
      if (plans.length === 0) return;
      if (plans.every(({ planned }) => isNothing(planned))) {
        for (const { call } of plans) call.resolve({ snapshot, changed: false, warnings: [] });
        return;
      }
      const tell = (message: string) => {
        for (const { change } of open(group)) change.progress?.(message);
      };
      const begin = this.options.clock.now();
      const { outcome, snapshot: after } = await this.target.transact(
        plans.map(({ planned }) => planned),
        tell,
      );
      this.lastTransactionMilliseconds = this.options.clock.now() - begin;
      snapshot = after;
      switch (outcome.status) {
        case "applied":
          for (const { call, planned } of plans) {
            call.resolve({ snapshot, changed: !isNothing(planned), warnings: outcome.lost.map((line) => this.lost(line)) });
          }
          return;
        case "stale":
        case "none":
          if (++stale >= looks) throw this.everChanging(outcome);
          break;
        case "rejected":
          if (!this.rejectCulprit(plans, outcome, ++refused)) return;
          break;
        case "undone":
          for (const { call } of plans) call.reject(this.undone(call, plans, outcome));
          return;
        case "busy":
          throw new BusyError(
            `${this.target.name}: another transaction holds the lock: ${outcome.holder}. Nothing was changed. Try again when it has ended.`,
          );
        default:
          throw this.failed(outcome);
      }
    }
  }

  /** Rejects whose line was refused; false when the rest shall not be tried again. */
  private rejectCulprit(plans: readonly Plan[], rejection: Extract<Outcome, { status: "rejected" }>, round: number): boolean {
    const culprit = rejection.culprit === undefined ? undefined : plans[rejection.culprit]?.call;
    const blame = culprit ?? (plans.length === 1 ? plans[0]?.call : undefined);
    const why = `${blame ? blame.change.name : "the transaction"}: ${refusal(rejection)}`;
    blame?.reject(new RejectedError(this.rejectionMessage(blame, rejection)));
    const again = blame !== undefined && round < attempts && rejection.notRestored.length === 0;
    if (!again) {
      for (const { call } of plans) {
        if (!call.settled)
          call.reject(new NotAppliedError(`${call.change.name} was not applied to ${this.target.name} because of ${why}`));
      }
    }
    return again;
  }

  private rejectionMessage({ change }: Call, rejection: Extract<Outcome, { status: "rejected" }>): string {
    const hint = change.hint?.(rejection.words, rejection.step);
    return [
      `${change.name} on ${this.target.name}: ${refusal(rejection)}`,
      ...(hint ? [hint] : []),
      restoredOrNot(rejection.notRestored),
    ].join("\n");
  }

  private undone({ change }: Call, plans: readonly Plan[], outcome: Extract<Outcome, { status: "undone" }>): RolledBackError {
    const lines = plans.flatMap(({ planned }) => planned.steps.map(shown));
    const some = lines.length > shownLines ? [...lines.slice(0, shownLines), `and ${lines.length - shownLines} more`] : lines;
    return new RolledBackError(
      [
        `${change.name} on ${this.target.name} was made and undone again, because ${outcome.why}`,
        `Tried: ${some.join("; ")}.`,
        restoredOrNot(outcome.notRestored, ": that was verified on it afterwards."),
      ].join("\n"),
    );
  }

  private interrupted({ name }: Change): NotAppliedError {
    return new NotAppliedError(`${name} was not begun on ${this.target.name}: the operation was interrupted.`);
  }

  private lost(line: string): string {
    return `${this.target.name}: something vanished with this change that was not part of it, and could not be put back: ${line}`;
  }

  private everChanging(outcome: Extract<Outcome, { status: "stale" | "none" }>): NotAppliedError {
    const what = outcome.status === "stale" && outcome.changed ? ` (last: ${outcome.changed})` : "";
    return new NotAppliedError(
      `${this.target.name} was changed by somebody else between plan and commit, ${looks} times in a row${what}. Nothing was changed. ` +
        "Is another tool managing the same addresses or routes?",
    );
  }

  private failed(outcome: Extract<Outcome, { status: "failed" | "missing" | "running" }>): ToolError {
    if (outcome.status === "running") {
      return new ToolError(`${this.target.name}: the transaction still runs on the host. \`pulumi preview\` shows how it ended.`);
    }
    if (outcome.status === "missing")
      return new ToolError(`${this.target.name}: the scripts could not be put on the host. Nothing was changed.`);
    return new ToolError(
      [
        `${this.target.name}: ${outcome.reason}`,
        ...(outcome.words ? [outcome.words] : []),
        restoredOrNot(outcome.notRestored),
      ].join("\n"),
    );
  }

  private onDeadline(call: Call): void {
    const { deadlineSeconds } = this.options;
    const begun = this.running.includes(call);
    this.waiting = this.waiting.filter((other) => other !== call);
    call.reject(
      new NotAppliedError(
        `${call.change.name}: ${this.target.name} has not answered within ${deadlineSeconds} s. ` +
          (begun ? "Whether the change was made is not known: `pulumi preview` shows it." : "It was not begun."),
      ),
    );
  }
}

const open = (group: readonly Call[]) => group.filter(({ settled }) => !settled);

/** A plan that can't be made rejects its own call only. */
function planAll(calls: readonly Call[], snapshot: Snapshot): Plan[] {
  return calls.flatMap((call) => {
    try {
      return [{ call, planned: call.change.plan(snapshot) }];
    } catch (error) {
      call.reject(error);
      return [];
    }
  });
}

const isNothing = ({ steps, files }: Planned) => steps.length === 0 && files.length === 0;

function restoredOrNot(notRestored: readonly string[], more = "."): string {
  if (notRestored.length === 0) return `The gateway is as it was before${more}`;
  return `Everything was undone but for what these lines would restore:\n${notRestored.join("\n")}`;
}
