import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../fixtures/documentation";

const text = (file: string): string => readFileSync(join(root, file), "utf8");

describe("README.md", () => {
  const readme = text("README.md");

  it("names the versions that package.json asks for, and that set-up asks of a CLI", () => {
    const { engines, peerDependencies } = JSON.parse(text("package.json")) as {
      engines: { node: string };
      peerDependencies: Record<string, string>;
    };
    const node = engines.node.replace(">=", "");
    const sdk = peerDependencies["@pulumi/pulumi"]?.replace(/^\^|\.0$/g, "") ?? "";
    assert.ok(readme.includes(`Node ${node} or newer, Pulumi CLI and \`@pulumi/pulumi\` ${sdk} or newer`), `${node}, ${sdk}`);
    const [major, minor] = sdk.split(".");
    assert.ok(text("scripts/setup/pulumi-cli.mjs").includes(`OLDEST = { major: ${major}, minor: ${minor} }`));
  });

  it("explains messages that the provider really gives, in its very words", () => {
    const sources = readdirSync(join(root, "provider"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => text(`provider/${file}`));
    const table =
      readme
        .split("## When something goes wrong")[1]
        ?.split("\n\n")
        .find((part) => part.startsWith("|")) ?? "";
    const messages = [...table.matchAll(/^\| (`.*?`) +\|/gm)].slice(0).map(([, cell = ""]) => cell);
    assert.ok(messages.length >= 8, table);
    const parts = messages.flatMap((cell) => cell.split("…").map((part) => part.replace(/^`|`$/g, "")));
    assert.deepEqual(
      parts.filter((part) => !sources.some((source) => source.includes(part))),
      [],
    );
  });
});
