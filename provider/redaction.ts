/** Secret inputs arrive in the clear: no message may show them. */
export type Redact = (text: string) => string;

/** Shorter ones would make every message unreadable, and give nothing away. */
const shortestSecret = 3;

/**
 * @param secrets names of the top-level inputs that are secret
 * @param bags inputs that hold them, in every form that may be shown
 */
export function redactor(secrets: readonly string[], ...bags: readonly Readonly<Record<string, unknown>>[]): Redact {
  const values = bags.flatMap((bag) => secrets.flatMap((field) => leaves(bag[field])));
  const worth = [...new Set(values)].filter((value) => String(value).length >= shortestSecret);
  // Longest first: one secret may be a part of another.
  worth.sort((a, b) => String(b).length - String(a).length);
  return (text) => worth.reduce<string>(without, text);
}

/** A number is hidden where it stands alone: 655 is not in 65535. */
function without(text: string, secret: string | number): string {
  if (typeof secret === "string") return text.replaceAll(secret, "[secret]");
  return text.replace(new RegExp(`(?<![\\d.-])${String(secret).replace(/[.+]/g, "\\$&")}(?![\\d.])`, "g"), "[secret]");
}

function leaves(value: unknown): (string | number)[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  if (typeof value === "number") return [value];
  if (typeof value !== "string") return [];
  // An address is also shown without its length.
  return [value, ...(value.includes("/") ? [value.slice(0, value.indexOf("/"))] : [])];
}
