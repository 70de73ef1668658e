import { createHash } from "node:crypto";
import { InternalError, ToolError } from "../errors";
import type { ObjectFile, Owner } from "../snapshot";

/**
 * The text of one object's file on the host:
 *
 *     # pulumi-multipath object 1
 *     kind Route
 *     identity 4 254 default 0 0
 *     claim 5d41402abc4b2a76b9719d91
 *     owner network/prod/uplink
 *     found {"destination":"default","gateway":"192.0.2.9","device":"adsl"}
 *
 *     ip -4 route replace default proto 205 nexthop via 192.0.2.1 dev adsl weight 9
 *
 * `found` is there only for what was taken over, and for what deletion sets back. A word that holds white space, `/`, `%` or control characters has them percent-encoded.
 */
const firstLine = "# pulumi-multipath object 1";

export function printObjectFile(object: Omit<ObjectFile, "file">): string {
  const { project, stack, name } = object.owner;
  if (object.lines.some((line) => line.includes("\n")))
    throw new InternalError(`A line of ${object.identity} holds a line break.`);
  const header = [
    firstLine,
    `kind ${escape(object.kind)}`,
    `identity ${object.identity.split(" ").map(escape).join(" ")}`,
    `claim ${escape(object.claim)}`,
    `owner ${[project, stack, name].map(escape).join("/")}`,
    ...(object.found === undefined ? [] : [`found ${object.found}`]),
  ];
  return [...header, "", ...object.lines, ""].join("\n");
}

/** @throws ToolError when the text is not such a file: somebody else wrote it, or a newer version of ours. */
export function parseObjectFile(file: string, text: string): ObjectFile {
  const [first, kind, identity, claim, owner, ...rest] = text.split("\n");
  const found = rest[0]?.startsWith("found ") ? rest.shift()?.slice("found ".length) : undefined;
  const [blank, ...lines] = rest;
  if (first !== firstLine || blank !== "" || lines.at(-1) !== "") throw unreadable(file);
  return {
    file,
    kind: unescape(field("kind", kind, file)),
    identity: field("identity", identity, file).split(" ").map(unescape).join(" "),
    claim: unescape(field("claim", claim, file)),
    owner: parseOwner(field("owner", owner, file), file),
    ...(found !== undefined && { found }),
    lines: lines.slice(0, -1),
  };
}

function field(name: string, line: string | undefined, file: string): string {
  if (!line?.startsWith(`${name} `)) throw unreadable(file);
  return line.slice(name.length + 1);
}

function parseOwner(text: string, file: string): Owner {
  const [project, stack, name, ...more] = text.split("/").map(unescape);
  if (project === undefined || stack === undefined || name === undefined || more.length > 0) throw unreadable(file);
  return { project, stack, name };
}

const unreadable = (file: string) =>
  new ToolError(
    `/etc/pulumi-multipath/current/objects.d/${file} on the host is not a file that this version of pulumi-multipath writes. ` +
      "Was it edited, or written by a newer version? Update this package, or remove the file if nobody needs the object.",
  );

/** What boot replays first gets the lower number: what others stand on. */
const bootOrder: Readonly<Record<string, number>> = {
  Link: 10,
  BondedLink: 12,
  Vlan: 14,
  Sysctl: 16,
  Address: 20,
  Route: 30,
  RouteSet: 32,
  RoutingRule: 40,
  ConnectionPinning: 45,
  LineMonitor: 50,
};
const lastInBootOrder = 90;

/** What file systems take is 255. */
const longestName = 200;

/**
 * `Route`, ["4", "254", "10.0.0.0/8", "0", "0"] -> `30-Route-4_254_10.0.0.0%2F8_0_0`. No two identities share a name; of one that is too long a
 * digest stands for the end.
 */
export function fileName(kind: string, identity: readonly string[]): string {
  const words = identity.map((word) => escape(word).replaceAll("_", "%5F")).join("_");
  const name = `${bootOrder[kind] ?? lastInBootOrder}-${kind}-${words}`;
  if (name.length <= longestName) return name;
  return `${name.slice(0, longestName - 35).replace(/%.?$/, "")}...${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
}

/** `30-Route-4_254_10.0.0.0%2F8_0_0` -> `Route 4 254 10.0.0.0/8 0 0`, for a person to read. */
export const objectName = (file: string): string =>
  file.replace(/^\d+-/, "").replace("-", "_").split("_").map(unescape).join(" ");

function escape(text: string): string {
  // Not encodeURIComponent: `!`, `'`, `(`, `)`, `*` and `~` would stay, and lone surrogates throw.
  return Buffer.from(text, "utf8")
    .toString("latin1")
    .replace(/[^A-Za-z0-9._:,+@=-]/g, percent);
}

const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

function unescape(text: string): string {
  const bytes = text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
