import type { Planned } from "./change";

/**
 * An object that one change lets go of and another takes over in the same transaction (two resources that swap their identities) stays:
 * its file is written by the one, so the other neither removes it nor drops what it stands for.
 */
export function withHandovers(changes: readonly Planned[]): Planned[] {
  const taken = new Set(
    changes.flatMap(({ files }) => files).flatMap(({ file, content }) => (content === undefined ? [] : [file])),
  );
  return changes.map((planned) => {
    const files = planned.files.filter(({ file, content }) => content !== undefined || !taken.has(file));
    if (files.length === planned.files.length) return planned;
    return { ...planned, files, steps: planned.steps.filter(({ phase }) => phase !== "drop") };
  });
}
