import { slip, type Random } from "./random";

/** Files of ssh_config, and a name to look up in them. */
export interface ConfigCase {
  readonly name: string;
  readonly user?: string;
  readonly port?: number;
  /** Texts by path; `home/` and `etc/` stand for the home directory and /etc/ssh. */
  readonly files: Readonly<Record<string, string>>;
}

/** Set for both sides. FUZZ_UNSET is not. */
export const environment = { FUZZ_DIR: "/fuzz/dir", FUZZ_EMPTY: "", FUZZ_AGENT: "/fuzz/agent sock", SSH_AUTH_SOCK: "/fuzz/auth" };

/** A command for `Match exec`: fails for ssh, and would leave a trace if we ran it. */
export const execCommand = "fuzz-exec-fails";
/** The same for `Match !exec`. */
export const negatedExecCommand = "fuzz-exec-succeeds";

const names = ["gw", "gw.example", "GW.Example", "db1", "a.b.c.example", "10.0.0.1", "2001:DB8:0::1", "x_y", "gé"];
const patterns = [
  "gw",
  "gw.example",
  "*.example",
  "g*",
  "g?",
  "db?",
  "*",
  "!gw",
  "!*.example",
  "10.0.*",
  "2001:*",
  "GW*",
  "a.*.example",
  "?*1",
];
const users = ["root", "admin", "nobody", "*", "ro*", "!root", "admin,root"];
const odd = ["FUZZ", "Prot", "HostNames", "UseKeychain", "HostName2", "Identity File"];

/** By keyword, values that OpenSSH takes. */
const good: Readonly<Record<string, readonly string[]>> = {
  HostName: ["%h.example", "gw1", "GW2.example", "10.9.8.7", "::1", "2001:DB8::0:5", "%h", "h-%%"],
  User: ["admin", "root", "deploy", '"a b"'],
  Port: ["22", "2222", "65535", "1", "022", "+23"],
  IdentityFile: [
    "~/.ssh/id",
    "/keys/%h",
    "~/.ssh/%r@%n:%p",
    "${FUZZ_DIR}/key",
    "none",
    "rel/key",
    "%d/x",
    "~",
    "/k/%u-%L-%l-%k",
    "'/a b'",
    "NONE",
  ],
  IdentitiesOnly: ["yes", "no", "TRUE", "false"],
  IdentityAgent: ["none", "SSH_AUTH_SOCK", "$FUZZ_AGENT", "~/agent", "${FUZZ_DIR}/a", "/a/%h", "$FUZZ_UNSET", "NONE"],
  ProxyJump: ["none", "jump", "u@jump:2200", "a,b", "u@[2001:db8::1]:22,c", "ssh://u@jump:23", "NONE", "jump # x", "a@b@c:5"],
  ProxyCommand: ["none", "nc %h %p", 'ssh -W "%h:%p" jump', "= nc", "NONE", "nc # x", "#x", "'a b' c"],
  HostKeyAlias: ["Alias", "gw-alias", '"a b"'],
  UserKnownHostsFile: ["~/.ssh/kh", "/kh/%h /kh/%k", "none", "${FUZZ_DIR}/kh", "~/a ~/b ~/c", "%d/kh%%", "/kh/%n-%p-%r", "NONE"],
  GlobalKnownHostsFile: ["/g/kh", "none", "/g/%h", "~/g", "/a /b"],
  RevokedHostKeys: ["/r/keys", "none", "rel", "NONE"],
  KnownHostsCommand: ["none", "/bin/echo %H", "/bin/true # x"],
  HostKeyAlgorithms: [
    "ssh-ed25519",
    "-ssh-ed25519",
    "^rsa-sha2-512",
    "+ssh-rsa",
    "ssh-ed*,rsa*",
    "ecdsa*,ssh-ed25519",
    "-*",
    "ssh-ed25519,",
    "-ecdsa*,ssh-rsa",
  ],
  PubkeyAcceptedAlgorithms: ["ssh-ed25519", "-ssh-rsa", "+ssh-rsa"],
  Ciphers: ["aes256-gcm@openssh.com", "-aes*", "^aes128-ctr", "aes256-ctr,aes128-ctr"],
  MACs: ["hmac-sha2-256", "-hmac-sha1"],
  KexAlgorithms: ["curve25519-sha256", "-ecdh*", "+diffie-hellman-group14-sha1"],
  RequiredRSASize: ["2048", "1024", "0", "4096"],
  CheckHostIP: ["yes", "no"],
  PubkeyAuthentication: ["yes", "no", "unbound", "host-bound"],
  PreferredAuthentications: ["publickey", "password,publickey"],
  AddressFamily: ["any", "inet", "inet6", "INET"],
  BindAddress: ["10.0.0.9"],
  BindInterface: ["eth0"],
  ConnectTimeout: ["5", "1m30s", "none", "0", "2W"],
  StrictHostKeyChecking: ["yes", "no", "ask", "off", "accept-new"],
  CanonicalizeHostname: ["no", "yes", "always"],
  CanonicalDomains: ["none", "example.com", "a.example b.example"],
  CanonicalizeMaxDots: ["0", "2"],
  CanonicalizePermittedCNAMEs: ["none"],
  CanonicalizeFallbackLocal: ["yes", "no"],
  LocalForward: ["8080 localhost:80", "*:1 [::1]:2", "/sock /other", "8080 /sock"],
  RemoteForward: ["9000 localhost:80", "9000", "/s localhost:1", "0 x:1"],
  DynamicForward: ["1080", "127.0.0.1:1080"],
  SendEnv: ["LANG LC_*", "-X"],
  SetEnv: ["A=B C=D"],
  ServerAliveInterval: ["15"],
  LogLevel: ["ERROR", "info"],
  ControlMaster: ["no"],
  ControlPersist: ["10m", "no"],
  RekeyLimit: ["1G 1h", "default none"],
  EscapeChar: ["none", "~", "^x"],
  IPQoS: ["af21 cs1", "32"],
  AddKeysToAgent: ["yes", "confirm 5m", "ask", "5m"],
  TunnelDevice: ["any:any", "0:1"],
  StreamLocalBindMask: ["0177"],
  ForwardAgent: ["yes", "$FUZZ_AGENT"],
  PermitRemoteOpen: ["any", "none", "host:22", "host:*"],
  Protocol: ["2", "9"],
  CompressionLevel: ["6"],
  GSSAPIAuthentication: ["yes"],
  Compression: ["yes"],
  ForwardX11Timeout: ["1h"],
  HashKnownHosts: ["yes"],
  PubkeyAcceptedKeyTypes: ["+ssh-rsa"],
  IdentityFile2: ["/old"],
  IgnoreUnknown: ["FUZZ", "F*,prot", "UseKeychain,*2"],
  NumberOfPasswordPrompts: ["1"],
};

/** And what it refuses, at once or later, or takes in some way that we may well refuse. */
const bad: Readonly<Record<string, readonly string[]>> = {
  HostName: ["%x", "127.1", "h-%n", "x%%y", ""],
  User: ["o\\'neil", "a;b"],
  Port: ["0", "65536", "ssh", "-1", "22 23"],
  IdentityFile: ["%z", "${FUZZ_UNSET}", "~nobody-at-all/x", "${FUZZ_DIR", "a b"],
  IdentityAgent: ["${FUZZ_UNSET}", "$A-B"],
  ProxyJump: ["none # x", "a:0", "u@", "[x", "ssh://a_b/", "a,,b", "@x", "ssh://u@/"],
  UserKnownHostsFile: ["none /x", "/x none", "%z"],
  GlobalKnownHostsFile: ["none none"],
  HostKeyAlgorithms: ["bogus", "^bogus", "!ssh-rsa"],
  PubkeyAcceptedAlgorithms: ["ssh-rsa,bogus"],
  Ciphers: ["aes999", "aes*"],
  MACs: ["hmac-none"],
  KexAlgorithms: ["kex"],
  RequiredRSASize: ["-1", "2k"],
  PubkeyAuthentication: ["maybe"],
  AddressFamily: ["ipv4"],
  ConnectTimeout: ["1x", "NONE", ""],
  StrictHostKeyChecking: ["accept_new"],
  CanonicalizeHostname: ["sometimes"],
  CanonicalDomains: ["-x", "a..b"],
  CanonicalizePermittedCNAMEs: ["x", "*.a:*.b"],
  LocalForward: ["8080", "a b", "0 x:1", "8080 localhost:99999", "8080 localhost"],
  DynamicForward: ["x", "1 2"],
  SendEnv: ["A=B"],
  SetEnv: ["A"],
  ServerAliveInterval: ["x"],
  LogLevel: ["loud"],
  ControlMaster: ["maybe"],
  ControlPersist: ["NO"],
  RekeyLimit: ["8", "1Q"],
  EscapeChar: ["xx"],
  IPQoS: ["256", "lowdelay throughput none"],
  AddKeysToAgent: ["yes 5m"],
  TunnelDevice: ["x"],
  StreamLocalBindMask: ["8"],
  ForwardAgent: ["${FUZZ_UNSET}"],
  PermitRemoteOpen: ["host"],
  GSSAPIAuthentication: ["perhaps"],
  Compression: ["true"],
  NumberOfPasswordPrompts: ["x"],
};

/** The keywords that decide where and with what we connect come more often. */
const frequent = Object.keys(good).slice(0, 24);

export function configCase(random: Random): ConfigCase {
  const files: Record<string, string> = {};
  files["home/.ssh/config"] = fileText(random, "home", 0, files);
  if (random.chance(0.4)) files["etc/ssh_config"] = fileText(random, "etc", 0, files);
  return {
    name: random.pick(names),
    ...(random.chance(0.15) ? { user: random.pick(["admin", "root"]) } : {}),
    ...(random.chance(0.1) ? { port: random.pick([22, 2222]) } : {}),
    files,
  };
}

/** Most files have no slip in them: one is enough to have the whole file refused. */
function fileText(random: Random, side: "home" | "etc", depth: number, files: Record<string, string>): string {
  const careless = random.chance(0.2);
  const lines = random.some(1, 12, () => {
    const line = lineText(random, side, depth, files);
    return careless && random.chance(0.15) && !line.includes("fuzz-exec") ? slip(line, random) : line;
  });
  const ending = random.pick(["\n", "\n", "\n", "\n", "\r\n"]);
  return lines.join(ending) + random.pick(["\n", "\n", ""]);
}

function lineText(random: Random, side: "home" | "etc", depth: number, files: Record<string, string>): string {
  const kind = random.number();
  const indent = random.pick(["", "", "  ", "\t", " \t "]);
  if (kind < 0.16)
    return (
      indent +
      joined(
        random,
        "Host",
        random
          .some(1, 3, () => random.pick(patterns))
          .map((one) => quoted(random, one))
          .join(" "),
      )
    );
  if (kind < 0.28) return indent + joined(random, "Match", matchText(random));
  if (kind < 0.34 && depth < 3) return indent + joined(random, "Include", included(random, side, depth, files));
  if (kind < 0.4) return random.pick(["", "# a comment", "   ", "\t# Host *", "#", " "]);
  if (kind < 0.403) return `${indent}${random.pick(odd)} value`;
  return indent + option(random);
}

function option(random: Random): string {
  const values = random.chance(0.01) ? bad : good;
  const keyword = random.pick(values === good && random.chance(0.75) ? frequent : Object.keys(values));
  const value = random.pick(values[keyword] ?? []);
  const isRaw = ["ProxyCommand", "ProxyJump", "KnownHostsCommand"].includes(keyword);
  const text = isRaw || value.includes(" ") ? value : quoted(random, value);
  return (
    joined(random, keyword, text) +
    (random.chance(0.01) ? " extra" : random.pick(["", "", "", "", "", " ", "\t", "\f", " # note"]))
  );
}

function joined(random: Random, keyword: string, value: string): string {
  if (random.chance(0.03)) return `"${keyword}" ${value}`;
  const written = random.pick([keyword, keyword, keyword.toLowerCase(), keyword.toUpperCase()]);
  return written + random.pick([" ", " ", " ", "\t", "=", " = ", "  ", "= ", " ="]) + value;
}

function quoted(random: Random, value: string): string {
  const escaped = value.replace(/ /g, "\\ ");
  return random.pick([
    value,
    value,
    value,
    value,
    `"${value}"`,
    `'${value}'`,
    escaped,
    `${value.slice(0, 2)}"${value.slice(2)}"`,
  ]);
}

function matchText(random: Random): string {
  if (random.chance(0.15)) return random.pick(["all", "all", "canonical all", "!all", "all # x", "host gw all"]);
  if (random.chance(0.01))
    return random.pick(["", "all host gw", "host", "nothing x", "host a user b all", 'exec "%z"', "host # x", "#"]);
  const criteria = random.some(1, 3, () => {
    const negation = random.chance(0.2) ? "!" : "";
    const kind = random.pick(["host", "originalhost", "user", "localuser", "exec", "final", "canonical"]);
    if (kind === "exec") return `${negation}exec "${negation ? negatedExecCommand : execCommand}"`;
    if (["final", "canonical"].includes(kind)) return negation + kind;
    const list = random.some(1, 2, () => random.pick(kind.includes("host") ? patterns : users)).join(",");
    return `${negation}${kind}${random.pick([" ", " ", "="])}${random.pick([list, list, `"${list}"`])}`;
  });
  return criteria.join(random.pick([" ", " ", "  "]));
}

/** The files it names are made, mostly. */
function included(random: Random, side: "home" | "etc", depth: number, files: Record<string, string>): string {
  const directory = side === "home" ? "home/.ssh" : "etc";
  const name = `${random.pick(["a", "b", "c"])}${depth}`;
  const paths = random.some(1, 2, () => {
    const file = `${random.pick(["", "conf.d/", ".hidden/"])}${name}${random.pick(["", ".conf", "-x"])}`;
    if (random.chance(0.85) && !(`${directory}/${file}` in files)) {
      files[`${directory}/${file}`] = ""; // a file that includes itself finds itself there
      files[`${directory}/${file}`] = fileText(random, side, depth + 1, files);
    }
    return random.pick([
      file,
      file,
      `conf.d/*`,
      "conf.d/*.conf",
      `conf.d/[a-b]*`,
      `~/.ssh/${file}`,
      "nothing*",
      `conf.d/?${depth}*`,
      "*/*",
      "a{0,1}",
    ]);
  });
  return paths.join(" ");
}
