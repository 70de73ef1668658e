import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { parsePrivateKey, UnusableKey } from "../../../provider/transport/private-key";
import { fingerprint, publicKeyOf } from "../../../provider/transport/public-key";

describe("A private key's text", () => {
  const passphrase = "open sesame";
  let directory: string;
  before(() => (directory = mkdtempSync(join(tmpdir(), "private-key-"))));
  after(() => rmSync(directory, { recursive: true }));

  const ours = (text: string, secret?: string) => fingerprint(publicKeyOf(parsePrivateKey(text, secret).getPublicSSH()));
  /** ssh-keygen's opinion of the same text. */
  const opensshs = (text: string, secret = "") => {
    const file = join(directory, "key");
    writeFileSync(file, text, { mode: 0o600 });
    const line = execFileSync("ssh-keygen", ["-y", "-P", secret, "-f", file], { encoding: "utf8" });
    return fingerprint(publicKeyOf(Buffer.from(line.split(" ")[1] ?? "", "base64")));
  };
  const refused = (text: string, pattern: RegExp, secret?: string) =>
    assert.throws(
      () => parsePrivateKey(text, secret),
      (error: Error) => {
        assert.ok(error instanceof UnusableKey, String(error));
        assert.match(error.message, pattern);
        for (const word of text.match(/[A-Za-z0-9+/=]{30,}/g) ?? []) assert.ok(!error.stack?.includes(word));
        return true;
      },
    );

  const types: Record<string, () => KeyObject> = {
    ed25519: () => generateKeyPairSync("ed25519").privateKey,
    "ecdsa 256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
    "ecdsa 384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
    "ecdsa 521": () => generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
    rsa: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
  };
  const encryption = { cipher: "aes-256-cbc", passphrase };
  const pem = (key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8", how: object = {}) =>
    key.export({ type, format: "pem", ...how } as never).toString();
  /** In ssh-keygen's own format, with as little work for a passphrase as it allows. */
  const openssh = (type: string, key: KeyObject, secret = "") => {
    const file = join(directory, `openssh-${Math.random()}`);
    if (type === "ed25519") execFileSync("ssh-keygen", ["-q", "-t", type, "-N", secret, "-a", "1", "-f", file]);
    else {
      writeFileSync(file, pem(key, type === "rsa" ? "pkcs1" : "sec1"), { mode: 0o600 });
      execFileSync("ssh-keygen", ["-q", "-p", "-N", secret, "-a", "1", "-f", file], { stdio: "ignore" });
    }
    return readFileSync(file, "utf8");
  };

  for (const [type, generate] of Object.entries(types)) {
    describe(`of type ${type}`, () => {
      let forms: [form: string, text: string, secret?: string][];
      before(() => {
        const key = generate();
        const old = type === "rsa" ? "pkcs1" : "sec1";
        forms = [
          ["OpenSSH", openssh(type, key)],
          ["OpenSSH, encrypted", openssh(type, key, passphrase), passphrase],
          ["PKCS#8", pem(key, "pkcs8")],
          ["PKCS#8, encrypted", pem(key, "pkcs8", encryption), passphrase],
        ];
        // Ed25519 is younger than these.
        if (type !== "ed25519") forms.push([old, pem(key, old)], [`${old}, encrypted`, pem(key, old, encryption), passphrase]);
      });

      it("is read in each of its forms as ssh-keygen reads it, and signs", () => {
        for (const [form, text, secret] of forms) {
          // ssh-keygen of Debian 12 reads no Ed25519 in PKCS#8.
          if (type !== "ed25519" || form.startsWith("OpenSSH")) assert.equal(ours(text, secret), opensshs(text, secret), form);
          const key = parsePrivateKey(text, secret);
          const data = Buffer.from("data");
          const hash = type === "rsa" ? "sha256" : undefined;
          const publicHalf = utils.parseKey(key.getPublicSSH());
          assert.ok(!(publicHalf instanceof Error) && publicHalf.verify(data, key.sign(data, hash), hash) === true, form);
        }
      });

      it("is asked for its passphrase in each of its encrypted forms, and told when it is wrong", () => {
        for (const [form, text] of forms.filter(([, , secret]) => secret)) {
          refused(text, /^is encrypted: set MULTIPATH_SSH_PASSPHRASE/, undefined);
          refused(text, /^is encrypted, and MULTIPATH_SSH_PASSPHRASE does not open it$/, `not ${form}`);
        }
      });

      it("is read although its line ends were changed on the way", () => {
        const changes: [how: string, change: (text: string) => string][] = [
          ["CRLF", (text) => text.replaceAll("\n", "\r\n")],
          ["no last line end", (text) => text.trimEnd()],
          ["indented", (text) => text.replaceAll("\n", "\n    ")],
          ["\\n in words", (text) => text.replaceAll("\n", "\\n")],
          ["\\r\\n in words, in quotes", (text) => `"${text.replaceAll("\n", "\\r\\n")}"`],
          ["base64 of the file", (text) => Buffer.from(text).toString("base64")],
          ["base64 in lines", (text) => Buffer.from(text).toString("base64").replace(/.{76}/g, "$&\n")],
        ];
        const lossy: typeof changes = [
          ["one line", (text) => text.trimEnd().replaceAll("\n", " ")],
          ["nothing at all between lines", (text) => text.replaceAll("\n", "")],
        ];
        for (const [form, text, secret] of forms) {
          const withHeaders = text.includes("Proc-Type");
          for (const [how, change] of withHeaders ? changes : [...changes, ...lossy]) {
            assert.equal(ours(change(text), secret), ours(text, secret), `${form}, ${how}`);
          }
          if (withHeaders) for (const [, change] of lossy) refused(change(text), /^has lost its line ends|^is encrypted/, secret);
        }
      });
    });
  }

  it("says what is wrong with it", () => {
    const text = openssh("ed25519", generateKeyPairSync("ed25519").privateKey);
    refused(
      "/home/me/.ssh/id_ed25519",
      /^holds no private key in a format known here: .* \(a path belongs into `identityFile`\)/,
    );
    refused("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8Vnmfo3pCZtyEdeYOAhQ2XZvPPSGxgqLp7S2Gr8cYr", /^holds a public key/);
    refused(text.slice(0, 200), /^was cut off: the line -----END/);
    refused(text.slice(36), /^holds no private key/);
    refused(text.replace(/\n(.{20}).{8}/, "\n$1"), /is damaged/);
    refused(text.replace(/\n.{8}/, "\nCANARYCA"), /is damaged/);
    refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", /^holds no private key, but something else/);
    refused(pem(generateKeyPairSync("ed448").privateKey, "pkcs8"), /^is a ed448 key; sshd takes ed25519, ecdsa and rsa/);
    refused(pem(createPrivateKey(pem(generateKeyPairSync("x25519").privateKey, "pkcs8")), "pkcs8"), /^is a x25519 key/);
  });
});
