import assert from "node:assert/strict";
import { undoOver } from "../../../cli/undo";
import { InputError, RejectedError, UnreachableError } from "../../../provider/errors";
import { type Box, change, dump, hostState, onEachBox, ourFiles, put, routeChange, routeRemoval, settled } from "../commit/box";
import { devices, namesIn, RandomChanges } from "../commit/random-changes";
import { assertSame, wholeHost } from "../commit/whole-host";
import { terminal } from "./terminal";

const sequences = Number(process.env.UNDO_SEQUENCES ?? 30);
const firstSeed = Number(process.env.UNDO_SEED ?? 1);

onEachBox("pulumi-multipath undo", (open, thorough) => {
  let on: Box;
  const history = "/var/lib/pulumi-multipath/history";
  const file = (name: string) => on.sh(`cat /etc/pulumi-multipath/current/objects.d/'${name}' 2>/dev/null || echo none`);
  const undo = () => undoOver(on.host, on.reach, true, terminal());

  before(async () => {
    on = await open();
  });

  beforeEach(() =>
    on.sh(
      `{ ip link del un0; rm -rf /etc/pulumi-multipath /var/lib/pulumi-multipath; } 2>/dev/null
       ip link add un0 type veth peer name un0-far; ip link set un0 addrgenmode none up; ip link set un0-far addrgenmode none up
       ip addr add 192.0.2.1/24 dev un0; ip route add 10.1.0.0/16 via 192.0.2.7`,
    ),
  );

  after(async () => {
    await on.sh(
      "ip link del un0; rm -rf /etc/pulumi-multipath /run/pulumi-multipath /usr/local/libexec/pulumi-multipath /var/lib/pulumi-multipath",
    );
    await on.down();
  });

  it("takes back the last confirmed change, its files included, as a change of its own that the history tells of", async () => {
    const state = hostState(on);
    await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "un0"));
    const before = await dump(on);
    await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "un0"));
    const asked = terminal();
    const told = await undoOver(on.host, on.reach, true, asked);
    assert.match(
      asked.printed(),
      /^change 2 of \S+, \S+Z, by \S+: Route 4 254 10\.1\.0\.0\/16 0 0\nis taken back by\n {2}ip -4 route replace /,
    );
    assert.match(told, /^Change 2 of \S+ is taken back, and confirmed over a new connection\.\nThe program still declares it: /);
    assert.equal(await dump(on), before);
    assert.equal(await file("30-Route-4_254_10.1.0.0%2F16_0_0"), "none\n");
    assert.match(await file("30-Route-4_254_10.2.0.0%2F16_0_0"), /192\.0\.2\.9/);
    const entry = await on.sh(`cat ${history}/3`);
    assert.match(entry, /^takes-back 2$/m);
    assert.match(entry, /^forward ip -4 route replace unicast 10\.1\.0\.0\/16 via 192\.0\.2\.7 /m);
  });

  thorough?.("done twice makes the change again", async () => {
    const state = hostState(on);
    await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "un0"));
    await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "un0"));
    const after = await dump(on);
    await undo();
    await undo();
    assert.equal(await dump(on), after);
    assert.match(await file("30-Route-4_254_10.1.0.0%2F16_0_0"), /^owner lab\/test\/10\.1\.0\.0%2F16$/m);
  });

  thorough?.("brings back what was deleted, with its file", async () => {
    const state = hostState(on);
    await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "un0"));
    await state.commit(routeChange("10.3.0.0/16", "192.0.2.9", "un0"));
    const before = [await dump(on), await file("30-Route-4_254_10.3.0.0%2F16_0_0")];
    await state.commit(routeRemoval("10.3.0.0/16"));
    await undo();
    assert.deepEqual([await dump(on), await file("30-Route-4_254_10.3.0.0%2F16_0_0")], before);
  });

  thorough?.(
    "takes back links, settings, addresses, rules and tables of nftables, and the first change of a host leaves nothing of ours",
    async () => {
      const before = [await dump(on), await on.sh("ip rule; nft list ruleset; cat /proc/sys/net/ipv4/conf/un0/rp_filter")];
      const content = "# pulumi-multipath object 1\nkind x\nidentity x\nclaim x\nowner a/b/c\n\n";
      const steps = [
        put("link", "ip", "link set dev un0 mtu 1400", ["link un0"]),
        put("sysctl", "sysctl", "net/ipv4/conf/un0/rp_filter=2", ["sysctl net/ipv4/conf/un0/rp_filter"]),
        put("address", "ip -4", "addr add 192.0.2.5/24 dev un0", ["address 4 un0 192.0.2.5/24 -"]),
        put("address", "ip -6", "addr add 2001:db8::5/64 dev un0", ["address 6 un0 2001:db8::5"]),
        put("rule", "ip -4", "rule add priority 20000 table 500 protocol 205", ["rule 4 20000 table 500 proto 205"]),
      ];
      await hostState(on).commit({
        name: "all",
        details: ["rules", "sysctl net/ipv4/conf/un0/rp_filter", "nft inet pulumi_multipath"],
        plan: () => ({ reads: [], steps, files: [{ file: "f", content }] }),
      });
      await undo();
      assert.deepEqual(
        [await dump(on), await on.sh("ip rule; nft list ruleset; cat /proc/sys/net/ipv4/conf/un0/rp_filter")],
        before,
      );
      assert.deepEqual(await ourFiles(on), []);
    },
  );

  thorough?.("refuses, and names the object, when that is no longer as the change has left it; others don't count", async () => {
    const state = hostState(on);
    await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "un0"));
    await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "un0"));
    await on.sh("ip route replace 10.1.0.0/16 via 192.0.2.11 proto 205; ip route add 10.77.0.0/16 via 192.0.2.7");
    const before = await dump(on);
    await assert.rejects(undo(), (error: unknown) => {
      return (
        error instanceof InputError &&
        /^Change 2 of \S+ can't be taken back: route 4 254 10\.1\.0\.0\/16 0 0 is no longer/.test(error.message)
      );
    });
    assert.equal(await dump(on), before);
    await on.sh("ip route replace 10.1.0.0/16 via 192.0.2.9 proto 205");
    await undo();
    assert.match(await on.sh("ip route show 10.1.0.0/16; ip route show 10.77.0.0/16"), /via 192\.0\.2\.7[^]*via 192\.0\.2\.7/);
  });

  thorough?.("counts only when a new connection confirms it: else the host makes the change again by itself", async () => {
    const state = hostState(on);
    await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "un0"));
    await state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "un0"));
    const before = [await dump(on), await on.sh(`ls ${history}; cat ${history}/.last`)];
    const cut = { ...on.reach, fresh: () => Promise.reject(new UnreachableError("namespace: cut off")) };
    await assert.rejects(
      undoOver({ ...on.host, rollbackAfterSeconds: 5 }, cut, true, terminal()),
      /was made and undone again, because .*cut off/s,
    );
    assert.deepEqual([await dump(on), await on.sh(`ls ${history}; cat ${history}/.last`)], before);
    await undo();
    assert.match(await on.sh("ip route show 10.1.0.0/16"), /via 192\.0\.2\.7/);
  });

  thorough?.("does not mind that the line monitor has left a next hop out of a route meanwhile", async () => {
    const route = "10.5.0.0/16 proto 205 nexthop via 192.0.2.9 dev un0 weight 3 nexthop via 192.0.2.10 dev un0 weight 4";
    const key = "route 4 254 10.5.0.0/16 0 0";
    const file = { file: "r", content: emptyFile };
    await hostState(on).commit(
      change("one", { steps: [put("route", "ip -4", "route add 10.5.0.0/16 via 192.0.2.7 proto 205", [key])], files: [file] }),
    );
    await hostState(on).commit(
      change("two", {
        steps: [put("route", "ip -4", `route replace ${route}`, [key])],
        files: [{ ...file, content: `${emptyFile}x\n` }],
      }),
    );
    await on.sh("ip route replace 10.5.0.0/16 proto 205 via 192.0.2.9 dev un0");
    await assert.rejects(undo(), /route 4 254 10\.5\.0\.0\/16 0 0 is no longer as/);
    await on.sh(
      "mkdir -p /run/pulumi-multipath/lines; echo line bdsl down 1 un0 192.0.2.10 - >/run/pulumi-multipath/lines/health",
    );
    await undo();
    assert.match(await on.sh("ip route show 10.5.0.0/16; rm -r /run/pulumi-multipath/lines"), /via 192\.0\.2\.7/);
  });

  thorough?.("changes nothing when a line is refused, and says which", async () => {
    const state = hostState(on);
    await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "un0"));
    await state.commit(routeChange("10.3.0.0/16", "192.0.2.9", "un0"));
    await state.commit(routeRemoval("10.3.0.0/16"));
    await on.sh("ip link del un0");
    const before = [await dump(on), await on.sh("ls /etc/pulumi-multipath/current/objects.d")];
    await assert.rejects(undo(), (error: unknown) => {
      return (
        error instanceof RejectedError &&
        /: ip -4 route \w+ unicast 10\.3\.0\.0\/16 via 192\.0\.2\.9 dev un0 /.test(error.message)
      );
    });
    assert.deepEqual([await dump(on), await on.sh("ls /etc/pulumi-multipath/current/objects.d")], before);
  });

  thorough?.("leaves an object to whoever has taken it over since", async () => {
    const state = hostState(on);
    await state.commit(routeChange("10.2.0.0/16", "192.0.2.9", "un0"));
    const name = "30-Route-4_254_10.2.0.0%2F16_0_0";
    const moved = change("moved", ({ objects }) => ({
      reads: [],
      steps: [
        put("route", "ip -4", "route replace 10.2.0.0/16 via 192.0.2.10 dev un0 proto 205", ["route 4 254 10.2.0.0/16 0 0"]),
      ],
      files: [
        {
          file: name,
          content: `# pulumi-multipath object 1\nkind Route\nidentity ${objects.get(name)?.identity}\nclaim c2\nowner lab/test/other\n\nip -4 route replace 10.2.0.0/16 via 192.0.2.10 dev un0 proto 205\n`,
        },
      ],
    }));
    await state.commit(moved);
    await undo();
    const text = await file(name);
    assert.match(text, /^claim c2\nowner lab\/test\/other$/m);
    assert.match(text, /via 192\.0\.2\.9/);
  });

  thorough?.("does nothing without an answer, nor where there is nothing to undo", async () => {
    await assert.rejects(undo(), /has no change that could be taken back/);
    await hostState(on).commit(routeChange("10.2.0.0/16", "192.0.2.9", "un0"));
    assert.equal(await undoOver(on.host, on.reach, false, terminal("no")), "Nothing was done.\n");
    await assert.rejects(undoOver(on.host, on.reach, false, terminal()), /add --yes/);
    assert.match(await on.sh("ip route show 10.2.0.0/16"), /192\.0\.2\.9/);
  });

  thorough?.(
    `puts the host back exactly, whatever was changed, or leaves it as it is: ${sequences} random changes`,
    async function () {
      this.timeout(60_000 + sequences * 5_000);
      let taken = 0;
      await on.sh(
        `echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
       for d in ${devices.join(" ")}; do
         ip link del $d 2>/dev/null; ip link add $d type veth peer name $d-far; ip link set $d up; ip link set $d-far up
       done; ip addr add 198.51.100.9/32 dev lo`,
      );
      // With the last object the history would go.
      await hostState(on).commit(change("kept", { files: [{ file: "kept", content: emptyFile }] }));
      for (let seed = firstSeed; seed < firstSeed + sequences; seed++) {
        const random = new RandomChanges(seed, false);
        const state = hostState(on);
        await settled(on);
        const steps = random.steps(3, namesIn(await state.look()));
        if (steps.length === 0) continue;
        const before = await wholeHost(on);
        const details = [...new Set(steps.flatMap(({ touches }) => touches).map((key) => key.split(" ")[0]))].includes("rule")
          ? (["rules"] as const)
          : [];
        const plan = () => ({ reads: [], steps, files: [{ file: `f${seed}`, content: emptyFile }] });
        const refused = await state.commit({ name: "random", details, plan }).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refused) continue;
        await settled(on);
        const after = await wholeHost(on);
        const lines = `seed ${seed}\n${steps.map(({ phase, tool, line }) => `${phase} ${tool} ${line}`).join("\n")}`;
        const error = await undo().then(
          () => undefined,
          (thrown: unknown) => thrown as Error,
        );
        await settled(on);
        assertSame(
          await wholeHost(on),
          error ? after : before,
          `${lines}\n${error?.message ?? "taken back"}\n${await on.sh("cat /var/lib/pulumi-multipath/history/.last")}`,
        );
        if (!error) taken++;
        if (process.env.UNDO_SEQUENCES) console.log(seed, error?.message ?? "taken back");
      }
      assert.ok(taken >= sequences / 5, `${taken} taken back`);
    },
  );
});

const emptyFile = "# pulumi-multipath object 1\nkind x\nidentity x\nclaim x\nowner a/b/c\n\n";
