/** Draws docs/performance.svg: legible on light and dark, without scripts and fonts of its own. */
import { cases } from "./contender";
import { floor, multipath } from "./pulumi";
import type { Result, Row } from "./rows";

const width = 860;
const labelWidth = 250;
const right = 70;
const barHeight = 15;
const gap = 5;

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly shown: string;
  readonly colour: "ours" | "floor" | "other";
}

interface Panel {
  readonly title: string;
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
  readonly scale: (value: number) => number;
  /** Vertical lines, by value. */
  readonly lines: readonly { readonly value: number; readonly label: string; readonly strong?: boolean }[];
}

export function plot({ rows }: Result): string {
  const panels = [creation(rows), ratios(rows)].filter(({ groups }) => groups.length > 0);
  let top = 10;
  const drawn = panels.map((panel) => {
    const { text, height } = draw(panel, top);
    top += height;
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" role="img" aria-label="Seconds to create 100 routes by contender, and the ratio of pulumi-multipath to the engine's floor">
<style>
text { font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #3d444d }
.title { font-size: 15px; font-weight: 600 } .group { font-weight: 600 } .end { text-anchor: end } .middle { text-anchor: middle }
.ours { fill: #2f81f7 } .floor { fill: #8b949e } .other { fill: #d29922 }
.line { stroke: #8b949e; stroke-opacity: 0.35 } .strong { stroke: #cf222e; stroke-opacity: 0.9; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) { text { fill: #d1d7e0 } .strong { stroke: #ff7b72 } }
</style>
${drawn.join("\n")}
</svg>
`;
}

/** Seconds on a logarithmic scale: what lies between a login and a minute. */
function creation(rows: readonly Row[]): Panel {
  const [least, most] = [0.1, 200];
  const created = rows.filter((row) => row.case === "create" && row.n === 100 && row.seconds !== null && row.peer !== floor.name);
  const trips = [...new Set(created.map((row) => row.roundTripMilliseconds))].sort((a, b) => a - b);
  const floorRow = rows.find((row) => row.case === "create" && row.n === 100 && row.peer === floor.name);
  return {
    title: "100 routes created, in seconds (logarithmic)",
    groups: trips.map((trip) => ({
      name: trip === 0 ? "next to the gateway" : `${trip} ms round trip`,
      bars: [...(floorRow ? [floorRow] : []), ...created.filter((row) => row.roundTripMilliseconds === trip)]
        .sort((a, b) => (a.seconds ?? 0) - (b.seconds ?? 0))
        .map((row) => ({
          label: row.peer,
          value: row.seconds ?? 0,
          shown: `${short(row.seconds ?? 0)} s`,
          colour: colourOf(row),
        })),
    })),
    scale: (value) => Math.log(Math.max(value, least) / least) / Math.log(most / least),
    lines: [0.1, 1, 10, 100].map((value) => ({ value, label: `${value} s` })),
  };
}

function ratios(rows: readonly Row[]): Panel {
  const ours = rows.filter((row) => row.peer === multipath.name && row.roundTripMilliseconds === 0 && row.ratio !== null);
  const sizes = [...new Set(ours.map(({ n }) => n))].sort((a, b) => a - b);
  const most = Math.max(1.5, ...ours.map(({ ratio }) => (ratio ?? 0) * 1.1));
  return {
    title: "pulumi-multipath, in times of the engine's floor (a provider that does nothing)",
    groups: sizes.map((n) => ({
      name: n === 1 ? "1 route" : `${n} routes`,
      bars: cases.flatMap((what) =>
        ours
          .filter((row) => row.n === n && row.case === what)
          .map((row): Bar => ({ label: what, value: row.ratio ?? 0, shown: short(row.ratio ?? 0), colour: "ours" })),
      ),
    })),
    scale: (value) => value / most,
    lines: [
      { value: 0, label: "0" },
      { value: 1, label: "1, the floor" },
      { value: 1.25, label: "1.25", strong: true },
    ],
  };
}

const colourOf = ({ peer }: Row): Bar["colour"] =>
  peer === floor.name ? "floor" : peer.startsWith(multipath.name) ? "ours" : "other";

function draw({ title, groups, scale, lines }: Panel, top: number): { text: string; height: number } {
  const x = (value: number) => Math.round(labelWidth + scale(value) * (width - labelWidth - right));
  const texts = [`<text class="title" x="10" y="${top + 16}">${escaped(title)}</text>`];
  const first = top + 34;
  let y = first;
  const bars: string[] = [];
  for (const group of groups) {
    bars.push(`<text class="group end" x="${labelWidth - 8}" y="${y + 12}">${escaped(group.name)}</text>`);
    y += barHeight + gap;
    for (const { label, value, shown, colour } of group.bars) {
      const length = Math.max(1, x(value) - labelWidth);
      bars.push(
        `<text class="end" x="${labelWidth - 8}" y="${y + 12}">${escaped(label)}</text>` +
          `<rect class="${colour}" x="${labelWidth}" y="${y}" width="${length}" height="${barHeight}" rx="2"/>` +
          `<text x="${labelWidth + length + 6}" y="${y + 12}">${escaped(shown)}</text>`,
      );
      y += barHeight + gap;
    }
    y += 8;
  }
  for (const { value, label, strong } of lines) {
    texts.push(
      `<line class="${strong ? "strong" : "line"}" x1="${x(value)}" x2="${x(value)}" y1="${first - 6}" y2="${y - 8}"/>` +
        `<text class="middle" x="${x(value) + (strong ? 12 : 0)}" y="${y + 6}">${escaped(label)}</text>`,
    );
  }
  return { text: [...texts, ...bars].join("\n"), height: y - top + 34 };
}

const short = (value: number): string => (value >= 10 ? value.toFixed(1) : value.toFixed(2));

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
