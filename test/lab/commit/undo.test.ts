import assert from "node:assert/strict";
import type { Snapshot } from "../../../provider/snapshot";
import { type Box, box, change, drop, dump, hostState, inNamespace } from "./box";
import { type LiveName, RandomChanges, devices } from "./random-changes";

/** On the emulated gateway one takes two seconds. */
const sequences = Number(process.env.UNDO_SEQUENCES ?? (inNamespace ? 200 : 10));

describe("Undo", function () {
  this.timeout(600_000);
  let on: Box;

  before(async () => {
    on = await box();
    await on.sh(
      `for d in ${devices.join(" ")}; do ip link add $d type veth peer name $d-far; ip link set $d up; ip link set $d-far up
        echo 0 > /proc/sys/net/ipv4/conf/$d/promote_secondaries; done
       ip addr add 198.51.100.9/32 dev lo; sleep 3`,
    );
  });

  after(async () => {
    await on.sh(
      `for d in ${devices.join(" ")}; do ip link del $d; done; ip addr del 198.51.100.9/32 dev lo; ip route flush proto 205; ip -6 route flush proto 205; ip route flush table 500; ip -6 route flush table 500; :`,
    );
    await on.down();
  });

  const refused = drop("route", "ip -6", "route del 2001:db8:dead::/64 table 999", []);

  it(`puts everything back exactly, ${sequences} random changes in a row`, async () => {
    for (let seed = 1; seed <= sequences; seed++) {
      const random = new RandomChanges(seed);
      const look = async () => namesIn(await hostState(on).look());
      const churn = random.steps(6, await look());
      const batch = (family: 4 | 6) =>
        churn
          .filter(({ tool }) => tool === `ip -${family}`)
          .map(({ line }) => line)
          .join("\n");
      await on.sh(
        `ip -force -4 -batch - 2>/dev/null <<'X'\n${batch(4)}\nX\nip -force -6 -batch - 2>/dev/null <<'X'\n${batch(6)}\nX\nsleep 0.1`,
      );
      const steps = [...random.steps(8, await look()), refused];
      const before = await dump(on);
      const error = await hostState(on)
        .commit(change("random", { steps }))
        .catch((thrown: unknown) => thrown as Error);
      const lines = () => `seed ${seed}\n${steps.map(({ phase, tool, line }) => `${phase} ${tool} ${line}`).join("\n")}`;
      assert.equal(await dump(on), before, lines());
      assert.match(error instanceof Error ? error.message : "applied", /The gateway is as it was before\.$/, lines());
    }
  });
});

function namesIn({ addresses }: Snapshot): LiveName[] {
  return addresses
    .filter(({ device, family, scope }) => devices.includes(device) && (family === 4 || scope !== 253))
    .map(({ device, family, local, peer, prefixLength }) => ({
      family,
      device,
      words: `${local}${peer ? ` peer ${peer}` : ""}/${prefixLength} dev ${device}`,
      key: family === 4 ? `address 4 ${device} ${local}/${prefixLength} ${peer ?? "-"}` : `address 6 ${device} ${local}`,
    }));
}
