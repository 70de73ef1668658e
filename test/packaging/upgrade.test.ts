import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Program } from "../engine/fixtures/program";
import { Gateway } from "../fixtures/gateway";
import { type Earlier, earlierPackage } from "./fixtures/earlier";
import { Installation } from "./fixtures/installation";
import { recordedVersions, restore } from "./fixtures/recorded-state";
import { tarball } from "./fixtures/tarball";
import { upgradedProgram } from "./fixtures/upgraded-program";

/** State holds on to what it was written by: each version must go on working with what those before it have left. */
describe("After an upgrade", function () {
  let gateway: Gateway;
  let untouched: string;
  let installation: Installation;
  let program: Program;

  before(async () => {
    gateway = await Gateway.up();
  });

  beforeEach(async () => {
    await gateway.reset();
    untouched = await gateway.everything();
  });

  afterEach(() => {
    program.remove();
    installation.remove();
  });

  async function start(tarballPath: string): Promise<void> {
    installation = await Installation.of("pnpm", tarballPath);
    write(9);
    program = await Program.of(installation.folder, gateway.host, installation.environment);
  }

  const write = (weight: number): void => writeFileSync(join(installation.folder, "index.js"), upgradedProgram(weight));

  async function succeeds(...args: string[]): Promise<void> {
    const { code, output } = await program.operation(args);
    assert.equal(code, 0, output);
  }

  async function assertAllWorks(): Promise<void> {
    const before = await gateway.everything();
    await succeeds("preview", "--expect-no-changes");
    await succeeds("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    await succeeds("up", "--yes", "--skip-preview", "--expect-no-changes");
    assert.equal(await gateway.everything(), before);

    write(5);
    const up = await program.up();
    assert.equal(up.code, 0, up.output);
    const changes = up.steps.filter(({ op }) => op !== "same").map(({ op, name, diffs }) => [op, name, diffs]);
    assert.deepEqual(changes, [["update", "default", ["nextHops"]]]);
    assert.match(await gateway.sh("ip route show default proto 205 | tr '\\n' ' '"), /weight 5 .*weight 10/);

    await succeeds("destroy", "--yes", "--skip-preview");
    assert.equal(await gateway.everything(), untouched);
  }

  it("from the package before this one, nothing changes, and all can be changed and destroyed", async function () {
    const earlier: Earlier | undefined = earlierPackage();
    if (!earlier) return this.skip();
    console.log(`      from ${earlier.commit.slice(0, 7)}`);
    try {
      await start(earlier.tarball);
      await succeeds("up", "--yes", "--skip-preview");
      await installation.install(tarball().path);
      await assertAllWorks();
    } finally {
      earlier.remove();
    }
  });

  for (const version of recordedVersions()) {
    it(`from the state that ${version} has left, nothing changes, and all can be changed and destroyed`, async () => {
      await start(tarball().path);
      await restore(version, gateway, program, installation.folder);
      await assertAllWorks();
    });
  }
});
