import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findKnownHosts, knownHostsName } from "../../../provider/transport/known-hosts";
import { generateKey } from "../../fixtures/sshd";

describe("known_hosts", () => {
  let directory: string;
  let file: string;
  let key: string;
  let otherKey: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "known-hosts-"));
    file = join(directory, "known_hosts");
    const read = (name: string) => readFileSync(`${generateKey(directory, name, "ed25519")}.pub`, "utf8").trim();
    key = read("one");
    otherKey = read("other");
  });

  after(() => rmSync(directory, { recursive: true }));

  /** Numbers of the lines about a host, as we see them and as OpenSSH does. */
  const ours = (text: string, name: string) =>
    findKnownHosts(text, name, "f")
      .filter(({ key }) => key)
      .map(({ where }) => Number(where.replace("f:", "")));
  const openssh = (text: string, name: string) => {
    writeFileSync(file, text);
    const { stdout } = spawnSync("ssh-keygen", ["-l", "-F", name, "-f", file], { encoding: "utf8" });
    return [...stdout.matchAll(/found: line (\d+)/g)].map(([, line]) => Number(line));
  };

  it("finds the lines that ssh-keygen -F finds", () => {
    const text = [
      "# a comment",
      "",
      `plain.example ${key}`,
      `PLAIN.Example ${key}`,
      `a.example,plain.example,192.0.2.1 ${key} with a comment`,
      `[plain.example]:2222 ${key}`,
      `[192.0.2.1]:2222,[2001:db8::1]:2222 ${key}`,
      `2001:db8::1 ${key}`,
      `*.example ${key}`,
      `*.example,!plain.example ${key}`,
      `!plain.example ${key}`,
      `plain.exampl? ${key}`,
      `plainXexample ${key}`,
      `[*]:2222 ${key}`,
      `  \tplain.example\t ${key}`,
      `@cert-authority *.example ${key}`,
      `@revoked plain.example ${key}`,
      `@revoked * ${otherKey}`,
      `#,plain.example ${key}`,
      `@unknown plain.example ${key}`,
      `@unknown,plain.example ${key}`,
      `@cert-authority @cert-authority plain.example ${key}`,
      `@revoked`,
      `plain.example`,
      `plain.example,${key}`,
      `p ${key}`,
      `* ${key}`,
      `|1|broken ${key}`,
      `|1|AAAA|AAAA ${key}`,
      `|2|q3RfHPcu1TYYDTOS8yA93jCvKpk=|q3RfHPcu1TYYDTOS8yA93jCvKpk= ${key}`,
    ].join("\n");
    for (const name of [
      "plain.example",
      "a.example",
      "b.example",
      "[plain.example]:2222",
      "192.0.2.1",
      "[192.0.2.1]:2222",
      "2001:db8::1",
      "p",
      "x",
    ]) {
      assert.deepEqual(ours(text, name), openssh(text, name), name);
    }
    assert.deepEqual(ours(text, "plain.example").slice(0, 3), [3, 4, 5]);
  });

  it("finds hashed names, with and without a port", () => {
    writeFileSync(file, `plain.example ${key}\n[plain.example]:2222 ${key}\nother.example ${key}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    assert.ok(!text.includes("plain"));
    for (const [name, line] of [
      ["plain.example", 1],
      ["[plain.example]:2222", 2],
      ["other.example", 3],
    ] as const) {
      assert.deepEqual(ours(text, name), [line]);
      assert.deepEqual(openssh(text, name), [line]);
    }
    assert.deepEqual(ours(text, "third.example"), []);
  });

  it("leaves out a line whose key can't be read", () => {
    const [type, base64 = ""] = key.split(" ");
    const broken = [
      `h ${type} ${base64.slice(0, -1)}`,
      `h ${type} ${base64.slice(0, -4)}!!!!`,
      `h ssh-rsa ${base64}`,
      `h ${base64}`,
      `h ${type}`,
      `h 2048 35 123456789`,
      `h ${type} AAAA`,
    ];
    assert.deepEqual(ours(broken.join("\n"), "h"), []);
    assert.deepEqual(ours(`h ${key}`, "h"), [1]);
  });

  it("tells a revoked key and a certificate authority from a host key", () => {
    const lines = findKnownHosts(`@revoked h ${key}\n@cert-authority h ${key}\nh ${key}\r\n`, "h", "/etc/ssh/ssh_known_hosts");
    assert.deepEqual(
      lines.map(({ marker, where }) => [marker, where]),
      [
        ["revoked", "/etc/ssh/ssh_known_hosts:1"],
        ["certAuthority", "/etc/ssh/ssh_known_hosts:2"],
        [undefined, "/etc/ssh/ssh_known_hosts:3"],
      ],
    );
  });

  it("revokes with lines that OpenSSH overlooks: a tab behind the marker, a second marker, a key that can't be read", () => {
    const [type] = key.split(" ");
    for (const line of [
      `@revoked\th ${key}`,
      `@revoked @revoked h ${key}`,
      `@cert-authority @revoked h ${key}`,
      `@revoked h ${type}`,
    ]) {
      assert.deepEqual(openssh(line, "h"), [], line);
      assert.deepEqual(
        findKnownHosts(line, "h", "f").map(({ marker }) => marker),
        ["revoked"],
        line,
      );
    }
  });

  it("reads lines to a NUL byte, and keys from Windows files or named like their signatures, as OpenSSH does", () => {
    const rsa = readFileSync(`${generateKey(directory, "rsa", "rsa")}.pub`, "utf8").trim();
    const text = [
      `h ${key.split(" ").slice(0, 2).join(" ")}\0 more`,
      `h ${key.split(" ").slice(0, 2).join(" ")}\r`,
      rsa.replace("ssh-rsa", "h rsa-sha2-512"),
    ].join("\n");
    assert.deepEqual(ours(text, "h"), [1, 2, 3]);
    assert.deepEqual(openssh(text, "h"), [1, 2, 3]);
    // OpenSSH 9.2 and 10.0 read on behind a NUL byte that follows the name; so they do behind the end of a file, in an older line.
    assert.deepEqual(ours(`h\0 ${key}`, "h"), []);
  });

  it("gives up on a list with a pattern as long as OpenSSH's buffer", () => {
    for (const [length, lines] of [
      [1022, [1]],
      [1023, []],
    ] as const) {
      const text = `h,${"a".repeat(length)} ${key}`;
      assert.deepEqual(ours(text, "h"), lines);
      assert.deepEqual(openssh(text, "h"), lines);
    }
  });

  it("is done at once with a pattern of many stars", () => {
    assert.deepEqual(ours(`${"*a".repeat(40)}b ${key}`, "a".repeat(60)), []);
  });

  it("takes a pattern's brackets and dots as they are", () => {
    assert.deepEqual(ours(`a.c ${key}\n[ab] ${key}\n(a|b) ${key}`, "abc"), []);
    assert.deepEqual(ours(`a.c ${key}`, "a"), []);
  });

  it("names a host with its port only where it isn't 22", () => {
    assert.equal(knownHostsName("Host.Example", 22), "host.example");
    assert.equal(knownHostsName("2001:DB8:0::1", 2222), "[2001:db8::1]:2222");
  });
});
