import { createHmac } from "node:crypto";
import { slip, type Random } from "./random";

/** A known_hosts file, and a host with a key to judge by it. */
export interface KnownHostsCase {
  readonly text: string;
  /** `alias`: HostKeyAlias; otherwise localhost at a port that isn't 22. */
  readonly target: "alias" | "port";
  /** Which of its keys the host shows. */
  readonly keyType: KeyName;
  /** A file for RevokedHostKeys. */
  readonly revoked?: string;
  readonly requiredRsaSize?: number;
}

export type KeyName = "ed25519" | "ecdsa" | "rsa";

/** What the texts are made of: `TYPE BASE64` by name, those of the host and those of others. */
export interface Ingredients {
  readonly port: number;
  readonly keys: Readonly<Record<string, string>>;
}

export const alias = "gw.example";
export const address = "localhost";

export function nameOf(target: KnownHostsCase["target"], port: number): string {
  return target === "alias" ? alias : `[${address}]:${port}`;
}

export function knownHostsCase(random: Random, ingredients: Ingredients): KnownHostsCase {
  const careless = random.chance(0.5);
  const target = random.pick(["alias", "port", "port"] as const);
  const keyType = random.pick(["ed25519", "ecdsa", "rsa"] as const);
  const lines = random.some(1, 8, () => {
    const line = lineText(random, ingredients, keyType);
    return careless && random.chance(0.3) ? slip(line, random) : line;
  });
  const ending = random.pick(["\n", "\n", "\n", "\r\n"]);
  return {
    text: lines.join(ending) + random.pick([ending, ending, ""]),
    target,
    keyType,
    ...(random.chance(0.15) ? { revoked: revokedText(random, ingredients, keyType) } : {}),
    ...(random.chance(0.1) ? { requiredRsaSize: random.pick([0, 1024, 2048, 2049, 4096]) } : {}),
  };
}

/** With names where the port and the keys of this run stand. */
export function asTemplate(one: KnownHostsCase, ingredients: Ingredients): KnownHostsCase {
  const replace = (text: string) =>
    placeholders(ingredients).reduce((result, [name, value]) => result.replaceAll(value, name), text);
  return { ...one, text: replace(one.text), ...(one.revoked === undefined ? {} : { revoked: replace(one.revoked) }) };
}

export function filledIn(one: KnownHostsCase, ingredients: Ingredients): KnownHostsCase {
  const replace = (text: string) =>
    placeholders(ingredients).reduce((result, [name, value]) => result.replaceAll(name, value), text);
  return { ...one, text: replace(one.text), ...(one.revoked === undefined ? {} : { revoked: replace(one.revoked) }) };
}

/** The base64 of each key without its type, which a case may have changed. */
function placeholders({ keys, port }: Ingredients): [name: string, value: string][] {
  const blobs = Object.entries(keys).map(([name, key]): [string, string] => [`{${name}}`, key.split(" ")[1] ?? ""]);
  return [...blobs, ["{port}", String(port)]];
}

const blanks = [" ", " ", " ", "\t", "  ", " \t"];

function lineText(random: Random, ingredients: Ingredients, keyType: KeyName): string {
  if (random.chance(0.06))
    return random.pick(["", "# a comment", "  # indented", "\t", "x".repeat(3000), "@revoked", "@revoked *", alias]);
  const marker = random.chance(0.8)
    ? ""
    : random.pick(["@revoked", "@revoked", "@cert-authority", "@Revoked", "@other", "@revoked @revoked", "@"]);
  const key = keyText(random, ingredients, keyType);
  const comment = random.pick(["", "", "", " me@laptop", "\t# x", " two words", " ", " AAAA"]);
  const parts = [...(marker ? [marker] : []), hostsText(random, ingredients), key];
  return random.pick(["", "", "", " ", "\t "]) + parts.join(random.pick(blanks)) + comment;
}

/** Half of them the key that the host is going to show, or else most files would speak of strangers only. */
function keyText(random: Random, { keys }: Ingredients, keyType: KeyName): string {
  const key = keys[random.chance(0.5) ? keyType : random.pick(Object.keys(keys))] ?? "";
  const [type = "", base64 = ""] = key.split(" ");
  const kind = random.number();
  if (kind < 0.85) return `${type}${random.pick(blanks)}${base64}`;
  if (kind < 0.88)
    return `${random.pick(["ssh-rsa", "ssh-ed25519", "rsa-sha2-512", "ecdsa-sha2-nistp256", "ED25519", "2048"])} ${base64}`;
  if (kind < 0.91) return `${type} ${base64.slice(0, -1)}`;
  if (kind < 0.94)
    return `${type} ${base64.slice(0, 20)}${random.pick([" ", "\v", "\f", "\r", "=", "-", "!"])}${base64.slice(20)}`;
  if (kind < 0.97)
    return `${type} ${Buffer.concat([Buffer.from(base64, "base64"), Buffer.alloc(random.below(3))]).toString("base64")}`;
  return `${type} "${base64}"`;
}

function hostsText(random: Random, { port }: Ingredients): string {
  const names = [
    alias,
    address,
    `[${address}]:${port}`,
    `[${address}]:22`,
    "Gw.EXAMPLE",
    `[LOCALHOST]:${port}`,
    "other.example",
    `[*]:${port}`,
  ];
  const patterns = [
    "*",
    "gw.*",
    "*.example",
    "local*",
    "?ocalhost",
    "!gw.example",
    `![${address}]:${port}`,
    "!other",
    `[local*]:*`,
    "g?.example",
    "[localhost]:*",
    "a".repeat(1022),
    "a".repeat(1023),
    "",
  ];
  const kind = random.number();
  if (kind < 0.45) return random.pick(names);
  if (kind < 0.8) return random.some(1, 4, () => random.pick([...names, ...patterns])).join(",");
  if (kind < 0.85)
    return random.pick([
      `"${alias}"`,
      "|1|",
      "|1|AAAA|AAAA",
      `|2|${hashed(random, alias).slice(3)}`,
      `${hashed(random, alias)},x`,
      `${hashed(random, alias)}|`,
    ]);
  return hashed(random, random.pick(names).toLowerCase());
}

function hashed(random: Random, name: string): string {
  const salt = Buffer.from(random.some(20, 20, () => random.below(256)));
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}

function revokedText(random: Random, { keys }: Ingredients, keyType: KeyName): string {
  const lines = random.some(0, 3, () => {
    const kind = random.number();
    if (kind < 0.2) return random.pick(["# a comment", "", "  ", "\r"]);
    if (kind < 0.25) return slip(keys[keyType] ?? "", random);
    if (kind < 0.28) return `@revoked * ${keys[keyType]}`;
    const name = random.pick([keyType, ...Object.keys(keys), ...Object.keys(keys)]);
    return `${random.pick(["", " ", "\t"])}${keys[name]}${random.pick(["", " c"])}`;
  });
  return random.chance(0.03) ? "SSHKRL\n\0rest" : lines.join("\n") + random.pick(["\n", ""]);
}
