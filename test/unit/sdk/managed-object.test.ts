import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../../../sdk/managed-object";
import { providerText } from "../../../sdk/provider-text";

type Fields = Record<string, unknown>;

/** As the generated classes are. */
class Thing extends pulumi.CustomResource {
  declare readonly metric: pulumi.Output<number | undefined>;
  declare readonly table: pulumi.Output<string | undefined>;
  declare readonly mtu: pulumi.Output<number | undefined>;

  constructor(name: string, args: Fields, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("Thing", name, args, options, { filledIn: ["table"], asDeclared: ["metric", "mtu"] });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Fields;
}

let registered: Registered[];
/** Names in the order in which the engine began and finished with them. */
let began: string[];
let finished: string[];

/** Runs a program against an engine that takes its time, a different one for each resource. */
async function program(body: () => void): Promise<void> {
  registered = [];
  began = [];
  finished = [];
  await pulumi.runtime.setMocks(
    {
      newResource: async ({ type, name, inputs }) => {
        began.push(name);
        await new Promise((resolve) => setTimeout(resolve, name === "slow" ? 30 : Math.random() * 5));
        finished.push(name);
        registered.push({ type, name, inputs });
        const remembered = name === "remembered" ? { mtu: 1400 } : {};
        return { id: `id-of-${name}`, state: { ...inputs, ...remembered, table: "main" } };
      },
      call: () => ({}),
    },
    "gateways",
    "dev",
  );
  await pulumi.runtime.runInPulumiStack(async () => {
    body();
    return {};
  });
  // The stack's own promise does not wait for the resources.
  await pulumi.runtime.disconnect();
}

const inputsOf = (name: string): Fields =>
  registered.find((each) => each.name === name)?.inputs ?? assert.fail(`${name} was not registered`);

const host = { address: "192.0.2.1" };

describe("a declaration", () => {
  it("is a dynamic resource with constant provider text and its owner", async () => {
    await program(() => new Thing("a", { host, metric: 5 }));
    const { type, inputs } = registered.find(({ name }) => name === "a") ?? assert.fail();
    assert.equal(type, "pulumi-nodejs:dynamic/multipath:Thing");
    assert.deepEqual(inputs, {
      host,
      metric: 5,
      owner: "urn:pulumi:dev::gateways::pulumi-nodejs:dynamic/multipath:Thing::a",
      __provider: providerText("Thing"),
    });
  });

  const valuesOf = (thing: Thing | undefined): Promise<unknown[]> => {
    const values = pulumi.all([thing?.metric, thing?.table, thing?.mtu]);
    return (values as unknown as { promise(): Promise<unknown[]> }).promise();
  };

  it("gives an output for every property: as declared, as the provider fills it in, or without a value", async () => {
    let thing: Thing | undefined;
    await program(() => (thing = new Thing("a", { host, metric: 5 })));
    assert.deepEqual(await valuesOf(thing), [5, "main", undefined]);
    assert.ok(pulumi.Output.isInstance(thing?.mtu));
  });

  it("gives an output for what `ignoreChanges` leaves as the engine remembers it", async () => {
    let thing: Thing | undefined;
    await program(() => (thing = new Thing("remembered", { host }, { ignoreChanges: ["mtu"] })));
    assert.deepEqual(await valuesOf(thing), [undefined, "main", 1400]);
  });

  it("tells the engine of no property that has no value: each costs the program time", async () => {
    const { inputs } = declare("Thing", "a", { host }, {}, { filledIn: ["table"], asDeclared: ["metric", "mtu"] });
    assert.deepEqual(Object.keys(inputs).sort(), ["__provider", "host", "owner", "table"]);
  });

  it("names the types of the components it is in", async () => {
    class Component extends pulumi.ComponentResource {}
    await program(() => {
      const outer = new Component("acme:index:Site", "site");
      const inner = new Component("acme:index:Gateway", "gateway", {}, { parent: outer });
      new Thing("a", { host }, { parent: inner });
    });
    // The mocks leave the outer types out of a URN, the engine doesn't.
    assert.match(
      String(inputsOf("a")["owner"]),
      /^urn:pulumi:dev::gateways::.*acme:index:Gateway\$pulumi-nodejs:dynamic\/multipath:Thing::a$/,
    );
  });

  it("does not wait for the others of its component, which may be waiting for it", async () => {
    await program(() => {
      const parent = new pulumi.ComponentResource("acme:index:Gateway", "site");
      new Thing("address", { host, device: "adsl", address: "192.0.2.2/24" }, { parent });
      new Thing("route", { host, device: "adsl", gateway: "192.0.2.1" }, { parent });
    });
    assert.deepEqual(finished.slice(-2), ["address", "route"]);
  });

  it("copies ignoreChanges to `unmanaged`, where the provider sees it", async () => {
    await program(() => new Thing("a", { host }, { ignoreChanges: ["nextHops[0].weight", "mtu"] }));
    assert.deepEqual(inputsOf("a")["unmanaged"], ["mtu", "nextHops[0].weight"]);
  });

  it("names the fields that hold a secret, at any depth, and no others", async () => {
    await program(() => {
      new Thing("a", {
        host: { address: pulumi.output("192.0.2.1"), hostKey: pulumi.secret("SHA256:x") },
        gateway: pulumi.secret("192.0.2.1"),
        metric: pulumi.output(5),
        nextHops: [{ gateway: Promise.resolve("192.0.2.1") }],
      });
      new Thing("b", { host, metric: pulumi.output(5) });
    });
    assert.deepEqual(inputsOf("a")["secrets"], ["gateway", "host"]);
    assert.equal("secrets" in inputsOf("b"), false);
  });

  for (const option of ["import", "id"]) {
    it(`refuses the option ${option} and says how to adopt`, async () => {
      let refusal: unknown;
      await program(() => {
        try {
          new Thing("a", { host }, { [option]: "x" });
        } catch (error) {
          refusal = error;
        }
      });
      assert.ok(pulumi.ResourceError.isInstance(refusal));
      assert.match(refusal.message, new RegExp(`option \`${option}\`.*adopted.*adopt: true`));
      assert.deepEqual(
        registered.filter(({ name }) => name === "a"),
        [],
      );
    });
  }
});

describe("resources without Pulumi dependencies", () => {
  /** Each line's address, host route and router; then what leads over all of them. */
  const lines = Array.from({ length: 6 }, (_, index) => `line${index}`);
  function declareAll(): void {
    for (const [index, device] of lines.entries())
      new Thing(`${device}-address`, { host, device, address: `203.0.113.${index}/32` });
    for (const [index, device] of lines.entries())
      new Thing(`${device}-router`, { host, device, destination: `198.51.100.${index}/32` });
    for (const [index, device] of lines.entries()) {
      new Thing(`${device}-far`, { host, destination: `10.${index}.0.0/16`, gateway: `198.51.100.${index}`, device });
    }
    new Thing("default", {
      host,
      destination: "default",
      nextHops: lines.map((device, index) => ({ device, gateway: `198.51.100.${index}` })),
    });
  }

  it("reach the engine in the order in which the kernel can take them", async () => {
    for (let round = 0; round < 5; round++) {
      await program(declareAll);
      const after = (name: string, earlier: string) =>
        assert.ok(began.indexOf(name) > finished.indexOf(earlier) && finished.includes(earlier), `${name} before ${earlier}`);
      assert.equal(registered.length, 6 * 3 + 2);
      for (const device of lines) {
        after(`${device}-router`, `${device}-address`);
        after(`${device}-far`, `${device}-router`);
        after("default", `${device}-router`);
      }
    }
  });

  it("keep the dependencies that were declared", async () => {
    for (const dependsOn of [(one: Thing) => one, (one: Thing) => [one], (one: Thing) => pulumi.output([one])]) {
      await program(() => {
        const slow = new Thing("slow", { host });
        new Thing("address", { host, device: "eth0", address: "192.0.2.2/24" });
        const options = { dependsOn: dependsOn(slow) } as pulumi.CustomResourceOptions;
        new Thing("route", { host, destination: "default", gateway: "192.0.2.1" }, options);
      });
      assert.ok(began.indexOf("route") > Math.max(finished.indexOf("slow"), finished.indexOf("address")));
      assert.equal(began.at(-1), "route");
    }
  });

  it("of one program don't wait for those of another in the same process", async () => {
    let first: Thing | undefined;
    await program(() => (first = new Thing("address", { host, device: "eth0", address: "192.0.2.2/24" })));
    await program(() => {
      const none = { filledIn: [], asDeclared: [] };
      const options = declare("Thing", "route", { host, destination: "default", gateway: "192.0.2.1" }, {}, none).options;
      assert.equal(options.dependsOn, undefined);
    });
    assert.ok(first);
  });

  it("can have a parent that is one of them", async () => {
    await program(() => {
      const parent = new Thing("address", { host, device: "eth0", address: "192.0.2.2/24" });
      new Thing("route", { host, destination: "default", gateway: "192.0.2.1" }, { parent });
    });
    assert.deepEqual(began.slice(-2), ["address", "route"]);
  });
});
