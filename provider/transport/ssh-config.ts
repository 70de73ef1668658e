import { hostname, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../errors";
import { canonicalAddress, OddAddress } from "./ssh-config/address";
import { canonicalizes, refuseLookups } from "./ssh-config/canonicalization";
import { isNone, jumpsOf } from "./ssh-config/jump";
import type { Subject } from "./ssh-config/match";
import { refuseName } from "./ssh-config/names";
import { seconds } from "./ssh-config/numbers";
import { readConfig, type Setting, Settings } from "./ssh-config/reading";
import { ExpansionProblem, expanded, withHome, type Tokens } from "./ssh-config/tokens";
import { bytesOf, lowerCase, textOf } from "./ssh-pattern";

/** What ssh_config says of one name. Everything that is left out there is undefined or empty here. */
export interface SshConfig {
  /** Where to connect: the name itself when there is no HostName. */
  readonly hostName: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** Absolute and expanded, in the order in which they are tried. Empty: none named, or `none`. */
  readonly identityFiles: readonly string[];
  /** `IdentityFile none`, and no other: the usual files are not to be tried either. */
  readonly noIdentityFile: boolean;
  readonly identitiesOnly: boolean;
  /** A socket's path, or "none": no agent at all. Undefined: SSH_AUTH_SOCK. */
  readonly identityAgent: string | undefined;
  /** As written, without a comment; `none` is undefined. jumpsOf() in ssh-config/jump.ts takes it apart. */
  readonly proxyJump: string | undefined;
  /** As written, tokens not expanded; `none` is undefined. */
  readonly proxyCommand: string | undefined;
  /** The name to look up in known_hosts instead, without a port. */
  readonly hostKeyAlias: string | undefined;
  /** Absolute and expanded; ~/.ssh/known_hosts and known_hosts2 when none are named, empty for `none`. */
  readonly userKnownHostsFiles: readonly string[];
  /** Absolute; those of /etc/ssh when none are named, empty for `none`. */
  readonly globalKnownHostsFiles: readonly string[];
  /** Files with keys that must never be accepted. */
  readonly revokedHostKeys: readonly string[];
  /** A command that prints known_hosts lines, @revoked ones perhaps. Never run by us. */
  readonly knownHostsCommand: string | undefined;
  /** As written, with a leading `+`, `-` or `^`. The same holds for the other algorithm lists. */
  readonly hostKeyAlgorithms: string | undefined;
  readonly pubkeyAcceptedAlgorithms: string | undefined;
  readonly kexAlgorithms: string | undefined;
  readonly ciphers: string | undefined;
  readonly macs: string | undefined;
  /** Bits that an RSA key, the host's or ours, must have at least. */
  readonly requiredRsaSize: number;
  readonly checkHostIp: boolean;
  readonly pubkeyAuthentication: boolean;
  /** As written, e.g. `publickey,password`. */
  readonly preferredAuthentications: string | undefined;
  readonly addressFamily: "any" | "inet" | "inet6";
  readonly bindAddress: string | undefined;
  readonly bindInterface: string | undefined;
  readonly connectTimeoutSeconds: number | undefined;
}

/** Where ssh_config is looked for, and what of this machine takes part in reading it. */
export interface SshConfigPlace {
  /** The directory whose `.ssh/config` is read. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `/etc/ssh/ssh_config` */
  readonly systemConfig: string;
  /** Given elsewhere, like `ssh -l`: wins over the files, and `Match user` sees it. */
  readonly user?: string;
  /** Who logs in when neither `user` nor a file says so; left out: whoever runs this, as with ssh. */
  readonly defaultUser?: string;
  /** Like `ssh -p`. */
  readonly port?: number;
}

/**
 * What `ssh NAME` would take from ~/.ssh/config and the system's ssh_config. Files are read, nothing is run and no name is looked up.
 * @throws InputError, naming file and line, where ssh refuses a file, and where following it would take more than reading
 */
export async function sshConfigOf(name: string, where: SshConfigPlace): Promise<SshConfig> {
  refuseName(name, where.user);
  return await new Resolution(name, where).resolve();
}

/** One name's way through the files; the values are bytes until they are handed out (see ssh-pattern.ts). */
class Resolution {
  private readonly settings = new Settings();
  private readonly home: string;
  private readonly name: string;
  private host: string;

  constructor(
    name: string,
    private readonly where: SshConfigPlace,
  ) {
    this.home = bytesOf(where.home);
    this.name = bytesOf(name);
    this.host = this.name;
    if (where.user !== undefined) this.settings.add("user", { values: [bytesOf(where.user)], where: "the declared user" });
    if (where.port !== undefined) this.settings.add("port", { values: [String(where.port)], where: "the declared port" });
  }

  async resolve(): Promise<SshConfig> {
    await this.read(false);
    this.host = this.hostAfter(this.settings.get("hostname"));
    refuseLookups(this.settings, this.host);
    if (this.settings.wantsFinal || canonicalizes(this.settings)) await this.read(true);
    this.refuseLoop();
    this.refuseDisagreement();
    return this.result();
  }

  private async read(isFinal: boolean): Promise<void> {
    const files = [
      { path: join(this.where.home, ".ssh", "config"), isUsers: true },
      { path: this.where.systemConfig, isUsers: false },
    ];
    const subject = (settings: Settings) => this.subject(settings, isFinal);
    const { environment } = this.where;
    await readConfig(files, { home: this.home, environment, host: this.host, subject }, this.settings);
  }

  private subject(settings: Settings, isFinal: boolean): Subject {
    const given = settings.first("hostname");
    const host = given === undefined || isFinal ? this.host : expanded(given, { h: this.name });
    const tokens = { ...this.tokens(host), C: "", k: settings.first("hostkeyalias") ?? host };
    return {
      host,
      originalHost: this.name,
      user: this.user(),
      localUser: localUser(),
      tag: settings.first("tag") ?? "",
      isFinal,
      tokens,
    };
  }

  private hostAfter(hostName: Setting | undefined): string {
    const place = hostName ? `${hostName.where}: HostName` : "`address`";
    const host = hostName ? within(hostName, "HostName", (value) => expanded(value, { h: this.name })) : this.name;
    const address = inUsualForm(host, place);
    const family = this.settings.get("addressfamily");
    if (address !== undefined && family && !isOfFamily(address, addressFamily(family.values[0])))
      throw new InputError(`${place}: ${address} is not of the family that AddressFamily asks for (${family.where}).`);
    return address ?? lowerCase(host);
  }

  /** As in ssh, a host that is reached through itself is a mistake. */
  private refuseLoop(): void {
    const jump = jumpsOf(this.settings.first("proxyjump") ?? "none")?.at(-1);
    const isSame = jump?.host === this.host && (jump.port ?? 22) === this.port() && (jump.user ?? this.user()) === this.user();
    if (isSame)
      throw new InputError(`${this.settings.get("proxyjump")?.where}: ProxyJump leads to ${textOf(this.host)} through itself.`);
  }

  private refuseDisagreement(): void {
    const [jump, command] = [this.settings.get("proxyjump"), this.settings.get("proxycommand")];
    if (!jump || !command || isNone(command.values[0] ?? "")) return;
    throw new InputError(
      `${command.where}: ProxyCommand stands behind \`ProxyJump none\` (${jump.where}): OpenSSH 10 ignores it then, and older ones do not. ` +
        "Write `ProxyCommand none` beside `ProxyJump none`, or the ProxyCommand before it.",
    );
  }

  private user(): string {
    return this.settings.first("user") ?? (this.where.defaultUser === undefined ? localUser() : bytesOf(this.where.defaultUser));
  }

  private port(): number {
    return Number(this.settings.first("port") ?? 22);
  }

  private tokens(host: string): Tokens {
    const thisHost = bytesOf(hostname());
    const alias = this.settings.first("hostkeyalias");
    const user = () => this.user();
    return {
      d: this.home,
      h: host,
      i: String(process.getuid?.() ?? ""),
      k: alias === undefined ? this.name : lowerCase(alias),
      L: thisHost.replace(/\..*/s, ""),
      l: thisHost,
      n: this.name,
      p: String(this.port()),
      // Asked for only where a file does: whoever runs this may have no name.
      get r() {
        return user();
      },
      get u() {
        return localUser();
      },
    };
  }

  private result(): SshConfig {
    const one = (name: string) => this.text(name);
    const given = (name: string) => (isNone(one(name) ?? "none") ? undefined : one(name));
    const says = (name: string, ...values: string[]) => values.includes(lowerCase(one(name) ?? ""));
    const identityFiles = this.settings.identityFiles.filter(({ values }) => !isNone(values[0] ?? ""));
    const port = one("port");
    return {
      hostName: textOf(this.host),
      user: one("user"),
      port: port === undefined ? undefined : Number(port),
      identityFiles: identityFiles.map((setting) => this.path(setting, "IdentityFile")),
      noIdentityFile: this.settings.identityFiles.length > 0 && identityFiles.length === 0,
      identitiesOnly: says("identitiesonly", "yes", "true"),
      identityAgent: this.identityAgent(),
      proxyJump: given("proxyjump"),
      proxyCommand: given("proxycommand"),
      hostKeyAlias: one("hostkeyalias") && lowerCase(one("hostkeyalias") ?? ""),
      userKnownHostsFiles: this.paths("userknownhostsfile", ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"]),
      globalKnownHostsFiles: this.globalKnownHostsFiles(),
      revokedHostKeys: this.paths("revokedhostkeys", []),
      knownHostsCommand: given("knownhostscommand"),
      hostKeyAlgorithms: one("hostkeyalgorithms"),
      pubkeyAcceptedAlgorithms: one("pubkeyacceptedalgorithms"),
      kexAlgorithms: one("kexalgorithms"),
      ciphers: one("ciphers"),
      macs: one("macs"),
      requiredRsaSize: Math.max(Number(one("requiredrsasize") ?? 0), leastRsaBits),
      checkHostIp: says("checkhostip", "yes", "true"),
      pubkeyAuthentication: !says("pubkeyauthentication", "no", "false"),
      preferredAuthentications: one("preferredauthentications"),
      addressFamily: addressFamily(one("addressfamily")),
      bindAddress: one("bindaddress"),
      bindInterface: one("bindinterface"),
      connectTimeoutSeconds: seconds(one("connecttimeout") ?? "0") || undefined,
    };
  }

  private text(name: string): string | undefined {
    const value = this.settings.first(name);
    return value === undefined ? undefined : textOf(value);
  }

  /** Absolute paths, `none` being none. */
  private paths(name: string, otherwise: readonly string[]): string[] {
    const setting = this.settings.get(name) ?? { values: otherwise, where: "by default" };
    if (isNone(setting.values[0] ?? "none")) return [];
    return setting.values.map((value) => this.path({ values: [value], where: setting.where }, name));
  }

  private path(setting: Setting, keyword: string): string {
    const { environment } = this.where;
    return absolute(
      within(setting, keyword, (value) => expanded(withHome(value, this.home), this.tokens(this.host), environment)),
    );
  }

  /** The one list of files in which no tokens are expanded. */
  private globalKnownHostsFiles(): string[] {
    const setting = this.settings.get("globalknownhostsfile");
    const usual = ["ssh_known_hosts", "ssh_known_hosts2"].map((file) => bytesOf(join(dirname(this.where.systemConfig), file)));
    if (isNone(setting?.values[0] ?? "")) return [];
    return (setting?.values ?? usual).map((value) =>
      absolute(
        within({ values: [value], where: setting?.where ?? "" }, "GlobalKnownHostsFile", (path) => withHome(path, this.home)),
      ),
    );
  }

  private identityAgent(): string | undefined {
    const { environment } = this.where;
    const setting = this.settings.get("identityagent");
    if (!setting) return undefined;
    const agent = within(setting, "IdentityAgent", (value) =>
      expanded(withHome(value, this.home), this.tokens(this.host), environment),
    );
    if (agent === "SSH_AUTH_SOCK") return environment["SSH_AUTH_SOCK"];
    if (agent === "none") return "none";
    // An unset variable leaves no agent: ssh doesn't fall back to SSH_AUTH_SOCK either.
    if (/^\$(?!\{)/.test(agent)) return environment[textOf(agent.slice(1))] ?? "none";
    return absolute(agent);
  }
}

/** OpenSSH accepts no RSA key that is shorter, whatever RequiredRSASize says. */
const leastRsaBits = 1024;

function addressFamily(value: string | undefined): SshConfig["addressFamily"] {
  const family = lowerCase(value ?? "any");
  return family === "inet" || family === "inet6" ? family : "any";
}

function inUsualForm(host: string, place: string): string | undefined {
  try {
    return canonicalAddress(host);
  } catch (error) {
    if (!(error instanceof OddAddress)) throw error;
    throw new InputError(`${place}: ${textOf(error.message)}. Write it in full.`);
  }
}

function isOfFamily(address: string, family: SshConfig["addressFamily"]): boolean {
  return family === "any" || (family === "inet6") === address.includes(":");
}

function absolute(path: string): string {
  return textOf(resolve(bytesOf(process.cwd()), path));
}

let ownName: string | undefined;

function localUser(): string {
  try {
    return (ownName ??= bytesOf(userInfo().username));
  } catch {
    throw new InputError(
      "ssh_config can't be read: the user who runs this has no name (no entry in passwd), and ssh refuses to run then too.",
    );
  }
}

function within(setting: Setting, keyword: string, expand: (value: string) => string): string {
  try {
    return expand(setting.values[0] ?? "");
  } catch (error) {
    if (!(error instanceof ExpansionProblem)) throw error;
    throw new InputError(`${setting.where}: ${keyword} ${error.message}.`);
  }
}
