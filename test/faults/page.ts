/** `npm run faults -- --page FILE`: the table of docs/safety.md, from what was measured. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { matrix } from "./matrix";

/** One fault of the matrix in the file that --json writes. */
export interface Row {
  readonly row: number;
  readonly fault: string;
  readonly trials: number;
  readonly survived: number;
  readonly rolledBack: number;
  readonly seconds: { readonly median: number; readonly max: number };
  /** Of trials that were not survived. */
  readonly reasons: readonly string[];
}

export interface Measured {
  readonly rows: readonly Row[];
}

const [begin, end] = ["<!-- faults -->", "<!-- /faults -->"];
const page = join(__dirname, "../../docs/safety.md");

/** @param files of several runs: what a later one has measured counts */
export async function writePage(files: readonly string[]): Promise<void> {
  const runs = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as Measured);
  const rows = new Map(runs.flatMap((run) => run.rows).map((row) => [row.fault, row]));
  const text = readFileSync(page, "utf8");
  const [head, tail] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))];
  const filled = `${head}${begin}\n\n${tableOf(rows)}\n\n${tail}`;
  writeFileSync(page, await format(filled, { ...(await resolveConfig(page)), filepath: page }));
}

export function tableOf(measured: ReadonlyMap<string, Row>): string {
  const head = ["#", "fault", "trials", "survived", "rolled back", "seconds, median", "longest"];
  const body = matrix.map(({ row, title }) => {
    const found = measured.get(title);
    if (!found) return [String(row), title, "not run", "", "", "", ""];
    const { trials, survived, rolledBack, seconds } = found;
    return [row, title, trials, survived, rolledBack, seconds.median.toFixed(0), seconds.max.toFixed(0)].map(String);
  });
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
