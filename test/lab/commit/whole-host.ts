import assert from "node:assert/strict";
import type { Box } from "./box";

/**
 * All that a change can reach, in a form in which two moments can be compared: links, addresses, routes, rules, permanent neighbours,
 * next hops, queueing disciplines and the settings of devices. Without what changes by itself, and without the order of links and of
 * what each of them has one of: a link that comes back is the newest, and local routes of IPv6 come in the kernel's own time.
 */
export async function wholeHost(on: Box): Promise<string> {
  const shown = await on.sh(`
    printf '%s\\n' 'addr show' 'neigh show nud permanent' 'neigh show proxy' 'nexthop show' | ip -N -d -o -batch -
    ip -N -d -o -4 route show table all
    ip -N -d -o -6 route show table all
    ip -N -d -4 rule show
    ip -N -d -6 rule show
    ip -d -o link show
    tc qdisc show
    grep -rs '' /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf /proc/sys/net/ipv4/neigh /proc/sys/net/ipv4/ip_forward; :`);
  return inOrder(shown.split("\n").map(masked)).join("\n");
}

/** What has no order of its own comes last, sorted. */
export function inOrder(lines: readonly string[]): string[] {
  return [...lines.filter((line) => !hasNoOrder(line)), ...lines.filter(hasNoOrder).toSorted()];
}

const hasNoOrder = (line: string) =>
  /^(\S+: <|\S+ +inet|\/proc|qdisc|[0-9a-f.:]+ dev|id )|^(1 fe80::\/64|[15] ff00::\/8|[24] [0-9a-f]*:[0-9a-f:]*) dev/.test(line);

function masked(line: string): string {
  return line
    .replace(/^\d+: (?=\S+: <|\S+ +inet)/, "")
    .replace(/(valid_lft|preferred_lft|expires) \d+sec/g, "$1 SOME")
    .replace(/ (tentative|dadfailed|linkdown)(?= )/g, "")
    .replace(/NO-CARRIER,|,LOWER_UP|,M-DOWN| state [A-Z]+/g, "")
    .replace(/ (refcnt|promiscuity|allmulti|link_failure_count|num[tr]xqueues|ad_\w+|mii_status|active_slave) \S+/g, "")
    .replace(/ port_(id|no) \S+/g, "") // of a bridge: in the order in which its members came
    .replace(/ (\w+_timer|topology_change\w*|designated_\w+|root_\w+|bridge_id) +\S+/g, "")
    .replace(/ (bond|bridge)_slave state \w+/, " $1_slave")
    .replace(/ qdisc \w+/, "")
    .replace(/^(qdisc \w+) [89a-f]\w{3}:/, "$1 SOME:")
    .replace(/ +$/, "");
}

/** Fails with the lines that differ: the whole text is long. */
export function assertSame(now: string, before: string, what?: string): void {
  const without = (text: string, other: string) => {
    const lines = new Set(other.split("\n"));
    return text.split("\n").filter((line) => !lines.has(line));
  };
  assert.deepEqual({ missing: without(before, now), added: without(now, before) }, { missing: [], added: [] }, what);
  assert.ok(
    now === before,
    `in another order:\n${now
      .split("\n")
      .filter((line, n) => line !== before.split("\n")[n])
      .join("\n")}\n${what ?? ""}`,
  );
}
