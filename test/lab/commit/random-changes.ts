import type { ObjectKey, Step } from "../../../provider/kind";
import type { Snapshot } from "../../../provider/snapshot";

/** Random lines of `ip`, as they come from kinds: with the keys of what they touch. Some are refused by the kernel; that is as it may be. */
export class RandomChanges {
  private state: number;

  /** @param reached over the network: nothing may be in the way of the session that makes the changes */
  constructor(
    seed: number,
    private readonly reached: boolean,
  ) {
    this.state = seed * 2654435761 + 1;
  }

  steps(count: number, addresses: readonly LiveName[]): Step[] {
    return Array.from({ length: count }, () => this.step(addresses)).flat();
  }

  private step(addresses: readonly LiveName[]): Step[] {
    const kinds = [
      () => this.addAddress4(),
      () => this.addAddress6(),
      () => this.dropAddress(addresses),
      () => this.relabel(addresses),
      () => this.route4(),
      () => this.route4(),
      () => this.route4(),
      () => this.route6(),
      () => this.route6(),
      () => this.link(),
      () => this.member(),
      () => this.rule(),
      () => this.neighbour(),
      () => this.nextHop(),
      () => this.routeByNextHop(),
    ];
    return this.one(kinds)();
  }

  private addAddress4(): Step[] {
    const device = this.one(devices);
    const [local, length] = [`192.0.${this.below(3)}.${this.below(4) + 1}`, this.one([24, 24, 24, 32, 28])];
    const more = this.one([
      "",
      "",
      `label ${device}:x`,
      "scope 253",
      "noprefixroute",
      "valid_lft 1000 preferred_lft 500",
      "metric 77",
      "brd +",
    ]);
    if (this.below(8) === 0) {
      const peer = `10.9.9.${this.below(3)}`;
      return [put("address", 4, `addr add ${local} peer ${peer}/32 dev ${device}`, `address 4 ${device} ${local}/32 ${peer}`)];
    }
    return [put("address", 4, `addr add ${local}/${length} ${more} dev ${device}`, `address 4 ${device} ${local}/${length} -`)];
  }

  private addAddress6(): Step[] {
    const device = this.one(devices);
    const local = `2001:db8:${this.below(3) + 1}::${this.below(4) + 1}`;
    const more = this.one(["", "", "noprefixroute", "valid_lft 1000 preferred_lft 500", "preferred_lft 0", "home"]);
    return [put("address", 6, `addr add ${local}/64 ${more} nodad dev ${device}`, `address 6 ${device} ${local}`)];
  }

  private dropAddress(addresses: readonly LiveName[]): Step[] {
    if (addresses.length === 0) return [];
    const { family, words, key } = this.one(addresses);
    return [
      { layer: "address", phase: "drop", tool: `ip -${family}`, line: `addr del ${words}`, touches: [key], removes: [key] },
    ];
  }

  private relabel(addresses: readonly LiveName[]): Step[] {
    const chosen = addresses.filter(({ family }) => family === 4);
    if (chosen.length === 0) return [];
    const { words, key, device } = this.one(chosen);
    return [put("address", 4, `addr del ${words}`, key), put("address", 4, `addr add ${words} label ${device}:new`, key)];
  }

  private route4(): Step[] {
    const destination = this.one(["default", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.0.0.0/24"]);
    const table = this.one([254, 254, 500]);
    const metric = this.one([0, 0, 5]);
    const tos = this.one([0, 0, 0, 16]);
    const hexTos = `0x${tos.toString(16)}`;
    const command = this.one(["add", "append", "prepend", "replace", "replace", "del"]);
    const hop = () => `via 192.0.${this.below(3)}.${this.below(3) + 250} dev ${this.one(devices)}${this.one(["", " onlink"])}`;
    const way = this.one([
      hop,
      hop,
      () => `dev ${this.one(devices)} scope 253`,
      () => `nexthop ${hop()} weight ${this.below(9) + 1} nexthop ${hop()} weight ${this.below(256) + 1}`,
      () => `via inet6 fe80::${this.below(9)} dev ${this.one(devices)}`,
    ])();
    const more = this.one([
      "",
      "mtu 1400",
      "mtu lock 1300 advmss 1200",
      "rto_min 250ms features ecn",
      "src 198.51.100.9",
      "initcwnd 20 quickack 1",
      "congctl cubic",
    ]);
    const type = this.one(["", "", "", "", "blackhole", "unreachable", "throw"]);
    const words = `${destination} table ${table} metric ${metric} tos ${hexTos}`;
    const line =
      command === "del"
        ? `route del ${words}`
        : type
          ? `route ${command} ${type} ${words} proto 205`
          : `route ${command} ${words} proto 205 ${more} ${way}`;
    return [{ ...put("route", 4, line, `route 4 ${table} ${destination} ${tos} ${metric}`), phase: this.one(["put", "drop"]) }];
  }

  private route6(): Step[] {
    const destination = this.one(["default", "2001:db8:a::/48", "2001:db8:a:1::1"]);
    const table = this.one([254, 254, 500]);
    const metric = this.one([512, 1024, 7]);
    const source = this.one(["", "", "", "2001:db8::/64"]);
    const command = this.one(["add", "append", "replace", "replace", "del"]);
    const hop = () => `via fe80::${this.below(4) + 1} dev ${this.one(devices)}`;
    const way = this.one([
      hop,
      hop,
      () => `dev ${this.one(devices)}`,
      () => `nexthop ${hop()} weight 3 nexthop ${hop()} weight ${this.below(9) + 1}`,
    ])();
    const more = this.one(["", "pref high", "expires 500", "mtu 1300", "src 2001:db8:1::1"]);
    const type = this.one(["", "", "", "", "blackhole", "unreachable"]);
    const words = `${destination}${source && ` from ${source}`} table ${table} metric ${metric}`;
    const line =
      command === "del"
        ? `route del ${words}`
        : type
          ? `route ${command} ${type} ${words} proto 205`
          : `route ${command} ${words} proto 205 ${more} ${way}`;
    return [
      {
        ...put("route", 6, line, `route 6 ${table} ${destination} ${source || "any"} ${metric}`),
        phase: this.one(["put", "drop"]),
      },
    ];
  }

  private link(): Step[] {
    const device = this.one(devices);
    const words = this.one([
      ...["mtu 1400", "mtu 1200", "mtu 1500", "down", "up", "up", "txqueuelen 77", "alias line", "arp off", "arp on"],
      ...["promisc on", "multicast off", "address 02:00:00:00:77:01", "group 7", "addrgenmode none", "addrgenmode eui64"],
    ]);
    return [{ ...put("link", 4, `link set dev ${device} ${words}`, `link ${device}`), phase: this.one(["put", "drop"]) }];
  }

  /** A bond takes none that is up, and with its addresses a member loses IPv6. */
  private member(): Step[] {
    const device = this.one(devices);
    const words = this.one([["nomaster"], ["nomaster", "up"], ["down", `master ${master}`], ["down", `master ${master}`, "up"]]);
    return words.map((word) => put("link", 4, `link set dev ${device} ${word}`, `link ${device}`));
  }

  /** Few priorities, so that some are shared. */
  private rule(): Step[] {
    const family = this.one([4, 6] as const);
    const priority = 20000 + this.below(2);
    const from = family === 4 ? "from 192.0.2.0/24" : "from 2001:db8::/32";
    const everything = this.reached ? [] : [`not ${from}`, ""];
    const selector = this.one([from, "fwmark 7", "fwmark 256/65280", "iif un0", "ipproto 17 dport 53", ...everything]);
    const action = this.one(["table 500", "table 501", "prohibit", "blackhole"]);
    const words = `${selector} ${action} proto 205`.trim();
    return [
      put(
        "rule",
        family,
        `rule ${this.one(["add", "add", "del"])} priority ${priority} ${words}`,
        `rule ${family} ${priority} ${words}`,
      ),
    ];
  }

  private neighbour(): Step[] {
    const device = this.one(devices);
    const [family, address] = this.one([
      [4, `192.0.2.${this.below(3) + 100}`] as const,
      [6, `fe80::${this.below(3) + 100}`] as const,
    ]);
    const proxy = this.below(4) === 0;
    const words = this.one([
      `del ${proxy ? "proxy " : ""}${address} dev ${device}`,
      proxy
        ? `replace proxy ${address} dev ${device}`
        : `replace ${address} lladdr 02:00:00:00:88:0${this.below(3)} dev ${device} nud permanent`,
    ]);
    return [put("address", family, `neigh ${words}`, `neighbour ${family} ${device} ${address}${proxy ? " proxy" : ""}`)];
  }

  private nextHop(): Step[] {
    const id = this.below(3) + 70;
    const device = this.one(devices);
    const words = this.one([
      `replace id ${id} via 192.0.2.${this.below(3) + 250} dev ${device} onlink protocol 205`,
      `replace id ${id} dev ${device} protocol 205`,
      `replace id ${id} blackhole protocol 205`,
      `del id ${id}`,
    ]);
    return [put("route", 4, `nexthop ${words}`, `nexthop ${id}`)];
  }

  private routeByNextHop(): Step[] {
    const destination = this.one(["10.7.0.0/16", "10.8.0.0/16"]);
    const words = `${destination} nhid ${this.below(3) + 70} proto 205`;
    return [put("route", 4, `route ${this.one(["add", "replace"])} ${words}`, `route 4 254 ${destination} 0 0`)];
  }

  /** xorshift: the same numbers for the same seed, wherever it runs. */
  private below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return Math.abs(this.state) % limit;
  }

  private one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

export const devices = ["un0", "un1"];

/** A bond, or a bridge where there are no bonds. */
export const master = "unb";

/** An address that is there, in the words that name it. */
export interface LiveName {
  readonly family: 4 | 6;
  readonly device: string;
  readonly words: string;
  readonly key: ObjectKey;
}

function put(layer: Step["layer"], family: 4 | 6, line: string, key: ObjectKey): Step {
  return { layer, phase: "put", tool: `ip -${family}`, line: line.replace(/ +/g, " "), touches: [key], removes: [] };
}

export function namesIn({ addresses }: Snapshot): LiveName[] {
  return addresses
    .filter(({ device, family, scope }) => devices.includes(device) && (family === 4 || scope !== 253))
    .map(({ device, family, local, peer, prefixLength }) => ({
      family,
      device,
      words: `${local}${peer ? ` peer ${peer}` : ""}/${prefixLength} dev ${device}`,
      key: family === 4 ? `address 4 ${device} ${local}/${prefixLength} ${peer ?? "-"}` : `address 6 ${device} ${local}`,
    }));
}
