/** Secret inputs arrive in the clear: no message may show them. */
export type Redact = (text: string) => string;

/** Shorter ones would make every message unreadable, and give nothing away. */
const shortestSecret = 3;

/** @param secrets names of the top-level inputs that are secret, as the SDK has listed them in the inputs */
export function redactor(inputs: Readonly<Record<string, unknown>>): Redact {
  const secrets = inputs["secrets"];
  if (!Array.isArray(secrets) || secrets.length === 0) return (text) => text;
  const values = secrets.flatMap((field) => leaves(inputs[String(field)])).filter(({ length }) => length >= shortestSecret);
  // Longest first: one secret may be a part of another.
  values.sort((a, b) => b.length - a.length);
  return (text) => values.reduce((shown, value) => shown.replaceAll(value, "[secret]"), text);
}

function leaves(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  if (typeof value !== "string" && typeof value !== "number") return [];
  const text = String(value);
  // An address is also shown without its length.
  return [text, ...(text.includes("/") ? [text.slice(0, text.indexOf("/"))] : [])];
}
