/** What has to be done for a resource of many objects. */
import assert from "node:assert/strict";
import { parseObjectFile } from "../../provider/commit/object-file";
import { hostSchema } from "../../provider/host";
import type { Inputs, Outputs } from "../../provider/inputs";
import { shown } from "../../provider/kind";
import { hostNetwork } from "../../provider/kinds/host-network";
import { type Plan, createPlan, deletePlan, updatePlan } from "../../provider/plans";
import type { ObjectFile, Snapshot } from "../../provider/snapshot";
import { type Live, snapshotOf } from "./kinds/live";

type Fields = Readonly<Record<string, unknown>>;

const machine = { id: "m", hostKey: "k" };
const claim = "0123456789";

function inputs(fields: Fields, more: Partial<Inputs> = {}): Inputs {
  const host = hostSchema.parse({ address: "192.0.2.1" });
  return { host, owner: { project: "network", stack: "dev", name: "box" }, ...hostNetwork.schema.parse(fields), ...more };
}
const outputs = (fields: Fields): Outputs => ({ ...inputs(fields), claim, machine });

/** What a host shows on which the files of a plan were written. */
function withFiles({ files }: Plan, live: Live): Snapshot {
  const written = files.flatMap(({ file, content }) => (content === undefined ? [] : [parseObjectFile(file, content)]));
  return { ...snapshotOf(live), objects: new Map(written.map((one): [string, ObjectFile] => [one.file, one])) };
}

const lines = ({ steps }: Plan) => steps.map(shown);
const names = ({ files }: Plan) => files.map(({ file, content }) => (content === undefined ? `- ${file}` : file));

const box = {
  sysctls: { forward: { key: "net.ipv4.ip_forward", value: 1 } },
  addresses: { adsl: { device: "adsl", address: "203.0.113.5/32" } },
  routes: {
    uplink: { destination: "default", gateway: "192.0.2.1", device: "adsl" },
    router: { destination: "192.0.2.1", device: "adsl" },
  },
};
const bare: Live = { sysctls: ["net/ipv4/ip_forward=0"] };
const made: Live = {
  sysctls: ["net/ipv4/ip_forward=1"],
  addresses: ["203.0.113.5/32 dev adsl"],
  routes: ["192.0.2.1 dev adsl proto 205 scope link", "default via 192.0.2.1 dev adsl proto 205"],
};

describe("A HostNetwork", () => {
  it("puts what others stand on first, whatever the order in the program", () => {
    assert.deepEqual(lines(createPlan(hostNetwork, inputs(box), snapshotOf(bare), claim)), [
      "sysctl net/ipv4/ip_forward=1",
      "ip -4 addr add 203.0.113.5/32 dev adsl",
      "ip -4 route add 192.0.2.1 dev adsl proto 205",
      "ip -4 route add default via 192.0.2.1 dev adsl proto 205",
    ]);
  });

  it("has a file for each object, and nothing to do when all is there", () => {
    const first = createPlan(hostNetwork, inputs(box), snapshotOf(bare), claim);
    assert.deepEqual(names(first), [
      "16-Sysctl-net%2Fipv4%2Fip%5Fforward",
      "20-Address-4_adsl_203.0.113.5%2F32_-",
      "30-Route-4_254_default_0_0",
      "30-Route-4_254_192.0.2.1_0_0",
    ]);
    const again = updatePlan(hostNetwork, outputs(box), inputs(box), withFiles(first, made));
    assert.deepEqual([lines(again), names(again), again.lost], [[], [], []]);
  });

  it("removes what is no longer declared, and puts back what a sysctl was", () => {
    const before = withFiles(createPlan(hostNetwork, inputs(box), snapshotOf(bare), claim), made);
    const { sysctls: _sysctls, ...rest } = box;
    const fewer = updatePlan(hostNetwork, outputs(box), inputs({ ...rest, routes: { router: box.routes.router } }), before);
    assert.deepEqual(lines(fewer), ["ip -4 route del default via 192.0.2.1 dev adsl proto 205", "sysctl net/ipv4/ip_forward=0"]);
    assert.deepEqual(names(fewer), ["- 16-Sysctl-net%2Fipv4%2Fip%5Fforward", "- 30-Route-4_254_default_0_0"]);
  });

  it("is removed the other way round", () => {
    const before = withFiles(createPlan(hostNetwork, inputs(box), snapshotOf(bare), claim), made);
    assert.deepEqual(lines(deletePlan(hostNetwork, outputs(box), before)), [
      "ip -4 route del default via 192.0.2.1 dev adsl proto 205",
      "ip -4 route del 192.0.2.1 dev adsl proto 205",
      "ip -4 addr del 203.0.113.5/32 dev adsl",
      "sysctl net/ipv4/ip_forward=0",
    ]);
  });

  it("takes an object by another name for the same", () => {
    const before = withFiles(createPlan(hostNetwork, inputs(box), snapshotOf(bare), claim), made);
    const renamed = { ...box, routes: { wan: box.routes.uplink, router: box.routes.router } };
    const planned = updatePlan(hostNetwork, outputs(box), inputs(renamed), before);
    assert.deepEqual([lines(planned), names(planned)], [[], []]);
  });

  it("names everything of strangers that is in its way, and takes it over when it is told to", () => {
    const strangers = {
      ...bare,
      routes: ["default via 192.0.2.9 dev adsl proto dhcp", "192.0.2.1 dev bdsl proto static scope link"],
    };
    assert.throws(
      () => createPlan(hostNetwork, inputs(box), snapshotOf(strangers), claim),
      /^OwnershipError: HostNetwork box: routes\.uplink \(4 254 default 0 0\) on \S+ is there already.*\nHostNetwork box: routes\.router /,
    );
    const taken = createPlan(hostNetwork, inputs(box, { adopt: true }), snapshotOf(strangers), claim);
    assert.match(lines(taken).join("\n"), /route replace default via 192\.0\.2\.1/);
  });

  it("does nothing more for an object that another resource has taken over", () => {
    const first = createPlan(hostNetwork, inputs(box), snapshotOf(bare), claim);
    const others = withFiles(
      { ...first, files: first.files.map((file) => ({ ...file, content: file.content?.replace(claim, "987654") })) },
      {},
    );
    const planned = updatePlan(hostNetwork, outputs(box), inputs(box), others);
    assert.deepEqual(lines(planned), []);
    assert.equal(planned.lost.length, 4);
    assert.deepEqual(lines(deletePlan(hostNetwork, outputs(box), others)), []);
  });

  it("leaves the fields alone that ignoreChanges names", () => {
    const first = createPlan(hostNetwork, inputs(box), snapshotOf(bare), claim);
    const shownNow = withFiles(first, { ...made, routes: [] });
    const planned = updatePlan(hostNetwork, outputs(box), inputs({ ...box, routes: {} }, { unmanaged: ["routes"] }), shownNow);
    assert.deepEqual([lines(planned), names(planned)], [[], []]);
  });

  it("says which of its objects contradict themselves or each other", () => {
    const problems = hostNetwork.contradictions({
      addresses: { a: { device: "adsl", address: "192.0.2.1/24" }, b: { device: "adsl", address: "192.0.2.1/24" } },
      routes: { nowhere: { destination: "10.0.0.0/8", type: "unicast", family: "ipv4", table: 254, metric: 0 } },
    });
    assert.deepEqual(
      problems.map(({ path, message }) => `${path.join(".")}: ${message}`),
      [
        "addresses.b: it is the same object as addresses.a; declare it once",
        "routes.nowhere.gateway: a route to 10.0.0.0/8 needs a gateway, a device, or nextHops",
      ],
    );
  });
});
