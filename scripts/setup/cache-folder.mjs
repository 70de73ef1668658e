import { homedir } from "node:os";
import { join } from "node:path";

/** Where everything that set-up builds lives: it can be deleted at any time and is then built again. */
export function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "pulumi-multipath");
}
