import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

let checked = false;

/**
 * Pulumi's provider process loads this package from the program's folder, whoever declares the resource: what a component library of a
 * strict package manager can load, the program's folder perhaps can't. Said here, once, because the error that follows names no cause.
 * A warning and no error: tests of a program with mocks run anywhere, and without a provider process.
 */
export function warnUnlessFoundFrom(folder: string): void {
  if (checked) return;
  checked = true;
  if (isFoundFrom(folder)) return;
  void pulumi.log.warn(
    `The program's folder ${folder} can't load pulumi-multipath, and Pulumi's provider process loads it from there. Add pulumi-multipath ` +
      "to the dependencies in that folder's package.json, even if only a component library uses it.",
  );
}

export function isFoundFrom(folder: string): boolean {
  try {
    createRequire(`${folder}/`).resolve("pulumi-multipath/runtime");
    return true;
  } catch {
    return false;
  }
}
