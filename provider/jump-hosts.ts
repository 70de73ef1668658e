import type { Host, JumpHost } from "./host";
import { isNone, jumpsOf } from "./transport/ssh-config/jump";

/**
 * Reads jump hosts as ssh's `-J` and ProxyJump have them: `[user@]host[:port]` or `ssh://[user@]host[:port]`, several with commas
 * between them, the first to be dialled first. `none` alone: no jump host.
 * @returns undefined when the text is none of this
 */
export function parseJumpHosts(text: string): JumpHost[] | undefined {
  if (isNone(text)) return [];
  return jumpsOf(text)?.map(({ user, host, port }) => ({
    address: host,
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port }),
  }));
}

/** The declared jump hosts, the first to be dialled first. Empty: none, whatever ssh_config says; undefined: ssh_config decides. */
export function jumpHostsOf({ proxyJump }: Pick<Host, "proxyJump">): readonly JumpHost[] | undefined {
  if (proxyJump === undefined) return undefined;
  return [proxyJump].flat().flatMap((each) => (typeof each === "string" ? (parseJumpHosts(each) ?? []) : [each]));
}
