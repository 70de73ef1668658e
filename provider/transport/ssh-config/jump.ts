import { portNumber } from "./numbers";

/** A host to go through. */
export interface Jump {
  readonly user: string | undefined;
  /** Without brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/** The value of ProxyJump without what OpenSSH takes for a comment. */
export function jumpText(value: string): string {
  return value.replace(/#.*$/s, "").replace(/[ \t\n\v\f\r]+$/, "");
}

/** Whether this can stand behind ProxyJump. With a comment behind it OpenSSH takes `none` for a host of that name, which nobody means. */
export function areJumps(value: string): boolean {
  return isNone(value) || (!isNone(jumpText(value)) && jumpsOf(value) !== undefined);
}

export function isNone(value: string): boolean {
  return value.toLowerCase() === "none";
}

/** The hosts of a ProxyJump, the first to be dialled first. Undefined: it can't be read. */
export function jumpsOf(value: string): Jump[] | undefined {
  const text = jumpText(value);
  if (/[ \t]/.test(text)) return undefined; // OpenSSH 9.2 drops what is behind it: nobody means that
  const jumps = text.split(",").map(jumpOf);
  return jumps.every((jump) => jump !== undefined) ? jumps : undefined;
}

function jumpOf(text: string): Jump | undefined {
  if (text.startsWith("ssh://")) return jumpOfUri(text.slice("ssh://".length));
  const at = text.lastIndexOf("@");
  if (at === 0) return undefined;
  const place = placeOf(text.slice(at + 1));
  return place && { user: at > 0 ? text.slice(0, at) : undefined, ...place };
}

/** `user;parameters@host:port/`, the user's name with %XX. */
function jumpOfUri(text: string): Jump | undefined {
  const at = text.indexOf("@");
  const user = at < 0 ? undefined : unescaped(text.slice(0, at).replace(/;.*$/s, ""));
  const place = placeOf(text.slice(at + 1).replace(/\/$/, ""));
  if ((at >= 0 && !user) || !place || !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(place.host) || place.host.includes(".."))
    return undefined;
  return { user, ...place };
}

function unescaped(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})|%00/.test(text)) return undefined;
  return text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Nothing behind the colon is no port. A slash in its place is for other options of ssh's. */
function placeOf(text: string): Omit<Jump, "user"> | undefined {
  const [, host, port = ""] = /^(\[[^\]]+\]|[^[:/][^:/]*)(?::(.*))?$/s.exec(text) ?? [];
  if (!host) return undefined;
  if (port !== "" && portNumber(port) === undefined) return undefined;
  return { host: host.replace(/^\[(.*)\]$/s, "$1"), port: portNumber(port) };
}
