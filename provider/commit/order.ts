import { type Layer, type Step, layers } from "../kind";

/** Lines of one batch: `ip -4` and `ip -6` lines can't share one, and a layer must be in place before the next one begins. */
export interface Section {
  readonly family: 4 | 6;
  readonly layer: Layer;
  readonly phase: Step["phase"];
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly step: Step;
  /** Which of the changes asked for it, by its place in the transaction. */
  readonly change: number;
}

/**
 * Merges the steps of many changes into one order: what others stand on is put first and dropped last.
 * Steps of one change in one layer keep their order.
 */
export function inOrder(changes: readonly (readonly Step[])[]): Section[] {
  const entries = changes.flatMap((steps, change) => steps.map((step): Entry => ({ step, change })));
  return [
    ...layers.flatMap((layer) => sectionsOf(layer, "put", entries)),
    ...layers.toReversed().flatMap((layer) => sectionsOf(layer, "drop", entries)),
  ];
}

function sectionsOf(layer: Layer, phase: Step["phase"], all: readonly Entry[]): Section[] {
  const entries = all.filter(({ step }) => step.layer === layer && step.phase === phase);
  return ([4, 6] as const)
    .map((family) => ({
      family,
      layer,
      phase,
      entries: gatewaysLast(
        entries.filter(({ step }) => step.tool === `ip -${family}`),
        phase,
      ),
    }))
    .filter((section) => section.entries.length > 0);
}

/** A next hop must be reachable when a route names it: the host route to a router comes before the default through it, and goes after. */
function gatewaysLast(entries: readonly Entry[], phase: Step["phase"]): Entry[] {
  const through = new Set(entries.filter(({ step }) => / (via|nhid) /.test(step.line)).map(({ change }) => change));
  const direct = entries.filter(({ change }) => !through.has(change));
  const rest = entries.filter(({ change }) => through.has(change));
  return phase === "put" ? [...direct, ...rest] : [...rest, ...direct];
}
