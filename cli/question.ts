import { randomBytes } from "node:crypto";
import { cut } from "../provider/commit/snapshot";
import { command } from "../provider/commit/transaction";
import { ToolError } from "../provider/errors";
import { type Host, hostName } from "../provider/host";
import { connect } from "../provider/transport/connect";
import type { Connection } from "../provider/transport/connection";
import { fromHost } from "./usage";

/** Something that is asked of a host in one request. */
export interface Question {
  /** Sh text with a function `answer TOKEN VALUE...`, which prints a line `TOKEN NAME` before each part of what it tells. */
  readonly script: string;
  readonly values?: readonly string[];
  /** What a time-out's message says was waited for. */
  readonly waitingFor: string;
  readonly timeoutSeconds?: number;
}

/** The parts of an answer by name, and files by path. */
export interface Answer {
  readonly sections: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
}

/** Asks over a connection of its own. */
export async function ask(host: Host, question: Question): Promise<Answer> {
  const connection = await connect(host, { bootstrap: "", timeoutSeconds: 30 });
  try {
    return await askOver(connection, question);
  } finally {
    connection.close();
  }
}

/** @throws ToolError when the host could not answer */
export async function askOver(
  connection: Connection,
  { script, values = [], waitingFor, timeoutSeconds = 30 }: Question,
): Promise<Answer> {
  const token = randomBytes(16).toString("hex");
  const text = `${script}\n${command("answer", token, ...values)}\necho ${token} end`;
  const { stdout, stderr } = await connection.request(text, { timeoutSeconds, waitingFor });
  const { sections, files } = cut({ stdout: fromHost(stdout), stderr, code: 0 }, token);
  if (sections.size < 2) {
    throw new ToolError(
      `${hostName(connection.host)} did not tell ${waitingFor}, and said: ${fromHost(stderr).trim() || "nothing"}.`,
    );
  }
  return { sections, files: files ?? new Map() };
}

/** For scripts: prints files that can be read, each after a line `TOKEN file PATH`. */
export const showFiles = `show_files() {
  token=$1
  shift
  for file; do
    shift
    [ ! -r "$file" ] || [ ! -s "$file" ] || set -- "$@" "$file"
  done
  echo "$token files"
  [ $# -eq 0 ] || awk -v token="$token" 'FNR == 1 { print token " file " FILENAME } { print }' "$@"
}`;
