import { isDeepStrictEqual } from "node:util";
import type { Fields, Found, Group } from "../group";
import { lineMonitorConfig } from "./line-monitor-config";
import { type LineMonitor, lineMonitorSchema } from "./line-monitor-fields";
import { contradictions, objectsOf } from "./line-monitor-lines";

/** Watches lines on the host and takes dead ones out of its routes. One a host. */
export const lineMonitor: Group = {
  name: "LineMonitor",
  description:
    "Watches the lines of a host from the host itself, and within a second takes the next hops over a dead one out of its multipath routes, and back in when it has recovered. " +
    "That is no drift: the routes stay as they are declared. A host has one.",
  schema: lineMonitorSchema,
  objects: (fields) => [...objectsOf(fields as LineMonitor), { kind: lineMonitorConfig, path: ["monitor"], fields }],
  declaredForm: told,
  contradictions: (desired) => contradictions(desired as LineMonitor),
};

/** What the monitor was told, without the lines of which something on the host is not as it should be. */
function told(found: readonly Found[], declared: Fields): Fields | undefined {
  const monitor = found.find(({ kind }) => kind === lineMonitorConfig)?.form as LineMonitor | undefined;
  if (!monitor) return found.length === 0 ? declared : undefined;
  const isWhole = (name: string) => found.every(({ path, form, fields }) => path[1] !== name || isDeepStrictEqual(form, fields));
  return { ...monitor, lines: monitor.lines.filter(({ name }) => isWhole(name)) };
}
