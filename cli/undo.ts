import { SharedHostState } from "../provider/commit/host-state";
import { onHost } from "../provider/commit/installed-files";
import { objectName } from "../provider/commit/object-file";
import { type LastChange, assertUnchanged, parseLastChange, takeBack } from "../provider/commit/take-back";
import { InputError, PermissionError } from "../provider/errors";
import { type Host, hostName } from "../provider/host";
import type { Reach } from "../provider/transport/connection";
import { Pool } from "../provider/transport/pool";
import { hostOf } from "./host-argument";
import { assertNoMore, type Command, type Terminal, fromHost, hostUsage, parsed, UsageError } from "./usage";

export const undo: Command = {
  usage: `pulumi-multipath undo HOST [--yes] ${hostUsage}   takes back the last confirmed change, as a confirmed change of its own`,

  async run(args, terminal) {
    const { host, yes } = argumentsOf(args);
    const pool = new Pool({ bootstrap: onHost().bootstrap });
    try {
      return await undoOver(host, pool.reach(host, { timeoutSeconds: 30 }), yes, terminal);
    } finally {
      pool.closeAll();
    }
  },
};

/** @throws UsageError when they are not what the usage says */
export function argumentsOf(args: readonly string[]) {
  const { values, positionals } = parsed(args, { yes: { type: "boolean" } });
  const [host, more] = positionals;
  assertNoMore(more);
  return { host: hostOf(host, values), yes: values.yes === true };
}

export async function undoOver(host: Host, reach: Reach, yes: boolean, terminal: Terminal): Promise<string> {
  const name = hostName(host);
  const last = await lastChangeOf(reach, name);
  assertUnchanged(last, name);
  terminal.write(shown(last, name));
  if (!yes && !(await agrees(terminal, last))) return "Nothing was done.\n";
  const state = new SharedHostState(host, { reach });
  // Whether it is still the last one, and all is as it has left it, the host sees once more when nobody else can change it.
  const { warnings } = await state.commit({
    name: `The undo of change ${last.number}`,
    plan: (snapshot) => takeBack(last, snapshot),
  });
  const restored = last.files.filter(({ before }) => before !== undefined).length;
  return [
    `Change ${last.number} of ${name} is taken back, and confirmed over a new connection.`,
    ...warnings,
    restored < last.files.length || restored > 0
      ? "The program still declares it: the next `pulumi preview` shows the difference, and `pulumi up` would make the change again."
      : "",
  ]
    .filter(Boolean)
    .map((line) => `${fromHost(line)}\n`)
    .join("");
}

/** The scripts that have made the last change are the ones that are left on the host, and know its record. */
const question = `for script in /usr/local/libexec/pulumi-multipath/*/last-change.sh; do
  [ -r "$script" ] || continue
  if [ "$(id -u)" = 0 ]; then sh "$script"; else echo denied; fi
done </dev/null`;

async function lastChangeOf(reach: Reach, name: string): Promise<LastChange> {
  const connection = await reach.standing();
  const { stdout } = await connection.request(question, { timeoutSeconds: 30, waitingFor: "the last change" });
  if (stdout.startsWith("denied")) {
    throw new PermissionError(
      `Only root may undo a change of ${name}: log in as root, or add --become to do so through \`sudo -n\`.`,
    );
  }
  const last = parseLastChange(stdout);
  if (last) return last;
  throw new InputError(
    `${name} has no change that could be taken back: none has been confirmed yet, nothing of ours is left there, or it was made by an ` +
      "older version of pulumi-multipath.",
  );
}

function shown({ number, at, by, undo: lines, files }: LastChange, name: string): string {
  const objects = files.map(({ file }) => objectName(file));
  const some = objects.length > 5 ? [...objects.slice(0, 4), `and ${objects.length - 4} more`] : objects;
  return fromHost(
    [
      `change ${number} of ${name}, ${at}, by ${by}: ${some.join(", ")}`,
      "is taken back by",
      ...lines.map((line) => `  ${line}`),
      "",
    ].join("\n"),
  );
}

async function agrees(terminal: Terminal, { number }: LastChange): Promise<boolean> {
  const answer = await terminal.ask(`Take back change ${number}? Only "yes" does: `);
  if (answer === undefined) throw new UsageError("There is no terminal to ask at: add --yes to undo without being asked.");
  return answer.trim() === "yes";
}
