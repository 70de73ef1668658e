import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.mjs";
import { whereIs } from "./commands.mjs";
import { contentsOf, digestOf } from "./digest.mjs";
import { buildGoProgram } from "./go-program.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { projectFolder } from "./project-folder.mjs";
import { SentenceError } from "./sentence-error.mjs";
import { forgetUnused, markUsed } from "./unused.mjs";

const program = {
  name: "actionlint",
  folder: join(projectFolder, "scripts", "actionlint"),
  source: "github.com/rhysd/actionlint/cmd/actionlint",
  flags: [],
  linkerFlags: "-s -w",
};

/** Where the linter of GitHub's workflows is, the user's own or one that was built; undefined: nowhere. */
export function actionlint() {
  return whereIs(program.name) ?? (existsSync(folder()) ? join(folder(), program.name) : undefined);
}

/**
 * Builds it, unless the user has one or it is built.
 * @param {import("./progress.mjs").Progress} progress
 */
export async function ensureActionlint(progress) {
  if (whereIs(program.name)) return;
  const options = {
    doing: "building actionlint",
    timeoutSeconds: 3600,
    onWait: (/** @type {string} */ holder) => progress.note(`Waiting for ${holder}.`),
  };
  await oneAtATime(folder(), options, async () => {
    if (existsSync(folder())) return;
    const go = whereIs("go");
    if (!go) throw new SentenceError("Neither actionlint nor Go to build it with is installed: install either.");
    const partial = `${folder()}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await progress.step("actionlint", (say) => buildGoProgram(go, program, partial, say));
    await rename(partial, folder());
  });
  await markUsed(folder());
  await forgetUnused(cacheFolder(), /^actionlint-/);
}

function folder() {
  const recipe = JSON.stringify([program.source, program.linkerFlags, contentsOf(program.folder)]);
  return join(cacheFolder(), `actionlint-${digestOf(recipe, process.platform, process.arch)}`);
}
