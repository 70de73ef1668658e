import { setTimeout as sleep } from "node:timers/promises";
import { debuglog } from "node:util";
import { MultipathError, UnreachableError, messageOf } from "../errors";
import { hostName, type Host } from "../host";
import { jumpHostsOf } from "../jump-hosts";
import { connect } from "./connect";
import { Doors } from "./doors";
import type { Connection, ConnectOptions, Reach, Reply, RequestOptions } from "./connection";

const debug = debuglog("pulumi-multipath");

/** sshd that is starting or crowded needs about this long. */
const defaultPausesSeconds = [0.5, 1.5];

export interface PoolOptions extends Pick<ConnectOptions, "bootstrap" | "surroundings" | "keepaliveSeconds"> {
  /** Another way to connect, for tests. */
  readonly connect?: typeof connect;
  /** How long to wait before each further dial of a host that was not reached. */
  readonly pausesSeconds?: readonly number[];
}

export interface Statistics {
  /** Connections that got through the login. */
  readonly connections: number;
  /** Requests sent over all of them: one round trip each. */
  readonly requests: number;
}

/** One connection a host, for all who need it, opened when first needed. Lives as long as the process: one run of `pulumi`. */
export class Pool {
  private readonly lines = new Map<string, Line>();
  private readonly counted = { connections: 0, requests: 0 };

  /** What this run learns about the servers it dials, whichever host is on the way. */
  private doors = new Doors();

  constructor(private readonly options: PoolOptions) {}

  /**
   * The host's standing connection; a new one when there is none yet, or when the last one was lost.
   * @param timeoutSeconds total for dialling, with up to two more tries when the host is not reached; who comes while somebody
   * else is dialling shares that dial and its time.
   * @throws the same error at once for the rest of the run, once a host could not be reached or refused us: hundreds of resources
   * must not mean hundreds of logins
   */
  connection(host: Host, { timeoutSeconds }: { readonly timeoutSeconds: number }): Promise<Connection> {
    return this.line(host).connection(timeoutSeconds);
  }

  /** @param timeoutSeconds as for `connection`, of the standing one */
  reach(host: Host, { timeoutSeconds }: { readonly timeoutSeconds: number }): Reach {
    return {
      standing: () => this.line(host).connection(timeoutSeconds),
      fresh: (options) => this.line(host).fresh(options.timeoutSeconds * mostLogins(host), options.signal),
      adopt: (connection) => this.line(host).adopt(connection),
    };
  }

  private line(host: Host): Line {
    const key = keyOf(host);
    const line = this.lines.get(key) ?? new Line(host, { ...this.options, doors: this.doors }, this.counted);
    this.lines.set(key, line);
    return line;
  }

  statistics(): Statistics {
    return { ...this.counted };
  }

  /** Closes every connection and gives up every dial. What is remembered about hosts is forgotten. */
  closeAll(): void {
    for (const line of this.lines.values()) line.close();
    this.lines.clear();
    this.doors = new Doors();
  }
}

/** What decides where we connect and as whom, and what we accept there. */
function keyOf({ address, port, user, become, identityFile, hostKey, proxyJump }: Host): string {
  return JSON.stringify([address, port, user, become === true, identityFile, hostKey, proxyJump]);
}

/** Those of one dial, when the last of the host's addresses is the one that is there. */
const mostLogins = (host: Host): number => [host.address].flat().length * (1 + (jumpHostsOf(host)?.length ?? 0));

/** The line to one host: one connection, or one dial, that all share; a second one only for who asks for a fresh one. */
class Line {
  private current: Connection | undefined;
  private dialling: Promise<Connection> | undefined;
  private hopeless: MultipathError | undefined;
  private readonly abort = new AbortController();

  constructor(
    private readonly host: Host,
    private readonly options: PoolOptions & { readonly doors: Doors },
    private readonly counted: { connections: number; requests: number },
  ) {}

  async connection(timeoutSeconds: number): Promise<Connection> {
    if (this.hopeless) throw this.hopeless;
    if (this.current && !this.current.closed) return this.current;
    this.dialling ??= this.dial(timeoutSeconds).finally(() => (this.dialling = undefined));
    return this.dialling;
  }

  async fresh(timeoutSeconds: number, signal: AbortSignal): Promise<Connection> {
    const { connect: open = connect, pausesSeconds: _pauses, ...options } = this.options;
    const either = AbortSignal.any([signal, this.abort.signal]);
    return this.counting(await open(this.host, { ...options, signal: either, timeoutSeconds }));
  }

  adopt(connection: Connection): void {
    if (this.current !== connection) this.current?.close();
    this.current = connection;
    this.hopeless = undefined;
    if (this.abort.signal.aborted) connection.close();
  }

  close(): void {
    this.abort.abort();
    this.current?.close();
  }

  private counting(connection: Connection): Connection {
    this.counted.connections++;
    return new CountedConnection(connection, this.counted, (error) => (this.hopeless = error));
  }

  private async dial(timeoutSeconds: number): Promise<Connection> {
    try {
      const connection = await this.persistently(Date.now() + timeoutSeconds * 1000);
      if (this.abort.signal.aborted) {
        connection.close();
        throw new UnreachableError(`${hostName(this.host)}: gave up, as asked to.`);
      }
      this.current = this.counting(connection);
      return this.current;
    } catch (error) {
      if (error instanceof MultipathError && !this.abort.signal.aborted) this.hopeless = error;
      throw error;
    }
  }

  /** Only a host that was not reached is dialled again. A refused login or another host key is an answer. */
  private async persistently(end: number): Promise<Connection> {
    const { connect: open = connect, pausesSeconds = defaultPausesSeconds, ...options } = this.options;
    const { signal } = this.abort;
    for (const pause of [...pausesSeconds, undefined]) {
      try {
        return await open(this.host, { ...options, signal, timeoutSeconds: Math.max(0, (end - Date.now()) / 1000) });
      } catch (error) {
        const hopeless = !(error instanceof UnreachableError) || signal.aborted;
        if (hopeless || pause === undefined || Date.now() + pause * 1000 >= end) throw error;
        debug("%s: again in %d s: %s", hostName(this.host), pause, messageOf(error));
        await sleep(pause * 1000, undefined, { signal }).catch(() => undefined);
      }
    }
    throw new UnreachableError(`${hostName(this.host)}: not reached.`);
  }
}

/** Counts, and notices a host that lets us log in but never gives us the shell. */
class CountedConnection implements Connection {
  private answered = false;

  constructor(
    private readonly inner: Connection,
    private readonly counted: { requests: number },
    private readonly onHopeless: (error: MultipathError) => void,
  ) {}

  get host(): Host {
    return this.inner.host;
  }

  get hostKey(): string {
    return this.inner.hostKey;
  }

  get closed(): boolean {
    return this.inner.closed;
  }

  close(): void {
    this.inner.close();
  }

  async request(script: string, options: RequestOptions): Promise<Reply> {
    this.counted.requests++;
    try {
      const reply = await this.inner.request(script, options);
      this.answered = true;
      return reply;
    } catch (error) {
      if (!this.answered && error instanceof MultipathError && !(error instanceof UnreachableError)) this.onHopeless(error);
      throw error;
    }
  }
}
