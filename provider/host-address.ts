import { isIPv6 } from "node:net";
import { Address4 } from "ip-address";
import { word } from "./word";

/** The longest name in DNS. */
const longestName = 253;

/** Where sshd listens: a name or an address, and nothing else that people write in front of it or behind it. */
export const hostAddress = word("the name or an IP address of the host", (text) => {
  if (text.length > longestName) throw new Error();
  if (text !== "" && text.trim() !== text) throw new Error("write it without the white space around it");
  if (/^[a-z+]+:\/\//i.test(text)) throw new Error("a URL is not meant; write the name alone, and `user` and `port` beside it");
  const [, user, host] = /^([^@\s]+)@([^@\s]+)$/.exec(text) ?? [];
  // What stands before the @ may hold a password.
  if (host !== undefined)
    throw new Error(user?.includes(":") ? "write the name alone" : `write ${host} here, and user: "${user}" beside it`);
  const [, name, port] = /^\[?([^:[\]\s]+|(?<=\[)[0-9a-fA-F:.]+)\]?:(\d+)$/.exec(text) ?? [];
  if (port !== undefined) throw new Error(`write ${name} here, and port: ${Number(port)} beside it`);
  const [, bare] = /^\[(.*)\]$/.exec(text) ?? [];
  if (bare !== undefined && isIPv6(bare)) throw new Error(`write it without brackets, ${bare}`);
  if (/^[\d.]+$/.test(text)) return readAddress4(text);
  // A link-local address needs its zone here.
  if (isIPv6(text) || /^[\p{L}\p{N}_]([\p{L}\p{N}\p{M}_.-]*[\p{L}\p{N}\p{M}_.])?$/u.test(text)) return text;
  throw new Error();
});

/** The system's resolver takes `10.1` for 10.0.0.1, and `010.0.0.1` for 8.0.0.1. */
function readAddress4(text: string): string {
  const plain = text.split(".").map(Number).join(".");
  if (!/^\d+(\.\d+){3}$/.test(text) || !Address4.isValid(plain))
    throw new Error("an IPv4 address has four numbers from 0 to 255, such as 192.0.2.1");
  if (plain !== text) throw new Error(`leading zeros would be read as octal; write ${plain}`);
  return text;
}
