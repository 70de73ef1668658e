import assert from "node:assert/strict";
import { Gateway } from "../fixtures/gateway";
import { Program } from "./fixtures/program";

const source = `
for (const [device, router] of [["adsl", "198.51.100.1"], ["bdsl", "198.51.100.2"]]) {
  new multipath.Address(device, { host, device, address: "203.0.113.5/32" });
  new multipath.Address(device + "-6", { host, device, address: "2001:db8:113::5/128" });
  new multipath.Route(device + "-router", { host, destination: router + "/32", device, preferredSource: "203.0.113.5" });
}
new multipath.MultipathRoute("default", { host, destination: "default", preferredSource: "203.0.113.5", nextHops: [
  { gateway: "198.51.100.1", device: "adsl", weight: 9 }, { gateway: "198.51.100.2", device: "bdsl", weight: 10 } ] });
`;

describe("When lines flap, with the real engine on the lab gateway", function () {
  this.timeout(400_000);
  let gateway: Gateway;
  let program: Program;
  let untouched: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    untouched = await gateway.everything();
    program = await Program.create({ source, host: gateway.host });
    const up = await program.up();
    assert.equal(up.code, 0, up.output);
  });

  after(async () => {
    program.remove();
    await gateway.reset();
  });

  const default_ =
    /default src 203\.0\.113\.5 \s*nexthop via 198\.51\.100\.1 dev adsl weight 9 \s*nexthop via 198\.51\.100\.2 dev bdsl weight 10/;
  /** Waits until the last look of the host's service has shown something. */
  const seen = (text: string) =>
    gateway.sh(
      `n=0; until grep -q '${text}' /run/pulumi-multipath/put-back/memory; do n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done`,
    );
  const inSync = async () => {
    const { code, output } = await program.preview("--expect-no-changes");
    assert.equal(code, 0, output);
  };

  it("all that the kernel drops comes back without `pulumi up`, when one has been down and when all have", async () => {
    await gateway.sh("ip link set adsl down");
    await gateway.sh("ip link set adsl up");
    await gateway.lab.exec("adsl-router", "ip link set gateway down; ip link set gateway up");
    await gateway.sh("ip link set adsl down; ip link set bdsl down; ip link set bdsl up; ip link set adsl up");
    await seen("^1 default .*adsl weight 9 .*bdsl weight 10");
    await seen("adsl .*2001:db8:113::5");
    await seen("bdsl .*2001:db8:113::5");
    assert.match(await gateway.sh("ip route show default proto 205"), default_);
    await inSync();
  });

  it("a NIC that is plugged in and out changes nothing", async () => {
    const before = await gateway.sh("journalctl -o cat -u pulumi-multipath-put-back");
    await gateway.sh("ip link add hot0 type dummy; ip link set hot0 up; ip addr add 192.0.2.77/24 dev hot0");
    await seen("hot0 .*192.0.2.77");
    await gateway.sh("ip link del hot0");
    await inSync();
    assert.equal(await gateway.sh("journalctl -o cat -u pulumi-multipath-put-back"), before);
  });

  it("what a person deletes is drift: it stays away, the preview shows it, and `pulumi up` puts it back", async () => {
    await gateway.sh("ip route del default proto 205; sleep 2; ip link set adsl down; ip link set adsl up");
    await seen("^1 198.51.100.1 ");
    const preview = await program.preview();
    assert.deepEqual(
      preview.steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`),
      ["update default"],
      preview.output,
    );
    const up = await program.up();
    assert.equal(up.code, 0, up.output);
    assert.match(await gateway.sh("ip route show default proto 205"), default_);
    await inSync();
  });

  it("nothing is left of the service when the last object has gone", async () => {
    const { code, output } = await program.destroy();
    assert.equal(code, 0, output);
    // The kernel lists the routes of a device that was down after those of others.
    const sorted = (text: string) => text.split("\n").toSorted();
    assert.deepEqual(sorted(await gateway.everything()), sorted(untouched));
    assert.equal(
      await gateway.sh(
        "find /etc/systemd /run/systemd -name '*pulumi-multipath*'; systemctl list-units --all --no-legend 'pulumi-multipath*'; " +
          "grep -l '[p]ut-back.sh' /proc/[0-9]*/cmdline 2>/dev/null || :",
      ),
      "",
    );
  });
});
