#!/usr/bin/env node
/** `pulumi-multipath COMMAND HOST`: what a person wants to know of a host, or to have it do, over the same SSH as `pulumi up` uses. */
import { createInterface } from "node:readline/promises";
import { messageOf, MultipathError } from "../provider/errors";
import { drain } from "./drain";
import { explain } from "./explain";
import { history } from "./history";
import { pause } from "./pause";
import { status } from "./status";
import { undo } from "./undo";
import { type Command, fromHost, type Terminal, UsageError } from "./usage";

const commands: Readonly<Record<string, Command>> = { status, explain, drain, pause, history, undo };

const terminal: Terminal = {
  watched: process.stdout.isTTY,
  colours: process.stdout.isTTY && !process.env.NO_COLOR,
  columns: process.stdout.columns || 80,
  write: (text) => void process.stdout.write(text),
  async ask(question) {
    if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
    const reading = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await reading.question(question);
    } finally {
      reading.close();
    }
  },
};

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
    terminal.write(await command.run(args, terminal));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof MultipathError)) throw error;
    process.stderr.write(`${fromHost(error.message)}\n${error instanceof UsageError ? `usage: ${command.usage}\n` : ""}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)} (unexpected: a bug in pulumi-multipath)\n`);
  process.exitCode = 1;
});
