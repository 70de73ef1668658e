import assert from "node:assert/strict";
import { argumentsOf as drainArguments, drain } from "../../../cli/drain";
import { argumentsOf as explainArguments, explain } from "../../../cli/explain";
import { argumentsOf as pauseArguments, pause } from "../../../cli/pause";
import { status } from "../../../cli/status";
import { undo } from "../../../cli/undo";
import { UsageError } from "../../../cli/usage";
import { terminal } from "../../lab/cli/terminal";

describe("The commands' arguments", () => {
  for (const [command, args, message] of [
    [drain, [], /^HOST is missing/],
    [drain, ["gw"], /^LINE is missing: the name of a line, as `status HOST` shows it\.$/],
    [drain, ["gw", "bdsl\nresume"], /^LINE is "bdsl\\nresume": must be the name of a line, without white space\.$/],
    [drain, ["gw", "a b"], /^LINE is "a b"/],
    [drain, ["gw", "adsl", "bdsl"], /^There is one argument too many: "bdsl"\.$/],
    [pause, ["gw", "--for", "10"], /^--for is "10": must be a time such as 90s, 10m or 1h30m, at most 7d\.$/],
    [pause, ["gw", "--for", "0m"], /^--for is "0m"/],
    [pause, ["gw", "--for", "8d"], /^--for is "8d"/],
    [pause, ["gw", "--for", "10m", "--end"], /^--for is for a pause that begins/],
    [explain, ["gw"], /^FLOW is missing/],
    [explain, ["gw", "here"], /^FLOW is "here"/],
    [status, ["gw", "--json", "--watch"], /^--watch, --json and --html are three ways to show it/],
    [status, ["gw", "--watch"], /^--watch draws on a terminal, and there is none/],
    [status, ["gw", "more"], /^There is one argument too many/],
    [undo, ["gw", "12"], /^There is one argument too many: "12"\.$/],
    [undo, ["gw", "--no"], /^Unknown option '--no'\.$/],
  ] as const) {
    it(`are refused before anything is dialled: ${JSON.stringify(args)}`, () =>
      assert.rejects(
        command.run(args, terminal()),
        (error: unknown) => error instanceof UsageError && message.test(error.message) && !error.message.includes("\n"),
      ));
  }

  it("are read", () => {
    const host = { address: "gw" };
    assert.deepEqual(drainArguments(["gw", "bdsl", "--end"]), { host, line: "bdsl", end: true });
    assert.deepEqual(pauseArguments(["gw", "--for", "1h30m"]), { host, seconds: 5400, end: false });
    assert.deepEqual(pauseArguments(["gw"]), { host, seconds: undefined, end: false });
    const flow = explainArguments(["gw", "tcp", "172.20.0.10:1", "->", "198.18.0.7:2", "from", "lan", "--json"]);
    assert.deepEqual([flow.flow.device, flow.flow.destination, flow.json], ["lan", "198.18.0.7", true]);
  });
});
