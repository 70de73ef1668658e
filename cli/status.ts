import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hostName } from "../provider/host";
import { connect } from "../provider/transport/connect";
import { painter } from "./drawing";
import { hostOf } from "./host-argument";
import { askOver } from "./question";
import { statusPage } from "./status-page";
import { type Status, statusOf, statusQuestion } from "./status-question";
import { statusText } from "./status-text";
import { assertNoMore, type Command, hostUsage, parsed, UsageError } from "./usage";

export const status: Command = {
  usage: `pulumi-multipath status HOST ${hostUsage} [--watch | --json | --html FILE]   how the lines are, and what they carry`,

  async run(args, terminal) {
    const { host, watch, json, html } = argumentsOf(args);
    if (watch && !terminal.watched)
      throw new UsageError("--watch draws on a terminal, and there is none: leave it out, or use --json.");
    const name = hostName(host);
    const connection = await connect(host, { bootstrap: "", timeoutSeconds: 30 });
    try {
      let shown = statusOf(await askOver(connection, statusQuestion(true)));
      if (json) return `${JSON.stringify(forPrograms(shown), null, 2)}\n`;
      if (html !== undefined) {
        writeFileSync(html, statusPage(shown, name));
        return `${html}: ${name} at ${new Date(shown.now * 1000).toISOString()}\n`;
      }
      const drawn = () => statusText(shown, { name, columns: terminal.columns, paint: painter(terminal.colours) });
      if (!watch) return drawn();
      terminal.write("\u{1B}[2J");
      for (;;) {
        terminal.write(redrawn(drawn()));
        await sleep(watchSeconds * 1000);
        shown = statusOf(await askOver(connection, statusQuestion(false)), shown.counters);
      }
    } finally {
      connection.close();
    }
  },
};

const watchSeconds = 2;

/** Over what was there before, line by line, so that nothing flickers. */
const redrawn = (text: string): string => `\u{1B}[H${text.replaceAll("\n", "\u{1B}[K\n")}\u{1B}[J`;

/** @throws UsageError when they are not what the usage says */
export function argumentsOf(args: readonly string[]) {
  const { values, positionals } = parsed(args, {
    ...{ watch: { type: "boolean" }, json: { type: "boolean" }, html: { type: "string" } },
  });
  const [host, more] = positionals;
  const { watch = false, json = false, html } = values;
  assertNoMore(more);
  if ([watch, json, html !== undefined].filter(Boolean).length > 1)
    throw new UsageError("--watch, --json and --html are three ways to show it: choose one of them.");
  return { host: hostOf(host, values), watch, json, html };
}

function forPrograms({ counters: _counters, ...status }: Status): object {
  return status;
}
