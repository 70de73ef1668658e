/** What `npm run bench` does once everything is set up. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { projectFolder } from "../setup/project-folder.mjs";
import { endWith } from "../setup/sentence-error.mjs";
import { largeTransactions } from "./large-transaction";
import { thisMachine } from "./machine";
import { type Block, type Sample, measureAll } from "./measure";
import { parsed, usage } from "./options";
import { page } from "./page";
import { blocksOf } from "./plan";
import { plot } from "./plot";
import { type Result, rowsOf } from "./rows";
import { wholeGateway } from "./whole-gateway";

/** Where scripts/bench.mjs has put Ansible; empty: without it. */
const ansiblePrograms = process.env.BENCH_ANSIBLE || undefined;

async function main(): Promise<void> {
  const options = parsed(process.argv.slice(2));
  if (options.help) return void process.stdout.write(`${usage}\n`);
  if (options.page !== undefined) return writePage(JSON.parse(readFileSync(options.page, "utf8")) as Result);

  const blocks = blocksOf(options, ansiblePrograms);
  const begin = performance.now();
  const samples = await measureAll(blocks, progress(countOf(blocks)));
  const transactions = options.transaction ? await largeTransactions() : [];
  const gateway = options.gateway ? await wholeGateway() : [];
  const result: Result = { machine: thisMachine(ansiblePrograms), rows: rowsOf(samples), transactions, gateway };
  say(`Measured in ${Math.round((performance.now() - begin) / 1000)} s.`);

  const json = `${JSON.stringify(result, undefined, 2)}\n`;
  if (options.json === undefined) process.stdout.write(json);
  else writeFileSync(options.json, json);
  if (options.whole) await writePage(result);
  if (result.rows.some(({ failures }) => failures.length > 0)) {
    say("Some runs failed: see `failures` in the rows.");
    process.exitCode = 1;
  }
}

async function writePage(result: Result): Promise<void> {
  const file = join(projectFolder, "docs/performance.md");
  writeFileSync(file, await format(page(result), { ...(await resolveConfig(file)), parser: "markdown" }));
  writeFileSync(join(projectFolder, "docs/performance.svg"), plot(result));
  say("Wrote docs/performance.md and docs/performance.svg.");
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function countOf(blocks: readonly Block[]): number {
  const runs = blocks.flatMap(({ entrants, cases }) =>
    entrants.map(({ contender, cases: only = contender.cases, repetitions }) => {
      return repetitions * contender.cases.filter((what) => only.includes(what) && cases.includes(what)).length;
    }),
  );
  return runs.reduce((sum, count) => sum + count, 0);
}

function progress(total: number): (sample: Sample) => void {
  let done = 0;
  return ({ case: what, n, peer, roundTripMilliseconds, seconds, failure }) => {
    const where = roundTripMilliseconds ? ` at ${roundTripMilliseconds} ms` : "";
    const outcome = failure === undefined ? `${seconds.toFixed(2)} s` : `failed: ${failure}`;
    say(`[${String(++done).padStart(String(total).length)}/${total}] ${what} ${n}, ${peer}${where}: ${outcome}`);
  };
}

void main().catch(endWith);
