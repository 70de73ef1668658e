import type { Case } from "./contender";
import type { Machine } from "./machine";
import type { Sample } from "./measure";
import { floor } from "./pulumi";
import type { LargeTransaction } from "./large-transaction";
import type { WholeGateway } from "./whole-gateway";

/** What `--json` writes. */
export interface Result {
  readonly machine: Machine;
  readonly rows: readonly Row[];
  readonly transactions: readonly LargeTransaction[];
  readonly gateway: readonly WholeGateway[];
}

export interface Row {
  readonly case: Case;
  readonly n: number;
  readonly peer: string;
  readonly roundTripMilliseconds: number;
  readonly repetitions: number;
  /** Median of the repetitions that did not fail; null: all did. */
  readonly seconds: number | null;
  readonly fastest: number | null;
  readonly slowest: number | null;
  /** What the same case of as many resources takes with a provider that does nothing: the median. */
  readonly floorSeconds: number | null;
  readonly ratio: number | null;
  readonly connections: number | null;
  readonly roundTrips: number | null;
  /** Why repetitions failed, each in its own words. */
  readonly failures: readonly string[];
}

/** One row for each case, number of routes, contender and round trip; the floor's own are among them. */
export function rowsOf(samples: readonly Sample[]): Row[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.n, sample.case, sample.peer, sample.roundTripMilliseconds]);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  return [...groups.values()].map((group) => rowOf(group, samples));
}

function rowOf(group: readonly Sample[], all: readonly Sample[]): Row {
  const { n, case: what, peer, roundTripMilliseconds = 0 } = group[0] as Sample;
  const good = group.filter(({ failure }) => failure === undefined);
  const floors = all.filter(
    (sample) => sample.peer === floor.name && sample.n === n && sample.case === what && sample.failure === undefined,
  );
  const seconds = median(good.map((sample) => sample.seconds));
  const floorSeconds = median(floors.map((sample) => sample.seconds));
  return {
    case: what,
    n,
    peer,
    roundTripMilliseconds,
    repetitions: group.length,
    seconds: rounded(seconds),
    fastest: rounded(good.length > 0 ? Math.min(...good.map((sample) => sample.seconds)) : null),
    slowest: rounded(good.length > 0 ? Math.max(...good.map((sample) => sample.seconds)) : null),
    floorSeconds: rounded(floorSeconds),
    ratio: seconds === null || floorSeconds === null ? null : rounded(seconds / floorSeconds),
    connections: median(good.map((sample) => sample.connections)),
    roundTrips: median(good.map((sample) => sample.roundTrips)),
    failures: group.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  };
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000) / 1000);
