import assert from "node:assert/strict";
import { type Box, change, drop, hostState, onEachBox, settled } from "./box";
import { RandomChanges, devices, master, namesIn } from "./random-changes";
import { assertSame, wholeHost } from "./whole-host";

onEachBox("Undo", (open, thorough) => {
  const sequences = Number(process.env.UNDO_SEQUENCES ?? (thorough ? 40 : 2));
  /** The same ones in each run of the tests; others in each run of UNDO_SEQUENCES. UNDO_SEED=N repeats one that failed. */
  const others = process.env.UNDO_SEQUENCES === undefined ? 1 : Math.floor(Math.random() * 1e9);
  const firstSeed = Number(process.env.UNDO_SEED ?? others);
  let on: Box;

  before(async () => {
    on = await open();
    // A link that is up again would otherwise wait for a second or two to see whether its address is its own.
    await on.sh(
      `echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
       for d in ${devices.join(" ")}; do
         ip link add $d type veth peer name $d-far; ip link set $d up; ip link set $d-far up
         echo 0 >/proc/sys/net/ipv4/conf/$d/promote_secondaries
       done
       ip link add ${master} address 02:00:00:00:77:0f type bond 2>/dev/null || ip link add ${master} address 02:00:00:00:77:0f type bridge
       # Of a device that has never had a carrier the kernel makes an IPv6 address when it gets one: it has a member that stays.
       ip link add ${master}-port type veth peer name ${master}-far
       ip link set ${master}-port master ${master}
       for d in ${master} ${master}-port ${master}-far; do ip link set $d up; done
       ip addr add 198.51.100.9/32 dev lo`,
    );
    await settled(on);
  });

  after(async () => {
    await on.sh(
      `{ echo 1 >/proc/sys/net/ipv6/conf/default/accept_dad
         for d in ${[...devices, master, `${master}-port`].join(" ")}; do ip link del $d; done; ip addr del 198.51.100.9/32 dev lo; ip nexthop flush protocol 205
         for f in 4 6; do ip -$f route flush proto 205; ip -$f route flush table 500; for p in 20000 20001; do while ip -$f rule del priority $p; do :; done; done; done
       } 2>/dev/null; :`,
    );
    await on.down();
  });

  const refused = drop("route", "ip -6", "route del 2001:db8:dead::/64 table 999", []);

  it(`puts everything back exactly: ${sequences} random changes in a row, from seed ${firstSeed}`, async function () {
    this.timeout(60_000 + sequences * 5_000);
    for (let seed = firstSeed; seed < firstSeed + sequences; seed++) {
      const random = new RandomChanges(seed, !thorough);
      const churn = random.steps(6, namesIn(await hostState(on).look()));
      const batch = (family: 4 | 6) =>
        churn
          .filter(({ tool }) => tool === `ip -${family}`)
          .map(({ line }) => line)
          .join("\n");
      await on.sh(`{ ip -force -4 -batch - <<'X'\n${batch(4)}\nX\nip -force -6 -batch - <<'X'\n${batch(6)}\nX\n} 2>/dev/null; :`);
      await settled(on);
      const state = hostState(on);
      const steps = [...random.steps(8, namesIn(await state.look())), refused];
      const before = await wholeHost(on);
      const error = await state.commit(change("random", { steps })).catch((thrown: unknown) => thrown as Error);
      await settled(on);
      const message = error instanceof Error ? error.message : "applied";
      const lines = `seed ${seed}\n${steps.map(({ phase, tool, line }) => `${phase} ${tool} ${line}`).join("\n")}\n${message}`;
      const now = await wholeHost(on);
      const { wanted, lost } = asFarAsTheKernelLets(before, now);
      assertSame(withoutUncovered(before, now), wanted, lines);
      const end = lost ? /Everything was undone but for what these lines would restore:/ : /The gateway is as it was before\.$/;
      assert.match(message, end, lines);
    }
  });
});

/**
 * The state from before, but for next hops of multipath routes that were dead: the kernel may have revived one since, and refuses one through a link
 * that is down; then the route comes back without it, and that is told. Nor does it take an IPv4 route by an IPv6 gateway where the device has no
 * IPv6 any more, or an IPv6 route over a device that is down, as one is that is left of a multipath route, or
 * one that prefers a source that the host does not have.
 */
function asFarAsTheKernelLets(before: string, now: string): { wanted: string; lost: boolean } {
  const found = new Set(now.split("\n"));
  let lost = false;
  const wanted = before.split("\n").map((line) => {
    if (found.has(line)) return line;
    const isWhatIsLeft = / dead .*pref /.test(line) && !/nexthop /.test(line) && isDown(before, line);
    if (isWhatIsLeft || (/ via inet6 /.test(line) && isWithoutIpv6(before, line))) {
      lost = true;
      return undefined;
    }
    const source = / src (\S+) .*pref /.exec(line)?.[1];
    if (source !== undefined && !before.includes(` inet6 ${source}/`)) {
      lost = true;
      return line.replace(/ src \S+/, "");
    }
    if (!/nexthop .* dead/.test(line)) return line;
    const revived = [...found].find((other) => other.replaceAll(" dead", "") === line.replaceAll(" dead", ""));
    if (revived !== undefined) return revived;
    const [route = "", ...hops] = line.split(/ ?\\?\tnexthop /);
    const alive = hops.filter((hop) => !/ dead/.test(hop));
    assert.ok(
      hops.some((hop) => / dead/.test(hop) && isDown(before, hop)),
      `no link is down: ${line}`,
    );
    lost = true;
    const reduced = [...found].find((other) => wordsOf(other) === wordsOf(`${route} ${alive.join(" ")}`));
    return reduced ?? line;
  });
  return { wanted: wanted.filter((line) => line !== undefined).join("\n"), lost };
}

/** The kernel does not show an IPv6 route without a gateway between the next hops of a multipath route: before they had gone and come it was there too. */
function withoutUncovered(before: string, now: string): string {
  const known = new Set(before.split("\n"));
  const multipath = [...known].filter((line) => / pref .*nexthop /.test(line)).map(keyOf);
  const isUncovered = (line: string) =>
    / pref /.test(line) && !/ via /.test(line) && !known.has(line) && multipath.includes(keyOf(line));
  return now
    .split("\n")
    .filter((line) => !isUncovered(line))
    .join("\n");
}

const keyOf = (route: string): string =>
  [/^\d+ (\S+)/, / from (\S+)/, / table (\S+)/, / metric (\S+)/].map((word) => word.exec(route)?.[1]).join(" ");

const linkOf = (shown: string, route: string): string =>
  new RegExp(`^${/dev (\S+)/.exec(route)?.[1]}@\\S+: <.*`, "m").exec(shown)?.[0] ?? "";

const isDown = (shown: string, route: string): boolean => !/<(\S*,)?UP[,>]/.test(linkOf(shown, route));

const isWithoutIpv6 = (shown: string, route: string): boolean => Number(/ mtu (\d+)/.exec(linkOf(shown, route))?.[1]) < 1280;

/** In any order, and without the weight, which is not shown of an only next hop. */
const wordsOf = (line: string): string =>
  line
    .replace(/ weight \d+/g, "")
    .split(/[\s\\]+/)
    .filter((word) => word !== "nexthop")
    .toSorted()
    .join(" ");
