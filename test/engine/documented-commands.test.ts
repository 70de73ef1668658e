import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pages, root } from "../fixtures/documentation";
import { commandsIn, commandsInText, commandsOf } from "../unit/docs/commands";

/** Every `pulumi` command that the documentation shows or a pipeline of the examples runs, each once. */
function pulumiCommands(): string[][] {
  const blocks = pages().flatMap((page) => page.blocks.filter(({ tag }) => tag === "sh" || tag === "console"));
  const shown = [...blocks.flatMap(commandsOf), ...pages().flatMap(commandsInText)];
  const example = join(root, "examples/pull-request");
  const files = ["ci", ".github/workflows"].flatMap((folder) =>
    readdirSync(join(example, folder)).map((file) => join(folder, file)),
  );
  const run = [...files, ".gitlab-ci.yml"]
    .flatMap((file) => readFileSync(join(example, file), "utf8").split("\n"))
    .flatMap((line) => commandsIn(line.replace(/^\s*(?:- )?(?:run: )?/, "")));
  const commands = [...shown, ...run]
    .filter(([program]) => program === "pulumi")
    // What is not an option stands for a value from the third word on.
    .map(([, ...words]) => words.filter((word, index) => index < 2 || word.startsWith("--")));
  return [...new Map(commands.map((words) => [words.join(" "), words])).values()];
}

describe("Every `pulumi` command of the documentation and of the examples' pipelines", () => {
  const commands = pulumiCommands();

  it("is found", () => assert.ok(commands.length >= 5, JSON.stringify(commands)));

  for (const words of commands) {
    it(`the CLI knows: pulumi ${words.join(" ")}`, () => {
      const verbs = words.filter((word) => /^[a-z]+$/.test(word));
      const help = execFileSync("pulumi", [...verbs, "--help"], {
        encoding: "utf8",
        env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      });
      const usage = /^Usage:\s*\n\s*(pulumi .*)$/m.exec(help)?.[1] ?? "";
      assert.ok(usage.startsWith(`pulumi ${verbs[0] ?? ""}`), `pulumi ${verbs[0]} is no command: ${usage}`);
      const options = words.filter((word) => word.startsWith("--")).map((word) => word.replace(/=.*/, ""));
      assert.deepEqual(
        options.filter((option) => !new RegExp(`${option}(?![a-z-])`).test(help)),
        [],
      );
    });
  }
});
