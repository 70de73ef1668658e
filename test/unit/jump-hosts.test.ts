import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { hostSchema, type JumpHost } from "../../provider/host";
import { jumpHostsOf, parseJumpHosts } from "../../provider/jump-hosts";
import { parse } from "../../provider/unknown";
import { unknownValue } from "../../provider/sentinel";

describe("Jump hosts", () => {
  /** What ssh makes of the same text; undefined: it refuses it. */
  const ssh = (text: string): string | undefined => {
    try {
      const shown = execFileSync("ssh", ["-F", "none", "-o", `ProxyJump=${text}`, "-G", "dest"], {
        encoding: "utf8",
        stdio: "pipe",
      });
      return (/^proxyjump (.*)$/m.exec(shown)?.[1] ?? "").replace(/\[([\d.]+)\]/, "$1");
    } catch {
      return undefined;
    }
  };
  const written = ({ user, address, port }: JumpHost) =>
    `${user === undefined ? "" : `${user}@`}${address.includes(":") ? `[${address}]` : address}${port === undefined ? "" : `:${port}`}`;

  for (const text of [
    "bastion",
    "admin@bastion",
    "bastion:2222",
    "admin@bastion:2222",
    "me@corp.example@bastion",
    "192.0.2.1:22",
    "[2001:db8::1]",
    "admin@[2001:db8::1]:2222",
    "bastion:",
    "a,b@c,d:1",
    "ssh://admin@bastion:2222",
    "ssh://admin@bastion:2222/",
    "bastion,ssh://second:22",
    "ssh://me%40corp@bastion:22",
    "ssh://admin;fingerprint=x@bastion",
    "none",
    "2001:db8::1",
    "bastion:0",
    "bastion:65536",
    "bastion:x",
    "bastion/",
    "@bastion",
    "a,",
    ",a",
    "ssh://",
    "ssh://%zz@bastion",
  ]) {
    it(`are read as ssh reads them: ${text}`, () => {
      assert.equal(parseJumpHosts(text)?.map(written).join(","), ssh(text));
    });
  }

  it("may be a text, an object, or a list of both, and none", () => {
    const of = (proxyJump: unknown) => jumpHostsOf(hostSchema.parse({ address: "gw", proxyJump }));
    const hostKey = `SHA256:${"A".repeat(43)}`;
    assert.equal(of(undefined), undefined);
    assert.deepEqual(of([]), []);
    assert.deepEqual(of("none"), []);
    assert.deepEqual(of("a@b:3"), [{ user: "a", address: "b", port: 3 }]);
    assert.deepEqual(of(["a,b", { address: "2001:db8::1", hostKey }]), [
      { address: "a" },
      { address: "b" },
      { address: "2001:db8::1", hostKey },
    ]);
  });

  it("are refused by their place in the declaration, with what would be right", () => {
    const problems = (proxyJump: unknown) => parse(hostSchema, { address: "gw", proxyJump }).problems;
    const form = /: must be `\[user@\]host\[:port\]`, an IPv6 address in brackets/;
    const [text] = problems("2001:db8::1");
    assert.equal(text?.path, "proxyJump");
    assert.match(text.message, form);
    const [entry] = problems(["a", "b:x"]);
    assert.equal(entry?.path, "proxyJump[1]");
    assert.match(entry.message, form);
    assert.equal(problems([{ address: "a", hostkey: "x" }])[0]?.path, "proxyJump[0].hostkey");
    assert.deepEqual(problems(["a", unknownValue, { address: unknownValue }]), []);
  });
});
