import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Address, type HostArgs, MultipathRoute, Route, type RouteNextHop } from "../../../sdk";

const host: HostArgs = { address: "192.0.2.1" };
const later = <T>(value: T): pulumi.Output<T> => pulumi.output(Promise.resolve(value)) as pulumi.Output<T>;

describe("the resource classes", () => {
  const registered: { type: string; name: string; inputs: Record<string, unknown> }[] = [];
  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          registered.push({ type, name, inputs });
          return { id: name, state: inputs };
        },
        call: () => ({}),
      },
      "gateways",
      "dev",
    );
    await pulumi.runtime.runInPulumiStack(async () => {
      new Address("address", { host, device: "adsl", address: "203.0.113.5/32" });
      const hop: RouteNextHop = { gateway: later("198.51.100.1"), device: "adsl", weight: later(9) };
      new Route("route", { host, destination: "default", nextHops: later([hop]) });
      new MultipathRoute("multipath", {
        host: later(host),
        destination: later("default"),
        nextHops: [hop, later({ device: "bdsl" })],
      });
      return {};
    });
    await pulumi.runtime.disconnect();
  });

  const typeOf = (name: string) => registered.find((each) => each.name === name)?.type;

  it("take Outputs at any depth", () => {
    assert.deepEqual(registered.find(({ name }) => name === "multipath")?.inputs["nextHops"], [
      { gateway: "198.51.100.1", device: "adsl", weight: 9 },
      { device: "bdsl" },
    ]);
  });

  it("are dynamic resources whose types are in every state for ever", () => {
    assert.equal(typeOf("address"), "pulumi-nodejs:dynamic/multipath:Address");
    assert.equal(typeOf("route"), "pulumi-nodejs:dynamic/multipath:Route");
  });

  it("let a program turn a Route into a MultipathRoute in place: both are the same type, handled by the same text", () => {
    assert.equal(typeOf("multipath"), typeOf("route"));
    const text = (name: string) => registered.find((each) => each.name === name)?.inputs["__provider"];
    assert.equal(text("multipath"), text("route"));
  });

  it("ask for the next hops of a MultipathRoute, and for nothing that contradicts them", () => {
    const wrong = () => {
      // @ts-expect-error nextHops is missing
      new MultipathRoute("none", { host, destination: "default" });
      // @ts-expect-error a gateway beside next hops
      new MultipathRoute("both", { host, destination: "default", nextHops: [], gateway: "192.0.2.1" });
    };
    assert.equal(typeof wrong, "function");
  });
});
