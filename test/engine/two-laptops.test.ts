import assert from "node:assert/strict";
import { type Box, startBox } from "./fixtures/box";
import { Program } from "./fixtures/program";

/** Of each of them. */
const ups = Number(process.env.UPS ?? 2);

describe("Two laptops", function () {
  this.timeout(60_000 + ups * 60_000);
  let box: Box;
  let programs: readonly Program[];

  before(async () => {
    box = await startBox();
    const create = (project: string) => Program.create({ source: "", project, host: box.host });
    programs = [await create("ann"), await create("bob")];
  });

  after(async () => {
    for (const program of programs) program.remove();
    await box.down();
  });

  /** From one turn to the next one routes come, change and go. */
  const declared = (who: number, turn: number): string[] =>
    Array.from({ length: 2 + (turn % 3) }, (_, n) => `${turn % 2 ? "blackhole" : "unreachable"} 10.${who}.${n}.0/24`);

  const sourceOf = (routes: readonly string[]): string =>
    routes
      .map((route) => route.split(" "))
      .map(([type, to]) => `new multipath.Route("${to}", { host, destination: "${to}", type: "${type}" });`)
      .join("\n");

  async function found(who: number): Promise<string[]> {
    const shown = await box.sh(`ip route show proto 205 | sed -n 's/^\\([a-z]* 10\\.${who}\\.[^ ]*\\).*/\\1/p'`);
    return shown.split("\n").filter(Boolean).sort();
  }

  /** @returns how many of the commands were refused */
  async function works(program: Program, who: number): Promise<number> {
    let refused = 0;
    for (let turn = 1; turn <= ups; turn++) {
      const routes = declared(who, turn);
      program.write(sourceOf(routes));
      const { code, output } = await program.up();
      if (code === 0) assert.deepEqual(await found(who), routes);
      else {
        assert.match(output, /another transaction holds the lock: \S+@\S+, since \d+ s.* Nothing was changed/);
        refused++;
      }
    }
    return refused;
  }

  it(`lose no update in ${2 * ups} ups at the same time, and what is refused names the holder`, async () => {
    const refused = await Promise.all(programs.map((program, who) => works(program, who + 1)));
    if (process.env.UPS) console.log(`      refused: ${refused.join(" and ")} of ${ups} each`);
    for (const [index, program] of programs.entries()) {
      const { code, output } = await program.up();
      assert.equal(code, 0, output);
      assert.deepEqual(await found(index + 1), declared(index + 1, ups));
      await program.hasNothingToDo("preview");
    }
  });
});
