import type { Duplex } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { type MultipathError, PermissionError, ToolError, UnreachableError } from "../errors";
import type { Wait } from "./login";

/** The one channel that is wanted of an SSH server. It may be asked for in the same flight as the login. */
export interface Opening<Channel extends Duplex> {
  /** What is waited for from the login on. */
  readonly wait: Wait;
  open(client: Client, done: (result: Channel | Error) => void): void;
  /** Why there is no such channel, for a person. */
  refused(name: string, error: Error): MultipathError;
}

/** A command. It is sent as soon as the channel is open; a request can't go with it, for until the command runs sshd takes 0 bytes. */
export function commandChannel(command: string): Opening<ClientChannel> {
  return {
    wait: "the shell",
    open: (client, done) => void client.exec(command, (error, channel) => done(error ?? channel)),
    refused: (name, { message }) =>
      new ToolError(`${name}: logged in, but sshd opens no session: ${message}. See MaxSessions in sshd_config.`),
  };
}

/** A TCP connection from this server to the next one. */
export function forwardedChannel(to: { readonly address: string; readonly port: number }): Opening<ClientChannel> {
  return {
    wait: "the way on from the jump host",
    open: (client, done) =>
      void client.forwardOut("127.0.0.1", 0, to.address, to.port, (error, channel) => done(error ?? channel)),
    refused: (name, error) => notForwarded(name, `${to.address} port ${to.port}`, error),
  };
}

/** Reasons of RFC 4254, 5.1, as ssh2 gives them. */
const administrativelyProhibited = 1;

function notForwarded(name: string, to: string, error: Error & { readonly reason?: unknown }): MultipathError {
  // ssh2's words: `(SSH) Channel open failure: Connection refused`
  const words = error.message.replace(/^.*: /, "");
  if (error.reason === administrativelyProhibited) {
    return new PermissionError(
      `${name}: logged in, but the jump host does not forward to ${to} (${words}). It needs AllowTcpForwarding in sshd_config, and ` +
        "that PermitOpen and the key's options in authorized_keys allow it.",
    );
  }
  return new UnreachableError(
    `${name}: the jump host can't connect to ${to} (${words}). Check the address as the jump host knows it, and that sshd runs there.`,
  );
}
