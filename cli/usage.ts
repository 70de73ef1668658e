import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { messageOf } from "../provider/errors";

/** The command line is wrong: its message is followed by how it should be. */
export class UsageError extends Error {}

/** Where a command prints, and whom it asks. */
export interface Terminal {
  /** Somebody looks at what is printed: it is no file and no pipe. */
  readonly watched: boolean;
  /** A person's, that shows colours: not a file, not a pipe, and NO_COLOR is not set. */
  readonly colours: boolean;
  /** How many characters fit in a line. */
  readonly columns: number;
  /** Prints at once; what a host has said goes through `fromHost` before. */
  write(text: string): void;
  /** The answer of a person; undefined where nobody can be asked. */
  ask(question: string): Promise<string | undefined>;
}

export interface Command {
  readonly usage: string;
  /** Takes its own arguments, and returns what remains to be printed. */
  run(args: readonly string[], terminal: Terminal): Promise<string>;
}

/** How a command's HOST is reached; the same for all of them. */
export const hostOptions = { become: { type: "boolean" }, identity: { type: "string" } } as const;
export const hostUsage = "[--become] [--identity FILE]";

/** @throws UsageError when there is an option that the command doesn't know */
export function parsed<const Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { ...hostOptions, ...options } });
  } catch (error) {
    // What follows its first sentence is about dashes.
    throw new UsageError(messageOf(error).replace(/\.\s[^]*$/, "."));
  }
}

/** @param argument the first one that the command has no place for */
export function assertNoMore(argument: string | undefined): void {
  if (argument !== undefined) throw new UsageError(`There is one argument too many: ${JSON.stringify(argument)}.`);
}

/** What a host says goes to a person's terminal, which obeys control characters. */
export const fromHost = (text: string): string => text.replace(/[^\P{C}\n\t]/gu, "\u{FFFD}");
