import { randomBytes } from "node:crypto";
import { InternalError, ToolError, UnreachableError, messageOf } from "../errors";
import { type Host, hostName, rollbackAfter } from "../host";
import type { Detail } from "../kind";
import type { Snapshot } from "../snapshot";
import type { Connection, Reach, Reply, RequestOptions } from "../transport/connection";
import type { Change, Committed, FileChange, HostState, Planned } from "./change";
import { type ArmedTransaction, countdown, endArmed } from "./confirmation";
import { type CommitTarget, GroupCommit, type GroupCommitOptions, defaultGroupCommitOptions } from "./group-commit";
import { withHandovers } from "./handover";
import { type OnHost, onHost } from "./installed-files";
import { ask, askAnew } from "./new-connection";
import { ownName } from "./own-name";
import { type Shown, cut, detailsOf, scriptsOf, snapshotOf, withDetails } from "./snapshot";
import { type Armed, type Outcome, type Transaction, command, outcomeOf, transactionOf } from "./transaction";

export interface HostStateOptions {
  /** Connections opened with `onHost().bootstrap`. */
  readonly reach: Reach;
  readonly groupCommit?: GroupCommitOptions;
  /** How long one look may take. */
  readonly lookSeconds?: number;
  /** How long to wait on the host for a lock that somebody else holds. */
  readonly lockSeconds?: number;
  /** How long the host may take for a transaction once it has the lock. */
  readonly transactionSeconds?: number;
}

export interface CommitStatistics {
  /** Transactions sent, those that were refused or stale included. */
  readonly transactions: number;
  /** Requests sent: one round trip each. */
  readonly requests: number;
}

/** How a transaction ended, and what is known of the host then. */
interface Transacted {
  readonly outcome: Outcome;
  readonly snapshot: Snapshot;
}

interface Known {
  readonly snapshot: Snapshot;
  /** Names what the session remembers of the same moment; a later transaction compares with that. */
  readonly token: string;
  /** The keys of the details that it shows. */
  readonly details: ReadonlySet<string>;
}

/** One host as seen from this process: a state that all share, and one way to change it. */
export class SharedHostState implements HostState {
  private known: Known | undefined;
  private looking: Promise<Known> | undefined;
  private verifiedKey: string | undefined;
  private hasScripts = false;
  /** All that anybody has asked for. */
  private readonly details = new Set<Detail>();
  private readonly open = new Set<Promise<Committed>>();
  private readonly counted = { transactions: 0, requests: 0 };
  private readonly group: GroupCommit;
  private readonly onHost: OnHost = onHost();
  private readonly hurry = new AbortController();

  constructor(
    private readonly host: Host,
    private readonly options: HostStateOptions,
  ) {
    const target: CommitTarget = {
      name: hostName(host),
      look: (details) => this.look(details),
      transact: (plans, tell) => this.transact(plans, tell),
    };
    const deadlineSeconds = defaultGroupCommitOptions.deadlineSeconds + rollbackAfter(host);
    this.group = new GroupCommit(target, options.groupCommit ?? { ...defaultGroupCommitOptions, deadlineSeconds });
  }

  async look(details: readonly Detail[] = []): Promise<Snapshot> {
    details.forEach((detail) => this.details.add(detail));
    for (;;) {
      const missing = this.known && details.filter((detail) => !this.known?.details.has(detail));
      if (this.known && missing?.length === 0) return this.known.snapshot;
      // Who comes meanwhile waits for the same look; it may not show what he needs.
      this.looking ??= (this.known ? this.lookCloser(this.known) : this.lookAnew()).finally(() => (this.looking = undefined));
      await this.looking;
    }
  }

  announce(): void {
    this.group.announce();
  }

  commit(change: Change): Promise<Committed> {
    // A delete comes without a look before it. Dialling takes as long as the group gathers; what goes wrong, the group finds too.
    this.look(change.details).catch(() => undefined);
    const committed = this.group.commit(change);
    this.open.add(committed);
    const forget = () => void this.open.delete(committed);
    committed.then(forget, forget);
    return committed;
  }

  /** Settles when the commits that are open now have ended; undefined: there are none. */
  finished(): Promise<unknown> | undefined {
    return this.open.size === 0 ? undefined : Promise.allSettled(this.open);
  }

  /**
   * This process has to end soon: what has not begun is rejected, what is under way has `seconds` to be confirmed or undone. After that
   * it is left to the host's own clock, and its calls are told so.
   */
  interrupt(seconds: number): void {
    this.group.close();
    setTimeout(() => this.hurry.abort(), seconds * 1000);
  }

  get hostKey(): string {
    if (this.verifiedKey === undefined) throw new InternalError(`${hostName(this.host)}: no connection yet.`);
    return this.verifiedKey;
  }

  statistics(): CommitStatistics {
    return { ...this.counted };
  }

  private async lookAnew(): Promise<Known> {
    const token = newToken();
    const { lookSeconds = 30 } = this.options;
    const reply = await this.request(command("snapshot", token, ...this.details), {
      timeoutSeconds: lookSeconds,
      waitingFor: "the gateway's state",
    });
    return this.named(() => this.learn(token, cut(reply, token), reply));
  }

  /** Adds to what is known the details that have been asked for since. */
  private async lookCloser(before: Known): Promise<Known> {
    const token = newToken();
    const missing = [...this.details].filter((detail) => !before.details.has(detail));
    const { lookSeconds = 30 } = this.options;
    const waits = { timeoutSeconds: lookSeconds, waitingFor: "the gateway's settings" };
    const reply = await this.request(command("look_at", token, ...missing), waits);
    // A transaction may have ended meanwhile, and what it has shown is newer.
    if (this.known !== before) return before;
    return this.named(() => {
      const { snapshot, looked } = withDetails(before.snapshot, cut(reply, token), reply);
      this.known = { ...before, snapshot, details: new Set([...before.details, ...looked]) };
      return this.known;
    });
  }

  private async transact(plans: readonly Planned[], tell: Tell): Promise<Transacted> {
    const agreed = withHandovers(plans);
    const first = await this.transactOnce(agreed, tell);
    return first.outcome.status === "missing" ? this.transactOnce(agreed, tell) : first;
  }

  private async transactOnce(plans: readonly Planned[], tell: Tell): Promise<Transacted> {
    const { host, known: before, onHost } = this;
    const { lockSeconds = 20, transactionSeconds = 60 } = this.options;
    const rollbackAfterSeconds = rollbackAfter(host);
    const token = newToken();
    const how = { token, seen: before?.token ?? "", owner: ownName(), lockSeconds, rollbackAfterSeconds, onHost };
    const transaction = transactionOf(plans, { ...how, install: !this.hasScripts });
    const connection = await this.connection();
    this.counted.transactions++;
    this.counted.requests++;
    // A change may end the very connection that it came by, as that of the host's own address does.
    const waits = { timeoutSeconds: lockSeconds + transactionSeconds, waitingFor: "the transaction", impatient: true } as const;
    let reply: Reply;
    try {
      reply = await ask(connection, transaction.script, waits, this.hurry.signal);
    } catch (error) {
      this.known = undefined;
      reply = await this.findOut(transaction, error, tell);
    }
    const outcome = this.named(() => outcomeOf(transaction, cut(reply, token), reply.stderr));
    if (outcome.status === "armed") return this.confirm(transaction, outcome, connection, before, tell);
    return { outcome, snapshot: this.ended(transaction, outcome, reply, before) };
  }

  /** The connection was lost while the host was at work. It goes on by itself, so the answer is there. */
  private async findOut(transaction: Transaction, lost: unknown, tell: Tell): Promise<Reply> {
    const { transactionSeconds = 60 } = this.options;
    const rollbackAfterSeconds = rollbackAfter(this.host);
    const { token } = transaction;
    tell(`the connection was lost while the gateway was at work: within ${rollbackAfterSeconds} s it is done or undone`);
    try {
      const waits = { timeoutSeconds: transactionSeconds + 10, waitingFor: "the end of the transaction that was cut off" };
      const script = `${command("tx_collect", token, String(transactionSeconds))}\n${command("tx_reply", token)}`;
      const until = performance.now() + (rollbackAfterSeconds + 30) * 1000;
      this.counted.requests++;
      return await askAnew(this.options.reach, { ...waits, script, hostKey: this.verifiedKey, signal: this.hurry.signal }, until);
    } catch (error) {
      throw new UnreachableError(
        `${messageOf(lost)} The transaction was on its way. It is made as a whole or not at all, and nobody has confirmed it, so the ` +
          `gateway's own clock undoes it within ${rollbackAfterSeconds} s. That could not be verified: ${messageOf(error)} Once the host ` +
          "can be reached, `pulumi up` finds out and goes on.",
        { cause: error },
      );
    }
  }

  private async confirm(
    transaction: Transaction,
    { secondsLeft }: Armed,
    standing: Connection,
    before: Known | undefined,
    tell: Tell,
  ): Promise<Transacted> {
    const { machineId, bootId } = (before as Known).snapshot.host;
    const undoneAt = performance.now() + secondsLeft * 1000;
    const armed: ArmedTransaction = { token: transaction.token, hostKey: this.hostKey, machineId, bootId, undoneAt };
    const stop = countdown(armed, tell);
    try {
      this.counted.requests++;
      const { reply, failure } = await endArmed(armed, standing, this.options.reach, this.hurry.signal);
      const outcome = this.named(() => outcomeOf(transaction, cut(reply, transaction.token), reply.stderr));
      if (outcome.status === "armed") throw new InternalError(`${hostName(this.host)}: the host did not end the transaction.`);
      const snapshot = this.ended(transaction, outcome, reply, before);
      return { outcome: outcome.status === "undone" && failure ? { ...outcome, why: whyNot(failure) } : outcome, snapshot };
    } catch (error) {
      this.known = undefined;
      throw error;
    } finally {
      stop();
    }
  }

  private ended(transaction: Transaction, { status }: Outcome, reply: Reply, before: Known | undefined): Snapshot {
    return this.named(() => {
      const changes = status === "applied" ? transaction.changes.flatMap(({ files }) => files) : [];
      const { snapshot } = this.learn(transaction.token, cut(reply, transaction.token), reply, before, changes);
      // With the last object the scripts went too.
      if (status === "applied") this.hasScripts = snapshot.objects.size > 0;
      if (status === "missing") this.hasScripts = false;
      return snapshot;
    });
  }

  private learn(token: string, shown: Shown, reply: Reply, before?: Known, changes: readonly FileChange[] = []): Known {
    const snapshot = snapshotOf(shown, reply, before?.snapshot, changes);
    this.hasScripts = scriptsOf(shown)?.has(this.onHost.digest) ?? this.hasScripts;
    this.known = { snapshot, token, details: detailsOf(shown).looked };
    return this.known;
  }

  /** Reads a reply; what is wrong with it is told with the host's name, and nothing is known then. */
  private named<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.known = undefined;
      if (error instanceof ToolError) throw new ToolError(`${hostName(this.host)}: ${error.message}`, { cause: error });
      throw error;
    }
  }

  private async request(script: string, options: RequestOptions): Promise<Reply> {
    const connection = await this.connection();
    this.counted.requests++;
    return connection.request(script, options);
  }

  private async connection(): Promise<Connection> {
    const connection = await this.options.reach.standing();
    this.verifiedKey = connection.hostKey;
    return connection;
  }
}

type Tell = (message: string) => void;

const whyNot = (failure: unknown) => `it could not be confirmed over a new connection: ${messageOf(failure)}`;

const newToken = () => randomBytes(16).toString("hex");
