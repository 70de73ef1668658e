import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Explanation } from "../../../cli/explanation";
import type { Status } from "../../../cli/status-question";
import { Gateway } from "../../fixtures/gateway";
import { fakeMonitor } from "./fake-monitor";
import { Laptop } from "./laptop";

describe("The commands, on the lab gateway over SSH", function () {
  this.timeout(300_000);
  let gateway: Gateway;
  let laptop: Laptop;
  const route =
    "default table 300 proto 205 nexthop via 198.51.100.1 dev adsl weight 9 onlink nexthop via 198.51.100.2 dev bdsl weight 10 onlink";

  before(async () => {
    gateway = await Gateway.up();
    laptop = new Laptop(gateway);
    await gateway.sh(
      `${fakeMonitor()}\ncd /; modprobe nf_conntrack; ip route add ${route} && ip rule add priority 300 from 172.20.0.0/24 table 300`,
    );
  });

  after(async () => {
    laptop.close();
    await gateway.sh(
      "echo end >/run/pulumi-multipath/lines/fifo; rm -rf /run/pulumi-multipath /run/fake-monitor.sh; ip rule del priority 300; ip route flush table 300",
    );
  });

  it("status shows the lines, as text, as JSON and as a page; of connections only to root", async () => {
    const shown = await laptop.run("status", "gw", "--become");
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^gw {2}\S+ {2}\d+ connections\nthe line monitor has been running for /);
    assert.match(shown.stdout, /^● bdsl {5}up /m);
    const { lines, routes } = JSON.parse((await laptop.run("status", "gw", "--json")).stdout) as Status;
    assert.deepEqual([lines.map(({ name }) => name), routes.map(({ table }) => table)], [["adsl", "bdsl"], [300]]);
    const page = join(laptop.home, "lines.html");
    assert.equal((await laptop.run("status", "gw", "--html", page)).code, 0);
    assert.match(readFileSync(page, "utf8"), /^<!doctype html>/);
  });

  it("explain asks the kernel, and conntrack of connections that it knows", async () => {
    const { stdout, stderr } = await laptop.run("explain", "gw", "tcp 172.20.0.10:40000 -> 198.18.0.7:443", "--become", "--json");
    const { rules, result, sawConnections } = JSON.parse(stdout || JSON.stringify(stderr)) as Explanation;
    assert.equal(sawConnections, true);
    assert.deepEqual(rules.at(-1)?.priority, 300);
    assert.ok(result.kind === "sent");
    assert.deepEqual([result.route.table, result.hops.length, result.line?.state], [300, 2, "up"]);
  });

  it("drain and pause speak to the line monitor, as root only", async () => {
    const refused = await laptop.run("drain", "gw", "bdsl");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^Only root may speak to the line monitor of gw: .* add --become /);
    assert.match(
      (await laptop.run("drain", "gw", "bdsl", "--become")).stdout,
      /^bdsl of gw is drained: new connections take adsl\./,
    );
    assert.match(
      (await laptop.run("pause", "gw", "--for", "10m", "--become")).stdout,
      /^The line monitor of gw is paused until /,
    );
    assert.match((await laptop.run("status", "gw")).stdout, /^paused since .*\n[^]*^◌ bdsl {5}drained /m);
    assert.match((await laptop.run("drain", "gw", "bdsl", "--end", "--become")).stdout, /it carries traffic again/);
    assert.match((await laptop.run("pause", "gw", "--end", "--become")).stdout, /is at work again/);
  });

  it("undo says that there is nothing to undo, and asks nobody where there is no terminal", async () => {
    const { code, stderr } = await laptop.run("undo", "gw", "--become");
    assert.equal(code, 1);
    assert.match(stderr, /^gw has no change that could be taken back: /);
  });

  it("--help names every command, and each its own arguments", async () => {
    const all = await laptop.run("--help");
    assert.deepEqual(
      [...all.stdout.matchAll(/pulumi-multipath (\w+) HOST/g)].map(([, name]) => name),
      ["status", "explain", "drain", "pause", "history", "undo"],
    );
    assert.match((await laptop.run("drain", "--help")).stdout, /^usage: pulumi-multipath drain HOST LINE \[--end\]/);
  });
});
