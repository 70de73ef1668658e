import assert from "node:assert/strict";
import { type Box, startBox } from "./fixtures/box";
import { Program } from "./fixtures/program";

/** The host's sysctls that are declared here. */
const settings = "cd /proc/sys/net/ipv4; grep . ip_forward fib_multipath_hash_policy conf/adsl/rp_filter conf/adsl/forwarding";

const box_ = (weight: number, more = "") => `
  new multipath.HostNetwork("box", { host,
    links: { adsl: { name: "adsl", mtu: 1492 } },
    sysctls: {
      forward: { key: "net.ipv4.ip_forward", value: 1 },
      loose: { key: "net.ipv4.conf.adsl.rp_filter", value: 2 },
      local: { key: "net.ipv4.conf.adsl.forwarding", value: 0 },
    },
    addresses: {
      adsl: { device: "adsl", address: "203.0.113.5/32" },
      bdsl: { device: "bdsl", address: "203.0.113.5/32" },
    },
    routes: {
      uplink: { destination: "default", metric: 50, nextHops: [
        { gateway: "192.0.2.1", device: "adsl", weight: ${weight} },
        { gateway: "198.51.100.1", device: "bdsl", weight: 10 },
      ] },
      routerA: { destination: "192.0.2.1", device: "adsl" },
      routerB: { destination: "198.51.100.1", device: "bdsl" },
      ${more}
    },
    rules: { lan: { priority: 1000, from: "10.9.0.0/16", table: 100 } },
  });`;

describe("A HostNetwork", () => {
  let box: Box;
  let program: Program | undefined;

  beforeEach(async () => {
    box = await startBox();
  });

  afterEach(async () => {
    program?.remove();
    program = undefined;
    await box.down();
  });

  async function started(source: string): Promise<Program> {
    program = await Program.create({ host: box.host, source });
    return program;
  }

  async function succeeds(result: ReturnType<Program["up"]>): Promise<string> {
    const { code, output } = await result;
    assert.equal(code, 0, output);
    return output;
  }

  it("lands in one transaction, changes in one, has nothing left to do in between, and leaves nothing", async () => {
    const [before, untouched] = [await box.sh(settings), await box.everything()];
    const gateway = await started(box_(9));
    const preview = await succeeds(gateway.preview());
    for (const line of [
      "sysctl net/ipv4/ip_forward=1",
      "ip link set dev adsl mtu 1492",
      "ip -4 rule add",
      "ip -4 route add default",
    ]) {
      assert.ok(preview.includes(line), `${line} is not in ${preview}`);
    }
    await succeeds(gateway.up());
    assert.equal(await box.transactions(), 1);
    assert.equal(
      (await box.sh(settings))
        .split("\n")
        .map((line) => line.replace(/.*:/, ""))
        .join(" ")
        .trim(),
      "1 0 2 0",
    );
    await succeeds(gateway.preview("--expect-no-changes"));
    await succeeds(gateway.refresh("--expect-no-changes"));

    gateway.write(box_(5));
    const change = await succeeds(gateway.preview("--diff"));
    assert.match(change, /routes\s*: \{[\s\S]*uplink[\s\S]*nextHops[\s\S]*weight[\s\S]*9 => 5/);
    assert.match(change, /ip -4 route replace default .*weight 5/);
    await succeeds(gateway.up());
    assert.equal(await box.transactions(), 2);

    await succeeds(gateway.destroy());
    assert.equal(await box.sh(settings), before);
    assert.equal(await box.everything(), untouched);
  });

  it("shows what somebody else has changed in it, and puts it back", async () => {
    const gateway = await started(box_(9));
    await succeeds(gateway.up());
    await box.sh("ip route del 198.51.100.1 dev bdsl; ip rule del pref 1000; echo 0 >/proc/sys/net/ipv4/conf/adsl/rp_filter");
    const drift = await succeeds(gateway.preview());
    for (const line of ["sysctl net/ipv4/conf/adsl/rp_filter=2", "ip -4 route add 198.51.100.1 dev bdsl", "ip -4 rule add"]) {
      assert.ok(drift.includes(line), `${line} is not in ${drift}`);
    }
    await succeeds(gateway.up());
    await succeeds(gateway.preview("--expect-no-changes"));
    // A refresh takes down what is gone, and `up` brings it back.
    await box.sh("ip rule del pref 1000");
    await succeeds(gateway.refresh());
    await succeeds(gateway.up());
    await succeeds(gateway.preview("--expect-no-changes"));
  });

  it("lands as a whole or not at all: one line that the kernel refuses takes the others back", async () => {
    const [before, untouched] = [await box.sh(settings), await box.everything()];
    const gateway = await started(box_(9, `wrong: { destination: "10.1.0.0/16", gateway: "192.0.2.77" },`));
    const { code, output } = await gateway.up();
    assert.notEqual(code, 0, output);
    assert.match(output, /`ip -4 route add 10\.1\.0\.0\/16 via 192\.0\.2\.77[^`]*` was refused/);
    assert.match(output, /It is a line of routes\.wrong\. The host has no address whose subnet covers 192\.0\.2\.77/);
    assert.equal(await box.sh(settings), before);
    assert.equal(await box.everything(), untouched);
    gateway.write(box_(9));
    await succeeds(gateway.up());
    await succeeds(gateway.preview("--expect-no-changes"));
  });

  it("and a resource of its own can't declare the same object", async () => {
    const twice = await started(`${box_(9)} new multipath.Address("adsl", { host, device: "adsl", address: "203.0.113.5/32" });`);
    const { code, output } = await twice.preview();
    assert.notEqual(code, 0, output);
    assert.match(output, /is declared twice in this program: by \S+ (addresses adsl )?and by/);
  });
});
