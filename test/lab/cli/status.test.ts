import assert from "node:assert/strict";
import { painter } from "../../../cli/drawing";
import { askOver } from "../../../cli/question";
import { statusOf, statusQuestion } from "../../../cli/status-question";
import { statusText } from "../../../cli/status-text";
import type { Connection } from "../../../provider/transport/connection";
import { namespacesWork } from "../../fixtures/namespace";
import { type Box, namespace } from "../commit/box";
import { conntrack, twoLines } from "./two-lines";

describe("pulumi-multipath status, in a network namespace", function () {
  this.timeout(60_000);
  let on: Box;
  let connection: Connection;

  before(async function () {
    if (!namespacesWork()) this.skip();
    on = await namespace();
    connection = await on.connect();
    await on.sh(twoLines);
  });

  after(() => on.down());

  const status = async (measure = false) => statusOf(await askOver(connection, statusQuestion(measure)));
  const text = async () => statusText(await status(), { name: "gw", columns: 80, paint: painter(false) });

  it("tells of each line how it is, what its device carries, and its share by weight", async () => {
    const { lines, monitorAlive, routes, transitions } = await status(true);
    assert.deepEqual(
      lines.map(({ name, carrier, health, shareByWeight }) => [name, carrier, health?.state, shareByWeight]),
      [
        ["adsl", true, "up", 9 / 19],
        ["bdsl", true, "up", 10 / 19],
      ],
    );
    assert.ok(lines.every(({ traffic }) => traffic !== undefined));
    assert.equal(monitorAlive, true);
    assert.deepEqual(routes[0]?.resource, { kind: "Route", name: "uplink", project: "network", stack: "prod" });
    assert.equal(transitions.length, 2);
  });

  it("measures what a device carries between two looks", async () => {
    const first = await status();
    // Nobody answers; each packet is counted all the same.
    await on.sh(
      `ip neigh add 198.51.100.1 lladdr 02:00:00:00:00:01 dev adsl; ip route add 198.51.100.1 dev adsl
       bash -c 'for n in 1 2 3 4 5 6 7 8 9; do echo x >/dev/udp/198.51.100.1/9; done'
       ip route del 198.51.100.1`,
    );
    const then = statusOf(await askOver(connection, statusQuestion(false)), first.counters);
    const [adsl, bdsl] = then.lines;
    assert.ok((adsl?.traffic?.sent ?? 0) > 100, JSON.stringify(adsl?.traffic));
    assert.ok((adsl?.shareOfTraffic ?? 0) > 0.9 && (bdsl?.shareOfTraffic ?? 1) < 0.1, JSON.stringify(then.lines));
  });

  it("counts connections by the line that their mark names", async () => {
    if (!(await conntrack(on))) return;
    const { lines, flows } = await status();
    assert.deepEqual([flows?.total, lines.map((line) => line.flows)], [1, [0, 1]]);
  });

  it("shows a next hop that the line monitor has left out", async () => {
    await on.sh("ip route replace default proto 205 via 198.51.100.1 dev adsl onlink");
    assert.match(await text(), /^ {2}default: adsl weight 9 \(100 %\), bdsl left out$/m);
    await on.sh(
      "ip route replace default proto 205 nexthop via 198.51.100.1 dev adsl weight 9 onlink nexthop via 198.51.100.2 dev bdsl weight 10 onlink",
    );
  });

  it("says so when the monitor has ended", async () => {
    await on.sh("sed -i 's/^monitor [0-9]*/monitor 4194999/' /run/pulumi-multipath/lines/health");
    assert.match(await text(), /^the line monitor is gone \(it was process 4194999\)/m);
  });

  it("shows the routes over several lines and their devices where there is no monitor", async () => {
    await on.sh(
      "rm -r /run/pulumi-multipath; rm /etc/pulumi-multipath/current/objects.d/*LineMonitor*; ip link set bdsl-far down; until ip link show bdsl | grep -q NO-CARRIER; do sleep 0.02; done",
    );
    const shown = await text();
    assert.match(shown, /no line monitor: nobody looks whether the lines are alive/);
    assert.match(shown, /^● adsl +not watched/m);
    assert.match(shown, /^✕ bdsl +not watched +no carrier$/m);
    assert.match(shown, /^ {2}default: adsl weight 9 \(47 %\), bdsl weight 10 \(53 %\)$/m);
  });

  it("says so where nothing is", async () => {
    await on.sh("ip route del default; rm /etc/pulumi-multipath/current/objects.d/*");
    assert.match(await text(), /^No line monitor runs there, and no multipath route is in place\.$/m);
  });
});
