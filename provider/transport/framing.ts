import { randomBytes } from "node:crypto";

/** 128 bits that no output contains by chance, and that nobody on the host can guess. */
export function newToken(): string {
  return randomBytes(16).toString("hex");
}

/**
 * A request as the shell reads it on its stdin. It is one compound command, which every shell parses to its end before running
 * any of it: shells such as dash read their script ahead, so bytes meant for a command's stdin would be taken for script (and a
 * command that reads stdin would eat the script: theirs is /dev/null). The marks tell the reply from what else is printed.
 */
export function framed(token: string, script: string): string {
  return (
    `printf '%s begin\\n' ${token}; printf '%s begin\\n' ${token} >&2\n` +
    `{ :\n${script}\n} </dev/null\n` +
    `printf '\\n%s end %d\\n' ${token} "$?"; printf '\\n%s end\\n' ${token} >&2\n`
  );
}

/** What one stream printed between a request's marks. */
export interface Framed {
  readonly text: string;
  /** The exit status in the end mark; 0 on stderr, whose mark has none. */
  readonly code: number;
}

/**
 * Cuts a request's reply out of a stream. Every byte is looked at once, whatever the size of the reply.
 * @param keep when given, only the last characters of the reply are kept
 */
export class FrameReader {
  private readonly beginMark: Buffer;
  private readonly endMark: Buffer;
  private begun = false;
  /** The end of what was read, which may be the first half of a mark. */
  private unread: Buffer = Buffer.alloc(0);
  private readonly parts: Buffer[] = [];
  private size = 0;

  constructor(
    token: string,
    private readonly keep = Infinity,
  ) {
    this.beginMark = Buffer.from(`${token} begin\n`);
    this.endMark = Buffer.from(`\n${token} end`);
  }

  /** Takes the next bytes; returns the reply once its end has been seen. */
  push(chunk: Buffer): Framed | undefined {
    let bytes = this.unread.length > 0 ? Buffer.concat([this.unread, chunk]) : chunk;
    if (!this.begun) {
      const at = bytes.indexOf(this.beginMark);
      if (at < 0) {
        this.unread = bytes.subarray(Math.max(0, bytes.length - this.beginMark.length + 1));
        return undefined;
      }
      this.begun = true;
      bytes = bytes.subarray(at + this.beginMark.length);
    }

    const end = bytes.indexOf(this.endMark);
    const lineEnd = end < 0 ? -1 : bytes.indexOf("\n", end + this.endMark.length);
    const certain = end < 0 ? Math.max(0, bytes.length - this.endMark.length + 1) : end;
    this.take(bytes.subarray(0, certain));
    this.unread = bytes.subarray(certain);
    if (lineEnd < 0) return undefined;
    return { text: this.text(), code: Number(bytes.toString("latin1", end + this.endMark.length, lineEnd)) };
  }

  /** What came so far, for the message of an error. */
  soFar(): string {
    return this.begun ? this.text(this.unread) : "";
  }

  private take(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.parts.push(bytes);
    this.size += bytes.length;
    // A character is at most four bytes.
    for (let first = this.parts[0]; first && this.size - first.length > 4 * this.keep; first = this.parts[0]) {
      this.parts.shift();
      this.size -= first.length;
    }
  }

  private text(rest: Buffer = Buffer.alloc(0)): string {
    const text = Buffer.concat([...this.parts, rest]).toString("utf8");
    return text.length > this.keep ? text.slice(-this.keep) : text;
  }
}
