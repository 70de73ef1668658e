import { type Host, hostSchema } from "../provider/host";
import { parseJumpHosts } from "../provider/jump-hosts";
import { UsageError } from "./usage";

/** How a command's HOST is reached, besides what it says itself. */
export interface HostOptions {
  readonly become?: boolean | undefined;
  readonly identity?: string | undefined;
}

/**
 * `[user@]host[:port]`, or an alias of ssh_config, as `ssh` would take it; the host key is checked against known_hosts.
 * @throws UsageError when it is none of these
 */
export function hostOf(text: string | undefined, { become, identity }: HostOptions): Host {
  if (text === undefined) throw new UsageError("HOST is missing: `[user@]host[:port]`, or an alias of ssh_config.");
  const [only, ...more] = parseJumpHosts(text) ?? [];
  const parsed = hostSchema.safeParse({ ...only, ...(become && { become }), ...(identity && { identityFile: identity }) });
  if (parsed.error?.issues.some(({ path }) => path[0] === "identityFile"))
    throw new UsageError("--identity must be the path of a file with a private key.");
  if (!only || more.length > 0 || !parsed.success)
    throw new UsageError(`HOST is ${JSON.stringify(text)}: must be \`[user@]host[:port]\`, or an alias of ssh_config.`);
  return parsed.data;
}
