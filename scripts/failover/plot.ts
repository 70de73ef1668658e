/** Draws docs/failover.svg: what each line carries while one dies and comes back. Legible on light and dark, without scripts and fonts of its own. */
import type { Trial } from "./trial";

export interface Picture {
  /** What each line had sent by then, since it is there. */
  readonly packets: readonly (readonly [time: number, ...sent: number[]])[];
  readonly died: number;
  readonly mended: number;
  readonly trial: Trial;
}

const [width, height, left, right, top, bottom] = [860, 300, 56, 16, 44, 40];
const names = ["adsl", "bdsl"] as const;

export function plot({ packets, died, mended, trial }: Picture): string {
  const [first, last] = [died - 3, mended + trial.recoveredSeconds + 3];
  const shown = packets.filter(([time]) => time >= first && time <= last);
  const rates = names.map((_, line) =>
    shown.slice(5).map(([time, ...sent], n) => {
      const [before, ...had] = shown[n] as readonly [number, ...number[]]; // half a second ago
      return [time, ((sent[line] ?? 0) - (had[line] ?? 0)) / (time - before)] as const;
    }),
  );
  const most = Math.max(10, ...rates.flat().map(([, rate]) => rate)) * 1.1;
  const x = (time: number) => round(left + ((time - first) / (last - first)) * (width - left - right));
  const y = (rate: number) => round(height - bottom - (rate / most) * (height - top - bottom));
  const curves = rates.map(
    (points, line) =>
      `<polyline class="${names[line]}" points="${points.map(([time, rate]) => `${x(time)},${y(rate)}`).join(" ")}"/>`,
  );
  const marks = [
    mark(x(died), "bdsl dies", "end", -6),
    mark(x(died + trial.decisionSeconds), `${trial.decisionSeconds.toFixed(2)} s: out of the route`, "start", 6),
    mark(x(mended), "bdsl is mended", "end", -6),
    mark(x(mended + trial.recoveredSeconds), `${trial.recoveredSeconds.toFixed(2)} s: in use again`, "start", 6),
  ];
  const seconds = Array.from({ length: Math.floor(last - died) + 3 }, (_, n) => n - 2);
  const ticks = seconds.map(
    (second) =>
      `<text class="middle" x="${x(died + second)}" y="${height - bottom + 18}">${second}${second === 0 ? " s" : ""}</text>`,
  );
  const levels = [0, 0.5, 1].map((part) => {
    const rate = Math.round((most / 1.1) * part);
    return `<line class="line" x1="${left}" x2="${width - right}" y1="${y(rate)}" y2="${y(rate)}"/><text class="end" x="${left - 6}" y="${y(rate) + 4}">${rate}</text>`;
  });
  const legend = names.map(
    (name, n) =>
      `<rect class="${name}-fill" x="${left + n * 90}" y="${height - 14}" width="12" height="4"/><text x="${left + 18 + n * 90}" y="${height - 8}">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Packets a second that each line carries: adsl carries those of bdsl too ${trial.decisionSeconds.toFixed(2)} s after bdsl has died, until ${trial.recoveredSeconds.toFixed(2)} s after it is mended">
<style>
text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #3d444d }
.end { text-anchor: end } .middle { text-anchor: middle } polyline { fill: none; stroke-width: 2 }
.adsl { stroke: #2f81f7 } .bdsl { stroke: #d29922 } .adsl-fill { fill: #2f81f7 } .bdsl-fill { fill: #d29922 }
.line { stroke: #8b949e; stroke-opacity: 0.35 } .mark { stroke: #cf222e; stroke-opacity: 0.9; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) { text { fill: #d1d7e0 } .mark { stroke: #ff7b72 } }
</style>
<text x="${left}" y="14">Packets a second, by line</text>
${[...levels, ...curves, ...marks, ...ticks, ...legend].join("\n")}
</svg>
`;
}

function mark(at: number, text: string, anchor: "start" | "end", off: number): string {
  const [row, side] = anchor === "end" ? [30, "end"] : [42, "start"];
  return `<line class="mark" x1="${at}" x2="${at}" y1="${row - 8}" y2="${height - bottom}"/><text class="${side}" x="${at + off}" y="${row}">${text}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
