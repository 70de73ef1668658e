import assert from "node:assert/strict";
import { type Box, change, hostState, onEachBox, ourFiles, put, routeChange } from "./box";
import { fileName, printObjectFile } from "../../../provider/commit/object-file";

onEachBox("Replay", (open, thorough) => {
  let on: Box;

  before(async () => {
    on = await open();
    await on.sh(
      "ip link add tx0 type veth peer name tx0-far; ip link set tx0 up; ip link set tx0-far up; ip addr add 192.0.2.1/24 dev tx0",
    );
  });

  after(async () => {
    await on.sh(
      "ip link del tx0 2>/dev/null; rm -rf /etc/pulumi-multipath /usr/local/libexec/pulumi-multipath /run/pulumi-multipath",
    );
    await on.down();
  });

  /** An address of ours with its file, as the Address kind plans it; one that only a route can use. */
  const address = (family: 4 | 6, local: string, length: number) => {
    const file = fileName("Address", [String(family), "tx0", local]);
    const words = `${local}/${length} dev tx0`;
    const content = printObjectFile({
      kind: "Address",
      identity: `${family} tx0 ${local}`,
      claim: "c1",
      owner: { project: "lab", stack: "test", name: local },
      lines: [`ip -${family} addr replace ${words}`],
    });
    const key = family === 4 ? `address 4 tx0 ${local}/${length} -` : `address 6 tx0 ${local}`;
    return change(local, { steps: [put("address", `ip -${family}`, `addr add ${words}`, [key])], files: [{ file, content }] });
  };

  /** Lines as objects' files hold them, whatever they say. */
  const object = (name: string, line: string) =>
    change(name, {
      files: [
        {
          file: fileName("Route", [name]),
          content: printObjectFile({
            kind: "Route",
            identity: name,
            claim: "c1",
            owner: { project: "lab", stack: "test", name },
            lines: [line],
          }),
        },
      ],
    });

  const restore = (seconds: number) =>
    on.sh(`sh /usr/local/libexec/pulumi-multipath/*/restore.sh ${seconds} 2>&1; echo status $?`);

  it("brings back what went, addresses before the routes that need them", async () => {
    const state = hostState(on);
    await Promise.all([
      state.commit(address(4, "198.51.100.5", 32)),
      state.commit(address(6, "2001:db8:2::5", 64)),
      state.commit(routeChange("10.1.0.0/16", "192.0.2.9", "tx0")),
    ]);
    await state.commit(object("v6", "ip -6 route replace 2001:db8:9::/48 via 2001:db8:2::9 src 2001:db8:2::5 proto 205"));
    const shown = () => on.sh("ip -o addr show to 198.51.100.5; ip -o -6 addr show to 2001:db8:2::5; ip route show proto 205");
    const before = await shown();
    await on.sh("ip link set tx0 down; ip addr flush dev tx0; ip link set tx0 up; ip addr add 192.0.2.1/24 dev tx0");
    assert.equal(await on.sh("ip route show proto 205"), "");
    assert.equal(await restore(10), "status 0\n");
    assert.equal((await shown()).replace(/tentative /g, ""), before.replace(/tentative /g, ""));
    assert.match(await on.sh("ip -6 route show proto 205"), /2001:db8:9::\/48 via 2001:db8:2::9 dev tx0 src 2001:db8:2::5/);
  });

  it("changes nothing where all is there", async () => {
    const before = await on.sh("ip addr show dev tx0; ip route; ip -6 route");
    assert.equal(await restore(5), "status 0\n");
    assert.equal(
      (await on.sh("ip addr show dev tx0; ip route; ip -6 route")).replace(/\d+sec/g, ""),
      before.replace(/\d+sec/g, ""),
    );
  });

  thorough?.("does all that can be done, and reports each line that can't with the kernel's words", async () => {
    const state = hostState(on);
    await Promise.all([
      state.commit(object("0gone", "ip -4 route replace 10.8.0.0/16 via 192.0.2.9 dev nosuch proto 205")),
      state.commit(object("1odd", "ip -4 route replace 10.8.0.0/16 bogus proto 205")),
      state.commit(object("2later", "wg set wg0")),
      state.commit(object("3good", "ip -4 route replace 10.7.0.0/16 via 192.0.2.9 proto 205")),
    ]);
    await on.sh("ip route flush proto 205");
    const reported = await restore(1);
    assert.match(
      reported,
      /not restored: ip -4 route replace 10\.8\.0\.0\/16 via 192\.0\.2\.9 dev nosuch proto 205 \(30-Route-0gone\): .*nosuch/,
    );
    assert.match(reported, /not restored: ip -4 route replace 10\.8\.0\.0\/16 bogus proto 205 \(30-Route-1odd\): .*bogus/);
    assert.match(reported, /not restored: wg set wg0 \(30-Route-2later\): This version knows no such line\./);
    assert.match(reported, /status 1\n$/);
    assert.match(await on.sh("ip route show proto 205"), /10\.1\.0\.0\/16 .*\n?10\.7\.0\.0\/16/);
  });

  thorough?.("waits for a device that is on its way", async () => {
    await on.sh(
      "rm /etc/pulumi-multipath/current/objects.d/*1odd /etc/pulumi-multipath/current/objects.d/*2later; ip link del tx0",
    );
    const restored = restore(20);
    await on.sh(
      "ip link add tx0 type veth peer name tx0-far; ip link add nosuch type veth peer name nosuch-far; ip link set tx0-far up; ip link set tx0 up; ip addr add 192.0.2.1/24 dev tx0; ip addr add 192.0.2.8/24 dev nosuch; ip link set nosuch up",
    );
    assert.equal(await restored, "status 0\n");
    assert.match(
      await on.sh("ip route show proto 205; ip link del nosuch"),
      /10\.1\.0\.0\/16[^]*10\.7\.0\.0\/16[^]*10\.8\.0\.0\/16/,
    );
  });

  it("goes with the last object, and with it all that was ours", async () => {
    const unit = "find /etc/systemd /run/systemd/system -name 'pulumi-multipath*' 2>/dev/null; :";
    if (!thorough) assert.match(await on.sh(unit), /multi-user\.target\.wants\/pulumi-multipath-restore\.service/);
    await hostState(on).commit(
      change("the last object", ({ objects }) => ({
        reads: [],
        steps: [],
        files: [...objects.keys()].map((file) => ({ file, content: undefined })),
      })),
    );
    assert.deepEqual(await ourFiles(on), []);
    assert.equal(await on.sh(unit), "");
  });
});
