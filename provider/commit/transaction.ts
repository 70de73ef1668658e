import { InternalError, ToolError } from "../errors";
import { type Step, type Tool, shown } from "../kind";
import type { Planned, ReachTarget } from "./change";
import type { OnHost } from "./installed-files";
import { type Entry, type Section, inOrder } from "./order";
import { type Shown, valuesOf } from "./snapshot";

/** One request that changes the host, and what its reply is read against. */
export interface Transaction {
  readonly token: string;
  readonly changes: readonly Planned[];
  readonly sections: readonly Section[];
  /** The sh text for `Connection.request`. */
  readonly script: string;
}

export interface TransactionOptions {
  /** Random; names the directory of the request on the host, and marks the parts of the reply. */
  readonly token: string;
  /** The token of the reply that the plans were made from. */
  readonly seen: string;
  /** user@machine, for another admin who finds the lock taken. */
  readonly owner: string;
  /** How long to wait for a lock that somebody else holds. */
  readonly lockSeconds: number;
  /** How long after it is armed the host undoes the transaction by itself. */
  readonly rollbackAfterSeconds: number;
  readonly onHost: OnHost;
  /** Whether the host lacks the scripts. */
  readonly install: boolean;
}

/** Applied; the host undoes it unless it is confirmed. */
export interface Armed {
  readonly status: "armed";
  /** Until it does. */
  readonly secondsLeft: number;
}

/** How a transaction ended, as the host says. */
export type Outcome =
  /** @property lost lines that would have put back what vanished with the change, and that the kernel refused */
  | { readonly status: "applied"; readonly lost: readonly string[] }
  /** What the plans were made from has changed; nothing was done. @property changed the first key that differs, when it is known */
  | { readonly status: "stale"; readonly changed: string | undefined }
  | ({ readonly status: "rejected" } & Rejection)
  /** Applied, and undone again. @property why after "because" */
  | { readonly status: "undone"; readonly why: string; readonly notRestored: readonly string[] }
  | { readonly status: "busy"; readonly holder: string }
  /** The host no longer has the scripts: they went with the last object of another transaction. Nothing was done. */
  | { readonly status: "missing" }
  /** The host could not do its part; what was done was undone. */
  | { readonly status: "failed"; readonly reason: string; readonly words: string; readonly notRestored: readonly string[] }
  /** The request never got as far as to begin. Nothing was done. */
  | { readonly status: "none" }
  /** The host still works on it, after all the time it was given. */
  | { readonly status: "running" };

export interface Rejection {
  /** Which of the changes the failed line is of, by its place; undefined when it can't be told. */
  readonly culprit: number | undefined;
  /** The step that failed; undefined when only the change is known. */
  readonly step: Step | undefined;
  /** In the kernel's own words, or those of `ip`. */
  readonly words: string;
  /** Lines that would have restored what was there, and that the kernel refused. Empty: the host is as it was before. */
  readonly notRestored: readonly string[];
}

/** A line that changes nothing and prints one line: how far `ip` came is told by how many of these it printed. */
const marker = "link show dev lo";

/** Up to this many lines each has a marker of its own; beyond it one between two changes must do (10,000 cost 0.1 s). */
const markedLines = 500;

export function transactionOf(changes: readonly Planned[], options: TransactionOptions): Transaction {
  const { token, onHost, install, seen, owner, lockSeconds, rollbackAfterSeconds } = options;
  const steps = changes.flatMap((change) => change.steps);
  const takesBack = changes[0]?.takesBack;
  if (takesBack === undefined) steps.forEach(assertWholeKey);
  const files = changes.flatMap((change) => change.files);
  const sections = takesBack === undefined ? inOrder(changes.map((change) => change.steps)) : [];
  const touches = unique(steps.flatMap((step) => step.touches));
  const targets = unique(changes.flatMap(({ mustReach = [] }) => mustReach.map(targetLine)));
  const parts: [string, string][] = [
    ["reads", lines(unique(changes.flatMap((change) => change.reads)))],
    ["touches", lines(touches)],
    ["removes", lines(unique(steps.flatMap((step) => step.removes)))],
    ...sections.flatMap(batchParts),
    ...(takesMore(touches) ? [["takes-more", `${takesMore(touches)}\n`] as [string, string]] : []),
    ...(takesBack === undefined ? [] : [["takes-back", `${takesBack}\n`] as [string, string]]),
    ...(targets.length > 0 ? [["must-reach", lines(targets)] as [string, string]] : []),
    ["objects-named", lines(unique(files.map(({ file }) => file)))],
    ...files.flatMap(({ file, content }): [string, string][] => (content === undefined ? [] : [[`objects/${file}`, content]])),
  ];
  const script = [
    command("tx_begin", token, onHost.digest),
    ...parts.map(([name, text]) => command("put", name, text)),
    ...(install ? [command("install", onHost.digest, ...[...onHost.scripts].flat())] : []),
    command("tx_run", onHost.digest, seen, owner, String(lockSeconds), String(rollbackAfterSeconds)),
  ].join(" &&\n");
  return { token, changes, sections, script: `${script}\n${command("tx_reply", token)}` };
}

const targetLine = ({ address, port, from }: ReachTarget): string => `${address} ${port ?? "-"} ${from ?? "-"}`;
/** A key that says less of a rule than the line does is that of another rule: undo would not find the one that was changed. */
function assertWholeKey({ line, touches }: Step): void {
  const [, words] = /^rule (?:add|del) priority \d+(.*)$/.exec(line) ?? [];
  if (!line.startsWith("rule ") || touches.some((key) => key.split(" ").length - 3 === words?.split(" ").slice(1).length)) return;
  throw new InternalError(`The keys of \`${line}\` name no rule that says as much: ${touches.join(", ")}.`);
}

/** Kinds of the objects that can take others with them when they change, and of those that only a further look shows. */
const takesMore = (touches: readonly string[]): string =>
  unique(touches.flatMap((key) => /^(address|link|neighbour|nexthop|nft|qdisc|rule|sysctl)(?= )/.exec(key)?.[0] ?? [])).join(" ");

/** `forward-01.4`, `forward-02.ip`: the last word of the tool tells the host how to run it. */
const batchName = (index: number, tool: Tool) => `forward-${String(index + 1).padStart(2, "0")}.${tool.replace(/^ip -/, "")}`;

function batchParts(section: Section, index: number): [string, string][] {
  const name = batchName(index, section.tool);
  const waited = newAddresses(section.entries);
  return [
    [name, lines(batchLines(section))],
    ...(waited.length > 0 ? [[name.replace(/[^.]+$/, "dad"), lines(waited)] as [string, string]] : []),
  ];
}

/** IPv6 addresses that shall be there after this section. */
function newAddresses(entries: readonly Entry[]): string[] {
  const keys = entries.flatMap(({ step }) =>
    step.touches.filter((key) => key.startsWith("address 6 ") && !step.removes.includes(key)),
  );
  return unique(keys);
}

/** The batch with its markers; those of a section can be told from its entries alone, so the reply needs no record of them. */
function batchLines(section: Section): string[] {
  return section.entries.flatMap(({ step }, index) => (markedAfter(section, index) ? [step.line, marker] : [step.line]));
}

/** Of sysctls, which are written one by one, the number of the one that fails is always known, and `nft` tells it. */
const markedAfter = ({ tool, entries }: Section, index: number) =>
  tool !== "sysctl" && tool !== "nft" && (entries.length <= markedLines || entries[index]?.change !== entries[index + 1]?.change);

export function outcomeOf(transaction: Transaction, shown: Shown, stderr: string): Outcome | Armed {
  const result = shown.sections.get("result") ?? "";
  const values = (word: string) => valuesOf(result, word);
  const words = values("words").join("\n").trim();
  const notRestored = values("not-restored");
  const [status] = values("status");
  switch (status) {
    case "applied":
      return { status, lost: values("lost") };
    case "stale":
      return { status, changed: values("changed")[0] };
    case "rejected":
      return { status, ...blamed(transaction, values), words, notRestored };
    case "armed":
      return { status, secondsLeft: Math.min(...values("left").map(Number)) / 100 };
    case "undone":
      return { status, why: values("why")[0] ?? "", notRestored };
    case "busy":
      return { status, holder: values("holder")[0] || "somebody who did not say" };
    case "missing":
    case "none":
    case "running":
      return { status };
    case "failed":
      return { status, reason: values("reason")[0] ?? "", words, notRestored };
    case "killed": // after its first change it would have been undone
      return {
        status: "failed",
        reason: "The process that makes the change was killed before its first change.",
        words: (shown.sections.get("output") ?? "").trim(),
        notRestored,
      };
    case "unstored":
      return {
        status: "failed",
        reason: "The request could not be written below /run/pulumi-multipath.",
        words: stderr.trim(),
        notRestored,
      };
    default: {
      const output = (shown.sections.get("output") ?? "").trim();
      throw new ToolError(
        `The transaction ended on the host without a result (${status ?? "no status"}). ${output || stderr.trim()}`,
      );
    }
  }
}

function blamed(transaction: Transaction, values: (word: string) => string[]): Pick<Rejection, "culprit" | "step"> {
  const [address] = values("dad");
  if (address !== undefined) return stepThatTouches(transaction, address);
  const [batch] = values("batch");
  const section = transaction.sections.find(({ tool }, index) => batchName(index, tool) === batch);
  if (!section) return { culprit: undefined, step: undefined };
  const [line] = values("line");
  const found = line === undefined ? atMarker(section, Number(values("markers")[0] ?? 0)) : atLine(section, Number(line));
  return { culprit: found?.change, step: line !== undefined || section.entries.length <= markedLines ? found?.step : undefined };
}

/** The entry in line `number` of its batch, counted from 1. */
function atLine(section: Section, number: number): Entry | undefined {
  let line = 0;
  return section.entries.find((_, index) => {
    const last = line + (markedAfter(section, index) ? 2 : 1);
    const found = number > line && number <= last;
    line = last;
    return found;
  });
}

/** The first entry after so many markers. */
function atMarker(section: Section, markers: number): Entry | undefined {
  let passed = 0;
  return section.entries.find((_, index) => {
    if (passed === markers) return true;
    if (markedAfter(section, index)) passed++;
    return false;
  });
}

function stepThatTouches({ sections }: Transaction, key: string): Pick<Rejection, "culprit" | "step"> {
  const entry = sections.flatMap(({ entries }) => entries).find(({ step }) => step.touches.includes(key));
  return { culprit: entry?.change, step: entry?.step };
}

/** `ip -4 route add ...: RTNETLINK answers: File exists`, for a person. */
export function refusal({ step, words }: Rejection): string {
  return `${step ? `\`${shown(step)}\`` : "one of its lines"} was refused: ${words || "without a word"}`;
}

/** A command of the session's shell. In single quotes no character means anything but the closing quote. */
export function command(name: string, ...values: readonly string[]): string {
  return [name, ...values.map(quoted)].join(" ");
}

function quoted(value: string): string {
  if (value.includes("\0")) throw new InternalError("A NUL character can't be sent to a shell.");
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

const lines = (all: readonly string[]) => all.map((line) => `${line}\n`).join("");

const unique = (all: readonly string[]) => [...new Set(all)];
