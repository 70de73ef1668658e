import assert from "node:assert/strict";
import { sysctl } from "../../../provider/kinds/sysctl";
import { expectPlan, expectProblems, inputsFor } from "./expect-plan";

const forward = { key: "net.ipv4.ip_forward", value: 1 };

describe("Sysctl", () => {
  it("is written when it differs, whatever separates the words of its name", () => {
    for (const key of ["net.ipv4.ip_forward", "net/ipv4/ip_forward"]) {
      expectPlan(sysctl, { desired: { key, value: 1 }, live: ["net/ipv4/ip_forward=0"] }).toEqual([
        "sysctl net/ipv4/ip_forward=1",
      ]);
      expectPlan(sysctl, { desired: { key, value: "1" }, live: ["net/ipv4/ip_forward=1"] }).toEqual([]);
    }
  });

  it("knows a device with a dot in its name, in both of sysctl's notations", () => {
    const live = ["net/ipv4/conf/eth0.100/rp_filter=0"];
    for (const key of ["net/ipv4/conf/eth0.100/rp_filter", "net.ipv4.conf.eth0/100.rp_filter"]) {
      expectPlan(sysctl, { desired: { key, value: 2 }, live }).toEqual(["sysctl net/ipv4/conf/eth0.100/rp_filter=2"]);
      assert.deepEqual(sysctl.schema.parse({ key, value: 2 }), { key: "net/ipv4/conf/eth0.100/rp_filter", value: "2" });
    }
  });

  it("takes several numbers with any space between them for the same", () => {
    const desired = { key: "net.ipv4.tcp_rmem", value: "4096   131072 6291456" };
    expectPlan(sysctl, { desired, live: ["net/ipv4/tcp_rmem=4096\t131072\t6291456"] }).toEqual([]);
    expectPlan(sysctl, { desired, live: ["net/ipv4/tcp_rmem=4096\t131072\t1"] }).toEqual([
      "sysctl net/ipv4/tcp_rmem=4096 131072 6291456",
    ]);
  });

  it("names what it touches, reads and needs to be shown by the path", () => {
    const desired = sysctl.schema.parse(forward);
    assert.deepEqual(sysctl.details?.(desired), ["sysctl net/ipv4/ip_forward"]);
    assert.deepEqual(sysctl.reads(desired), ["sysctl net/ipv4/ip_forward"]);
    assert.deepEqual(sysctl.plan(desired, undefined)[0]?.touches, ["sysctl net/ipv4/ip_forward"]);
    assert.deepEqual(sysctl.replay(desired), ["sysctl net/ipv4/ip_forward=1"]);
  });

  it("shows what is there by the name that was declared", () => {
    const situation = { desired: { key: "net/ipv4/ip_forward", value: 1 }, live: ["net/ipv4/ip_forward=0"] };
    assert.deepEqual(inputsFor(sysctl, situation), { key: "net.ipv4.ip_forward", value: "0" });
    assert.equal(inputsFor(sysctl, { ...situation, live: [] }), undefined);
  });

  it("is not what other tables, commands to the kernel, and paths out of the tree are", () => {
    expectProblems(sysctl, { key: "vm.swappiness", value: 1 }).toMatch(/only what is below `net` is set here/);
    expectProblems(sysctl, { key: "/proc/sys/net/ipv4/ip_forward", value: 1 }).toMatch(
      /write it without the folder in front, net\/ipv4/,
    );
    expectProblems(sysctl, { key: "net/../vm/swappiness", value: 1 }).toMatch(/^key: .*must be/);
    expectProblems(sysctl, { key: "net.ipv4.ip_forward = 1", value: 1 }).toMatch(/a name has no white space/);
    expectProblems(sysctl, { key: "net.ipv4.route.flush", value: 1 }).toMatch(/^key: this is a command to the kernel/);
    expectProblems(sysctl, { key: "net.ipv4.ip_forward", value: "net.ipv4.ip_forward=1" }).toMatch(/the value alone is meant/);
    expectProblems(sysctl, { key: "net.ipv4.ip_forward", value: "1\n2" }).toMatch(/a value is one line/);
    expectProblems(sysctl, { key: "net.ipv4.ip_forward", value: true }).toMatch(/^value: .*must be/);
  });

  it("says what to do where the kernel has no such setting", () => {
    assert.match(sysctl.hint?.("No such file or directory", sysctl.schema.parse(forward)) ?? "", /come with the device/);
    assert.equal(sysctl.hint?.("Invalid argument", sysctl.schema.parse(forward)), undefined);
  });
});
