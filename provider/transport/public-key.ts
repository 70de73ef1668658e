import { createHash } from "node:crypto";

/** A public key as SSH sends it: its type and the blob that begins with the type once more (RFC 4253, 6.6). */
export interface PublicKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** Reads the `TYPE BASE64` of an OpenSSH key line; undefined when it isn't one, or when the blob is of another type. */
export function parsePublicKey(type: string | undefined, base64: string | undefined): PublicKey | undefined {
  // OpenSSH's decoder skips blanks, and so the carriage return that a file from Windows has at the end of a line.
  const digits = base64?.replace(/[\t\n\v\f\r ]/g, "");
  if (!type || !digits || !/^[A-Za-z0-9+/]+={0,2}$/.test(digits)) return undefined;
  const blob = Buffer.from(digits, "base64");
  // Node skips what is not base64 and accepts missing padding; OpenSSH refuses the line.
  if (blob.toString("base64") !== digits) return undefined;
  // Like the names of its signatures, which OpenSSH takes for the key's type too.
  const plainType = type === "rsa-sha2-256" || type === "rsa-sha2-512" ? "ssh-rsa" : type;
  return typeOfBlob(blob) === plainType ? { type: plainType, blob } : undefined;
}

export function publicKeyOf(blob: Buffer): PublicKey {
  return { type: typeOfBlob(blob) ?? "unknown", blob };
}

/** As `ssh-keygen -l` prints it: base64 without padding. */
export function fingerprint({ blob }: PublicKey): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** For messages: `ssh-ed25519 SHA256:nThbg6k...`. */
export function shownKey(key: PublicKey): string {
  return `${key.type} ${fingerprint(key)}`;
}

function typeOfBlob(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  return length > 0 && blob.length > 4 + length ? blob.toString("latin1", 4, 4 + length) : undefined;
}
