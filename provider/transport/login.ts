import type { Duplex } from "node:stream";
import { debuglog } from "node:util";
import { Client, type AnyAuthMethod, type ConnectConfig } from "ssh2";
import { AuthenticationError, MultipathError, ToolError, UnreachableError, messageOf } from "../errors";
import type { Opening } from "./opening";
import type { SessionAlgorithms } from "./session-algorithms";
import type { HostKeyCheck } from "./host-key";
import { Offer, type Identity } from "./identities";
import { onRefusal, signAtOnce } from "./ssh2-inside";

const debug = debuglog("pulumi-multipath");

/** What is being waited for, in the words of a message. */
export type Wait =
  | "its turn"
  | "name resolution"
  | "the TCP connection"
  | "the SSH handshake"
  | "the login"
  | "the shell"
  | "the way on from the jump host";

export interface LoginOptions<Channel extends Duplex> {
  /** Of the host, for messages. */
  readonly name: string;
  readonly user: string;
  /** What is wanted of it. */
  readonly opening: Opening<Channel>;
  readonly hostKey: HostKeyCheck;
  readonly algorithms: SessionAlgorithms;
  readonly identities: readonly Identity[];
  readonly onWait: (wait: Wait) => void;
}

export interface Login<Channel extends Duplex> {
  readonly client: Client;
  readonly channel: Channel;
  /** Fingerprint of the verified host key. */
  readonly hostKey: string;
}

/**
 * SSH over a connected stream: handshake, host key, login, one channel.
 * Resolves when sshd has opened the channel; the stream is destroyed when that fails.
 * @param use makes of it what is wanted, there and then: one tick later the connection may be lost, and nobody would hear of it
 */
export function login<Channel extends Duplex, Result>(
  socket: Duplex,
  options: LoginOptions<Channel>,
  use: (login: Login<Channel>) => Result,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const attempt = new Attempt<Channel>(
      socket,
      options,
      (login) => resolve(use(login)),
      (error) => {
        socket.destroy();
        reject(error);
      },
    );
    attempt.begin();
  });
}

/** ssh2's errors: `level` says which part failed, `code` is the reason's number when the host disconnected with one (RFC 4253, 11.1). */
type Ssh2Error = Error & { readonly level?: string; readonly code?: unknown };

/** One login under way. What it hears after it has succeeded or failed changes nothing. */
class Attempt<Channel extends Duplex> {
  private readonly client = new Client();
  private readonly offer: Offer;
  private wait: Wait = "the SSH handshake";
  private hostKey = "";
  private refusedHostKey: MultipathError | undefined;
  /** What the host said about our keys last; undefined before they were offered. */
  private refusal: { readonly methods: readonly string[]; readonly partial: boolean } | undefined;
  private asked = false;
  private firstWords = "";

  constructor(
    private readonly socket: Duplex,
    private readonly options: LoginOptions<Channel>,
    private readonly succeed: (login: Login<Channel>) => void,
    private readonly fail: (error: MultipathError) => void,
  ) {
    this.offer = new Offer(options.identities);
  }

  begin(): void {
    const { client, offer, options } = this;
    const { name, identities } = options;
    client.on("handshake", ({ kex, serverHostKey, cs }) => {
      debug("%s: handshake: %s, %s %s, %s", name, kex, serverHostKey, this.hostKey, cs.cipher);
      this.nowWaitingFor("the login");
    });
    client.on("banner", (text) => debug("%s: banner: %s", name, text));
    client.on("ready", () => {
      debug("%s: logged in", name);
      this.nowWaitingFor(options.opening.wait);
      this.openChannel();
    });
    client.on("error", (error: Ssh2Error) => this.onError(error));
    client.on("end", () => offer.withdraw());
    client.on("close", () => {
      offer.withdraw();
      this.fail(this.refusedHostKey ?? this.lost("closed by the host"));
    });

    client.connect(this.config());
    // What comes behind a login that succeeds, the host passes on (RFC 4252, 5.1): no need to wait for its answer. That saves a round
    // trip on the wire, and a second one that sshd's Nagle algorithm makes of it. Only with one key: each refusal would meet it again.
    signAtOnce(client, offer, () => {
      if (identities.length === 1) this.openChannel();
    });
    // The first key that is accepted as one of several factors says more than those refused after it.
    onRefusal(client, (methods, partial) => (this.refusal = this.refusal?.partial ? this.refusal : { methods, partial }));
    // Listening only now: ssh2 has paused the socket until it listens too. Before the protocol starts, sshd may refuse in plain words.
    this.socket.once("data", (chunk) => {
      this.firstWords = chunk.toString("utf8").split("\n")[0]?.trim().slice(0, 200) ?? "";
    });
  }

  private config(): ConnectConfig {
    return {
      sock: this.socket,
      username: this.options.user,
      readyTimeout: 0, // one clock for all waits, which knows what is waited for
      algorithms: { ...this.options.algorithms, serverHostKey: this.options.hostKey.algorithms },
      hostVerifier: (key: Buffer) => this.verify(key),
      // Public keys at once, never `none` first: one round trip less. ssh2 asks again when all of them have been refused.
      authHandler: (_methods: unknown, _partial: unknown, next: (method: AnyAuthMethod) => void) => {
        if (this.refusal) return this.fail(this.refused(this.refusal.methods, this.refusal.partial));
        this.refusal = { methods: [], partial: false };
        next({ type: "agent", username: this.options.user, agent: this.offer });
      },
    };
  }

  /** Called again each time the session's keys are changed. */
  private verify(key: Buffer): boolean {
    try {
      this.hostKey = this.options.hostKey.verify(key);
      return true;
    } catch (error) {
      this.refusedHostKey = error instanceof MultipathError ? error : new ToolError(messageOf(error));
      return false;
    }
  }

  private openChannel(): void {
    if (this.asked) return;
    this.asked = true;
    const { name, opening } = this.options;
    opening.open(this.client, (result) => {
      if (result instanceof Error) this.fail(opening.refused(name, result));
      else this.succeed({ client: this.client, channel: result, hostKey: this.hostKey });
    });
  }

  private nowWaitingFor(wait: Wait): void {
    this.wait = wait;
    this.options.onWait(wait);
  }

  private onError(error: Ssh2Error): void {
    debug("%s: %s: %s", this.options.name, error.level ?? "disconnect", error.message);
    if (error.level === "agent") return; // one key that could not sign: ssh2 goes on to the next
    this.fail(this.refusedHostKey ?? this.classified(error));
  }

  private classified(error: Ssh2Error): MultipathError {
    const disconnected = typeof error.code === "number";
    if (this.wait === "the login" && disconnected) return this.refused(this.refusal?.methods ?? [], false, error.message);
    if (error.level !== "handshake" || disconnected) return this.lost(error.message);
    return new ToolError(
      `${this.options.name}: no common SSH protocol: ${error.message}. The host's sshd is too old, or configured too narrowly.`,
    );
  }

  private lost(why: string): UnreachableError {
    const said = this.firstWords && !this.firstWords.startsWith("SSH-") ? ` The host said: ${this.firstWords}.` : "";
    const hint =
      this.wait === "the SSH handshake"
        ? " sshd drops connections at once when it has too many (MaxStartups), or a penalty for this address."
        : "";
    return new UnreachableError(
      `${this.options.name}: the connection was lost while waiting for ${this.wait} (${why}).${said}${hint}`,
    );
  }

  private refused(methods: readonly string[], partial: boolean, words?: string): AuthenticationError {
    const { name, user, identities } = this.options;
    const offered = `Offered, in this order: ${identities.map(({ shown }) => shown).join(", ")}.`;
    if (partial) {
      return new AuthenticationError(
        `${name}: the key was accepted, but the host wants ${methods.join(" or ")} as well. ${offered}`,
      );
    }
    const allowed =
      methods.length > 0 && !methods.includes("publickey") ? ` The host takes no keys, only ${methods.join(", ")}.` : "";
    return new AuthenticationError(
      `${name}: the host refused the login of ${user}${words ? ` (${words})` : ""}.${allowed} ${offered} Check \`user\`, and that ` +
        "one of these keys is in its authorized_keys; `identityFile` chooses another one. It was not tried again.",
    );
  }
}
