import assert from "node:assert/strict";
import { Gateway } from "../fixtures/gateway";
import { Program } from "./fixtures/program";

const source = `
const routers = { adsl: "198.51.100.1", bdsl: "198.51.100.2" };
for (const [device, router] of Object.entries(routers)) {
  new multipath.Address(device, { host, device, address: "203.0.113.5/32" });
  new multipath.Address(device + "-6", { host, device, address: "2001:db8:113::5/128" });
  new multipath.Route(device + "-router", { host, destination: router + "/32", device, preferredSource: "203.0.113.5" });
}
new multipath.MultipathRoute("default", { host, destination: "default", preferredSource: "203.0.113.5", nextHops: [
  { gateway: routers.adsl, device: "adsl", weight: 9 }, { gateway: routers.bdsl, device: "bdsl", weight: 10 } ] });
new multipath.LineMonitor("lines", { host, targets: ["198.18.0.1", "198.18.0.2"],
  lines: Object.entries(routers).map(([name, gateway]) => ({ name, device: name, gateway, address: "203.0.113.5" })) });
new multipath.Route("bogon", { host, destination: "2001:db8:bad::/48", type: "blackhole" });
new multipath.Route("tunnel", { host, destination: "10.9.0.0/16", device: "tx0" });
`;

describe("A reboot", function () {
  this.timeout(400_000);
  let gateway: Gateway;
  let program: Program;
  let asInstalled: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    asInstalled = await gateway.everything();
    program = await Program.create({ source, host: gateway.host });
  });

  after(async () => {
    program.remove();
    await gateway.reset();
  });

  const lines = "/run/pulumi-multipath/lines";
  const ours = () =>
    gateway.sh(
      "ip -o addr show to 203.0.113.5; ip -o -6 addr show to 2001:db8:113::5; ip route show proto 205; ip -6 route show proto 205",
    );

  it("brings back every object but the one whose device did not come, which is seen in `systemctl status` and in the next preview; a dead line is out soon", async () => {
    await gateway.sh("ip link add tx0 type veth peer name tx0-far && ip link set tx0 up && ip link set tx0-far up");
    const up = await program.up();
    assert.equal(up.code, 0, up.output);
    const declared = await ours();
    // What is refused at boot is tried again for half a minute. This device never comes: three seconds show that as well.
    await gateway.sh("sed -i '/^ExecStart=/s/$/ 3/' /etc/systemd/system/pulumi-multipath-restore.service && sync");
    // And one of the lines is dead when the gateway starts.
    await gateway.sh(
      `printf '%s\\n' '[Unit]' After=lab-topology.service Before=pulumi-multipath-restore.service '[Service]' Type=oneshot 'ExecStart=/usr/local/sbin/lab-line bdsl fail silent' >/etc/systemd/system/dead-line.service; ` +
        "ln -s ../dead-line.service /etc/systemd/system/multi-user.target.wants; sync",
    );
    await gateway.lab.reboot({ abruptly: true, expected: "degraded" });
    const overAdsl = "ip route show default proto 205 | grep -q '^default via 198.51.100.1 dev adsl'";
    await gateway.until(`${overAdsl} && grep -q '^line bdsl down ' ${lines}/health`);
    const [started, down] = (
      await gateway.sh(`sed -n 's/^monitor [0-9]* //p' ${lines}/health; sed -n 's/ bdsl down .*//p' ${lines}/transitions`)
    ).split("\n");
    // Everything else starts at that time too.
    assert.ok(Number(down) - Number(started) <= 15, `started at ${started}, down at ${down}`);
    const unit = "/etc/systemd/system/dead-line.service /etc/systemd/system/multi-user.target.wants/dead-line.service";
    await gateway.sh(`lab-line bdsl restore; rm ${unit}; systemctl daemon-reload`);
    await gateway.until(`ip route show default proto 205 | grep -q 'dev bdsl weight 10'`);

    const sorted = (text: string) =>
      text
        .split("\n")
        .map((line) => line.replace(/^\d+: /, "").trim())
        .sort();
    assert.deepEqual(sorted(await ours()), sorted(declared.replace(/^10\.9\.0\.0.*\n/m, "")));
    const status = await gateway.sh("systemctl status pulumi-multipath-restore.service || true");
    assert.match(status, /failed/);
    assert.match(status, /not restored: ip -4 route replace 10\.9\.0\.0\/16 dev tx0 .*Cannot find device "tx0"/);

    const preview = await program.preview();
    assert.deepEqual(
      preview.steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`),
      ["update tunnel"],
      preview.output,
    );
  });

  it("leaves nothing behind once the last object has gone", async () => {
    await gateway.sh("ip link add tx0 type veth peer name tx0-far && ip link set tx0 up && ip link set tx0-far up");
    const destroy = await program.destroy();
    assert.equal(destroy.code, 0, destroy.output);
    await gateway.sh("ip link del tx0");
    assert.equal(await gateway.everything(), asInstalled);
    assert.equal(
      await gateway.sh(
        "find /etc/systemd /run/systemd -name '*pulumi-multipath*'; systemctl list-units --all --no-legend 'pulumi-multipath*'",
      ),
      "",
    );
  });
});
