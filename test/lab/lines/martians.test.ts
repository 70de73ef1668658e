import assert from "node:assert/strict";
import { Gateway } from "../../fixtures/gateway";
import { Lines } from "../../fixtures/lines";

/**
 * Both lines have the same public address, and the provider answers by whichever it likes. One line is out of the default route: what comes in by
 * it has left by the other one.
 */
describe("What left by one line and is answered by the other", function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let on: Lines;
  const clients = 40;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    on = await Lines.declare(gateway);
    // The kernel would log ten of them in five seconds, and probes have martians too.
    const settings = "net.ipv4.conf.all.log_martians=1 net.core.message_cost=0";
    await on.run(`${on.tell("drain adsl ann@desk")}\nsysctl -qw ${settings}`);
    await on.untilLine("adsl", "drained");
  });

  after(() => gateway.reset());

  /** How many of so many places on the internet the LAN hears of, and what the kernel takes for forged meanwhile. */
  async function heard(): Promise<{ answered: number; martians: number }> {
    const shown = await on.run(`
      dmesg --clear
      for n in $(seq ${clients}); do ip netns exec client ping -q -c 1 -W 5 198.18.3.$n >/dev/null && echo answered & done
      wait
      dmesg | grep 'martian source [0-9.]* from 198.18.3.[0-9]*, on dev adsl' || :`);
    const lines = shown.split("\n").filter(Boolean);
    const answered = lines.filter((line) => line === "answered").length;
    return { answered, martians: lines.length - answered };
  }

  it("is accepted as the line monitor sets up the lines", async () => {
    assert.deepEqual(await heard(), { answered: clients, martians: 0 });
  });

  it("is dropped and fills the log with a strict reverse path filter, which is why", async () => {
    await on.run("sysctl -qw net.ipv4.conf.adsl.rp_filter=1");
    const { answered, martians } = await heard();
    assert.ok(answered > clients / 5 && answered < (clients * 4) / 5, `${answered} of ${clients} were answered`);
    assert.ok(martians > 0);
  });
});
