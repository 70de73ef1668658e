import assert from "node:assert/strict";
import type { Change, Committed, HostState, Planned } from "../../provider/commit/change";
import { fileName } from "../../provider/commit/object-file";
import { hostSchema } from "../../provider/host";
import { shown } from "../../provider/kind";
import { route } from "../../provider/kinds/route";
import { type Inputs, IncompleteError, Lifecycle, type Outputs } from "../../provider/lifecycle";
import type { ObjectFile, Snapshot } from "../../provider/snapshot";
import { snapshotOf } from "./kinds/live";

/** A host that shows `live` and `files`, takes every commit, and shows `after` then; what it was asked to do is kept. */
class ShownHost implements HostState {
  readonly hostKey = "SHA256:key";
  planned: Planned | undefined;
  announced = 0;

  constructor(
    private readonly now: Snapshot,
    private readonly after = now,
  ) {}

  look = () => Promise.resolve(this.now);

  announce(): void {
    this.announced++;
  }

  commit({ plan }: Change): Promise<Committed> {
    try {
      this.planned = plan(this.now);
      return Promise.resolve({ snapshot: this.after, changed: true, warnings: [] });
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  get lines(): string[] {
    return this.planned?.steps.map(shown) ?? [];
  }
}

const owner = { project: "network", stack: "prod", name: "uplink" };
const inputs = (fields: object): Inputs => ({
  host: hostSchema.parse({ address: "192.0.2.1" }),
  owner,
  ...route.schema.parse(fields),
});
const blackhole = (destination: string): Inputs => inputs({ destination, type: "blackhole" });

const file = (declared: Inputs, claim: string, by = owner): ObjectFile => {
  const identity = route.identity(route.schema.parse(fields(declared)));
  return { file: fileName("Route", identity), kind: "Route", identity: identity.join(" "), claim, owner: by, lines: [] };
};
const fields = ({ host: _host, owner: _owner, unmanaged: _unmanaged, ...rest }: Inputs): object => rest;

const showing = (routes: string[], ...files: ObjectFile[]): Snapshot => ({
  ...snapshotOf({ routes }),
  objects: new Map(files.map((object) => [object.file, object])),
});

const outputs = (declared: Inputs, claim: string, snapshot: Snapshot): Outputs => ({
  ...declared,
  claim,
  machine: { id: snapshot.host.machineId, hostKey: "SHA256:key" },
});

const row = { info: () => undefined, warn: () => undefined };

describe("The lifecycle of an object", () => {
  const ten = blackhole("10.0.0.0/8");
  const live = "blackhole 10.0.0.0/8 proto 205";

  it("takes over what another resource of the stack has left, and leaves it alone when that one is deleted", async () => {
    const now = showing([live], file(ten, "old"));
    const host = new ShownHost(now);
    const created = await new Lifecycle(() => host).create(route, ten, row);
    assert.deepEqual(host.lines, []);
    assert.notEqual(created.claim, "old");

    const since = showing([live], file(ten, created.claim));
    const deleted = new ShownHost(since);
    await new Lifecycle(() => deleted).delete(route, outputs(ten, "old", since), row);
    assert.deepEqual([deleted.lines, deleted.planned?.files], [[], []]);
  });

  it("touches nothing in an update of what another resource has taken over, and succeeds", async () => {
    const now = showing(["unreachable 10.0.0.0/8 proto 205"], file(ten, "theirs"));
    const host = new ShownHost(now);
    await new Lifecycle(() => host).update(route, outputs(ten, "mine", now), ten, row);
    assert.deepEqual([host.lines, host.planned?.files], [[], []]);
  });

  it("shows no difference for what another resource has taken over, and says so", async () => {
    const now = showing(["unreachable 10.0.0.0/8 proto 205"], file(ten, "theirs"));
    const warnings: string[] = [];
    const warned = { ...row, warn: (message: string) => void warnings.push(message) };
    const difference = await new Lifecycle(() => new ShownHost(now)).diff(route, outputs(ten, "mine", now), ten, warned);
    assert.equal(difference.changes, false);
    assert.match(warnings.join(), /declared by another resource now/);
  });

  it("removes only its mark's or its own declaration when the object's file is gone", async () => {
    for (const [there, lines] of [
      ["blackhole 10.0.0.0/8 proto 205", ["ip -4 route del blackhole 10.0.0.0/8 proto 205"]],
      ["blackhole 10.0.0.0/8 proto static", ["ip -4 route del blackhole 10.0.0.0/8 proto 4"]],
      ["unreachable 10.0.0.0/8 proto static", []],
    ] as const) {
      const now = showing([there]);
      const host = new ShownHost(now);
      await new Lifecycle(() => host).delete(route, outputs(ten, "mine", now), row);
      assert.deepEqual(host.lines, lines, there);
    }
  });

  it("finds a difference when the object is there but its file is not, and announces the commit", async () => {
    const now = showing([live]);
    const host = new ShownHost(now);
    assert.equal((await new Lifecycle(() => host).diff(route, outputs(ten, "mine", now), ten, row)).changes, true);
    assert.equal(host.announced, 1);
  });

  it("records an object that the host took and then shows otherwise, with what is still to do", async () => {
    const host = new ShownHost(showing([]), showing(["unreachable 10.0.0.0/8 proto 205"]));
    await assert.rejects(new Lifecycle(() => host).create(route, ten, row), (error: unknown) => {
      assert.ok(error instanceof IncompleteError);
      assert.match(error.message, /Still to do: ip -4 route/);
      assert.equal(error.outputs.owner, owner);
      return true;
    });
  });

  it("refuses two declarations of one object in one program, by both names", () => {
    const lifecycle = new Lifecycle(() => new ShownHost(showing([])));
    lifecycle.assertDeclaredOnce(route, ten);
    lifecycle.assertDeclaredOnce(route, ten);
    const twin = { ...ten, owner: { ...owner, name: "other" } };
    assert.throws(() => lifecycle.assertDeclaredOnce(route, twin), /declared twice.*network\/prod\/uplink.*network\/prod\/other/);
  });

  it("changes a field that is left unmanaged with nothing but the others", async () => {
    const declared = {
      ...inputs({ destination: "10.1.0.0/16", gateway: "192.0.2.1", device: "adsl", mtu: 1300 }),
      unmanaged: ["mtu"],
    };
    const there = "10.1.0.0/16 via 192.0.2.9 dev adsl proto 205 mtu 1200";
    const repaired = "10.1.0.0/16 via 192.0.2.1 dev adsl proto 205 mtu 1200";
    const now = showing([there], file(declared, "mine"));
    const host = new ShownHost(now, showing([repaired], file(declared, "mine")));
    await new Lifecycle(() => host).update(route, outputs(declared, "mine", now), declared, row);
    assert.deepEqual(host.lines, ["ip -4 route replace 10.1.0.0/16 via 192.0.2.1 dev adsl proto 205 mtu 1200"]);
  });
});
