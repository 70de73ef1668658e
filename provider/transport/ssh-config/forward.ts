import { integer } from "./numbers";

interface Field {
  readonly text: string;
  readonly isPath: boolean;
}

const longestHost = 1024;
const longestSocketPath = 107;

/**
 * Whether OpenSSH takes this for a forwarding, `[listen:]port:host:port` or with sockets' paths. We forward nothing; it is asked only
 * because a file with a bad one is refused as a whole.
 */
export function isForward(text: string, { dynamic, remote }: { dynamic: boolean; remote: boolean }): boolean {
  const fields = fieldsOf(text.replace(/^[ \t\n\v\f\r]+/, ""));
  const sides = fields && (dynamic && fields.length === 1 ? socks(fields[0]) : sidesOf(fields));
  if (!sides) return false;
  const { listen, connect } = sides;
  if (dynamic ? sides.count > 2 : sides.count < 3 && !isPath(listen) && !isPath(connect)) return false;
  if (!dynamic && !isPath(connect) && !(portOf(connect) ?? 0)) return false;
  if (!isPath(listen) && !(remote ? portOf(listen) !== undefined : portOf(listen))) return false;
  return [listen, connect].every((side) => side.every(fits));
}

interface Sides {
  readonly count: number;
  readonly listen: readonly Field[];
  readonly connect: readonly Field[];
}

const isPath = (side: readonly Field[]) => side.length === 1 && side[0]?.isPath === true;
const portOf = (side: readonly Field[]) => integer(side.at(-1)?.text ?? "", 0, 65535);
const fits = ({ text, isPath }: Field) => text.length < (isPath ? longestSocketPath + 1 : longestHost);

function socks(listen: Field | undefined): Sides | undefined {
  return listen && { count: 1, listen: [listen], connect: [] };
}

function sidesOf(fields: readonly Field[]): Sides | undefined {
  const [first, second, third, fourth] = fields;
  const count = fields.length;
  if (!first || !second) return first && { count, listen: [first], connect: [] };
  if (!third) {
    if (second.isPath) return { count, listen: [first], connect: [second] };
    return { count, listen: [first, second], connect: [] };
  }
  if (fourth) return { count, listen: [first, second], connect: [third, fourth] };
  if (third.isPath && !first.isPath) return { count, listen: [first, second], connect: [third] };
  return { count, listen: [first], connect: [second, third] };
}

/** At most four, between colons; brackets keep colons together, a backslash takes the next character as it is. */
function fieldsOf(text: string): Field[] | undefined {
  const fields: Field[] = [];
  let rest = text;
  while (rest !== "" && fields.length < 4) {
    const bracketed = /^\[([^\]]*)\](?::|$)/.exec(rest);
    const plain = /^((?:\\[^]|[^\\:])*)(?::|$)/.exec(rest);
    const found = rest.startsWith("[") ? bracketed : plain;
    if (!found) return undefined;
    const [whole, raw = ""] = found;
    // In brackets nothing is escaped.
    const field = bracketed ? raw : raw.replace(/\\([^])/g, "$1");
    fields.push({ text: field, isPath: (bracketed ? raw : raw.replace(/\\[^]/g, "")).includes("/") });
    rest = rest.slice(whole.length);
  }
  return rest === "" ? fields : undefined;
}
