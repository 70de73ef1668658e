/**
 * `npm run failover -- [--trials N] [--json FILE] [--variants silent,icmp-unreachable,ethernet-down]`: how long a dead line costs, measured on the
 * lab gateway with traffic from its LAN. Writes the table of docs/failover.md and the picture docs/failover.svg.
 * `npm run failover -- --calm MINUTES [--lines healthy,bad,worse,many]`: what it costs while no line dies, and whether bad lines are left alone.
 * Writes the page's other table. Rows that are not measured stay as they are on the page.
 */
import { parseArgs } from "node:util";
import { endWith, SentenceError } from "./setup/sentence-error.mjs";
import { setUp } from "./setup.mjs";
import { run } from "./tool.mjs";

const known = { variants: ["silent", "icmp-unreachable", "ethernet-down"], lines: ["healthy", "bad", "worse", "many"] };

try {
  const { values } = parseArgs({
    options: {
      trials: { type: "string", default: "10" },
      flows: { type: "string", default: "40" },
      json: { type: "string" },
      variants: { type: "string", default: "" },
      calm: { type: "string" },
      lines: { type: "string", default: "" },
    },
  });
  const [variants, lines] = [someOf("variants", values.variants), someOf("lines", values.lines)];
  const options = {
    trials: numberOf("trials", values.trials),
    flows: numberOf("flows", values.flows),
    json: values.json,
    variants,
  };
  await setUp({ parts: ["packages", "lab"] });
  // A process of its own, for the pinned Node.
  const program =
    values.calm === undefined
      ? `import("./scripts/failover/main.ts").then(({ run }) => run(${JSON.stringify(options)}))`
      : `import("./scripts/failover/calm.ts").then(({ stayCalm }) => stayCalm(${numberOf("calm", values.calm)}, ${JSON.stringify(lines)}))`;
  await run("node", ["--import", "tsx", "--input-type=module", "-e", program]);
} catch (error) {
  endWith(error);
}

/** @param {"variants" | "lines"} option @param {string} text */
function someOf(option, text) {
  const named = text.split(",").filter(Boolean);
  const wrong = named.find((one) => !known[option].includes(one));
  if (wrong) throw new SentenceError(`--${option} ${wrong}: there are ${known[option].join(", ")}.`);
  return named;
}

/** @param {string} option @param {string} text */
function numberOf(option, text) {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new SentenceError(`--${option} ${text}: a whole number from 1 to 9999 is wanted.`);
  return Number(text);
}
