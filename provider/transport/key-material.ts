import { createPublicKey } from "node:crypto";
import type { PublicKey } from "./public-key";

/** The numbers that a public key consists of, in the order of its blob. */
export interface KeyMaterial {
  /** Of a certificate: the type of the key in it. */
  readonly type: string;
  readonly numbers: readonly Buffer[];
  readonly isCertificate: boolean;
}

type Part = "text" | "mpint" | { readonly bytes: number; readonly begin?: number };

const curve = (bytes: number): Part => ({ bytes: 1 + 2 * bytes, begin: 4 }); // RFC 5656: an uncompressed point

/** What stands behind the type (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709; OpenSSH's PROTOCOL.u2f). */
const layouts: ReadonlyMap<string, readonly Part[]> = new Map<string, readonly Part[]>([
  ["ssh-ed25519", [{ bytes: 32 }]],
  ["ecdsa-sha2-nistp256", ["text", curve(32)]],
  ["ecdsa-sha2-nistp384", ["text", curve(48)]],
  ["ecdsa-sha2-nistp521", ["text", curve(66)]],
  ["ssh-rsa", ["mpint", "mpint"]],
  ["ssh-dss", ["mpint", "mpint", "mpint", "mpint"]],
  ["sk-ssh-ed25519@openssh.com", [{ bytes: 32 }, "text"]],
  ["sk-ecdsa-sha2-nistp256@openssh.com", ["text", curve(32), "text"]],
]);

/** Undefined: OpenSSH could not read the key, or it is of a type that it doesn't know. A certificate's signature is not checked. */
export function materialOf({ type, blob }: PublicKey): KeyMaterial | undefined {
  const isCertificate = type.includes("-cert-v01@");
  const plainType = isCertificate ? type.replace(/-cert-v01@openssh\.com$/, type.startsWith("sk-") ? "@openssh.com" : "") : type;
  const layout = layouts.get(plainType);
  const strings = stringsOf(blob);
  if (!layout || !strings) return undefined;
  const parts = isCertificate ? strings.slice(2) : strings.slice(1); // a certificate has a nonce before the key
  if (isCertificate ? parts.length < layout.length : parts.length !== layout.length) return undefined;
  const numbers = layout.map((part, index) => checked(part, parts[index] ?? Buffer.alloc(0)));
  if (!numbers.every((number) => number !== undefined)) return undefined;
  const nameOfCurve = /nistp[0-9]+/.exec(plainType)?.[0];
  if (
    nameOfCurve !== undefined &&
    !(numbers[0]?.toString("latin1") === nameOfCurve && isOnCurve(nameOfCurve, numbers[1] ?? Buffer.alloc(0)))
  )
    return undefined;
  return { type: plainType, numbers, isCertificate };
}

/** Whether they are one key, however its numbers are written and whether or not one is in a certificate. */
export function isSameKey(one: PublicKey, other: PublicKey): boolean {
  if (one.blob.equals(other.blob)) return true;
  const [mine, yours] = [materialOf(one), materialOf(other)];
  if (!mine || !yours || mine.type !== yours.type) return false;
  return mine.numbers.every((number, index) => number.equals(yours.numbers[index] ?? Buffer.alloc(0)));
}

/** Bits of an RSA key's modulus; undefined for keys of other types. */
export function rsaBits(material: KeyMaterial): number | undefined {
  const modulus = material.numbers[1];
  if (material.type !== "ssh-rsa" || !modulus) return undefined;
  return modulus.length === 0 ? 0 : modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
}

/** A blob is a row of strings with their lengths; of a certificate only the first ones are. */
function stringsOf(blob: Buffer): Buffer[] | undefined {
  const strings: Buffer[] = [];
  let at = 0;
  while (at + 4 <= blob.length) {
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) break;
    strings.push(blob.subarray(at + 4, end));
    at = end;
  }
  const isCertificate = strings[0]?.includes("-cert-v01@") === true;
  return at === blob.length || isCertificate ? strings : undefined;
}

/** A point that lost a bit on its way is none of its curve's. */
function isOnCurve(name: string, point: Buffer): boolean {
  const middle = 1 + (point.length - 1) / 2;
  const x = point.toString("base64url", 1, middle);
  const y = point.toString("base64url", middle);
  try {
    createPublicKey({ key: { kty: "EC", crv: name.replace("nistp", "P-"), x, y }, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}

const mostBytes = 2048; // OpenSSH reads no larger number

function checked(part: Part, bytes: Buffer): Buffer | undefined {
  if (part === "text") return bytes;
  if (part === "mpint") return natural(bytes);
  return bytes.length === part.bytes && (part.begin === undefined || bytes[0] === part.begin) ? bytes : undefined;
}

/** Without the zeros before it. A set first bit makes it negative (RFC 4251, 5), and a key has no negative numbers. */
function natural(bytes: Buffer): Buffer | undefined {
  if (((bytes[0] ?? 0) & 0x80) !== 0) return undefined;
  const begin = bytes.findIndex((byte) => byte !== 0);
  const digits = begin < 0 ? Buffer.alloc(0) : bytes.subarray(begin);
  return bytes.length > mostBytes + 1 || digits.length > mostBytes ? undefined : digits;
}
