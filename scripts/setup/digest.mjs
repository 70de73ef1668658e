import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Names a product by everything that goes into it: a changed recipe is another product.
 * @param {...string} parts
 */
export function digestOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex").slice(0, 16);
}

/**
 * Names and contents of all files of a folder, as one text to take a digest of.
 * @param {string} folder
 * @returns {string}
 */
export function contentsOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => {
      const path = join(folder, entry.name);
      return `${entry.name}\0${entry.isDirectory() ? contentsOf(path) : readFileSync(path, "latin1")}\0`;
    })
    .join("");
}
