import { createHmac, timingSafeEqual } from "node:crypto";
import { parsePublicKey, type PublicKey } from "./public-key";

/** One line of a known_hosts file that is about the host asked for. */
export interface KnownHost {
  readonly key: PublicKey;
  /** `revoked`: this key must never be accepted. `certAuthority`: signs host certificates, is no host key itself. */
  readonly marker: "revoked" | "certAuthority" | undefined;
  /** `/home/me/.ssh/known_hosts:12` */
  readonly where: string;
}

/** How known_hosts names a host: its address, with the port when it isn't 22. */
export function knownHostsName(address: string, port: number): string {
  return (port === 22 ? address : `[${address}]:${port}`).toLowerCase();
}

/**
 * The lines about one host, as sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT" has them. A line that can't be read is no reason to trust
 * anything: it is left out, like OpenSSH does.
 * @param name as knownHostsName() gives it
 */
export function findKnownHosts(text: string, name: string, file: string): KnownHost[] {
  return text.split("\n").flatMap((line, index) => {
    const fields = line.replace(/\r$/, "").split(/[ \t]+/);
    if (fields[0] === "") fields.shift(); // leading blanks
    if (!fields[0] || fields[0].startsWith("#")) return [];

    const marker = markers.get(fields[0]);
    const [hosts, type, base64] = marker ? fields.slice(1) : fields;
    // An unknown marker, or a second one, stands where the hosts should and is none.
    if (!hosts || hosts.startsWith("@") || !matchesHosts(hosts, name)) return [];
    const key = parsePublicKey(type, base64);
    return key ? [{ key, marker, where: `${file}:${index + 1}` }] : [];
  });
}

const markers = new Map<string, KnownHost["marker"]>([
  ["@revoked", "revoked"],
  ["@cert-authority", "certAuthority"],
]);

function matchesHosts(hosts: string, name: string): boolean {
  return hosts.startsWith("|") ? matchesHash(hosts, name) : matchesPatterns(hosts.split(","), name);
}

/** `|1|SALT|HASH`: HMAC-SHA1 of the name with the salt as key. One name a line, no list. */
function matchesHash(hosts: string, name: string): boolean {
  const [, version, salt, hash, ...more] = hosts.split("|");
  if (version !== "1" || !salt || !hash || more.length > 0) return false;
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** A negated pattern that matches wins over every other one in the list. */
function matchesPatterns(patterns: readonly string[], name: string): boolean {
  const matching = patterns.filter((pattern) => matchesPattern(pattern.replace(/^!/, "").toLowerCase(), name));
  return matching.length > 0 && !matching.some((pattern) => pattern.startsWith("!"));
}

/** `*` is any text, `?` any one character; everything else, brackets too, is itself. */
function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(name);
}
