import { z } from "zod";
import { hostSchema } from "./host";
import { deviceName, ipAddress, whole } from "./iproute/tokens";
import type { ResourceKind } from "./group";

/** Who declares an object: filled in by the SDK, for messages and for re-adoption after a crash. */
const ownerSchema = z.strictObject({
  project: z.string(),
  stack: z.string(),
  name: z.string(),
  parents: z.string().optional().describe("The parents' types as they stand in the resource's URN."),
});

const reachTarget = z
  .strictObject({
    address: ipAddress.describe("The address that must answer, e.g. `192.0.2.1`."),
    port: whole(1, 65535)
      .optional()
      .describe("A TCP port that must take a connection; needs bash on the host. Default: none, and an echo request (ping)."),
    from: deviceName
      .optional()
      .describe("The device that the echo request leaves by, e.g. `adsl`. Default: the one that the host's routes say."),
  })
  .refine(({ port, from }) => port === undefined || from === undefined, {
    path: ["from"],
    message: "a TCP connection can't be bound to a device; leave from out, or port",
  })
  .meta({ expected: 'an object such as { address: "192.0.2.1" }' });

/** What every kind takes besides its own fields. `owner`, `unmanaged` and `secrets` are the SDK's, not the user's. */
export const commonFields = {
  host: hostSchema.describe("The Linux host that the object is kept on, and how to reach it."),
  adopt: z
    .boolean()
    .optional()
    .describe(
      "Take over an object with the same identity that is already there, even if it differs and is not ours. Default: false.",
    ),
  mustReach: z
    .array(reachTarget)
    .optional()
    .describe(
      "What the host must be able to reach once this is created or changed: otherwise the host undoes the change, as if it could not be confirmed. " +
        "It is asked on the host, again and again for 5 s. Default: nothing.",
    ),
  owner: ownerSchema.describe("The declaring project, stack and resource name."),
  unmanaged: z.array(z.string()).optional().describe("Fields that are left as found, from the resource option `ignoreChanges`."),
  secrets: z.array(z.string()).optional().describe("Fields whose values no message may show."),
};

/** The whole input of a resource: the kind's own fields and the common ones, all unknown keys refused. */
export const resourceSchema = (kind: ResourceKind): z.ZodObject => kind.schema.safeExtend(commonFields);
