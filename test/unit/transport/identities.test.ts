import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuthenticationError, NoKeyError } from "../../../provider/errors";
import { hostSchema } from "../../../provider/host";
import { wayTo } from "../../../provider/transport/hops";
import { findIdentities, Offer, type Identity } from "../../../provider/transport/identities";
import { startAgent, type TestAgent } from "../../fixtures/ssh-agent";
import { generateKey } from "../../fixtures/sshd";

describe("Keys to log in with", () => {
  let directory: string;
  let home: string;
  let agent: TestAgent;
  let plain: string;
  let encrypted: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "identities-"));
    plain = generateKey(directory, "plain", "ed25519");
    encrypted = generateKey(directory, "encrypted", "ed25519", "open sesame");
    agent = await startAgent(directory);
  });
  after(async () => {
    await agent.stop();
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => {
    home = mkdtempSync(join(directory, "home-"));
    mkdirSync(join(home, ".ssh"));
    agent.removeAll();
  });

  const identities = async (identityFile?: string, environment: Record<string, string> = {}) => {
    const host = hostSchema.parse({ address: "gw.example", user: "admin", ...(identityFile ? { identityFile } : {}) });
    const surroundings = { home, environment, systemSshConfig: join(home, "none") };
    return findIdentities((await wayTo(host, "gw.example", surroundings)).last, surroundings);
  };
  const find = async (identityFile?: string, environment: Record<string, string> = {}) =>
    (await identities(identityFile, environment)).map(({ shown }) => shown);
  const refusal = (pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof AuthenticationError, String(error));
    assert.match(error.message, /^admin@gw\.example: no key to log in with\. /);
    assert.match(error.message, pattern);
    return true;
  };
  const shown = (file: string, from = file) => {
    const [, fingerprint] = execFileSync("ssh-keygen", ["-lf", file], { encoding: "utf8" }).split(" ");
    return `${from} (ssh-ed25519 ${fingerprint})`;
  };

  it("are the declared file and no other", async () => {
    copyFileSync(plain, join(home, ".ssh/id_ed25519"));
    const other = generateKey(home, "other", "ed25519");
    assert.deepEqual(await find(other), [shown(other)]);
  });

  it("are found below ~", async () => {
    copyFileSync(plain, join(home, ".ssh/work"));
    assert.deepEqual(await find("~/.ssh/work"), [shown(plain, join(home, ".ssh/work"))]);
  });

  it("are the usual files' that the agent holds, its others, then the other files, each once", async () => {
    for (const name of ["id_rsa", "id_ed25519"])
      copyFileSync(name === "id_rsa" ? generateKey(home, "more", "ed25519") : plain, join(home, ".ssh", name));
    const inAgent = generateKey(home, "in-agent", "ed25519");
    agent.add(inAgent);
    agent.add(plain);
    assert.deepEqual(await find(undefined, { SSH_AUTH_SOCK: agent.socket }), [
      shown(plain, "agent key plain of the tests"),
      shown(inAgent, "agent key in-agent of the tests"),
      shown(join(home, "more"), join(home, ".ssh/id_rsa")),
    ]);
  });

  it("are a pipeline's secret before all others, whatever a web form did to its line ends", async () => {
    const text = readFileSync(plain, "utf8");
    const other = generateKey(home, "other", "ed25519");
    for (const secret of [text, text.trimEnd(), text.replace(/\n/g, "\r\n"), `\n  ${text}`]) {
      assert.deepEqual(await find(other, { MULTIPATH_SSH_PRIVATE_KEY: secret }), [
        shown(plain, "MULTIPATH_SSH_PRIVATE_KEY"),
        shown(other),
      ]);
    }
  });

  it("are a pipeline's secret where the declared file is only on a laptop", async () => {
    const environment = { MULTIPATH_SSH_PRIVATE_KEY: readFileSync(plain, "utf8") };
    assert.deepEqual(await find("~/.ssh/work", environment), [shown(plain, "MULTIPATH_SSH_PRIVATE_KEY")]);
  });

  it("may be encrypted when the passphrase is in the environment", async () => {
    assert.deepEqual(await find(encrypted, { MULTIPATH_SSH_PASSPHRASE: "open sesame" }), [shown(encrypted)]);
  });

  it("may be encrypted when the agent holds the same key", async () => {
    agent.add(plain);
    agent.add(encrypted, "open sesame");
    assert.deepEqual(await find(encrypted, { SSH_AUTH_SOCK: agent.socket }), [
      shown(encrypted, "agent key encrypted of the tests"),
    ]);
  });

  it("may be named by a public half whose private one only the agent has", async () => {
    agent.add(plain);
    copyFileSync(`${plain}.pub`, join(home, ".ssh/card.pub"));
    const environment = { SSH_AUTH_SOCK: agent.socket };
    assert.deepEqual(await find("~/.ssh/card.pub", environment), [shown(plain, "agent key plain of the tests")]);
    assert.deepEqual(await find("~/.ssh/card", environment), [shown(plain, "agent key plain of the tests")]);
  });

  it("are those that ssh_config names, and no other of the agent's with IdentitiesOnly", async () => {
    const [first, second, third] = ["first", "second", "third"].map((name) => generateKey(home, name, "ed25519")) as [
      string,
      string,
      string,
    ];
    agent.add(plain);
    agent.add(second);
    const environment = { SSH_AUTH_SOCK: agent.socket };
    const named = `IdentityFile ${first}\nIdentityFile ${second}\nIdentityFile ~/.ssh/gone\n`;
    const fromAgent = [shown(second, "agent key second of the tests"), shown(plain, "agent key plain of the tests")];
    writeFileSync(join(home, ".ssh/config"), named);
    assert.deepEqual(await find(undefined, environment), [...fromAgent, shown(first)]);
    writeFileSync(join(home, ".ssh/config"), `${named}IdentitiesOnly yes\n`);
    assert.deepEqual(await find(undefined, environment), [fromAgent[0], shown(first)]);
    assert.deepEqual(await find(third, environment), [shown(third)]);
  });

  it("are another agent's, or none's, where ssh_config says so", async () => {
    agent.add(plain);
    writeFileSync(join(home, ".ssh/config"), `IdentityAgent ${agent.socket}\n`);
    assert.deepEqual(await find(), [shown(plain, "agent key plain of the tests")]);
    writeFileSync(join(home, ".ssh/config"), "IdentityAgent none\n");
    await assert.rejects(find(undefined, { SSH_AUTH_SOCK: agent.socket }), refusal(/ssh_config says IdentityAgent none/));
  });

  it("are refused when encrypted and nothing opens them", async () => {
    await assert.rejects(
      find(encrypted),
      refusal(/encrypted is encrypted: set MULTIPATH_SSH_PASSPHRASE, or add the key to an agent\./),
    );
    await assert.rejects(
      find(encrypted, { MULTIPATH_SSH_PASSPHRASE: "wrong" }),
      refusal(/encrypted is encrypted, and MULTIPATH_SSH_PASSPHRASE does not open it\./),
    );
  });

  it("are refused with every place that was looked at", async () => {
    await assert.rejects(
      find(),
      refusal(
        /MULTIPATH_SSH_PRIVATE_KEY is not set; SSH_AUTH_SOCK is not set \(no agent\); \S+\/id_ed25519 does not exist; \S+\/id_ecdsa/,
      ),
    );
    await assert.rejects(
      find(undefined, { SSH_AUTH_SOCK: join(home, "no-agent") }),
      refusal(/the agent at \S+\/no-agent does not answer/),
    );
    await assert.rejects(find(undefined, { SSH_AUTH_SOCK: agent.socket }), refusal(/the agent at \S+ holds no key/));
    await assert.rejects(find("~/.ssh/gone"), refusal(/\.ssh\/gone does not exist\. /));
  });

  it("are only then said to be none when none was named", async () => {
    await assert.rejects(find(), NoKeyError);
    await assert.rejects(find(undefined, { MULTIPATH_SSH_PRIVATE_KEY: "" }), NoKeyError);
    for (const named of [find("~/.ssh/gone"), find(undefined, { MULTIPATH_SSH_PRIVATE_KEY: "broken" })])
      await assert.rejects(named, (error: Error) => error instanceof AuthenticationError && !(error instanceof NoKeyError));
  });

  it("are refused when what was given is broken, without a word of it", async () => {
    const text = readFileSync(plain, "utf8");
    const broken = text.replace(/\n(.{20})/, "\nCANARY$1");
    copyFileSync(plain, join(home, ".ssh/id_ed25519"));
    for (const secret of [broken, "CANARY", text.slice(0, 200) + "CANARY", `${text.slice(0, 36)}CANARY`]) {
      await assert.rejects(find(undefined, { MULTIPATH_SSH_PRIVATE_KEY: secret }), (error: Error) => {
        refusal(/MULTIPATH_SSH_PRIVATE_KEY (holds no private key|was cut off)/)(error);
        assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes("CANARY"));
        return true;
      });
    }
    await assert.rejects(find(`${plain}.pub`), refusal(/plain\.pub holds a public key, not a private one/));
    writeFileSync(join(home, "empty"), "");
    await assert.rejects(find(join(home, "empty")), refusal(/empty is empty/));
  });

  it("sign nothing for a connection that is gone, however late the agent's user agrees", async () => {
    let agree: () => void = () => assert.fail("not asked");
    const [identity] = await identities(plain);
    assert.ok(identity);
    const slow: Identity = { ...identity, sign: (_data, _how, done) => (agree = () => done(null, Buffer.from("signature"))) };
    const signatures: unknown[] = [];
    const offer = new Offer([slow]);
    const sign = () => offer.sign(slow.key, Buffer.from("data"), (_error, signature) => signatures.push(signature));
    sign();
    agree();
    assert.equal(signatures.length, 1);
    sign();
    offer.withdraw();
    agree();
    assert.equal(signatures.length, 1);
  });
});
