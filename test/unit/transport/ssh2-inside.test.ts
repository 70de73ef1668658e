import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { Client } from "ssh2";
import { ping } from "../../../provider/transport/ssh2-inside";

/** When this fails after an update of ssh2: everything still works, a round trip slower, without keepalive and with fewer words. Mend ssh2-inside.ts. */
describe("ssh2's inside", () => {
  it("still has what saves a round trip, explains a refusal and asks for a sign of life", () => {
    const client = new Client();
    client.on("error", () => undefined);
    client.connect({
      sock: new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }),
      username: "nobody",
      readyTimeout: 0,
    });
    const { _protocol: protocol } = client as unknown as {
      _protocol: Record<string, unknown> & { _handlers: Record<string, unknown> };
    };
    assert.equal(typeof protocol["authPK"], "function");
    assert.equal(typeof protocol["ping"], "function");
    assert.equal(typeof protocol._handlers["USERAUTH_FAILURE"], "function");
    assert.equal(ping(client), true);
    client.destroy();
  });
});
