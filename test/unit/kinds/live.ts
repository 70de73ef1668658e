/**
 * What a host shows, written as a person would: one line an object, in the words of `ip`. The lines are turned into the JSON that
 * `ip -N -j -d` prints and read by the real parser. A word that is not known here is an error.
 */
import { parseAddresses, parseRoutes, parseTables } from "../../../provider/iproute/json";
import { parseRules } from "../../../provider/iproute/rules";
import { protocols, routeTypes, scopes } from "../../../provider/iproute/names";
import type { LiveAddress, LiveLink, LiveRoute, Snapshot } from "../../../provider/snapshot";

export interface Live {
  readonly routes?: readonly string[];
  readonly addresses?: readonly string[];
  readonly links?: readonly string[];
  /** `family 6` stands before those of IPv6. */
  readonly rules?: readonly string[];
  /** `net/ipv4/ip_forward=1` */
  readonly sysctls?: readonly string[];
  /** Tables of nftables, each in one line; undefined: the host has no `nft`. */
  readonly firewall?: readonly string[] | undefined;
  /** The text of the host's rt_tables. */
  readonly tables?: string;
  readonly lines?: Snapshot["lines"];
  readonly objects?: Snapshot["objects"];
  readonly host?: Partial<Snapshot["host"]>;
}

/** A host with nothing else on it; an old one, unless `host` says otherwise. */
export function snapshotOf({
  routes = [],
  addresses = [],
  links = [],
  rules = [],
  sysctls = [],
  lines = [],
  tables = "",
  objects = new Map(),
  host,
  ...more
}: Live): Snapshot {
  return {
    host: { machineId: "m", bootId: "b", kernel: "5.10.0", iproute2: "5.10.0", ...host },
    links: links.map(liveLink),
    addresses: addresses.flatMap(liveAddress),
    routes: routes.flatMap(liveRoute),
    rules: parseRules(rules.map((line) => line.replace(/^(\d+:) */, "$1\t")).join("\n")),
    lines,
    sysctls: new Map(sysctls.map((line) => [line.replace(/=.*/, ""), line.replace(/^[^=]*=/, "")])),
    firewall:
      "firewall" in more && !more.firewall
        ? "missing"
        : new Map((more.firewall ?? []).map((line) => [line.split(" ").slice(1, 3).join(" "), line])),
    tables: parseTables(tables),
    objects,
  };
}

type Printed = Record<string, unknown>;
type Readers = Readonly<Record<string, (words: string[], into: Printed) => void>>;

/** Takes words off the front as long as there is a reader for them. */
function readWords(words: string[], readers: Readers, into: Printed): Printed {
  for (let reader = readers[words[0] ?? ""]; reader; reader = readers[words[0] ?? ""]) {
    words.shift();
    reader(words, into);
  }
  return into;
}

const text = (key: string) => (words: string[], into: Printed) => void (into[key] = words.shift());
const number = (key: string) => (words: string[], into: Printed) => void (into[key] = Number(words.shift()));
const named = (key: string, names: Readonly<Record<string, number>>) => (words: string[], into: Printed) => {
  const word = words.shift() ?? "";
  into[key] = String(names[word] ?? word);
};
const flag = (name: string) => (_: string[], into: Printed) => void (into.flags = [...((into.flags as string[]) ?? []), name]);
const metrics = (key: string) => (words: string[], into: Printed) => {
  const locked = words[0] === "lock" && words.shift() !== undefined;
  const word = words.shift() ?? "";
  const value = key === "features" ? { [word]: null } : { [key]: /^\d+$/.test(word) ? Number(word) : word };
  into.metrics = [{ ...(into.metrics as Printed[])?.[0], ...value }];
  if (locked && key === "mtu") into.locked = true;
};

/* ---- routes ----------------------------------------------------------------------------------------------------------------- */

const hopReaders: Readers = {
  via: (words, into) => {
    const other = words[0] === "inet6" && words.shift() !== undefined;
    const host = words.shift();
    Object.assign(into, other ? { via: { family: "inet6", host } } : { gateway: host });
  },
  dev: text("dev"),
  weight: number("weight"),
  realms: (words, into) => {
    const [to, from] = (words.shift() ?? "").split("/").reverse();
    into.flow = { ...(from !== undefined && { from }), to };
  },
  onlink: flag("onlink"),
  dead: flag("dead"),
  linkdown: flag("linkdown"),
};

const routeReaders: Readers = {
  ...hopReaders,
  from: text("from"),
  src: text("prefsrc"),
  tos: text("tos"),
  table: text("table"),
  metric: number("metric"),
  nhid: number("nhid"),
  expires: number("expires"),
  pref: text("pref"),
  proto: named("protocol", protocols),
  scope: named("scope", scopes),
  ...Object.fromEntries(
    "mtu advmss window hoplimit cwnd initcwnd quickack features".split(" ").map((word) => [word, metrics(word)]),
  ),
  congctl: metrics("congestion"),
  nexthop: (words, into) => void (into.nexthops = [...((into.nexthops as Printed[]) ?? []), readWords(words, hopReaders, {})]),
};

/** `default via 192.0.2.1 dev adsl proto dhcp metric 100`; `2001:db8::/32 metric 512 pref medium nexthop via fe80::1 dev adsl weight 9`. */
function liveRoute(line: string): LiveRoute[] {
  const words = line.split(/\s+/);
  const type = words[0] !== undefined && words[0] in routeTypes ? routeTypes[words.shift() as keyof typeof routeTypes] : 1;
  const { locked, ...printed } = readWords(words, routeReaders, { type: String(type), dst: words.shift() });
  refuseRest(words, line);
  const family = /:|pref /.test(line) && !/inet6/.test(line) ? 6 : 4;
  const { dst, from, tos, table = 254, protocol = 3, metric = 0 } = printed as Record<string, string>;
  const detail = `1 ${dst} ${from ? `from ${from} ` : ""}${tos ? `tos ${tos} ` : ""}table ${table} proto ${protocol} metric ${metric} mtu lock 1`;
  return parseRoutes(JSON.stringify([printed]), family, locked ? detail + (family === 6 ? " pref medium" : "") : "");
}

/* ---- addresses -------------------------------------------------------------------------------------------------------------- */

const addressReaders: Readers = {
  dev: text("dev"),
  peer: text("address"),
  brd: text("broadcast"),
  label: text("label"),
  proto: text("protocol"),
  metric: number("metric"),
  valid_lft: number("valid_life_time"),
  preferred_lft: number("preferred_life_time"),
  scope: named("scope", scopes),
  ...Object.fromEntries(
    "secondary tentative deprecated noprefixroute home nodad autojoin mngtmpaddr dynamic"
      .split(" ")
      .map((word) => [word, (_: string[], into: Printed) => void (into[word] = true)]),
  ),
};

/** `192.0.2.5/24 dev adsl brd 192.0.2.255 label adsl:1 metric 5 secondary`. */
function liveAddress(line: string): LiveAddress[] {
  const words = line.split(/\s+/);
  const [local = "", length] = (words.shift() ?? "").split("/");
  const { dev, ...printed } = readWords(words, addressReaders, { local, prefixlen: Number(length) });
  refuseRest(words, line);
  const family = local.includes(":") ? { family: "inet6" } : { family: "inet", label: dev };
  return parseAddresses(JSON.stringify([{ ifname: dev, addr_info: [{ ...family, ...printed }] }])).addresses;
}

/* ---- links ------------------------------------------------------------------------------------------------------------------ */

const list = (words: string[]): string[] => (words.shift() ?? "").split(",").filter((word) => word !== "");
const priorities = (words: string[]) =>
  list(words).map((pair) => {
    const [from, to] = pair.split(":").map(Number);
    return { from, to };
  });

const linkReaders: Readers = {
  mtu: number("mtu"),
  qlen: number("txqlen"),
  group: text("group"),
  master: text("master"),
  alias: text("ifalias"),
  address: text("address"),
  flags: (words, into) => void (into.flags = list(words)),
  type: (words, into) =>
    void (into.linkinfo = {
      ...(into.linkinfo as Printed),
      info_kind: words.shift(),
      info_data: readWords(words, dataReaders, {}),
    }),
  member: (words, into) =>
    void (into.linkinfo = {
      ...(into.linkinfo as Printed),
      info_slave_kind: "bond",
      info_slave_data: readWords(words, memberReaders, {}),
    }),
};

/** Before `type`: `master bond0 member queue_id 2 prio -5 perm_hwaddr 02:00:00:00:00:01`. */
const memberReaders: Readers = { queue_id: number("queue_id"), prio: number("prio"), perm_hwaddr: text("perm_hwaddr") };

const onOff = (key: string) => (words: string[], into: Printed) => void (into[key] = words.shift() === "on");
const bondReaders: Readers = {
  ...Object.fromEntries(
    (
      "miimon updelay downdelay peer_notify_delay use_carrier arp_interval arp_missed_max resend_igmp num_peer_notif all_slaves_active " +
      "min_links lp_interval packets_per_slave ad_actor_sys_prio ad_user_port_key tlb_dynamic_lb"
    )
      .split(" ")
      .map((key) => [key, number(key)]),
  ),
  ...Object.fromEntries(
    (
      "mode primary active_slave arp_validate arp_all_targets primary_reselect fail_over_mac xmit_hash_policy ad_lacp_active " +
      "ad_lacp_rate ad_select ad_actor_system"
    )
      .split(" ")
      .map((key) => [key, text(key)]),
  ),
  coupled_control: onOff("coupled_control"),
  arp_ip_target: (words, into) => void (into.arp_ip_target = list(words)),
  ns_ip6_target: (words, into) => void (into.ns_ip6_target = list(words)),
};

/** What a VLAN and a bond have. */
const dataReaders: Readers = {
  ...bondReaders,
  protocol: text("protocol"),
  id: number("id"),
  flags: (words, into) => void (into.flags = list(words)),
  ingress: (words, into) => void (into.ingress_qos = priorities(words)),
  egress: (words, into) => void (into.egress_qos = priorities(words)),
};

/** `v5@port0 flags UP mtu 1500 address 02:00:00:00:00:01 type vlan protocol [33024] id 5 flags REORDER_HDR egress 1:2,3:4`. */
function liveLink(line: string): LiveLink {
  const words = line.split(/\s+/);
  const [ifname, parent] = (words.shift() ?? "").split("@");
  const printed = readWords(words, linkReaders, { flags: [], mtu: 1500, group: "0" });
  refuseRest(words, line);
  const [link] = parseAddresses(JSON.stringify([{ ifname, ...(parent !== undefined && { link: parent }), ...printed }])).links;
  if (!link) throw new Error(`This test's line shows no link: ${line}`);
  return link;
}

function refuseRest(words: readonly string[], line: string): void {
  if (words.length > 0) throw new Error(`This test's line has a word that is not known: ${words[0]}, in ${JSON.stringify(line)}`);
}
