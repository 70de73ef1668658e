import assert from "node:assert/strict";
import type { Change, Committed, HostState, Planned } from "../../provider/commit/change";
import { fileName, parseObjectFile } from "../../provider/commit/object-file";
import { AuthenticationError, NoKeyError, UnreachableError } from "../../provider/errors";
import { hostSchema } from "../../provider/host";
import { shown } from "../../provider/kind";
import { link } from "../../provider/kinds/link";
import { route } from "../../provider/kinds/route";
import type { Inputs, Outputs } from "../../provider/inputs";
import { IncompleteError, Lifecycle } from "../../provider/lifecycle";
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

/** A host that can't be looked at. */
class ClosedHost extends ShownHost {
  constructor(private readonly error: Error) {
    super(snapshotOf({}));
  }

  override look = () => Promise.reject(this.error);
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

const row = { info: () => undefined, warn: () => undefined, progress: () => undefined };

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

  it("remembers in the object's file what `adopt` has taken over, through updates, and tells it when the object goes", async () => {
    const adopting = { ...ten, adopt: true };
    const found = '{"destination":"10.0.0.0/8","family":"ipv4","type":"unreachable","table":254,"metric":0}';
    const host = new ShownHost(showing(["unreachable 10.0.0.0/8 proto static"]));
    await new Lifecycle(() => host).create(route, adopting, row).catch(() => undefined);
    assert.equal(parseObjectFile("f", host.planned?.files[0]?.content ?? "").found, found);

    const now = showing(["unreachable 10.0.0.0/8 proto 205"], { ...file(ten, "mine"), found });
    const updated = new ShownHost(now);
    await new Lifecycle(() => updated).update(route, outputs(adopting, "mine", now), adopting, row).catch(() => undefined);
    assert.equal(parseObjectFile("f", updated.planned?.files[0]?.content ?? "").found, found);

    const told: string[] = [];
    const deleted = new ShownHost(now);
    const listening = { ...row, info: (message: string) => void told.push(message) };
    await new Lifecycle(() => deleted).delete(route, outputs(ten, "mine", now), listening);
    assert.deepEqual(told, [`gone; what was there before it was taken over is not put back: ${found}`]);
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

  it("compares with the recorded state, and says so once, where there is no way or no key to the host", async () => {
    for (const error of [new UnreachableError("no way."), new NoKeyError("no key.")]) {
      const warnings: string[] = [];
      const warned = { ...row, warn: (message: string) => void warnings.push(message) };
      const lifecycle = new Lifecycle(() => new ClosedHost(error));
      const recorded = outputs(ten, "mine", showing([]));
      assert.equal((await lifecycle.diff(route, recorded, ten, warned)).changes, false);
      assert.equal((await lifecycle.diff(route, recorded, blackhole("10.0.0.0/9"), warned)).changes, true);
      assert.deepEqual(warnings, [`${error.message} Compared with the recorded state instead.`]);
      const demanding = { ...ten, host: hostSchema.parse({ ...ten.host, requireLive: true }) };
      await assert.rejects(lifecycle.diff(route, recorded, demanding, row), error);
    }
    const refused = new AuthenticationError("refused.");
    const lifecycle = new Lifecycle(() => new ClosedHost(refused));
    await assert.rejects(lifecycle.diff(route, outputs(ten, "mine", showing([])), ten, row), refused);
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

  describe("that is always there, and is set back to what was found", () => {
    const host = hostSchema.parse({ address: "192.0.2.1" });
    const declared = (fields: object, more: Partial<Inputs> = {}): Inputs => ({
      ...{ host, owner, ...more },
      ...link.schema.parse({ name: "port0", ...fields }),
    });
    const before = "port0 mtu 1500 qlen 1000";
    const showing = (live: string, found?: object, claim = "mine", by = owner): Snapshot => {
      const text = found && JSON.stringify({ name: "port0", ...found });
      const kept = { file: "10-Link-port0", kind: "Link", identity: "port0", claim, owner: by, lines: [] };
      const objects: [string, ObjectFile][] = text === undefined ? [] : [[kept.file, { ...kept, found: text }]];
      return { ...snapshotOf({ links: [live] }), objects: new Map(objects) };
    };
    const outputs = (inputs: Inputs): Outputs => ({ ...inputs, claim: "mine", machine: { id: "m", hostKey: "SHA256:key" } });
    const foundIn = ({ planned }: ShownHost): unknown =>
      JSON.parse(parseObjectFile("f", planned?.files[0]?.content ?? "").found ?? "null");

    async function created(inputs: Inputs, now: Snapshot): Promise<ShownHost> {
      const host = new ShownHost(now);
      await new Lifecycle(() => host)
        .create(link, inputs, row)
        .catch((error: unknown) => assert.ok(error instanceof IncompleteError));
      return host;
    }

    async function updated(olds: Inputs, news: Inputs, now: Snapshot): Promise<ShownHost> {
      const host = new ShownHost(now);
      const update = new Lifecycle(() => host).update(link, outputs(olds), news, row);
      await update.catch((error: unknown) => assert.ok(error instanceof IncompleteError));
      return host;
    }

    async function deleted(inputs: Inputs, now: Snapshot): Promise<ShownHost & { told: string[] }> {
      const told: string[] = [];
      const host = new ShownHost(now);
      await new Lifecycle(() => host).delete(link, outputs(inputs), { ...row, info: (message) => void told.push(message) });
      return Object.assign(host, { told });
    }

    it("is nobody's: it is changed without `adopt`, and its file remembers what was there of the declared fields", async () => {
      const host = await created(declared({ mtu: 1400, up: true }), showing(before));
      assert.deepEqual(host.lines, ["ip link set dev port0 mtu 1400 up"]);
      assert.deepEqual(foundIn(host), { name: "port0", up: false, mtu: 1500 });
    });

    it("remembers it also where nothing has to be changed", async () => {
      const host = await created(declared({ mtu: 1500 }), showing(before));
      assert.deepEqual([host.lines, foundIn(host)], [[], { name: "port0", mtu: 1500 }]);
    });

    it("goes back to it when it is deleted, whatever it is then, after everything else was removed", async () => {
      const host = await deleted(declared({ mtu: 1400, up: true }), showing("port0 flags UP mtu 1300", { up: false, mtu: 1500 }));
      assert.deepEqual(host.lines, ["ip link set dev port0 down", "ip link set dev port0 mtu 1500"]);
      assert.deepEqual(
        host.planned?.steps.map(({ phase, removes }) => ({ phase, removes })),
        [
          { phase: "drop", removes: [] },
          { phase: "drop", removes: [] },
        ],
      );
      assert.deepEqual(host.planned?.files, [{ file: "10-Link-port0", content: undefined }]);
      assert.deepEqual(host.told, []);
    });

    it("remembers a field that an update adds as it is found then, and the others as they were", async () => {
      const now = showing("port0 mtu 1400 qlen 77", { mtu: 1500 });
      const host = await updated(declared({ mtu: 1400 }), declared({ mtu: 1300, txQueueLength: 5 }), now);
      assert.deepEqual(host.lines, ["ip link set dev port0 mtu 1300 txqueuelen 5"]);
      assert.deepEqual(foundIn(host), { name: "port0", mtu: 1500, txQueueLength: 77 });
    });

    it("goes back to it in a field that an update takes away, which is then forgotten", async () => {
      const now = showing("port0 mtu 1400 qlen 5", { mtu: 1500, txQueueLength: 1000 });
      const host = await updated(declared({ mtu: 1400, txQueueLength: 5 }), declared({ mtu: 1400 }), now);
      assert.deepEqual(host.lines, ["ip link set dev port0 txqueuelen 1000"]);
      assert.deepEqual(foundIn(host), { name: "port0", mtu: 1500 });
    });

    it("goes back to it when another one is declared in its place", async () => {
      const now = showing("port0 mtu 1400", { mtu: 1500 });
      const two = { ...now, links: [...now.links, ...snapshotOf({ links: ["port1 mtu 1500"] }).links] };
      const host = await updated(declared({ mtu: 1400 }), { ...declared({ mtu: 1400 }), name: "port1" }, two);
      assert.deepEqual(host.lines, ["ip link set dev port1 mtu 1400", "ip link set dev port0 mtu 1500"]);
      assert.deepEqual(foundIn(host), { name: "port1", mtu: 1500 });
    });

    it("keeps what another resource of the stack had found, when it is taken over from that one", async () => {
      const host = await created(declared({ mtu: 1300 }), showing("port0 mtu 1400", { mtu: 1500 }));
      assert.deepEqual(foundIn(host), { name: "port0", mtu: 1500 });
      const left = await deleted(declared({ mtu: 1400 }), showing("port0 mtu 1300", { mtu: 1500 }, "theirs"));
      assert.deepEqual([left.lines, left.planned?.files], [[], []]);
    });

    it("is refused where another stack declares it", async () => {
      const theirs = showing("port0 mtu 1400", { mtu: 1500 }, "theirs", { ...owner, stack: "test" });
      const create = new Lifecycle(() => new ShownHost(theirs)).create(link, declared({ mtu: 1300 }), row);
      await assert.rejects(create, /port0.* is declared by network\/test\/uplink already/);
    });

    it("remembers nothing of a field that is left unmanaged, nor sets it back", async () => {
      const host = await created(declared({ mtu: 1400, up: true }, { unmanaged: ["mtu"] }), showing(before));
      assert.deepEqual([host.lines, foundIn(host)], [["ip link set dev port0 up"], { name: "port0", up: false }]);
    });

    it("is left alone when its file is gone, or when it is gone itself", async () => {
      assert.deepEqual((await deleted(declared({ mtu: 1400 }), showing("port0 mtu 1400"))).lines, []);
      assert.deepEqual((await deleted(declared({ mtu: 1400 }), showing("port1 mtu 1400", { mtu: 1500 }))).lines, []);
    });

    it("has no difference once it is as declared", async () => {
      const inputs = declared({ mtu: 1400 });
      const now = showing("port0 mtu 1400", { mtu: 1500 });
      const [[name, file] = assert.fail()] = now.objects;
      const settled = { ...now, objects: new Map([[name, { ...file, lines: ["ip link set dev port0 mtu 1400"] }]]) };
      const difference = await new Lifecycle(() => new ShownHost(settled)).diff(link, outputs(inputs), inputs, row);
      assert.equal(difference.changes, false);
    });
  });

  describe("compares hosts", () => {
    const differs = async (before: object, now: object): Promise<boolean> => {
      const snapshot = showing([live], { ...file(ten, "c"), lines: route.replay(fields(ten) as never) });
      const declared = (host: object): Inputs => ({
        ...ten,
        host: { address: "gw", ...host } as Inputs["host"],
      });
      const lifecycle = new Lifecycle(() => new ShownHost(snapshot));
      return (await lifecycle.diff(route, outputs(declared(before), "c", snapshot), declared(now), row)).changes;
    };

    it("whose user, port and defaults were written out by an earlier version, and finds no difference", async () => {
      assert.equal(await differs({ become: false, requireLive: false, rollbackAfterSeconds: 60 }, {}), false);
      assert.equal(await differs({ become: true }, {}), true);
      assert.equal(await differs({ user: "root", port: 22 }, {}), false);
      assert.equal(await differs({}, { user: "root", port: 22 }), false);
      assert.equal(await differs({ user: "admin", port: 22 }, {}), true);
      assert.equal(await differs({ user: "root", port: 2222 }, {}), true);
    });

    it("without what is local to a laptop", async () => {
      assert.equal(await differs({ identityFile: "/a" }, {}), false);
      assert.equal(await differs({ proxyJump: { address: "b", identityFile: "/a" } }, { proxyJump: ["b"] }), false);
    });

    it("by their jump hosts, however they are written", async () => {
      assert.equal(await differs({ proxyJump: "a@b:1,c" }, { proxyJump: [{ user: "a", address: "b", port: 1 }, "c"] }), false);
      assert.equal(await differs({ proxyJump: "b" }, { proxyJump: "c" }), true);
      assert.equal(await differs({}, { proxyJump: "none" }), true);
    });
  });
});
