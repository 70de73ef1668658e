import type { Contradiction } from "../kind";
import { linkContradictions } from "./link-contradictions";
import type { Vlan } from "./vlan";
import { mapFields } from "./vlan-form";

export function contradictions(desired: Vlan): Contradiction[] {
  const found: Contradiction[] = [];
  if (desired.name === desired.device) {
    found.push({ path: ["name"], message: `the VLAN is a device of its own, on ${desired.device}; give it another name` });
  }
  for (const field of mapFields) {
    const map = desired[field] ?? [];
    map.forEach(({ from }, index) => {
      const first = map.findIndex((mapping) => mapping.from === from);
      if (first < index) {
        found.push({ path: [field, index, "from"], message: `it is mapped to ${map[first]?.to} already; map a priority once` });
      }
    });
  }
  return [...found, ...linkContradictions(desired)];
}
