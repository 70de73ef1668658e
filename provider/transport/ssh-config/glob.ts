import { lstat, readdir } from "node:fs/promises";

/** Paths are bytes (see ssh-pattern.ts), as they are to the kernel. */
export const pathOf = (bytes: string) => Buffer.from(bytes, "latin1");

/**
 * The paths that match, as glob(3) finds them: `*`, `?`, `[...]` and backslashes, no slash and no leading dot by a wildcard, sorted by
 * bytes. Node's own glob knows braces and `**` instead, which OpenSSH doesn't.
 * @param pattern absolute
 * @throws what reading a directory throws, except that it isn't there
 */
export async function glob(pattern: string): Promise<string[]> {
  let found = [""];
  const segments = pattern.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const next = await Promise.all(found.map((directory) => inside(directory, segment, isLast)));
    found = next.flat();
  }
  return found.sort((one, other) => (one < other ? -1 : Number(one > other)));
}

async function inside(directory: string, segment: string, isLast: boolean): Promise<string[]> {
  if (!/[*?[]/.test(segment)) {
    const path = `${directory}/${segment.replace(/\\([^])/g, "$1")}`;
    return !isLast || (await isThere(path)) ? [path] : [];
  }
  const pattern = segmentPattern(segment);
  const names = await namesIn(directory === "" ? "/" : directory);
  const matching = names.filter((name) => pattern.test(name) && (!name.startsWith(".") || segment.startsWith(".")));
  return matching.map((name) => `${directory}/${name}`);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(pathOf(directory), { encoding: "buffer" })).map((name) => name.toString("latin1"));
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(pathOf(path));
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

/** fnmatch(3) as a regular expression; a bracket that doesn't close is itself. */
function segmentPattern(segment: string): RegExp {
  const source = segment.replace(
    /\\([^])|\[([!^]?)(\]?[^\]]*)\]|([*?])|([^])/g,
    (_, escaped, negated, members, wildcard, plain) => {
      if (members !== undefined) return `[${negated ? "^" : ""}${String(members).replace(/[\\\]^[]/g, "\\$&")}]`;
      if (wildcard !== undefined) return wildcard === "*" ? "[^]*" : "[^]";
      return String(escaped ?? plain).replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
    },
  );
  return new RegExp(`^${source}$`);
}
