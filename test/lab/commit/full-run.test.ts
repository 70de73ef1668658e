import assert from "node:assert/strict";
import { type Box, change, drop, dump, hostState, onEachBox, put, settled } from "./box";

onEachBox("A host whose /run is nearly full", (open, thorough) => {
  const run = "/run/pulumi-multipath";
  const page = 4096;
  let on: Box;
  let asItWas: string;

  before(async () => {
    on = await open();
  });

  beforeEach(async () => {
    await on.sh(
      `ip link add fu0 type veth peer name fu0-far; ip link set fu0 addrgenmode none up; ip link set fu0-far addrgenmode none up
       ip addr add 192.0.2.1/24 dev fu0; ip addr add 192.0.2.2/24 dev fu0
       for n in 1 2 3 4 5 6 7 8 9; do ip route add 10.9.$n.0/24 via 192.0.2.9; done`,
    );
    await settled(on);
    asItWas = await dump(on);
  });

  afterEach(() => on.sh("ip link del fu0"));

  after(() => on.down());

  const steps = [
    drop("address", "ip -4", "addr del 192.0.2.1/24 dev fu0", ["address 4 fu0 192.0.2.1/24 -"]),
    put("route", "ip -4", "route add 10.1.0.0/16 via 192.0.2.9 dev fu0", ["route 4 254 10.1.0.0/16 0 0"]),
  ];
  const refused = [...steps, drop("route", "ip -6", "route del 2001:db8:dead::/64 table 999", [])];

  /** How a transaction ends that is given so much space and no more. @returns what it was refused with; undefined: it landed */
  async function endsWith(bytes: number, of: typeof steps): Promise<string | undefined> {
    await on.sh(`mkdir -p ${run} && mount -t tmpfs -o size=${bytes} tmpfs ${run}`);
    const state = hostState(on, { rollbackAfterSeconds: 5 });
    try {
      await state.commit(change("change", { steps: of }));
      return undefined;
    } catch (error) {
      await settled(on);
      assert.ok((await dump(on)) === asItWas, `with ${bytes} bytes it is not as before: ${(error as Error).message}`);
      assert.match((error as Error).message, /The gateway is as it was before/);
      return (error as Error).message;
    } finally {
      await on.sh(`umount ${run}`);
    }
  }

  thorough?.("is as before, wherever the space ends, until a change lands", async () => {
    const messages = new Set<string>();
    for (let pages = 1; pages < 100; pages++) {
      const message = await endsWith(pages * page, steps);
      if (message === undefined) break;
      messages.add(message);
    }
    assert.match([...messages].join("\n"), /There is not enough space below \/run\/pulumi-multipath for undoing the change\./);
  });

  thorough?.("undoes a change that is refused, wherever the space ends", async () => {
    for (let pages = 1; pages < 100; pages++) {
      const message = await endsWith(pages * page, refused);
      if (/FIB table does not exist/.test(message ?? "")) return; // there is space for the kernel's words as well
    }
    assert.fail("100 pages are not enough");
  });
});
