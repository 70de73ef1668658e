import assert from "node:assert/strict";
import { link } from "../../../provider/kinds/link";
import { expectPlan, expectProblems, expectRemoval, inputsFor } from "./expect-plan";

const port = "port0 flags BROADCAST,UP mtu 1500 qlen 1000 group 0 address 02:00:00:00:00:01";
const down = port.replace(",UP", "");

describe("Link", () => {
  it("sets what differs in one line, and being up last", () => {
    const desired = { name: "port0", up: true, mtu: 1400, macAddress: "02:00:00:00:00:99", txQueueLength: 500, group: 7 };
    expectPlan(link, { desired, live: [down] }).toEqual([
      "ip link set dev port0 address 02:00:00:00:00:99 mtu 1400 txqueuelen 500 group 7 up",
    ]);
    expectPlan(link, { desired: { name: "port0", up: true, mtu: 1400 }, live: [port] }).toEqual([
      "ip link set dev port0 mtu 1400",
    ]);
  });

  it("is set down before anything else of it is changed: some drivers take it only then", () => {
    expectPlan(link, { desired: { name: "port0", up: false, macAddress: "02:00:00:00:00:99" }, live: [port] }).toEqual([
      "ip link set dev port0 down",
      "ip link set dev port0 address 02:00:00:00:00:99",
    ]);
  });

  it("leaves what is not declared as it is, and has nothing to do for what is", () => {
    expectPlan(link, { desired: { name: "port0", group: 0 }, live: [down] }).toEqual([]);
    const all = { name: "port0", up: true, mtu: 1500, macAddress: "02:00:00:00:00:01", txQueueLength: 1000, group: 0 };
    expectPlan(link, { desired: all, live: [port] }).toEqual([]);
  });

  it("takes an address in capitals for the same, and a carrier that is missing for no difference", () => {
    const desired = { name: "port0", up: true, macAddress: "02:00:00:00:00:AB" };
    expectPlan(link, { desired, live: ["port0 flags NO-CARRIER,UP address 02:00:00:00:00:ab"] }).toEqual([]);
  });

  it("knows a queue of no packets, which `ip` does not show", () => {
    expectPlan(link, { desired: { name: "port0", txQueueLength: 0 }, live: ["port0"] }).toEqual([]);
    expectPlan(link, { desired: { name: "port0", txQueueLength: 9 }, live: ["port0"] }).toEqual([
      "ip link set dev port0 txqueuelen 9",
    ]);
  });

  it("asks for its neighbours and answers unless it is told not to", () => {
    expectPlan(link, { desired: { name: "port0", arp: true }, live: [port] }).toEqual([]);
    expectPlan(link, { desired: { name: "port0", arp: false }, live: [port] }).toEqual(["ip link set dev port0 arp off"]);
    expectPlan(link, { desired: { name: "port0", arp: true }, live: ["port0 flags NOARP,UP"] }).toEqual([
      "ip link set dev port0 arp on",
    ]);
  });

  it("plans the same lines for a device that is missing: the kernel says so, and the hint what to do", () => {
    const desired = { name: "port9", up: true };
    expectPlan(link, { desired, live: [port] }).toEqual(["ip link set dev port9 up"]);
    assert.match(link.hint?.('Cannot find device "port9"', desired) ?? "", /no device port9 .*dependsOn/);
  });

  it("is never removed", () => {
    expectRemoval(link, { desired: { name: "port0", up: true }, live: [port] }).toEqual([]);
  });

  it("shows the declared fields as they are", () => {
    assert.deepEqual(inputsFor(link, { desired: { name: "port0", up: false, mtu: 9000 }, live: [port] }), {
      name: "port0",
      up: true,
      mtu: 1500,
    });
  });

  it("is set at boot as it is declared", () => {
    assert.deepEqual(link.replay({ name: "port0", up: true, mtu: 1400 }), ["ip link set dev port0 mtu 1400 up"]);
    assert.deepEqual(link.replay({ name: "port0", up: false }), ["ip link set dev port0 down"]);
  });

  it("refuses what no device can have, with the reason", () => {
    expectProblems(link, { name: "port0" }).toEqual([
      "name: nothing is declared of it; give up, arp, mtu, macAddress, txQueueLength or group as well",
    ]);
    expectProblems(link, { name: "port0", mtu: 67 }).toEqual(["mtu: IP needs an MTU of at least 68 bytes"]);
  });
});
