import { painter } from "./drawing";
import { explainQuestion, factsOf } from "./explain-question";
import { explanationText } from "./explain-text";
import { explanationOf } from "./explanation";
import { parseFlow } from "./flow";
import { hostOf } from "./host-argument";
import { ask } from "./question";
import { type Command, hostUsage, parsed, UsageError } from "./usage";

export const explain: Command = {
  usage: `pulumi-multipath explain HOST FLOW ${hostUsage} [--json]   which rule, route and line a flow takes, and why: "tcp 172.20.0.10:40000 -> 198.18.0.7:443"`,

  async run(args, terminal) {
    const { host, flow, json } = argumentsOf(args);
    const answer = await ask(host, explainQuestion(flow));
    const explanation = explanationOf(factsOf(flow, answer));
    if (json) return `${JSON.stringify(explanation, null, 2)}\n`;
    const now = Number(answer.sections.get("now") ?? 0);
    return explanationText(explanation, { now, columns: Math.min(terminal.columns, 100), paint: painter(terminal.colours) });
  },
};

/** @throws UsageError when they are not what the usage says */
export function argumentsOf(args: readonly string[]) {
  // `->` is an option to nobody but the parser of options.
  const { values, positionals } = parsed(
    args.map((arg) => (arg === "->" ? "to" : arg)),
    { json: { type: "boolean" } },
  );
  const [host, ...words] = positionals;
  const known = hostOf(host, values);
  if (words.length === 0)
    throw new UsageError('FLOW is missing: for example "tcp 172.20.0.10:40000 -> 198.18.0.7:443", or only a destination.');
  return { host: known, flow: parseFlow(words.join(" ")), json: values.json === true };
}
