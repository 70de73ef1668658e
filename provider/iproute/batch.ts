import { InputError } from "../errors";

/** Words of a line; nested lists are flattened and undefined is left out, so that a clause can be optional. */
export type Words = string | number | undefined | readonly Words[];

/**
 * One line of `ip -batch`. `ip` splits a line at white space, takes quotes, and ends it at `#`: a word that held one of these
 * could become another token. None is escaped, all are refused; declared values never get here with one, a foreign device may.
 */
export function batchLine(...words: readonly Words[]): string {
  const tokens = flatten(words);
  for (const token of tokens) {
    if (!/^[!$-&(-[\]-~]+$/.test(token)) {
      throw new InputError(
        `${JSON.stringify(token)} can't be written as one word of an \`ip\` command. Rename it on the host, or change it by hand.`,
      );
    }
  }
  return tokens.join(" ");
}

function flatten(words: Words): string[] {
  if (words === undefined) return [];
  if (typeof words === "string" || typeof words === "number") return [String(words)];
  return words.flatMap(flatten);
}
