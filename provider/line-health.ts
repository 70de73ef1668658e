import type { LineHealth, LinePause } from "./snapshot";

/** `line bdsl is down since 2026-11-28 09:30:12 UTC (no answer from 198.18.0.1)`, for a person to read. */
export function stateOf({ name, state, since, reason }: LineHealth): string {
  const why = state === "drained" ? `by ${reason}` : reason;
  return `line ${name} is ${state} since ${dateOf(since)}${reason === "" ? "" : ` (${why})`}`;
}

/** `the line monitor is paused since 2026-11-28 09:30:12 UTC (by alice@laptop), until 2026-11-28 09:40:12 UTC`. */
export function pauseOf({ since, until, who }: LinePause): string {
  return `the line monitor is paused since ${dateOf(since)} (by ${who}), until ${until === undefined ? "somebody ends it" : dateOf(until)}`;
}

const dateOf = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
