/** `npm run generate`: writes what is out of date; with `--check` names it and fails. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { kinds } from "../../provider";
import { generatedFiles } from "./files";

const root = join(__dirname, "../..");
const folders = ["sdk/generated", "docs/kinds"];

async function main(check: boolean): Promise<void> {
  const files = await generatedFiles(root, Object.values(kinds));
  const there = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((file) => `${folder}/${file}`));
  const leftOver = there.filter((path) => !files.has(path));
  const stale = [...files].filter(([path, text]) => !there.includes(path) || readFileSync(join(root, path), "utf8") !== text);

  if (check) {
    const wrong = [...stale.map(([path]) => path), ...leftOver];
    if (wrong.length === 0) return console.log("What is generated is up to date.");
    console.error(`Not what the schemas say: ${wrong.join(", ")}. Run \`npm run generate\` and commit the result.`);
    process.exitCode = 1;
    return;
  }
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
  for (const path of leftOver) {
    rmSync(join(root, path));
    console.log(`removed ${path}`);
  }
}

void main(process.argv.includes("--check"));
