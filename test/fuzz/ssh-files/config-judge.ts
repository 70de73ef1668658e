import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { userInfo } from "node:os";
import { InputError } from "../../../provider/errors";
import { sshConfigOf, type SshConfig } from "../../../provider/transport/ssh-config";
import { selected } from "../../../provider/transport/ssh-config/algorithms";
import { jumpsOf } from "../../../provider/transport/ssh-config/jump";
import { environment, execCommand, negatedExecCommand, type ConfigCase } from "./config-case";
import { runApart } from "./namespace";

/** `wrong`: we accept what ssh refuses, or read something else than ssh. */
export type Verdict = "same" | "both refuse" | "stricter" | "wrong";

/** How a case came out. */
export interface Outcome {
  readonly case: ConfigCase;
  readonly verdict: Verdict;
  /** What differs, or why we refuse. */
  readonly why: string;
}

/** Both readings of each case. @param ssh the program to compare with */
export async function judgeConfigs(cases: readonly ConfigCase[], directory: string, ssh = "ssh"): Promise<Outcome[]> {
  const folders = cases.map((one, index) => written(one, join(directory, String(index))));
  const marker = join(directory, "exec-was-run");
  const ours = await readAll(cases, folders, join(directory, "ours"), marker);
  runApart(directory, sshScript(cases, folders, directory, ssh));
  return cases.map((one, index) => compared(one, ours[index] as SshConfig | InputError, folders[index] ?? ""));
}

function written({ files }: ConfigCase, folder: string): string {
  for (const side of ["home/.ssh", "etc"]) mkdirSync(join(folder, side), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), 0o600);
  }
  return folder;
}

/** Every command that a Match might run is there for us too, and tells. */
async function readAll(cases: readonly ConfigCase[], folders: readonly string[], commands: string, marker: string) {
  mkdirSync(commands, { recursive: true });
  for (const name of [execCommand, negatedExecCommand])
    writeFileSync(join(commands, name), `#!/bin/sh\n: > ${marker}\n`, { mode: 0o755 });
  const path = process.env["PATH"];
  process.env["PATH"] = `${commands}:${path}`;
  try {
    const results: (SshConfig | InputError)[] = [];
    for (const [index, one] of cases.entries()) results.push(await ourReading(one, folders[index] ?? ""));
    if (existsSync(marker)) throw new Error("a command of Match exec was run");
    return results;
  } finally {
    process.env["PATH"] = path;
  }
}

async function ourReading({ name, user, port }: ConfigCase, folder: string): Promise<SshConfig | InputError> {
  try {
    return await sshConfigOf(name, {
      home: join(folder, "home"),
      systemConfig: join(folder, "etc/ssh_config"),
      environment,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
    });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** `-G` prints IdentityFile unexpanded, so ssh is run a second time as far as its list of key files. */
function sshScript(cases: readonly ConfigCase[], folders: readonly string[], directory: string, ssh: string): string {
  const commands = join(directory, "theirs");
  mkdirSync(commands, { recursive: true });
  writeFileSync(join(commands, execCommand), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  writeFileSync(join(commands, negatedExecCommand), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  const variables = { ...environment, PATH: `${commands}:/usr/local/bin:/usr/bin:/bin`, SHELL: "/bin/sh" };
  const steps = cases.map((one, index) => sshStep(one, shell(folders[index] ?? ""), ssh));
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${shell(value)}`),
    `mkdir ${directory}/empty && mount --bind ${directory}/empty /etc/ssh`,
    `cd ${shell(process.cwd())}`,
    ...steps,
  ].join("\n");
}

function sshStep({ name, user, port, files }: ConfigCase, folder: string, ssh: string): string {
  const options = `${user === undefined ? "" : `-l ${user}`} ${port === undefined ? "" : `-p ${port}`} -- ${shell(name)}`;
  const hasSystemFiles = Object.keys(files).some((path) => path.startsWith("etc/"));
  const namesKeys = Object.values(files).some((text) => /identityfile/i.test(text));
  const keys = `${ssh} -v -o BatchMode=yes -o ProxyCommand=/bin/false ${options} < /dev/null > ${folder}/v 2>&1 || true`;
  return [
    `home ${folder}/home`,
    ...(hasSystemFiles ? [`mount --bind ${folder}/etc /etc/ssh`] : []),
    `if ${ssh} -G ${options} > ${folder}/G 2> ${folder}/errors; then echo "status 0" >> ${folder}/G; ${namesKeys ? keys : ":"}; fi`,
    ...(hasSystemFiles ? ["umount /etc/ssh"] : []),
  ].join("\n");
}

function compared(one: ConfigCase, ours: SshConfig | InputError, folder: string): Outcome {
  const printed = readFileSync(join(folder, "G"), "utf8");
  const errors = readFileSync(join(folder, "errors"), "utf8").trim();
  const accepted = /^status 0$/m.test(printed);
  if (ours instanceof InputError)
    return { case: one, verdict: accepted ? "stricter" : "both refuse", why: ours.message.replaceAll(folder, "") };
  if (!accepted) return { case: one, verdict: "wrong", why: `ssh refuses: ${errors.replaceAll(folder, "")}` };
  const theirs = settingsOf(printed);
  const differences = [...differing(ours, theirs, folder), ...differingKeys(ours, folder)];
  return { case: one, verdict: differences.length > 0 ? "wrong" : "same", why: differences.join("; ").replaceAll(folder, "") };
}

function settingsOf(printed: string): Map<string, string> {
  const lines = printed.split("\n").map((line) => /^(\S+) ?([^]*)$/.exec(line) ?? []);
  return new Map(lines.flatMap(([, name, value]) => (name === undefined ? [] : [[name, value ?? ""] as const])));
}

/** By what ssh calls it: our value in its words. */
function inWordsOfSsh(ours: SshConfig, folder: string): Record<string, string | undefined> {
  const yes = (flag: boolean) => (flag ? "yes" : "no");
  const files = (paths: readonly string[]) => paths.join(" ").replaceAll(`${folder}/etc`, "/etc/ssh");
  return {
    user: ours.user ?? userInfo().username,
    hostname: ours.hostName,
    port: String(ours.port ?? 22),
    identitiesonly: yes(ours.identitiesOnly),
    proxyjump: ours.proxyJump && printedJump(ours.proxyJump),
    proxycommand: ours.proxyCommand,
    hostkeyalias: ours.hostKeyAlias,
    userknownhostsfile: files(ours.userKnownHostsFiles),
    globalknownhostsfile: files(ours.globalKnownHostsFiles),
    revokedhostkeys: ours.revokedHostKeys[0],
    knownhostscommand: ours.knownHostsCommand,
    requiredrsasize: String(ours.requiredRsaSize),
    checkhostip: yes(ours.checkHostIp),
    preferredauthentications: ours.preferredAuthentications,
    addressfamily: ours.addressFamily,
    bindaddress: ours.bindAddress,
    bindinterface: ours.bindInterface,
    connecttimeout: String(ours.connectTimeoutSeconds ?? "none"),
  };
}

const relative = (paths: string) => paths.replaceAll(`${process.cwd()}/`, "");
const absolute = (path: string | undefined) => path && resolve(path);

/** What ssh prints otherwise than it means it. */
const meant: Readonly<Record<string, (value: string | undefined, folder: string) => string | undefined>> = {
  connecttimeout: (value) => (value === "0" ? "none" : value),
  requiredrsasize: (value) => String(Math.max(Number(value), 1024)),
  proxycommand: (value) => (value === "none" ? undefined : value),
  revokedhostkeys: absolute,
  userknownhostsfile: (value) =>
    value
      ?.replace(/^none$/, "")
      .split(" ")
      .filter(Boolean)
      .map((path) => resolve(path))
      .join(" "),
  globalknownhostsfile: (value, folder) =>
    value
      ?.replace(/^none$/, "")
      .split(" ")
      .filter(Boolean)
      .map((path) => resolve(path.replace(/^~(?=\/|$)/, `${folder}/home`)))
      .join(" "),
};

function differing(ours: SshConfig, theirs: Map<string, string>, folder: string): string[] {
  const values = Object.entries(inWordsOfSsh(ours, folder)).flatMap(([name, our]) => {
    const printed = theirs.get(name);
    // Where a path has a blank, ssh's list can't be taken apart again.
    const isSame = our !== undefined && printed !== undefined && relative(our) === relative(printed);
    if (isSame) return [];
    const their = meant[name] ? meant[name](printed, folder) : printed;
    return (our ?? "") === (their ?? "") ? [] : [`${name} ${JSON.stringify(our)}, ssh ${JSON.stringify(printed)}`];
  });
  const pubkey = theirs.get("pubkeyauthentication");
  if (ours.pubkeyAuthentication !== (pubkey !== "no" && pubkey !== "false")) values.push(`pubkeyauthentication, ssh ${pubkey}`);
  if (!isSameAgent(ours.identityAgent, theirs.get("identityagent")))
    values.push(`identityagent ${ours.identityAgent}, ssh ${theirs.get("identityagent")}`);
  return [...values, ...differingAlgorithms(ours, theirs)];
}

/** ssh prints what it is going to look up in the environment. */
function isSameAgent(ours: string | undefined, printed: string | undefined): boolean {
  const variables: Readonly<Record<string, string | undefined>> = environment;
  const theirs = printed?.startsWith("$") ? (variables[printed.slice(1)] ?? "none") : printed;
  if (theirs === undefined) return ours === undefined;
  if (theirs === "SSH_AUTH_SOCK") return ours === environment.SSH_AUTH_SOCK;
  return ours === (theirs === "none" ? "none" : resolve(theirs));
}

/** As ssh composes it again from its parts. */
function printedJump(text: string): string {
  const last = jumpsOf(text)?.at(-1);
  const host = last?.host ?? "";
  const bracketed = host.includes(":") || /^[0-9.]*$/.test(host) ? `[${host}]` : host;
  const before = text.includes(",") ? text.replace(/,[^,]*$/, ",") : "";
  return `${before}${last?.user === undefined ? "" : `${last.user}@`}${bracketed}${last?.port === undefined ? "" : `:${last.port}`}`;
}

const speaks = {
  hostKeyAlgorithms: [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
  ],
  pubkeyAcceptedAlgorithms: ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"],
  ciphers: ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-ctr", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com"],
  macs: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  kexAlgorithms: ["curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group16-sha512", "diffie-hellman-group14-sha256"],
} as const;

/** We may leave out what ssh would take, as our lists are not its lists; an order that is written counts for both. */
function differingAlgorithms(ours: SshConfig, theirs: Map<string, string>): string[] {
  return Object.entries(speaks).flatMap(([name, spoken]) => {
    const list = ours[name as keyof typeof speaks];
    const our = selected(list, spoken as readonly string[]);
    const their = (theirs.get(name.toLowerCase()) ?? "").split(",");
    const extra = our.filter((algorithm) => !their.includes(algorithm));
    const inOrder =
      /^[+^-]|[*?]/.test(list ?? "-") || String(their.filter((algorithm) => our.includes(algorithm))) === String(our);
    return extra.length > 0 || !inOrder ? [`${name} ${String(our)}, ssh ${String(their)}`] : [];
  });
}

function differingKeys(ours: SshConfig, folder: string): string[] {
  if (!existsSync(join(folder, "v"))) return ours.identityFiles.length > 0 ? ["identity files, and ssh has none"] : [];
  // Newer ones print other bytes than ASCII as \\ooo.
  const bytes = readFileSync(join(folder, "v"), "latin1").replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  );
  const printed = Buffer.from(bytes, "latin1").toString("utf8");
  const lines = [...printed.matchAll(/^debug1: identity file ([^]*?) type -?\d+$/gm)].map(([, path = ""]) => resolve(path));
  const theirs = [...new Set(lines)].filter((path) => !path.endsWith("-cert") || ours.identityFiles.includes(path));
  const isUsual = ours.identityFiles.length === 0 && !ours.noIdentityFile;
  const our = [...new Set(ours.identityFiles)];
  if (isUsual ? theirs.every((path) => path.startsWith(join(folder, "home/.ssh/id_"))) : String(theirs) === String(our))
    return [];
  return [`identity files ${String(our)}, ssh ${String(theirs)}`];
}
