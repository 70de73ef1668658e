import assert from "node:assert/strict";
import { Program } from "../../engine/fixtures/program";
import type { Fault } from "../fault";
import { type Trial, programs } from "../trial";

/** Rows 17 and 18: somebody else is at work as well. */
export const admins: readonly Fault[] = [
  {
    row: 17,
    title: "two admins, different objects",
    quick: true,
    async harm(trial) {
      const other = await another(
        trial,
        `new multipath.Route("theirs", { host, destination: "10.20.0.0/16", gateway: "10.0.2.2", device: "eth0", onLink: true });`,
      );
      try {
        const both = await Promise.all([trial.up(programs.after), other.up()]);
        for (const { code, output } of both) assert.ok(code === 0 || toldOfTheLock.test(output), output);
        const again = await other.up();
        assert.equal(again.code, 0, again.output);
        assert.match(await trial.sh("ip route show 10.20.0.0/16"), /via 10\.0\.2\.2/, "the other admin's change was lost");
        const gone = await other.destroy();
        assert.equal(gone.code, 0, gone.output);
      } finally {
        other.remove();
      }
      return { next: programs.after };
    },
  },
  {
    row: 17,
    title: "two admins, the same object",
    async harm(trial) {
      const other = await another(
        trial,
        `new multipath.Route("theirs", { host, destination: "10.1.0.0/16", gateway: "10.0.2.2", device: "eth0", onLink: true });`,
      );
      try {
        await Promise.all([trial.up(programs.after), other.up("--continue-on-error")]);
        // By now one of them has it, even if one has waited for the lock in vain.
        const both = [await trial.up(programs.after), await other.up("--continue-on-error")];
        const refused = both.filter(({ code }) => code !== 0);
        assert.equal(refused.length, 1, "exactly one of the two must be refused");
        assert.match(refused[0]?.output ?? "", /is declared by (faults|theirs)\/dev\/(r0|theirs) already/);
        const gone = await other.destroy();
        assert.equal(gone.code, 0, gone.output);
      } finally {
        other.remove();
      }
      const { code, output } = await trial.up(programs.after);
      assert.equal(code, 0, output);
      return { next: programs.after };
    },
  },
  {
    row: 18,
    title: "drift between preview and up",
    quick: true,
    async harm(trial) {
      trial.program.write(programs.after);
      const preview = await trial.program.preview();
      assert.equal(preview.code, 0, preview.output);
      await trial.sh("ip route del 198.51.100.1 && ip addr add 203.0.113.5/32 dev bdsl proto 205");
      const { code, output } = await trial.up(programs.after);
      assert.equal(code, 0, output);
      return { next: programs.after };
    },
  },
];

/** On a busy machine the other one may take longer than anybody waits. */
const toldOfTheLock = /another transaction holds the lock: .* Nothing was changed/;

async function another({ lab }: Trial, source: string): Promise<Program> {
  const { address, port, user, identityFile, hostKey } = lab;
  return Program.create({ source, project: "theirs", host: { address, port, user, identityFile, hostKey, become: true } });
}
