import type { ConfigCase } from "./config-case";
import type { KnownHostsCase } from "./known-hosts-case";

/** A case with one line or one file less, each in turn: the way to the smallest one that is still wrong. */

export function smallerConfigs(one: ConfigCase): ConfigCase[] {
  const paths = Object.keys(one.files);
  const withoutFile = paths.map((path) => ({
    ...one,
    files: Object.fromEntries(Object.entries(one.files).filter(([other]) => other !== path)),
  }));
  const withoutLine = paths.flatMap((path) =>
    withoutLines(one.files[path] ?? "").map((text) => ({ ...one, files: { ...one.files, [path]: text } })),
  );
  return [...withoutFile, ...withoutLine];
}

export function smallerKnownHosts(one: KnownHostsCase): KnownHostsCase[] {
  const { revoked, ...rest } = one;
  const withoutRevoked = revoked === undefined ? [] : [rest, ...withoutLines(revoked).map((text) => ({ ...one, revoked: text }))];
  return [...withoutRevoked, ...withoutLines(one.text).map((text) => ({ ...one, text }))];
}

/** The text with each of its lines left out in turn. */
function withoutLines(text: string): string[] {
  const lines = text.split("\n");
  return lines.length < 2 ? [] : lines.map((_, index) => lines.filter((__, other) => other !== index).join("\n"));
}
