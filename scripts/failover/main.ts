/** `npm run failover`: so many deaths and recoveries of each kind, and a picture of one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Gateway } from "../../test/fixtures/gateway";
import { Lines } from "../../test/fixtures/lines";
import { writePage } from "./page";
import { plot } from "./plot";
import { Traffic, type Trial, type Variant, trialOf, variants, withoutDamping } from "./trial";

export interface Options {
  readonly trials: number;
  readonly json: string | undefined;
  readonly variants: readonly Variant[];
  readonly flows: number;
}

export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

export interface Row {
  readonly variant: Variant;
  readonly trials: number;
  readonly decisionSeconds: Spread;
  readonly movedSeconds: Spread;
  readonly recoveredSeconds: Spread;
  readonly flows: number;
  readonly healthyFlowsMoved: number;
  readonly deadLineFlowsLost: number;
  readonly newConnectionsFailed: number;
}

export interface Measured {
  readonly rows: readonly Row[];
}

export async function run({ trials, json, variants: wanted, flows }: Options): Promise<void> {
  const gateway = await Gateway.up();
  await gateway.reset();
  const rows: Row[] = [];
  try {
    // Every death counts as the first one; otherwise a line that dies every few seconds is kept out longer each time.
    const on = await Lines.declare(gateway, { settings: withoutDamping });
    for (const variant of wanted.length > 0 ? wanted : variants) {
      const traffic = await Traffic.start(gateway, on, flows);
      const deaths = [];
      for (let trial = 1; trial <= trials; trial++)
        deaths.push(await traffic.failAndRestore(trial % 2 ? "bdsl" : "adsl", variant));
      const observed = await traffic.stop();
      const results = deaths.map((death) => trialOf(observed, death));
      const row = rowOf(variant, results, observed);
      console.log(
        `${variant}, ${trials} trials: route written ${shown(row.decisionSeconds)}, new connections work ${shown(row.movedSeconds)}, ` +
          `in use again ${shown(row.recoveredSeconds)}; of ${row.flows} flows ${row.healthyFlowsMoved} moved for nothing, ${row.deadLineFlowsLost} lost`,
      );
      rows.push(row);
      // After each variant: a long run that is cut short has what it has.
      if (json) writeFileSync(json, `${JSON.stringify({ rows }, null, 2)}\n`);
    }
    writeFileSync(join(__dirname, "../../docs/failover.svg"), plot(await picture(gateway, on, flows)));
    await writePage({ rows });
  } finally {
    await gateway.lab.down();
  }
}

/** One silent death, seen by what each line carries. */
async function picture(gateway: Gateway, on: Lines, flows: number) {
  const traffic = await Traffic.start(gateway, on, flows, ["adsl", "bdsl"]);
  await on.run("sleep 4");
  const death = await traffic.failAndRestore("bdsl", "silent");
  await on.run("sleep 3");
  const observed = await traffic.stop();
  return { packets: observed.packets, died: death.died, mended: death.mended, trial: trialOf(observed, death) };
}

const shown = ({ median, p95, max }: Spread): string => `${median.toFixed(2)}/${p95.toFixed(2)}/${max.toFixed(2)} s`;

function rowOf(variant: Variant, trials: readonly Trial[], observed: { flows: readonly number[]; lost: readonly number[] }): Row {
  const sum = (field: "healthyFlowsMoved" | "newConnectionsFailed") => trials.reduce((total, trial) => total + trial[field], 0);
  const spread = (field: "decisionSeconds" | "movedSeconds" | "recoveredSeconds") =>
    spreadOf(trials.map((trial) => trial[field]));
  return {
    variant,
    trials: trials.length,
    decisionSeconds: spread("decisionSeconds"),
    movedSeconds: spread("movedSeconds"),
    recoveredSeconds: spread("recoveredSeconds"),
    flows: observed.flows.length,
    healthyFlowsMoved: sum("healthyFlowsMoved"),
    deadLineFlowsLost: observed.lost.length,
    newConnectionsFailed: sum("newConnectionsFailed"),
  };
}

/** The smallest value that so much of all is not above. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => Math.round((sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN) * 1000) / 1000;
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}
