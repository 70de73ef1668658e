#!/usr/bin/env node
/** `pulumi-multipath COMMAND HOST`: what a person wants to know of a host, over the same SSH as `pulumi up` uses. */
import { messageOf, MultipathError } from "../provider/errors";
import { history } from "./history";
import { UsageError } from "./usage";

/** A command takes its own arguments and returns what it prints. */
const commands: Readonly<Record<string, { readonly usage: string; run(args: readonly string[]): Promise<string> }>> = { history };

async function main([name = "", ...args]: readonly string[]): Promise<void> {
  const command = commands[name];
  if (!command || args.includes("--help")) {
    const usage = command ? [command] : Object.values(commands);
    const text = `usage: ${usage.map((each) => each.usage).join("\n       ")}\n`;
    // Asked for, it is the answer; else it is what is wrong.
    const asked = command !== undefined || ["help", "--help", "-h"].includes(name);
    (asked ? process.stdout : process.stderr).write(text);
    if (!asked) process.exitCode = 2;
    return;
  }
  try {
    process.stdout.write(printable(await command.run(args)));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof MultipathError)) throw error;
    process.stderr.write(`${printable(error.message)}\n${error instanceof UsageError ? `usage: ${command.usage}\n` : ""}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** What a host says goes to a person's terminal, which obeys control characters. */
const printable = (text: string): string => text.replace(/[^\P{C}\n]/gu, "\u{FFFD}");

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)} (unexpected: a bug in pulumi-multipath)\n`);
  process.exitCode = 1;
});
