/** Messages to the line monitor of a host, and what became of them. */
import { BusyError, InputError, PermissionError, ToolError } from "../provider/errors";
import { ownName } from "../provider/commit/own-name";
import { type Host, hostName } from "../provider/host";
import { connect } from "../provider/transport/connect";
import type { Connection } from "../provider/transport/connection";
import { type Health, lineFiles, parseHealth } from "./lines";
import { type Question, askOver, showFiles } from "./question";

/** How long the monitor may take to act: it may have to wait for a transaction that is being made. */
const patienceSeconds = 15;

export interface Message {
  /** As the monitor takes it: `drain bdsl`. */
  readonly text: string;
  /** An extended regular expression: a line of `health` that says it is done. */
  readonly done: string;
  /** Done when there is no such line; or when there is another one than before. */
  readonly when?: "gone" | "changed";
  /** The line that it is about. */
  readonly line?: string;
}

export interface Told {
  readonly before: Health;
  readonly after: Health;
  /** By the host's clock. */
  readonly now: number;
}

/** Tells the monitor of a host over a connection of its own. */
export async function tell(host: Host, message: Message): Promise<Told> {
  const connection = await connect(host, { bootstrap: "", timeoutSeconds: 30 });
  try {
    return await tellOver(connection, message);
  } finally {
    connection.close();
  }
}

/**
 * Tells it, and waits until its health shows that it has done so.
 * @throws ToolError when there is no monitor, InputError when it has no such line, BusyError when it does nothing
 */
export async function tellOver(connection: Connection, message: Message): Promise<Told> {
  const name = hostName(connection.host);
  const answer = await askOver(connection, question(message));
  const facts = answer.sections.get("facts") ?? "";
  const before = parseHealth(answer.sections.get("before") ?? "");
  const after = parseHealth(answer.files.get(`${lineFiles}/health`) ?? "");
  const now = Number(/^now (\d+)$/m.exec(facts)?.[1]);
  const [, refusal] = /^refused (\w+)$/m.exec(facts) ?? [];
  switch (refusal) {
    case undefined:
      return { before, after, now };
    case "root":
      throw new PermissionError(
        `Only root may speak to the line monitor of ${name}: log in as root, or add --become to do so through \`sudo -n\`.`,
      );
    case "none":
      throw new ToolError(
        `No line monitor runs on ${name}: declare a LineMonitor, or see \`systemctl status pulumi-multipath-lines\` there.`,
      );
    case "dead":
      throw new ToolError(
        `The line monitor of ${name} is gone: its process ${before.monitor?.pid ?? ""} has ended. systemd starts it again; see ` +
          "`journalctl -u pulumi-multipath-lines` there.",
      );
    case "line":
      throw new InputError(`LINE is ${JSON.stringify(message.line)}: ${name} has no such line; it has ${namesOf(before)}.`);
    default:
      throw new BusyError(
        `The line monitor of ${name} was told \`${message.text}\`, and has not done so within ${patienceSeconds} s. Is a transaction open ` +
          "that nobody has confirmed? It may do so yet: see `pulumi-multipath status`.",
      );
  }
}

/** Whom the monitor names as the one who asked: one word. */
export const asker = (): string => ownName().replace(/\s/g, "?");

const namesOf = ({ lines }: Health): string => lines.map(({ name }) => name).join(", ") || "none";

/** The fifo is opened for reading too, or opening it would wait for a monitor that may have just ended. */
function question({ text, done, when = "there", line = "" }: Omit<Message, "when"> & { readonly when?: string }): Question {
  return {
    waitingFor: "the line monitor",
    timeoutSeconds: patienceSeconds + 15,
    values: [lineFiles, text, done, when, line],
    script: `${showFiles}
answer() {
  lines=$2
  echo "$1 before"
  [ ! -r "$lines/health" ] || cat "$lines/health"
  echo "$1 facts"
  old=$(grep -E "$4" "$lines/health" 2>/dev/null)
  refusal=$(refused "$6") || { tell "$3"; refusal=$(late "$4" "$5"); }
  [ -z "$refusal" ] || echo "refused $refusal"
  echo "now $(date +%s)"
  show_files "$1" "$lines/health"
}
refused() {
  if [ ! -p "$lines/fifo" ] || [ ! -r "$lines/health" ]; then echo none; return; fi
  if [ ! -w "$lines/fifo" ]; then echo root; return; fi
  read -r _ pid _ <"$lines/health"
  if [ ! -d "/proc/\${pid:-none}" ]; then echo dead; return; fi
  [ -n "$1" ] || return 1
  while read -r word name _; do [ "$word $name" != "line $1" ] || return 1; done <"$lines/health"
  echo line
}
tell() {
  { printf '%s\\n' "$1" >&4; } 4<>"$lines/fifo"
}
late() {
  tries=0
  until settled "$1" "$2"; do
    tries=$((tries + 1))
    if [ $tries -gt $((${patienceSeconds} * 10)) ]; then echo late; return; fi
    sleep 0.1
  done
}
settled() {
  case $2 in
    gone) ! grep -qE "$1" "$lines/health" ;;
    there) grep -qE "$1" "$lines/health" ;;
    changed) new=$(grep -E "$1" "$lines/health") && [ "$new" != "$old" ] ;;
  esac
}`,
  };
}
