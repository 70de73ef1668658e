import { readFile } from "node:fs/promises";
import { debuglog } from "node:util";
import { HostKeyError, messageOf } from "../errors";
import type { Hop } from "./hops";
import { findKnownHosts, knownHostsName, type KnownHost } from "./known-hosts";
import { fingerprint, shownKey, type PublicKey } from "./public-key";

const debug = debuglog("pulumi-multipath");

/** Who is looked up, and where. */
export interface Target {
  /** For messages. */
  readonly name: string;
  readonly port: number;
  /** In known_hosts. */
  readonly entry: string;
  /** Where there is no line for the entry: the name without its port, which OpenSSH takes for any port then. */
  readonly portless: string | undefined;
  readonly files: readonly string[];
}

export function targetOf({ name, address, port, config }: Hop): Target {
  const alias = config.hostKeyAlias;
  return {
    name,
    port,
    entry: alias ?? knownHostsName(address, port),
    portless: alias === undefined && port !== 22 ? knownHostsName(address, 22) : undefined,
    files: [...config.userKnownHostsFiles, ...config.globalKnownHostsFiles],
  };
}

/** What the files say of a host. */
export interface Known {
  /** Those that can make a key known. */
  readonly lines: readonly KnownHost[];
  readonly revoked: readonly KnownHost[];
  readonly authority: KnownHost | undefined;
}

/** Contents of the known_hosts files, one byte a character. */
export type Texts = readonly (readonly [file: string, text: string])[];

export function knownLines({ entry, portless }: Target, texts: Texts): Known {
  const about = (name: string) => texts.flatMap(([file, text]) => findKnownHosts(text, name, file));
  const exact = about(entry);
  const loose = portless === undefined ? [] : about(portless);
  const unmarked = (lines: readonly KnownHost[]) => lines.filter(({ marker }) => marker === undefined);
  return {
    lines: unmarked(exact).length > 0 ? unmarked(exact) : unmarked(loose),
    revoked: [...exact, ...loose].filter(({ marker }) => marker === "revoked"),
    authority: exact.find(({ marker }) => marker === "certAuthority"),
  };
}

export function keysOf(lines: readonly KnownHost[]): PublicKey[] {
  return lines.flatMap(({ key }) => key ?? []);
}

/** A declared key needs no file; what a file that can be read revokes counts all the same. */
export async function knownHostsTexts(files: readonly string[], areOptional: boolean, name: string): Promise<Texts> {
  return await Promise.all(files.map(async (file) => [file, await contentOf(file, areOptional, name)] as const));
}

/** A file that is not there knows nobody. One that can't be read may hold a @revoked line: that is an error. */
async function contentOf(file: string, isOptional: boolean, name: string): Promise<string> {
  try {
    return await readFile(file, "latin1");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    if (!isOptional) throw new HostKeyError(`${name}: can't check the host key: ${messageOf(error)}`, { cause: error });
    debug("%s: %s", name, messageOf(error));
    return "";
  }
}

/** Why a key that no line knows is refused. */
export function refusal(offered: PublicKey, known: Known, target: Target): string {
  return known.lines.length > 0 ? changed(target.name, offered, known.lines) : unknown(offered, known, target);
}

function changed(name: string, offered: PublicKey, known: readonly KnownHost[]): string {
  const shown = known.map(({ key, where }) => `${key ? shownKey(key) : "one that can't be read"} (${where})`);
  return (
    `${name}: the host key is not the known one. The host shows ${shownKey(offered)}; known are ` +
    `${shown.join(", ")}. Nothing was sent to it. Either this is another machine ` +
    `(or somebody in between), or the host got a new key: compare on the host's console ` +
    `(\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\`), then correct that line or declare \`hostKey: "${fingerprint(offered)}"\`.`
  );
}

function unknown(offered: PublicKey, { authority }: Known, { name, entry, portless, files }: Target): string {
  const scan = portless === undefined ? `ssh-keyscan ${entry}` : `ssh-keyscan -p ${entry.replace(/^.*:/, "")} ${portless}`;
  return (
    `${name}: the host key is unknown. The host shows ${shownKey(offered)}; there is no \`hostKey\` in the declaration and no line for ` +
    `${entry} in ${files.length > 0 ? files.join(", ") : "any file (ssh_config names none)"}` +
    (authority ? ` (${authority.where} names a certificate authority; host certificates are not supported)` : "") +
    `. Compare on the host's console (\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\`), then declare ` +
    `\`hostKey: "${fingerprint(offered)}"\`, or add what \`${scan}\` prints to known_hosts after comparing it.`
  );
}
