import type { Readable, Writable } from "node:stream";
import { type MultipathError, PermissionError, ToolError, UnreachableError } from "../errors";
import type { Reply, RequestOptions } from "./connection";
import { framed, FrameReader, newToken } from "./framing";

/** The one remote command: a constant. Everything that varies travels on its stdin. */
export const shellCommand = "/bin/sh -s";
export const rootShellCommand = "exec sudo -n /bin/sh -s";

export interface ShellStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

interface Request {
  readonly text: string;
  readonly options: RequestOptions;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: MultipathError) => void;
}

interface Exchange extends Request {
  readonly stdout: FrameReader;
  readonly stderr: FrameReader;
  readonly timer: NodeJS.Timeout;
  printed?: { readonly text: string; readonly code: number };
  complained?: string;
}

/** At most this much of stderr is kept, and of what a login prints before the shell answers. */
const keptCharacters = 4096;

/**
 * A `/bin/sh -s` at the far end of three streams: requests go in one after the other, replies come out. Knows no SSH; whoever
 * owns the streams calls `end` when they are gone.
 */
export class Shell {
  private readonly greeting = newToken();
  private greeted = false;
  /** What came before the shell's first word: a banner, or why there is no shell. */
  private noise = "";
  private readonly waiting: Request[] = [];
  private exchange: Exchange | undefined;
  private endedBy: MultipathError | undefined;

  /**
   * @param name of the host, for messages
   * @param onBusy told when the first request starts to wait for its reply, and when the last one has it
   * @param onSilent told when a request's time has run out; the state of the shell is then unknown
   */
  constructor(
    private readonly streams: ShellStreams,
    private readonly name: string,
    private readonly become: boolean,
    bootstrap: string,
    private readonly onBusy: (busy: boolean) => void,
    private readonly onSilent: () => void,
  ) {
    streams.stdout.on("data", (chunk: Buffer) => this.onStdout(chunk));
    streams.stderr.on("data", (chunk: Buffer) => this.onStderr(chunk));
    // Writing to a shell that is gone: whoever owns the streams sees it end, and knows why.
    streams.stdin.on("error", () => undefined);
    // Written without waiting: the first request follows in the same flight, whatever the round trip.
    streams.stdin.write(`printf '%s shell\\n' ${this.greeting}\n{ :\n${bootstrap}\n} </dev/null\n`);
  }

  /** The reason why there will be no more replies. */
  get ended(): MultipathError | undefined {
    return this.endedBy;
  }

  request(script: string, options: RequestOptions): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.endedBy) {
        reject(this.endedBy);
        return;
      }
      this.waiting.push({ text: script, options, resolve, reject });
      if (this.exchange) return;
      this.onBusy(true);
      this.next();
    });
  }

  /** The streams are gone: whoever waits gets `error`, as does whoever comes later. */
  end(error: MultipathError): void {
    if (this.endedBy) return;
    this.endedBy = error;
    const unanswered = this.exchange ? [this.exchange, ...this.waiting] : this.waiting;
    clearTimeout(this.exchange?.timer);
    this.exchange = undefined;
    if (unanswered.length > 0) this.onBusy(false);
    for (const request of unanswered) request.reject(error);
  }

  /** The shell process is gone, with an exit status or by a signal. Says why, in the host's own words. */
  exited(how: string): void {
    this.end(this.greeted ? this.died(how) : this.neverBegan(how));
  }

  /** What is being waited for right now; for the message when the connection is lost. */
  get waitingFor(): string {
    return this.exchange?.options.waitingFor ?? "the next request";
  }

  /** Whether who waits right now would rather ask anew than wait for a host that is silent. */
  get impatient(): boolean {
    return this.exchange?.options.impatient ?? false;
  }

  private next(): void {
    const request = this.waiting.shift();
    if (!request) {
      this.exchange = undefined;
      this.onBusy(false);
      return;
    }
    const token = newToken();
    const timer = setTimeout(() => this.ranOut(request.options), request.options.timeoutSeconds * 1000);
    this.exchange = { ...request, stdout: new FrameReader(token), stderr: new FrameReader(token, keptCharacters), timer };
    this.streams.stdin.write(framed(token, request.text));
  }

  private onStdout(chunk: Buffer): void {
    if (!this.greeted) this.hear(chunk);
    const reply = this.exchange?.stdout.push(chunk);
    if (this.exchange && reply) this.exchange.printed = reply;
    this.finish();
  }

  private onStderr(chunk: Buffer): void {
    if (!this.greeted) this.noise = (this.noise + chunk.toString("utf8")).slice(-keptCharacters);
    const reply = this.exchange?.stderr.push(chunk);
    if (this.exchange && reply) this.exchange.complained = reply.text;
    this.finish();
  }

  private hear(chunk: Buffer): void {
    const heard = this.noise + chunk.toString("utf8");
    this.greeted = heard.includes(`${this.greeting} shell\n`);
    this.noise = heard.slice(-keptCharacters);
  }

  /** The two streams end in either order. */
  private finish(): void {
    const { printed, complained, timer, resolve } = this.exchange ?? {};
    if (!printed || complained === undefined) return;
    clearTimeout(timer);
    resolve?.({ stdout: printed.text, code: printed.code, stderr: complained });
    this.next();
  }

  private ranOut({ timeoutSeconds, waitingFor }: RequestOptions): void {
    this.end(
      new UnreachableError(
        `${this.name}: no answer within ${timeoutSeconds} s while waiting for ${waitingFor}. The connection is closed; what the host ` +
          "was asked to do may still be running there.",
      ),
    );
    this.onSilent();
  }

  private neverBegan(how: string): MultipathError {
    const words = this.noise.trim().replace(/\.$/, "");
    const said = words ? `, and said: ${words}` : "";
    if (!this.become) {
      return new ToolError(
        `${this.name}: logged in, but \`${shellCommand}\` ended at once (${how})${said}. The user's login shell must run commands ` +
          "(not nologin, no ForceCommand), and the host needs /bin/sh.",
      );
    }
    return new PermissionError(
      `${this.name}: logged in, but \`sudo -n /bin/sh -s\` was refused (${how})${said}. Allow it without a password, for example by ` +
        "`USER ALL=(root) NOPASSWD: /bin/sh -s` in /etc/sudoers.d/pulumi-multipath; or log in as root and leave `become` out.",
    );
  }

  private died(how: string): MultipathError {
    const stderr = this.exchange?.stderr.soFar().trim();
    return new ToolError(
      `${this.name}: the shell on the host ended (${how}) while waiting for ${this.waitingFor}` +
        (stderr ? `, and said: ${stderr}` : "."),
    );
  }
}
