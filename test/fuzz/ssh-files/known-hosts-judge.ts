import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HostKeyError } from "../../../provider/errors";
import { hostKeyCheck } from "../../../provider/transport/host-key";
import { materialOf, rsaBits } from "../../../provider/transport/key-material";
import { findKnownHosts } from "../../../provider/transport/known-hosts";
import type { PublicKey } from "../../../provider/transport/public-key";
import { sshConfigOf } from "../../../provider/transport/ssh-config";
import { generateKey, type TestSshd } from "../../fixtures/sshd";
import { address, alias, nameOf, type Ingredients, type KeyName, type KnownHostsCase } from "./known-hosts-case";
import type { Verdict } from "./config-judge";

export interface KnownHostsOutcome {
  readonly case: KnownHostsCase;
  readonly verdict: Verdict;
  readonly why: string;
}

/** Keys of the host and of strangers, some of which OpenSSH takes for none. */
export function ingredientsOf(sshd: TestSshd): Ingredients {
  const [ed25519 = "", ecdsa = "", rsa = ""] = sshd.hostKeys.map(withoutComment);
  const stranger = (name: string, ...options: string[]) => {
    const file = join(sshd.directory, `stranger-${name}`);
    execFileSync("ssh-keygen", ["-q", ...options, "-N", "", "-f", file]);
    return withoutComment(readFileSync(`${file}.pub`, "utf8"));
  };
  const ca = generateKey(sshd.directory, "authority", "ed25519");
  const certificate = join(sshd.directory, "certified.pub");
  writeFileSync(certificate, ed25519);
  execFileSync("ssh-keygen", ["-q", "-s", ca, "-I", "gw", "-h", "-n", alias, certificate]);
  return {
    port: sshd.port,
    keys: {
      ed25519,
      ecdsa,
      rsa,
      paddedRsa: withZeros(rsa),
      certificate: withoutComment(readFileSync(join(sshd.directory, "certified-cert.pub"), "utf8")),
      otherEd25519: stranger("ed25519", "-t", "ed25519"),
      otherRsa: stranger("rsa", "-t", "rsa", "-b", "2048"),
      securityKey: `sk-ssh-ed25519@openssh.com ${blobOf("sk-ssh-ed25519@openssh.com", Buffer.alloc(32, 7), Buffer.from("ssh:"))}`,
      shortRsa: `ssh-rsa ${blobOf("ssh-rsa", Buffer.from([1, 0, 1]), Buffer.alloc(64, 0x77))}`,
      unheardOf: `ssh-foo ${blobOf("ssh-foo", Buffer.from("bar"))}`,
    },
  };
}

function withoutComment(line: string): string {
  return line.split(" ").slice(0, 2).join(" ").trim();
}

function blobOf(type: string, ...parts: Buffer[]): string {
  const strings = [Buffer.from(type), ...parts].map((part) =>
    Buffer.concat([Buffer.from([0, 0, part.length >> 8, part.length & 255]), part]),
  );
  return Buffer.concat(strings).toString("base64");
}

/** The same RSA key, its modulus written with two zeros more than it needs. */
function withZeros(rsa: string): string {
  const blob = Buffer.from(rsa.split(" ")[1] ?? "", "base64");
  const exponentAt = 4 + blob.readUInt32BE(0);
  const modulusAt = exponentAt + 4 + blob.readUInt32BE(exponentAt);
  const exponent = blob.subarray(exponentAt + 4, modulusAt);
  return `ssh-rsa ${blobOf("ssh-rsa", exponent, Buffer.concat([Buffer.alloc(2), blob.subarray(modulusAt + 4)]))}`;
}

/** The OpenSSH to compare with. */
export interface Programs {
  readonly ssh: string;
  readonly sshKeygen: string;
}

/** By what `ssh-keygen -F` finds, and by what ssh decides at a real sshd. */
export async function judgeKnownHosts(
  cases: readonly KnownHostsCase[],
  directory: string,
  sshd: TestSshd,
  ingredients: Ingredients,
  { ssh = "ssh", sshKeygen = "ssh-keygen", connect = true }: Partial<Programs> & { readonly connect?: boolean } = {},
): Promise<KnownHostsOutcome[]> {
  const folders = cases.map((one, index) => written(one, join(directory, String(index))));
  const script = cases.map((one, index) => {
    const folder = folders[index] ?? "";
    const find = `${sshKeygen} -l -F '${nameOf(one.target, sshd.port)}' -f ${folder}/known_hosts > ${folder}/found 2> /dev/null`;
    return connect ? `${find}\n${sshCommand(one, folder, sshd, ssh)}` : find;
  });
  writeFileSync(join(directory, "script.sh"), `${script.join("\n")}\nexit 0\n`);
  execFileSync("sh", [join(directory, "script.sh")], { stdio: "ignore" });
  const outcomes: KnownHostsOutcome[] = [];
  for (const [index, one] of cases.entries())
    outcomes.push(await compared(one, folders[index] ?? "", sshd, ingredients, connect));
  return outcomes;
}

function written(one: KnownHostsCase, folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "known_hosts"), one.text);
  if (one.revoked !== undefined) writeFileSync(join(folder, "revoked"), one.revoked);
  return folder;
}

const algorithms: Readonly<Record<KeyName, string>> = {
  ed25519: "ssh-ed25519",
  ecdsa: "ecdsa-sha2-nistp256",
  rsa: "rsa-sha2-512",
};

/** Offers no way to log in, so that it ends right behind the decision about the host key. */
function sshCommand(one: KnownHostsCase, folder: string, sshd: TestSshd, ssh: string): string {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "UpdateHostKeys=no",
    "PubkeyAuthentication=no",
    "PreferredAuthentications=none",
    "GlobalKnownHostsFile=none",
    "KexAlgorithms=curve25519-sha256", // the quickest
    "AddressFamily=inet",
    `UserKnownHostsFile=${folder}/known_hosts`,
    `HostKeyAlgorithms=${algorithms[one.keyType]}`,
    ...(one.target === "alias" ? [`HostKeyAlias=${alias}`] : []),
    ...(one.revoked === undefined ? [] : [`RevokedHostKeys=${folder}/revoked`]),
    ...(one.requiredRsaSize === undefined ? [] : [`RequiredRSASize=${one.requiredRsaSize}`]),
  ];
  return `${ssh} -F none ${options.map((option) => `-o ${option}`).join(" ")} -p ${sshd.port} ${address} true > ${folder}/ssh 2>&1 < /dev/null`;
}

async function compared(
  one: KnownHostsCase,
  folder: string,
  sshd: TestSshd,
  ingredients: Ingredients,
  connect: boolean,
): Promise<KnownHostsOutcome> {
  const lines = differingLines(one, folder, sshd.port);
  if (lines.verdict !== "same" || !connect) return { case: one, ...lines };
  return { case: one, ...(await differingDecision(one, folder, sshd, ingredients)) };
}

type Judgement = Pick<KnownHostsOutcome, "verdict" | "why">;

/** Worse than ssh-keygen: to know a key that it doesn't find, to overlook a revoked one that it finds. */
function differingLines({ text, target }: KnownHostsCase, folder: string, port: number): Judgement {
  const found = [...readFileSync(join(folder, "found"), "latin1").matchAll(/found: line (\d+)( REVOKED| CA)?/g)];
  const theirs = new Map(found.map(([, line = "", marker = ""]) => [Number(line), marker]));
  const all = findKnownHosts(Buffer.from(text, "utf8").toString("latin1"), nameOf(target, port), "f");
  const numberOf = (where: string) => Number(where.replace("f:", ""));
  const known = all
    .filter(({ key, marker }) => marker === undefined && key && isLongEnough(key))
    .map(({ where }) => numberOf(where));
  const revoked = all.filter(({ marker }) => marker === "revoked").map(({ where }) => numberOf(where));
  const isCertificate = (line: number) => /-cert-v01@/.test(text.split("\n")[line - 1] ?? "");
  const extra = known.filter((line) => theirs.get(line) !== "" && !isCertificate(line));
  const overlooked = [...theirs]
    .filter(([line, marker]) => marker === " REVOKED" && !revoked.includes(line))
    .map(([line]) => line);
  const missing = [...theirs].filter(([line, marker]) => marker === "" && !known.includes(line)).map(([line]) => line);
  if (extra.length + overlooked.length > 0)
    return {
      verdict: "wrong",
      why: `lines: we alone know ${String(extra)}, ssh-keygen alone sees revoked ${String(overlooked)}`,
    };
  return missing.length > 0
    ? { verdict: "stricter", why: `lines: ssh-keygen alone knows ${String(missing)}` }
    : { verdict: "same", why: "" };
}

/** A shorter RSA key is none to OpenSSH when it reads the line; to us it is one that no host may show. */
function isLongEnough(key: PublicKey): boolean {
  const material = materialOf(key);
  return material !== undefined && (rsaBits(material) ?? Infinity) >= 1024;
}

async function differingDecision(one: KnownHostsCase, folder: string, sshd: TestSshd, { keys }: Ingredients): Promise<Judgement> {
  const printed = readFileSync(join(folder, "ssh"), "latin1");
  const accepted = printed.includes("Permission denied");
  if (!accepted && !/Host key verification failed|Bad server host key|Invalid key length/.test(printed))
    throw new Error(`ssh: ${printed}`);
  const ours = await ourRefusal(one, folder, sshd, Buffer.from(keys[one.keyType]?.split(" ")[1] ?? "", "base64"));
  if (ours === undefined) return accepted ? { verdict: "same", why: "" } : { verdict: "wrong", why: `ssh refuses: ${printed}` };
  return { verdict: accepted ? "stricter" : "both refuse", why: ours };
}

/** Undefined: accepted. */
async function ourRefusal(one: KnownHostsCase, folder: string, sshd: TestSshd, blob: Buffer): Promise<string | undefined> {
  const { home, environment } = sshd.surroundings;
  const config = {
    ...(await sshConfigOf(address, { home, environment, systemConfig: join(folder, "none") })),
    userKnownHostsFiles: [join(folder, "known_hosts")],
    globalKnownHostsFiles: [],
    hostKeyAlias: one.target === "alias" ? alias : undefined,
    revokedHostKeys: one.revoked === undefined ? [] : [join(folder, "revoked")],
    ...(one.requiredRsaSize === undefined ? {} : { requiredRsaSize: Math.max(1024, one.requiredRsaSize) }),
  };
  const { port, user } = sshd;
  try {
    const hop = { name: address, address, port, user, isDialled: true, hostKey: undefined, identityFile: undefined, config };
    const check = await hostKeyCheck(hop);
    check.verify(blob, "127.0.0.1");
    return undefined;
  } catch (error) {
    if (error instanceof HostKeyError) return error.message;
    throw error;
  }
}
