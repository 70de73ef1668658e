/**
 * Patterns as OpenSSH matches them, in known_hosts and in ssh_config: `*` is any text, `?` any one byte, everything else is itself.
 * OpenSSH compares bytes, so the texts here hold one byte a character (latin1).
 */

export function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

export function textOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** A to Z only: the other bytes belong to letters that OpenSSH leaves as they are. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

export function matchesPattern(text: string, pattern: string): boolean {
  // Where the last star was, and how much of the text it has taken so far: only the last one ever has to be reconsidered.
  let at = 0;
  let star = -1;
  let taken = 0;
  let next = 0;
  while (at < text.length) {
    if (pattern[next] === "*") {
      star = next++;
      taken = at;
    } else if (next < pattern.length && (pattern[next] === "?" || pattern[next] === text[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  while (pattern[next] === "*") next++;
  return next === pattern.length;
}

/** OpenSSH gives up on a list that holds a pattern as long as this. */
const longestPattern = 1022;

/** A list with commas. A pattern with `!` that matches wins over all others; alone it never makes a match. */
export function matchesPatternList(text: string, list: string): boolean {
  const patterns = list.split(",").map((pattern) => ({ negated: pattern.startsWith("!"), pattern: pattern.replace(/^!/, "") }));
  if (patterns.some(({ pattern }) => pattern.length > longestPattern)) return false;
  const matching = patterns.filter(({ pattern }) => matchesPattern(text, pattern));
  return matching.length > 0 && !matching.some(({ negated }) => negated);
}
