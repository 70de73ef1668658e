/** Changes of the very path that carries the session: they land confirmed over what the path becomes, or the gateway is as it was before. */
import assert from "node:assert/strict";
import { Gateway } from "../fixtures/gateway";
import { makeJumpHost, wayToJumpHost } from "../fixtures/jump-host";
import { settled, steady } from "../lab/commit/box";
import { Program } from "./fixtures/program";

/** Short where nothing is confirmed; the change itself takes some of it. What is confirmed has all the time that a busy machine needs. */
const rollbackAfterSeconds = { short: 20, long: 180 };

describe("The path that carries the session, with the real engine on the lab gateway", function () {
  this.timeout(300_000);
  let gateway: Gateway;
  let stack: Program | undefined;
  /** What a program's `host` is beside its `rollbackAfterSeconds`. */
  let host: object;

  function end(): void {
    stack?.remove();
    stack = undefined;
  }

  async function start(): Promise<void> {
    gateway = await Gateway.up();
    await gateway.reset();
    host = gateway.host;
  }

  async function up(source: string, to = host) {
    stack ??= await Program.create({ source: "", host });
    stack.setHost(to);
    stack.write(source);
    return stack.up();
  }

  async function lands(source: string): Promise<void> {
    const { code, output } = await up(source, { ...host, rollbackAfterSeconds: rollbackAfterSeconds.long });
    assert.equal(code, 0, output);
    const preview = await (stack as Program).preview("--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  }

  /** The program that is up stays so, and has nothing to do afterwards. */
  async function comesBack(source: string, stays: string, to = host): Promise<void> {
    const before = await everything();
    const { code, output } = await up(source, { ...to, rollbackAfterSeconds: rollbackAfterSeconds.short });
    assert.notEqual(code, 0, output);
    assert.match(output, /undone again[^]*as it was before/);
    assert.equal(await everything(), before);
    stack?.setHost({ ...host, rollbackAfterSeconds: rollbackAfterSeconds.short });
    stack?.write(stays);
    const preview = await (stack as Program).preview("--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  }

  /** What the kernel holds, whoever has made it; of its own routes each device has one, in the order in which they came up. */
  async function everything(): Promise<string> {
    await settled(gateway);
    const shown = await gateway.sh(
      "ip -d link; ip -d addr; ip -4 route show table all; ip -6 route show table all; ip rule; ip -6 rule",
    );
    return steady(shown)
      .replace(/ (proto|brd) \S+/g, "")
      .split("\n")
      .map((line) => line.trim())
      .toSorted()
      .join("\n");
  }

  describe("an address on lan, behind a jump host", () => {
    const management = (address: string) =>
      `new multipath.Address("management", { host, device: "lan", address: "${address}", adopt: true });`;
    const reached = (...address: string[]) => ({ ...host, address });
    const addresses = async () => (await gateway.sh("ip -4 -br addr show dev lan")).trim().split(/ +/).slice(2).join(" ");

    before(async () => {
      await start();
      await makeJumpHost(gateway.lab);
      host = { ...gateway.host, address: "172.20.0.1", port: 22, proxyJump: await wayToJumpHost(gateway.lab) };
    });

    after(end);

    it("is renumbered, and confirmed over the new one", async () => {
      await lands(management("172.20.0.1/24"));
      host = reached("172.20.0.2", "172.20.0.1");
      await lands(management("172.20.0.2/24"));
      assert.equal(await addresses(), "172.20.0.2/24");
    });

    it("is as it was where the new one is wrong", async () => {
      await comesBack(management("172.21.0.2/24"), management("172.20.0.2/24"), reached("172.21.0.2", "172.20.0.2"));
      assert.equal(await addresses(), "172.20.0.2/24");
    });
  });

  describe("eth0 as a bond's only member", () => {
    const alone = network({ device: "eth0" });
    let untouched: string;
    const bonded = (options: string, more = {}) =>
      network({
        device: "bond0",
        bond: `name: "bond0", members: ["eth0"], macAddress: "52:54:00:12:34:56", ${options}`,
        ...more,
      });
    const shown = () => gateway.sh("ip -d link show dev bond0");

    function network({ device = "", bond = "", address = "10.0.2.15/24", onLink = false }): string {
      return `new multipath.HostNetwork("gateway", { host, adopt: true,
        bonds: { ${bond && `eth0: { ${bond} }`} },
        addresses: { management: { device: "${device}", address: "${address}" } },
        routes: { uplink: { destination: "default", gateway: "10.0.2.2", device: "${device}", metric: 1000, onLink: ${onLink} } } });`;
    }

    before(async () => {
      await start();
      await gateway.sh("modprobe bonding max_bonds=0");
    });

    after(end);

    it("is as it was where the bond's address is wrong", async () => {
      await lands(alone);
      untouched = await everything();
      await comesBack(bonded(`mode: "active-backup"`, { address: "10.0.3.15/24", onLink: true }), alone);
    });

    it("hands its MAC address, address and default route to the bond", async () => {
      await lands(bonded(`mode: "active-backup"`));
      assert.match(await shown(), /52:54:00:12:34:56 .*mode active-backup /s);
    });

    it("gets another mode", async () => {
      await lands(bonded(`mode: "balance-xor"`));
      assert.match(await shown(), /52:54:00:12:34:56 .*mode balance-xor /s);
    });

    it("is up and leads to the host after a reboot, freed of what the host's own files give it", async () => {
      await gateway.lab.reboot({ abruptly: true });
      const preview = await (stack as Program).preview("--expect-no-changes");
      assert.equal(preview.code, 0, preview.output);
      assert.match(await shown(), /52:54:00:12:34:56 .*mode balance-xor /s);
      assert.equal(await gateway.sh("ip -4 -br addr show dev eth0 | grep -c 10.0 || :"), "0\n");
    });

    it("keeps its mode where the other one has no carrier, for want of the neighbour that it asks", async () => {
      const watching = `mode: "active-backup", arpInterval: 100, arpIpTargets: ["10.0.2.99"], arpValidate: "all"`;
      await comesBack(bonded(watching), bonded(`mode: "balance-xor"`));
    });

    it("gets them back", async () => {
      await lands(alone);
      assert.equal(await everything(), untouched);
    });
  });
});
