import { z } from "zod";
import { hostSchema } from "./host";
import type { AnyKind } from "./kind";

/** Who declares an object: filled in by the SDK, for messages and for re-adoption after a crash. */
const ownerSchema = z.strictObject({
  project: z.string(),
  stack: z.string(),
  name: z.string(),
  parents: z.string().optional().describe("The parents' types as they stand in the resource's URN."),
});

/** What every kind takes besides its own fields. `owner`, `unmanaged` and `secrets` are the SDK's, not the user's. */
export const commonFields = {
  host: hostSchema.describe("The Linux host that the object is kept on, and how to reach it."),
  adopt: z
    .boolean()
    .optional()
    .describe(
      "Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false.",
    ),
  owner: ownerSchema.describe("The declaring project, stack and resource name."),
  unmanaged: z.array(z.string()).optional().describe("Fields that are left as found, from the resource option `ignoreChanges`."),
  secrets: z.array(z.string()).optional().describe("Fields whose values no message may show."),
};

/** The whole input of a resource: the kind's own fields and the common ones, all unknown keys refused. */
export const resourceSchema = (kind: AnyKind): z.ZodObject => kind.schema.safeExtend(commonFields);
