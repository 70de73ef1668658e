import { parseArgs } from "node:util";
import { SentenceError } from "../setup/sentence-error.mjs";
import { type Case, cases } from "./contender";

export interface Options {
  readonly json: string | undefined;
  readonly cases: readonly Case[];
  /** Whether the large transaction is among what was asked for. */
  readonly transaction: boolean;
  /** Whether a whole gateway as one resource is. */
  readonly gateway: boolean;
  readonly sizes: readonly number[];
  /** Undefined: as many as the plan says. */
  readonly repetitions: number | undefined;
  readonly quick: boolean;
  /** Nothing was left out, so the page of figures is written. */
  readonly whole: boolean;
  /** A file of an earlier run to write the page from, instead of measuring. */
  readonly page: string | undefined;
  readonly help: boolean;
}

const transactionCase = "batch10000";
const gatewayCase = "gateway";
const furtherCases: readonly string[] = [transactionCase, gatewayCase];

export const usage = `usage: npm run bench -- [--json FILE] [options]

  --json FILE          write machine and rows there
  --cases A,B          of ${[...cases, ...furtherCases].join(", ")} (create is always done: the others begin where it ends)
  --n A,B              numbers of routes; left out: 1,100,1000
  --repetitions R      of everything that does not take minutes
  --quick              three routes, once, without Ansible: whether it works, in less than 40 s
  --page FILE          measure nothing: write docs/performance.md and its plot from the JSON of an earlier whole run

A whole run takes about a quarter of an hour on two cores that do nothing else, and writes docs/performance.md and its plot.`;

export function parsed(args: readonly string[]): Options {
  const { values } = read(args);
  const { quick = false } = values;
  const wanted = values.cases?.split(",");
  const wrong = wanted?.find((name) => !furtherCases.includes(name) && !cases.some((one) => one === name));
  if (wrong !== undefined) throw new SentenceError(`There is no case "${wrong}".\n${usage}`);
  const chosen = cases.filter((one) => !wanted || wanted.includes(one));
  const sizes = values.n?.split(",").map((text) => whole("--n", text)) ?? (quick ? [3] : [1, 100, 1000]);
  return {
    json: values.json,
    cases: chosen.length === 0 ? [] : cases.filter((one) => one === "create" || chosen.includes(one)),
    transaction: wanted ? wanted.includes(transactionCase) : !quick,
    gateway: wanted ? wanted.includes(gatewayCase) : !quick,
    sizes,
    repetitions: quick ? 1 : values.repetitions === undefined ? undefined : whole("--repetitions", values.repetitions),
    quick,
    whole: !quick && !wanted && values.n === undefined && values.repetitions === undefined,
    page: values.page,
    help: values.help ?? false,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: "string" },
        cases: { type: "string" },
        n: { type: "string" },
        repetitions: { type: "string" },
        quick: { type: "boolean" },
        page: { type: "string" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new SentenceError(`${(error as Error).message}\n${usage}`);
  }
}

function whole(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new SentenceError(`${option} takes whole numbers above 0, not "${text}".`);
}
