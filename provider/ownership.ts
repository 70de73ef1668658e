import { randomBytes } from "node:crypto";
import { OwnershipError } from "./errors";
import type { ObjectFile, Owner } from "./snapshot";

/**
 * A claim is the receipt of one resource for one object: random, kept in the object's file on the host and in the resource's outputs.
 * Without it a rename without alias is "create = adopt, then delete = gone".
 */
export const newClaim = (): string => randomBytes(12).toString("hex");

export const ownerName = ({ project, stack, name }: Owner): string => `${project}/${stack}/${name}`;

const sameStack = (a: Owner, b: Owner): boolean => a.project === b.project && a.stack === b.stack;

/** Refuses what another stack declares; our own stack's object may be taken over (a rename, a crash between apply and state). */
export function assertMayTake(what: string, file: ObjectFile | undefined, owner: Owner): void {
  if (file && !sameStack(file.owner, owner)) {
    throw new OwnershipError(
      `${what} is declared by ${ownerName(file.owner)} already. Remove it there first (\`pulumi destroy --target\`), or declare it in one place only.`,
    );
  }
}

/** True when the object was taken over by another resource since: then this one has nothing to say about it any more. */
export const takenOver = (file: ObjectFile | undefined, claim: string): boolean => file !== undefined && file.claim !== claim;
