const largest = 2 ** 31 - 1;

/** As strtonum(3) reads it. Undefined: not a number between the two. */
export function integer(text: string, least = 0, most = largest): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?[0-9]{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

/** Undefined: no port. A service's name, which OpenSSH looks up, isn't one here. */
export function portNumber(text: string): number | undefined {
  return integer(text, 1, 65535);
}

const unitSeconds: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

/** `90`, `1m30s`, `2w`. Undefined: no time. */
export function seconds(text: string): number | undefined {
  if (!/^([0-9]+[smhdw]?)+$/i.test(text)) return undefined;
  const parts = [...text.matchAll(/([0-9]+)([smhdw]?)/gi)];
  const total = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (unitSeconds[unit.toLowerCase()] ?? NaN), 0);
  return total <= largest ? total : undefined;
}
