import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, type Server, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds } from "../../provider";
import { hostSchema } from "../../provider/host";
import { resourceSchema } from "../../provider/resource-schema";
import { unknownValue } from "../../provider/sentinel";
import { address } from "./bad-input/address";
import { bondedLink } from "./bad-input/bonded-link";
import { connectionPinning } from "./bad-input/connection-pinning";
import { Checks, type Fields, type Subject, declaredIn } from "./bad-input/check";
import { host } from "./bad-input/host";
import { positionsIn } from "./bad-input/positions";
import { link, vlan } from "./bad-input/link";
import { route } from "./bad-input/route";
import { routingRule } from "./bad-input/routing-rule";

const right = { destination: "10.0.0.0/8", gateway: "192.0.2.1", device: "adsl" };

const ofKinds: Readonly<Record<string, readonly Subject[]>> = {
  Address: address,
  BondedLink: bondedLink,
  ConnectionPinning: connectionPinning,
  Link: link,
  Route: route,
  RoutingRule: routingRule,
  Vlan: vlan,
};

/** Every case, as inputs of a resource on the host that listens. */
function casesOf(listening: Fields): { kind: string; fields: Fields; messages: readonly string[] }[] {
  const ofKind = (kind: string, subjects: readonly Subject[]) =>
    subjects.flatMap((subject) =>
      subject.cases.map((one) => {
        const [, ...messages] = one;
        return { kind, fields: { host: listening, ...(declaredIn(subject, one) as Fields) }, messages };
      }),
    );
  const ofHost = host.flatMap((subject) =>
    subject.cases.map((one) => {
      const [, ...messages] = one;
      return { kind: "Route", fields: { ...right, host: there(declaredIn(subject, one), listening) }, messages };
    }),
  );
  return [...Object.entries(ofKinds).flatMap(([kind, subjects]) => ofKind(kind, subjects)), ...ofHost];
}

/** Where an address and a port are not what is wrong, those of the host that listens. */
function there(declared: unknown, listening: Fields): unknown {
  const isRight = (declared as Fields | null | undefined)?.["address"] === "gw.example";
  return isRight ? { ...listening, ...(declared as Fields), address: listening["address"] } : declared;
}

describe("A declaration that is wrong", () => {
  const checks = new Checks();
  let server: Server;
  let dialled = 0;
  let listening: Fields;
  const folder = mkdtempSync(join(tmpdir(), "bad-input-"));
  // Without a key to log in with nobody would be dialled either.
  const identityFile = join(folder, "key");

  before(async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(identityFile, privateKey.export({ type: "sec1", format: "pem" }));
    server = createServer((socket) => {
      dialled++;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    listening = { address: "127.0.0.1", port: (server.address() as AddressInfo).port, identityFile };
  });

  after(async () => {
    server.close();
    await checks.end();
    rmSync(folder, { recursive: true });
  });

  for (const [kind, subjects] of Object.entries({ ...ofKinds, host })) {
    describe(`in ${kind === "host" ? "its host" : `${kind}`}`, () => {
      for (const subject of subjects) {
        it(`is told so, as to ${subject.subject}`, async () => {
          for (const one of subject.cases) {
            const [, ...messages] = one;
            const declared = declaredIn(subject, one);
            const found =
              kind === "host"
                ? await checks.messages("Route", { ...right, host: there(declared, listening) })
                : await checks.messages(kind, { host: listening, ...(declared as Fields) });
            assert.deepEqual(found, messages);
          }
        });
      }
    });
  }

  it("is never told so in the words of the schema's library, nor in more than a sentence or two", () => {
    for (const { messages } of casesOf(listening)) {
      assert.ok(messages.length > 0);
      for (const message of messages) {
        assert.doesNotMatch(message, /invalid|expected|received|zod|undefined|\[object/i);
        assert.match(message, /^[\w.[\]" ]+ is (?:missing: |no field |\S.*: ).*[.?]$/);
        assert.ok(message.length < 260, message);
      }
    }
  });

  it("shows nothing of what is secret in it, whichever field that is", async () => {
    const digits = /\d/;
    for (const { kind, fields, messages } of casesOf(listening)) {
      const secrets = Object.keys(fields).filter((field) => field !== "host" || messages.some((text) => text.startsWith("host")));
      const found = (await checks.messages(kind, { ...fields, secrets })).join("\n");
      const shown = secrets.flatMap((field) => leavesOf(fields[field])).filter((leaf) => leaf.length > 3 && digits.test(leaf));
      for (const leaf of shown) assert.ok(!found.includes(leaf), `${leaf} is shown: ${found}`);
      assert.ok(found !== "", `nothing is told of ${JSON.stringify(fields)}`);
    }
  });

  it("is no reason to dial, and one that is right is", async () => {
    for (const { kind, fields } of casesOf(listening)) await checks.messages(kind, fields);
    assert.equal(dialled, 0);
    // Nobody answers there as sshd does: that is another test's matter.
    const rejected = checks.messages("Route", { host: listening, ...right }).catch(() => undefined);
    await once(server, "connection");
    await checks.end();
    await rejected;
    assert.equal(dialled, 1);
  });
});

function leavesOf(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leavesOf);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}

for (const kind of Object.values(kinds)) {
  describe(`Wherever a value of ${kind.name} stands`, () => {
    const checks = new Checks();
    after(() => checks.end());
    const positions = positionsIn(resourceSchema(kind)).filter(({ name }) => name !== "");

    it("it may be one that is not known yet", async () => {
      assert.ok(positions.length > Object.keys(kind.schema.shape).length);
      for (const { name, around } of positions) {
        assert.deepEqual(await checks.messages(kind.name, around(unknownValue) as Fields), [], name);
      }
    });

    it("one of a wrong type is refused by the name of its place, and one that is secret is not shown", async () => {
      const wrong = ["hunter2 ssh-s3cret\u0007/", 2 ** 60, -7.125, ["hunter2 /"], [[918273]], { hunter2: "hunter3" }, null];
      for (const { name, around } of positions.filter((position) => !/^(owner|unmanaged|secrets)/.test(position.name))) {
        const top = /^\w+/.exec(name)?.[0] ?? "";
        for (const value of wrong) {
          const fields = around(value) as Fields;
          const [open, hidden] = [
            await checks.messages(kind.name, fields),
            await checks.messages(kind.name, { ...fields, secrets: [top] }),
          ];
          assert.ok(open.length > 0, `${name} may be ${JSON.stringify(value)}`);
          assert.equal(hidden.length, open.length, open.join());
          for (const message of open) assert.ok(message.startsWith(name), `${name}: ${message}`);
          const keysLeftOut = hidden.join("\n").replace(/\.hunter2 is no field/g, "");
          assert.doesNotMatch(keysLeftOut, /hunter|s3cret|918273|115292|7\.125/, name);
        }
      }
    });
  });
}

describe("A host that is right", () => {
  it("is named in many ways", () => {
    for (const address of [
      "gw",
      "gw.example",
      "gw.example.",
      "GW_1",
      "192.0.2.1",
      "2001:db8::1",
      "fe80::1%eth0",
      "bücher.example",
      ["a", "b"],
    ])
      assert.deepEqual(hostSchema.parse({ address }).address, address);
  });

  it("has a user of many names, and a key in a file of any name", () => {
    for (const user of ["root", "admin", "me@example.com", "EXAMPLE\\me", "jürgen"])
      assert.equal(hostSchema.parse({ address: "gw", user }).user, user);
    for (const identityFile of ["~/.ssh/id_ed25519", "/etc/my keys/gw", "id.pub"])
      assert.equal(hostSchema.parse({ address: "gw", identityFile }).identityFile, identityFile);
  });
});
