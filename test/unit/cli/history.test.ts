import assert from "node:assert/strict";
import { hostOf } from "../../../cli/host-argument";
import { history } from "../../../cli/history";
import { type Terminal, UsageError } from "../../../cli/usage";
import { fileName, objectName } from "../../../provider/commit/object-file";

const terminal: Terminal = {
  ...{ watched: false, colours: false, columns: 80 },
  write: assert.fail,
  ask: () => Promise.resolve(undefined),
};

describe("pulumi-multipath history", () => {
  for (const [args, message] of [
    [[], /^HOST is missing/],
    [["a b"], /^HOST is "a b": must be `\[user@\]host\[:port\]`/],
    [["-oProxyCommand=id"], /^Unknown option '-o'\.$/],
    [["a,b"], /^HOST is "a,b"/],
    [["gw", "0"], /^NUMBER is "0"/],
    [["gw", "x"], /^NUMBER is "x"/],
    [["gw", "1", "2"], /^There is one argument too many: "2"/],
    [["gw", "--identity", "-----BEGIN OPENSSH PRIVATE KEY-----"], /^Option '--identity' argument is ambiguous\.$/],
    [["gw", "--identity=-----BEGIN OPENSSH PRIVATE KEY-----"], /^--identity must be the path of a file with a private key\.$/],
    [["gw", "--sudo"], /^Unknown option '--sudo'\.$/],
  ] as const) {
    it(`refuses ${JSON.stringify(args)} before anything is dialled`, () =>
      assert.rejects(
        history.run(args, terminal),
        (error: unknown) => error instanceof UsageError && message.test(error.message) && !error.message.includes("\n"),
      ));
  }

  it("takes HOST as ssh does", () => {
    assert.deepEqual(hostOf("gw", {}), { address: "gw" });
    assert.deepEqual(hostOf("admin@[2001:db8::1]:2222", { become: true, identity: "~/key" }), {
      ...{ address: "2001:db8::1", user: "admin", port: 2222, become: true, identityFile: "~/key" },
    });
  });

  it("names objects as messages do", () => {
    const identity = ["4", "254", "10.0.0.0/8", "a_b-c", "0"];
    assert.equal(objectName(fileName("Route", identity)), ["Route", ...identity].join(" "));
  });
});
