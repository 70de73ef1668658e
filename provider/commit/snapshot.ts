import { ToolError } from "../errors";
import { parseAddresses, parseRoutes, parseTables } from "../iproute/json";
import { parseRules } from "../iproute/rules";
import { ourTable } from "../kind";
import type { HostFacts, LineHealth, ObjectFile, Snapshot } from "../snapshot";
import type { Reply } from "../transport/connection";
import type { FileChange } from "./change";
import { assertTools } from "./host-tools";
import { parseObjectFile } from "./object-file";

/** What on-host/session.sh prints in answer to one request, cut at its marks. */
export interface Shown {
  /** Text by section: facts, state, locked, details, lines, result, output. */
  readonly sections: ReadonlyMap<string, string>;
  /** Contents by path; undefined when the reply leaves files out because they are as last shown. */
  readonly files: ReadonlyMap<string, string> | undefined;
}

/** @param token the request's own, which begins each mark: nobody on the host could guess it */
export function cut({ stdout }: Reply, token: string): Shown {
  const sections = new Map<string, string>();
  const files = new Map<string, string>();
  for (const section of `\n${stdout.replace(/\n$/, "")}`.split(`\n${token} `).slice(1)) {
    const end = section.indexOf("\n");
    const name = end < 0 ? section : section.slice(0, end);
    const text = end < 0 ? "" : `${section.slice(end + 1)}\n`;
    if (name.startsWith("file ")) files.set(name.slice("file ".length), text);
    else sections.set(name, text);
  }
  return { sections, files: sections.has("files") ? files : undefined };
}

/**
 * @param before what is known from earlier replies of the host; a commit's reply shows only what can have changed since
 * @param changes the object files that the request changed
 */
export function snapshotOf(shown: Shown, reply: Reply, before?: Snapshot, changes: readonly FileChange[] = []): Snapshot {
  const section = (name: string) => {
    const text = shown.sections.get(name);
    if (text === undefined) throw incomplete(name, reply);
    return text;
  };
  const facts = shown.sections.get("facts");
  if (facts !== undefined) assertTools(valuesOf(facts, "missing"), valuesOf(facts, "iproute2")[0] ?? "");
  if (before === undefined && (facts === undefined || shown.files === undefined)) throw incomplete("facts", reply);
  const [devices = "", routes = ""] = section("state").split("\n");
  const { links, addresses } = parseAddresses(devices);
  const byFamily = routesByFamily(routes);
  const locked = section("locked");
  const details = detailsOf(shown);
  return {
    host: facts === undefined ? (before as Snapshot).host : factsOf(facts),
    links,
    addresses,
    routes: [...parseRoutes(byFamily[4], 4, locked), ...parseRoutes(byFamily[6], 6, locked)],
    rules: details.rules,
    sysctls: details.sysctls,
    firewall: details.firewall,
    lines: linesOf(shown),
    ...pauseIn(shown),
    tables: shown.files ? parseTables(textOf(shown.files, isTableFile)) : (before as Snapshot).tables,
    objects: shown.files ? objectsOf(shown.files) : changed((before as Snapshot).objects, changes),
  };
}

/**
 * The line monitor's `health`, which the host shows before the state and after it. A line counts as down if it was so at either time: the
 * state may lack its next hops.
 */
function linesOf({ sections }: Shown): LineHealth[] {
  const lines = new Map<string, LineHealth>();
  for (const text of ["lines-after", "lines"].flatMap((name) => valuesOf(sections.get(name) ?? "", "line"))) {
    const [name = "", state = "", since, device = "", gateway4 = "-", gateway6 = "-", ...reason] = text.split(" ");
    if (state !== "up" && state !== "down" && state !== "drained") continue;
    if (lines.has(name) && state === "up") continue;
    const gateways = [gateway4, gateway6].filter((gateway) => gateway !== "-");
    lines.set(name, { name, state, since: Number(since), device, gateways, reason: reason.join(" ") });
  }
  return [...lines.values()];
}

/** `paused SINCE UNTIL|- WHO` */
function pauseIn({ sections }: Shown): Pick<Snapshot, "paused"> {
  const [text] = valuesOf(sections.get("lines-after") ?? "", "paused");
  if (text === undefined) return {};
  const [since, until, ...who] = text.split(" ");
  return { paused: { since: Number(since), until: until === "-" ? undefined : Number(until), who: who.join(" ") } };
}

/**
 * `ip route show table all` without a family prints the routes of all of them, which saves the host two processes. Only IPv6 routes
 * have a router preference, and they always have one; MPLS and multicast routes show no IP prefix.
 */
function routesByFamily(text: string): Record<4 | 6, string> {
  const routes = text.slice(1, -1).split(/(?<=\}),(?=\{"type":")/);
  const six = routes.filter((route) => route.includes(',"pref":"'));
  const four = routes.filter(
    (route) => !route.includes(',"pref":"') && /^\{"type":"\d+","dst":"(default|[0-9.]+(\/\d+)?)"/.test(route),
  );
  return { 4: `[${four.join(",")}]`, 6: `[${six.join(",")}]` };
}

/** What one has to ask for (on-host/state.sh, state_details). */
interface Details extends Pick<Snapshot, "rules" | "sysctls" | "firewall"> {
  /** Keys of what was looked at, whether or not it is there. */
  readonly looked: ReadonlySet<string>;
}

export function detailsOf(shown: Shown): Details {
  const text = shown.sections.get("details") ?? "";
  const settings = text.split("\n").filter((line) => line.startsWith("/proc/sys/"));
  return {
    looked: new Set(valuesOf(text, "looked")),
    rules: parseRules(text),
    firewall: firewallOf(text),
    sysctls: new Map(
      settings.map((line) => [line.slice("/proc/sys/".length, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
    ),
  };
}

/** Each table in one line. */
function firewallOf(text: string): Snapshot["firewall"] {
  if (valuesOf(text, "missing").includes("nft")) return "missing";
  return new Map(valuesOf(text, "table").map((line) => [line.split(" ", 2).join(" "), `table ${line}`]));
}

/** @param shown the reply to `look_at` */
export function withDetails(before: Snapshot, shown: Shown, reply: Reply): { snapshot: Snapshot; looked: ReadonlySet<string> } {
  const { looked, rules, sysctls, firewall } = detailsOf(shown);
  if (looked.size === 0) throw incomplete("details", reply);
  const snapshot = {
    ...before,
    rules: looked.has("rules") ? rules : before.rules,
    firewall: looked.has(ourTable) ? firewall : before.firewall,
    sysctls: new Map([...before.sysctls, ...sysctls]),
  };
  return { snapshot, looked };
}

/** Digests of our scripts that the host has; undefined when the reply does not say. */
export function scriptsOf(shown: Shown): ReadonlySet<string> | undefined {
  const facts = shown.sections.get("facts");
  return facts === undefined ? undefined : new Set(valuesOf(facts, "scripts"));
}

function factsOf(text: string): HostFacts {
  const value = (name: string) => valuesOf(text, name)[0] ?? "";
  return {
    machineId: value("machine-id"),
    bootId: value("boot-id"),
    kernel: value("kernel"),
    // `ip utility, iproute2-6.15.0, libbpf 1.5.0`; before 5.9 `iproute2-ss200127`, a date.
    iproute2: /iproute2-([^,\s]+)/.exec(value("iproute2"))?.[1] ?? value("iproute2"),
  };
}

/** The values of the lines that begin with this word. */
export function valuesOf(text: string, word: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1));
}

const objectsDirectory = "/etc/pulumi-multipath/current/objects.d/";
const isTableFile = (path: string) => !path.startsWith(objectsDirectory);

function textOf(files: ReadonlyMap<string, string>, chosen: (path: string) => boolean): string {
  return [...files]
    .filter(([path]) => chosen(path))
    .map(([, text]) => text)
    .join("\n");
}

function objectsOf(files: ReadonlyMap<string, string>): Map<string, ObjectFile> {
  const objects = new Map<string, ObjectFile>();
  for (const [path, text] of files) {
    if (isTableFile(path)) continue;
    const file = path.slice(objectsDirectory.length);
    objects.set(file, parseObjectFile(file, text));
  }
  return objects;
}

function changed(objects: ReadonlyMap<string, ObjectFile>, changes: readonly FileChange[]): Map<string, ObjectFile> {
  const now = new Map(objects);
  for (const { file, content } of changes) {
    if (content === undefined) now.delete(file);
    else now.set(file, parseObjectFile(file, content));
  }
  return now;
}

function incomplete(section: string, { stderr }: Reply): ToolError {
  return new ToolError(
    `The host did not show its state (no ${section})${stderr.trim() ? `, and said: ${stderr.trim()}` : "."} ` +
      "It needs iproute2 5.5 or newer, awk and a POSIX sh.",
  );
}
