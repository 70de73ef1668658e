// Writes what follows from the kinds' schemas: sdk/generated/*.ts and docs/kinds/*.md. With `--check` it only says whether they are up to date.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const inProject = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const node = inProject("node_modules/.bin/node");
if (!existsSync(node)) {
  console.error("npm's packages are not installed yet: run `npm run setup` first.");
  process.exit(1);
}
const { status } = spawnSync(node, ["--require", "tsx/cjs", inProject("scripts/generate/main.ts"), ...process.argv.slice(2)], {
  cwd: inProject("."),
  stdio: "inherit",
});
process.exit(status ?? 1);
