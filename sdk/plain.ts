import * as pulumi from "@pulumi/pulumi";

/** True when nothing in an input has to be waited for: no Output and no promise, at any depth. */
export function isPlain(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
  // A resource is no value of an input, and refers to its parents and children.
  if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value)) return true;
  return Object.values(value).every(isPlain);
}
