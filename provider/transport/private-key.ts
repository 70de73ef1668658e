import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { utils, type ParsedKey } from "ssh2";

/** Why a text can't be used to log in with: without a word of it, and without the words of a library that has seen it. */
export class UnusableKey extends Error {}

/**
 * Reads a private key as people have them: OpenSSH's own format, PEM (PKCS#1, SEC1, PKCS#8; encrypted or not), PuTTY's. A text from a
 * pipeline's secret may have lost its line ends on the way, or have `\n` written out, or be base64 once more: base64 has none of
 * these in it, so what was meant is certain.
 * @throws UnusableKey with a reason that continues `KEY ...`
 */
export function parsePrivateKey(text: string, passphrase: string | undefined): ParsedKey {
  const pem = mended(text);
  const parsed = utils.parseKey(pem, passphrase);
  if (!(parsed instanceof Error)) {
    if (!parsed.isPrivateKey()) throw new UnusableKey("holds a public key, not a private one");
    return parsed;
  }
  const other = parseByNode(pem, passphrase);
  if (other) return other;
  if (isEncrypted(pem, parsed)) throw new UnusableKey(closed(passphrase));
  throw new UnusableKey(whatIsWrong(pem));
}

/** What ssh2 can't read (PKCS#8), in a form that it can. */
function parseByNode(pem: string, passphrase: string | undefined): ParsedKey | undefined {
  if (!/^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(pem)) return undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
  } catch {
    return undefined;
  }
  const parsed = utils.parseKey(inReadableForm(key));
  return parsed instanceof Error ? undefined : parsed;
}

function inReadableForm(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return key.export({ type: "pkcs1", format: "pem" }).toString();
    case "ec":
      return key.export({ type: "sec1", format: "pem" }).toString();
    case "ed25519":
      return openSshForm(key);
    default:
      throw new UnusableKey(`is a ${key.asymmetricKeyType} key; sshd takes ed25519, ecdsa and rsa`);
  }
}

/** Ed25519 has no older form than OpenSSH's own (PROTOCOL.key in its source). */
function openSshForm(key: KeyObject): string {
  const raw = (part: string | undefined) => Buffer.from(part ?? "", "base64url");
  const secret = raw(key.export({ format: "jwk" }).d);
  const open = raw(createPublicKey(key).export({ format: "jwk" }).x);
  const type = "ssh-ed25519";
  const publicPart = Buffer.concat([field(type), field(open)]);
  const check = Buffer.alloc(8); // twice the same number: after a decryption it tells whether that went well
  const privatePart = Buffer.concat([check, publicPart, field(Buffer.concat([secret, open])), field("")]);
  const padding = Buffer.from(Array.from({ length: -privatePart.length & 7 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const parts = [field("none"), field("none"), field(""), one, field(publicPart), field(Buffer.concat([privatePart, padding]))];
  return pemOf("OPENSSH PRIVATE KEY", Buffer.concat([Buffer.from("openssh-key-v1\0"), ...parts]).toString("base64"));
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function pemOf(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64.replace(/(.{64})(?=.)/g, "$1\n")}\n-----END ${label}-----\n`;
}

/* ---- texts that were changed on their way ---------------------------------------------------------------------------------------- */

const block = /^["']?\s*-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----\s*["']?$/s;

function mended(text: string): string {
  const lines = unwrapped(text.trim())
    .replace(/\\r\\n|\\n/g, "\n")
    .split(/\r\n?|\n/)
    .map((line) => line.trim())
    .join("\n");
  const [, label, body = ""] = block.exec(lines) ?? [];
  if (!label) return lines;
  // Headers (`Proc-Type: 4,ENCRYPTED`) are lines; where those are lost, nobody knows where a header ends.
  return body.includes(":") ? `-----BEGIN ${label}-----${body}-----END ${label}-----\n` : pemOf(label, body.replace(/\s+/g, ""));
}

/** A file that was made base64 to be one line: `base64 -w0 id_ed25519`. */
function unwrapped(text: string): string {
  if (!/^[A-Za-z0-9+/\s]+=*$/.test(text)) return text;
  const inner = Buffer.from(text, "base64").toString("utf8").trim();
  return inner.startsWith("-----BEGIN ") ? inner : text;
}

function whatIsWrong(pem: string): string {
  if (!pem.includes("-----BEGIN ")) {
    return "holds no private key in a format known here: such a text begins with a line -----BEGIN ... PRIVATE KEY----- (a path belongs into `identityFile`)";
  }
  if (!/-----BEGIN [^\n]*PRIVATE KEY-----/.test(pem))
    return "holds no private key, but something else that begins with -----BEGIN";
  if (!/-----END [^\n]*-----/.test(pem)) return "was cut off: the line -----END ... PRIVATE KEY----- is missing";
  if (/-----BEGIN [^\n]*-----[^\n]*\S/.test(pem)) {
    return "has lost its line ends: store the whole file as it is, or as one line of base64 (`base64 -w0 FILE`)";
  }
  return "holds no private key in a format known here: the text between -----BEGIN and -----END is damaged, or of a type that sshd does not take";
}

/** PEM says so in plain words; of OpenSSH's format only ssh2 knows. A wrong passphrase may also come to text that is no key. */
function isEncrypted(pem: string, { message }: Error): boolean {
  return /\bENCRYPTED\b/.test(pem) || /encrypted|no passphrase|bad passphrase/i.test(message);
}

function closed(passphrase: string | undefined): string {
  return passphrase === undefined
    ? "is encrypted: set MULTIPATH_SSH_PASSPHRASE, or add the key to an agent"
    : "is encrypted, and MULTIPATH_SSH_PASSPHRASE does not open it";
}
