import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { debuglog } from "node:util";
import type { MultipathError } from "../errors";
import { UnreachableError, messageOf } from "../errors";
import type { Host } from "../host";
import type { Connection, ConnectOptions, Surroundings } from "./connection";
import { dial } from "./dial";
import { Doors, type Visitor } from "./doors";
import { wayTo, type Hop, type Way } from "./hops";
import { hostKeyCheck, type HostKeyCheck } from "./host-key";
import { findIdentities, ownSurroundings, type Identity } from "./identities";
import { sessionAlgorithms, type SessionAlgorithms } from "./session-algorithms";
import { login, type Login, type Wait } from "./login";
import { commandChannel, forwardedChannel, type Opening } from "./opening";
import { rootShellCommand, shellCommand } from "./shell";
import { type Carrier, SshConnection } from "./ssh-connection";

const debug = debuglog("pulumi-multipath");

/**
 * Opens one connection to a host, through its jump hosts. Resolves as soon as requests can be sent: the bootstrap text goes out with
 * the first one, and whether sudo lets us in, the first reply tells.
 * Never retries: that is the pool's to do, and only for an UnreachableError.
 * @throws UnreachableError after the last address of the list, or when the time is over
 * @throws HostKeyError, AuthenticationError, PermissionError at the first address that answers so
 */
export async function connect(host: Host, options: ConnectOptions): Promise<Connection> {
  const surroundings = options.surroundings ?? ownSurroundings();
  const end = Date.now() + options.timeoutSeconds * 1000;
  const addresses = [host.address].flat();
  const unreachable: UnreachableError[] = [];

  for (const [index, address] of addresses.entries()) {
    // Everything that can be wrong on this side is found before anybody is dialled.
    const way = await prepared(await wayTo(host, address, surroundings), surroundings);
    // A silent address must not use up the time of those after it.
    const milliseconds = Math.min((end - Date.now()) / (addresses.length - index), patienceOf(way));
    try {
      return await new Attempt(host, way, options).within(milliseconds);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      unreachable.push(error);
    }
  }
  const [only, ...more] = unreachable;
  throw only && more.length === 0 ? only : new UnreachableError(unreachable.map(messageOf).join("\n"));
}

/** A hop with what is needed to log in there. */
interface PreparedHop extends Hop {
  readonly identities: readonly Identity[];
  readonly check: HostKeyCheck;
  readonly algorithms: SessionAlgorithms;
  /** Tells it from all other servers: an address behind one jump host is not the same behind another. */
  readonly door: string;
}

interface PreparedWay extends Way {
  readonly jumps: readonly PreparedHop[];
  readonly last: PreparedHop;
}

async function prepared({ jumps, last }: Way, surroundings: Surroundings): Promise<PreparedWay> {
  const prepare = async (hop: Hop, before: readonly Hop[]): Promise<PreparedHop> => ({
    ...hop,
    identities: await findIdentities(hop, surroundings),
    check: await hostKeyCheck(hop),
    algorithms: sessionAlgorithms(hop),
    door: [...before, hop].map(({ address, port }) => `${address} ${port}`).join(" "),
  });
  return {
    jumps: await Promise.all(jumps.map((jump, index) => prepare(jump, jumps.slice(0, index)))),
    last: await prepare(last, jumps),
  };
}

/** ConnectTimeout counts for each server by itself; one without it may take all the time there is. */
function patienceOf({ jumps, last }: Way): number {
  return [...jumps, last].reduce((sum, { config }) => sum + (config.connectTimeoutSeconds ?? Infinity) * 1000, 0);
}

/** One way to a host under way: how far it is, and what it waits for. */
class Attempt {
  private wait: Wait = "its turn";
  private at: PreparedHop;
  private socket: Socket | undefined;
  private readonly passed: Carrier["jumps"][number][] = [];
  /** Set when the time is over, or when a jump host that was passed is gone. */
  private failure: MultipathError | undefined;

  constructor(
    private readonly host: Host,
    private readonly way: PreparedWay,
    private readonly options: ConnectOptions,
  ) {
    this.at = way.jumps[0] ?? way.last;
  }

  within(milliseconds: number): Promise<Connection> {
    const { signal } = this.options;
    return new Promise((resolve, reject) => {
      const fail = (error: MultipathError) => {
        this.failure ??= error;
        this.socket?.destroy();
        reject(this.failure);
      };
      const giveUp = (why: string) => fail(new UnreachableError(`${this.at.name}: ${why}`));
      const timer = setTimeout(
        () => giveUp(`no answer within ${round(milliseconds / 1000)} s while waiting for ${this.wait}. ${hints[this.wait]}`),
        milliseconds,
      );
      const onAbort = () => giveUp(`gave up while waiting for ${this.wait}, as asked to.`);
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted) onAbort();

      this.along(fail)
        .then(resolve, fail)
        .finally(() => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", onAbort);
        });
    });
  }

  private async along(fail: (error: MultipathError) => void): Promise<Connection> {
    const { jumps, last } = this.way;
    let stream: Duplex | undefined;
    for (const [index, hop] of jumps.entries()) {
      const next = jumps[index + 1] ?? last;
      stream = await this.enter(hop, stream, forwardedChannel(next), (jump) => {
        this.passed.push({ ...jump, name: hop.name });
        // Between here and the next login nobody else listens.
        jump.channel.once("close", () => fail(lostBehind(hop, next)));
        return jump.channel;
      });
    }
    const command = commandChannel(this.host.become ? rootShellCommand : shellCommand);
    return this.enter(last, stream, command, (session, { socket, stream }) => {
      const carrier = { socket, stream, jumps: this.passed };
      return new SshConnection(this.host, last.name, carrier, session, this.options);
    });
  }

  /** @param through the channel of the jump host before; none: the hop is dialled from here */
  private enter<Channel extends Duplex, Result>(
    hop: PreparedHop,
    through: Duplex | undefined,
    opening: Opening<Channel>,
    use: (login: Login<Channel>, on: { socket: Socket; stream: Duplex }) => Result,
  ): Promise<Result> {
    const { doors = new Doors() } = this.options;
    this.at = hop;
    this.wait = "its turn";
    const { name, user, hostKey, identityFile, identities, algorithms, door } = hop;
    const visit = { name, door, visitor: JSON.stringify([user, hostKey, identityFile]) };
    return doors.enter(visit, async (visitor) => {
      if (this.failure) throw this.failure;
      const stream = through ?? (await this.dial(hop));
      visitor.onConnected();
      const socket = this.socket as Socket;
      const onWait = (wait: Wait) => {
        this.wait = wait;
        if (wait === opening.wait) visitor.onLogin();
      };
      onWait("the SSH handshake");
      const check = toldTo(visitor, hop.check, socket.remoteAddress);
      const wanted = { name, user, opening, hostKey: check, algorithms, identities, onWait };
      return login(stream, wanted, (session) => use(session, { socket, stream }));
    });
  }

  private dial({ name, address, port, config }: Hop): Promise<Socket> {
    debug("%s: dialling", name);
    this.wait = "name resolution";
    const onSocket = (socket: Socket) => (this.socket = socket);
    return dial(name, address, port, config, onSocket, () => (this.wait = "the TCP connection"));
  }
}

function toldTo(visitor: Visitor, { algorithms, verify }: HostKeyCheck, ip: string | undefined): HostKeyCheck {
  return {
    algorithms,
    verify(blob) {
      const fingerprint = verify(blob, ip);
      visitor.onHostKey(fingerprint);
      return fingerprint;
    },
  };
}

function lostBehind(jump: Hop, next: Hop): UnreachableError {
  return new UnreachableError(`${next.name}: the connection was lost: ${jump.name} closed it.`);
}

const hints: Record<Wait, string> = {
  "its turn": "Other connections to the same address are being opened, a few at a time.",
  "name resolution": "Check `address`, and this machine's DNS.",
  "the TCP connection": "Check `address` and `port`, that the host is up, and that no firewall drops packets on the way.",
  "the SSH handshake": "Something accepts connections there but does not speak SSH, or sshd is overloaded.",
  "the login": "sshd may be waiting for its user database or DNS (LDAP, UseDNS), or the agent for its user.",
  "the shell": "sshd may be out of processes or memory, or a login script hangs.",
  "the way on from the jump host": "The next host may be down, or a firewall between the two drops packets.",
};

const round = (seconds: number) => Math.round(seconds * 10) / 10;
