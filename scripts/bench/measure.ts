/** Runs what is to be measured: contenders next to one another, case by case, in random order. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleaningUpWhenInterrupted } from "../setup/interruption.mjs";
import { within } from "../setup/wait.mjs";
import { cases, type Case, type Contender, type Prepared } from "./contender";
import { type BenchHost, startHost } from "./host";
import { type Route, routesTo, withOneChanged } from "./routes";

/** A contender at the end of a path of some length. */
export interface Entrant {
  readonly contender: Contender;
  /** Undefined: it has no host. */
  readonly roundTripMilliseconds: number | undefined;
  /** In how many of the repetitions it takes part: what takes minutes is not done three times. */
  readonly repetitions: number;
  /** Undefined: all that it can do. */
  readonly cases?: readonly Case[];
}

/** All that is done with so many routes. */
export interface Block {
  readonly n: number;
  readonly repetitions: number;
  readonly cases: readonly Case[];
  readonly entrants: readonly Entrant[];
}

/** One run of one command. */
export interface Sample {
  readonly case: Case;
  readonly n: number;
  readonly peer: string;
  readonly roundTripMilliseconds: number | undefined;
  readonly repetition: number;
  readonly seconds: number;
  readonly connections: number;
  readonly roundTrips: number;
  /** Why it counts as failed: the command's own words, or what the host shows instead of the routes. */
  readonly failure?: string;
}

export async function measureAll(blocks: readonly Block[], onSample: (sample: Sample) => void): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const block of blocks) {
    for (let repetition = 0; repetition < block.repetitions; repetition++) {
      await measureOnce(block, repetition, (sample) => {
        samples.push(sample);
        onSample(sample);
      });
    }
  }
  return samples;
}

/** One repetition: every case of every entrant, on new hosts and in new folders. */
async function measureOnce(block: Block, repetition: number, onSample: (sample: Sample) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "multipath-bench-"));
  const started: Promise<BenchHost>[] = [];
  const cleanUp = async () => {
    const stopped = Promise.allSettled(started.map(async (host) => (await host).stop()));
    await within("the hosts to end", 15, stopped).finally(() => rmSync(folder, { recursive: true, force: true }));
  };
  await cleaningUpWhenInterrupted(cleanUp, async () => {
    try {
      const taking: Running[] = [];
      for (const entrant of block.entrants.filter(({ repetitions }) => repetition < repetitions)) {
        const own = join(folder, String(taking.length));
        mkdirSync(own);
        const { roundTripMilliseconds } = entrant;
        // One that is still starting when an interruption comes is stopped too.
        if (roundTripMilliseconds !== undefined) started.push(startHost(roundTripMilliseconds));
        const host = roundTripMilliseconds === undefined ? undefined : await started.at(-1);
        const routes = routesTo(block.n);
        taking.push({ entrant, host, routes, prepared: await entrant.contender.prepare(own, host, routes) });
      }
      for (const what of cases.filter((one) => block.cases.includes(one))) {
        for (const running of shuffled(taking)) {
          const { contender, cases: only = contender.cases } = running.entrant;
          if (contender.cases.includes(what) && only.includes(what)) onSample(await sample(what, repetition, running));
        }
      }
    } finally {
      await cleanUp();
    }
  });
}

interface Running {
  readonly entrant: Entrant;
  readonly host: BenchHost | undefined;
  readonly prepared: Prepared;
  routes: readonly Route[];
}

async function sample(what: Case, repetition: number, running: Running): Promise<Sample> {
  const { entrant, host, prepared } = running;
  if (what === "update") prepared.declare((running.routes = withOneChanged(running.routes)));
  // A connection that the last command left open must not serve this one.
  host?.path.drop();
  host?.path.reset();
  let failure: string | undefined;
  const begin = performance.now();
  try {
    await prepared.run(what);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const seconds = (performance.now() - begin) / 1000;
  failure ??= host && (await difference(host, what === "destroy" ? [] : running.routes));
  return {
    case: what,
    n: running.routes.length,
    peer: entrant.contender.name,
    roundTripMilliseconds: entrant.roundTripMilliseconds,
    repetition,
    seconds,
    connections: host?.path.connections ?? 0,
    roundTrips: host?.path.roundTrips ?? 0,
    ...(failure !== undefined && { failure }),
  };
}

/** What the host shows instead of the declared routes. */
async function difference(host: BenchHost, declared: readonly Route[]): Promise<string | undefined> {
  const wanted = new Set(declared.map(({ destination, gateway }) => `${destination} ${gateway}`));
  const there = await host.routes();
  const right = there.filter((route) => wanted.has(route)).length;
  if (right === wanted.size && there.length === wanted.size) return undefined;
  return `The host has ${right} of ${wanted.size} routes as declared, and ${there.length - right} others.`;
}

/** Fisher-Yates. */
function shuffled<T>(all: readonly T[]): T[] {
  const order = [...all];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
