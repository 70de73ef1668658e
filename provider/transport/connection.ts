import type { Host } from "../host";
import type { Doors } from "./doors";

/** One standing connection to a host: a root shell that answers one request after the other. */
export interface Connection {
  readonly host: Host;
  /** SHA256 fingerprint of the host key that was verified, e.g. `SHA256:nThbg6k...`. */
  readonly hostKey: string;
  /**
   * Runs a POSIX sh text in the session's shell and returns what it printed. Data travels inside the text, as quoted here-documents;
   * stdin of its commands is /dev/null. The text must be complete (no open quote or brace) and must not `exit` the shell.
   * Requests queue: one at a time, in order; the time runs from when the text is sent.
   * @param waitingFor what a time-out's message says was waited for, e.g. `the snapshot`.
   * @throws UnreachableError when the connection is lost or the wait runs out; the connection is then closed.
   * @throws PermissionError when `sudo -n` refuses (with `become`; on the first request, which travels before sudo has answered).
   * @throws ToolError when the shell ended, e.g. of a syntax error in the text; the connection is then closed.
   */
  request(script: string, options: RequestOptions): Promise<Reply>;
  readonly closed: boolean;
  close(): void;
}

/** The ways to one host: the connection that all share, and new ones, which prove that it can be reached now. */
export interface Reach {
  /** Opened when there is none, or when the last one was lost. */
  standing(): Promise<Connection>;
  /** One more connection, its login included; tried once. Each address has that time, and as much for each jump host. The caller adopts it or closes it. */
  fresh(options: { readonly timeoutSeconds: number; readonly signal: AbortSignal }): Promise<Connection>;
  /** Makes it the standing one, and closes the one before. */
  adopt(connection: Connection): void;
}

export interface RequestOptions {
  readonly timeoutSeconds: number;
  readonly waitingFor: string;
  /**
   * The connection is taken for lost at the first unanswered question whether the host is still there: what was asked for goes on by itself, and a
   * new connection tells what became of it.
   */
  readonly impatient?: true;
}

export interface Reply {
  /** Exactly what the commands wrote, decoded as UTF-8. */
  readonly stdout: string;
  /** Exit status of the script's last command. */
  readonly code: number;
  /** What the shell and its commands wrote to stderr meanwhile; at most the last 4,096 characters. */
  readonly stderr: string;
}

export interface ConnectOptions {
  /** Sh text that the session runs first: function definitions. Costs no round trip of its own. */
  readonly bootstrap: string;
  /** Total for dialling, handshake and login. */
  readonly timeoutSeconds: number;
  /** Gives up dialling when aborted. */
  readonly signal?: AbortSignal;
  /** What is looked up where `pulumi` runs; left out: this process's own home directory, environment and /etc/ssh. */
  readonly surroundings?: Surroundings;
  /** What this run knows already about the servers it dials; left out: nothing. */
  readonly doors?: Doors;
  /** How often a waiting connection asks whether the host is still there; it is taken for lost after four unanswered ones. */
  readonly keepaliveSeconds?: number;
}

/** What belongs to the laptop or the pipeline, not to the stack: where ssh_config, keys and known hosts are found. */
export interface Surroundings {
  /** The directory whose `.ssh` is read. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The ssh_config read after the user's own. */
  readonly systemSshConfig: string;
}
