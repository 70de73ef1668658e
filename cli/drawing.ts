/** What a person sees in a terminal: bars, sparklines, times, and colours where it has them. */

export type Colour = "good" | "bad" | "warning" | "quiet" | "strong" | "first" | "second";

const codes: Readonly<Record<Colour, string>> = {
  ...{ good: "32", bad: "1;31", warning: "33", quiet: "2", strong: "1", first: "36", second: "34" },
};

export type Paint = (colour: Colour, text: string) => string;

export const painter =
  (colours: boolean): Paint =>
  (colour, text) =>
    colours && text !== "" ? `\u{1B}[${codes[colour]}m${text}\u{1B}[0m` : text;

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** @param share 0 to 1 */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  const drawn = "█".repeat(Math.floor(filled / 8)) + (eighths[filled % 8] ?? "");
  return drawn.padEnd(width, "·");
}

const steps = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** One character a value, the largest one at the top; `gap` stands for those that are undefined. */
export function sparkline(values: readonly (number | undefined)[], gap: (index: number) => string, largest?: number): string {
  const top = largest ?? Math.max(...values.map((value) => value ?? 0));
  return values
    .map((value, index) => {
      if (value === undefined) return gap(index);
      return top <= 0 ? steps[0] : steps[Math.min(steps.length - 1, Math.floor((value / top) * (steps.length - 0.01)))];
    })
    .join("");
}

/** `12.3 ms`, `230 us`, `1.2 s`. */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${Math.round(microseconds)} us`;
  if (microseconds < 1_000_000) return `${(microseconds / 1000).toFixed(microseconds < 100_000 ? 1 : 0)} ms`;
  return `${(microseconds / 1_000_000).toFixed(1)} s`;
}

/** How long something has lasted: `8 s`, `12 min`, `3 h 20 min`, `5 days`. */
export function lasting(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 100) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 100) return `${minutes} min`;
  const rest = minutes % 60;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
  return `${Math.floor(whole / 86400)} days`;
}

/** `09:30:12` of the same day as `now`, else `2026-11-28 09:30:12`; in the time zone of who reads it. */
export function clock(at: number, now: number): string {
  const [date, time] = local(at);
  return local(now)[0] === date ? time : `${date} ${time}`;
}

function local(seconds: number): [date: string, time: string] {
  const at = new Date(seconds * 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  return [
    [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-"),
    [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":"),
  ];
}

/** Bytes a second as bits: `812 kbit/s`. */
export function rate(bytes: number): string {
  const bits = bytes * 8;
  const [unit, size] = bits >= 1e9 ? ["Gbit/s", 1e9] : bits >= 1e6 ? ["Mbit/s", 1e6] : ["kbit/s", 1e3];
  const value = bits / size;
  return `${value >= 100 || value === 0 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
}

export const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)} %`;

/** `text`, or as much of its beginning as fits. */
export const fitted = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;

/** Breaks at white space; the first line begins with one indent, what follows with another. */
export function wrapped(text: string, columns: number, first: string, rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(" ")) {
    const longer = empty ? `${line}${word}` : `${line} ${word}`;
    if (empty || longer.length <= columns) line = longer;
    else {
      lines.push(line);
      line = `${rest}${word}`;
    }
    empty = false;
  }
  return [...lines, line];
}
