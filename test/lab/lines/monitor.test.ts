import assert from "node:assert/strict";
import { Gateway } from "../../fixtures/gateway";
import { Lines, work } from "../../fixtures/lines";

/** The starting case on the lab gateway, in IPv4 and IPv6, with two targets a line. */
describe("The line monitor", function () {
  this.timeout(240_000);
  let gateway: Gateway;
  let on: Lines;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    // Damping has a test of its own: here each death counts as the first.
    on = await Lines.declare(gateway, { settings: undamped });
  });

  after(() => gateway.reset());

  afterEach(async () => {
    for (const line of ["adsl", "bdsl"] as const) {
      await gateway.lab.restoreLine(line);
      await on.run(on.tell(`undrain ${line}`));
      await on.untilLine(line, "up");
    }
  });

  const undamped = { "max-hold-down": 0 };
  const both = ["adsl", "bdsl"];

  it("takes a line that dies silently out of the routes of both families, and puts it back in its place", async () => {
    await gateway.lab.failLine("adsl", "silent");
    await on.untilLine("adsl", "down");
    assert.deepEqual(await on.hops(4), ["bdsl"]);
    assert.deepEqual(await on.hops(6), ["bdsl"]);
    assert.deepEqual(await on.states(), { adsl: "down no answer from 198.18.0.1, 198.18.0.2", bdsl: "up" });
    await gateway.lab.restoreLine("adsl");
    await on.untilLine("adsl", "up");
    assert.deepEqual(await on.hops(4), both);
    assert.deepEqual(await on.hops(6), both);
    assert.match(await on.run("ip route show default proto 205"), /dev adsl weight 9 .*dev bdsl weight 10/s);
  });

  it("believes a router that says unreachable, and tells who said so", async () => {
    await gateway.lab.failLine("bdsl", "unreachable");
    await on.untilLine("bdsl", "down");
    assert.deepEqual(await on.hops(), ["adsl"]);
    assert.equal((await on.states()).bdsl, "down 198.51.100.2 answers Destination Host Unreachable");
  });

  it("sees at once that the Ethernet is down", async () => {
    await gateway.lab.failLine("bdsl", "ethernet");
    await on.untilLine("bdsl", "down");
    assert.deepEqual(await on.hops(), ["adsl"]);
    assert.equal((await on.states()).bdsl, "down bdsl has no carrier");
  });

  it("leaves a line alone that loses one of its targets", async () => {
    const before = await on.run(`cat ${work}/transitions`);
    await on.run("ip -n isp route add blackhole 198.18.0.2");
    try {
      await on.until(
        `grep -q '^target adsl icmp 198.18.0.2 dead' ${work}/targets && grep -q '^target bdsl icmp 198.18.0.2 dead' ${work}/targets`,
      );
      assert.equal(await on.run(`cat ${work}/transitions`), before);
      assert.deepEqual(await on.hops(), both);
    } finally {
      await on.run("ip -n isp route del blackhole 198.18.0.2");
    }
    await on.until(`[ "$(grep -c ' alive ' ${work}/targets)" = 4 ]`);
  });

  it("changes nothing when all lines are dead, and takes each as it comes back", async () => {
    await gateway.lab.failLine("adsl", "silent");
    await on.untilLine("adsl", "down");
    await gateway.lab.failLine("bdsl", "silent");
    await on.untilLine("bdsl", "down");
    assert.deepEqual(await on.hops(), ["bdsl"]);
    await gateway.lab.restoreLine("adsl");
    await on.untilLine("adsl", "up");
    assert.deepEqual(await on.hops(), ["adsl"]);
    await gateway.lab.restoreLine("bdsl");
    await on.untilLine("bdsl", "up");
    assert.deepEqual(await on.hops(), both);
  });

  for (const filter of [0, 1, 2]) {
    it(`never takes a dead line for alive while the other one lives, with rp_filter ${filter} for all devices`, async () => {
      await on.run(`sysctl -qw net.ipv4.conf.all.rp_filter=${filter}`);
      try {
        await gateway.lab.failLine("bdsl", "silent");
        await on.untilLine("bdsl", "down");
        const shown = await on.run(
          `for n in 1 2 3 4 5 6; do sleep 0.4; cat ${work}/health; ip -o route show default proto 205; done`,
        );
        assert.doesNotMatch(shown, /line bdsl up|dev bdsl/);
        assert.doesNotMatch(shown, /line adsl down/);
        await gateway.lab.restoreLine("bdsl");
        await on.untilLine("bdsl", "up");
      } finally {
        await on.run("sysctl -qw net.ipv4.conf.all.rp_filter=0");
      }
    });
  }

  it("goes on where it was when it is killed: back soon, and no dead line is alive meanwhile", async () => {
    await gateway.lab.failLine("adsl", "silent");
    await on.untilLine("adsl", "down");
    const shown = await on.run(`
      read -r _ killed _ <${work}/health
      kill -9 $killed
      n=0
      until read -r _ now _ <${work}/health && [ $now != $killed ]; do
        [ $n -lt 60 ] || exit 1
        n=$((n + 1))
        ip -o route show default proto 205
        sleep 0.1
      done
      cat ${work}/health
      sleep 1.5
      cat ${work}/health
      ip -o route show default proto 205`);
    assert.doesNotMatch(shown, /line adsl up|dev adsl/);
    assert.doesNotMatch(shown, /line bdsl down/);
    await gateway.lab.restoreLine("adsl");
    await on.untilLine("adsl", "up");
    assert.deepEqual(await on.hops(), both);
  });

  it("is started anew when it hangs, and a dead line stays out", async () => {
    await on.run(`
      mkdir -p /run/systemd/system/pulumi-multipath-lines.service.d
      printf '[Service]\\nWatchdogSec=12\\n' >/run/systemd/system/pulumi-multipath-lines.service.d/soon.conf
      systemctl daemon-reload; systemctl restart pulumi-multipath-lines`);
    await gateway.lab.failLine("adsl", "silent");
    await on.untilLine("adsl", "down");
    const hung = await on.run(`read -r _ monitor _ <${work}/health; kill -STOP $monitor; echo $monitor`);
    await on.until(`! grep -q '^monitor ${hung.trim()} ' ${work}/health`, 40);
    assert.equal((await on.states()).adsl, "down no answer from 198.18.0.1, 198.18.0.2");
    assert.deepEqual(await on.hops(), ["bdsl"]);
    await on.run("rm -r /run/systemd/system/pulumi-multipath-lines.service.d; systemctl daemon-reload");
  });

  it("does not mind the clock being set, while all is well and while a line is dead", async () => {
    const transitions = () => on.run(`cut -d ' ' -f 2- ${work}/transitions`);
    const before = await transitions();
    const set = (by: string) => on.run(`date -s '${by}' >/dev/null; sleep 1`);
    await set("1 hour");
    await set("2 hours ago");
    assert.equal(await transitions(), before);
    await gateway.lab.failLine("adsl", "silent");
    await on.untilLine("adsl", "down");
    await set("1 hour");
    await set("1 hour ago");
    assert.deepEqual(await on.hops(), ["bdsl"]);
    await gateway.lab.restoreLine("adsl");
    await on.untilLine("adsl", "up");
    await set("1 hour");
    const told = (await transitions()).slice(before.length);
    assert.equal(told, "adsl down no answer from 198.18.0.1, 198.18.0.2\nadsl up\n");
  });

  it("uses the address that a line is given while it is dead", async () => {
    await gateway.lab.failLine("bdsl", "silent");
    await on.untilLine("bdsl", "down");
    // Only the ISP's word makes an address its own: one of its range is as good.
    const moved = { settings: undamped, address: "203.0.113.77" };
    await on.run("ip address add 203.0.113.77/32 dev bdsl; ip address add 203.0.113.77/32 dev adsl");
    await on.redeclare(moved);
    await on.run("sleep 1");
    assert.deepEqual(await on.hops(), ["adsl"]);
    const left = await on.run("timeout 3 tcpdump -nl -c 4 -i bdsl icmp 2>/dev/null || :");
    assert.match(left, /IP 203\.0\.113\.77 > 198\.18\.0\.[12]: ICMP echo request/);
    await gateway.lab.restoreLine("bdsl");
    await on.untilLine("bdsl", "up");
    assert.deepEqual(await on.hops(), both);
    await on.redeclare({ settings: undamped });
    await on.run("ip address del 203.0.113.77/32 dev bdsl; ip address del 203.0.113.77/32 dev adsl");
  });

  it("runs a command when a line changes, at most once a second, and the last time with what is true", async () => {
    const command = 'echo "$(date +%s%N) $LINE $DEVICE $STATE $REASON" >>/run/changes';
    await on.redeclare({ settings: undamped, further: [`on-change ${command}`] });
    await gateway.lab.failLine("adsl", "unreachable");
    await on.untilLine("adsl", "down");
    const asked = [...Array<string[]>(5).fill(["drain bdsl ann@desk", "undrain bdsl"]).flat(), "drain bdsl ann@desk"];
    const drains = `grep -c ' bdsl drained ' ${work}/transitions || :`;
    const before = Number(await on.run(drains));
    const begin = Number(await on.run(`date +%s%N; ${on.tell(asked.join("\n"))}`)) / 1e9;
    // Not one of those in between: what a busy gateway writes down of them may come late.
    await on.until(`[ $(${drains}) -ge ${before + 6} ]`);
    await on.run("sleep 2");
    await on.until("tail -n 1 /run/changes | grep -q drained");
    await on.run(`date +%s%N >/run/undrained; ${on.tell("undrain bdsl")}`);
    await on.until(
      "tail -n 1 /run/changes | { read -r at _ _ state _ && [ $state = up ] && [ $at -gt $(cat /run/undrained) ]; }",
    );
    const told = (await on.run("cat /run/changes")).trim().split("\n");
    assert.match(told[0] ?? "", /^\d+ adsl adsl down 198\.51\.100\.1 answers Destination Host Unreachable$/);
    const ofBdsl = told.filter((line) => line.includes(" bdsl "));
    assert.deepEqual(
      ofBdsl.slice(-2).map((line) => line.slice(line.indexOf(" ") + 1).trim()),
      ["bdsl bdsl drained by ann@desk", "bdsl bdsl up"],
    );
    // A command reads its clock some time after it was started, on an emulated core: only the last one's is a bound, for all of them.
    const seconds = Number(ofBdsl.at(-1)?.split(" ")[0]) / 1e9 - begin;
    assert.ok(ofBdsl.length - 1 <= seconds, `${ofBdsl.length} times in ${seconds} s`);
    await on.redeclare({ settings: undamped });
  });

  it("takes other weights while a line is dead, and uses them when it is back", async () => {
    await gateway.lab.failLine("bdsl", "silent");
    await on.untilLine("bdsl", "down");
    await on.redeclare({ settings: undamped, weights: [1, 5] });
    await gateway.lab.restoreLine("bdsl");
    await on.untilLine("bdsl", "up");
    assert.match(await on.run("ip route show default proto 205"), /dev adsl weight 1 .*dev bdsl weight 5/s);
    await on.redeclare({ settings: undamped });
    await on.until("ip route show default proto 205 | grep -q 'dev bdsl weight 10'");
  });

  it("drains a line for whoever asks, and leaves all as it is while it is paused", async () => {
    await on.run(on.tell("drain adsl ann@desk"));
    await on.untilLine("adsl", "drained");
    assert.deepEqual(await on.hops(), ["bdsl"]);
    assert.equal((await on.states()).adsl, "drained ann@desk");
    await on.run(on.tell("undrain adsl"));
    await on.untilLine("adsl", "up");
    assert.deepEqual(await on.hops(), both);

    await on.run(on.tell("pause 60 ann@desk"));
    await on.until(`grep -Eq '^paused [0-9]+ [0-9]+ ann@desk$' ${work}/health`);
    await gateway.lab.failLine("adsl", "silent");
    await on.run("sleep 1.5");
    assert.deepEqual(await on.hops(), both);
    await on.run(on.tell("resume"));
    await on.untilLine("adsl", "down");
    assert.deepEqual(await on.hops(), ["bdsl"]);
  });

  it("keeps a line out longer each time that it dies again soon", async () => {
    await on.redeclare({ settings: { "max-hold-down": 60000 } });
    await on.run("sleep 2.5");
    const monitor = await on.run(`head -n 1 ${work}/health`);
    for (let death = 0; death < 4; death++) {
      await gateway.lab.failLine("bdsl", "silent");
      await on.untilLine("bdsl", "down");
      await gateway.lab.restoreLine("bdsl");
      await on.untilLine("bdsl", "up");
    }
    const transitions = await on.run(`grep ' bdsl ' ${work}/transitions | tail -n 8`);
    const times = transitions.split("\n").map((line) => Number(line.split(" ")[0]));
    const outs = [0, 2, 4, 6].map((n) => (times[n + 1] ?? 0) - (times[n] ?? 0));
    assert.ok((outs[1] ?? 0) >= 2 && (outs[2] ?? 0) >= 4 && (outs[3] ?? 0) >= 8, `kept out for ${outs.join(", ")} s`);
    assert.equal(await on.run(`head -n 1 ${work}/health`), monitor, "it was started anew");
    await on.redeclare({ settings: undamped });
    await on.run("sleep 2");
  });

  it("follows the address and gateway of a lease", async () => {
    await on.run(`
      ip -n switch address add 198.18.0.9/32 dev lo
      ip -n switch address add 10.9.0.1/24 dev port0
      ip -n switch address add 10.8.0.1/24 dev port0
      ip link set port0 up
      sysctl -qw net.ipv4.conf.port0.rp_filter=2
      ip rule add priority 503 fwmark 0x4300/0x7f00 table 20503 proto 205
      ip route add unreachable default metric 4278198272 table 20503 proto 205`);
    await on.redeclare({
      settings: undamped,
      further: [
        "line lte number 3 device port0 gateway4 dhcp gateway6 - address4 - address6 - interval 200",
        "target lte icmp 198.18.0.9",
      ],
      furtherHop: "nexthop via 10.9.0.1 dev port0 weight 5",
    });
    await on.untilLine("lte", "down");
    // As after a boot: nothing is known, and the route could not be restored, with a gateway that nothing leads to.
    await on.run(
      `systemctl stop pulumi-multipath-lines; rm -r ${work}; ip route del default proto 205; systemctl start pulumi-multipath-lines`,
    );
    await on.until("ip route show default proto 205 | grep -q 'dev bdsl'");
    await on.untilLine("lte", "down");
    assert.deepEqual(await on.hops(), both);
    const lease = (net: string) =>
      on.run(
        `ip address add ${net}.7/24 dev port0 && ip route add default via ${net}.1 dev port0 proto dhcp src ${net}.7 metric 1024`,
      );
    await lease("10.9.0");
    await on.untilLine("lte", "up");
    assert.deepEqual(await on.hops(), [...both, "port0"]);
    await on.run(
      "ip route del default dev port0 metric 1024; ip address del 10.9.0.7/24 dev port0; ip -n switch address del 10.9.0.1/24 dev port0",
    );
    await lease("10.8.0");
    await on.until("ip route show default proto 205 | grep -q 'via 10.8.0.1 dev port0 weight 5'");
    await on.untilLine("lte", "up");
    assert.match(await on.run("ip route show table 20503"), /^default via 10\.8\.0\.1 dev port0 .*src 10\.8\.0\.7/);
    await on.run("ip address del 10.8.0.7/24 dev port0");
    await on.until(`grep -q '^line lte down .* port0 has no address$' ${work}/health`);
    await on.redeclare({ settings: undamped });
    await on.until(`! grep -q '^line lte' ${work}/health`);
    await on.run("ip link set port0 down; ip rule del priority 503");
  });
});
