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

/** @param files of several runs: what a later one has measured counts; what none of them has stays on the page as it is */
export async function writePage(files: readonly string[]): Promise<void> {
  const runs = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as Measured);
  const measured = new Map(runs.flatMap((run) => run.rows).map((row) => [row.fault, cellsOf(row)]));
  const text = readFileSync(page, "utf8");
  const [head, table, tail] = [
    text.slice(0, text.indexOf(begin)),
    text.slice(text.indexOf(begin), text.indexOf(end)),
    text.slice(text.indexOf(end)),
  ];
  const filled = `${head}${begin}\n\n${tableOf(new Map([...cellsIn(table), ...measured]))}\n\n${tail}`;
  writeFileSync(page, await format(filled, { ...(await resolveConfig(page)), filepath: page }));
}

/** What follows the fault in its line, by the fault. */
type Cells = ReadonlyMap<string, readonly string[]>;

const cellsIn = (table: string): Cells =>
  new Map(
    table.split("\n").map((line) => {
      const [, , fault = "", ...cells] = line.split("|").map((cell) => cell.trim());
      return [fault, cells.slice(0, -1)] as const;
    }),
  );

const cellsOf = ({ trials, survived, rolledBack, seconds }: Row): string[] =>
  [trials, survived, rolledBack, seconds.median.toFixed(0), seconds.max.toFixed(0)].map(String);

function tableOf(known: Cells): string {
  const head = ["#", "fault", "trials", "survived", "rolled back", "seconds, median", "longest"];
  const body = matrix.map(({ row, title }) => [String(row), title, ...(known.get(title) ?? ["not run", "", "", "", ""])]);
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
