/** What `explain` asks of a host, in one request: the kernel itself says where the flow goes; the rest says why. */
import { parseAddresses, parseRoutes } from "../provider/iproute/json";
import { parseRules } from "../provider/iproute/rules";
import type { LiveRoute, LiveRule } from "../provider/snapshot";
import type { Flow } from "./flow";
import {
  type DeclaredLine,
  type Health,
  lineFiles,
  objectFiles,
  parseDeclaredLines,
  parseHealth,
  parsePinnedLines,
  pinMask,
} from "./lines";
import { Declared } from "./objects";
import { type Answer, type Question, showFiles } from "./question";

/**
 * Twice it asks the kernel for the way: with the mark that the packets have by themselves, and with that of the connection. Which of the two is
 * the real one, is seen from the answer.
 */
export const explainQuestion = (flow: Flow): Question => ({
  waitingFor: "the way of the flow",
  values: [
    ...[flow.family, flow.protocol, flow.source, flow.sourcePort, flow.destination, flow.destinationPort, flow.device, flow.mark],
  ].map((value) => (value === undefined ? "" : String(value))),
  script: `${showFiles}
answer() {
  token=$1 family=$2 protocol=$3 source=$4 sport=$5 destination=$6 dport=$7 device=$8 mark=$9
  show_files "$token" ${lineFiles}/health ${objectFiles}/*
  echo "$token now"
  date +%s
  echo "$token rules"
  echo "family $family"
  ip -$family -N -d -o rule show
  echo "$token addresses"
  ip -N -j -d addr show
  echo "$token candidates"
  ip -N -j -d -$family route show table all match "$destination"
  incoming=''
  if [ -n "$source" ]; then
    back=$(ip -N -o -$family route get "$source" 2>&1)
    case $back in
      'local '* | '2 '*) ;;
      *) incoming=\${device:-$(printf '%s\\n' "$back" | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')} ;;
    esac
    echo "$token back"
    printf '%s\\n' "$back"
  fi
  echo "$token settings"
  show_settings
  echo "$token connection"
  connection=$(find_connection)
  printf '%s\\n' "$connection"
  of_connection=$(printf '%s\\n' "$connection" | sed -n 's/.* mark=\\([0-9]*\\).*/\\1/p' | head -n 1)
  ask "\${mark:-0}" plain
  pinned=$((\${of_connection:-0} & ${pinMask}))
  [ -n "$mark" ] || [ $pinned = 0 ] || ask $pinned marked
}
ask() {
  set -- "$@" "$destination" \${source:+from "$source"} \${incoming:+iif "$incoming"} mark "$1"
  name=$2
  shift 2
  [ -z "$protocol" ] || set -- "$@" ipproto "$protocol"
  [ -z "$sport" ] || set -- "$@" sport "$sport"
  [ -z "$dport" ] || set -- "$@" dport "$dport"
  echo "$token $name"
  ip -N -j -d -$family route get "$@" 2>&1
  echo "$token $name-match"
  ip -N -j -d -$family route get fibmatch "$@" 2>&1
}
show_settings() {
  conf=/proc/sys/net/ipv$family/conf
  grep -s '' /proc/sys/net/ipv4/ip_forward $conf/all/forwarding $conf/all/rp_filter /proc/sys/net/ipv$family/fib_multipath_hash_policy
  [ -z "$incoming" ] || { echo "incoming $incoming" && grep -s '' "$conf/$incoming/forwarding" "$conf/$incoming/rp_filter"; }
  [ "$(id -u)" != 0 ] || echo root
}
find_connection() {
  [ -n "$source" ] && [ "$(id -u)" = 0 ] || return 0
  case $protocol in
    6 | 17)
      [ -n "$sport" ] && [ -n "$dport" ] || return 0
      ports=" sport=$sport dport=$dport " ;;
    1 | 58) ports=' type=' ;;
    *) return 0 ;;
  esac
  if command -v conntrack >/dev/null; then
    conntrack -L -f ipv$family -p "$protocol" --orig-src "$source" --orig-dst "$destination" -o extended 2>/dev/null
  else cat /proc/net/nf_conntrack 2>/dev/null
  fi | grep -F "src=$source dst=$destination$ports" | head -n 1
}`,
});

/** What the host has answered. */
export interface Facts {
  readonly flow: Flow;
  readonly rules: readonly LiveRule[];
  /** Routes whose prefix holds the destination, of all tables. */
  readonly candidates: readonly LiveRoute[];
  /** Names of the host's devices. */
  readonly devices: readonly string[];
  readonly declared: Declared;
  readonly declaredLines: readonly DeclaredLine[];
  /** Names by number of the lines whose connections have their packets marked, by a ConnectionPinning. */
  readonly pinnedLines: ReadonlyMap<number, string>;
  readonly health: Health;
  /** The device that the flow comes in by; undefined: the host itself sends it. */
  readonly incoming: string | undefined;
  /** Paths below /proc/sys and their values. */
  readonly settings: ReadonlyMap<string, string>;
  readonly connection: Connection | undefined;
  /** Whether the host's connections could be looked at: only root may. */
  readonly sawConnections: boolean;
  /** With the packets' own mark. */
  readonly plain: Verdict;
  /** With the connection's. */
  readonly marked: Verdict | undefined;
}

export interface Connection {
  readonly mark: number;
  /** The address that the answers come to: after source NAT another one than the flow's own. */
  readonly answersTo: string | undefined;
  /** `ESTABLISHED`, ...; undefined for protocols without. */
  readonly state: string | undefined;
}

/** What the kernel does with a packet of the flow. */
export type Verdict =
  | { readonly refused: string }
  | {
      /** The route as it stands in its table, with all its next hops. */
      readonly route: LiveRoute;
      readonly hop: { readonly device: string | undefined; readonly gateway: string | undefined };
      readonly preferredSource: string | undefined;
      /** RTN_*: 2 is the host itself. */
      readonly type: number;
    };

export function factsOf(flow: Flow, { sections, files }: Answer): Facts {
  const section = (name: string) => sections.get(name) ?? "";
  const settings = section("settings");
  const all = [...files].map(([, text]) => text).join("\n");
  return {
    flow,
    rules: parseRules(section("rules")),
    candidates: parseRoutes(section("candidates"), flow.family, ""),
    devices: parseAddresses(section("addresses")).links.map(({ name }) => name),
    declared: new Declared(files),
    declaredLines: parseDeclaredLines(all),
    pinnedLines: parsePinnedLines(all),
    health: parseHealth(files.get(`${lineFiles}/health`) ?? ""),
    incoming: /^incoming (\S+)$/m.exec(settings)?.[1],
    settings: new Map([...settings.matchAll(/^\/proc\/sys\/([^:]+):(.*)$/gm)].map(([, path = "", value = ""]) => [path, value])),
    connection: connectionOf(section("connection")),
    sawConnections: /^root$/m.test(settings),
    plain: verdictOf(section("plain"), section("plain-match"), flow),
    marked: sections.has("marked") ? verdictOf(section("marked"), section("marked-match"), flow) : undefined,
  };
}

/** `tcp 6 431999 ESTABLISHED src=A dst=B sport=1 dport=2 src=B dst=C sport=2 dport=1 [ASSURED] mark=256 use=1`. */
function connectionOf(text: string): Connection | undefined {
  const tos = [...text.matchAll(/ dst=(\S+)/g)].map(([, address]) => address);
  if (tos.length < 2) return undefined;
  return { mark: Number(/ mark=(\d+)/.exec(text)?.[1] ?? 0), answersTo: tos[1], state: / ([A-Z_]{4,}) src=/.exec(text)?.[1] };
}

function verdictOf(chosen: string, matched: string, { family }: Flow): Verdict {
  if (!chosen.startsWith("[")) return { refused: wordsOf(chosen) };
  const [way] = parseRoutes(chosen, family, "");
  // Of its own traffic to itself, and of a cached exception, the kernel tells no route.
  const [route = way] = matched.startsWith("[") ? parseRoutes(matched, family, "") : [];
  if (!way || !route) return { refused: wordsOf(matched) };
  const [hop] = way.nextHops;
  return { route, hop: { device: hop?.device, gateway: hop?.gateway }, preferredSource: way.preferredSource, type: way.type };
}

/** `RTNETLINK answers: Network is unreachable` -> `Network is unreachable`. */
const wordsOf = (text: string): string =>
  text
    .trim()
    .split("\n")[0]
    ?.replace(/^(RTNETLINK answers|Error): /, "") || "nothing was said";
