import { matchesPattern, matchesPatternList } from "../ssh-pattern";

/**
 * The names in lists of algorithms. OpenSSH refuses a file that names one it doesn't know, so a misspelt name is an error here too;
 * but which names there are depends on its version and on the distribution, so this knows families rather than one version's list.
 */
const cipher =
  /^((aes(128|192|256)-(cbc|ctr|gcm@openssh\.com))|3des-cbc|chacha20-poly1305@openssh\.com|rijndael-cbc@lysator\.liu\.se)$/;
const mac = /^((hmac-(sha1|md5)(-96)?|hmac-sha2-(256|512))(-etm@openssh\.com)?|umac-(64|128)(-etm)?@openssh\.com)$/;
const kex = new RegExp(
  "^(diffie-hellman-group(1-sha1|14-sha1|14-sha256|16-sha512|18-sha512|-exchange-sha1|-exchange-sha256)" +
    "|ecdh-sha2-nistp(256|384|521)|curve25519-sha256(@libssh\\.org)?|sntrup761x25519-sha512(@openssh\\.com)?" +
    "|mlkem(512|768|1024)(x25519|nistp256|nistp384)-sha(256|384|512))$",
);
const gssKex = /^gss-(gex-sha1|group1-sha1|group14-sha1|group14-sha256|group16-sha512|nistp256-sha256|curve25519-sha256)-$/;

const plainKeys = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa", "ssh-dss"];
const keyAlgorithms = [
  ...["sk-ssh-ed25519", "sk-ecdsa-sha2-nistp256", "webauthn-sk-ecdsa-sha2-nistp256"].map((name) => `${name}@openssh.com`),
  ...[...plainKeys, "sk-ssh-ed25519", "sk-ecdsa-sha2-nistp256", "rsa-sha2-256", "rsa-sha2-512"].map(
    (name) => `${name}-cert-v01@openssh.com`,
  ),
  ...[...plainKeys, "rsa-sha2-256", "rsa-sha2-512"],
];

const knows = {
  cipher: (name: string) => cipher.test(name),
  mac: (name: string) => mac.test(name),
  kex: (name: string) => kex.test(name),
  gssKex: (name: string) => gssKex.test(name),
  /** Of these alone OpenSSH takes patterns. */
  key: (pattern: string) => keyAlgorithms.some((name) => matchesPattern(name, pattern)),
};

export type AlgorithmKind = keyof typeof knows;

/** The first name in a list that no OpenSSH knows; `+`, `-` or `^` may stand before the list. */
export function unknownAlgorithm(kind: AlgorithmKind, list: string): string | undefined {
  if (list.startsWith("-")) return undefined; // patterns of what to leave out: OpenSSH takes any
  const names = list.replace(/^[+^]/, "").split(",").filter(Boolean);
  return names.length === 0 ? list : names.find((name) => !knows[kind](name));
}

/**
 * What a list leaves of the algorithms that we speak, the preferred first. It never adds one: those that are not ours are no
 * matter how they are asked for.
 */
export function selected<Name extends string>(list: string | undefined, ours: readonly Name[]): Name[] {
  if (list === undefined) return [...ours];
  const named = (patterns: string) => [
    ...new Set(patterns.split(",").flatMap((pattern) => ours.filter((name) => matchesPattern(name, pattern)))),
  ];
  const rest = list.slice(1);
  if (list.startsWith("-")) return ours.filter((name) => !matchesPatternList(name, rest));
  if (list.startsWith("+")) return [...ours];
  if (list.startsWith("^")) return [...new Set([...named(rest), ...ours])];
  return named(list);
}
