/** Compiles the package into dist/. Skipped when neither the sources nor the files in dist/ have changed since the last build. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root, run } from "./tool.mjs";

/** Not in dist/, all of which is packed. */
const stamp = `${root}node_modules/.built-from`;

/** A digest of everything that the build reads, and of which files there are of what it writes: a stray one would be packed. */
function digest() {
  const code = ["provider", "sdk", "cli"].flatMap(filesIn).filter((file) => file.endsWith(".ts"));
  const hash = createHash("sha256");
  for (const file of [...code, "tsconfig.json", "tsconfig.build.json", "package-lock.json"]) {
    hash.update(file).update(readFileSync(root + file));
  }
  return hash.update(filesIn("dist").join("\n")).digest("hex");
}

/** @param {string} folder */
function filesIn(folder) {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file}`)
    .sort();
}

export async function build() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest()) return;
  rmSync(`${root}dist`, { recursive: true, force: true });
  await run("tsc", ["-p", "tsconfig.build.json"]);
  writeFileSync(stamp, digest());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
