import type { LineHealth } from "./snapshot";

/** `line bdsl is down since 2026-11-28 09:30:12 UTC (no answer from 198.18.0.1)`, for a person to read. */
export function stateOf({ name, state, since, reason }: LineHealth): string {
  const when = new Date(since * 1000).toISOString().slice(0, 19).replace("T", " ");
  return `line ${name} is ${state} since ${when} UTC${reason === "" ? "" : ` (${reason})`}`;
}
