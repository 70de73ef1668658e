import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostKeyError, InputError } from "../../../provider/errors";
import { hostSchema, type Host } from "../../../provider/host";
import { wayTo } from "../../../provider/transport/hops";
import { hostKeyCheck } from "../../../provider/transport/host-key";
import type { SshConfig } from "../../../provider/transport/ssh-config";
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
  const check = async (host: Partial<Host>, system: string[] = []) => {
    const systemSshConfig = join(home, "ssh_config");
    writeFileSync(systemSshConfig, `GlobalKnownHostsFile ${system.join(" ") || "none"}\n`);
    // Over the parsed one: state may hold what the declaration's own check refuses today.
    const declared = { ...hostSchema.parse({ address: "gw.example" }), ...host };
    return hostKeyCheck((await wayTo(declared, "gw.example", { home, environment: {}, systemSshConfig })).last);
  };
  const known = (...lines: string[]) => writeFileSync(join(home, ".ssh/known_hosts"), lines.map((line) => `${line}\n`).join(""));
  const refusal = (pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof HostKeyError, String(error));
    assert.match(error.message, pattern);
    return true;
  };

  const strings = (...parts: Buffer[]) =>
    Buffer.concat(parts.map((part) => Buffer.concat([Buffer.from([0, 0, part.length >> 8, part.length & 255]), part])));
  /** An RSA key's blob, its modulus written with more zeros than it needs. */
  const withZeros = (blob: Buffer) => {
    const exponent = 4 + blob.readUInt32BE(0);
    const modulus = exponent + 4 + blob.readUInt32BE(exponent);
    return Buffer.concat([blob.subarray(0, modulus), strings(Buffer.concat([Buffer.alloc(2), blob.subarray(modulus + 4)]))]);
  };
  const shortRsa = strings(Buffer.from("ssh-rsa"), Buffer.from([1, 0, 1]), Buffer.alloc(64, 0x77));
  const certificateOf = (name: string) => {
    execFileSync("ssh-keygen", ["-q", "-s", join(directory, "stranger"), "-I", "gw", "-h", join(directory, `${name}.pub`)]);
    return readFileSync(join(directory, `${name}-cert.pub`), "utf8").trim();
  };
  const revocationList = () => {
    execFileSync("ssh-keygen", ["-q", "-k", "-f", join(directory, "krl"), join(directory, "stranger.pub")]);
    return join(directory, "krl");
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

  it("is known at another port by a line without port, unless a line with the port knows better", async () => {
    const { line, blob, fingerprint } = key("ed25519");
    known(`gw.example ${line}`);
    assert.equal((await check({ port: 2222 })).verify(blob), fingerprint);
    known(`gw.example ${line}`, `[gw.example]:2222 ${key("stranger").line}`);
    const other = await check({ port: 2222 });
    assert.throws(() => other.verify(blob), refusal(/is not the known one/));
    known(`[gw.example]:2222 ${line}`);
    const usual = await check({});
    assert.throws(() => usual.verify(blob), refusal(/is unknown/));
  });

  it("is refused when it is revoked in any way: declared, with zeros, in a certificate, without the port", async () => {
    const { line, blob } = key("rsa");
    for (const revoked of [line, `ssh-rsa ${withZeros(blob).toString("base64")}`, certificateOf("rsa")]) {
      known(`@revoked gw.example ${revoked}`, `[gw.example]:2222 ${line}`);
      for (const host of [{ port: 2222 }, { port: 2222, hostKey: line }]) {
        const checked = await check(host);
        assert.throws(() => checked.verify(blob), refusal(/known_hosts:1 marks @revoked/), revoked);
      }
    }
  });

  it("is refused while a line revokes nobody knows which of its keys", async () => {
    known(`gw.example ${key("ed25519").line}`, "@revoked gw.example ssh-ed25519 AAAA");
    const doubtful = await check({});
    assert.throws(
      () => doubtful.verify(key("ed25519").blob),
      refusal(/known_hosts:2 marks a key of this host @revoked, and which one/),
    );
  });

  it("is refused when it is no key, or an RSA key of less than 1024 bits", async () => {
    const { line, blob } = key("ed25519");
    const odd = [Buffer.from([0]), Buffer.from([0, 0, 0, 0])].map((more) => Buffer.concat([blob, more]));
    known(`gw.example ${line}`, ...odd.map((one) => `gw.example ssh-ed25519 ${one.toString("base64")}`));
    const checked = await check({});
    for (const one of odd) assert.throws(() => checked.verify(one), refusal(/shows a ssh-ed25519 key that can't be read/));
    assert.throws(() => checked.verify(shortRsa), refusal(/an RSA key of 511 bits; RequiredRSASize asks for 1024/));
  });

  describe("under ssh_config", () => {
    const under = async (config: Partial<SshConfig>, host: Partial<Host> = {}) => {
      const declared = hostSchema.parse({ address: "gw.example", ...host });
      const { last } = await wayTo(declared, "gw.example", { home, environment: {}, systemSshConfig: join(home, "ssh_config") });
      return await hostKeyCheck({ ...last, config: { ...last.config, ...config } });
    };
    const file = (name: string, ...lines: string[]) => {
      writeFileSync(join(home, name), lines.map((line) => `${line}\n`).join(""));
      return join(home, name);
    };

    it("is looked up in the files named there, under the alias, at any port", async () => {
      const { line, blob, fingerprint } = key("ed25519");
      known(`alias ${key("stranger").line}`);
      const named = await under({ userKnownHostsFiles: [file("known", `alias ${line}`)], hostKeyAlias: "alias" }, { port: 2222 });
      assert.equal(named.verify(blob), fingerprint);
      const nowhere = await under({ userKnownHostsFiles: [], globalKnownHostsFiles: [] });
      assert.throws(() => nowhere.verify(blob), refusal(/no line for gw\.example in any file \(ssh_config names none\)/));
    });

    it("is refused when RevokedHostKeys lists it, declared or known", async () => {
      const { line, blob, fingerprint } = key("ed25519");
      known(`gw.example ${line}`);
      const others = { revokedHostKeys: [file("revoked", "# lost", "", ` ${key("stranger").line}`)] };
      assert.equal((await under(others)).verify(blob), fingerprint);
      const its = { revokedHostKeys: [file("revoked", key("stranger").line, line)] };
      for (const host of [{}, { hostKey: line }]) {
        const checked = await under(its, host);
        assert.throws(() => checked.verify(blob), refusal(/which \S+\/revoked:2 lists \(RevokedHostKeys of ssh_config\)/));
      }
    });

    it("never passes a list of revoked keys that can't be read to its end", async () => {
      for (const [revoked, message] of [
        [join(home, "nowhere"), /RevokedHostKeys names \S+\/nowhere: ENOENT/],
        [file("revoked", "ssh-ed25519 AAAA"), /line \S+\/revoked:1, .* is no public key/],
        [file("revoked2", `@revoked * ${key("rsa").line}`), /is no public key/],
        [file("revoked3", certificateOf("rsa")), /is a certificate/],
        [revocationList(), /a key revocation list \(KRL\), which is not supported here/],
      ] as const) {
        await assert.rejects(under({ revokedHostKeys: [revoked] }, { hostKey: key("ed25519").line }), refusal(message));
      }
    });

    it("is refused when it is an RSA key shorter than RequiredRSASize", async () => {
      known(`gw.example ${key("rsa").line}`);
      assert.equal((await under({ requiredRsaSize: 2048 })).verify(key("rsa").blob), key("rsa").fingerprint);
      const longer = await under({ requiredRsaSize: 2049 });
      assert.throws(() => longer.verify(key("rsa").blob), refusal(/an RSA key of 2048 bits; RequiredRSASize asks for 2049/));
    });

    it("is asked for in the order of HostKeyAlgorithms, and in no other way", async () => {
      known(`gw.example ${key("ecdsa").line}`);
      assert.deepEqual((await under({ hostKeyAlgorithms: "rsa-sha2-256,ssh-ed25519,ssh-foo" })).algorithms, [
        "rsa-sha2-256",
        "ssh-ed25519",
      ]);
      assert.deepEqual((await under({ hostKeyAlgorithms: "-rsa*,ssh-ed25519" })).algorithms, [
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
      ]);
      assert.equal((await under({ hostKeyAlgorithms: "^rsa-sha2-512" })).algorithms[0], "rsa-sha2-512");
      assert.equal((await under({ hostKeyAlgorithms: "+ssh-rsa" })).algorithms.length, 6);
      await assert.rejects(
        under({ hostKeyAlgorithms: "ssh-dss" }),
        refusal(/HostKeyAlgorithms of ssh_config \(ssh-dss\) leaves none/),
      );
    });

    it("never runs KnownHostsCommand: only a declared key will do then", async () => {
      const { line, blob, fingerprint } = key("ed25519");
      known(`gw.example ${line}`);
      const command = { knownHostsCommand: "/bin/cat /known" };
      await assert.rejects(under(command), refusal(/KnownHostsCommand for this host, which is never run here/));
      assert.equal((await under(command, { hostKey: line })).verify(blob), fingerprint);
    });

    it("must not be another one than that of the address when CheckHostIP asks", async () => {
      const { line, blob, fingerprint } = key("ed25519");
      known(`gw.example ${line}`, `192.0.2.1 ${key("stranger").line}`, `192.0.2.2 ${line}`, `@revoked 192.0.2.4 ${line}`);
      const both = await under({ checkHostIp: true });
      for (const ip of ["192.0.2.2", "192.0.2.3", "127.0.0.1"]) assert.equal(both.verify(blob, ip), fingerprint);
      assert.throws(
        () => both.verify(blob, "192.0.2.1"),
        refusal(/for its address 192\.0\.2\.1 another one is known \(\S+known_hosts:2\)/),
      );
      assert.throws(() => both.verify(blob, "192.0.2.4"), refusal(/marks @revoked/));
      assert.throws(() => both.verify(blob), refusal(/CheckHostIP of ssh_config asks/));
      assert.equal((await under({ checkHostIp: true }, { proxyJump: "jump" })).verify(blob), fingerprint);
    });
  });
});
