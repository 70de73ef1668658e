/**
 * `npm run faults -- [--trials N] [--json FILE] [--rows 1-9,16] [--only TEXT] [--quick]`: the fault matrix of docs/safety.md on the lab gateway.
 * Ends with one line: N passed, N failed. `npm run faults -- --page FILE` writes what such a run has measured into docs/safety.md.
 */
import { parseArgs } from "node:util";
import { endWith, SentenceError } from "./setup/sentence-error.mjs";
import { setUp } from "./setup.mjs";
import { run } from "./tool.mjs";

try {
  const { values } = parseArgs({
    options: {
      trials: { type: "string", default: "5" },
      json: { type: "string" },
      rows: { type: "string", default: "" },
      only: { type: "string", default: "" },
      quick: { type: "boolean", default: false },
      page: { type: "string", multiple: true },
    },
  });
  if (values.page) {
    await setUp({ parts: ["packages"] });
    await runTypeScript(`import("./test/faults/page.ts").then(({ writePage }) => writePage(${JSON.stringify(values.page)}))`);
  } else await measure(values);
} catch (error) {
  endWith(error);
}

/** @param {{ trials: string, rows: string, only: string, quick: boolean, json?: string | undefined }} values */
async function measure(values) {
  const options = {
    trials: numberOf(values.trials),
    rows: rowsOf(values.rows),
    only: values.only,
    quick: values.quick,
    json: values.json,
  };
  await setUp();
  await (await import("./build.mjs")).build();
  await runTypeScript(
    `import("./test/faults/main.ts").then(({ run }) => run(${JSON.stringify(options)})).then((good) => process.exitCode = good ? 0 : 1)`,
  );
}

/** A process of its own, for the pinned Node and the Pulumi CLI on its PATH. @param {string} program */
function runTypeScript(program) {
  return run("node", ["--import", "tsx", "--input-type=module", "-e", program]);
}

/** @param {string} text */
function numberOf(text) {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new SentenceError(`--trials ${text}: a whole number from 1 to 9999 is wanted.`);
  return Number(text);
}

/** `1-9,16` -> the numbers. @param {string} text */
function rowsOf(text) {
  return text
    .split(",")
    .filter(Boolean)
    .flatMap((part) => {
      const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
      if (from === undefined) throw new SentenceError(`--rows ${text}: numbers and ranges are wanted, as in 1-9,16.`);
      return Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, n) => Number(from) + n);
    });
}
