import { parseObjectFile } from "../provider/commit/object-file";
import { MultipathError } from "../provider/errors";
import { parseRules, ruleKey } from "../provider/iproute/rules";
import type { LiveRoute, LiveRule, ObjectFile } from "../provider/snapshot";
import { objectFiles } from "./lines";

/** A resource that an object of a host belongs to. */
export interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly stack: string;
  readonly project: string;
}

export interface DeclaredHop {
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  readonly weight: number;
}

type RouteKey = Pick<LiveRoute, "family" | "table" | "destination" | "metric" | "tos">;

/** Which resource has declared what, from the object files of a host. */
export class Declared {
  private readonly owners = new Map<string, Resource>();
  private readonly hops = new Map<string, readonly DeclaredHop[]>();

  /** @param files by path; those that are no object files of ours are passed over */
  constructor(files: ReadonlyMap<string, string>) {
    for (const object of objectsIn(files)) {
      const { kind, owner } = object;
      for (const line of object.lines) {
        const key = keyOf(line);
        if (key === undefined) continue;
        this.owners.set(key, { kind, ...owner });
        this.hops.set(key, hopsOf(line));
      }
    }
  }

  ofRoute(route: RouteKey): Resource | undefined {
    return this.owners.get(routeKey(route));
  }

  /** Of a route over several lines its next hops as declared, also those that the line monitor has left out. */
  hopsOf(route: RouteKey): readonly DeclaredHop[] {
    return this.hops.get(routeKey(route)) ?? [];
  }

  ofRule(rule: LiveRule): Resource | undefined {
    return this.owners.get(ruleKey(rule));
  }
}

const routeKey = ({ family, table, destination, metric, tos }: RouteKey): string =>
  ["route", family, table, destination, metric, tos].join(" ");

export const resourceName = ({ kind, name, stack, project }: Resource): string =>
  `${kind} ${name} (stack ${stack} of project ${project})`;

function objectsIn(files: ReadonlyMap<string, string>): ObjectFile[] {
  return [...files].flatMap(([path, text]) => {
    if (!path.startsWith(`${objectFiles}/`)) return [];
    try {
      return [parseObjectFile(path.slice(objectFiles.length + 1), text)];
    } catch (error) {
      // Of another version: its objects have no names here, and the kernel's are shown all the same.
      if (error instanceof MultipathError) return [];
      throw error;
    }
  });
}

/** What tells the object of a line from others: `ip -4 route replace default proto 205 ...` -> `route 4 254 default 0 0`. */
function keyOf(line: string): string | undefined {
  const [, family, what, words = ""] = /^ip -([46]) (route|rule) \w+ (.*)$/.exec(line) ?? [];
  if (what === "rule") {
    const [, priority = "", rest = ""] = /^priority (\d+) (.*)$/.exec(words) ?? [];
    const [rule] = parseRules(`family ${family}\n${priority}:\t${rest.replace(/\btable (?=\d)/, "lookup ")}`);
    return rule && ruleKey(rule);
  }
  if (what !== "route") return undefined;
  const [head = ""] = words
    .replace(/^(unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw) /, "")
    .split(" nexthop ");
  const after = (word: string) => new RegExp(` ${word} (\\S+)`).exec(head)?.[1];
  const [destination = ""] = head.split(" ");
  const metric = after("metric") ?? (family === "6" ? "1024" : "0");
  const tos = Number.parseInt(after("tos") ?? "0", 16);
  return ["route", family, after("table") ?? 254, destination, metric, tos].join(" ");
}

/** `... nexthop via 192.0.2.1 dev adsl weight 9 nexthop ...` */
function hopsOf(line: string): DeclaredHop[] {
  const [, ...hops] = line.split(" nexthop ");
  return hops.map((hop) => {
    const after = (word: string) => new RegExp(`(?:^| )${word} (?:inet6 )?(\\S+)`).exec(hop)?.[1];
    return { gateway: after("via"), device: after("dev"), weight: Number(after("weight") ?? 1) };
  });
}
