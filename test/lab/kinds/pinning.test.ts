/** What ConnectionPinning does to connections, as a real kernel has it: two lines of two ISPs, a LAN behind them, a server far away. */
import assert from "node:assert/strict";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { hostSchema } from "../../../provider/host";
import { shown } from "../../../provider/kind";
import { connectionPinning } from "../../../provider/kinds/connection-pinning";
import { commandsOf } from "../../../provider/kinds/connection-pinning-commands";
import type { ConnectionPinning } from "../../../provider/kinds/connection-pinning-fields";
import { connectionPinningTable } from "../../../provider/kinds/connection-pinning-table";
import { createPlan } from "../../../provider/plans";
import { type Namespace, namespacesWork, startNamespace } from "../../fixtures/namespace";
import { anyPinning } from "../../unit/kinds/any-pinning";
import { snapshotOf } from "../../unit/kinds/live";

const program = join(__dirname, "fixtures/flows.cjs");
const adsl = "198.51.100.2";
const bdsl = "203.0.113.2";
const far = "198.18.0.1";
const flows = 40;

/** The gateway is the namespace itself. */
const world = `
for name in lan adsl-isp bdsl-isp far; do ip netns add $name; ip -n $name link set lo up; done
link() { # GATEWAY'S-END NAMESPACE OTHER-END
  ip link add $1 type veth peer name $3 netns $2
  ip link set $1 up; ip -n $2 link set $3 up
}
link lan0 lan eth0
link adsl adsl-isp line
link bdsl bdsl-isp line
for isp in adsl bdsl; do
  ip -n $isp-isp link add far type veth peer name $isp netns far
  ip -n $isp-isp link set far up; ip -n far link set $isp up
done
for name in '' lan adsl-isp bdsl-isp far; do
  \${name:+ip netns exec $name} sh -c '
    for all in all default; do
      echo 2 >/proc/sys/net/ipv4/conf/$all/rp_filter; echo 0 >/proc/sys/net/ipv6/conf/$all/accept_dad; echo 1 >/proc/sys/net/ipv6/conf/$all/forwarding
    done
    for device in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 >$device; done
    echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy; echo 1 >/proc/sys/net/ipv6/fib_multipath_hash_policy
    echo 0 >/proc/sys/net/core/txrehash 2>/dev/null || :'
done
batch() { ip \${1:+-n $1} -batch - ; }
batch '' <<end
addr add 10.0.0.1/24 dev lan0
addr add 2001:db8:a::1/64 dev lan0 nodad
addr add ${adsl}/30 dev adsl
addr add 2001:db8:1::2/64 dev adsl nodad
addr add ${bdsl}/30 dev bdsl
addr add 2001:db8:2::2/64 dev bdsl nodad
route add default via 198.51.100.1 dev adsl table 20501
route add default via 203.0.113.1 dev bdsl table 20502
route add default via 2001:db8:1::1 dev adsl table 20501
route add default via 2001:db8:2::1 dev bdsl table 20502
end
batch lan <<end
addr add 10.0.0.2/24 dev eth0
addr add 2001:db8:a::2/64 dev eth0 nodad
route add default via 10.0.0.1
route add default via 2001:db8:a::1
end
isp() { # NAME GATEWAY'S-SIDE NUMBER
  batch $1-isp <<end
addr add $2/30 dev line
addr add 2001:db8:$3::1/64 dev line nodad
addr add 10.1.$3.1/30 dev far
addr add 2001:db8:1$3::1/64 dev far nodad
route add default via 10.1.$3.2
route add 2001:db8:a::/64 via 2001:db8:$3::2
route add default via 2001:db8:1$3::2
end
  batch far <<end
addr add 10.1.$3.2/30 dev $1
addr add 2001:db8:1$3::2/64 dev $1 nodad
route add \${2%.*}.0/30 via 10.1.$3.1
end
  ip netns exec $1-isp nft 'add table inet count; add chain inet count forward { type filter hook forward priority 0; }; add rule inet count forward iifname line ip6 saddr 2001:db8:a::2 counter'
  # As ISPs do with addresses that are not theirs.
  ip netns exec $1-isp nft add rule inet count forward iifname line ip saddr != \${2%.*}.0/30 drop
}
isp adsl 198.51.100.1 1
isp bdsl 203.0.113.1 2
batch far <<end
addr add ${far}/32 dev lo
addr add 2001:db8:f::1/128 dev lo nodad
route add 2001:db8:a::/64 via 2001:db8:11::1
end
`;

describe("Connections over two lines", function () {
  this.timeout(120_000);
  let gateway: Namespace;
  const children: ChildProcessByStdio<Writable, Readable, null>[] = [];

  const node = (namespace: string, ...args: string[]) => {
    const [nsenter = "", ...inside] = gateway.enter;
    const prefix = namespace === "" ? [] : ["ip", "netns", "exec", namespace];
    const child = spawn(nsenter, [...inside, ...prefix, process.execPath, program, ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  };

  /** A client that keeps its connections. */
  const client = async (namespace: string) => {
    const child = node(namespace);
    const lines = createInterface({ input: child.stdout });
    const ask = async (command: string): Promise<Record<string, number>> => {
      child.stdin.write(`${command}\n`);
      const [line] = (await once(lines, "line")) as [string];
      return JSON.parse(line) as Record<string, number>;
    };
    return {
      open: (address: string, port: number, count = flows) => ask(`open ${count} ${address} ${port}`),
      check: () => ask("check"),
      close: () => ask("close"),
    };
  };
  const all = (by: Record<string, number>) => Object.values(by).reduce((sum, count) => sum + count, 0);

  before(async function () {
    if (!namespacesWork()) this.skip();
    gateway = await startNamespace(world);
    if ((await gateway.sh("nft list ruleset >/dev/null 2>&1 && echo works; :")) === "") this.skip();
    for (const [namespace, ...ports] of [
      ["far", "7000", "7003"],
      ["lan", "7001"],
      ["", "7002"],
    ] as const) {
      const server = node(namespace, "serve", ...ports);
      await once(server.stdout, "data");
    }
  });

  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await gateway?.down();
  });

  /** Routes of both families, each line by its weight; 0: it is left out, as the line monitor does. */
  const routes = (nine: number, ten: number) =>
    gateway.sh(
      (
        [
          ["-4", "198.51.100.1", "203.0.113.1"],
          ["-6", "2001:db8:1::1", "2001:db8:2::1"],
        ] as const
      )
        .map(
          ([family, one, other]) =>
            `ip ${family} route replace default proto 205 ${nine ? `nexthop via ${one} dev adsl weight ${nine}` : ""} ${ten ? `nexthop via ${other} dev bdsl weight ${ten}` : ""}`,
        )
        .join("\n"),
    );
  const onlyNat =
    "nft 'add table ip nat; add chain ip nat post { type nat hook postrouting priority srcnat; }; add rule ip nat post oifname { adsl, bdsl } masquerade'";
  const reset = () =>
    gateway.sh("nft flush ruleset; conntrack -F 2>/dev/null; for f in 4 6; do ip -$f rule flush protocol 205; done");

  const pin = async (fields: object = {}) => {
    const lines = [
      { name: "adsl", device: "adsl", masquerade: true },
      { name: "bdsl", device: "bdsl", masquerade: true },
    ];
    const declared = connectionPinning.schema.parse({ lines, ...fields });
    const owner = { project: "lab", stack: "test", name: "pinning" };
    const inputs = { host: hostSchema.parse({ address: "192.0.2.1" }), owner, ...declared };
    const steps = createPlan(connectionPinning, inputs, snapshotOf({ firewall: [] })).steps.map(shown);
    const nft = steps.filter((line) => line.startsWith("nft ")).map((line) => line.slice(4));
    await gateway.sh(`${steps.filter((line) => line.startsWith("ip ")).join("\n")}\nnft -f - <<'end'\n${nft.join("\n")}\nend`);
  };
  const die = (mark: string) =>
    gateway.sh(`nft delete element inet pulumi_multipath alive '{ ${mark} }'; conntrack -D --mark ${mark}/0x3f00 2>&1; :`);
  const recover = (mark: string) => gateway.sh(`nft add element inet pulumi_multipath alive '{ ${mark} }'`);

  afterEach(reset);

  for (const pinned of [false, true]) {
    describe(pinned ? "that are pinned" : "that are not pinned", () => {
      beforeEach(() => (pinned ? pin() : gateway.sh(onlyNat)));
      const survive = (by: Record<string, number>) =>
        pinned ? assert.equal(all(by), flows) : assert.ok(all(by) < flows, `all of ${flows} have survived`);

      it(`${pinned ? "all stay where they are" : "do not all survive"} when a line recovers`, async () => {
        await routes(0, 10);
        if (pinned) await die("0x100");
        const from = await client("lan");
        assert.deepEqual(await from.open(far, 7000), { [bdsl]: flows });
        await routes(9, 10);
        if (pinned) await recover("0x100");
        survive(await from.check());
        const both = await from.open(far, 7000, 20);
        assert.ok((both[adsl] ?? 0) > 0, "new ones use the line that has recovered");
        await from.close();
      });

      it(`${pinned ? "all stay where they are" : "do not all survive"} when weights change, or a line is left out`, async () => {
        await routes(9, 10);
        const from = await client("lan");
        const before = await from.open(far, 7000);
        assert.equal(all(before), flows);
        assert.equal(Object.keys(before).length, 2);
        await routes(1, 200);
        survive(await from.check());
        await routes(0, 10);
        if (pinned) assert.deepEqual(await from.check(), before);
        await from.close();
      });

      it(`${pinned ? "are answered" : "are not all answered"} by the line that they came in by, also through DNAT`, async () => {
        await routes(0, 10);
        await gateway.sh(
          "nft 'add table ip theirs; add chain ip theirs pre { type nat hook prerouting priority dstnat; }; add rule ip theirs pre tcp dport 7001 dnat to 10.0.0.2'",
        );
        const from = await client("far");
        for (const port of [7001, 7002]) {
          for (const address of [adsl, bdsl]) {
            const answered = all(await from.open(address, port, 10));
            if (pinned || address === bdsl) assert.equal(answered, 10, `${address} ${port}`);
            else assert.equal(answered, 0, `${address} ${port}`);
            await from.close();
          }
        }
      });

      it(`${pinned ? "all stay where they are" : "do not all survive"} when they are the host's own`, async () => {
        await routes(9, 10);
        const from = await client("");
        const before = await from.open(far, 7000);
        assert.equal(Object.keys(before).length, 2);
        await routes(0, 10);
        const counted = async () => Number(await gateway.sh("conntrack -L --mark 0x100/0x3f00 2>/dev/null | wc -l"));
        const after = await from.check();
        if (pinned) {
          assert.deepEqual(after, before);
          assert.equal(await counted(), before[adsl]);
        } else assert.ok(all(after) < flows);
        await from.close();
      });
    });
  }

  it("have, whatever is declared, a table that is seen as it was declared, and by no other declaration", async () => {
    const onHost = join(__dirname, "../../../on-host/state.sh");
    const some = fc.sample(anyPinning, { numRuns: 40, seed: Number(process.env.SEED ?? 1) });
    const all = some.map((input) => connectionPinningTable.schema.parse(input));
    for (const [place, declared] of all.entries()) {
      const [nft = ""] = connectionPinningTable.replay(declared);
      await gateway.sh(`nft -f - <<'end'\n${nft.slice(4)}\nend`);
      const snapshot = snapshotOf({ firewall: [(await gateway.sh(`. ${onHost}; state_table`)).trim()] });
      const planned = (desired: ConnectionPinning) =>
        connectionPinningTable.plan(desired, connectionPinningTable.observe(snapshot, desired, undefined));
      assert.deepEqual(planned(declared), []);
      const other = all[(place + 1) % all.length] ?? declared;
      assert.equal(planned(other).length > 0, !isDeepStrictEqual(commandsOf(other), commandsOf(declared)));
    }
  });

  it("of a dead line go by the other one, and only its entries are removed", async () => {
    await pin();
    await routes(9, 10);
    const from = await client("lan");
    const before = await from.open(far, 7000);
    await routes(0, 10);
    await die("0x100");
    assert.deepEqual(await from.check(), { [bdsl]: before[bdsl] });
    await from.close();
    assert.deepEqual(await from.open(far, 7000), { [bdsl]: flows });
    await routes(9, 10);
    await recover("0x100");
    assert.deepEqual(await from.check(), { [bdsl]: flows });
    await from.close();
  });

  it("that nobody has answered are not pinned: their next SYN may go by another line", async () => {
    await pin();
    await routes(9, 0);
    await gateway.sh("ip netns exec adsl-isp nft add rule inet count forward iifname line drop");
    const from = await client("lan");
    const opened = from.open(far, 7000);
    await gateway.sh("until [ $(conntrack -L 2>/dev/null | grep -c SYN_SENT) = 40 ]; do sleep 0.05; done");
    assert.equal(await gateway.sh("conntrack -L 2>/dev/null | grep -c 'mark=256' || :"), "0\n");
    await routes(0, 10);
    assert.deepEqual(await opened, { [bdsl]: flows });
    await from.close();
    await gateway.sh(
      "ip netns exec adsl-isp sh -c 'nft delete rule inet count forward handle $(nft -a list chain inet count forward | sed -n \"s/iifname .line. drop # handle //p\")'",
    );
  });

  it("of IPv6 stay on their line too", async () => {
    await pin();
    await routes(9, 10);
    const counted = async (isp: string) =>
      Number(/packets (\d+)/.exec(await gateway.sh(`ip netns exec ${isp}-isp nft list chain inet count forward`))?.[1]);
    const from = await client("lan");
    assert.equal(all(await from.open("2001:db8:f::1", 7000)), flows);
    await routes(0, 10);
    await from.check(); // what was on its way
    const before = await counted("adsl");
    assert.ok(before > 0);
    assert.equal(all(await from.check()), flows);
    assert.ok((await counted("adsl")) > before);
    await die("0x100");
    assert.equal(all(await from.check()), flows);
    const moved = await counted("adsl");
    await recover("0x100");
    assert.equal(all(await from.check()), flows);
    assert.equal(await counted("adsl"), moved, "what had to move stays where it is");
    await from.close();
  });

  it("send no larger packets than the way takes, in both directions, where that is declared", async () => {
    await gateway.sh("ip link set adsl mtu 1400; ip -n adsl-isp link set line mtu 1400");
    await routes(9, 0);
    const largest = async () => {
      const from = await client("lan");
      assert.equal(all(await from.open(far, 7003, 1)), 1);
      const sizes = await Promise.all(
        ["lan", "far"].map((name) =>
          gateway.sh(`ip netns exec ${name} ss -tinH dst :7003 or src :7003 | grep -o ' mss:[0-9]*' | cut -d: -f2`),
        ),
      );
      await from.close();
      return Math.max(...sizes.join("\n").split("\n").filter(Boolean).map(Number));
    };
    await pin();
    assert.ok((await largest()) > 1360);
    await reset();
    await pin({ clampMss: true });
    assert.ok((await largest()) <= 1360);
    await gateway.sh("ip link set adsl mtu 1500; ip -n adsl-isp link set line mtu 1500");
  });

  it("keep what else is in marks, and probes are left alone", async () => {
    await pin();
    await routes(9, 10);
    await gateway.sh(
      "nft 'add table inet other; add chain inet other pre { type filter hook prerouting priority raw; }; add rule inet other pre iifname lan0 meta mark set 0x80010000; " +
        "add chain inet other seen { type filter hook postrouting priority 0; }; add rule inet other seen oifname { adsl, bdsl } meta mark & 0xffff0000 != 0x80010000 ip saddr 10.0.0.2 counter; add rule inet other seen meta mark & 0x3f00 != 0 counter'",
    );
    const from = await client("lan");
    await from.open(far, 7000);
    await from.check();
    const [lost, seen] = [...(await gateway.sh("nft list chain inet other seen")).matchAll(/packets (\d+)/g)].map(([, count]) =>
      Number(count),
    );
    assert.equal(lost, 0);
    assert.ok((seen ?? 0) >= flows);
    await from.close();
    await gateway.sh("ip rule add priority 502 fwmark 0x4200/0x7f00 lookup 20502 protocol 205");
    await gateway.sh(
      "nft 'add table inet probe; add chain inet probe out { type route hook output priority raw; }; add rule inet probe out meta mark set 0x4200'",
    );
    const probe = await client("");
    assert.deepEqual(await probe.open(far, 7000), { [bdsl]: flows });
    await routes(9, 0);
    assert.deepEqual(await probe.check(), { [bdsl]: flows });
    assert.equal(
      await gateway.sh(
        `conntrack -L 2>/dev/null | grep 'src=10.0.0.2 ' | grep -c 'mark=0 '; conntrack -L 2>/dev/null | grep 'src=${bdsl} ' | grep -vc 'mark=0 '; :`,
      ),
      "0\n0\n",
    );
    await probe.close();
  });
});
