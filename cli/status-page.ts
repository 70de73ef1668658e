/** The state of a host's lines as one page that needs nothing else: topology and history as pictures. Pure: data in, HTML out. */
import { clock, duration, lasting, percent, rate } from "./drawing";
import type { LineState, Target, Transition } from "./lines";
import { windowSeconds } from "./lines";
import { resourceName } from "./objects";
import type { LineStatus, RouteStatus, Status } from "./status-question";
import { lossOf } from "./status-text";

export function statusPage(status: Status, name: string): string {
  const { now, health, monitorAlive, lines, flows } = status;
  const { monitor, paused } = health;
  const watched = monitor
    ? monitorAlive
      ? `The line monitor has run for ${lasting(now - monitor.started)}.`
      : "The line monitor is gone; what follows is its last word."
    : "There is no line monitor: nobody looks whether the lines are alive.";
  const total = flows === undefined ? "" : ` ${flows.total} connections are open.`;
  const until = paused?.until === undefined ? "until somebody ends it" : `until ${clock(paused.until, now)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(name)}: lines</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${text(name)}</h1>
<p>${text(new Date(now * 1000).toISOString().replace("T", " ").replace(/\..*/, " UTC"))}. ${text(watched)}${text(total)}</p>
${paused ? `<p class="notice">${text(`Paused since ${clock(paused.since, now)} by ${paused.who}, ${until}: routes stay as they are.`)}</p>` : ""}
</header>
${lines.length === 0 ? "<p>No multipath route is in place.</p>" : topology(status, name)}
<section class="cards">
${lines.map((line) => card(line, now)).join("\n")}
</section>
${timeline(status)}
${routes(status.routes)}
${happened(status.transitions, now)}
</main>
</body>
</html>
`;
}

/** What stands between tags, and in quotes. */
const text = (plain: string): string => plain.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

const stateOf = ({ health, carrier }: LineStatus): LineState | "unwatched" =>
  health?.state ?? (carrier === false ? "down" : "unwatched");

/* ---- topology --------------------------------------------------------------------------------------------------------------- */

const rowHeight = 92;
const width = 960;

/** The host on the left, what answers on the right, and between them the lines: as thick as what they carry. */
function topology({ lines }: Status, name: string): string {
  const height = lines.length * rowHeight + 16;
  const middle = height / 2;
  const rows = lines.map((line, index) => row(line, 8 + index * rowHeight + rowHeight / 2, middle));
  return `<figure>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(`${name} and its lines`)}">
${rows.join("\n")}
<rect class="box host" x="8" y="${middle - 34}" width="150" height="68" rx="8"/>
<text class="middle strong" x="83" y="${middle + 5}">${text(shortened(name, 18))}</text>
</svg>
</figure>`;
}

function row(line: LineStatus, y: number, middle: number): string {
  const { health, device, shareOfTraffic, shareByWeight, traffic, targets } = line;
  const state = stateOf(line);
  const share = shareOfTraffic ?? shareByWeight ?? 0;
  const thick = state === "down" ? 2 : 2 + share * 16;
  const gateways = [health?.gateway4, health?.gateway6].filter(Boolean).join(" ");
  const way = `M158 ${middle} C 230 ${middle}, 230 ${y}, 300 ${y} L 560 ${y}`;
  const weighed = shareByWeight === undefined ? "" : `weight ${percent(shareByWeight)}`;
  const carried =
    traffic && shareOfTraffic !== undefined
      ? `${percent(shareOfTraffic)} of the traffic, ${rate(traffic.received + traffic.sent)}`
      : weighed;
  const dots = targets
    .slice(0, 3)
    .map((target, index) => dot(target, y + (index - (Math.min(targets.length, 3) - 1) / 2) * 24, y));
  return `<g class="${state}">
<path class="wire" d="${way}" stroke-width="${thick.toFixed(1)}"/>
<rect class="box" x="300" y="${y - 26}" width="170" height="52" rx="8"/>
<text class="middle strong" x="385" y="${y - 4}">${text(shortened(line.name, 16))}</text>
<text class="middle small" x="385" y="${y + 14}">${text(shortened([state === "unwatched" ? "" : state, device === line.name ? "" : device].filter(Boolean).join(" · "), 24))}</text>
<text class="small" x="482" y="${y - 16}">${text(shortened(gateways === "" ? "" : `via ${gateways}`, 34))}</text>
<text class="small" x="482" y="${y + 26}">${text(carried)}</text>
${targets.length > 0 ? `<path class="thin" d="M560 ${y} L 700 ${y}"/>` : `<path class="thin" d="M560 ${y} L 720 ${y}"/>`}
${dots.join("\n")}
</g>`;
}

function dot({ kind, address, alive, rttMicroseconds }: Target, y: number, from: number): string {
  const told = alive ? (rttMicroseconds === undefined ? "" : duration(rttMicroseconds)) : "dead";
  return `<g class="${alive ? "up" : "down"}"><path class="thin" d="M700 ${from} L 730 ${y}"/><circle class="dot" cx="736" cy="${y}" r="6"/>
<text class="small" x="750" y="${y + 4}">${text(shortened(`${kind} ${address}`, 24))} ${text(told)}</text></g>`;
}

const shortened = (plain: string, length: number): string => (plain.length <= length ? plain : `${plain.slice(0, length - 1)}…`);

/* ---- a line ----------------------------------------------------------------------------------------------------------------- */

function card(line: LineStatus, now: number): string {
  const { name, device, health, shareOfTraffic, shareOfFlows, shareByWeight, flows, traffic, targets } = line;
  const state = stateOf(line);
  const since = health ? `${state} for ${lasting(now - health.since)}, since ${clock(health.since, now)}` : "not watched";
  const bars = [
    ...(shareOfTraffic === undefined
      ? []
      : [["traffic", shareOfTraffic, traffic ? `in ${rate(traffic.received)}, out ${rate(traffic.sent)}` : ""] as const]),
    ...(shareOfFlows === undefined ? [] : [["flows", shareOfFlows, `${flows} open`] as const]),
    ...(shareByWeight === undefined ? [] : [["weight", shareByWeight, "of new connections"] as const]),
  ];
  return `<article class="${state}">
<h2><span class="state">${text(state)}</span> ${text(name)}</h2>
<p>${text(since)}${device === name ? "" : text(`, device ${device}`)}${health?.reason ? `<br><span class="quiet">${text(health.reason)}</span>` : ""}</p>
${bars.map(([label, share, told]) => shareBar(label, share, told)).join("\n")}
${targets.map(chart).join("\n")}
</article>`;
}

const shareBar = (label: string, share: number, told: string): string =>
  `<div class="share"><span>${label}</span><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100" height="8"/><rect class="fill" width="${(share * 100).toFixed(1)}" height="8"/></svg><span>${percent(share)}</span><span class="quiet">${text(told)}</span></div>`;

/** Round trips as a line, and what was lost as bars behind it. */
function chart({ kind, address, alive, rttMicroseconds, windows }: Target): string {
  const [w, h, step] = [300, 48, 5];
  const top = Math.max(1, ...windows.map(({ rttMicroseconds: one = 0 }) => one));
  const x = (index: number) => w - (windows.length - index) * step + step / 2;
  const parts: string[] = [];
  let pen = "M";
  for (const [index, { rttMicroseconds: one }] of windows.entries()) {
    if (one === undefined) pen = "M";
    else {
      parts.push(`${pen}${x(index).toFixed(1)} ${(h - 4 - (one / top) * (h - 10)).toFixed(1)}`);
      pen = "L";
    }
  }
  const lost = windows.flatMap(({ lossPercent }, index) =>
    lossPercent > 0
      ? [
          `<rect class="lost" x="${(x(index) - step / 2).toFixed(1)}" y="${(h - (lossPercent / 100) * h).toFixed(1)}" width="${step}" height="${((lossPercent / 100) * h).toFixed(1)}"/>`,
        ]
      : [],
  );
  const loss = lossOf(windows);
  const told = [
    alive ? (rttMicroseconds === undefined ? "alive" : duration(rttMicroseconds)) : "dead",
    ...(loss === undefined ? [] : [`${loss.toFixed(1)} % lost`]),
  ];
  return `<div class="target ${alive ? "" : "dead"}"><p><b>${text(kind)} ${text(address)}</b> ${text(told.join(", "))}</p>
<svg viewBox="0 0 ${w} ${h}" preserveAspectRatio="none" role="img" aria-label="${text(`round trips of ${kind} ${address}`)}"><rect class="rail" width="${w}" height="${h}"/>${lost.join("")}<path class="rtt" d="${parts.join(" ")}"/></svg>
<p class="quiet">the last ${lasting(windows.length * windowSeconds)}; at the top ${duration(top)}</p></div>`;
}

/* ---- history ---------------------------------------------------------------------------------------------------------------- */

interface Span {
  readonly from: number;
  readonly to: number;
  readonly state: LineState;
  readonly reason: string;
}

/** One bar a line: what it was, from the first transition that is known until now. */
function timeline({ transitions, health, now }: Status): string {
  const first = transitions[0]?.at;
  if (first === undefined || health.lines.length === 0) return "";
  const start = Math.min(first - (now - first) * 0.03, now - 60);
  const [left, right, height] = [110, width - 10, 34];
  const x = (at: number) => left + ((Math.max(at, start) - start) / (now - start)) * (right - left);
  const rows = health.lines.map(({ name, state, since, reason }, index) => {
    const own = transitions.filter(({ line }) => line === name);
    const spans = spansOf(own, { state, since, reason }, start, now);
    const y = 6 + index * height;
    const bars = spans.map(
      (span) =>
        `<rect class="span ${span.state}" x="${x(span.from).toFixed(1)}" y="${y}" width="${Math.max(1, x(span.to) - x(span.from)).toFixed(1)}" height="22"><title>${text(`${name} ${span.state} from ${clock(span.from, now)}, ${lasting(span.to - span.from)}${span.reason ? `: ${span.reason}` : ""}`)}</title></rect>`,
    );
    return `<text class="end" x="${left - 10}" y="${y + 16}">${text(shortened(name, 13))}</text>${bars.join("")}`;
  });
  const bottom = 6 + health.lines.length * height;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = start + (now - start) * part;
    const anchor = part === 0 ? "" : part === 1 ? "end" : "middle";
    return `<text class="small ${anchor}" x="${x(at).toFixed(1)}" y="${bottom + 14}">${text(clock(at, now))}</text>`;
  });
  return `<section>
<h2>History</h2>
<figure><svg viewBox="0 0 ${width} ${bottom + 22}" role="img" aria-label="what the lines were, over time">${rows.join("\n")}${ticks.join("")}</svg></figure>
<p class="key"><span class="swatch up"></span>up <span class="swatch down"></span>down <span class="swatch drained"></span>drained</p>
</section>`;
}

function spansOf(
  transitions: readonly Transition[],
  last: { readonly state: LineState; readonly since: number; readonly reason: string },
  start: number,
  now: number,
): Span[] {
  const [first] = transitions;
  // What goes down or is drained was up before; what comes up may not have been watched before.
  const before: Span[] =
    first && first.at > start && first.state !== "up" ? [{ from: start, to: first.at, state: "up", reason: "" }] : [];
  const spans = transitions.map(({ at, state, reason }, index): Span => ({
    from: at,
    to: transitions[index + 1]?.at ?? now,
    state,
    reason,
  }));
  if (spans.length === 0)
    return [{ from: Math.max(start, Math.min(last.since, now)), to: now, state: last.state, reason: last.reason }];
  return [...before, ...spans];
}

function happened(transitions: readonly Transition[], now: number): string {
  if (transitions.length === 0) return "";
  const rows = transitions
    .toReversed()
    .map(
      ({ at, line, state, reason }) =>
        `<tr><td>${text(clock(at, now))}</td><td>${text(line)}</td><td class="${state}"><span class="state">${state}</span></td><td>${text(reason)}</td></tr>`,
    );
  return `<section><h2>Transitions</h2><div class="wide"><table><thead><tr><th>when</th><th>line</th><th>is</th><th>why</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div></section>`;
}

function routes(all: readonly RouteStatus[]): string {
  if (all.length === 0) return "";
  const rows = all.map(({ family, table, destination, resource, hops }) => {
    const total = hops.filter(({ leftOut }) => !leftOut).reduce((sum, { weight }) => sum + weight, 0);
    const ways = hops.map(
      ({ line, device, gateway, weight, leftOut }) =>
        `<li${leftOut ? ' class="quiet"' : ""}>${text(line ?? device ?? "?")}${gateway ? text(` via ${gateway}`) : ""}, ${leftOut ? "left out" : `weight ${weight} (${percent(weight / total)})`}</li>`,
    );
    return `<tr><td>IPv${family}</td><td>${text(destination)}</td><td>${table === 254 ? "main" : table}</td><td><ul>${ways.join("")}</ul></td><td>${resource ? text(resourceName(resource)) : ""}</td></tr>`;
  });
  return `<section><h2>Routes over several lines</h2><div class="wide"><table><thead><tr><th></th><th>to</th><th>table</th><th>by</th><th>declared as</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div></section>`;
}

const style = `
:root { color-scheme: light dark; --ground: #f6f7f9; --paper: #fff; --ink: #1c2430; --soft: #5b6675; --rule: #d9dee6; --up: #1a8a4a; --down: #c62f2f; --drained: #b97a00; --plain: #51708f; --fill: #2d6cdf; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161c; --paper: #1b212a; --ink: #e6eaf0; --soft: #98a4b3; --rule: #323b48; --up: #3fbf75; --down: #f0625f; --drained: #e2a93b; --plain: #8aa7c4; --fill: #6ea0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 0 0 8px; }
header p { margin: 4px 0 16px; color: var(--soft); }
header p.notice { color: var(--drained); font-weight: 600; }
section { margin-top: 24px; }
figure { margin: 0; background: var(--paper); border: 1px solid var(--rule); border-radius: 10px; padding: 12px; overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 640px; height: auto; }
svg text { fill: var(--ink); font-size: 14px; } svg .small { font-size: 12px; fill: var(--soft); }
svg .middle { text-anchor: middle; } svg .end { text-anchor: end; } svg .strong { font-weight: 650; }
.up { --state: var(--up); } .down { --state: var(--down); } .drained { --state: var(--drained); } .unwatched { --state: var(--plain); }
.box { fill: var(--paper); stroke: var(--state, var(--soft)); stroke-width: 1.5; }
.wire, .thin { fill: none; stroke: var(--state); } .thin { stroke-width: 1.5; opacity: .7; }
.down .wire, .drained .wire, .down .thin { stroke-dasharray: 6 6; } .up .thin { stroke-dasharray: none; }
.dot { fill: var(--state); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px; margin-top: 16px; }
article { background: var(--paper); border: 1px solid var(--rule); border-top: 4px solid var(--state); border-radius: 10px; padding: 14px 16px; }
article p { margin: 2px 0 8px; }
.state { color: var(--state); font-weight: 650; } .quiet { color: var(--soft); font-size: 13px; }
.share { display: grid; grid-template-columns: 56px 1fr 46px; gap: 2px 10px; align-items: center; margin: 6px 0; font-variant-numeric: tabular-nums; }
.share svg { width: 100%; height: 10px; border-radius: 5px; } .share .quiet { grid-column: 2 / 4; }
.rail { fill: var(--rule); opacity: .5; } .fill { fill: var(--fill); }
.target { margin-top: 12px; } .target svg { width: 100%; height: 48px; border-radius: 4px; } .target p { margin: 0; }
.rtt { fill: none; stroke: var(--fill); stroke-width: 1.5; vector-effect: non-scaling-stroke; } .lost { fill: var(--down); opacity: .55; }
.dead b { color: var(--down); }
.span { fill: var(--state); } .swatch { display: inline-block; width: 12px; height: 12px; background: var(--state); border-radius: 2px; margin: 0 4px 0 12px; }
.key { color: var(--soft); margin: 6px 0 0; }
.wide { overflow-x: auto; background: var(--paper); border: 1px solid var(--rule); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th { text-align: left; color: var(--soft); font-weight: 500; }
th, td { padding: 7px 12px; border-bottom: 1px solid var(--rule); vertical-align: top; } tr:last-child td { border-bottom: 0; }
td ul { margin: 0; padding: 0; list-style: none; }
`;
