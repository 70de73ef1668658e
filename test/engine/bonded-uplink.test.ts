/** The starting case from one declaration: a dead line costs a second, and is no drift. */
import assert from "node:assert/strict";
import { Gateway } from "../fixtures/gateway";
import { Program } from "./fixtures/program";

const source = (adsl: number, bdsl: number): string => `
  const line = (name, router, weight) => ({ name, device: name, router, address: "203.0.113.5/32", weight });
  new multipath.BondedUplink("uplink", {
    host,
    lines: [line("adsl", "198.51.100.1", ${adsl}), line("bdsl", "198.51.100.2", ${bdsl})],
    targets: ["198.18.0.1", "198.18.0.2"],
  });`;

describe("A BondedUplink, with the real engine on the lab gateway", function () {
  this.timeout(400_000);
  let gateway: Gateway;
  let program: Program;
  let untouched: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    untouched = await gateway.everything();
    program = await Program.create({ source: source(9, 10), host: gateway.host });
  });

  after(async () => {
    program.remove();
    await gateway.reset();
  });

  const defaultRoute = async () => (await gateway.sh("ip route show default proto 205")).replace(/\s+/g, " ");
  /** Does something, and waits for the default route to look like that; `npm run failover` measures how long that takes. */
  const until = (command: string, pattern: string): Promise<string> =>
    gateway.sh(`
      ${command} >/dev/null; tries=0
      until ip -o route show default proto 205 | grep -q '${pattern}'; do
        tries=$((tries + 1)); [ $tries -lt 400 ] || { cat /run/pulumi-multipath/lines/*; ip route; exit 1; }; sleep 0.05
      done`);
  const both = (adsl: number, bdsl: number) =>
    `via 198.51.100.1 dev adsl weight ${adsl} .*via 198.51.100.2 dev bdsl weight ${bdsl}`;

  it("lands as one transaction and one more for what watches it, and leaves nothing to do", async () => {
    const { code, output } = await program.up();
    assert.equal(code, 0, output);
    assert.match(await defaultRoute(), new RegExp(both(9, 10)));
    await program.hasNothingToDo("preview", "refresh");
    await gateway.sh(
      "n=0; until grep -q '^line bdsl up' /run/pulumi-multipath/lines/health; do n=$((n + 1)); [ $n -lt 200 ] || exit 1; sleep 0.1; done",
    );
  });

  it("takes a line out whose router drops everything behind a live Ethernet, and that is no drift (trap 3)", async () => {
    await until("lab-line bdsl fail silent", "default via 198.51.100.1 dev adsl");
    const { code, output, messages } = await program.preview("--expect-no-changes");
    assert.equal(code, 0, output);
    const remarks = messages.map(({ text }) => text).filter((text) => text.includes("line bdsl is down since"));
    assert.equal(new Set(remarks.map((text) => text.replace(/:.*/, ""))).size > 0, true, output);
    await program.hasNothingToDo("refresh", "up");
    assert.match(await defaultRoute(), /^default via 198\.51\.100\.1 dev adsl/);
  });

  it("takes a new weight for the dead line, which counts when it is back", async () => {
    program.write(source(9, 5));
    const up = await program.up();
    assert.equal(up.code, 0, up.output);
    assert.match(await defaultRoute(), /^default via 198\.51\.100\.1 dev adsl/);
    await until("lab-line bdsl restore", both(9, 5));
    await program.hasNothingToDo("preview");
  });

  it("goes on with a line that is dead when the gateway starts again", async () => {
    await until("lab-line adsl fail silent", "default via 198.51.100.2 dev bdsl");
    await until("systemctl kill -s KILL pulumi-multipath-lines", "default via 198.51.100.2 dev bdsl");
    await until("lab-line adsl restore", both(9, 5));
  });

  it("leaves nothing behind", async () => {
    const { code, output } = await program.destroy();
    assert.equal(code, 0, output);
    assert.equal(await gateway.everything(), untouched);
    const left =
      "find /etc /run /usr/local /var/lib -name '*pulumi-multipath*'; systemctl list-units --all --no-legend 'pulumi-multipath*'; " +
      "grep -l '[l]ine-monitor.sh' /proc/[0-9]*/cmdline 2>/dev/null || :";
    assert.equal(await gateway.sh(left), "");
  });
});
