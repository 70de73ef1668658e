import assert from "node:assert/strict";
import type { Fault } from "../fault";
import { programs } from "../trial";

/** Row 22: the path is there, and bad. It is slow, but the change lands. */
export const network: readonly Fault[] = (
  [
    ["loss of 10 %", "tc qdisc replace dev eth0 root netem loss 10%"],
    ["a latency of 300 ms", "tc qdisc replace dev eth0 root netem delay 300ms"],
    ["one-way loss of 30 %", "tc qdisc replace dev eth0 root netem loss 30%"],
  ] as const
).map(([title, command]): Fault => ({
  row: 22,
  title,
  async harm(trial) {
    await trial.sh(command);
    const { code, output } = await trial.up(programs.after);
    await trial.sh("tc qdisc del dev eth0 root");
    assert.equal(code, 0, output);
    return { next: programs.after };
  },
}));
