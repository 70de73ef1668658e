/** Fields of a rule that need more than a number: ranges and masks. Each has one spelling. */
import { z } from "zod";
import { ipProtocols, nameOf } from "../iproute/names";
import { whole } from "../iproute/tokens";
import { word } from "../word";

/** The kernel takes 65535 neither alone nor as the end of a range. */
const lastPort = 65534;

const portWord = word('a port such as 443, a range such as "1000-2000", or a port under a mask such as "1024/0xfc00"', (text) => {
  const [, first, sign, second] = /^(\d+|0x[0-9a-f]+)(?:([-/])(\d+|0x[0-9a-f]+))?$/i.exec(text) ?? [];
  if (first === undefined) throw new Error();
  const port = plainNumber(first);
  if (port < 1 || port > 65535) throw new Error("a port is a number from 1 to 65534");
  if (sign === "/") return underMask(port, plainNumber(second ?? ""));
  const last = sign === undefined ? port : plainNumber(second ?? "");
  if (last < port) throw new Error(`the first port of a range is the lower one; write "${last}-${port}"`);
  if (last > lastPort) {
    const instead = port < lastPort ? `"${port}-${lastPort}"` : lastPort;
    throw new Error(`the kernel takes no port above ${lastPort} in a rule; write ${instead}`);
  }
  return last === port ? port : `${port}-${last}`;
});

function underMask(port: number, mask: number): string | number {
  if (mask < 1 || mask > 65535) throw new Error("a mask of a port is a number from 1 to 0xffff");
  if ((port & mask) !== port) {
    const within = port & mask;
    throw new Error(`bits are set that the mask leaves out${within > 0 ? `; write "${within}/0x${mask.toString(16)}"` : ""}`);
  }
  return mask === 65535 && port <= lastPort ? port : `${port}/0x${mask.toString(16)}`;
}

/** @throws where `ip` would read leading zeros as octal */
function plainNumber(text: string): number {
  if (/^0\d/.test(text)) throw new Error(`\`ip\` would read leading zeros as octal; write ${Number(text)} for ${text}`);
  return Number(text);
}

/** Ports: one, `FROM-TO`, or `PORT/MASK`. */
export const ports = z.union([whole(1, lastPort), portWord]);

/** The kernel's "no user", 4294967295, is none. */
const lastUser = 4294967294;

const userWord = word('a user\'s number such as 1000, or a range such as "1000-1999"', (text) => {
  const [, first, second = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (first === undefined || second === undefined) throw new Error();
  const [from, to] = [plainNumber(first), plainNumber(second)];
  if (to < from) throw new Error(`the first user of a range is the lower one; write "${to}-${from}"`);
  if (to > lastUser) throw new Error(`a user's number is at most ${lastUser}`);
  return from === to ? from : `${from}-${to}`;
});

/** Users by number: one, or `FROM-TO`. */
export const uidRange = z.union([whole(0, lastUser), userWord]);

type ProtocolName = keyof typeof ipProtocols;

/** An IP protocol: its name, or its number where it has none here. */
export const ipProtocol = z.union([
  z.enum(Object.keys(ipProtocols) as [ProtocolName, ...ProtocolName[]]),
  whole(1, 255).overwrite((number) => (nameOf(ipProtocols, number) ?? number) as number),
]);
