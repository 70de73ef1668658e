/** `npm run failover -- --calm MINUTES [--lines ...]`: what the line monitor costs while nothing happens, and whether it stays calm on bad lines. */
import { Gateway } from "../../test/fixtures/gateway";
import { Lines, work } from "../../test/fixtures/lines";
import { declareLines, makeLines } from "../../test/fixtures/many-lines";
import { writeCalm } from "./page";

export interface Calm {
  readonly what: string;
  readonly minutes: number;
  /** Of the emulated core, of the monitor and all its processes. */
  readonly cpuPercent: number;
  /** Proportional set size. */
  readonly kilobytes: number;
  /** Undefined where there is nothing to be demoted. */
  readonly demotions: number | undefined;
}

const service = "pulumi-multipath-lines.service";
/** What the probes themselves cost: the routers and targets are namespaces of the same kernel, and what they do counts as the sender's. */
const pings = "lab-pings.service";
/** Both ways together; the router delays and loses in each direction. */
const each = (loss: number) => ["loss", `${((1 - Math.sqrt(1 - loss)) * 100).toFixed(2)}%`];
const jitter = ["delay", "100ms", "100ms"];
const many = 24;

export type Condition = "healthy" | "bad" | "worse" | "many";

/** @param conditions of the lines; empty: all */
export async function stayCalm(minutes: number, conditions: readonly Condition[]): Promise<void> {
  const isWanted = (condition: Condition) => conditions.length === 0 || conditions.includes(condition);
  const few = Math.min(5, minutes);
  const gateway = await Gateway.up();
  const rows: Calm[] = [];
  const measure = async (on: Lines, what: string, during: number, unit = service) => {
    await on.run("sleep 10"); // to learn the round trip
    const before = await readingOf(on, unit);
    for (let passed = 0; passed < during * 60; passed += 30) await on.run("sleep 30");
    const after = await readingOf(on, unit);
    const row = {
      what,
      minutes: during,
      cpuPercent: ((after.cpu - before.cpu) / (after.uptime - before.uptime)) * 100,
      kilobytes: after.kilobytes,
      demotions: unit === service ? after.demotions - before.demotions : undefined,
    };
    console.log(
      `${what}: ${during} min, ${row.cpuPercent.toFixed(2)} % CPU, ${row.kilobytes} kB, ${row.demotions ?? "no"} demotions`,
    );
    rows.push(row);
  };
  try {
    await gateway.reset();
    const two = await Lines.declare(gateway);
    if (isWanted("healthy")) {
      await measure(two, "healthy", few);
      await two.run(`systemctl stop ${service} && systemd-run --quiet --unit=${pings} sh -c '${pingsInItsPlace}'`);
      await measure(two, "healthy, four `ping` at the same rate in its place", few, pings);
      await two.run(`systemctl stop ${pings}; systemctl start ${service}`);
    }
    if (isWanted("bad")) {
      for (const line of ["adsl", "bdsl"] as const) await gateway.lab.shapeLine(line, [...jitter, ...each(0.05)]);
      await measure(two, "5 % lost, 200 ms of jitter each way, on both lines", minutes);
      await gateway.lab.restoreLine("adsl");
    }
    if (isWanted("worse")) {
      await gateway.lab.shapeLine("bdsl", each(0.3));
      await measure(two, "30 % lost on one line", few);
    }
    if (isWanted("many")) {
      await gateway.reset();
      await gateway.sh(makeLines(many));
      await measure(await Lines.declare(gateway, declareLines(many)), `${many} healthy lines`, few);
    }
    await writeCalm(rows);
  } finally {
    await gateway.lab.down();
  }
}

const pingsInItsPlace = ["adsl", "bdsl"]
  .flatMap((line) => ["198.18.0.1", "198.18.0.2"].map((target) => `ping -q -i 0.2 -I ${line} ${target} & `))
  .join("")
  .concat("wait");

async function readingOf(on: Lines, unit: string) {
  const shown = await on.run(`
    read -r uptime _ </proc/uptime
    cgroup=/sys/fs/cgroup/system.slice/${unit}
    awk '/^usage_usec/ { print $2 / 1000000 }' $cgroup/cpu.stat
    echo $uptime
    kilobytes=0
    for process in $(cat $cgroup/cgroup.procs); do
      kilobytes=$((kilobytes + $(awk '/^Pss:/ { print $2 }' /proc/$process/smaps_rollup 2>/dev/null || echo 0)))
    done
    echo $kilobytes
    grep -c ' down ' ${work}/transitions || :`);
  const [cpu = 0, uptime = 0, kilobytes = 0, demotions = 0] = shown.split("\n").map(Number);
  return { cpu, uptime, kilobytes, demotions };
}
