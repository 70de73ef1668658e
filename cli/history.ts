import { objectName } from "../provider/commit/object-file";
import { PermissionError, ToolError } from "../provider/errors";
import { hostName } from "../provider/host";
import { connect } from "../provider/transport/connect";
import { hostOf } from "./host-argument";
import { assertNoMore, type Command, fromHost, hostUsage, parsed, UsageError } from "./usage";

/** A confirmed change, as the host has written it down (on-host/history.sh). */
export interface Entry {
  /** Counts up on its host. */
  readonly number: number;
  /** UTC, e.g. `2026-11-28T09:30:00Z`. */
  readonly at: string;
  /** user@machine that ran pulumi. */
  readonly by: string;
  /** Of the transaction. */
  readonly token: string;
  /** The change that this one took back: `pulumi-multipath undo`. */
  readonly takesBack?: number;
  /** Names of the objects whose files were changed. */
  readonly objects: readonly string[];
  /** The lines that were run. */
  readonly forward: readonly string[];
  /** The lines that would have taken it back then. */
  readonly undo: readonly string[];
}

export const history: Command = {
  usage: `pulumi-multipath history HOST [NUMBER] ${hostUsage} [--json]   the last 20 confirmed changes, or all of one`,

  async run(args) {
    const { host, number, json } = argumentsOf(args);
    const entries = await read(host);
    const chosen = number === undefined ? entries : entries.filter((entry) => entry.number === number);
    if (number !== undefined && chosen.length === 0)
      throw new UsageError(`${hostName(host)} has no change ${number} in its history${range(entries)}.`);
    if (json) return `${JSON.stringify(chosen, null, 2)}\n`;
    return number === undefined ? list(entries) : chosen.map(whole).join("");
  },
};

/** @throws UsageError when they are not what the usage says */
export function argumentsOf(args: readonly string[]) {
  const { values, positionals } = parsed(args, { json: { type: "boolean" } });
  const [host, number, ...more] = positionals;
  assertNoMore(more[0]);
  if (number !== undefined && !/^[1-9]\d{0,8}$/.test(number))
    throw new UsageError(`NUMBER is ${JSON.stringify(number)}: must be a number of the list that \`history HOST\` shows.`);
  return { host: hostOf(host, values), number: number === undefined ? undefined : Number(number), json: values.json === true };
}

const directory = "/var/lib/pulumi-multipath/history";

async function read(host: ReturnType<typeof hostOf>): Promise<Entry[]> {
  const connection = await connect(host, { bootstrap: "", timeoutSeconds: 30 });
  try {
    const { stdout, stderr, code } = await connection.request(
      `if cd ${directory} 2>/dev/null; then
         for file in [0-9]*; do [ ! -r "$file" ] || { echo "number $file" && cat "$file"; } || exit; done
       elif [ -d ${directory.replace(/\/[^/]+$/, "")} ] && [ "$(id -u)" != 0 ]; then echo denied
       fi`,
      { timeoutSeconds: 30, waitingFor: "the history" },
    );
    if (code !== 0) throw new ToolError(`${hostName(host)} could not show its history: ${stderr.trim()}`);
    if (stdout === "denied\n")
      throw new PermissionError(
        `Only root may read the history of ${hostName(host)}: log in as root, or add --become to read it through \`sudo -n\`.`,
      );
    return fromHost(stdout)
      .split(/^number (?=\d+$)/m)
      .slice(1)
      .map(entryOf)
      .sort((one, other) => other.number - one.number);
  } finally {
    connection.close();
  }
}

function entryOf(text: string): Entry {
  const [number, ...lines] = text.trimEnd().split("\n");
  const all = (word: string) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const one = (word: string) => all(word)[0] ?? "";
  return {
    ...{ number: Number(number), at: one("at"), by: one("by"), token: one("token") },
    ...(one("takes-back") && { takesBack: Number(one("takes-back")) }),
    ...{ objects: all("object").map(objectName), forward: all("forward"), undo: all("undo") },
  };
}

function list(entries: readonly Entry[]): string {
  if (entries.length === 0) return "No change of this host has been confirmed yet, or nothing of ours is left there.\n";
  const rows = entries.map(({ number, at, by, objects, forward, takesBack }) => {
    return [
      String(number),
      at,
      by,
      `${takesBack === undefined ? "" : `takes back change ${takesBack}: `}${summary(objects, forward)}`,
    ];
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map(([number = "", at = "", by = "", what = ""]) =>
      [number.padStart(widths[0] ?? 0), at.padEnd(widths[1] ?? 0), by.padEnd(widths[2] ?? 0), what].join("  "),
    )
    .map((line) => `${line}\n`)
    .join("");
}

const summary = (objects: readonly string[], forward: readonly string[]): string => {
  const [first = "", ...more] = objects.length > 0 ? objects : forward;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
};

const whole = ({ number, at, by, token, takesBack, objects, forward, undo }: Entry): string =>
  [
    `change ${number}, ${at}, by ${by} (transaction ${token})${takesBack === undefined ? "" : `, takes back change ${takesBack}`}`,
    ...section("objects", objects),
    ...section("forward", forward),
    ...section("undo", undo),
    "",
  ].join("\n");

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

const range = (entries: readonly Entry[]): string =>
  entries.length === 0 ? ", which is empty" : `: it goes from ${entries.at(-1)?.number} to ${entries[0]?.number}`;
