import { textOf } from "../ssh-pattern";
import { unknownAlgorithm, type AlgorithmKind } from "./algorithms";
import { isForward } from "./forward";
import { areJumps } from "./jump";
import { isNobody } from "./names";
import { integer, portNumber, seconds } from "./numbers";
import { ExpansionProblem, expanded, type Environment } from "./tokens";

/**
 * Every keyword of ssh_config(5), and what OpenSSH takes for a value of it. Most of them mean nothing to us, but a file with a bad
 * value anywhere is refused as a whole, so all are checked. Sources: OpenSSH 9.2 to 10.0, and what Debian, Red Hat and Apple add.
 */
export interface Keyword {
  /** In lower case; an alias has the name of what it stands for. */
  readonly name: string;
  /** The whole rest of the line is the value, quotes and all. */
  readonly raw: boolean;
  /** What is wrong with the values, to complete "Port ...". */
  readonly complaint: (values: readonly string[], environment: Environment) => string | undefined;
}

type Complaint = Keyword["complaint"];
type One = (value: string, environment: Environment) => string | undefined;

/** @param written in any case */
export function keywordOf(written: string): Keyword | undefined {
  return keywords.get(written);
}

const anything: Complaint = () => undefined;

/** Exactly one value. */
function one(complaintOf: One = () => undefined): Complaint {
  return ([value, ...more], environment) => {
    if (!value) return "has no value";
    return (
      complaintOf(value, environment) ?? (more.length > 0 ? `takes one value; there is ${shown(more[0])} behind it` : undefined)
    );
  };
}

const shown = (value: string | undefined) => JSON.stringify(textOf(value ?? ""));

function choice(...values: string[]): Complaint {
  return one((value) =>
    values.includes(value.toLowerCase()) ? undefined : `can't be ${shown(value)}: it is one of ${values.join(", ")}`,
  );
}

const flags = ["yes", "no", "true", "false"];
const flag = choice(...flags);
const string = one();
// OpenSSH 10 refuses them; older ones take a file's word for it.
const userName = one((value) => (isNobody(value) ? `can't be ${shown(value)}: that is nobody's name` : undefined));
const number = one((value) => (integer(value) === undefined ? `can't be ${shown(value)}: it is a number` : undefined));
const time = one((value) =>
  value === "none" || seconds(value) !== undefined
    ? undefined
    : `can't be ${shown(value)}: it is a time like 30 or 1m30s, or none`,
);
const port = one((value) =>
  portNumber(value)
    ? undefined
    : `can't be ${shown(value)}: it is a number between 1 and 65535 (services are not looked up by name)`,
);

function algorithms(kind: AlgorithmKind): Complaint {
  return one((value) => {
    const unknown = unknownAlgorithm(kind, value);
    return unknown === undefined ? undefined : `names ${shown(unknown)}, an algorithm that OpenSSH doesn't know`;
  });
}

/** Several values; `none` stands alone. */
function list(complaintOf: One = () => undefined, { most = Infinity, alone = ["none"] } = {}): Complaint {
  return (values, environment) => {
    if (values.includes("")) return "has an empty value";
    if (values.length > most) return `takes at most ${most} values`;
    const lonely = values.find((value) => alone.includes(value.toLowerCase()));
    if (lonely !== undefined) return values.length > 1 ? `can't have ${shown(lonely)} together with others` : undefined;
    return values.map((value) => complaintOf(value, environment)).find((complaint) => complaint !== undefined);
  };
}

const knownHostsFiles = list(undefined, { most: 32 });

/** Variables are looked up while the file is read, in blocks that don't apply too. */
const agentPath: One = (value, environment) => {
  const legacy = /^\$(?!\{)(.*)$/s.exec(value);
  if (legacy && !/^[A-Za-z0-9_]+$/.test(legacy[1] ?? ""))
    return `can't be ${shown(value)}: that is no name of an environment variable`;
  return expansionComplaint(value, environment);
};

function expansionComplaint(value: string, environment: Environment): string | undefined {
  try {
    expanded(value, undefined, environment);
    return undefined;
  } catch (error) {
    if (error instanceof ExpansionProblem) return error.message;
    throw error;
  }
}

function forward(kind: "local" | "remote" | "dynamic"): Complaint {
  return ([listen, target, ...more], environment) => {
    if (!listen) return "has no value";
    if (kind === "local" && !target) return "has no target";
    if (more.length > 0 || (kind === "dynamic" && target !== undefined)) return "has too many values";
    const text = kind === "dynamic" || !target ? listen : `${listen}:${target}`;
    if (expansionComplaint(text, environment)) return expansionComplaint(text, environment);
    const remote = kind === "remote";
    const right = isForward(expanded(text, undefined, environment), { dynamic: kind === "dynamic" || !target, remote });
    return right ? undefined : `can't be ${shown(text)}: that is no forwarding`;
  };
}

const domain: One = (value) =>
  /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value) && !value.includes("..") ? undefined : `can't be ${shown(value)}: that is no domain`;

const permittedName: One = (value) =>
  value === "*" || /:./s.test(value) ? undefined : `can't be ${shown(value)}: it is SOURCES:TARGETS`;

const permittedOpen: One = (value) =>
  /^(\[[^\]]*\]|[^:/]+)[:/](\*|[0-9]+)$/.test(value) && (value.endsWith("*") || portNumber(value.replace(/^.*[:/]/, "")))
    ? undefined
    : `can't be ${shown(value)}: it is HOST:PORT`;

const rekeyLimit: Complaint = ([size, interval, ...more]) => {
  if (!size) return "has no value";
  // At least 16 bytes, or 0.
  const [, digits = "", unit = ""] = /^\+?([0-9]{1,15})([bkmgtpe]?)$/i.exec(size) ?? [];
  const enough = digits !== "" && (!/^b?$/i.test(unit) || Number(digits) === 0 || Number(digits) >= 16);
  if (size !== "default" && !enough) return `can't be ${shown(size)}: it is a size like 512M, or default`;
  if (interval !== undefined && interval !== "none" && seconds(interval) === undefined)
    return `has no time in ${shown(interval)}`;
  return more.length > 0 ? "has too many values" : undefined;
};

const escapeChar = one((value) =>
  value === "none" || value.length === 1 || /^\^[@-\x7f]$/.test(value)
    ? undefined
    : `can't be ${shown(value)}: it is one character, ^ and a letter, or none`,
);

const trafficClasses =
  /^(af[1-4][1-3]|cs[0-7]|ef|le|va|lowdelay|throughput|reliability|none|[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]|0x[0-9a-f]{1,2}|0[0-3]?[0-7]{0,2})$/i;
const ipqos: Complaint = (values) => {
  const bad = values.find((value) => !trafficClasses.test(value));
  if (values.length < 1 || values.length > 2) return "takes one or two values";
  return bad === undefined ? undefined : `can't be ${shown(bad)}`;
};

const tunnelDevice = one((value) =>
  value.split(":").length <= 2 &&
  value.split(":").every((part) => /^any$/i.test(part) || integer(part, 0, 0x7ffffffd) !== undefined)
    ? undefined
    : `can't be ${shown(value)}: it is a number, any, or two of them with a colon`,
);

const addKeysToAgent: Complaint = ([value, lifetime, ...more]) => {
  const word = value?.toLowerCase() ?? "";
  if (more.length > 0) return "has too many values";
  if (word === "confirm" && lifetime !== undefined)
    return seconds(lifetime) === undefined ? `has no time in ${shown(lifetime)}` : undefined;
  if (lifetime !== undefined) return `takes one value; there is ${shown(lifetime)} behind it`;
  return [...flags, "ask", "confirm"].includes(word) || seconds(word) !== undefined ? undefined : `can't be ${shown(value)}`;
};

const controlPersist = one((value) =>
  flags.includes(value) || seconds(value) !== undefined ? undefined : `can't be ${shown(value)}`,
);

const ask = [...flags, "ask"];
const logLevels = ["silent", "quiet", "fatal", "error", "info", "verbose", "debug", "debug1", "debug2", "debug3"];
const logFacilities = ["daemon", "user", "auth", "authpriv", ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `local${n}`)];

/** By complaint; several names on one line are aliases of the first. */
const table: readonly (readonly [Complaint, ...string[]])[] = [
  [string, "hostname"],
  [userName, "user"],
  [port, "port"],
  [string, "identityfile identityfile2"],
  [flag, "identitiesonly"],
  [one(agentPath), "identityagent"],
  [string, "hostkeyalias"],
  [knownHostsFiles, "userknownhostsfile", "globalknownhostsfile"],
  [string, "revokedhostkeys"],
  [algorithms("key"), "hostkeyalgorithms", "pubkeyacceptedalgorithms pubkeyacceptedkeytypes", "casignaturealgorithms"],
  [algorithms("key"), "hostbasedacceptedalgorithms hostbasedkeytypes"],
  [algorithms("cipher"), "ciphers"],
  [algorithms("mac"), "macs"],
  [algorithms("kex"), "kexalgorithms"],
  [algorithms("gssKex"), "gssapikexalgorithms"],
  [
    number,
    "requiredrsasize rsaminsize",
    "canonicalizemaxdots",
    "connectionattempts",
    "numberofpasswordprompts",
    "serveralivecountmax",
  ],
  [flag, "checkhostip", "nohostauthenticationforlocalhost", "hashknownhosts", "visualhostkey", "enablesshkeysign"],
  [choice(...flags, "unbound", "host-bound"), "pubkeyauthentication dsaauthentication"],
  [
    string,
    "preferredauthentications",
    "bindaddress",
    "bindinterface",
    "tag",
    "ignoreunknown",
    "certificatefile",
    "refuseconnection",
  ],
  [choice("any", "inet", "inet6"), "addressfamily"],
  [time, "connecttimeout", "serveraliveinterval protocolkeepalives setuptimeout", "forwardx11timeout"],
  [choice(...flags, "always"), "canonicalizehostname"],
  [flag, "canonicalizefallbacklocal"],
  [list(domain, { most: 32 }), "canonicaldomains"],
  [list(permittedName, { most: 32 }), "canonicalizepermittedcnames"],
  [choice(...ask, "off", "accept-new"), "stricthostkeychecking"],
  [choice(...ask), "verifyhostkeydns", "updatehostkeys"],
  [choice("md5", "sha1", "sha256", "sha384", "sha512"), "fingerprinthash"],
  [
    one((value, environment) => (flags.includes(value.toLowerCase()) ? undefined : agentPath(value, environment))),
    "forwardagent",
  ],
  [
    flag,
    "forwardx11",
    "forwardx11trusted",
    "gatewayports",
    "exitonforwardfailure",
    "clearallforwardings",
    "streamlocalbindunlink",
  ],
  [flag, "passwordauthentication", "hostbasedauthentication", "batchmode", "tcpkeepalive keepalive", "permitlocalcommand"],
  [flag, "kbdinteractiveauthentication challengeresponseauthentication skeyauthentication tisauthentication"],
  [flag, "stdinnull", "forkafterauthentication", "proxyusefdpass", "enableescapecommandline"],
  [flag, "gssapiauthentication", "gssapidelegatecredentials", "gssapikeyexchange", "gssapitrustdns", "gssapirenewalforcesrekey"],
  [string, "gssapiclientidentity", "gssapiserveridentity", "kbdinteractivedevices", "xauthlocation", "controlpath"],
  [string, "pkcs11provider smartcarddevice", "securitykeyprovider"],
  [choice("yes", "no"), "compression"],
  [choice(...ask, "auto", "autoask"), "controlmaster"],
  [controlPersist, "controlpersist"],
  [choice(...flags, "ethernet", "point-to-point"), "tunnel"],
  [tunnelDevice, "tunneldevice"],
  [choice(...flags, "force", "auto"), "requesttty"],
  [choice("none", "subsystem", "default"), "sessiontype"],
  [choice(...logLevels), "loglevel"],
  [choice(...logFacilities), "syslogfacility"],
  [list(), "logverbose"],
  [forward("local"), "localforward"],
  [forward("remote"), "remoteforward"],
  [forward("dynamic"), "dynamicforward"],
  [list(permittedOpen, { alone: ["none", "any"] }), "permitremoteopen"],
  [list((value) => (value.includes("=") ? `can't have "=" in ${shown(value)}` : undefined), { alone: [] }), "sendenv"],
  [(values) => (values.every((value) => value.includes("=")) ? undefined : "takes NAME=VALUE"), "setenv"],
  [
    one((value) => (/^0*[0-7]{1,3}$/.test(value) ? undefined : `can't be ${shown(value)}: it is an octal mask`)),
    "streamlocalbindmask",
  ],
  [rekeyLimit, "rekeylimit"],
  [escapeChar, "escapechar"],
  [ipqos, "ipqos"],
  [addKeysToAgent, "addkeystoagent"],
  [choice("yes", "no", "true", "false"), "warnweakcrypto"],
  [
    one((value) =>
      flags.includes(value) || integer(value.replace(/^interval:/, ""), 1, 1000) ? undefined : `can't be ${shown(value)}`,
    ),
    "obscurekeystroketiming",
  ],
  [list((value) => (/=./s.test(value) ? undefined : "takes TYPE=TIME")), "channeltimeout"],
  // No longer anything, whatever follows.
  [anything, "protocol", "cipher", "fallbacktorsh", "globalknownhostsfile2", "rhostsauthentication", "useblacklistedkeys"],
  [anything, "userknownhostsfile2", "useroaming", "usersh", "useprivilegedport", "afstokenpassing", "kerberosauthentication"],
  [anything, "kerberostgtpassing", "rsaauthentication", "rhostsrsaauthentication", "compressionlevel"],
  // Apple's ssh alone knows it; elsewhere people have to write IgnoreUnknown.
  ...(process.platform === "darwin" ? [[flag, "usekeychain"] as const] : []),
];

const proxyJump = one((value) =>
  areJumps(value) ? undefined : `can't be ${shown(value)}: it is USER@HOST:PORT, several with commas, or none alone`,
);

const rawTable: readonly (readonly [Complaint, ...string[]])[] = [
  [string, "proxycommand", "knownhostscommand", "localcommand", "remotecommand", "versionaddendum"],
  [proxyJump, "proxyjump"],
];

const keywords = new Map<string, Keyword>([
  ...table.flatMap(([complaint, ...groups]) =>
    groups.flatMap((group) => {
      const [name = "", ...aliases] = group.split(" ");
      return [name, ...aliases].map((written) => [written, { name, raw: false, complaint }] as const);
    }),
  ),
  ...rawTable.flatMap(([complaint, ...names]) => names.map((name) => [name, { name, raw: true, complaint }] as const)),
]);
