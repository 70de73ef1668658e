import { setTimeout as sleep } from "node:timers/promises";
import { HostKeyError, NotDialledError, UnreachableError } from "../errors";
import { hostName } from "../host";
import type { Connection, Reach, Reply, RequestOptions } from "../transport/connection";

/** A request that only a new connection may carry: that it can be opened is part of the answer. */
export interface Question extends RequestOptions {
  readonly script: string;
  /** SHA256 fingerprint of the host key that the host has shown before; undefined: it was never connected to. */
  readonly hostKey: string | undefined;
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
}

/**
 * The first dial takes no longer: on a path that comes back a new one gets through sooner than one that has been waiting. Each further one has twice
 * the time of the one before: it may be the login that is slow.
 */
const longestDialSeconds = 10;
const pauseMilliseconds = 500;

/**
 * Asks over new connections, until one has brought the answer or the time is over; that connection is the host's standing one then.
 * @param until by performance.now(); at least one connection is tried
 * @throws UnreachableError the last one, when the time is over; at once whatever dialling again can't help
 */
export async function askAnew(reach: Reach, question: Question, until: number): Promise<Reply> {
  for (let longest = longestDialSeconds; ; longest *= 2) {
    const left = (until - performance.now()) / 1000;
    try {
      const timeoutSeconds = Math.min(Math.max(left, 1), longest);
      const connection = await reach.fresh({ timeoutSeconds, signal: question.signal });
      const reply = await ask(sameHost(connection, question), question.script, question, question.signal);
      reach.adopt(connection);
      return reply;
    } catch (error) {
      const again = error instanceof UnreachableError && !(error instanceof NotDialledError) && !question.signal.aborted;
      if (!again || performance.now() + pauseMilliseconds >= until) throw error;
    }
    await sleep(pauseMilliseconds);
  }
}

/** A request that is given up, with its connection, when `signal` is aborted. */
export async function ask(connection: Connection, script: string, options: RequestOptions, signal: AbortSignal): Promise<Reply> {
  const onAbort = () => connection.close();
  signal.addEventListener("abort", onAbort);
  try {
    if (signal.aborted) onAbort();
    return await connection.request(script, options);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function sameHost(connection: Connection, { hostKey }: Question): Connection {
  if (hostKey === undefined || connection.hostKey === hostKey) return connection;
  connection.close();
  throw new HostKeyError(
    `${hostName(connection.host)}: the new connection shows another host key than the one before: ${connection.hostKey}, not ${hostKey}.`,
  );
}
