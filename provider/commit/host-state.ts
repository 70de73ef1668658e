import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { InternalError, ToolError, UnreachableError, messageOf } from "../errors";
import { type Host, hostName } from "../host";
import type { Snapshot } from "../snapshot";
import type { Connection, Reply, RequestOptions } from "../transport/connection";
import type { Change, Committed, FileChange, HostState, Planned } from "./change";
import { type CommitTarget, GroupCommit, type GroupCommitOptions, defaultGroupCommitOptions } from "./group-commit";
import { withHandovers } from "./handover";
import { type OnHost, onHost } from "./installed-files";
import { type Shown, cut, scriptsOf, snapshotOf } from "./snapshot";
import { type Outcome, type Transaction, command, outcomeOf, transactionOf } from "./transaction";

export interface HostStateOptions {
  /** The host's standing connection, opened with `onHost().bootstrap`; asked for before each request. */
  readonly connection: () => Promise<Connection>;
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

interface Known {
  readonly snapshot: Snapshot;
  /** Names what the session remembers of the same moment; a later transaction compares with that. */
  readonly token: string;
}

/** One host as seen from this process: a state that all share, and one way to change it. */
export class SharedHostState implements HostState {
  private known: Known | undefined;
  private looking: Promise<Known> | undefined;
  private verifiedKey: string | undefined;
  private hasScripts = false;
  private readonly open = new Set<Promise<Committed>>();
  private readonly counted = { transactions: 0, requests: 0 };
  private readonly group: GroupCommit;
  private readonly onHost: OnHost = onHost();

  constructor(
    private readonly host: Host,
    private readonly options: HostStateOptions,
  ) {
    const target: CommitTarget = { name: hostName(host), look: () => this.look(), transact: (plans) => this.transact(plans) };
    this.group = new GroupCommit(target, options.groupCommit ?? defaultGroupCommitOptions);
  }

  async look(): Promise<Snapshot> {
    if (this.known) return this.known.snapshot;
    this.looking ??= this.lookAnew().finally(() => (this.looking = undefined));
    return (await this.looking).snapshot;
  }

  announce(): void {
    this.group.announce();
  }

  commit(change: Change): Promise<Committed> {
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
    const reply = await this.request(command("snapshot", token), {
      timeoutSeconds: lookSeconds,
      waitingFor: "the gateway's state",
    });
    return this.named(() => this.learn(token, cut(reply, token), reply));
  }

  private async transact(plans: readonly Planned[]): Promise<{ outcome: Outcome; snapshot: Snapshot }> {
    const agreed = withHandovers(plans);
    const first = await this.transactOnce(agreed);
    return first.outcome.status === "missing" ? this.transactOnce(agreed) : first;
  }

  private async transactOnce(plans: readonly Planned[]): Promise<{ outcome: Outcome; snapshot: Snapshot }> {
    const { lockSeconds = 20, transactionSeconds = 60 } = this.options;
    const token = newToken();
    const { onHost } = this;
    const seen = this.known?.token ?? "";
    const transaction = transactionOf(plans, { token, seen, owner: ownName(), lockSeconds, onHost, install: !this.hasScripts });
    const before = this.known;
    const connection = await this.connection();
    this.counted.transactions++;
    const waits = { timeoutSeconds: lockSeconds + transactionSeconds, waitingFor: "the transaction" };
    let reply: Reply;
    try {
      reply = await this.requestOn(connection, transaction.script, waits);
    } catch (error) {
      this.known = undefined;
      return await this.findOut(transaction, before, error);
    }
    return this.ended(transaction, reply, before);
  }

  /** The connection was lost while the host was at work. It goes on by itself, so the answer is there. */
  private async findOut(
    transaction: Transaction,
    before: Known | undefined,
    lost: unknown,
  ): Promise<{ outcome: Outcome; snapshot: Snapshot }> {
    const { transactionSeconds = 60 } = this.options;
    try {
      const waits = { timeoutSeconds: transactionSeconds + 10, waitingFor: "the end of the transaction that was cut off" };
      const reply = await this.request(command("tx_collect", transaction.token, String(transactionSeconds)), waits);
      return this.ended(transaction, reply, before);
    } catch (error) {
      this.known = undefined;
      throw new UnreachableError(
        `${messageOf(lost)} The transaction was on its way: whether it was made is not known. It is made as a whole or not at all. ` +
          `Asking again failed: ${messageOf(error)} Once the host can be reached, \`pulumi up\` finds out and goes on.`,
        { cause: error },
      );
    }
  }

  private ended(transaction: Transaction, reply: Reply, before: Known | undefined): { outcome: Outcome; snapshot: Snapshot } {
    const shown = cut(reply, transaction.token);
    return this.named(() => {
      const outcome = outcomeOf(transaction, shown, reply.stderr);
      const changes = outcome.status === "applied" ? transaction.changes.flatMap(({ files }) => files) : [];
      const { snapshot } = this.learn(transaction.token, shown, reply, before, changes);
      // With the last object the scripts went too.
      if (outcome.status === "applied") this.hasScripts = snapshot.objects.size > 0;
      if (outcome.status === "missing") this.hasScripts = false;
      return { outcome, snapshot };
    });
  }

  private learn(token: string, shown: Shown, reply: Reply, before?: Known, changes: readonly FileChange[] = []): Known {
    const snapshot = snapshotOf(shown, reply, before?.snapshot, changes);
    this.hasScripts = scriptsOf(shown)?.has(this.onHost.digest) ?? this.hasScripts;
    this.known = { snapshot, token };
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
    return this.requestOn(await this.connection(), script, options);
  }

  private async connection(): Promise<Connection> {
    const connection = await this.options.connection();
    this.verifiedKey = connection.hostKey;
    return connection;
  }

  private requestOn(connection: Connection, script: string, options: RequestOptions): Promise<Reply> {
    this.counted.requests++;
    return connection.request(script, options);
  }
}

const newToken = () => randomBytes(16).toString("hex");

/** Who another admin is told to talk to. */
function ownName(): string {
  const user = process.env.USER ?? process.env.LOGNAME ?? userName();
  return `${user}@${hostname()}`.replace(/[^ -~]/g, "?");
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "somebody");
  }
}
