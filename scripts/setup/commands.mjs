import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Not on everybody's PATH, but where programs for administrators are. */
const ADMINISTRATORS_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * Where a command is, if it is anywhere.
 * @param {string} name
 * @returns {string | undefined}
 */
export function whereIs(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...folders, ...ADMINISTRATORS_FOLDERS].map((folder) => join(folder, name)).find(isProgram);
}

/** @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
