import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { HostKeyError, InputError, messageOf } from "../errors";
import { hostName, type Host } from "../host";
import type { Surroundings } from "./connection";
import { findKnownHosts, knownHostsName, type KnownHost } from "./known-hosts";
import { fingerprint, parsePublicKey, publicKeyOf, shownKey, type PublicKey } from "./public-key";

/** What decides whether the key a host shows is its own. There is no other way in: no trust on first use, no way off. */
export interface HostKeyCheck {
  /** For the handshake: the types of the expected keys first, so that the host shows one of those when it has several. */
  readonly algorithms: ServerHostKeyAlgorithm[];
  /**
   * @param blob the key as the host sent it
   * @returns its fingerprint
   * @throws HostKeyError
   */
  verify(blob: Buffer): string;
}

/** `hostKey` of the declaration decides; where there is none, the known_hosts files do. */
export async function hostKeyCheck(host: Host, address: string, surroundings: Surroundings): Promise<HostKeyCheck> {
  const name = hostName({ ...host, address });
  return host.hostKey === undefined
    ? checkOfKnownHosts(name, address, host.port, surroundings)
    : checkOfPins(name, [host.hostKey].flat());
}

function checkOfPins(name: string, pins: readonly string[]): HostKeyCheck {
  const keys = pins.filter((pin) => !pin.startsWith("SHA256:")).map((pin) => pinnedKey(name, pin));
  const fingerprints = pins.filter((pin) => pin.startsWith("SHA256:")).map((pin) => pin.replace(/=+$/, ""));
  const accepted = new Set([...keys.map(fingerprint), ...fingerprints]);

  return {
    algorithms: algorithmsFor(keys),
    verify(blob) {
      const offered = publicKeyOf(blob);
      if (accepted.has(fingerprint(offered))) return fingerprint(offered);
      throw new HostKeyError(
        `${name}: the host key is not the one declared. The host shows ${shownKey(offered)}; \`hostKey\` declares ` +
          `${[...keys.map(shownKey), ...fingerprints].join(", ")}. Nothing was sent to it. Either this is another machine ` +
          `(or somebody in between), or the host got a new key or shows one of another type: compare on the host's console ` +
          `(\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\`), then change \`hostKey\`.`,
      );
    },
  };
}

function pinnedKey(name: string, pin: string): PublicKey {
  const [type, base64] = pin.split(" ");
  const key = parsePublicKey(type, base64);
  if (!key)
    throw new InputError(`${name}: \`hostKey\` is no OpenSSH public key line: ${type} and the text after it don't fit together.`);
  return key;
}

async function checkOfKnownHosts(name: string, address: string, port: number, surroundings: Surroundings): Promise<HostKeyCheck> {
  const files = [
    ...["known_hosts", "known_hosts2"].map((file) => join(surroundings.home, ".ssh", file)),
    ...surroundings.systemKnownHosts,
  ];
  const entry = knownHostsName(address, port);
  const lines = (await Promise.all(files.map(async (file) => findKnownHosts(await textOf(name, file), entry, file)))).flat();
  const known = lines.filter(({ marker }) => marker === undefined);

  return {
    algorithms: algorithmsFor(known.map(({ key }) => key)),
    verify(blob) {
      const offered = publicKeyOf(blob);
      const same = (line: KnownHost) => line.key.blob.equals(blob);
      const revoked = lines.find((line) => line.marker === "revoked" && same(line));
      if (revoked) throw new HostKeyError(`${name}: the host shows ${shownKey(offered)}, which ${revoked.where} marks @revoked.`);
      if (known.some(same)) return fingerprint(offered);
      throw new HostKeyError(known.length > 0 ? changed(name, offered, known) : unknown(name, offered, entry, files, lines));
    },
  };
}

function changed(name: string, offered: PublicKey, known: readonly KnownHost[]): string {
  return (
    `${name}: the host key is not the known one. The host shows ${shownKey(offered)}; known are ` +
    `${known.map(({ key, where }) => `${shownKey(key)} (${where})`).join(", ")}. Nothing was sent to it. Either this is another machine ` +
    `(or somebody in between), or the host got a new key: compare on the host's console ` +
    `(\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\`), then correct that line or declare \`hostKey: "${fingerprint(offered)}"\`.`
  );
}

function unknown(name: string, offered: PublicKey, entry: string, files: readonly string[], lines: readonly KnownHost[]): string {
  const authority = lines.find(({ marker }) => marker === "certAuthority");
  const scan = entry.startsWith("[")
    ? `ssh-keyscan -p ${entry.replace(/^.*:/, "")} ${entry.slice(1, entry.lastIndexOf("]"))}`
    : `ssh-keyscan ${entry}`;
  return (
    `${name}: the host key is unknown. The host shows ${shownKey(offered)}; there is no \`hostKey\` in the declaration and no line for ` +
    `${entry} in ${files.join(", ")}` +
    (authority ? ` (${authority.where} names a certificate authority; host certificates are not supported)` : "") +
    `. Compare on the host's console (\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\`), then declare ` +
    `\`hostKey: "${fingerprint(offered)}"\`, or add what \`${scan}\` prints to known_hosts after comparing it.`
  );
}

/** A file that is not there knows nobody. One that can't be read may hold a @revoked line: that is an error. */
async function textOf(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw new HostKeyError(`${name}: can't check the host key: ${messageOf(error)}`, { cause: error });
  }
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

function algorithmsFor(keys: readonly PublicKey[]): ServerHostKeyAlgorithm[] {
  const expected = new Set(keys.flatMap(({ type }) => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type])));
  return [...allAlgorithms.filter((name) => expected.has(name)), ...allAlgorithms.filter((name) => !expected.has(name))];
}
