import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

const DAYS = 14;

/** A product that was used is kept. @param {string} folder */
export async function markUsed(folder) {
  const now = new Date();
  await utimes(folder, now, now);
}

/**
 * Every change of a recipe leaves a product behind; those that nobody has used for two weeks go.
 * @param {string} folder
 * @param {RegExp} names
 */
export async function forgetUnused(folder, names) {
  const before = Date.now() - DAYS * 24 * 3600 * 1000;
  for (const name of (await readdir(folder)).filter((name) => names.test(name))) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (mtimeMs < before) await rm(path, { recursive: true, force: true });
  }
}
