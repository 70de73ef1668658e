import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { BaseAgent, OpenSSHAgent, utils, type ParsedKey } from "ssh2";
import { AuthenticationError, messageOf } from "../errors";
import { hostName, type Host } from "../host";
import type { Surroundings } from "./connection";
import { publicKeyOf, shownKey } from "./public-key";

type SignOptions = { hash?: "sha1" | "sha256" | "sha512" };
type Signed = (error: Error | null | undefined, signature?: Buffer) => void;

/** A key to log in with. */
export interface Identity {
  readonly key: ParsedKey;
  /** Where it is from and its fingerprint, never more: `/home/me/.ssh/id_ed25519 (ssh-ed25519 SHA256:...)`. */
  readonly shown: string;
  /** False for an agent that holds several keys: it may ask its user before each signature, so the host is asked first. */
  readonly signAtOnce: boolean;
  readonly sign: (data: Buffer, options: SignOptions, done: Signed) => void;
}

export function ownSurroundings(): Surroundings {
  return {
    home: homedir(),
    environment: process.env,
    systemKnownHosts: ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"],
  };
}

/**
 * The keys to offer, in order: MULTIPATH_SSH_PRIVATE_KEY (a pipeline's secret), then `identityFile` and no other; without
 * `identityFile` those of the agent, then the usual files in ~/.ssh.
 * @throws AuthenticationError when there is none, with the reason for each place
 */
export async function findIdentities(host: Host, surroundings: Surroundings): Promise<readonly Identity[]> {
  const { environment, home } = surroundings;
  const agent = await agentIdentities(environment["SSH_AUTH_SOCK"]);
  const fromEnvironment = identityOfText(environment["MULTIPATH_SSH_PRIVATE_KEY"], "MULTIPATH_SSH_PRIVATE_KEY", environment);

  const sources: (Identity | Missing)[] = [fromEnvironment];
  if (host.identityFile) {
    sources.push(await declaredIdentity(host.identityFile.replace(/^~(?=\/)/, home), agent.found, environment));
  } else {
    sources.push(...agent.found, ...agent.missing);
    const files = ["id_ed25519", "id_ecdsa", "id_rsa"].map((file) => join(home, ".ssh", file));
    for (const file of files) sources.push(await identityOfFile(file, environment));
  }

  const found = sources.filter((source) => "key" in source);
  const missing = sources.filter((source): source is Missing => !("key" in source));
  // A key that was given on purpose and can't be used is an error even where another one might do.
  const broken = missing.find(({ onPurpose }) => onPurpose);
  if (found.length === 0 || (broken && !found.includes(fromEnvironment as Identity))) {
    throw new AuthenticationError(
      `${hostName(host)}: no key to log in with. ${(broken ? [broken] : missing).map(({ reason }) => reason).join("; ")}. ` +
        "Set `identityFile`, start an agent, or give the key in MULTIPATH_SSH_PRIVATE_KEY.",
    );
  }
  return found.filter(({ key }, index) => found.findIndex((other) => sameKey(other.key, key)) === index);
}

interface Missing {
  readonly reason: string;
  /** Named by the user, rather than looked for in the usual places. */
  readonly onPurpose?: boolean;
}

/** An encrypted key whose twin the agent holds is the agent's to sign with: that is why people have agents. */
async function declaredIdentity(
  file: string,
  agent: readonly Identity[],
  environment: Surroundings["environment"],
): Promise<Identity | Missing> {
  const identity = await identityOfFile(file, environment);
  if ("key" in identity) return identity;
  const publicHalf = utils.parseKey(await readFile(`${file}.pub`).catch(() => ""));
  const twin = publicHalf instanceof Error ? undefined : agent.find(({ key }) => sameKey(key, publicHalf));
  return twin ? { ...twin, signAtOnce: true } : { ...identity, onPurpose: true };
}

async function identityOfFile(file: string, environment: Surroundings["environment"]): Promise<Identity | Missing> {
  try {
    return identityOfText(await readFile(file, "utf8"), file, environment);
  } catch (error) {
    return { reason: (error as NodeJS.ErrnoException).code === "ENOENT" ? `${file} does not exist` : messageOf(error) };
  }
}

function identityOfText(text: string | undefined, from: string, environment: Surroundings["environment"]): Identity | Missing {
  const onPurpose = from === "MULTIPATH_SSH_PRIVATE_KEY";
  if (!text) return { reason: onPurpose ? `${from} is not set` : `${from} is empty` };
  const passphrase = environment["MULTIPATH_SSH_PASSPHRASE"];
  const parsed = utils.parseKey(text, passphrase);
  if (parsed instanceof Error) return { reason: unusable(from, parsed, passphrase !== undefined), onPurpose };
  if (!parsed.isPrivateKey()) return { reason: `${from} holds a public key, not a private one`, onPurpose };
  return {
    key: parsed,
    shown: `${from} (${shownKey(publicKeyOf(parsed.getPublicSSH()))})`,
    signAtOnce: true,
    sign(data, { hash }, done) {
      const signature: Buffer | Error = parsed.sign(data, hash);
      if (signature instanceof Error) done(new Error(`can't sign with ${from}`));
      else done(null, signature);
    },
  };
}

/** Written without ssh2's words: they are about the text of a secret. */
function unusable(from: string, error: Error, hasPassphrase: boolean): string {
  if (!/encrypted|passphrase|decrypt|integrity/i.test(error.message))
    return `${from} holds no private key in a format known here`;
  return hasPassphrase
    ? `${from} is encrypted, and MULTIPATH_SSH_PASSPHRASE does not open it`
    : `${from} is encrypted: set MULTIPATH_SSH_PASSPHRASE, or add the key to an agent`;
}

async function agentIdentities(socket: string | undefined): Promise<{ found: Identity[]; missing: Missing[] }> {
  if (!socket) return { found: [], missing: [{ reason: "SSH_AUTH_SOCK is not set (no agent)" }] };
  const agent = new OpenSSHAgent(socket);
  try {
    const keys = await listed(agent);
    const found = keys.map((key) => ({
      key,
      shown: `agent key ${key.comment || "without comment"} (${shownKey(publicKeyOf(key.getPublicSSH()))})`,
      signAtOnce: keys.length === 1,
      sign: (data: Buffer, options: SignOptions, done: Signed) => void agent.sign(key, data, options, done),
    }));
    return { found, missing: found.length > 0 ? [] : [{ reason: `the agent at ${socket} holds no key` }] };
  } catch (error) {
    return { found: [], missing: [{ reason: `the agent at ${socket} does not answer: ${messageOf(error)}` }] };
  }
}

const agentSeconds = 5;

function listed(agent: OpenSSHAgent): Promise<ParsedKey[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing for ${agentSeconds} s`)), agentSeconds * 1000);
    agent.getIdentities((error, keys) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve((keys ?? []) as ParsedKey[]); // OpenSSHAgent gives parsed ones, and leaves out what ssh2 can't read (FIDO)
    });
  });
}

function sameKey(one: ParsedKey, other: ParsedKey): boolean {
  return one.getPublicSSH().equals(other.getPublicSSH());
}

/** Hands the identities to ssh2, whose only way to several keys is an agent. */
export class Offer extends BaseAgent<ParsedKey> {
  private withdrawn = false;

  constructor(private readonly identities: readonly Identity[]) {
    super();
  }

  identityOf(key: ParsedKey): Identity | undefined {
    return this.identities.find((identity) => sameKey(identity.key, key));
  }

  override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    done(
      undefined,
      this.identities.map(({ key }) => key),
    );
  }

  override sign(key: ParsedKey, data: Buffer, options: SignOptions | Signed, done?: Signed): void {
    const [how, then] = typeof options === "function" ? [{}, options] : [options, done];
    this.identityOf(key)?.sign(data, how, (error, signature) => {
      if (!this.withdrawn) then?.(error, signature);
    });
  }

  /** The connection is gone. A signature that an agent's user grants later would make ssh2 throw where nobody catches it. */
  withdraw(): void {
    this.withdrawn = true;
  }
}
