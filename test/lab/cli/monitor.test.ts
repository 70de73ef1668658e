import assert from "node:assert/strict";
import { drained, drainMessage, undrainMessage } from "../../../cli/drain";
import { parseHealth } from "../../../cli/lines";
import { tellOver } from "../../../cli/monitor";
import { paused, pauseMessage, resumeMessage } from "../../../cli/pause";
import { InputError, ToolError } from "../../../provider/errors";
import { namespacesWork } from "../../fixtures/namespace";
import type { Connection } from "../../../provider/transport/connection";
import { type Box, namespace } from "../commit/box";
import { fakeMonitor } from "./fake-monitor";

/** What is said to the line monitor, against a process that keeps its files: the monitor itself is tested elsewhere. */
describe("Messages to the line monitor", function () {
  this.timeout(60_000);
  let on: Box;
  let connection: Connection;

  before(async function () {
    if (!namespacesWork()) this.skip();
    on = await namespace();
    connection = await on.connect();
  });

  beforeEach(() => on.sh(fakeMonitor()));
  afterEach(() => on.sh("echo end >/run/pulumi-multipath/lines/fifo; rm -rf /run/pulumi-multipath"));
  after(() => on.down());

  const health = async () => parseHealth(await on.sh("cat /run/pulumi-multipath/lines/health"));

  it("drain a line, and say what carries the traffic then", async () => {
    const told = await tellOver(connection, drainMessage("bdsl"));
    assert.match(
      drained("gw", "bdsl", false, told),
      /^bdsl of gw is drained: new connections take adsl\. .*drain gw bdsl --end` puts it back\.\n$/,
    );
    const [, bdsl] = (await health()).lines;
    assert.equal(bdsl?.state, "drained");
    assert.match(bdsl?.reason ?? "", /^by [^ ]+@[^ ]+$/);
    assert.match(drained("gw", "bdsl", false, await tellOver(connection, drainMessage("bdsl"))), /was drained already/);
  });

  it("end that, and say so too when there was nothing to end", async () => {
    await tellOver(connection, drainMessage("bdsl"));
    assert.equal(
      drained("gw", "bdsl", true, await tellOver(connection, undrainMessage("bdsl"))),
      "bdsl of gw is drained no longer: it carries traffic again.\n",
    );
    assert.equal(
      drained("gw", "bdsl", true, await tellOver(connection, undrainMessage("bdsl"))),
      "bdsl of gw was not drained: it is up.\n",
    );
    assert.deepEqual(
      (await health()).lines.map(({ state }) => state),
      ["up", "up"],
    );
  });

  it("warn when no other line is up", async () => {
    await tellOver(connection, drainMessage("adsl"));
    assert.match(
      drained("gw", "bdsl", false, await tellOver(connection, drainMessage("bdsl"))),
      /no other line is up, so the routes stay as they are/,
    );
  });

  it("pause it for a time, for another, and for good, and end that", async () => {
    assert.match(
      paused("gw", false, await tellOver(connection, pauseMessage(600))),
      /^The line monitor of gw is paused until .* \(10 min\): /,
    );
    assert.match(paused("gw", false, await tellOver(connection, pauseMessage(7200))), /\(2 h\): /);
    assert.match(paused("gw", false, await tellOver(connection, pauseMessage(undefined))), /; it does not end by itself\.\n$/);
    assert.equal((await health()).paused?.until, undefined);
    assert.equal(paused("gw", true, await tellOver(connection, resumeMessage)), "The line monitor of gw is at work again.\n");
    assert.equal(paused("gw", true, await tellOver(connection, resumeMessage)), "The line monitor of gw was not paused.\n");
  });

  it("are not sent for a line that there is not: the lines that there are are named", () =>
    assert.rejects(tellOver(connection, drainMessage("cdsl")), (error: unknown) => {
      return error instanceof InputError && error.message === 'LINE is "cdsl": namespace has no such line; it has adsl, bdsl.';
    }));

  it("take a line's name for no pattern", () => assert.rejects(tellOver(connection, drainMessage("b.*")), /has no such line/));

  it("are not sent where no monitor runs, or where it has ended", async () => {
    await on.sh(
      "echo end >/run/pulumi-multipath/lines/fifo; read -r _ pid _ </run/pulumi-multipath/lines/health; while [ -d /proc/$pid ]; do sleep 0.02; done",
    );
    await assert.rejects(
      tellOver(connection, drainMessage("bdsl")),
      /^ToolError: The line monitor of namespace is gone: its process \d+ has ended\./,
    );
    await on.sh("rm -r /run/pulumi-multipath");
    await assert.rejects(tellOver(connection, resumeMessage), (error: unknown) => {
      return error instanceof ToolError && error.message.startsWith("No line monitor runs on namespace: ");
    });
    await on.sh(fakeMonitor());
  });

  it("are waited for in bounded time", async function () {
    await on.sh("echo sleep 30 >/run/pulumi-multipath/lines/fifo");
    await assert.rejects(
      tellOver(connection, drainMessage("bdsl")),
      /was told `drain bdsl [^`]*`, and has not done so within 15 s/,
    );
    await on.sh("read -r _ pid _ </run/pulumi-multipath/lines/health; kill -9 -$pid");
    await on.sh(fakeMonitor());
  });
});
