import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Program, type Result } from "../engine/fixtures/program";
import { Gateway } from "../fixtures/gateway";
import { Installation } from "./fixtures/installation";
import { tarball } from "./fixtures/tarball";

/** Each row combines what a user may choose; together they hold every choice. `versions` are asserted, so that the titles stay true. */
const projects = [
  {
    name: "commonjs",
    title: "the oldest SDK and Node: CommonJS, its program in a folder below (`main`)",
    program: "infrastructure",
    versions: { node: "22.12.0", "@pulumi/pulumi": "3.216.0" },
  },
  {
    name: "esm",
    title: "the newest SDK and Node: ECMAScript modules",
    versions: { node: "26.10.0", "@pulumi/pulumi": "3.270.0" },
  },
  {
    name: "typescript-5",
    title: "TypeScript 5.9, with the tsconfig of Pulumi's own template",
    versions: { typescript: "5.9.3", "@pulumi/pulumi": "3.255.0" },
  },
  {
    name: "typescript-6",
    title: "TypeScript 6.0, module nodenext: the starting case",
    versions: { typescript: "6.0.3", "@pulumi/pulumi": "3.270.0" },
  },
  { name: "workspaces", title: "an npm workspace", program: "gateways", versions: { "@pulumi/pulumi": "3.255.0" } },
  { name: "pnpm", title: "pnpm", versions: { "@pulumi/pulumi": "3.270.0" } },
];

describe("Installed from the tarball, the package works with", function () {
  let gateway: Gateway;
  let untouched: string;
  let installation: Installation | undefined;
  let program: Program | undefined;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    untouched = await gateway.everything();
  });

  afterEach(() => {
    program?.remove();
    installation?.remove();
    [program, installation] = [undefined, undefined];
  });

  for (const { name, title, program: below = ".", versions } of projects) {
    it(`${title}: up, nothing left to do, destroy, and the gateway is as before`, async () => {
      installation = await Installation.of(name, tarball().path);
      for (const [each, version] of Object.entries(versions)) {
        const found = each === "node" ? "process.versions.node" : `require("${each}/package.json").version`;
        assert.equal(installation.evaluate(found, below), version);
      }
      const loaded = installation.evaluate(`require.resolve("pulumi-multipath/runtime")`, below);
      assert.ok(loaded.startsWith(installation.folder), loaded);
      const help = execFileSync("sh", ["-c", "pulumi-multipath help"], {
        cwd: join(installation.folder, below),
        env: { ...process.env, ...installation.environment },
        encoding: "utf8",
      });
      assert.match(help, /^usage: pulumi-multipath status HOST/);

      const { code, output } = await run(below, "up");
      assert.equal(code, 0, output);
      assert.notEqual(await gateway.everything(), untouched);
      const again = await run(below, "up", "--expect-no-changes");
      assert.equal(again.code, 0, again.output);
      const destroyed = await run(below, "destroy");
      assert.equal(destroyed.code, 0, destroyed.output);
      assert.equal(await gateway.everything(), untouched);
    });
  }

  async function run(below: string, operation: "up" | "destroy", ...args: string[]) {
    if (!installation) throw new Error("nothing is installed");
    const { folder, environment } = installation;
    // `main` names the folder of the first project; with a workspace Pulumi.yaml is in the member.
    const project = below === "gateways" ? `${folder}/${below}` : folder;
    program ??= await Program.of(project, gateway.host, environment);
    return program[operation](...args);
  }

  for (const how of ["local", "inline"]) {
    it(`the Automation API, ${how} program`, async () => {
      installation = await Installation.of("esm", tarball().path);
      program = await Program.of(installation.folder, gateway.host, installation.environment);
      const stack = how === "local" ? program.stack : "dev";
      const { stdout } = await promisify(execFile)("node", ["automation.js", how, stack], {
        cwd: installation.folder,
        env: { ...process.env, ...program.environment(), HOST: JSON.stringify(gateway.host) },
      });
      // The stack itself and the route.
      assert.deepEqual(JSON.parse(stdout), [{ create: 2 }, { same: 2 }, { delete: 2 }]);
      assert.equal(await gateway.everything(), untouched);
    });
  }

  it("pnpm, below a component library: once the program can load the package too, and it is told so before", async () => {
    installation = await Installation.of("pnpm-component", tarball().path);
    const below = join(installation.folder, "program");
    program = await Program.of(below, gateway.host, installation.environment);
    const refused = await program.up();
    assert.notEqual(refused.code, 0);
    const warnings = refused.messages.filter(({ severity }) => severity === "warning").map(({ text }) => text);
    assert.equal(warnings.length, 1, refused.output);
    assert.match(warnings[0] ?? "", /program can't load pulumi-multipath.* Add pulumi-multipath to the dependencies/);

    const manifest = join(below, "package.json");
    const { dependencies, ...rest } = JSON.parse(readFileSync(manifest, "utf8")) as { dependencies: Record<string, string> };
    const added = { ...dependencies, "pulumi-multipath": "file:../pulumi-multipath.tgz" };
    writeFileSync(manifest, JSON.stringify({ ...rest, dependencies: added }));
    await installation.install(tarball().path);
    for (const [operation, ...args] of [["up"], ["up", "--expect-no-changes"], ["destroy"]] as const) {
      const { code, output, messages }: Result = await program[operation](...args);
      assert.equal(code, 0, output);
      assert.deepEqual(
        messages.filter(({ severity }) => severity === "warning"),
        [],
      );
    }
    assert.equal(await gateway.everything(), untouched);
  });
});
