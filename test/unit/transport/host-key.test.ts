import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostKeyError, InputError } from "../../../provider/errors";
import { hostSchema, type Host } from "../../../provider/host";
import { hostKeyCheck } from "../../../provider/transport/host-key";
import { generateKey } from "../../fixtures/sshd";

describe("The host key", () => {
  let directory: string;
  let home: string;
  const keys: Record<string, { line: string; blob: Buffer; fingerprint: string }> = {};

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "host-key-"));
    for (const [name, type] of [
      ["ed25519", "ed25519"],
      ["ecdsa", "ecdsa"],
      ["rsa", "rsa"],
      ["stranger", "ed25519"],
    ] as const) {
      const file = `${generateKey(directory, name, type)}.pub`;
      const line = readFileSync(file, "utf8").trim();
      const [, fingerprint = ""] = execFileSync("ssh-keygen", ["-lf", file], { encoding: "utf8" }).split(" ");
      keys[name] = { line, blob: Buffer.from(line.split(" ")[1] ?? "", "base64"), fingerprint };
    }
  });
  after(() => rmSync(directory, { recursive: true }));

  beforeEach(() => {
    home = mkdtempSync(join(directory, "home-"));
    mkdirSync(join(home, ".ssh"));
  });

  const key = (name: string) => keys[name] ?? assert.fail(name);
  const check = (host: Partial<Host>, system: string[] = []) =>
    hostKeyCheck(hostSchema.parse({ address: "gw.example", ...host }), "gw.example", {
      home,
      environment: {},
      systemKnownHosts: system,
    });
  const known = (...lines: string[]) => writeFileSync(join(home, ".ssh/known_hosts"), lines.map((line) => `${line}\n`).join(""));
  const refusal = (pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof HostKeyError, String(error));
    assert.match(error.message, pattern);
    return true;
  };

  it("is accepted when it is the declared one, as a line or as a fingerprint", async () => {
    const { line, blob, fingerprint } = key("ed25519");
    for (const hostKey of [
      line,
      line.split(" ").slice(0, 2).join(" "),
      fingerprint,
      `${fingerprint}=`,
      [key("rsa").line, fingerprint],
    ]) {
      assert.equal((await check({ hostKey })).verify(blob), fingerprint);
    }
  });

  it("is refused when it is not the declared one, and both are shown", async () => {
    const wrong = await check({ hostKey: [key("ed25519").line, key("rsa").fingerprint] });
    assert.throws(
      () => wrong.verify(key("stranger").blob),
      refusal(
        /^root@gw\.example: the host key is not the one declared\. The host shows ssh-ed25519 SHA256:\S+; `hostKey` declares ssh-ed25519 SHA256:\S+, SHA256:/,
      ),
    );
    assert.throws(
      () => wrong.verify(key("stranger").blob),
      refusal(new RegExp(key("stranger").fingerprint.replace(/[+/]/g, "\\$&"))),
    );
  });

  it("is refused when it is declared another one, whatever known_hosts says", async () => {
    known(`gw.example ${key("ed25519").line}`);
    const declared = await check({ hostKey: key("stranger").line });
    assert.throws(() => declared.verify(key("ed25519").blob), HostKeyError);
  });

  it("is an input error when the line's parts don't fit together", async () => {
    await assert.rejects(check({ hostKey: key("ed25519").line.replace("ssh-ed25519", "ssh-rsa") }), InputError);
  });

  it("is accepted when a known_hosts file of the user or of the system has it", async () => {
    const { line, blob, fingerprint } = key("ed25519");
    const system = join(home, "ssh_known_hosts");
    for (const file of [join(home, ".ssh/known_hosts"), join(home, ".ssh/known_hosts2"), system]) {
      writeFileSync(file, `gw.example ${line}\n`);
      assert.equal((await check({}, [system])).verify(blob), fingerprint);
      rmSync(file);
    }
  });

  it("is refused when nobody knows it, with what it is and how to add it", async () => {
    const nobody = await check({ port: 2222 });
    const { blob, fingerprint } = key("ed25519");
    assert.throws(
      () => nobody.verify(blob),
      refusal(/the host key is unknown\. The host shows ssh-ed25519 SHA256:.* no line for \[gw\.example\]:2222 in /),
    );
    assert.throws(
      () => nobody.verify(blob),
      (error: Error) =>
        error.message.includes(`hostKey: "${fingerprint}"`) && error.message.includes("`ssh-keyscan -p 2222 gw.example`"),
    );
  });

  it("is refused when known_hosts has another one, with the line", async () => {
    known("# mine", `gw.example ${key("stranger").line}`);
    const other = await check({});
    assert.throws(
      () => other.verify(key("ed25519").blob),
      refusal(/is not the known one.*known are ssh-ed25519 SHA256:\S+ \(\S+\/known_hosts:2\)/),
    );
  });

  it("is refused when it is revoked, even where it is known as well", async () => {
    known(`gw.example ${key("ed25519").line}`);
    const system = join(home, "ssh_known_hosts");
    writeFileSync(system, `@revoked * ${key("ed25519").line}\n`);
    const revoked = await check({}, [system]);
    assert.throws(() => revoked.verify(key("ed25519").blob), refusal(/which \S+\/ssh_known_hosts:1 marks @revoked/));
  });

  it("is refused when only a certificate authority is known, and the message says so", async () => {
    known(`@cert-authority gw.example ${key("ed25519").line}`);
    const authority = await check({});
    assert.throws(
      () => authority.verify(key("ed25519").blob),
      refusal(/is unknown.*known_hosts:1 names a certificate authority; host certificates are not supported/),
    );
  });

  it("is asked for in the declared or known type first", async () => {
    assert.equal((await check({})).algorithms[0], "ssh-ed25519");
    assert.deepEqual((await check({ hostKey: key("rsa").line })).algorithms.slice(0, 3), [
      "rsa-sha2-512",
      "rsa-sha2-256",
      "ssh-ed25519",
    ]);
    known(`gw.example ${key("ecdsa").line}`, `other.example ${key("rsa").line}`);
    const { algorithms } = await check({});
    assert.deepEqual(algorithms.slice(0, 2), ["ecdsa-sha2-nistp256", "ssh-ed25519"]);
    assert.equal(algorithms.length, 6);
  });

  it("is never accepted on the word of a file that can't be read", async function () {
    if (process.getuid?.() === 0) {
      mkdirSync(join(home, ".ssh/known_hosts")); // root reads everything but a directory
    } else {
      known(`gw.example ${key("ed25519").line}`);
      chmodSync(join(home, ".ssh/known_hosts"), 0);
    }
    await assert.rejects(check({}), refusal(/can't check the host key: E/));
  });
});
