/** Whatever a program hands over: what is told of it, how long that takes, and what it is brought to. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { kinds } from "../../provider";
import { type Declaration, readDeclaration } from "../../provider/declaration";
import type { ResourceKind } from "../../provider/group";
import { resourceSchema } from "../../provider/resource-schema";
import { unknownValue } from "../../provider/sentinel";
import { anyAddress } from "./kinds/any-address";
import { anyBond } from "./kinds/any-bond";
import { anyLineMonitor } from "./kinds/any-line-monitor";
import { anyLink, anyVlan } from "./kinds/any-link";
import { anyPinning } from "./kinds/any-pinning";
import { anyRoute } from "./kinds/any-route";
import { anyRouteSet } from "./kinds/any-route-set";
import { anyRule } from "./kinds/any-rule";
import { anySysctl } from "./kinds/any-sysctl";

const mostMilliseconds = 50;

/** Every right declaration of a kind that there is a generator for: a new kind adds its own. */
const rightOnes: Readonly<Record<string, fc.Arbitrary<object>>> = {
  Address: anyAddress,
  BondedLink: anyBond,
  ConnectionPinning: anyPinning,
  LineMonitor: anyLineMonitor,
  Link: anyLink,
  Route: anyRoute,
  RouteSet: anyRouteSet,
  RoutingRule: anyRule,
  Sysctl: anySysctl,
  Vlan: anyVlan,
};

const host = { address: "192.0.2.1" };
const owner = { project: "network", stack: "dev", name: "uplink" };

/** What stands in no message but as a value of a declaration. */
const mark = "hunter2";

const marked = fc.oneof(
  fc.constantFrom(mark, `${mark}/24`, `-${mark}`, `${mark} ${mark}`, `${mark}\n`, mark.repeat(30), `::${mark}`),
  fc.constantFrom([mark], { type: mark }, [[mark]], { [mark]: mark }, [{ gateway: mark, weight: mark }]),
);

const strange = fc.oneof(
  { weight: 6, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  { weight: 3, arbitrary: fc.constantFrom("10.0.0.0/8", "default", "2001:db8::1", "eth0", "unicast", "ipv4", unknownValue) },
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 300, -1, 1.5, NaN, Infinity, true, null) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<object>({ type: "mpls" }, { type: "ip6", destination: "10.0.0.1" }, [{ weight: 0 }], {
      address: ["gw", 7],
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom("x", "1.", ":", "9", "a ", "[", "ssh-rsa A").map((text) => text.repeat(50_000)) },
  { weight: 1, arbitrary: marked },
);

/** Fields by their own names, by names that are none, and by names that every object has. */
const namesFor = (kind: ResourceKind) =>
  fc.oneof(
    fc.constantFrom(...Object.keys(resourceSchema(kind).shape)),
    fc.constantFrom(
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "via",
      "nexthops",
      "",
      "a b",
      "\u0000",
      "n".repeat(10_000),
    ),
    fc.string(),
  );

const declarations = (kind: ResourceKind) => {
  const loose = fc.array(fc.tuple(namesFor(kind), strange), { maxLength: 3 }).map(bag);
  const around = fc
    .tuple(rightOnes[kind.name] ?? fc.constant({}), loose)
    .map(([right, others]) => ({ host, owner, ...right, ...others }));
  return fc.oneof({ weight: 1, arbitrary: loose }, { weight: 3, arbitrary: around });
};

/** As JSON.parse makes an object: `__proto__` is a name like any other. */
function bag(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

type Read = (declared: Record<string, unknown>) => Declaration;

function timed(reader: Read, declared: Record<string, unknown>): { found: Declaration; milliseconds: number } {
  const begin = process.cpuUsage();
  const found = reader(declared);
  const { user, system } = process.cpuUsage(begin);
  return { found, milliseconds: (user + system) / 1000 };
}

for (const kind of Object.values(kinds)) {
  describe(`Whatever is declared as ${kind.name}`, function () {
    this.timeout(60_000);
    const schema = resourceSchema(kind);
    const read: Read = (declared) => readDeclaration(kind, schema, declared);

    before(() => {
      for (const declared of fc.sample(declarations(kind), 200)) timed(read, declared);
    });

    it("is accepted, or told in sentences of a moderate length; nothing is thrown, and nobody waits for it", () => {
      fc.assert(
        fc.property(declarations(kind), (declared) => {
          const { found, milliseconds } = timed(read, declared);
          for (const problem of found.problems) {
            assert.match(problem, /^\S.* (is|has) .*[.?]$/);
            assert.ok(problem.length < 400, problem);
            assert.doesNotMatch(problem, /[\p{Cc}\p{Cf}]/u);
          }
          assert.ok(milliseconds < mostMilliseconds, `${milliseconds} ms`);
        }),
        { numRuns: 300 },
      );
    });

    it("is canonical once it was accepted: reading it again changes nothing", () => {
      fc.assert(
        fc.property(declarations(kind), (declared) => {
          const first = read(declared);
          fc.pre(first.problems.length === 0);
          const again = read({ ...first.inputs });
          assert.deepEqual(again.problems, []);
          assert.deepEqual(again.inputs, first.inputs);
        }),
        { numRuns: 100 },
      );
    });

    it("shows no value of a field that is secret", () => {
      const secretive = fc.tuple(declarations(kind), fc.constantFrom(...Object.keys(schema.shape)), marked);
      fc.assert(
        fc.property(secretive, ([declared, field, value]) => {
          const others = Object.entries(declared).filter(
            ([name, other]) => !name.includes(mark) && !JSON.stringify(other)?.includes(mark),
          );
          const { problems } = read({ ...bag(others), [field]: value, secrets: [field] });
          // The name of a field that there is not is no value.
          for (const problem of problems) assert.ok(!problem.replaceAll(`${mark} is no field`, "").includes(mark), problem);
        }),
        { numRuns: 300 },
      );
    });
  });
}
