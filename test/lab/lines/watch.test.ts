import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kernel } from "../kinds/kernel";

const program = join(__dirname, "../../../on-host/line-watch.pl");
const settings = "settings 50 0 3 8 20";

/** What answers a tcp, an http and a dns probe: `http` with what `status` holds. */
const servers = `
  const { createServer } = require("node:net"), { readFileSync } = require("node:fs");
  createServer((socket) => socket.on("error", () => {}).end()).listen(7001, "127.0.0.1");
  require("node:http").createServer((request, response) => {
    response.writeHead(Number(readFileSync("status", "utf8")));
    response.end(request.headers.host);
  }).listen(7002, "127.0.0.1");
  const dns = require("node:dgram").createSocket("udp4");
  dns.on("message", (question, { port, address }) => dns.send(question, port, address)).bind(7003, "127.0.0.1");
`;

/** The monitor's eyes by themselves, in a network namespace of their own. */
describe("line-watch.pl", function () {
  this.timeout(60_000);
  let kernel: Kernel;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "watch-"));
    kernel = await Kernel.open();
    // Duplicate address detection would be an event of its own, a second after a device is up.
    await kernel.run(
      `cd ${folder} && echo 200 >status; for n in 0 1; do echo 1 >/proc/sys/net/ipv6/conf/line$n/disable_ipv6; done`,
    );
    await kernel.run(`'${process.execPath}' -e '${servers}' >servers.log 2>&1 & server=$!`);
    await until("ss -Hltn | grep -q :7001 && ss -Hltn | grep -q :7002 && ss -Hlun | grep -q :7003");
  });

  after(async () => {
    await kernel.run("kill $server $watch $holder 2>/dev/null");
    await kernel.close();
    rmSync(folder, { recursive: true });
  });

  afterEach(() => kernel.run("kill $watch 2>/dev/null; wait $watch"));

  async function until(condition: string, seconds = 20): Promise<void> {
    const failed = await kernel.run(
      `n=0; until ${condition}; do n=$((n + 1)); [ $n -lt ${seconds * 20} ] || { cat said; echo not: '${condition.replaceAll("'", "")}'; break; }; sleep 0.05; done`,
    );
    assert.equal(failed, "");
  }

  const tell = (...lines: string[]) =>
    kernel.run(`printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} >next && mv next probes`);
  const said = () => kernel.run("cat said");
  const target = (t: number, kind: string, source = "127.0.0.1", period = 100) =>
    `target 1 ${t} ${period} 0 ${source} - 0 0 ${kind}`;

  async function watch(...lines: string[]): Promise<void> {
    await tell(settings, ...lines);
    await kernel.run(`>lock; >said; perl -w ${program} probes $$ lock >>said 2>&1 & watch=$!`);
    await until("grep -q ^look said");
  }

  const kinds = [
    "icmp 127.0.0.1",
    "tcp 127.0.0.1 7001",
    "http 127.0.0.1 7002 example.net /health",
    "dns 127.0.0.1 7003 example.net",
    "command [ -e status ] && [ $LINE.$DEVICE.$ADDRESS.$GATEWAY.$MARK = adsl.line0.127.0.0.1.192.0.0.1.0 ]",
  ];

  it("asks in every way that there is", async () => {
    await watch("line 1 adsl line0 192.0.0.1", ...kinds.map((kind, n) => target(n + 1, kind)), target(6, "icmp ::1", "::1"));
    for (const t of [1, 2, 3, 4, 5, 6]) await until(`grep -q "^answers 1 ${t} 8$" said`);
    assert.doesNotMatch(await said(), /silent|lossy|uninitialized| line \d/);
  });

  it("tells that somebody is silent, and why where that is known", async () => {
    await watch("line 1 adsl line0 192.0.0.1", target(1, "http 127.0.0.1 7002 example.net /"), target(2, "tcp 127.0.0.1 7009"));
    await until("grep -q '^answers 1 1 8$' said && grep -q '^silent 1 2 127.0.0.1 Connection refused$' said");
    await kernel.run("echo 503 >status");
    await until("grep -q '^silent 1 1 127.0.0.1 answered 503$' said");
    await kernel.run("echo 200 >status; >said");
    await until("grep -q '^answers 1 1 8$' said");

    const [, , , , command = ""] = kinds;
    await kernel.run("kill $watch; wait $watch");
    await watch(
      "line 1 adsl line0 192.0.0.1",
      target(1, "dns 127.0.0.1 7008 example.net"),
      target(2, command.replace("status", "absent")),
    );
    await until("grep -q '^silent 1 1 127.0.0.1 Connection refused$' said && grep -q '^silent 1 2$' said");
  });

  it("tells what this host itself says, and hears again of a target whose route has come", async () => {
    await watch("line 1 adsl line0 192.0.0.1", target(1, "icmp 10.77.0.1", "192.0.0.2"));
    await until("grep -q '^silent 1 1 - Network is unreachable$' said");
    await kernel.run("ip address add 10.77.0.1/32 dev lo");
    await until("grep -q '^answers 1 1 8$' said");
    await kernel.run("ip address del 10.77.0.1/32 dev lo");
  });

  it("holds the lock when it tells that somebody is silent, unless somebody has it, and lets it go when it is told to", async () => {
    await watch("line 1 adsl line0 192.0.0.1", target(1, "tcp 127.0.0.1 7009"));
    await until("grep -q '^free$' said");
    assert.match(await said(), /^held\nsilent 1 1 .*\ncalm\nfree$/m);
    assert.equal(await kernel.run("flock -n lock echo mine"), "");
    await kernel.run("kill -USR1 $watch");
    await until("[ $(flock -n lock echo mine)x = minex ]");

    await kernel.run("kill $watch; wait $watch; flock lock sleep 30 & holder=$!");
    await watch("line 1 adsl line0 192.0.0.1", target(1, "tcp 127.0.0.1 7009"));
    await until("grep -q '^silent 1 1 ' said");
    assert.doesNotMatch(await said(), /held|free/);
    await kernel.run("kill $holder");
  });

  it("hears of carriers, addresses and default routes, of the lines' devices only", async () => {
    await watch("line 1 adsl line0 192.0.0.1", "line 2 bdsl later -", "follow-routes");
    await until("grep -q '^carrier line0 yes$' said");
    await kernel.run(">said; ip link set far0 down");
    await until("grep -q '^carrier line0 no$' said");
    await kernel.run(">said; ip link set far0 up; ip link set far1 down; ip link set far1 up");
    await until("grep -q '^carrier line0 yes$' said && grep -q '^look$' said");
    assert.doesNotMatch(await said(), /line1/);
    await kernel.run(">said; ip address add 192.0.0.9/32 dev line1; sleep 0.3");
    assert.doesNotMatch(await said(), /look/);
    await kernel.run("ip address add 192.0.0.9/32 dev line0");
    await until("grep -q '^look$' said");
    await kernel.run(
      ">said; ip route add default via 192.0.1.9 dev line1; ip route add default dev line0 metric 9 proto 205; sleep 0.3",
    );
    assert.doesNotMatch(await said(), /look/);
    await kernel.run("ip route add default via 192.0.0.77 dev line0 metric 10 proto dhcp");
    await until("grep -q '^look$' said");
    await kernel.run(">said; ip route add default proto ra metric 11 nexthop via 192.0.1.77 nexthop via 192.0.0.77");
    await until("grep -q '^look$' said");
    await kernel.run("ip link add later type veth peer name farlater; ip link set farlater up; ip link set later up");
    await until("grep -q '^carrier later yes$' said");
    await kernel.run("ip link del later");
    await until("grep -q '^carrier later gone$' said");
  });

  it("goes on with what has not changed when its file is replaced", async () => {
    const before = ["line 1 adsl line0 192.0.0.1", target(1, "icmp 127.0.0.1"), target(3, "tcp 127.0.0.1 7009")];
    await watch(...before);
    await until("grep -q '^answers 1 1 8$' said && grep -q '^silent 1 3 ' said");
    await kernel.run(">said");
    await tell(settings, ...before, target(2, "icmp 127.0.0.2"));
    await until("grep -q '^answers 1 2 8$' said && grep -q '^counts 1 1 ' said");
    assert.doesNotMatch(await said(), /silent|doubt/);
  });

  it("ends with the monitor that has started it, and when there is no line any more", async () => {
    await kernel.run(
      `printf '%s\\n' '${settings}' 'line 1 adsl line0 -' >probes; sh -c 'perl -w ${program} probes $$ lock >>said 2>&1 & echo $! >watching; sleep 1'`,
    );
    await until("[ ! -d /proc/$(cat watching) ]");
    await watch("line 1 adsl line0 -");
    await tell(settings);
    await until("[ ! -d /proc/$watch ] || grep -q 'State:.Z' /proc/$watch/status");
  });
});
