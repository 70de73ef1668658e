import { createHmac } from "node:crypto";
import { isIPv6, SocketAddress } from "node:net";
import { parsePublicKey, type PublicKey } from "./public-key";
import { bytesOf, lowerCase, matchesPatternList } from "./ssh-pattern";

/** One line of a known_hosts file that is about the host asked for. */
export interface KnownHost {
  /** Undefined: there is none that can be read. */
  readonly key: PublicKey | undefined;
  /** `revoked`: this key must never be accepted. `certAuthority`: signs host certificates, is no host key itself. */
  readonly marker: "revoked" | "certAuthority" | undefined;
  /** `/home/me/.ssh/known_hosts:12` */
  readonly where: string;
}

/** How known_hosts names a host: its address, with the port when it isn't 22. */
export function knownHostsName(address: string, port: number): string {
  const name = isIPv6(address) ? shortened(address) : lowerCase(address);
  return port === 22 ? name : `[${name}]:${port}`;
}

/** `2001:DB8:0::1` and `2001:db8::1` are one host. */
function shortened(address: string): string {
  const [digits = "", ...zone] = address.split("%");
  return [new SocketAddress({ address: digits, family: "ipv6" }).address, ...zone].join("%");
}

/**
 * The lines about one host, as sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT" has them and as OpenSSH's hostfile.c reads them.
 * @param text one byte a character (latin1), as in ssh-pattern.ts
 * @param name as knownHostsName() gives it, or a HostKeyAlias
 */
export function findKnownHosts(text: string, name: string, file: string): KnownHost[] {
  const host = bytesOf(lowerCase(name));
  return text.split("\n").flatMap((line, index) => {
    const fields = fieldsOf(line);
    if (!fields || !matchesHosts(fields.hosts, host)) return [];
    const { marker, type, base64 } = fields;
    return [{ key: parsePublicKey(type, base64), marker, where: `${file}:${index + 1}` }];
  });
}

interface Fields {
  readonly marker: KnownHost["marker"];
  readonly hosts: string;
  readonly type: string | undefined;
  readonly base64: string | undefined;
}

/** Undefined: a comment, or a line whose marker OpenSSH doesn't know. Behind a NUL byte it reads nothing. */
function fieldsOf(line: string): Fields | undefined {
  const fields = (line.split("\0", 1)[0] ?? "").replace(/^[ \t]+/, "").split(/[ \t]+/);
  if (!fields[0] || fields[0].startsWith("#")) return undefined;
  const markers: string[] = [];
  while (fields[0]?.startsWith("@")) markers.push(fields.shift() ?? "");
  const [hosts, type, base64] = fields;
  // OpenSSH ignores a line with two markers, or with a tab behind @revoked. Whoever wrote it wanted a key revoked.
  const isRevoked = markers.includes("@revoked");
  if (!hosts || (!isRevoked && (markers.length > 1 || !["@cert-authority", undefined].includes(markers[0])))) return undefined;
  return { marker: isRevoked ? "revoked" : markers.length > 0 ? "certAuthority" : undefined, hosts, type, base64 };
}

function matchesHosts(hosts: string, host: string): boolean {
  return hosts.startsWith("|") ? hosts === hashed(hosts, host) : matchesPatternList(host, lowerCase(hosts));
}

const sha1Bytes = 20;

/** `|1|SALT|HASH`: HMAC-SHA1 of the name with the salt as key, written with the salt of the line. One name a line, no list. */
function hashed(hosts: string, host: string): string | undefined {
  const [, version, base64 = ""] = hosts.split("|");
  const salt = Buffer.from(base64, "base64");
  if (version !== "1" || salt.length !== sha1Bytes) return undefined;
  const hash = createHmac("sha1", salt).update(host, "latin1").digest("base64");
  return `|1|${salt.toString("base64")}|${hash}`;
}
