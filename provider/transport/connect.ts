import type { Socket } from "node:net";
import { debuglog } from "node:util";
import { UnreachableError, messageOf } from "../errors";
import { hostName, type Host } from "../host";
import type { Connection, ConnectOptions, Reply, RequestOptions } from "./connection";
import { dial } from "./dial";
import { hostKeyCheck } from "./host-key";
import { findIdentities, ownSurroundings, type Identity } from "./identities";
import { login, type Login, type Wait } from "./login";
import { rootShellCommand, Shell, shellCommand } from "./shell";
import { ping } from "./ssh2-inside";

const debug = debuglog("multipath");

/**
 * Opens one connection to a host. Resolves as soon as requests can be sent: the bootstrap text goes out with the first one, and
 * whether sudo lets us in, the first reply tells.
 * Never retries: that is the pool's to do, and only for an UnreachableError.
 * @throws UnreachableError after the last address of the list, or when the time is over
 * @throws HostKeyError, AuthenticationError at the first address that answers so
 */
export async function connect(host: Host, options: ConnectOptions): Promise<Connection> {
  const surroundings = options.surroundings ?? ownSurroundings();
  const end = Date.now() + options.timeoutSeconds * 1000;
  const identities = await findIdentities(host, surroundings);
  const addresses = [host.address].flat();
  const unreachable: UnreachableError[] = [];

  for (const [index, address] of addresses.entries()) {
    // A silent address must not use up the time of those after it.
    const milliseconds = (end - Date.now()) / (addresses.length - index);
    const check = await hostKeyCheck(host, address, surroundings);
    try {
      return await connectTo(host, address, { ...options, identities, check, milliseconds });
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      unreachable.push(error);
    }
  }
  const [only, ...more] = unreachable;
  throw only && more.length === 0 ? only : new UnreachableError(unreachable.map(messageOf).join("\n"));
}

interface Attempt extends ConnectOptions {
  readonly identities: readonly Identity[];
  readonly check: Awaited<ReturnType<typeof hostKeyCheck>>;
  readonly milliseconds: number;
}

function connectTo(host: Host, address: string, attempt: Attempt): Promise<Connection> {
  const name = hostName({ ...host, address });
  return new Promise((resolve, reject) => {
    let socket: Socket | undefined;
    let wait: Wait = "name resolution";
    const onWait = (next: Wait) => (wait = next);
    const giveUp = (why: string) => {
      socket?.destroy();
      reject(new UnreachableError(`${name}: ${why}`));
    };
    const timer = setTimeout(
      () => giveUp(`no answer within ${round(attempt.milliseconds / 1000)} s while waiting for ${wait}. ${hints[wait]}`),
      attempt.milliseconds,
    );
    const onAbort = () => giveUp(`gave up while waiting for ${wait}, as asked to.`);
    attempt.signal?.addEventListener("abort", onAbort);
    if (attempt.signal?.aborted) onAbort();

    debug("%s: dialling", name);
    dial(
      name,
      address,
      host.port,
      (dialled) => (socket = dialled),
      () => onWait("the TCP connection"),
    )
      .then(async (connected) => {
        onWait("the SSH handshake");
        const { check: hostKey, identities } = attempt;
        const command = host.become ? rootShellCommand : shellCommand;
        const options = { name, user: host.user, command, hostKey, identities, onWait };
        resolve(await login(connected, options, (session) => new SshConnection(host, name, connected, session, attempt)));
      })
      .catch(reject)
      .finally(() => {
        clearTimeout(timer);
        attempt.signal?.removeEventListener("abort", onAbort);
      });
  });
}

const hints: Record<Wait, string> = {
  "name resolution": "Check `address`, and this machine's DNS.",
  "the TCP connection": "Check `address` and `port`, that the host is up, and that no firewall drops packets on the way.",
  "the SSH handshake": "Something accepts connections there but does not speak SSH, or sshd is overloaded.",
  "the login": "sshd may be waiting for its user database or DNS (LDAP, UseDNS), or the agent for its user.",
  "the shell": "sshd may be out of processes or memory, or a login script hangs.",
};

const round = (seconds: number) => Math.round(seconds * 10) / 10;

const defaultKeepaliveSeconds = 5;
const unansweredKeepalives = 4;

class SshConnection implements Connection {
  readonly hostKey: string;
  private readonly shell: Shell;
  private keepalive: NodeJS.Timeout | undefined;

  constructor(
    readonly host: Host,
    private readonly name: string,
    private readonly socket: Socket,
    private readonly session: Login,
    private readonly options: ConnectOptions,
  ) {
    const { client, channel } = session;
    this.hostKey = session.hostKey;
    const streams = { stdin: channel, stdout: channel, stderr: channel.stderr };
    this.shell = new Shell(
      streams,
      name,
      host.become,
      options.bootstrap,
      (busy) => this.onBusy(busy),
      () => socket.destroy(),
    );
    channel.on("close", (code?: number | null, signal?: string) => this.onChannelClose(code, signal));
    client.on("error", (error) => this.lost(error.message));
    // At the first of the two ssh2 has torn its protocol down already: a write would throw.
    client.on("end", () => this.lost("closed by the host"));
    client.on("close", () => this.lost("closed by the host"));
    // An idle connection does not keep the process alive; one that waits for a reply does, by the clock that bounds the wait.
    socket.unref();
  }

  get closed(): boolean {
    return this.shell.ended !== undefined;
  }

  async request(script: string, options: RequestOptions): Promise<Reply> {
    const start = performance.now();
    const reply = await this.shell.request(script, options);
    const milliseconds = Math.round(performance.now() - start);
    debug(
      "%s: %s: %d characters sent, %d received, %d ms",
      this.name,
      options.waitingFor,
      script.length,
      reply.stdout.length,
      milliseconds,
    );
    return reply;
  }

  close(): void {
    this.shell.end(
      new UnreachableError(`${this.name}: the connection was closed here while waiting for ${this.shell.waitingFor}.`),
    );
    this.session.client.end();
    // A host that is gone never takes the goodbye; nobody waits for it.
    setTimeout(() => this.socket.destroy(), 1000).unref();
  }

  /** While somebody waits for a reply, the host is asked now and then whether it is still there. */
  private onBusy(busy: boolean): void {
    clearInterval(this.keepalive);
    if (!busy) return;
    let heard = -1;
    let unanswered = 0;
    this.keepalive = setInterval(
      () => {
        unanswered = this.socket.bytesRead === heard ? unanswered + 1 : 0;
        heard = this.socket.bytesRead;
        if (unanswered > unansweredKeepalives) this.lost("the host stopped answering");
        else ping(this.session.client);
      },
      (this.options.keepaliveSeconds ?? defaultKeepaliveSeconds) * 1000,
    );
  }

  private onChannelClose(code: number | null | undefined, signal: string | undefined): void {
    this.shell.exited(signal ? `by ${signal}` : `exit status ${code ?? "unknown"}`);
    this.session.client.end();
  }

  private lost(why: string): void {
    debug("%s: lost: %s", this.name, why);
    this.shell.end(
      new UnreachableError(
        `${this.name}: the connection was lost while waiting for ${this.shell.waitingFor} (${why}). What the host was asked to do may ` +
          "have been done, in part or in full.",
      ),
    );
    this.socket.destroy();
  }
}
