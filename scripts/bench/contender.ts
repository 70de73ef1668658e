import type { BenchHost } from "./host";
import type { Route } from "./routes";

export const cases = ["create", "no-op", "preview", "update", "destroy"] as const;
/** What is done to N routes, in this order: each case begins where the one before it has ended. */
export type Case = (typeof cases)[number];

/** One way to bring N routes to a host, or (the floor) to bring none. */
export interface Contender {
  readonly name: string;
  /** What it can do; the others have no counterpart in its world. */
  readonly cases: readonly Case[];
  /** Puts into `folder` what its user would have written. Not timed. @param host undefined: the contender needs none */
  prepare(folder: string, host: BenchHost | undefined, routes: readonly Route[]): Promise<Prepared>;
}

export interface Prepared {
  /** Does it once: what is timed. @throws when the command fails */
  run(what: Case): Promise<void>;
  /** Other routes than before: what comes before an `update`. Not timed. */
  declare(routes: readonly Route[]): void;
}
