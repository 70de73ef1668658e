/** Compiles the package into dist/. Skipped when nothing has changed since the last build. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root, run } from "./tool.mjs";

const stamp = `${root}dist/.sources`;

/** A digest of everything that the build reads. */
function sources() {
  const code = ["provider", "sdk", "cli"]
    .filter((folder) => existsSync(root + folder))
    .flatMap((folder) => readdirSync(root + folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith(".ts"));
  const hash = createHash("sha256");
  for (const file of [...code.sort(), "tsconfig.json", "tsconfig.build.json", "package-lock.json"]) {
    hash.update(file).update(readFileSync(root + file));
  }
  return hash.digest("hex");
}

export async function build() {
  const digest = sources();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  rmSync(`${root}dist`, { recursive: true, force: true });
  await run("tsc", ["-p", "tsconfig.build.json"]);
  writeFileSync(stamp, digest);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
