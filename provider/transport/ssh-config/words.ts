/** How a line of ssh_config falls into words. Two ways: the keyword (and `Match`) the old one, all other values the new one. */

const blanks = " \t\r\n";

/** A line without what ends it. A NUL byte ends it too: OpenSSH reads lines as C strings. */
export function trimmed(line: string): string {
  const text = line.split("\0", 1)[0] ?? "";
  // The first character stays whatever it is.
  return text.slice(0, 1) + text.slice(1).replace(/[ \t\r\n\f]+$/, "");
}

/** The old way: blanks, or one `=`, between words; double quotes only. */
export class OldWords {
  constructor(private rest: string | undefined) {}

  /** What was not read yet. Undefined: nothing is left. */
  get remainder(): string | undefined {
    return this.rest;
  }

  /** Forgets what was not read yet. */
  skip(): void {
    this.rest = undefined;
  }

  /** Undefined at the end, and where a quote does not end. */
  next(): string | undefined {
    const line = this.rest;
    if (line === undefined) return undefined;
    const end = line.search(/[ \t\r\n"=]/);
    if (end < 0) {
      this.rest = undefined;
      return line;
    }
    if (line[end] === '"') return this.quoted(line, end);
    const after = withoutBlanks(line.slice(end + 1));
    this.rest = after.startsWith("=") && line[end] !== "=" ? withoutBlanks(after.slice(1)) : after;
    return line.slice(0, end);
  }

  private quoted(line: string, quote: number): string | undefined {
    const end = line.indexOf('"', quote + 1);
    this.rest = end < 0 ? undefined : withoutBlanks(line.slice(end + 1));
    return end < 0 ? undefined : line.slice(0, quote) + line.slice(quote + 1, end);
  }
}

export function withoutBlanks(text: string): string {
  let begin = 0;
  while (begin < text.length && blanks.includes(text.charAt(begin))) begin++;
  return text.slice(begin);
}

/**
 * The new way, like a shell: both kinds of quotes, a backslash before a quote, a backslash or (outside quotes) a blank; `#` where a
 * word could begin starts a comment. Undefined: a quote does not end.
 */
export function words(line: string): string[] | undefined {
  const found: string[] = [];
  let at = 0;
  while (at < line.length) {
    const begin = line.charAt(at);
    if (begin === " " || begin === "\t") {
      at++;
      continue;
    }
    if (begin === "#") break;
    const word = wordAt(line, at);
    if (!word) return undefined;
    found.push(word.text);
    at = word.end;
  }
  return found;
}

function wordAt(line: string, begin: number): { text: string; end: number } | undefined {
  let text = "";
  let quote = "";
  let at = begin;
  for (; at < line.length; at++) {
    const char = line.charAt(at);
    const next = line.charAt(at + 1);
    if (char === "\\") {
      const escaped = next !== "" && (`'"\\`.includes(next) || (quote === "" && next === " "));
      text += escaped ? next : char;
      if (escaped) at++;
    } else if (quote === "" && (char === " " || char === "\t")) {
      break;
    } else if (quote === "" && (char === '"' || char === "'")) {
      quote = char;
    } else if (quote !== "" && char === quote) {
      quote = "";
    } else {
      text += char;
    }
  }
  return quote === "" ? { text, end: at } : undefined;
}
