/** `npm run faults`: the rows of the fault matrix, each so many times on a gateway that has just been restored. */
import { writeFileSync } from "node:fs";
import type { Fault, Verdict } from "./fault";
import { judge } from "./judge";
import { matrix } from "./matrix";
import type { Measured, Row } from "./page";
import { Beginning } from "./trial";

export interface Options {
  readonly trials: number;
  /** Numbers of rows; empty: all. */
  readonly rows: readonly number[];
  /** What the titles of faults have in them; empty: all. */
  readonly only: string;
  readonly quick: boolean;
  readonly json: string | undefined;
}

/** @returns whether every trial was survived */
export async function run({ trials, rows, only, quick, json }: Options): Promise<boolean> {
  const { testInstance } = await import("../../scripts/lab/test-instance.mjs");
  const wanted = matrix.filter(
    (fault) => (rows.length === 0 || rows.includes(fault.row)) && fault.title.includes(only) && (!quick || fault.quick),
  );
  const beginning = await Beginning.prepare(testInstance);
  const results: { fault: Fault; verdicts: Verdict[] }[] = [];
  try {
    for (const fault of wanted) {
      const verdicts: Verdict[] = [];
      for (let trial = 1; trial <= trials; trial++) {
        const verdict = await judge(fault, beginning);
        verdicts.push(verdict);
        const { survived, rolledBack, seconds, reason } = verdict;
        const became = survived ? (rolledBack ? "as before" : "the new state") : `NOT SURVIVED: ${withoutProgress(reason ?? "")}`;
        console.log(`${String(fault.row).padStart(2)} ${fault.title}, trial ${trial}: ${became}, ${seconds.toFixed(1)} s`);
      }
      results.push({ fault, verdicts });
      // After each row: a long run that is cut short has what it has.
      const measured: Measured = { rows: results.map((result) => rowOf(result.fault, result.verdicts)) };
      if (json) writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
    }
  } finally {
    beginning.remove();
  }
  const all = results.flatMap(({ verdicts }) => verdicts);
  console.log(
    `\n${all.filter(({ survived }) => survived).length} passed, ${all.filter(({ survived }) => !survived).length} failed`,
  );
  return all.every(({ survived }) => survived);
}

/** What pulumi says at the end tells all. */
const withoutProgress = (text: string): string => text.replace(/^(@ |\s*[-+~]*\s*pulumi-nodejs:\S+ \S+ ).*\n/gm, "");

function rowOf({ row, title }: Fault, verdicts: readonly Verdict[]): Row {
  const seconds = verdicts.map((verdict) => verdict.seconds).sort((a, b) => a - b);
  return {
    row,
    fault: title,
    trials: verdicts.length,
    survived: verdicts.filter(({ survived }) => survived).length,
    rolledBack: verdicts.filter(({ rolledBack }) => rolledBack).length,
    seconds: { median: seconds[Math.floor(seconds.length / 2)] as number, max: seconds.at(-1) as number },
    reasons: verdicts.flatMap(({ reason }) => (reason === undefined ? [] : withoutProgress(reason))),
  };
}
