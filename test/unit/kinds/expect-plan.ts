import assert from "node:assert/strict";
import type { AnyKind, Step } from "../../../provider/kind";
import { shown } from "../../../provider/kind";
import type { ObjectFile, Snapshot } from "../../../provider/snapshot";
import { parse } from "../../../provider/unknown";
import { type Live, snapshotOf } from "./live";

export interface Situation {
  /** The declaration as a program has it. */
  readonly desired: Readonly<Record<string, unknown>>;
  /** What the host shows of this kind, one line an object, as `ip` prints it. */
  readonly live?: readonly string[];
  /** What boot replays for this object, as its file has it. */
  readonly recorded?: readonly string[];
  /** The host's rt_tables. */
  readonly tables?: string;
  readonly host?: Partial<Snapshot["host"]>;
  /** What the line monitor says of its lines. */
  readonly lines?: Snapshot["lines"];
}

/** The lines that would be run, e.g. `expectPlan(route, { desired: {...}, live: ["default via ..."] }).toEqual(["ip -4 route add ..."])`. */
export const expectPlan = (kind: AnyKind, situation: Situation) => expectation(stepsFor(kind, situation));

/** The lines that would be run when the resource is deleted. */
export const expectRemoval = (kind: AnyKind, situation: Situation) =>
  expectation(kind.plan(undefined, look(kind, situation).observed));

/** Everything that is wrong with a declaration, as `path: message`; nothing wrong = []. */
export function expectProblems(kind: AnyKind, desired: Readonly<Record<string, unknown>>) {
  const parsed = parse(kind.schema, desired);
  const problems = parsed.problems.map(({ path, message }) => `${path}: ${message}`);
  const contradictions = problems.length > 0 ? [] : (kind.contradictions?.(parsed.value) ?? []);
  return expectation([...problems, ...contradictions.map(({ path, message }) => `${path.join(".")}: ${message}`)]);
}

export function stepsFor(kind: AnyKind, situation: Situation): readonly Step[] {
  const { resolved, observed } = look(kind, situation);
  return kind.plan(resolved, observed);
}

/** What is there, in declared form: what refresh and discover show. */
export function inputsFor(kind: AnyKind, situation: Situation): unknown {
  const { observed } = look(kind, situation);
  return observed === undefined ? undefined : kind.inputsOf(observed);
}

const shownIn: Readonly<Record<string, keyof Live>> = {
  Route: "routes",
  Address: "addresses",
  RoutingRule: "rules",
  RouteSet: "routes",
  Sysctl: "sysctls",
};

export function look(kind: AnyKind, { desired, live = [], recorded, tables, host, lines }: Situation) {
  const declared = kind.schema.parse(desired);
  assert.deepEqual(kind.contradictions?.(declared) ?? [], []);
  const snapshot = snapshotOf({
    [shownIn[kind.name] ?? "links"]: live,
    ...(tables && { tables }),
    ...(host && { host }),
    ...(lines && { lines }),
  });
  const resolved = kind.resolve?.(declared, snapshot) ?? declared;
  return { declared, resolved, snapshot, observed: kind.observe(snapshot, declared, recorded && fileWith(recorded)) };
}

const fileWith = (lines: readonly string[]): ObjectFile => ({
  file: "",
  kind: "",
  identity: "",
  claim: "",
  owner: { project: "", stack: "", name: "" },
  lines,
});

function expectation(found: readonly (Step | string)[]) {
  const lines = found.map((one) => (typeof one === "string" ? one : shown(one)));
  return {
    toEqual: (expected: readonly string[]) => assert.deepEqual(lines, expected),
    /** The one line, or the problems one below the other. */
    toMatch: (pattern: RegExp) => assert.match(lines.join("\n"), pattern),
  };
}
