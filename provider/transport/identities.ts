import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { BaseAgent, OpenSSHAgent, utils, type ParsedKey } from "ssh2";
import { AuthenticationError, NoKeyError, messageOf } from "../errors";
import type { Surroundings } from "./connection";
import type { Hop } from "./hops";
import { parsePrivateKey, UnusableKey } from "./private-key";
import { publicKeyOf, shownKey } from "./public-key";
import type { SshConfig } from "./ssh-config";
import { selected } from "./ssh-config/algorithms";

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
  return { home: homedir(), environment: process.env, systemSshConfig: "/etc/ssh/ssh_config" };
}

/**
 * The keys to offer, in order: MULTIPATH_SSH_PRIVATE_KEY (a pipeline's secret), then a declared `identityFile` and no other. Without
 * it as ssh does: the keys that ssh_config's IdentityFile names and the agent holds, the agent's others (not with IdentitiesOnly), the
 * files themselves; the usual files in ~/.ssh where ssh_config names none.
 * @throws NoKeyError when there is none, with the reason for each place
 * @throws AuthenticationError when one that was named can't be used
 */
export async function findIdentities(hop: Hop, surroundings: Surroundings): Promise<readonly Identity[]> {
  const { environment } = surroundings;
  refuseWithoutKeys(hop);
  const agent = await agentIdentities(agentSocket(hop.config, environment));
  const fromEnvironment = identityOfEnvironment(environment);
  const declared = hop.identityFile?.replace(/^~(?=\/)/, surroundings.home);

  const others = declared
    ? [await declaredIdentity(declared, agent.found, environment)]
    : await usualIdentities(hop.config, agent, surroundings);
  const sources = [fromEnvironment, ...others];
  const found = sources.filter((source) => "key" in source);
  const missing = sources.filter((source): source is Missing => !("key" in source));
  // A key that was given on purpose and can't be used is an error even where another one might do.
  const broken = missing.find(({ onPurpose }) => onPurpose);
  if (found.length === 0 || (broken && !("key" in fromEnvironment))) {
    throw new (broken ? AuthenticationError : NoKeyError)(
      `${hop.name}: no key to log in with. ${(broken ? [broken] : missing).map(({ reason }) => reason).join("; ")}. ` +
        "Set `identityFile`, start an agent, or give the key in MULTIPATH_SSH_PRIVATE_KEY.",
    );
  }
  const allowed = found.filter(({ key }) => mayOffer(key, hop.config.pubkeyAcceptedAlgorithms));
  if (allowed.length === 0) {
    const keys = found.map(({ shown }) => shown).join(", ");
    throw new AuthenticationError(`${hop.name}: PubkeyAcceptedAlgorithms of ssh_config allows none of the keys: ${keys}.`);
  }
  return allowed.filter(({ key }, index) => allowed.findIndex((other) => sameKey(other.key, key)) === index);
}

function refuseWithoutKeys({ name, config }: Hop): void {
  const { pubkeyAuthentication, preferredAuthentications: preferred } = config;
  if (pubkeyAuthentication && (preferred === undefined || preferred.split(",").includes("publickey"))) return;
  const keyword = pubkeyAuthentication ? `PreferredAuthentications ${preferred}` : "PubkeyAuthentication no";
  throw new AuthenticationError(
    `${name}: ssh_config says ${keyword}, and logging in without a key is not possible here. Leave it out for this host.`,
  );
}

/** An RSA key signs with SHA-2, or not at all. */
function mayOffer({ type }: ParsedKey, list: string | undefined): boolean {
  const names = type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];
  return selected(list, names).length > 0;
}

interface Missing {
  readonly reason: string;
  /** Named by the user, rather than looked for in the usual places. */
  readonly onPurpose?: boolean;
  /** Of a key whose private half can't be had from the file. */
  readonly publicHalf?: ParsedKey;
}

/** An encrypted key whose twin the agent holds is the agent's to sign with: that is why people have agents. */
async function declaredIdentity(
  file: string,
  agent: readonly Identity[],
  environment: Surroundings["environment"],
): Promise<Identity | Missing> {
  const identity = await identityOfFile(file, environment);
  if ("key" in identity) return identity;
  return twinOf(identity, agent) ?? { ...identity, onPurpose: true };
}

async function usualIdentities(
  { identityFiles, noIdentityFile, identitiesOnly }: SshConfig,
  agent: { readonly found: readonly Identity[]; readonly missing: readonly Missing[] },
  { home, environment }: Surroundings,
): Promise<readonly (Identity | Missing)[]> {
  const usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map((file) => join(home, ".ssh", file));
  const named = identityFiles.length > 0 || noIdentityFile ? identityFiles : usual;
  const files = await Promise.all(named.map((file) => identityOfFile(file, environment)));
  const twins = files.map((file) => twinOf(file, agent.found));
  const rest = files.filter((_, index) => !twins[index]);
  return [...twins.filter((twin) => twin !== undefined), ...(identitiesOnly ? [] : agent.found), ...agent.missing, ...rest];
}

/** The agent's key that is the same as the file's. */
function twinOf(file: Identity | Missing, agent: readonly Identity[]): Identity | undefined {
  const key = "key" in file ? file.key : file.publicHalf;
  const twin = key && agent.find((identity) => sameKey(identity.key, key));
  return twin && { ...twin, signAtOnce: true };
}

async function identityOfFile(file: string, environment: Surroundings["environment"]): Promise<Identity | Missing> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? `${file} does not exist` : messageOf(error);
    return withPublicHalf({ reason }, await publicHalfOf(`${file}.pub`));
  }
  const identity = identityOf(text, file, environment);
  if ("key" in identity) return identity;
  return withPublicHalf(identity, (await publicHalfOf(file)) ?? (await publicHalfOf(`${file}.pub`)));
}

const withPublicHalf = (missing: Missing, publicHalf: ParsedKey | undefined): Missing => ({
  ...missing,
  ...(publicHalf && { publicHalf }),
});

/** Beside an encrypted key, or in the place of one that only an agent holds. */
async function publicHalfOf(file: string): Promise<ParsedKey | undefined> {
  const key = utils.parseKey(await readFile(file).catch(() => ""));
  return key instanceof Error || key.isPrivateKey() ? undefined : key;
}

function identityOfEnvironment(environment: Surroundings["environment"]): Identity | Missing {
  const text = environment["MULTIPATH_SSH_PRIVATE_KEY"];
  if (!text) return { reason: "MULTIPATH_SSH_PRIVATE_KEY is not set" };
  const identity = identityOf(text, "MULTIPATH_SSH_PRIVATE_KEY", environment);
  return "key" in identity ? identity : { ...identity, onPurpose: true };
}

function identityOf(text: string, from: string, environment: Surroundings["environment"]): Identity | Missing {
  if (text.trim() === "") return { reason: `${from} is empty` };
  let key: ParsedKey;
  try {
    key = parsePrivateKey(text, environment["MULTIPATH_SSH_PASSPHRASE"] || undefined);
  } catch (error) {
    if (!(error instanceof UnusableKey)) throw error;
    return { reason: `${from} ${error.message}` };
  }
  return {
    key,
    shown: `${from} (${shownKey(publicKeyOf(key.getPublicSSH()))})`,
    signAtOnce: true,
    sign(data, { hash }, done) {
      const signature: Buffer | Error = key.sign(data, hash);
      if (signature instanceof Error) done(new Error(`can't sign with ${from}`));
      else done(null, signature);
    },
  };
}

function agentSocket({ identityAgent }: SshConfig, environment: Surroundings["environment"]): string | undefined {
  return identityAgent ?? environment["SSH_AUTH_SOCK"];
}

async function agentIdentities(socket: string | undefined): Promise<{ found: Identity[]; missing: Missing[] }> {
  if (!socket) return { found: [], missing: [{ reason: "SSH_AUTH_SOCK is not set (no agent)" }] };
  if (socket === "none") return { found: [], missing: [{ reason: "ssh_config says IdentityAgent none" }] };
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
