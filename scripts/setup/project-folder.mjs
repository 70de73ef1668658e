import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's top. */
export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
