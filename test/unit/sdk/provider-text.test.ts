import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFoundFrom } from "../../../sdk/program-folder";
import { providerText } from "../../../sdk/provider-text";

describe("provider text", () => {
  // Every state file out there holds this text: a change makes every resource an update, and old text must go on working for ever.
  it("is this, byte for byte", () => {
    assert.equal(
      providerText("Route"),
      'exports.handler = () => { let load = require("module").createRequire(process.cwd() + "/"); ' +
        'try { load.resolve("pulumi-multipath/runtime"); } catch { load = require; } ' +
        'return load("pulumi-multipath/runtime").provider("Route"); };',
    );
  });

  describe("when Pulumi runs it", () => {
    let folder: string;
    beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), "provider-text-")))));
    afterEach(() => rmSync(folder, { recursive: true }));

    function install(below: string, text: string): void {
      const installed = join(folder, below, "node_modules/pulumi-multipath");
      mkdirSync(installed, { recursive: true });
      writeFileSync(join(installed, "package.json"), JSON.stringify({ exports: { "./runtime": "./runtime.js" } }));
      writeFileSync(join(installed, "runtime.js"), text);
    }

    /** As Pulumi does: the program's folder is the working directory; Pulumi's own package lives in `pulumi`. */
    function run(): string {
      for (const each of ["program", "pulumi"]) mkdirSync(join(folder, each), { recursive: true });
      const script = join(folder, "pulumi/dynamic-provider.js");
      const pulumi = createRequire(require.resolve("@pulumi/pulumi"));
      const fromString = JSON.stringify(pulumi.resolve("require-from-string"));
      writeFileSync(script, `console.log(require(${fromString})(${JSON.stringify(providerText("Route"))}).handler());`);
      return execFileSync(process.execPath, [script], { cwd: join(folder, "program"), encoding: "utf8", stdio: "pipe" }).trim();
    }

    it("finds the package from the program's folder", () => {
      install("program", 'exports.provider = (kind) => "the program\'s " + kind;');
      install("pulumi", 'exports.provider = (kind) => "another " + kind;');
      assert.equal(run(), "the program's Route");
    });

    it("does not find it from Pulumi's own: the SDK warns of a program's folder that can't load the package", () => {
      install("pulumi", "exports.provider = (kind) => kind;");
      assert.throws(run, /Cannot find module 'pulumi-multipath\/runtime'/);
      assert.equal(isFoundFrom(join(folder, "program")), false);
      install("program", "");
      assert.equal(isFoundFrom(join(folder, "program")), true);
    });

    it("shows why the package can't be loaded, when it is there", () => {
      install("program", 'throw new Error("no ssh2 here");');
      assert.throws(run, /no ssh2 here/);
    });
  });
});
