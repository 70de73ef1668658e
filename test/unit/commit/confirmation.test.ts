import assert from "node:assert/strict";
import { type ArmedTransaction, endArmed } from "../../../provider/commit/confirmation";
import { AuthenticationError, UnreachableError } from "../../../provider/errors";
import { hostSchema } from "../../../provider/host";
import type { Connection, Reach } from "../../../provider/transport/connection";

describe("A change that can't be confirmed because the login is refused now", () => {
  const undone = { stdout: "undone", stderr: "", code: 0 };
  const reach: Reach = {
    standing: () => assert.fail("it is known already"),
    fresh: () => Promise.reject(new AuthenticationError("refused")),
    adopt: () => assert.fail("nothing was opened"),
  };
  const armed = (seconds: number): ArmedTransaction => ({
    token: "t",
    hostKey: "k",
    machineId: "m",
    bootId: "b",
    undoneAt: performance.now() + seconds * 1000,
  });
  const standing = (request: Connection["request"]): Connection & { closed: boolean } => ({
    host: hostSchema.parse({ address: "192.0.2.1" }),
    hostKey: "k",
    request,
    closed: false,
    close() {
      this.closed = true;
    },
  });

  it("is undone over the standing connection, which a slow host is given time for while its clock runs", async () => {
    const slow = standing((_, { timeoutSeconds }) =>
      timeoutSeconds >= 20 ? Promise.resolve(undone) : Promise.reject(new UnreachableError("an undo takes 20 s here")),
    );
    assert.equal((await endArmed(armed(600), slow, reach, new AbortController().signal)).reply, undone);
  });

  it("is left to the host's clock when this process has to end before the host has answered", async () => {
    const hurry = new AbortController();
    const silent = standing(
      () =>
        new Promise((_, reject) => {
          hurry.signal.addEventListener("abort", () => reject(new UnreachableError("closed")));
          hurry.abort();
        }),
    );
    await assert.rejects(endArmed(armed(600), silent, reach, hurry.signal), /left to the gateway's own clock/);
    assert.ok(silent.closed);
  });
});
