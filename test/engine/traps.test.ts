import assert from "node:assert/strict";
import { type Box, startBox } from "./fixtures/box";
import { Program } from "./fixtures/program";

/** What was seen to go wrong with dynamic providers and plain-string resources, each as a promise to the user. */
describe("With the real engine", function () {
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

  async function started(source: string, options: { host?: unknown; project?: string; stack?: string } = {}): Promise<Program> {
    program = await Program.create({ host: box.host, ...options, source });
    return program;
  }

  async function succeeds(result: Promise<{ code: number; output: string }>): Promise<void> {
    const { code, output } = await result;
    assert.equal(code, 0, output);
  }

  const ours = async (): Promise<string[]> =>
    (await box.sh("ip -4 route show proto 205; ip -6 route show proto 205"))
      .split("\n")
      .map((line) => line.replace(/\s+/g, " ").trim())
      .filter((line) => line !== "");

  const blackhole = (name: string, destination: string, options = ""): string =>
    `new multipath.Route("${name}", { host, destination: "${destination}", type: "blackhole" }${options && `, ${options}`});`;

  it("a resource renamed without an alias keeps its object", async () => {
    const renamed = await started(blackhole("old-name", "10.1.0.0/16"));
    await succeeds(renamed.up());
    renamed.write(blackhole("new-name", "10.1.0.0/16"));
    await succeeds(renamed.up());
    assert.deepEqual(await ours(), ["blackhole 10.1.0.0/16"]);
    await succeeds(renamed.preview("--expect-no-changes"));
    await succeeds(renamed.destroy());
    assert.deepEqual(await ours(), []);
  });

  it("--target-replace leaves the object standing", async () => {
    const replaced = await started(blackhole("bogon", "10.1.0.0/16"));
    await succeeds(replaced.up());
    const [resource] = await replaced.resources();
    await succeeds(replaced.up("--target-replace", resource?.urn ?? ""));
    assert.deepEqual(await ours(), ["blackhole 10.1.0.0/16"]);
    await succeeds(replaced.preview("--expect-no-changes"));
  });

  it("twenty resources that name each other by plain strings only land in the right order", async () => {
    // Declared as a person would write it: each line's address, its router, what is behind it; nothing else ties them together.
    const twenty = await started(`
      for (let i = 0; i < 5; i++) {
        const device = i % 2 ? "adsl" : "bdsl";
        new multipath.Address("address-" + i, { host, device, address: "10.9." + i + ".1/32" });
        new multipath.Route("router-" + i, { host, destination: "10.9." + i + ".254/32", device, preferredSource: "10.9." + i + ".1" });
        new multipath.Route("net-" + i, { host, destination: "10.1" + i + ".0.0/16", gateway: "10.9." + i + ".254", device });
        new multipath.Route("net6-" + i, { host, destination: "2001:db8:1" + i + "::/48", gateway: "fe80::1", device });
      }`);
    for (let trial = 1; trial <= 2; trial++) {
      await succeeds(twenty.up("--parallel", "8"));
      assert.equal((await ours()).length, 15);
      await succeeds(twenty.destroy());
      assert.deepEqual(await ours(), []);
    }
  });

  it("ignoreChanges leaves the field as it is found, with and without --refresh", async () => {
    const source = (mtu: number): string =>
      `new multipath.Address("a", { host, device: "adsl", address: "192.0.2.2/24" });
       new multipath.Route("r", { host, destination: "10.1.0.0/16", gateway: "192.0.2.1", device: "adsl", mtu: ${mtu} }, { ignoreChanges: ["mtu"] });`;
    const ignoring = await started(source(1400));
    await succeeds(ignoring.up());
    ignoring.write(source(1300));
    await succeeds(ignoring.preview("--expect-no-changes"));
    await box.sh("ip route replace 10.1.0.0/16 via 192.0.2.1 dev adsl proto 205 mtu 1200");
    await succeeds(ignoring.preview("--expect-no-changes"));
    await succeeds(ignoring.up("--refresh"));
    assert.deepEqual(await ours(), ["10.1.0.0/16 via 192.0.2.1 dev adsl mtu 1200"]);
    await succeeds(ignoring.preview("--refresh", "--expect-no-changes"));
  });

  it("a changed address of the same host is no transaction, and destroy dials the new one", async () => {
    const moved = await started(blackhole("bogon", "10.1.0.0/16"));
    await succeeds(moved.up());
    const transactions = await box.transactions();
    moved.setHost({ ...box.host, address: "localhost" });
    moved.write(blackhole("bogon", "10.1.0.0/16"));
    const up = await moved.up();
    assert.equal(up.code, 0, up.output);
    assert.deepEqual(
      up.steps.map(({ op, diffs }) => [op, diffs]),
      [["update", ["host"]]],
    );
    assert.equal(await box.transactions(), transactions);
    const [resource] = await moved.resources();
    assert.equal((resource?.outputs["host"] as { address: string }).address, "localhost");
    await succeeds(moved.destroy());
    assert.deepEqual(await ours(), []);
  });

  it("one bad line among four resources is named with the kernel's words; the other three land", async () => {
    const four = await started(`
      ${blackhole("one", "10.1.0.0/16")} ${blackhole("two", "10.2.0.0/16")} ${blackhole("three", "10.3.0.0/16")}
      new multipath.Route("lost", { host, destination: "10.4.0.0/16", gateway: "192.0.2.77" });`);
    const up = await four.up("--parallel", "8");
    assert.notEqual(up.code, 0);
    const errors = up.messages.filter(({ severity, name }) => severity === "error" && name !== "");
    assert.deepEqual([...new Set(errors.map(({ name }) => name))], ["lost"]);
    assert.match(errors[0]?.text ?? "", /route add 10\.4\.0\.0\/16/);
    assert.match(errors[0]?.text ?? "", /Nexthop has invalid gateway|Network is unreachable/);
    assert.doesNotMatch(up.output, /\n\s+at .*\.js:\d+/);
    assert.deepEqual(await ours(), ["blackhole 10.1.0.0/16", "blackhole 10.2.0.0/16", "blackhole 10.3.0.0/16"]);
    assert.equal((await four.resources()).length, 3);
  });

  it("an exception inside a commit fails the resources with one sentence each, and `up` ends", async () => {
    // A host whose `ip` prints what is no JSON, from the moment when the first object of ours is there: the reply of the commit.
    await box.sh(`mkdir -p /usr/local/sbin; printf '%s\\n' '#!/bin/sh' \\
      'if [ -e /run/garble ]; then echo "[{oops"; exit 0; fi' \\
      'case "$*" in *batch*) /usr/sbin/ip "$@"; rc=$?; touch /run/garble; exit $rc;; esac' \\
      'exec /usr/sbin/ip "$@"' >/usr/local/sbin/ip; chmod +x /usr/local/sbin/ip`);
    const broken = await started(blackhole("one", "10.1.0.0/16") + blackhole("two", "10.2.0.0/16"));
    const up = await broken.up();
    assert.notEqual(up.code, 0);
    assert.ok(up.seconds < 60, `took ${up.seconds} s`);
    assert.doesNotMatch(up.output, /\n\s+at .*\.js:\d+/);
    // Both, or the one that came first: after a failure the engine begins nothing more.
    const failed = up.messages.filter(({ severity, name }) => severity === "error" && name !== "");
    assert.ok(failed.length > 0, up.output);
    assert.equal(new Set(failed.map(({ name }) => name)).size, failed.length, up.output);
    for (const { text } of failed) assert.match(text, /printed something that is not JSON/);
  });

  it("`up` ends within 0.3 s of its last operation", async () => {
    const quick = await started(blackhole("bogon", "10.1.0.0/16"));
    const up = await quick.up();
    assert.equal(up.code, 0, up.output);
    assert.ok(up.secondsAfterLastOperation < 0.3, `${up.secondsAfterLastOperation.toFixed(2)} s`);
  });

  it("with one of two hosts unreachable the other's resources land, and the error says what to do", async () => {
    const two = await started(`
      ${blackhole("here", "10.1.0.0/16")}
      const gone = { ...host, port: 1 };
      for (let i = 0; i < 4; i++) new multipath.Route("there-" + i, { host: gone, destination: "10.2" + i + ".0.0/16", type: "blackhole" });`);
    const preview = await two.preview();
    assert.equal(preview.code, 0, preview.output);
    assert.equal(
      preview.messages.filter(({ severity, text }) => severity === "warning" && /recorded state/.test(text)).length,
      1,
    );
    // By default the engine starts nothing more after the first failure, whichever resource that hits.
    const up = await two.up("--continue-on-error");
    assert.notEqual(up.code, 0);
    assert.deepEqual(await ours(), ["blackhole 10.1.0.0/16"], up.output);
    assert.match(up.messages.find(({ name, severity }) => name === "there-0" && severity === "error")?.text ?? "", /:1\b/);
    assert.deepEqual(
      (await two.resources()).map(({ urn }) => urn.split("::").at(-1)),
      ["here"],
    );
  });

  it("a preview without reach to the host compares with the recorded state and says so once; requireLive makes it fail", async () => {
    const pair = (destination: string, host = "host"): string =>
      `for (const [name, destination] of [["a", "10.1.0.0/16"], ["b", "${destination}"]])
         new multipath.Route(name, { host: ${host}, destination, type: "blackhole" });`;
    const pulled = await started(pair("10.2.0.0/16"));
    await succeeds(pulled.up());
    await box.stopSsh();
    pulled.write(pair("10.3.0.0/16"));
    const preview = await pulled.preview();
    assert.equal(preview.code, 0, preview.output);
    assert.deepEqual(preview.steps.map(({ op, name }) => [name, op]).sort(), [
      ["a", "same"],
      ["b", "update"],
    ]);
    assert.equal(preview.messages.filter(({ text }) => /recorded state/.test(text)).length, 1, preview.output);
    pulled.write(pair("10.3.0.0/16", "{ ...host, requireLive: true }"));
    assert.notEqual((await pulled.preview()).code, 0);
  });

  it("another machine behind the same address is refused, and a new label for host.machine replaces", async () => {
    const labelled = (label: string): string =>
      blackhole("r", "10.1.0.0/16").replace("host,", `host: { ...host, machine: "${label}" },`);
    const replaced = await started(labelled("first"));
    await succeeds(replaced.up());
    await box.sh("echo 0123456789abcdef0123456789abcdef >/etc/machine-id");
    const refused = await replaced.preview();
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /another machine now.*host\.machine/s);
    replaced.write(labelled("second"));
    const preview = await replaced.preview();
    assert.deepEqual(preview.steps.map(({ op }) => op).sort(), ["create-replacement", "delete-replaced", "replace"]);
  });

  it("a second program that declares the same object is refused by the first one's name", async () => {
    const first = await started(blackhole("mine", "10.1.0.0/16"), { project: "first-project" });
    await succeeds(first.up());
    const second = await Program.create({
      project: "second-project",
      host: box.host,
      source: blackhole("also-mine", "10.1.0.0/16"),
    });
    try {
      const preview = await second.preview();
      assert.notEqual(preview.code, 0);
      assert.match(preview.output, /declared by first-project\/dev\/mine/);
      const up = await second.up();
      assert.notEqual(up.code, 0);
      assert.match(up.output, /declared by first-project\/dev\/mine/);
      assert.deepEqual(await ours(), ["blackhole 10.1.0.0/16"]);
    } finally {
      second.remove();
    }
    await succeeds(first.preview("--expect-no-changes"));
  });

  it("an object of a stranger is refused in the preview as it is, and taken over with adopt", async () => {
    await box.sh("ip route add blackhole 10.1.0.0/16 proto static");
    const differs = (adopt: string): string =>
      `new multipath.Route("r", { host, destination: "10.1.0.0/16", type: "unreachable"${adopt} });`;
    const adopting = await started(differs(""));
    const preview = await adopting.preview();
    assert.notEqual(preview.code, 0);
    assert.match(preview.output, /is there already, it is not ours, and it differs.*blackhole/s);
    adopting.write(differs(", adopt: true"));
    await succeeds(adopting.up());
    assert.deepEqual(await ours(), ["unreachable 10.1.0.0/16"]);
  });

  it("an identical object is adopted without a change", async () => {
    await box.sh("ip route add blackhole 10.1.0.0/16 proto static");
    const adopting = await started(blackhole("r", "10.1.0.0/16"));
    const routes = await box.sh("ip -d route show table all");
    await succeeds(adopting.up());
    assert.equal(await box.sh("ip -d route show table all"), routes);
    await succeeds(adopting.preview("--expect-no-changes"));
    await succeeds(adopting.destroy());
    assert.doesNotMatch(await box.sh("ip route"), /10\.1\.0\.0/);
  });

  it("a changed identity is one update, new in and old out", async () => {
    const moving = await started(blackhole("r", "10.1.0.0/16"));
    await succeeds(moving.up());
    moving.write(blackhole("r", "10.2.0.0/16"));
    const up = await moving.up();
    assert.equal(up.code, 0, up.output);
    assert.deepEqual(
      up.steps.map(({ op }) => op),
      ["update"],
    );
    assert.deepEqual(await ours(), ["blackhole 10.2.0.0/16"]);
    await succeeds(moving.preview("--expect-no-changes"));
    await succeeds(moving.destroy());
    assert.deepEqual(await ours(), []);
  });

  it("two resources that swap their identities in one up both stay", async () => {
    const pair = (a: number, b: number): string => blackhole("a", `10.${a}.0.0/16`) + blackhole("b", `10.${b}.0.0/16`);
    const swapping = await started(pair(1, 2));
    await succeeds(swapping.up());
    swapping.write(pair(2, 1));
    await succeeds(swapping.up());
    assert.deepEqual(await ours(), ["blackhole 10.1.0.0/16", "blackhole 10.2.0.0/16"]);
    await succeeds(swapping.preview("--expect-no-changes"));
  });

  it("refresh removes from state only what is proven absent", async () => {
    const refreshed = await started(blackhole("stays", "10.1.0.0/16") + blackhole("goes", "10.2.0.0/16"));
    await succeeds(refreshed.up());
    await box.sh("ip route del blackhole 10.2.0.0/16");
    await succeeds(refreshed.refresh());
    assert.deepEqual(
      (await refreshed.resources()).map(({ urn }) => urn.split("::").at(-1)),
      ["stays"],
    );
    await succeeds(refreshed.up());
    assert.deepEqual(await ours(), ["blackhole 10.1.0.0/16", "blackhole 10.2.0.0/16"]);
    // Unreachable is an error, never an absence.
    await box.stopSsh();
    const refresh = await refreshed.refresh();
    assert.notEqual(refresh.code, 0);
    assert.equal((await refreshed.resources()).length, 2);
  });

  it("unknown values are accepted at any depth in a preview, and known ones are checked beside them", async () => {
    const unknown = await started(`
      const first = ${blackhole("first", "10.1.0.0/16")}
      const later = first.id.apply(() => 7);
      const gateway = first.id.apply(() => "198.51.100.1");
      new multipath.Route("depends", { host, destination: "10.5.0.0/16", nextHops: [
        { gateway, device: "adsl", onLink: true, weight: later }, { gateway: "198.51.100.2", device: "bdsl", onLink: true, weight: 3 } ] });`);
    const preview = await unknown.preview();
    assert.equal(preview.code, 0, preview.output);
    await succeeds(unknown.up());
    assert.match(await box.sh("ip route show 10.5.0.0/16 | tr '\\n' ' '"), /weight 7 .*weight 3/);
  });

  it("a secret input is neither in the state file nor in what is printed", async () => {
    const secretive = await started(`
      new multipath.Route("r", { host: pulumi.secret(host), destination: pulumi.secret("10.171.0.0/16"), type: "blackhole" });`);
    const up = await secretive.up();
    assert.equal(up.code, 0, up.output);
    assert.doesNotMatch(up.output, /10\.171\.0\.0/);
    assert.match(up.output, /ip -4 route add blackhole \[secret\] proto 205/);
    assert.doesNotMatch(secretive.stateText(), /10\.171\.0\.0/);
    await succeeds(secretive.preview("--expect-no-changes"));
    await succeeds(secretive.destroy());
  });

  it("all that is wrong with a declaration is told at once, before any connection, by path", async () => {
    const wrong = await started(
      `new multipath.Route("r", { host: { ...host, port: 1 }, destination: "10.1.2.3/16", nexthops: [], nextHops: [
        { gateway: "010.0.0.1", device: "adsl" }, { gateway: "198.51.100.2", device: "bdsl", weight: 257 }] });`,
    );
    const preview = await wrong.preview();
    assert.notEqual(preview.code, 0);
    for (const expected of [
      /destination/,
      /10\.1\.0\.0\/16/,
      /nextHops\[0\]\.gateway/,
      /nextHops\[1\]\.weight/,
      /257/,
      /nexthops/,
    ]) {
      assert.match(preview.output, expected);
    }
    assert.doesNotMatch(preview.output, /\n\s+at .*\.js:\d+/);
  });
});
