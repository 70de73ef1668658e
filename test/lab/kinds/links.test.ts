import assert from "node:assert/strict";
import fc from "fast-check";
import { sshArguments } from "../../../scripts/lab/ssh.mjs";
import { type AnyKind, type Step, shown } from "../../../provider/kind";
import { link } from "../../../provider/kinds/link";
import { vlan } from "../../../provider/kinds/vlan";
import type { Snapshot } from "../../../provider/snapshot";
import { Gateway } from "../../fixtures/gateway";
import { anyLink, anyVlan } from "../../unit/kinds/any-link";
import { Kernel } from "./kernel";

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const count = 60;

interface Declared {
  readonly kind: AnyKind;
  readonly desired: Record<string, unknown>;
}

/** On the gateway's kernel: not every kernel has VLANs. */
describe(`The laws of links, with the lab gateway's kernel as the judge of ${count} random VLANs on four ports (SEED=${seed})`, function () {
  this.timeout(240_000);
  let kernel: Kernel;
  let declared: Declared[];

  before(async () => {
    const { lab } = await Gateway.up();
    await lab.exec("gateway", "modprobe 8021q");
    kernel = await Kernel.open(["ssh", ...sshArguments(lab, ["sudo", "unshare", "-n", "sh"])]);
    declared = sample(seed);
  });
  after(() => kernel.close());

  it("makes what is declared: the plan is then empty, and refresh reads back what was declared", async () => {
    await converge(await kernel.snapshot());
  });

  it("changes what is declared, live or by making it anew", async () => {
    const others = sample(seed + 1);
    declared = declared.map((one, index) => changed(one, index, [...others.slice(index), ...others]));
    const steps = await converge(await kernel.snapshot());
    assert.ok(steps.some(({ line }) => line.startsWith("link del")));
    assert.ok(steps.some(({ line }) => / type vlan /.test(line) && line.startsWith("link set")));
  });

  it("is put back by the lines that boot runs, which change nothing the second time", async () => {
    const vlans = declared.filter(({ kind }) => kind === vlan);
    for (let run = 1; run <= 2; run++) {
      if (run === 1) await remove(vlans);
      const lines = declared.flatMap((one) => one.kind.replay(one.desired));
      const refused = await kernel.apply(lines.map(replayed));
      assert.deepEqual(
        refused.filter(({ line, words }) => !(run === 2 && line.startsWith("link add") && words.endsWith(": File exists"))),
        [],
      );
      const now = await kernel.snapshot();
      for (const one of declared) assertInSync(one, now);
    }
  });

  it("removes what is declared and nothing else; a device that was there stays", async () => {
    await remove(declared);
    const { links } = await kernel.snapshot();
    assert.deepEqual(
      links.filter(({ type }) => type === "vlan"),
      [],
    );
    assert.equal(links.filter(({ name }) => name.startsWith("line")).length, 4);
  });

  /** As often as one `pulumi up` would: the VLANs after the ports that they stand on. */
  async function converge(before: Snapshot): Promise<Step[]> {
    const first = declared.filter(({ kind }) => kind === link).flatMap((one) => planned(one, before));
    assert.deepEqual(await kernel.apply(first), []);
    const between = await kernel.snapshot();
    const second = declared.filter(({ kind }) => kind === vlan).flatMap((one) => planned(one, between));
    assert.deepEqual(await kernel.apply(second), []);
    const now = await kernel.snapshot();
    for (const one of declared) assertInSync(one, now);
    return [...first, ...second];
  }

  async function remove(all: readonly Declared[]): Promise<void> {
    const now = await kernel.snapshot();
    assert.deepEqual(
      await kernel.apply(all.flatMap(({ kind, desired }) => kind.plan(undefined, kind.observe(now, desired, undefined)))),
      [],
    );
  }
});

/** Ports that are up and as long as any VLAN's packets; VLANs of tags of their own on them. */
function sample(from: number): Declared[] {
  const generate = <T>(any: fc.Arbitrary<T>, least: number) => fc.sample(any, { seed: from, numRuns: least });
  const ports = generate(anyLink, 40).map((input) => ({ kind: link, input: { ...input, up: true, mtu: 1500 } }));
  const vlans = generate(anyVlan, count).map((input) => ({ kind: vlan, input }));
  const parsed = [...ports, ...vlans].map(({ kind, input }): Declared => ({
    kind,
    desired: (kind as AnyKind).schema.parse(input) as Declared["desired"],
  }));
  return [...new Map(parsed.map((one) => [`${one.kind.name} ${one.kind.identity(one.desired).join()}`, one])).values()];
}

/** The same object with everything else of another one; some VLANs with another tag. */
function changed(one: Declared, index: number, others: readonly Declared[]): Declared {
  const other = others.find(({ kind }) => kind === one.kind)?.desired ?? {};
  const kept = Object.entries(one.desired).filter(([field]) => ["name", "device", "vlanId", "protocol", "up"].includes(field));
  const isRetagged = one.kind === vlan && index % 3 === 0;
  const tag = isRetagged ? { protocol: one.desired["protocol"] === "802.1Q" ? "802.1ad" : "802.1Q" } : {};
  const desired = one.kind.schema.parse({ ...other, ...Object.fromEntries(kept), ...tag }) as Declared["desired"];
  return { kind: one.kind, desired };
}

const planned = ({ kind, desired }: Declared, now: Snapshot): readonly Step[] =>
  kind.plan(kind.resolve?.(desired, now) ?? desired, kind.observe(now, desired, undefined));

function assertInSync(one: Declared, now: Snapshot): void {
  const live: unknown = one.kind.observe(now, one.desired, undefined);
  const about = `${JSON.stringify(one.desired)}\nis there as ${JSON.stringify(live)}`;
  assert.deepEqual(planned(one, now).map(shown), [], about);
  assert.deepEqual(one.kind.schema.parse(one.kind.inputsOf(live)), one.desired, about);
}

/** A line of an object's file as a step. */
const replayed = (line: string): Step => ({
  ...{ layer: "link", phase: "put", tool: "ip", line: line.replace(/^ip /, "") },
  ...{ touches: [], removes: [] },
});
