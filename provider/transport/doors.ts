import { AuthenticationError, HostKeyError, type MultipathError, NotDialledError } from "../errors";

/** Who is dialled, with what, and on which way. */
export interface Visit {
  /** For messages. */
  readonly name: string;
  /** The server: the same for all who mean the same sshd. */
  readonly door: string;
  /** Of the server, as whom and with which expectations: who gets an answer gets it for all who come alike. */
  readonly visitor: string;
}

/** What a login under way has to tell. */
export interface Visitor {
  /** Something listens there. A dial that comes to nothing before that nobody holds against us. */
  onConnected(): void;
  /** The server's key has been verified; nothing was sent to it yet. @throws HostKeyError when it showed another one before */
  onHostKey(fingerprint: string): void;
  onLogin(): void;
}

/** What has to be known of a server for as long as a run of `pulumi` lasts. */
interface Door {
  /** Connections that led to no login, whatever the reason. */
  vain: number;
  /** Fingerprint of the key it has shown. */
  hostKey: string | undefined;
  atOnce: number;
  readonly queue: (() => void)[];
  readonly refusals: Map<string, MultipathError>;
}

/** sshd drops new connections while ten others are not logged in yet (MaxStartups). */
const mostAtOnce = 4;

/**
 * OpenSSH shuts out who comes too often in vain (PerSourcePenalties): a correct login is then refused too. With those that are under
 * way when the last one fails, they are fewer than ten.
 */
const mostInVain = 6;

/**
 * The SSH servers that one run dials, jump hosts among them: hundreds of resources, or dozens of hosts behind one jump host, must not
 * mean hundreds of logins.
 */
export class Doors {
  private readonly doors = new Map<string, Door>();

  /**
   * Logs in, a few at a time.
   * @throws what was answered before to one who came alike: another host key and a refused login are never tried again
   * @throws NotDialledError when that has been in vain too often
   */
  async enter<Result>(visit: Visit, login: (visitor: Visitor) => Promise<Result>): Promise<Result> {
    const door = this.door(visit.door);
    await turn(door);
    let inVain = false;
    try {
      assertWorthwhile(door, visit);
      return await login({
        onConnected: () => (inVain = true),
        onHostKey: (fingerprint) => assertSameKey(door, visit, fingerprint),
        onLogin: () => (inVain = false),
      });
    } catch (error) {
      if (inVain) door.vain++;
      if (error instanceof HostKeyError || error instanceof AuthenticationError) door.refusals.set(visit.visitor, error);
      throw error;
    } finally {
      door.atOnce--;
      door.queue.shift()?.();
    }
  }

  private door(name: string): Door {
    const door = this.doors.get(name) ?? { vain: 0, hostKey: undefined, atOnce: 0, queue: [], refusals: new Map() };
    this.doors.set(name, door);
    return door;
  }
}

async function turn(door: Door): Promise<void> {
  door.atOnce++;
  if (door.atOnce > mostAtOnce) await new Promise<void>((resolve) => door.queue.push(resolve));
}

function assertWorthwhile({ vain, refusals }: Door, { name, visitor }: Visit): void {
  const refusal = refusals.get(visitor);
  if (refusal) throw refusal;
  if (vain < mostInVain) return;
  throw new NotDialledError(
    `${name}: not dialled again, after ${vain} dials in this run that led to no login: sshd shuts out who comes too often in vain. ` +
      "The first error of this run says what is wrong.",
  );
}

function assertSameKey(door: Door, { name }: Visit, fingerprint: string): void {
  door.hostKey ??= fingerprint;
  if (door.hostKey === fingerprint) return;
  throw new HostKeyError(
    `${name}: the host shows another key than before in this run: ${fingerprint} instead of ${door.hostKey}. Either is accepted, but one ` +
      "machine shows one key: two machines answer at this address, or the host got a new key meanwhile. Nothing was sent to it. Find " +
      "out which it is, then run `pulumi up` again.",
  );
}
