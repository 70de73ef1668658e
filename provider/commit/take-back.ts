/** Taking back the last confirmed change of a host: what on-host/last-change.sh tells, and the transaction that follows from it. */
import { InputError } from "../errors";
import type { ObjectKey, Step, Tool } from "../kind";
import type { ObjectFile, Snapshot } from "../snapshot";
import type { FileChange, Planned } from "./change";
import { parseObjectFile, printObjectFile } from "./object-file";
import { valuesOf } from "./snapshot";

export interface LastChange {
  readonly number: number;
  /** UTC, e.g. `2026-11-28T09:30:00Z`. */
  readonly at: string;
  /** user@machine that ran it. */
  readonly by: string;
  /** The lines that take it back, in order. */
  readonly undo: readonly string[];
  /** The objects that it was about. */
  readonly touches: readonly ObjectKey[];
  /** The objects' files that it has written or removed, with what they held before; undefined: they were not there. */
  readonly files: readonly { readonly file: string; readonly before: string | undefined }[];
  /** An object that is no longer as the change has left it. */
  readonly changed: ObjectKey | undefined;
}

/** @returns undefined when no change is known there */
export function parseLastChange(text: string): LastChange | undefined {
  const [entry = "", record = ""] = text.split(/^(?=change \d+$)/m);
  if (record === "") return undefined;
  const value = (word: string) => valuesOf(entry, word)[0] ?? "";
  return {
    number: Number(valuesOf(record, "change")[0]),
    ...{ at: value("at"), by: value("by") },
    undo: valuesOf(entry, "undo"),
    touches: valuesOf(record, "touches"),
    files: filesOf(record),
    changed: valuesOf(record, "changed")[0],
  };
}

function filesOf(record: string): LastChange["files"] {
  return record
    .split(/^object /m)
    .slice(1)
    .map((part) => {
      const [file = ""] = part.split("\n");
      const was = part.split("\n").filter((line) => line.startsWith("was "));
      return { file, before: was.length === 0 ? undefined : was.map((line) => `${line.slice("was ".length)}\n`).join("") };
    });
}

/** The transaction that takes it back. The objects' files go with the kernel's objects: so it is as before also after a reboot. */
export function takeBack(last: LastChange, { objects }: Snapshot): Planned {
  const [line = "nothing", ...lines] = last.undo;
  // Which of the lines is about which object is not known, nor needed.
  const steps = [stepOf(line, last.touches), ...lines.map((each) => stepOf(each, []))];
  return {
    reads: [...last.touches, ...last.files.map(({ file }) => `object ${file}`)],
    steps,
    files: last.files.map(({ file, before }) => fileBefore(file, before, objects.get(file))),
    takesBack: last.number,
  };
}

/** `ip -4 route replace ...`, `ip link ...`, `sysctl PATH=VALUE`, for messages. */
function stepOf(text: string, touches: readonly ObjectKey[]): Step {
  const [, tool = "ip", line = text] = /^(ip -[46]|ip|sysctl) (.*)$/.exec(text) ?? [];
  return { layer: "route", phase: "put", tool: tool as Tool, line, touches, removes: [] };
}

/**
 * The file as it was; but whose it is stays: a resource that has taken the object over since finds it as its own.
 */
function fileBefore(file: string, before: string | undefined, now: ObjectFile | undefined): FileChange {
  if (before === undefined || now === undefined) return { file, content: before };
  const { claim, owner } = now;
  return { file, content: printObjectFile({ ...parseObjectFile(file, before), claim, owner }) };
}

/** What a person is told whose host has moved on. */
export function assertUnchanged({ number, changed }: LastChange, host: string): void {
  if (changed === undefined) return;
  throw new InputError(
    `Change ${number} of ${host} can't be taken back: ${changed} is no longer as that change has left it. Nothing was done. ` +
      "`pulumi-multipath history` shows its lines; `pulumi up` with the declarations of before does it as well.",
  );
}
