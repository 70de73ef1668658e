import type { Trial } from "./trial";

/**
 * A step of the protocol, as the call of a program that the host makes there; the scripts look into /usr/local/sbin first, so a
 * program put there can stop at that call.
 */
export interface Step {
  readonly title: string;
  readonly program: "ip" | "mv" | "systemd-run";
  /** Pattern of sh for the call's arguments. */
  readonly call: string;
  /** Condition of sh about the file that the call names last. */
  readonly only?: string;
  readonly when: "before" | "after" | { readonly line: number };
}

const batch = "*-batch*/forward-*.4";

/** The steps of a transaction, in the order in which they are taken. */
export const steps = {
  staged: { title: "staged", program: "systemd-run", call: "*", when: "before" },
  armed: { title: "armed", program: "systemd-run", call: "*", when: "after" },
  applied: {
    ...{ title: "applied", program: "ip", call: batch, when: "after" },
    only: `[ "$(printf '%s\\n' "\${file%/*}"/forward-*.4 | tail -n 1)" = "$file" ]`,
  },
  confirming: { title: "confirming", program: "mv", call: "*/armed */confirmed", when: "before" },
  confirmed: { title: "confirmed", program: "mv", call: "*/armed */confirmed", when: "after" },
  persisted: { title: "persisted", program: "mv", call: "-T*/current.new *", when: "after" },
} satisfies Record<string, Step>;

/** In the midst of a batch, so many lines of which have been done; all but one if there are not so many. */
export const midBatch = (line: number): Step => ({
  title: `line ${line} of the batch`,
  program: "ip",
  call: batch,
  only: '[ "$(wc -l <"$file")" -gt 3 ]',
  when: { line },
});

/** A program that has been stopped at a step, once. */
export interface Pause {
  /** Resolves when the step has been reached. @throws after a minute */
  reached(): Promise<void>;
  release(): Promise<void>;
}

const patienceSeconds = 60;

/** Pipes, on which both sides wait without looking again and again: on an emulated machine that would take the time of what is waited for. */
const [reached, hold] = ["/run/fault/reached", "/run/fault/hold"];

/** What releases it, as a command of the gateway. The pipe is opened for both: nobody may be there any more to read it. */
export const releasing = `echo 1<>${hold}`;

export async function pauseAt(trial: Trial, step: Step): Promise<Pause> {
  const { title, program } = step;
  await trial.sh(
    `mkdir -p /run/fault && mkfifo ${reached} ${hold} && cat >/usr/local/sbin/${program} <<'PROGRAM' && chmod 755 /usr/local/sbin/${program}\n` +
      `${standIn(step)}\nPROGRAM\n` +
      // A reset before it is on the disk would leave a file without a line, which succeeds and does nothing.
      `sync /usr/local/sbin/${program}`,
  );
  return {
    async reached() {
      try {
        await trial.sh(`timeout ${patienceSeconds - 5} sh -c 'read -r _ <${reached}'`);
      } catch (error) {
        throw new Error(`the step "${title}" was not reached`, { cause: error });
      }
    },
    async release() {
      await trial.sh(`rm -f /usr/local/sbin/${program}; ${releasing}`);
    },
  };
}

/** After a reboot /run/fault is gone, and with it the pause. */
function standIn({ program, call, only = "true", when }: Step): string {
  const wait = `echo >${reached}; read -r _ <${hold}`;
  const real = `/usr/bin/${program}`;
  const held = {
    before: `${wait}; exec ${real} "$@"`,
    after: `${real} "$@"; code=$?; ${wait}; exit $code`,
  };
  const line = typeof when === "object" ? when.line : 0;
  const parted =
    `all=$(wc -l <"$file"); line=${line}; [ $line -lt $all ] || line=$((all - 1)); head -n $line "$file" | ${real} "$1" "$2" -batch - || exit; ${wait}; ` +
    `tail -n +$((line + 1)) "$file" | exec ${real} "$1" "$2" -batch -`;
  return [
    "#!/bin/sh",
    "for file; do :; done",
    `case "$*" in`,
    `  ${call.replaceAll(" ", "\\ ")}) if ${only} && mkdir /run/fault/once 2>/dev/null; then ${typeof when === "object" ? parted : held[when]}; exit; fi ;;`,
    "esac",
    `exec ${real} "$@"`,
  ].join("\n");
}
