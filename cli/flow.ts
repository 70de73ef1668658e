import type { Family } from "../provider/iproute/tokens";
import { familyOf, ipAddress } from "../provider/iproute/tokens";
import { UsageError } from "./usage";

/** Packets that belong together, as a person names them. */
export interface Flow {
  readonly family: Family;
  /** IP protocol: 6, 17, ... */
  readonly protocol: number | undefined;
  /** undefined: the host itself sends it. */
  readonly source: string | undefined;
  readonly sourcePort: number | undefined;
  readonly destination: string;
  readonly destinationPort: number | undefined;
  /** The device that it comes in by; undefined: the one that leads to the source. */
  readonly device: string | undefined;
  /** The packets' own mark; undefined: what the connection's mark makes of it. */
  readonly mark: number | undefined;
}

const protocols: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

export const protocolName = (protocol: number): string =>
  Object.entries(protocols).find(([, number]) => number === protocol)?.[0] ?? `protocol ${protocol}`;

const form = "`[tcp|udp|icmp] [SOURCE[:PORT] ->] DESTINATION[:PORT] [from DEVICE] [mark MARK]`";

/**
 * `tcp 172.20.0.10:40000 -> 198.18.0.7:443 from lan`, `udp [2001:db8::7]:53`, `198.18.0.7`.
 * @throws UsageError that shows the form
 */
export function parseFlow(text: string): Flow {
  const words = text.replaceAll("->", " -> ").split(/\s+/).filter(Boolean);
  const wrong = (what: string) => new UsageError(`FLOW is ${JSON.stringify(text)}: ${what}; its form is ${form}.`);
  const named = protocols[words[0] ?? ""];
  if (named !== undefined) words.shift();
  const options = new Map<string, string>();
  for (let word = words.at(-2); word === "from" || word === "mark"; word = words.at(-2)) {
    if (options.has(word)) throw wrong(`${word} is there twice`);
    options.set(word, words.at(-1) ?? "");
    words.splice(-2);
  }
  const [first = "", arrow, second, more] = words;
  if (more !== undefined || (arrow !== undefined && (!["->", "to"].includes(arrow) || second === undefined)) || first === "")
    throw wrong(first === "" ? "the destination is missing" : "it is no flow");
  const from = second === undefined ? undefined : endOf(first, wrong);
  const to = endOf(second ?? first, wrong);
  const family = familyOf(to.address);
  if (from && familyOf(from.address) !== family) throw wrong("one end is IPv4, the other IPv6");
  // Who writes icmp for an IPv6 address means that family's.
  const hasPorts = (from?.port ?? to.port) !== undefined;
  const protocol = named === 1 && family === 6 ? 58 : (named ?? (hasPorts ? 6 : undefined));
  if (protocol === 58 && family === 4) throw wrong("icmpv6 is for IPv6");
  if (protocol !== 6 && protocol !== 17 && hasPorts) throw wrong("only tcp and udp have ports");
  const mark = options.get("mark");
  if (mark !== undefined && !/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(mark)) throw wrong(`mark ${mark} is no number`);
  const device = options.get("from");
  if (device !== undefined && !from) throw wrong("what comes in by a device has a source");
  return {
    ...{ family, protocol, device, mark: mark === undefined ? undefined : Number(mark) },
    ...{ source: from?.address, sourcePort: from?.port, destination: to.address, destinationPort: to.port },
  };
}

function endOf(text: string, wrong: (what: string) => UsageError): { address: string; port: number | undefined } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+|[^[\]]*:[^[\]]*:[^[\]]*?))(?::(\d+))?$/.exec(text) ?? [];
  // Without brackets all colons of an IPv6 address are its own.
  const isSix = bracketed === undefined && (text.match(/:/g) ?? []).length > 1;
  const address = ipAddress.safeParse(isSix ? text : (bracketed ?? plain ?? text));
  const number = isSix || port === undefined ? undefined : Number(port);
  if (!address.success) throw wrong(`${JSON.stringify(text)} is no address`);
  if (number !== undefined && (number < 1 || number > 65535)) throw wrong(`${port} is no port`);
  return { address: String(address.data), port: number };
}

/** `172.20.0.10:40000`, `[2001:db8::1]:443`, `198.18.0.7`. */
const endText = (address: string, port: number | undefined): string =>
  port === undefined ? address : `${address.includes(":") ? `[${address}]` : address}:${port}`;

export function flowText({ protocol, source, sourcePort, destination, destinationPort }: Flow): string {
  return [
    ...(protocol === undefined ? [] : [protocolName(protocol)]),
    ...(source === undefined ? [] : [endText(source, sourcePort), "->"]),
    endText(destination, destinationPort),
  ].join(" ");
}
