/** What the line monitor of a host says of its lines: its files below /run/pulumi-multipath/lines, and its declaration. Text to data. */

export const lineFiles = "/run/pulumi-multipath/lines";
export const objectFiles = "/etc/pulumi-multipath/current/objects.d";

export type LineState = "up" | "down" | "drained";

export interface Health {
  readonly monitor: { readonly pid: number; readonly started: number } | undefined;
  readonly lines: readonly LineHealth[];
  readonly paused: Pause | undefined;
}

/** Times in seconds since 1970. */
export interface LineHealth {
  readonly name: string;
  readonly state: LineState;
  readonly since: number;
  readonly device: string;
  /** As they are now; undefined: none, or none in that family. */
  readonly gateway4: string | undefined;
  readonly gateway6: string | undefined;
  /** In the monitor's words; may be empty. Of a drained line: by whom. */
  readonly reason: string;
}

export interface Pause {
  readonly since: number;
  /** undefined: until somebody ends it. */
  readonly until: number | undefined;
  readonly who: string;
}

export function parseHealth(text: string): Health {
  const words = wordsOf(text);
  const [, pid, started] = words.find(([word]) => word === "monitor") ?? [];
  const [, since, until, ...who] = words.find(([word]) => word === "paused") ?? [];
  return {
    monitor: pid === undefined ? undefined : { pid: Number(pid), started: Number(started) },
    paused: since === undefined ? undefined : { since: Number(since), until: numberOr(until), who: who.join(" ") },
    lines: words.flatMap(([word, name, state, lineSince, device, gateway4, gateway6, ...reason]) => {
      if (word !== "line" || name === undefined || device === undefined || !isState(state)) return [];
      const gateways = { gateway4: present(gateway4), gateway6: present(gateway6) };
      const words = `${state === "drained" && reason.length > 0 ? "by " : ""}${reason.join(" ")}`;
      return [{ name, state, since: Number(lineSince), device, ...gateways, reason: words }];
    }),
  };
}

/** What a line is probed by, and how it went. */
export interface Target {
  readonly line: string;
  readonly kind: string;
  readonly address: string;
  readonly alive: boolean;
  readonly sent: number;
  readonly lost: number;
  readonly rttMicroseconds: number | undefined;
  /** The last windows of 5 s, the oldest first. */
  readonly windows: readonly Window[];
}

export interface Window {
  readonly lossPercent: number;
  readonly rttMicroseconds: number | undefined;
}

export const windowSeconds = 5;

export function parseTargets(text: string): Target[] {
  return linesOf(text).flatMap((row) => {
    const [left = "", right = ""] = row.split(" : ");
    const [word, line, kind, address, state, sent, lost, rtt] = left.split(" ");
    if (word !== "target" || line === undefined || kind === undefined || address === undefined) return [];
    const counted = { alive: state === "alive", sent: Number(sent), lost: Number(lost), rttMicroseconds: numberOr(rtt) };
    return [{ line, kind, address, ...counted, windows: right.split(",").filter(Boolean).map(windowOf) }];
  });
}

function windowOf(text: string): Window {
  const [loss, rtt] = text.trim().split("/");
  return { lossPercent: Number(loss), rttMicroseconds: numberOr(rtt) };
}

export interface Transition {
  readonly at: number;
  readonly line: string;
  readonly state: LineState;
  readonly reason: string;
}

export function parseTransitions(text: string): Transition[] {
  return wordsOf(text).flatMap(([at, line, state, ...reason]) =>
    line !== undefined && isState(state) ? [{ at: Number(at), line, state, reason: reason.join(" ") }] : [],
  );
}

/** A line as it is declared. */
export interface DeclaredLine {
  readonly name: string;
  readonly number: number;
  readonly device: string;
  /** An address, `dhcp`, `ra`, `none`; undefined: not in this family. */
  readonly gateway4: string | undefined;
  readonly gateway6: string | undefined;
  readonly address4: string | undefined;
  readonly address6: string | undefined;
}

/** From the object files: lines `line-monitor line NAME number N device DEVICE gateway4 ...`. */
export function parseDeclaredLines(text: string): DeclaredLine[] {
  return wordsOf(text).flatMap(([word, what, name, ...pairs]) => {
    if (word !== "line-monitor" || what !== "line" || name === undefined) return [];
    const value = (key: string) => present(pairs[pairs.indexOf(key) + 1]);
    const addresses = { address4: value("address4"), address6: value("address6") };
    const gateways = { gateway4: value("gateway4"), gateway6: value("gateway6") };
    return [{ name, number: Number(value("number")), device: value("device") ?? "", ...gateways, ...addresses }];
  });
}

/** The bits of a mark that say to which line a connection, or a packet of it, belongs: the line's number. */
export const pinMask = 0x3f00;

/** Names of the lines that a ConnectionPinning keeps connections on, by number: `connection-pinning line NAME number N ...`. */
export function parsePinnedLines(text: string): Map<number, string> {
  const lines = wordsOf(text).filter(([word, what]) => word === "connection-pinning" && what === "line");
  return new Map(lines.map(([, , name = "", , number]) => [Number(number), name]));
}

/** The line that a next hop is over: by its device, and its gateway where several lines share that. */
export function lineOf(
  hop: { readonly device: string | undefined; readonly gateway: string | undefined },
  lines: readonly LineHealth[],
): LineHealth | undefined {
  const here = lines.filter(({ device }) => device === hop.device);
  return (
    here.find(({ gateway4, gateway6 }) => hop.gateway !== undefined && [gateway4, gateway6].includes(hop.gateway)) ?? here[0]
  );
}

const isState = (text: string | undefined): text is LineState => text === "up" || text === "down" || text === "drained";

const linesOf = (text: string): string[] => text.split("\n").filter(Boolean);
const wordsOf = (text: string): string[][] => linesOf(text).map((line) => line.split(" "));
const present = (word: string | undefined): string | undefined => (word === undefined || word === "-" ? undefined : word);
const numberOr = (word: string | undefined): number | undefined => {
  const number = Number(present(word) ?? NaN);
  return Number.isNaN(number) ? undefined : number;
};
