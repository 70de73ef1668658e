import { hostName } from "../provider/host";
import { clock, lasting } from "./drawing";
import { hostOf } from "./host-argument";
import { type Message, type Told, asker, tell } from "./monitor";
import { assertNoMore, type Command, hostUsage, parsed, UsageError } from "./usage";

export const pause: Command = {
  usage: `pulumi-multipath pause HOST [--for 10m | --end] ${hostUsage}   the line monitor looks on and leaves all routes alone`,

  async run(args) {
    const { host, seconds, end } = argumentsOf(args);
    const message = end ? resumeMessage : pauseMessage(seconds);
    return paused(hostName(host), end, await tell(host, message));
  },
};

export const resumeMessage: Message = { text: "resume", done: "^paused ", when: "gone" };

export const pauseMessage = (seconds: number | undefined): Message =>
  seconds === undefined
    ? { text: `pause ${asker()}`, done: "^paused [0-9]+ - " }
    : { text: `pause ${seconds} ${asker()}`, done: "^paused [0-9]+ [0-9]+ ", when: "changed" };

/** @throws UsageError when they are not what the usage says */
export function argumentsOf(args: readonly string[]) {
  const { values, positionals } = parsed(args, { for: { type: "string" }, end: { type: "boolean" } });
  const [host, more] = positionals;
  const known = hostOf(host, values);
  assertNoMore(more);
  if (values.end && values.for !== undefined)
    throw new UsageError("--for is for a pause that begins, --end for one that ends: leave one of them out.");
  return { host: known, seconds: values.for === undefined ? undefined : secondsOf(values.for), end: values.end === true };
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** A forgotten pause is a line that nobody takes out when it dies. */
const longest = 7 * 86400;

/** `90s`, `10m`, `1h30m`. */
function secondsOf(text: string): number {
  const seconds = [...text.matchAll(/(\d{1,6})([smhd])/g)].reduce(
    (sum, [, number, unit = ""]) => sum + Number(number) * (units[unit] ?? 0),
    0,
  );
  if (!/^(\d{1,6}[smhd])+$/.test(text) || seconds === 0 || seconds > longest)
    throw new UsageError(`--for is ${JSON.stringify(text)}: must be a time such as 90s, 10m or 1h30m, at most 7d.`);
  return seconds;
}

export function paused(host: string, end: boolean, { before, after, now }: Told): string {
  if (end)
    return before.paused ? `The line monitor of ${host} is at work again.\n` : `The line monitor of ${host} was not paused.\n`;
  const until = after.paused?.until;
  const ends = until === undefined ? "" : ` until ${clock(until, now)} (${lasting(until - now)})`;
  return (
    `The line monitor of ${host} is paused${ends}: it probes the lines and leaves all routes as they are, also when a line dies. ` +
    `\`pulumi-multipath pause ${host} --end\` ends it${until === undefined ? "; it does not end by itself" : ""}.\n`
  );
}
