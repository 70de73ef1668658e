import assert from "node:assert/strict";
import { type Box, change, drop, hostState, onEachBox, ourFiles, put, routeChange, routeRemoval } from "./box";

onEachBox("History", (open, thorough) => {
  let on: Box;
  const history = "/var/lib/pulumi-multipath/history";
  const numbers = async () => (await on.sh(`ls ${history} | sort -n`)).trim().split("\n").map(Number);
  const read = (number: number) => on.sh(`cat ${history}/${number}`);

  before(async () => {
    on = await open();
  });

  beforeEach(() =>
    on.sh(
      `{ ip link del hi0; rm -rf /etc/pulumi-multipath /var/lib/pulumi-multipath; } 2>/dev/null
       ip link add hi0 type veth peer name hi0-far; ip link set hi0 addrgenmode none up; ip link set hi0-far addrgenmode none up
       ip addr add 192.0.2.1/24 dev hi0; ip route add 10.1.0.0/16 via 192.0.2.7`,
    ),
  );

  after(async () => {
    await on.sh(
      "ip link del hi0; rm -rf /etc/pulumi-multipath /run/pulumi-multipath /usr/local/libexec/pulumi-multipath /var/lib/pulumi-multipath",
    );
    await on.down();
  });

  it("tells of a confirmed change when, by whom, what was run and what would take it back; only root may read it", async () => {
    const state = hostState(on);
    await Promise.all([
      state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "hi0")),
      state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "hi0")),
    ]);
    const [first = "", at = "", by = "", token = "", ...lines] = (await read(1)).trim().split("\n");
    assert.equal(first, "# pulumi-multipath transaction 1");
    const age = Date.now() - Date.parse(at.replace("at ", ""));
    assert.ok(age > -5000 && age < 300_000, at);
    assert.match(by, /^by [^@ ]+@\S+$/);
    assert.match(token, /^token [0-9a-f]{32}$/);
    assert.deepEqual(lines, [
      "object 30-Route-4_254_10.1.0.0%2F16_0_0",
      "object 30-Route-4_254_10.2.0.0%2F16_0_0",
      "forward ip -4 route replace 10.1.0.0/16 via 192.0.2.9 dev hi0 proto 205",
      "forward ip -4 route add 10.2.0.0/16 via 192.0.2.9 dev hi0 proto 205",
      "undo ip -4 route replace unicast 10.1.0.0/16 via 192.0.2.7 dev hi0 table 254 proto 3 scope 0",
      "undo ip -4 route del unicast 10.2.0.0/16 via 192.0.2.9 dev hi0 table 254 proto 205 scope 0",
    ]);
    assert.equal((await on.sh(`stat -c %a ${history}`)).trim(), "700");
  });

  it("is gone with the last object", async () => {
    const state = hostState(on);
    await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "hi0"));
    await state.commit(routeRemoval("10.2.0.0/16"));
    assert.deepEqual(await ourFiles(on), []);
  });

  thorough?.("tells in words of every tool what would take a change back", async () => {
    const steps = [
      put("link", "ip -4", "link set dev hi0 mtu 1400", ["link hi0"]),
      put("rule", "ip -4", "rule add priority 20000 lookup 500 protocol 205", ["rule 4 20000 table 500 protocol 205"]),
    ];
    const content = "# pulumi-multipath object 1\nkind x\nidentity x\nclaim x\nowner a/b/c\n\n";
    await hostState(on).commit(change("both", { steps, files: [{ file: "f", content }] }));
    const undo = (await read(1)).split("\n").filter((line) => line.startsWith("undo "));
    assert.deepEqual(undo, [
      "undo ip -4 rule del priority 20000 table 500 proto 205",
      "undo ip -4 link set dev hi0 mtu 1500",
      "undo sysctl net/ipv6/conf/hi0/mtu=1500",
    ]);
    await on.sh("ip rule del priority 20000");
  });

  thorough?.("keeps the last 20, and what is not confirmed is none of them", async () => {
    const state = hostState(on);
    for (let n = 0; n < 22; n++) await state.commit(routeChange("10.3.0.0/16", `192.0.2.${n + 10}`, "hi0"));
    const refused = change("refused", {
      steps: [drop("route", "ip -4", "route del 10.99.0.0/16", ["route 4 254 10.99.0.0/16 0 0"])],
    });
    await assert.rejects(state.commit(refused));
    assert.deepEqual(
      await numbers(),
      Array.from({ length: 20 }, (_, n) => n + 3),
    );
    assert.match(await read(22), /forward ip -4 route replace .* via 192\.0\.2\.31 /);
  });

  thorough?.("does without where it can't be written: the change stays", async () => {
    await on.sh("rm -rf /var/lib/pulumi-multipath; : >/var/lib/pulumi-multipath");
    await hostState(on).commit(routeChange("10.2.0.0/16", "192.0.2.9", "hi0"));
    assert.match(await on.sh("ip route show 10.2.0.0/16"), /via 192\.0\.2\.9/);
    await on.sh("rm /var/lib/pulumi-multipath");
  });
});
