import { hostName } from "../provider/host";
import { hostOf } from "./host-argument";
import { type Health, type LineHealth } from "./lines";
import { type Message, type Told, asker, tell } from "./monitor";
import { assertNoMore, type Command, hostUsage, parsed, UsageError } from "./usage";

export const drain: Command = {
  usage: `pulumi-multipath drain HOST LINE [--end] ${hostUsage}   takes a line out of the routes, as if it were down; --end puts it back`,

  async run(args) {
    const { host, line, end } = argumentsOf(args);
    const message = end ? undrainMessage(line) : drainMessage(line);
    return drained(hostName(host), line, end, await tell(host, message));
  },
};

/** @throws UsageError when they are not what the usage says */
export function argumentsOf(args: readonly string[]) {
  const { values, positionals } = parsed(args, { end: { type: "boolean" } });
  const [host, line, more] = positionals;
  const known = hostOf(host, values);
  if (line === undefined) throw new UsageError("LINE is missing: the name of a line, as `status HOST` shows it.");
  assertNoMore(more);
  // It becomes a word of a message.
  if (!/^[^\s\p{C}]+$/u.test(line))
    throw new UsageError(`LINE is ${JSON.stringify(line)}: must be the name of a line, without white space.`);
  return { host: known, line, end: values.end === true };
}

export const drainMessage = (line: string): Message => ({
  ...{ text: `drain ${line} ${asker()}`, done: `^line ${escaped(line)} drained `, line },
});

export const undrainMessage = (line: string): Message => ({
  ...{ text: `undrain ${line}`, done: `^line ${escaped(line)} drained `, when: "gone", line },
});

const escaped = (text: string): string => text.replace(/[.[\]{}()*+?^$|\\]/g, "\\$&");

/** What a person wants to know then: what carries the traffic now. */
export function drained(host: string, line: string, end: boolean, { before, after }: Told): string {
  const was = stateOf(before, line);
  const is = stateOf(after, line);
  if (end) {
    if (was?.state !== "drained") return `${line} of ${host} was not drained: it is ${is?.state}.\n`;
    const back =
      is?.state === "up"
        ? "carries traffic again"
        : `is ${is?.state}${is?.reason ? ` (${is.reason})` : ""}, and carries traffic once it is up`;
    return `${line} of ${host} is drained no longer: it ${back}.\n`;
  }
  const others = after.lines.filter(({ name, state }) => name !== line && state === "up").map(({ name }) => name);
  const already = was?.state === "drained" ? "was drained already" : "is drained";
  const carried =
    others.length > 0
      ? `new connections take ${others.join(", ")}`
      : "no other line is up, so the routes stay as they are, over this line";
  return (
    `${line} of ${host} ${already}: ${carried}. It is probed all the same. ` +
    (after.paused ? "The line monitor is paused: the routes stay as they are until that ends. " : "") +
    `\`pulumi-multipath drain ${host} ${line} --end\` puts it back.\n`
  );
}

const stateOf = ({ lines }: Health, line: string): LineHealth | undefined => lines.find(({ name }) => name === line);
