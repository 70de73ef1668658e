import { isIP } from "node:net";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { HostKeyError, InputError } from "../errors";
import type { Hop } from "./hops";
import { isSameKey, materialOf, rsaBits } from "./key-material";
import { findKnownHosts, knownHostsName, type KnownHost } from "./known-hosts";
import { keysOf, knownHostsTexts, knownLines, refusal, targetOf, type Target, type Texts } from "./known-keys";
import { fingerprint, parsePublicKey, publicKeyOf, shownKey, type PublicKey } from "./public-key";
import { revokedKeysIn, type RevokedKey } from "./revoked-keys";
import { selected } from "./ssh-config/algorithms";

/** What decides whether the key a host shows is its own. There is no other way in: no trust on first use, no way off. */
export interface HostKeyCheck {
  /** For the handshake: the types of the expected keys first, so that the host shows one of those when it has several. */
  readonly algorithms: ServerHostKeyAlgorithm[];
  /**
   * @param blob the key as the host sent it
   * @param ip the address connected to, for CheckHostIP; left out where the connection goes through another host
   * @returns its fingerprint
   * @throws HostKeyError
   */
  verify(blob: Buffer, ip?: string): string;
}

/**
 * `hostKey` of the declaration decides; where there is none, the known_hosts files do. A key that is revoked is no good either way.
 * @throws HostKeyError where no key could pass, whatever the host shows
 */
export async function hostKeyCheck(hop: Hop): Promise<HostKeyCheck> {
  const { hostKey, config } = hop;
  const target = targetOf(hop);
  const { name } = target;
  const pins = hostKey === undefined ? undefined : pinsOf(name, [hostKey].flat());
  if (!pins && config.knownHostsCommand) throw new HostKeyError(commandNotRun(name));
  const revoked = (await Promise.all(config.revokedHostKeys.map((file) => revokedKeysIn(file, name)))).flat();
  const texts = await knownHostsTexts(target.files, pins !== undefined, name);
  const known = knownLines(target, texts);
  const expected = pins ? pins.keys : keysOf(known.lines);

  return {
    algorithms: algorithmsFor(expected, config.hostKeyAlgorithms, name),
    verify(blob, ip) {
      const offered = publicKeyOf(blob);
      refuseUnfit(offered, config.requiredRsaSize, name);
      refuseRevoked(offered, known.revoked, revoked, name);
      if (pins) return accordingToPins(offered, pins, name);
      if (!keysOf(known.lines).some(({ blob }) => blob.equals(offered.blob)))
        throw new HostKeyError(refusal(offered, known, target));
      if (config.checkHostIp && hop.isDialled) checkIp(offered, ip, target, texts);
      return fingerprint(offered);
    },
  };
}

interface Pins {
  readonly keys: readonly PublicKey[];
  readonly fingerprints: readonly string[];
}

function pinsOf(name: string, declared: readonly string[]): Pins {
  return {
    keys: declared.filter((pin) => !pin.startsWith("SHA256:")).map((pin) => pinnedKey(name, pin)),
    fingerprints: declared.filter((pin) => pin.startsWith("SHA256:")).map((pin) => pin.replace(/=+$/, "")),
  };
}

function pinnedKey(name: string, pin: string): PublicKey {
  const [type, base64] = pin.split(" ");
  const key = parsePublicKey(type, base64);
  if (!key)
    throw new InputError(`${name}: \`hostKey\` is no OpenSSH public key line: ${type} and the text after it don't fit together.`);
  return key;
}

function accordingToPins(offered: PublicKey, { keys, fingerprints }: Pins, name: string): string {
  if ([...keys.map(fingerprint), ...fingerprints].includes(fingerprint(offered))) return fingerprint(offered);
  throw new HostKeyError(
    `${name}: the host key is not the one declared. The host shows ${shownKey(offered)}; \`hostKey\` declares ` +
      `${[...keys.map(shownKey), ...fingerprints].join(", ")}. Nothing was sent to it. Either this is another machine ` +
      `(or somebody in between), or the host got a new key or shows one of another type: compare on the host's console ` +
      `(\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\`), then change \`hostKey\`.`,
  );
}

/** What OpenSSH would not take for a host key either: numbers that are none, and RSA keys that are too short. */
function refuseUnfit(offered: PublicKey, requiredRsaSize: number, name: string): void {
  const material = materialOf(offered);
  if (!material || material.isCertificate)
    throw new HostKeyError(`${name}: the host shows a ${offered.type} key that can't be read. Check its files in /etc/ssh.`);
  const bits = rsaBits(material);
  if (bits !== undefined && bits < requiredRsaSize) {
    throw new HostKeyError(
      `${name}: the host shows an RSA key of ${bits} bits; RequiredRSASize asks for ${requiredRsaSize}. ` +
        "Give the host a longer key (`ssh-keygen -A` makes those of other types), or another RequiredRSASize in ssh_config.",
    );
  }
}

function refuseRevoked(offered: PublicKey, lines: readonly KnownHost[], listed: readonly RevokedKey[], name: string): void {
  const line = lines.find(({ key }) => key && isSameKey(key, offered));
  if (line) throw new HostKeyError(`${name}: the host shows ${shownKey(offered)}, which ${line.where} marks @revoked.`);
  const entry = listed.find(({ key }) => isSameKey(key, offered));
  if (entry)
    throw new HostKeyError(
      `${name}: the host shows ${shownKey(offered)}, which ${entry.where} lists (RevokedHostKeys of ssh_config).`,
    );
  const unreadable = lines.find(({ key }) => key === undefined);
  if (unreadable) {
    throw new HostKeyError(
      `${name}: ${unreadable.where} marks a key of this host @revoked, and which one can't be read. ssh ignores the line, which is ` +
        "hardly what it was written for: correct or remove it.",
    );
  }
}

/** CheckHostIP: what is known of the address must not speak against the key that is known for the name. */
function checkIp(offered: PublicKey, ip: string | undefined, { name, port, entry }: Target, texts: Texts): void {
  if (ip === undefined) {
    throw new HostKeyError(
      `${name}: CheckHostIP of ssh_config asks to look up the host's address in known_hosts as well, and it is not known here. ` +
        "Leave CheckHostIP out for this host.",
    );
  }
  const address = knownHostsName(ip, port);
  if (address === entry || isLoopback(ip)) return;
  const lines = texts.flatMap(([file, text]) => findKnownHosts(text, address, file));
  refuseRevoked(
    offered,
    lines.filter(({ marker }) => marker === "revoked"),
    [],
    name,
  );
  const known = lines.filter(({ marker }) => marker === undefined);
  if (known.length === 0 || keysOf(known).some(({ blob }) => blob.equals(offered.blob))) return;
  throw new HostKeyError(
    `${name}: the host shows ${shownKey(offered)}, the known key of that name; but for its address ${address} another one is known ` +
      `(${known.map(({ where }) => where).join(", ")}), and CheckHostIP of ssh_config asks for both. Either the address belongs to ` +
      "another machine, or that line is old: compare on the host's console, then correct the line.",
  );
}

function isLoopback(ip: string): boolean {
  return isIP(ip) === 4 ? ip.startsWith("127.") : ip === "::1";
}

/** ssh-rsa (SHA-1 signatures) is left out: every host new enough for us signs with SHA-2 with the same key. */
const allAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
];

/** The order in which the user lists them stands; where only some are taken out or added, ssh also begins with the known ones. */
function algorithmsFor(keys: readonly PublicKey[], list: string | undefined, name: string): ServerHostKeyAlgorithm[] {
  const allowed = selected(list, allAlgorithms);
  if (allowed.length === 0) {
    throw new HostKeyError(
      `${name}: HostKeyAlgorithms of ssh_config (${list}) leaves none of those spoken here: ${allAlgorithms.join(", ")}. Add one for this host.`,
    );
  }
  if (list !== undefined && !/^[+-]/.test(list)) return allowed;
  const expected = new Set(keys.flatMap(({ type }) => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type])));
  return [...allowed.filter((name) => expected.has(name)), ...allowed.filter((name) => !expected.has(name))];
}

function commandNotRun(name: string): string {
  return (
    `${name}: can't check the host key: ssh_config has a KnownHostsCommand for this host, which is never run here. ` +
    "Declare `hostKey`, or leave KnownHostsCommand out for this host."
  );
}
