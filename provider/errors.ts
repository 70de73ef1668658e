/**
 * Every error a user can meet. The class says what kind of trouble it is (and so whether dialling again makes sense);
 * the message says what was attempted, on which host, at which step, in the host's own words, and what to do.
 */
export class MultipathError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The declaration itself is wrong; nothing was touched. */
export class InputError extends MultipathError {}

/** No connection: name resolution, TCP, a wait that ran out. The only class after which dialling again can help. */
export class UnreachableError extends MultipathError {}

/** Not dialled any more in this run, after so many dials in vain. */
export class NotDialledError extends UnreachableError {}

/** The host showed another key than the one expected, or none is known. Never retried. */
export class HostKeyError extends MultipathError {}

/** The host refused every key or password offered. Never retried. */
export class AuthenticationError extends MultipathError {}

/** There was no key to offer, and none was named: a pipeline that only previews may have none on purpose. */
export class NoKeyError extends AuthenticationError {}

/** Logged in, but not as root and `sudo -n` is refused. */
export class PermissionError extends MultipathError {}

/** A tool on the host is missing, too old, or printed something that is not what it prints. */
export class ToolError extends MultipathError {}

/** The kernel, or the tool before it, refused a line. The host is as it was before. */
export class RejectedError extends MultipathError {}

/** This change was not the cause, but was undone or not applied together with one that failed. */
export class NotAppliedError extends MultipathError {}

/** Applied, but not confirmed over a new connection, or it did not stay as it was made: the host has undone it. */
export class RolledBackError extends MultipathError {}

/** The object is somebody else's: foreign, or declared by another stack. */
export class OwnershipError extends MultipathError {}

/** Another transaction holds the host's lock. */
export class BusyError extends MultipathError {}

/** Something that must not happen in this program. */
export class InternalError extends MultipathError {}

/** One line for a person: no stack, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
