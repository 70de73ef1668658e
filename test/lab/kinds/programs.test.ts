/**
 * Random programs of mixed kinds against a real kernel, through lifecycle and transactions: made, changed, and destroyed. `PROGRAMS=1000`
 * runs so many, and `SEED` begins elsewhere; what fails is named by its seed, for `SEED=... PROGRAMS=1`. `COMMIT_BOX=gateway` runs them on the
 * lab gateway only, whose kernel has VLANs and bonds.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../../provider/errors";
import type { Inputs } from "../../../provider/inputs";
import { address } from "../../../provider/kinds/address";
import { bondedLink } from "../../../provider/kinds/bonded-link";
import { hostNetwork } from "../../../provider/kinds/host-network";
import { link } from "../../../provider/kinds/link";
import { route } from "../../../provider/kinds/route";
import { routeSet } from "../../../provider/kinds/route-set";
import { routingRule } from "../../../provider/kinds/routing-rule";
import { sysctl } from "../../../provider/kinds/sysctl";
import { vlan } from "../../../provider/kinds/vlan";
import type { AnyKind } from "../../../provider/kind";
import { Lifecycle, type Row } from "../../../provider/lifecycle";
import { firstAddress } from "../../../provider/iproute/tokens";
import type { Snapshot } from "../../../provider/snapshot";
import { Gateway } from "../../fixtures/gateway";
import { anyAddress } from "../../unit/kinds/any-address";
import { anyBond } from "../../unit/kinds/any-bond";
import { anyLink, anyVlan } from "../../unit/kinds/any-link";
import { anyRoute } from "../../unit/kinds/any-route";
import { anyRouteSet } from "../../unit/kinds/any-route-set";
import { anyRule } from "../../unit/kinds/any-rule";
import { anySysctl } from "../../unit/kinds/any-sysctl";
import { type Box, dump, hostState, onEachBox, settled } from "../commit/box";
import { assertSame } from "../commit/whole-host";

type Fields = Readonly<Record<string, unknown>>;

const first = Number(process.env.SEED ?? 1);

/** Programs that have failed once in the one place or the other, by their seeds. */
const fixtures = { namespace: [256, 264], gateway: [] as number[] };

const silent: Row = { info: () => undefined, warn: () => undefined, progress: () => undefined };

onEachBox("Random programs", (open, thorough) => {
  const programs = Number(process.env.PROGRAMS ?? (thorough ? 12 : 2));
  const failedOnce = thorough ? fixtures.namespace : fixtures.gateway;
  let on: Box;
  let untouched: string;
  let snapshot: Snapshot;
  let missing: readonly AnyKind[];

  async function begin(): Promise<void> {
    if (!thorough) await (await Gateway.up()).reset();
    on = await open();
    const lines = [0, 1, 2, 3].map(
      (n) => `
      ip link add line${n} type veth peer name far${n}; ip link set far${n} up; ip link set line${n} up
      ip addr add 192.0.${n}.2/24 dev line${n}; ip addr add 2001:db8:0:${n}::2/64 dev line${n} nodad`,
    );
    // As members of a bond are left, when it is gone: with the queue that a device gets when it is first up.
    const ports = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (n) => `
      ip link add member${n} address 02:00:00:00:09:0${n} type veth peer name switch${n} address 02:00:00:00:0a:0${n}
      ip link set member${n} up; ip link set member${n} down`,
    );
    await on.sh(
      `ip link set lo up; echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries; echo 1000 >/proc/sys/net/ipv4/igmp_max_memberships
      ${[...lines, ...ports].join("\n")}`,
    );
    await settled(on);
    untouched = await everything();
    snapshot = await hostState(on).look();
    missing = [];
    for (const [kind, type] of [
      [vlan, "link line0 type vlan id 9"],
      [bondedLink, "type bond"],
    ] as const) {
      const made = await on.sh(`ip link add name probe ${type} 2>/dev/null && ip link del probe && echo yes; :`);
      if (made === "") missing = [...missing, kind];
    }
  }

  before(begin);

  // What one leaves behind is not the next one's fault.
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    await on.down();
    await begin();
  });

  after(async () => {
    await on.down();
    if (!thorough) await (await Gateway.up()).reset();
  });

  const everything = async () =>
    `${await dump(on)}\n${await on.sh("ip -4 rule; ip -6 rule; cd /proc/sys/net; grep -rs . ipv4/conf ipv6/conf ipv4/fib_* ipv4/ip_local_port_range; :")}`;

  for (const seed of [...failedOnce, ...Array.from({ length: programs }, (_, n) => first + n)]) {
    it(`are made, changed, and leave the host as it was (SEED=${seed})`, async () => {
      const [one, other] = programsOf(seed, thorough ? [] : bonds, (declared) => isUsable(declared, snapshot, missing));
      const lifecycle = new Lifecycle(() => state);
      const state = hostState(on);
      const inputs = (fields: Fields): Inputs => ({
        host: on.host,
        owner: { project: "lab", stack: "test", name: "box" },
        ...hostNetwork.schema.parse(fields),
      });
      const story = (what: string) => `${what} (SEED=${seed}): ${JSON.stringify([one, other])}`;

      let outputs = await lifecycle.create(hostNetwork, inputs(one), silent).catch((error: unknown) => {
        throw new Error(story(String(error)));
      });
      for (const fields of [one, other, one]) {
        outputs = await lifecycle.update(hostNetwork, outputs, inputs(fields), silent).catch((error: unknown) => {
          throw new Error(story(String(error)));
        });
        const anew = new Lifecycle(() => fresh);
        const fresh = hostState(on);
        const said: string[] = [];
        const { changes } = await anew.diff(hostNetwork, outputs, inputs(fields), { ...silent, info: (line) => said.push(line) });
        assert.deepEqual([changes, said], [false, []], story("something is left to do"));
        const read = await anew.read(hostNetwork, outputs);
        assert.deepEqual(hostNetwork.schema.parse(parts(read?.inputs)), hostNetwork.schema.parse(fields), story("refresh"));
      }
      await lifecycle.delete(hostNetwork, outputs, silent);
      assertSame(await everything(), untouched, story("not as before"));
    });
  }
});

const parts = (inputs: Inputs | undefined): Fields =>
  Object.fromEntries(
    Object.keys(hostNetwork.members).flatMap((field) => (inputs?.[field] === undefined ? [] : [[field, inputs[field]]])),
  );

/* ---- programs --------------------------------------------------------------------------------------------------------------- */

/** Two programs that have some objects in common, some alike, and some of their own. */
function programsOf(
  seed: number,
  further: readonly fc.Arbitrary<Declared>[],
  usable: (one: Declared) => boolean,
): [Fields, Fields] {
  const [pool = [], other = [], picks = []] = fc.sample(
    fc.tuple(objects(further), objects(further), fc.array(fc.nat(2), { minLength: 40, maxLength: 40 })),
    {
      seed,
      numRuns: 1,
    },
  )[0] as [Declared[], Declared[], number[]];
  const kept = pool.filter((_, index) => picks[index] !== 0);
  return [programOf(pool.filter(usable)), programOf([...kept, ...other].filter(usable))];
}

/** What the host's kernel and its `ip` are built for, and old enough. */
function isUsable({ kind, fields }: Declared, snapshot: Snapshot, missing: readonly AnyKind[]): boolean {
  if (missing.includes(kind)) return false;
  try {
    const resolved = kind.resolve?.(kind.schema.parse(fields), snapshot) as { refusal?: string } | undefined;
    return resolved?.refusal === undefined;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

interface Declared {
  readonly field: string;
  readonly kind: AnyKind;
  readonly fields: Fields;
}

const any = (field: string, kind: AnyKind, fields: fc.Arbitrary<unknown>): fc.Arbitrary<Declared> =>
  fields.map((one) => ({ field, kind, fields: one as Fields }));

/** A rule that catches the look-ups for gateways keeps the kernel from taking routes over them. */
const narrowRule = anyRule
  .map(({ uidRange: _uidRange, ...rest }) => ({ ...rest, invert: false }))
  .filter(({ from, to }) => [from, to].some((prefix) => prefix !== undefined && !/(^default|\/0)$/.test(prefix)));

/** The lab's own ports lead to its switch. */
const named = (port: string): string => port.replace("port", "member");

const bonds: readonly fc.Arbitrary<Declared>[] = [
  any(
    "bonds",
    bondedLink,
    anyBond.map(({ up: _up, mtu: _mtu, members, primary, ...rest }) => ({
      ...rest,
      members: members.map((member) =>
        typeof member === "string" ? named(member) : { ...member, device: named(member.device) },
      ),
      ...(primary !== undefined && { primary: named(primary) }),
    })),
  ),
];

/** @param further kinds: what a seed stands for depends on them */
const objects = (further: readonly fc.Arbitrary<Declared>[]): fc.Arbitrary<Declared[]> =>
  fc.array(
    fc.oneof(
      ...further,
      // Of a line that is down the kernel drops what is on it: that is another test's.
      any(
        "links",
        link,
        anyLink.map(({ up: _up, mtu: _mtu, ...rest }) => ({ txQueueLength: 500, ...rest })),
      ),
      any(
        "vlans",
        vlan,
        anyVlan.map(({ mtu: _mtu, looseBinding: _loose, ...rest }) => rest),
      ),
      any("sysctls", sysctl, anySysctl),
      any("addresses", address, anyAddress),
      {
        weight: 3,
        arbitrary: any(
          "routes",
          route,
          anyRoute.filter(({ encapsulation }) => encapsulation?.type !== "mpls"),
        ),
      },
      any("routeSets", routeSet, anyRouteSet),
      any("rules", routingRule, narrowRule),
    ),
    { minLength: 1, maxLength: 20 },
  );

/** What can stand side by side: no object twice, one address a subnet, no VLAN twice. */
function programOf(all: readonly Declared[]): Fields {
  const taken = new Set<string>();
  const program: Record<string, Record<string, unknown>> = {};
  for (const { field, kind, fields } of all) {
    const parsed: Fields = kind.schema.parse(fields);
    const places = [`${kind.name} ${kind.identity(parsed).join(" ")}`, ...placesOf(kind, parsed)];
    if (places.some((place) => taken.has(place)) || kind.contradictions?.(parsed).length) continue;
    places.forEach((place) => taken.add(place));
    program[field] = { ...program[field], [`one${taken.size}`]: fields };
  }
  return program;
}

/** What else of the kernel's an object takes up. */
function placesOf(kind: AnyKind, fields: Fields): string[] {
  if (kind === address) {
    const [local = "", length = ""] = String(fields["address"]).split("/");
    return [`subnet ${String(fields["device"])} ${length} ${firstAddress(String(fields["peer"] ?? local), Number(length))}`];
  }
  if (kind === route) return [`prefix ${String(fields["destination"])} ${String(fields["table"])} ${String(fields["metric"])}`];
  if (kind === routeSet) {
    const { routes = [], table, metric } = fields as { routes?: { destination: string }[]; table?: unknown; metric?: unknown };
    return routes.map(({ destination }) => `prefix ${destination} ${String(table)} ${String(metric)}`);
  }
  if (kind === bondedLink) {
    const { members } = fields as { members: (string | { device: string })[] };
    return members.map((member) => `device ${typeof member === "string" ? member : member.device}`);
  }
  if (kind === routingRule) return [`priority ${String(fields["priority"])}`];
  return [];
}
