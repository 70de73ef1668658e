import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { debuglog } from "node:util";
import type { ClientChannel } from "ssh2";
import { UnreachableError } from "../errors";
import type { Host } from "../host";
import type { Connection, ConnectOptions, Reply, RequestOptions } from "./connection";
import type { Login } from "./login";
import { Shell } from "./shell";
import { ping } from "./ssh2-inside";

const debug = debuglog("pulumi-multipath");

const defaultKeepaliveSeconds = 5;
const unansweredKeepalives = 4;

/** What carries a session: this machine's socket, and between it and the session the jump hosts. */
export interface Carrier {
  readonly socket: Socket;
  /** What the session's protocol runs over: the socket, or the last jump host's channel. */
  readonly stream: Duplex;
  /** The first to be dialled first. */
  readonly jumps: readonly (Login<Duplex> & { readonly name: string })[];
}

/** A session that a shell runs in. */
export class SshConnection implements Connection {
  readonly hostKey: string;
  private readonly shell: Shell;
  private keepalive: NodeJS.Timeout | undefined;
  private heard = false;

  constructor(
    readonly host: Host,
    private readonly name: string,
    private readonly carrier: Carrier,
    private readonly session: Login<ClientChannel>,
    private readonly options: ConnectOptions,
  ) {
    const { client, channel, hostKey } = session;
    const { socket, stream, jumps } = carrier;
    this.hostKey = hostKey;
    const streams = { stdin: channel, stdout: channel, stderr: channel.stderr };
    this.shell = new Shell(
      streams,
      name,
      host.become === true,
      options.bootstrap,
      (busy) => this.onBusy(busy),
      () => socket.destroy(),
    );
    channel.on("close", (code?: number | null, signal?: string) => this.onChannelClose(code, signal));
    client.on("error", (error) => this.lost(error.message));
    // At the first of the two ssh2 has torn its protocol down already: a write would throw.
    client.on("end", () => this.lost("closed by the host"));
    client.on("close", () => this.lost("closed by the host"));
    for (const jump of jumps) jump.client.on("close", () => this.lost(`${jump.name} is gone`));
    stream.on("data", () => (this.heard = true));
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
    this.hangUp();
    // A host that is gone never takes the goodbye; nobody waits for it.
    setTimeout(() => this.carrier.socket.destroy(), 1000).unref();
  }

  /** While somebody waits for a reply, the host is asked now and then whether it is still there. */
  private onBusy(busy: boolean): void {
    clearInterval(this.keepalive);
    if (!busy) return;
    this.heard = true;
    let unanswered = 0;
    this.keepalive = setInterval(
      () => {
        unanswered = this.heard ? 0 : unanswered + 1;
        this.heard = false;
        if (unanswered > (this.shell.impatient ? 0 : unansweredKeepalives)) this.lost("the host stopped answering");
        else ping(this.session.client);
      },
      (this.options.keepaliveSeconds ?? defaultKeepaliveSeconds) * 1000,
    );
  }

  private onChannelClose(code: number | null | undefined, signal: string | undefined): void {
    this.shell.exited(signal ? `by ${signal}` : `exit status ${code ?? "unknown"}`);
    this.hangUp();
  }

  /** The session first: its goodbye travels through the jump hosts. */
  private hangUp(): void {
    this.session.client.end();
    for (const { client } of this.carrier.jumps.toReversed()) client.end();
  }

  private lost(why: string): void {
    debug("%s: lost: %s", this.name, why);
    this.shell.end(
      new UnreachableError(
        `${this.name}: the connection was lost while waiting for ${this.shell.waitingFor} (${why}). What the host was asked to do may ` +
          "have been done, in part or in full.",
      ),
    );
    this.carrier.socket.destroy();
  }
}
