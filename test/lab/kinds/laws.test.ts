import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { firstAddress } from "../../../provider/iproute/tokens";
import { type AnyKind, type Step, shown } from "../../../provider/kind";
import { address } from "../../../provider/kinds/address";
import { route } from "../../../provider/kinds/route";
import type { LiveRoute, Snapshot } from "../../../provider/snapshot";
import { type AddressInput, anyAddress } from "../../unit/kinds/any-address";
import { anyRoute } from "../../unit/kinds/any-route";
import { Kernel } from "./kernel";

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const counts = { address: 300, route: 700 };
const count = counts.address + counts.route;

interface Declared {
  readonly kind: AnyKind;
  readonly desired: Record<string, unknown>;
}

describe(`The laws of a kind, with a real kernel as the judge of ${count} random objects (SEED=${seed})`, function () {
  this.timeout(60_000);
  let kernel: Kernel;
  let bare: Snapshot;
  let noMpls: boolean;
  let declared: Declared[];

  before(async () => {
    kernel = await Kernel.open();
    // What a removed primary address takes with it is the transaction's business, not a kind's.
    await kernel.run(
      "echo 1 > /proc/sys/net/ipv4/conf/all/promote_secondaries; echo 1000 > /proc/sys/net/ipv4/igmp_max_memberships",
    );
    bare = await kernel.snapshot();
    noMpls = (await kernel.run("ip route add 10.0.0.0/8 encap mpls 16 dev line0 && ip route del 10.0.0.0/8")) !== "";
    declared = sample(seed, noMpls);
  });
  after(() => kernel.close());

  it("creates what is declared: the plan is then empty, and refresh reads back what was declared", async () => {
    await apply(declared.flatMap((one) => planned(one, bare)));
    const now = await kernel.snapshot();
    for (const one of declared) assertInSync(one, now);
    assert.equal(declared.length, count);
  });

  it("has the key that the host's own script gives it", async () => {
    const keys = new Set((await kernel.run(keysOnHost)).split("\n"));
    const missing = declared.filter(
      (one) => !keys.has([one.kind.name.toLowerCase(), ...one.kind.identity(one.desired)].join(" ")),
    );
    // A tunnel's tos is still taken for the route's there.
    assert.deepEqual(missing.filter(({ desired }) => desired.encapsulation === undefined).map(identity), []);
  });

  it("changes what is declared in place, and leaves a stranger's route with the same key alone", async () => {
    const strangers = declared.flatMap(strangerBeside);
    await apply(strangers);
    const between = await kernel.snapshot();

    const others = sample(seed + 1, noMpls);
    declared = declared.map((one, index) => changed(one, [...others.slice(index), ...others.slice(0, index)]));
    const steps = declared.map((one) => planned(one, between));
    await apply(steps.flat());
    assert.ok(steps.filter(({ length }) => length > 0).length > count * 0.9);
    const now = await kernel.snapshot();
    for (const one of declared) assertInSync(one, now);
    assertForeignKept(between, now, declared);
    assert.ok(strangers.length > count / 10);
  });

  it("removes what is declared and nothing else; removing what is absent is no step", async () => {
    const before = await kernel.snapshot();
    await apply(declared.flatMap((one) => removed(one, before)));
    const now = await kernel.snapshot();
    assertForeignKept(before, now, declared);
    assert.deepEqual(namesOfAddresses(now), namesOfAddresses(bare));
    assert.deepEqual(
      declared.flatMap(({ kind, desired }) => (observed({ kind, desired }, now)?.live.protocol === 205 ? [desired] : [])),
      [],
    );
  });

  it("is put back by the lines that boot runs, and running them again changes nothing", async () => {
    const lines = declared.flatMap((one) => one.kind.replay(resolved(one, bare)));
    for (let run = 1; run <= 2; run++) {
      await apply(lines.map(replayed));
      const now = await kernel.snapshot();
      for (const one of declared) assertInSync(one, now);
    }
  });

  async function apply(steps: readonly Step[]): Promise<void> {
    assert.deepEqual(await kernel.apply(steps), []);
  }
});

/** on-host/keys.awk on what `ip` shows: what a transaction compares before and after. */
const keysOnHost = `printf '%s\\n' 'addr show' 'route show table all' | ip -N -d -o -batch - | awk '
${readFileSync(join(__dirname, "../../../on-host/keys.awk"), "utf8").replaceAll("'", "'\\''")}
kind_of($0) == "address" { print address_key($0) }
kind_of($0) == "route" { read_route($0, route); print route_key(route) }'`;

/* ---- what is declared ------------------------------------------------------------------------------------------------------- */

/** Random, each with an identity of its own, and only what the kernel is built for. */
function sample(from: number, noMpls: boolean): Declared[] {
  const generate = <T>(any: fc.Arbitrary<T>, least: number) => fc.sample(any, { seed: from, numRuns: least * 2 });
  const addresses = oneInEachSubnet(generate(anyAddress, counts.address)).map((input) => ({ kind: address, input }));
  const routes = generate(anyRoute, counts.route).map((input) => ({ kind: route, input }));
  const usable = routes.filter(({ input }) => !(noMpls && input.encapsulation?.type === "mpls"));
  return [...distinct(addresses).slice(0, counts.address), ...distinct(usable).slice(0, counts.route)];
}

function distinct(declared: readonly { kind: AnyKind; input: unknown }[]): Declared[] {
  const parsed = declared.map(({ kind, input }): Declared => ({ kind, desired: kind.schema.parse(input) }));
  return [...new Map(parsed.map((one) => [identity(one), one])).values()];
}

/** Addresses in one subnet depend on each other: they must have one scope, and the first is the primary one. */
function oneInEachSubnet(inputs: readonly AddressInput[]): AddressInput[] {
  const subnetOf = ({ device, address: text, peer }: AddressInput) => {
    const [local = "", length = ""] = text.split("/");
    return `${device} ${length} ${firstAddress(peer ?? local, Number(length))}`;
  };
  return [...new Map(inputs.map((input) => [subnetOf(input), input])).values()];
}

const identity = ({ kind, desired }: Declared): string => `${kind.name} ${kind.identity(desired).join(" ")}`;

const identityFields: Readonly<Record<string, readonly string[]>> = {
  Address: ["device", "address", "peer"],
  Route: ["family", "destination", "table", "metric", "tos", "source"],
};

/** The same object with everything else of another one, the first that makes sense. */
function changed(one: Declared, others: readonly Declared[]): Declared {
  const kept = Object.fromEntries((identityFields[one.kind.name] ?? []).map((field) => [field, one.desired[field]]));
  for (const other of others.filter(({ kind }) => kind === one.kind)) {
    const parsed = one.kind.schema.safeParse({ ...other.desired, ...kept });
    if (parsed.success && one.kind.contradictions?.(parsed.data).length === 0) return { kind: one.kind, desired: parsed.data };
  }
  return one;
}

/** For some of the routes: a route of somebody else's with the same key, before ours or after it. */
function strangerBeside({ kind, desired }: Declared, index: number): Step[] {
  if (kind !== route || index % 3 === 0) return [];
  const { family, destination, table, metric, tos = 0, source } = desired;
  const verb = index % 3 === 1 && family === "ipv4" ? "prepend" : "append";
  const from = source === undefined ? "" : `from ${String(source)}`;
  const tosWords = tos === 0 ? "" : `tos 0x${Number(tos).toString(16)}`;
  const line = `route ${verb} ${String(destination)} ${from} dev far0 ${tosWords} table ${String(table)} metric ${String(metric)} proto 186`;
  return [{ layer: "route", phase: "put", tool: family === "ipv4" ? "ip -4" : "ip -6", line, touches: [], removes: [] }];
}

/** A line of an object's file as a step. */
function replayed(line: string): Step {
  const [, tool = "", text = ""] = /^(ip -[46]) (.*)$/.exec(line) ?? [];
  return {
    layer: text.startsWith("addr") ? "address" : "route",
    phase: "put",
    tool: tool as Step["tool"],
    line: text,
    touches: [],
    removes: [],
  };
}

/* ---- what the kinds say ----------------------------------------------------------------------------------------------------- */

const resolved = ({ kind, desired }: Declared, snapshot: Snapshot) => kind.resolve?.(desired, snapshot) ?? desired;

const observed = ({ kind, desired }: Declared, snapshot: Snapshot) => kind.observe(snapshot, desired, undefined);

const planned = (one: Declared, snapshot: Snapshot): readonly Step[] =>
  one.kind.plan(resolved(one, snapshot), observed(one, snapshot));

const removed = (one: Declared, snapshot: Snapshot): readonly Step[] => one.kind.plan(undefined, observed(one, snapshot));

function assertInSync(one: Declared, now: Snapshot): void {
  const live = observed(one, now);
  const about = () => `${identity(one)}: ${JSON.stringify(one.desired)}\nis there as ${JSON.stringify(live?.live)}`;
  assert.deepEqual(planned(one, now).map(shown), [], about());
  assert.deepEqual(one.kind.schema.parse(one.kind.inputsOf(live)), one.desired, about());
}

/** Every stranger's route is still there, and as it was. */
function assertForeignKept(before: Snapshot, now: Snapshot, declared: readonly Declared[]): void {
  const kept = new Set(foreign(now).map((live) => JSON.stringify(live)));
  const lost = foreign(before).filter((live) => !kept.has(JSON.stringify(live)));
  const story = lost.slice(0, 3).map((live) => {
    const same = (other: LiveRoute) =>
      other.destination === live.destination && other.table === live.table && other.metric === live.metric;
    const steps = declared
      .filter(({ desired }) => desired.destination === live.destination)
      .flatMap((one) => planned(one, before));
    return { lost: live, before: before.routes.filter(same), now: now.routes.filter(same), steps: steps.map(shown) };
  });
  assert.equal(
    lost.length,
    0,
    `${lost.length} routes of strangers are gone or changed, e.g. ${JSON.stringify(story, undefined, 1)}`,
  );
}

/** The strangers' routes, without the flags of their legs: a carrier may come late. */
const foreign = ({ routes }: Snapshot): LiveRoute[] =>
  routes
    .filter(({ protocol }) => protocol === 186)
    .map((live) => ({ ...live, nextHops: live.nextHops.map((hop) => ({ ...hop, flags: [] })) }));

/** Without the link-local ones, which come by themselves. */
const namesOfAddresses = ({ addresses }: Snapshot): string[] =>
  addresses
    .filter(({ local }) => !local.startsWith("fe80"))
    .map(({ device, local, prefixLength }) => `${device} ${local}/${prefixLength}`);
