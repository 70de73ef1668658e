import { z } from "zod";

const address = z.string().min(1).describe("Name or IP address of the host.");

const hostKey = z
  .string()
  .regex(
    /^(SHA256:[A-Za-z0-9+/]{43}=?|(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?)$/,
    "must be an OpenSSH public key line (`ssh-ed25519 AAAA...`) or a fingerprint (`SHA256:...`)",
  );

/** How to reach a Linux host. The same values work from a laptop and from a pipeline. */
export const hostSchema = z.strictObject({
  address: z
    .union([address, z.array(address).min(1)])
    .describe("Name or IP address of the host; or a list that is tried in order."),
  port: z.number().int().min(1).max(65535).default(22).describe("TCP port of sshd."),
  user: z.string().min(1).default("root").describe("The user to log in as."),
  hostKey: z
    .union([hostKey, z.array(hostKey).min(1)])
    .optional()
    .describe(
      "The host's public key as an OpenSSH key line or SHA256 fingerprint, one or several. Left out: known_hosts decides. There is no trust on first use.",
    ),
  become: z.boolean().default(false).describe("Run as root through `sudo -n` after logging in as `user`."),
  identityFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Path of the private key to log in with, as seen where `pulumi` runs. Takes no part in a diff. Left out: the agent and the usual files.",
    ),
  requireLive: z
    .boolean()
    .default(false)
    .describe("Fail a preview when the host can't be reached, instead of comparing with the recorded state."),
  machine: z
    .string()
    .min(1)
    .optional()
    .describe("A label of yours for the machine. Changing it says that this is another machine: resources are replaced."),
});

export type Host = z.output<typeof hostSchema>;

/** For messages: `admin@192.0.2.1:22`. */
export function hostName(host: Host): string {
  const address = Array.isArray(host.address) ? host.address[0] : host.address;
  return host.port === 22 ? `${host.user}@${address}` : `${host.user}@${address}:${host.port}`;
}

/** The part of a host that decides which machine is reached and as whom; what is local to a laptop takes no part in a diff. */
export function sharedPart(host: Host): Omit<Host, "identityFile" | "requireLive"> {
  const { identityFile: _identityFile, requireLive: _requireLive, ...shared } = host;
  return shared;
}
