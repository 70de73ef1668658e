import assert from "node:assert/strict";
import { hostSchema } from "../../../provider/host";
import type { Inputs } from "../../../provider/inputs";
import { shown } from "../../../provider/kind";
import { hostNetwork } from "../../../provider/kinds/host-network";
import { vlan } from "../../../provider/kinds/vlan";
import { createPlan } from "../../../provider/plans";
import { expectPlan, expectProblems, expectRemoval, inputsFor, stepsFor } from "./expect-plan";
import { snapshotOf } from "./live";

const port0 = "port0 flags BROADCAST,UP mtu 1500 qlen 1000 address 02:00:00:00:00:01";
const seven = (more = "flags REORDER_HDR", own = "mtu 1500") =>
  `v7@port0 flags BROADCAST,UP ${own} qlen 1000 address 02:00:00:00:00:01 alias pulumi-multipath type vlan protocol [33024] id 7 ${more}`;
const desired = { name: "v7", device: "port0", vlanId: 7 };

describe("Vlan", () => {
  it("is added with what is declared, then marked as ours and set up", () => {
    expectPlan(vlan, { desired, live: [port0] }).toEqual([
      "ip link add link port0 name v7 type vlan id 7",
      "ip link set dev v7 alias pulumi-multipath up",
    ]);
    const all = {
      ...{ ...desired, protocol: "802.1ad", up: false, mtu: 1400, macAddress: "02:00:00:00:00:99", reorderHeader: false },
      ...{ gvrp: true, mvrp: true, looseBinding: true, bridgeBinding: true },
      ingressQosMap: [{ from: 3, to: 300 }],
      egressQosMap: [
        { from: 20, to: 2 },
        { from: 1, to: 7 },
      ],
    };
    expectPlan(vlan, { desired: all, live: [port0] }).toEqual([
      "ip link add link port0 name v7 address 02:00:00:00:00:99 mtu 1400 type vlan protocol 802.1ad id 7 " +
        "reorder_hdr off gvrp on mvrp on loose_binding on bridge_binding on ingress-qos-map 3:300 egress-qos-map 1:7 20:2",
      "ip link set dev v7 alias pulumi-multipath down",
    ]);
  });

  it("has nothing to change when it is there, whatever was left out", () => {
    expectPlan(vlan, { desired, live: [port0, seven()] }).toEqual([]);
    const said = {
      ...desired,
      protocol: "802.1Q",
      up: true,
      mtu: 1500,
      macAddress: "02:00:00:00:00:01",
      reorderHeader: true,
      gvrp: false,
    };
    expectPlan(vlan, { desired: said, live: [port0, seven()] }).toEqual([]);
    const zeros = { ...desired, ingressQosMap: [{ from: 1, to: 0 }], egressQosMap: [] };
    expectPlan(vlan, { desired: zeros, live: [port0, seven()] }).toEqual([]);
  });

  it("is changed in one line where the kernel can", () => {
    const live = [port0, seven("flags REORDER_HDR,GVRP egress 1:2,3:4", "mtu 1400")];
    expectPlan(vlan, { desired: { ...desired, mvrp: true, egressQosMap: [{ from: 3, to: 5 }] }, live }).toEqual([
      "ip link set dev v7 mtu 1500 type vlan gvrp off mvrp on egress-qos-map 1:0 3:5",
    ]);
    expectPlan(vlan, { desired: { ...desired, up: false, macAddress: "02:00:00:00:00:99" }, live: [port0, seven()] }).toEqual([
      "ip link set dev v7 address 02:00:00:00:00:99 down",
    ]);
  });

  it("has the MTU and address of its device unless it is given others", () => {
    const live = [port0.replace("1500", "9000"), seven()];
    expectPlan(vlan, { desired, live }).toEqual(["ip link set dev v7 mtu 9000"]);
    expectPlan(vlan, { desired: { ...desired, mtu: 1500 }, live }).toEqual([]);
    const other = [port0, seven().replace("02:00:00:00:00:01", "02:00:00:00:00:77")];
    expectPlan(vlan, { desired, live: other }).toEqual(["ip link set dev v7 address 02:00:00:00:00:01"]);
  });

  it("is made anew in one transaction when its number, protocol or device changes, and keeps what nobody declares of it", () => {
    const live = [port0, "port1 flags UP mtu 1500", `${seven()}`.replace("qlen 1000", "qlen 50 group 3 master br0")];
    for (const [change, line] of [
      [{ vlanId: 8 }, "link port0 name v7 txqueuelen 50 group 3 type vlan id 8"],
      [{ protocol: "802.1ad" }, "link port0 name v7 txqueuelen 50 group 3 type vlan protocol 802.1ad id 7"],
      [{ device: "port1" }, "link port1 name v7 txqueuelen 50 group 3 type vlan id 7"],
    ] as const) {
      const steps = stepsFor(vlan, { desired: { ...desired, ...change }, live });
      expectPlan(vlan, { desired: { ...desired, ...change }, live }).toEqual([
        "ip link del dev v7",
        `ip link add ${line}`,
        "ip link set dev v7 master br0",
        "ip link set dev v7 alias pulumi-multipath up",
      ]);
      // What stood on it is put back: nothing but the VLAN itself is touched, and nothing is meant to be gone.
      assert.ok(
        steps.every(({ phase, touches, removes }) => phase === "put" && touches.join() === "link v7" && removes.length === 0),
      );
    }
  });

  it("follows the MTU of a port that the same HostNetwork raises, one within it too, and one of its own stays", () => {
    const inputs: Inputs = {
      host: hostSchema.parse({ address: "192.0.2.1" }),
      owner: { project: "p", stack: "s", name: "box" },
      ...hostNetwork.schema.parse({
        links: { port: { name: "port0", mtu: 9000 } },
        vlans: {
          inner: { name: "q9", device: "v7", vlanId: 9 },
          seven: desired,
          eight: { ...desired, name: "v8", vlanId: 8, mtu: 1500 },
        },
      }),
    };
    const eight = seven().replace("v7@", "v8@").replace("id 7", "id 8");
    const inner = seven().replace("v7@port0", "q9@v7").replace("id 7", "id 9");
    const { steps } = createPlan(hostNetwork, inputs, snapshotOf({ links: [port0, seven(), eight, inner] }));
    assert.deepEqual(steps.map(shown), [
      "ip link set dev port0 mtu 9000",
      "ip link set dev v7 mtu 9000",
      "ip link set dev q9 mtu 9000",
    ]);
  });

  it("is removed, but not with what somebody else has put on it", () => {
    expectRemoval(vlan, { desired, live: [port0, seven()] }).toEqual(["ip link del dev v7"]);
    const above = "q9@v7 flags UP mtu 1500 type vlan protocol [33024] id 9 flags REORDER_HDR";
    assert.throws(
      () => expectRemoval(vlan, { desired, live: [port0, seven(), above] }),
      /^OwnershipError: v7 is not removed, .* is not ours: q9\. Remove that first/,
    );
  });

  it("does not touch a device of its name that is no VLAN", () => {
    for (const [live, what] of [
      ["v7 flags UP mtu 1500", "hardware"],
      ["v7 flags UP mtu 1500 type bond", "bond"],
      ["v7 flags UP mtu 1500 type vlan id 7", "vlan"],
    ] as const) {
      assert.throws(
        () => stepsFor(vlan, { desired, live: [port0, live] }),
        new RegExp(`already, and it is no VLAN .*\\(${what}\\)`),
      );
      expectRemoval(vlan, { desired, live: [port0, live] }).toEqual([]);
    }
  });

  it("goes before another takes its tag on its device, and after it otherwise", () => {
    const parsed = vlan.schema.parse(desired);
    assert.equal(vlan.excludes?.({ ...parsed, name: "w7" }, parsed), true);
    assert.equal(vlan.excludes?.({ ...parsed, name: "w7", vlanId: 8 }, parsed), false);
    assert.equal(vlan.excludes?.({ ...parsed, name: "w7", protocol: "802.1ad" }, parsed), false);
  });

  it("is shown as it is, with its MTU and address where they are not those of its device", () => {
    assert.deepEqual(
      inputsFor(vlan, { desired, live: [port0, seven("flags REORDER_HDR,LOOSE_BINDING ingress 7:1", "mtu 1400")] }),
      {
        ...{ ...desired, protocol: "802.1Q", up: true, mtu: 1400, looseBinding: true },
        ingressQosMap: [{ from: 7, to: 1 }],
      },
    );
    assert.deepEqual(inputsFor(vlan, { desired, live: [port0, seven("flags GVRP")] }), {
      ...{ ...desired, protocol: "802.1Q", up: true, reorderHeader: false, gvrp: true },
    });
    const outer = "v7@port0 mtu 1500 type vlan protocol [34984] id 7 flags REORDER_HDR address 02:00:00:00:00:01";
    assert.deepEqual(inputsFor(vlan, { desired: { ...desired, mtu: 1500 }, live: [port0, outer] }), {
      ...{ ...desired, protocol: "802.1ad", up: false, mtu: 1500 },
    });
  });

  it("is made again at boot", () => {
    assert.deepEqual(vlan.replay(vlan.schema.parse({ ...desired, mtu: 1400 })), [
      "ip link add link port0 name v7 mtu 1400 type vlan id 7",
      "ip link set dev v7 alias pulumi-multipath up",
    ]);
  });

  it("refuses a device that is its own, and a priority that is mapped twice", () => {
    const twice = [
      { from: 1, to: 2 },
      { from: 2, to: 2 },
      { from: 1, to: 3 },
    ];
    expectProblems(vlan, { ...desired, name: "port0", ingressQosMap: twice }).toEqual([
      "name: the VLAN is a device of its own, on port0; give it another name",
      "ingressQosMap.1.from: it is mapped to 2 already; map a priority once",
    ]);
  });

  it("says what to do about the kernel's refusals", () => {
    const hint = (words: string, more = {}) => vlan.hint?.(words, vlan.schema.parse({ ...desired, ...more })) ?? "";
    assert.match(hint('Cannot find device "port0"'), /no device port0/);
    assert.match(hint("RTNETLINK answers: Network is down"), /port0 is down.*Link/);
    assert.match(hint("Error: 8021q: VLAN device already exists."), /VLAN 7 is on port0 under another name/);
    assert.match(hint("RTNETLINK answers: Invalid argument", { mtu: 9000 }), /is that of port0 less than 9000/);
  });
});
