import assert from "node:assert/strict";
import type { Entry } from "../../../cli/history";
import { Gateway } from "../../fixtures/gateway";
import { Laptop } from "./laptop";

describe("pulumi-multipath history, on the lab gateway", () => {
  let laptop: Laptop;

  /** Three changes, as the host writes them down. */
  const write = `umask 077; mkdir -p /var/lib/pulumi-multipath/history; cd /var/lib/pulumi-multipath/history
    for n in 9 10 11; do printf '%s\\n' '# pulumi-multipath transaction 1' "at 2026-01-$n"T09:30:00Z 'by alice@laptop' "token t$n" \\
      'object 30-Route-4_254_10.1.0.0%2F16_0_0' 'object 20-Address-4_adsl' 'forward ip -4 route add 10.1.0.0/16 dev adsl' \\
      "undo ip -4 route del 10.1.0.0/16 # $(printf '\\033')[2J" >$n; done`;

  before(async () => {
    const gateway = await Gateway.up();
    await gateway.sh(write);
    laptop = new Laptop(gateway);
  });

  after(async () => {
    laptop.close();
    await (await Gateway.up()).sh("rm -r /var/lib/pulumi-multipath");
  });

  const run = (...args: string[]) => laptop.run("history", ...args);

  it("lists the changes of a host that ssh_config names, the last one first", async () => {
    assert.deepEqual(await run("gw", "--become"), {
      code: 0,
      stdout: [11, 10, 9]
        .map(
          (n) =>
            `${String(n).padStart(2)}  2026-01-${n}T09:30:00Z${n === 9 ? " " : ""}  alice@laptop  Route 4 254 10.1.0.0/16 0 0 and 1 more\n`,
        )
        .join(""),
      stderr: "",
    });
  });

  it("shows all of one, and nothing that a terminal would obey", async () => {
    const { stdout } = await run("gw", "10", "--become");
    assert.equal(
      stdout,
      "change 10, 2026-01-10T09:30:00Z, by alice@laptop (transaction t10)\nobjects\n  Route 4 254 10.1.0.0/16 0 0\n  Address 4 adsl\n" +
        "forward\n  ip -4 route add 10.1.0.0/16 dev adsl\nundo\n  ip -4 route del 10.1.0.0/16 # \u{FFFD}[2J\n",
    );
  });

  it("prints JSON for programs", async () => {
    const entries = JSON.parse((await run("gw", "--become", "--json")).stdout) as Entry[];
    assert.deepEqual(
      entries.map(({ number, by, forward }) => [number, by, forward.length]),
      [11, 10, 9].map((n) => [n, "alice@laptop", 1]),
    );
  });

  it("says what is wrong in one sentence, on stderr", async () => {
    const refused = await run("gw");
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /^Only root may read the history of gw: .* add --become .*\n$/);
    const unknown = await run("gw", "7", "--become");
    assert.deepEqual([unknown.code, unknown.stdout], [2, ""]);
    assert.match(unknown.stderr, /^gw has no change 7 in its history: it goes from 9 to 11\.\nusage: /);
    const nowhere = await run("127.0.0.1:1");
    assert.deepEqual([nowhere.code, nowhere.stdout], [1, ""]);
    assert.match(nowhere.stderr, /^\S*127\.0\.0\.1:1: .*\n$/);
  });
});
