import assert from "node:assert/strict";
import { undoOver } from "../../../cli/undo";
import type { Fields } from "../../../provider/group";
import type { Inputs, Outputs } from "../../../provider/inputs";
import { connectionPinning } from "../../../provider/kinds/connection-pinning";
import { Lifecycle, type Row } from "../../../provider/lifecycle";
import { terminal } from "../cli/terminal";
import { type Box, change, drop, hostState, onEachBox, ourFiles, put } from "./box";

const key = "nft inet pulumi_multipath";
const work = "/run/pulumi-multipath/put-back";
const quiet: Row = { info: () => undefined, warn: () => undefined, progress: () => undefined };

onEachBox("The table of pinned connections", (open, thorough) => {
  let on: Box;

  before(async function () {
    on = await open();
    if ((await on.sh("command -v nft >/dev/null && nft list ruleset >/dev/null && echo works; :")) === "") this.skip();
  });

  const inputs = (fields: Fields, more: Partial<Inputs> = {}): Inputs => ({
    host: on.host,
    owner: { project: "lab", stack: "test", name: "pinning" },
    ...connectionPinning.schema.parse(fields),
    ...more,
  });
  const two = {
    lines: [
      { name: "adsl", device: "adsl", masquerade: true },
      { name: "bdsl", device: "bdsl", masquerade: "203.0.113.5" },
    ],
    clampMss: true,
  };
  const three = { lines: [...two.lines, { name: "lte", device: "wwan0", number: 9 }], inbound: false };

  const lifecycle = () => {
    const state = hostState(on);
    return new Lifecycle(() => state);
  };
  const create = (fields: Fields, more: Partial<Inputs> = {}): Promise<Outputs> =>
    lifecycle().create(connectionPinning, inputs(fields, more), quiet);
  const remove = (props: Outputs) => lifecycle().delete(connectionPinning, props, quiet);
  const read = async (props: Outputs) => (await lifecycle().read(connectionPinning, props))?.inputs;
  const differs = async (props: Outputs) =>
    (await lifecycle().diff(connectionPinning, props, inputs(connectionPinningFields(props)), quiet)).changes;
  const connectionPinningFields = ({ lines, inbound, clampMss, ipv6 }: Inputs): Fields => ({ lines, inbound, clampMss, ipv6 });

  const table = () => on.sh("nft -s list table inet pulumi_multipath 2>/dev/null; :");
  const everything = () => on.sh("nft -s list ruleset; ip -4 -N rule; ip -6 -N rule");
  const alive = () => on.sh("nft list set inet pulumi_multipath alive | grep -o '0x[0-9a-f]*' | sed 's/0x0*/0x/' | tr '\\n' ' '");
  const health = (...lines: string[]) =>
    on.sh(
      `mkdir -p /run/pulumi-multipath/lines; printf '%s\\n' ${lines.map((line) => `'line ${line} - - -'`).join(" ")} >/run/pulumi-multipath/lines/health`,
    );
  const refused = drop("route", "ip -6", "route del 2001:db8:dead::/64 table 999", []);
  const failing = (name: string, ...steps: ReturnType<typeof put>[]) =>
    hostState(on)
      .commit({ ...change(name, { steps }), details: [key] })
      .then(
        () => assert.fail("it was taken"),
        (error: unknown) => (error as Error).message,
      );

  after(async () => {
    await on.sh("nft flush ruleset; [ ! -e /usr/local/lib/lab/nat.nft ] || nft -f /usr/local/lib/lab/nat.nft");
    await on.down();
  });

  describe("in transactions", () => {
    afterEach(async () => {
      await on.sh(
        "rm -rf /etc/pulumi-multipath /run/pulumi-multipath/lines; for f in 4 6; do ip -$f rule flush protocol 205; done",
      );
      await on.sh(
        "for table in 'inet pulumi_multipath' 'inet filter' 'ip strange'; do nft delete table $table 2>/dev/null; done; :",
      );
    });

    it("is made, is as it was declared, becomes another one, and goes without a trace", async () => {
      await on.sh("nft 'add table inet filter; add chain inet filter input { type filter hook input priority 0; }'");
      const bare = await everything();
      const first = await create(two);
      assert.match(await table(), /meta nfproto ipv4 oifname "bdsl" snat ip to 203\.0\.113\.5/);
      assert.deepEqual(await read(first), inputs(two));
      assert.equal(await differs(first), false);

      const second = await lifecycle().update(connectionPinning, first, inputs(three), quiet);
      assert.doesNotMatch(await table(), /maxseg|what comes in by it belongs to it/);
      assert.equal(await alive(), "0x100 0x200 0x900 ");
      assert.deepEqual(await read(second), inputs(three));
      assert.equal(await differs(second), false);

      await remove(second);
      assert.equal(await everything(), bare);
      assert.deepEqual(await ourFiles(on), []);
    });

    it("is as it was before when a transaction is undone: none, or what somebody has made of it", async () => {
      await on.sh("nft 'add table ip strange; add set ip strange some { type mark; }'");
      const bare = await everything();
      const lines = ["add table inet pulumi_multipath", "add chain inet pulumi_multipath mine"];
      const make = lines.map((line) => put("firewall", "nft", line, [key]));
      assert.match(await failing("make", ...make, refused), /The gateway is as it was before\.$/);
      assert.equal(await everything(), bare);

      const props = await create(two);
      await on.sh(
        "nft add rule inet pulumi_multipath output ct mark 7 accept; nft add set inet pulumi_multipath more '{ type mark; elements = { 1, 2 }; }'",
      );
      const before = await everything();
      const removal = drop("firewall", "nft", "delete table inet pulumi_multipath", [key]);
      assert.match(await failing("remove", removal, refused), /The gateway is as it was before\.$/);
      assert.equal(await everything(), before);
      await remove(props);
      assert.equal(await everything(), bare);
    });

    it("is refused by the line that nft refuses, in its words", async () => {
      const lines = [
        "add table inet pulumi_multipath",
        "add rule inet pulumi_multipath nowhere accept",
        "add chain inet pulumi_multipath c",
      ];
      const message = await failing("refused", ...lines.map((line) => put("firewall", "nft", line, [key])));
      assert.match(
        message,
        /`nft add rule inet pulumi_multipath nowhere accept` was refused: Could not process rule: No such file or directory/,
      );
      assert.equal(await table(), "");
    });

    thorough?.("is somebody else's where we have not made it, unless it is to be taken over", async () => {
      await on.sh("nft 'add table inet pulumi_multipath; add chain inet pulumi_multipath theirs'");
      await assert.rejects(create(two), /is there already, it is not ours, and it differs/);
      assert.match(await table(), /theirs/);
      const props = await create(two, { adopt: true });
      assert.doesNotMatch(await table(), /theirs/);
      await remove(props);
      assert.equal(await table(), "");
    });

    thorough?.("can't be made without nft, which nobody else needs", async () => {
      const props = await create(two);
      await on.sh("mount --bind /dev/null $(command -v nft)");
      const state = hostState(on);
      await assert.rejects(create(two), /The host has no nft\. Install nftables there\./);
      assert.equal((await state.look([key])).firewall, "missing");
      await state.commit(
        change("another", { steps: [put("rule", "ip -4", "rule add priority 30 table 5", ["rule 4 30 table 5"])] }),
      );
      await remove(props);
      await on.sh("umount $(readlink -f /usr/sbin/nft); ip rule del priority 30");
    });

    thorough?.(
      "is taken back by `pulumi-multipath undo`: to what it was before an update, and away when it has been made",
      async () => {
        const bare = await everything();
        const first = await create(two);
        const full = await everything();
        await lifecycle().update(connectionPinning, first, inputs(three), quiet);
        await health("adsl down 1", "bdsl up 1");
        await undoOver(on.host, on.reach, true, terminal());
        assert.equal(await alive(), "0x200 ");
        await on.sh("nft add element inet pulumi_multipath alive '{ 0x100 }'; rm -r /run/pulumi-multipath/lines");
        assert.equal(await everything(), full);
        assert.equal(await differs(first), false);
        await remove(first);
        await create(two);
        await undoOver(on.host, on.reach, true, terminal());
        assert.equal(await everything(), bare);
      },
    );

    it("drifts when somebody changes it, and not by what the line monitor does", async () => {
      const props = await create(two);
      await on.sh("nft delete element inet pulumi_multipath alive '{ 0x100 }'");
      assert.equal(await differs(props), false);
      const edits = [
        "nft flush chain inet pulumi_multipath postrouting",
        "nft add rule inet pulumi_multipath output accept",
        "nft insert rule inet pulumi_multipath pinned accept comment pinned",
        "nft add chain inet pulumi_multipath more",
        "nft delete table inet pulumi_multipath",
      ];
      for (const edit of thorough ? edits : edits.slice(0, 1)) {
        await on.sh(edit);
        assert.equal(await differs(props), true, edit);
        assert.deepEqual((await read(props))?.lines, []);
        await lifecycle().update(connectionPinning, props, inputs(two), quiet);
        assert.equal(await differs(props), false);
        assert.deepEqual(await read(props), inputs(two));
      }
      await on.sh("ip rule del priority 20502");
      assert.deepEqual((await read(props))?.lines, inputs({ lines: two.lines.slice(0, 1) }).lines);
      await remove(props);
    });

    it("sends nothing to a line that is down when it is made anew, at boot too", async () => {
      const props = await create(two);
      await health("adsl down 1", "bdsl up 1");
      const second = await lifecycle().update(connectionPinning, props, inputs(three), quiet);
      assert.equal(await alive(), "0x200 0x900 ");
      const full = await table();
      await on.sh("nft flush ruleset; ip rule flush protocol 205");
      assert.equal(await on.sh("sh /usr/local/libexec/pulumi-multipath/*/restore.sh 1 2>&1; echo status $?"), "status 0\n");
      assert.equal(await table(), full);
      assert.equal(await on.sh("sh /usr/local/libexec/pulumi-multipath/*/restore.sh 1 2>&1; echo status $?"), "status 0\n");
      assert.equal(await table(), full);
      assert.equal(await differs(second), false);
      await on.sh("nft add rule inet pulumi_multipath output accept");
      await health("adsl up 2", "bdsl down 2");
      const removal = drop("firewall", "nft", "delete table inet pulumi_multipath", [key]);
      await failing("remove", removal, refused);
      assert.equal(await alive(), "0x100 0x900 ");
      await remove(second);
    });
  });

  thorough?.("knows of a line that goes down at the moment when it is made", async () => {
    const props = await create(two);
    await health("adsl down 1", "bdsl up 1");
    await on.sh(`cp /run/pulumi-multipath/lines/health /run/down; mkdir -p /usr/local/sbin
      printf '%s\\n' '#!/bin/sh' 'case $* in "-f -") cp /run/down /run/pulumi-multipath/lines/health ;; esac' 'exec /usr/sbin/nft "$@"' >/usr/local/sbin/nft
      chmod +x /usr/local/sbin/nft`);
    await health("adsl up 1", "bdsl up 1");
    const second = await lifecycle().update(connectionPinning, props, inputs(three), quiet);
    await on.sh("rm /usr/local/sbin/nft");
    assert.equal(await alive(), "0x200 0x900 ");
    await remove(second);
    await on.sh("rm -rf /run/pulumi-multipath/lines");
  });

  describe("when it is taken away", () => {
    const until = (condition: string) =>
      on.sh(`
        tries=0
        until ${condition}; do
          tries=$((tries + 1))
          [ $tries -lt 200 ] || { nft list ruleset; head -v -n 40 ${work}/[a-eg-z]*; exit 1; } >&2
          sleep 0.05
        done`);
    const looked = () => until(`grep -q '^end' ${work}/memory && [ ! -s ${work}/lost ]`);
    const there = "nft list table inet pulumi_multipath >/dev/null 2>&1";
    let props: Outputs;

    before(async () => {
      props = await create(two);
      // Where there is no systemd nobody else does.
      if (thorough)
        await on.sh(
          "setsid sh -c 'echo $$ >/run/put-back.pid; exec sh /usr/local/libexec/pulumi-multipath/*/put-back.sh' >>/run/put-back.log 2>&1 </dev/null &",
        );
      await looked();
      // The second look, a second after the first, is the last that nobody has asked for.
      await on.sh("touch /run/mark");
      await until(`find ${work}/memory -newer /run/mark | grep -q .`);
    });

    after(async () => {
      await on.sh("[ ! -e /run/put-back.pid ] || kill -KILL -$(cat /run/put-back.pid)");
      await remove(props);
    });

    const flushed = async (command: string) => {
      const full = await table();
      const began = performance.now();
      await on.sh(command);
      await until(there);
      const seconds = (performance.now() - began) / 1000;
      assert.equal(await table(), full);
      await looked();
      return seconds;
    };

    it("together with others', as by a reload of nftables.service, comes back within a second", async () => {
      await on.sh("nft 'add table ip theirs; add table ip more'");
      assert.ok((await flushed("nft flush ruleset")) < (thorough ? 1 : 10));
      await on.sh("printf 'flush ruleset\\ntable inet filter {\\n}\\n' >/run/reload");
      await flushed("nft -f /run/reload");
      await health("adsl down 1", "bdsl up 1");
      await on.sh("nft -f /run/reload");
      await until(there);
      assert.equal(await alive(), "0x200 ");
      await on.sh("rm -r /run/pulumi-multipath/lines");
      await looked();
    });

    it("stays away when somebody has deleted it alone, whatever happens to others' afterwards", async () => {
      await on.sh("nft -f /run/reload; nft 'add table ip theirs'");
      await until(there);
      await looked();
      await on.sh("nft delete table inet pulumi_multipath");
      await until(`grep -q '^drift' ${work}/memory`);
      await on.sh("nft flush ruleset; nft 'add table ip theirs'; ip link add tx8 type dummy; ip link del tx8; sleep 1");
      await assert.rejects(on.sh(there));
      props = await lifecycle().update(connectionPinning, props, inputs(two), quiet);
      await on.sh("nft delete table ip theirs");
      await flushed("nft flush ruleset");
    });

    it("alone, where there are no others', comes back: that looks like a flush", async () => {
      await flushed("nft delete table inet pulumi_multipath");
      assert.match(
        await on.sh("cat /run/put-back.log 2>/dev/null || journalctl -u pulumi-multipath-put-back"),
        /put back: table inet pulumi_multipath/,
      );
    });

    it("stays away while a transaction that removes it waits for its confirmation, and is put back by its undo alone", async () => {
      const removal = drop("firewall", "nft", "delete table inet pulumi_multipath", [key]);
      const full = await table();
      await on.sh("nft 'add table ip theirs'");
      await failing("remove", removal, refused);
      assert.equal(await table(), full);
    });
  });
});
