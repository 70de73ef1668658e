/** Random declarations of bonds. */
import fc from "fast-check";
import type { z } from "zod";
import { bondedLink } from "../../../provider/kinds/bonded-link";
import { type OptionName, applies, modes } from "../../../provider/kinds/bonded-link-options";

type BondInput = z.input<typeof bondedLink.schema>;

const upTo = (most: number, least = 0) => fc.integer({ min: least, max: most });
const rounds = fc.integer({ min: 0, max: 20 });
const mac = fc
  .tuple(upTo(255), upTo(255))
  .map((bytes) => `02:00:00:00:${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`);
const targets = (form: (n: number) => string) =>
  fc.uniqueArray(upTo(254, 1), { minLength: 1, maxLength: 16 }).map((all) => all.map(form));

/** Any value of each option; what contradicts another one is left out below. */
const values: Readonly<Record<OptionName, fc.Arbitrary<unknown>>> = {
  miimon: fc.constantFrom(0, 50, 100, 1000),
  updelay: rounds,
  downdelay: rounds,
  peerNotifyDelay: rounds,
  useCarrier: fc.boolean(),
  arpInterval: fc.constantFrom(0, 100, 2147483647),
  arpIpTargets: targets((n) => `192.0.2.${n}`),
  nsIp6Targets: targets((n) => `2001:db8::${n.toString(16)}`),
  arpValidate: fc.constantFrom("none", "active", "backup", "all", "filter", "filter_active", "filter_backup"),
  arpAllTargets: fc.constantFrom("any", "all"),
  arpMissedMax: upTo(255, 1),
  primaryReselect: fc.constantFrom("always", "better", "failure"),
  failOverMac: fc.constantFrom("none", "active", "follow"),
  xmitHashPolicy: fc.constantFrom("layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4", "vlan+srcmac"),
  resendIgmp: upTo(255),
  numPeerNotif: upTo(255),
  allSlavesActive: fc.boolean(),
  minLinks: upTo(3),
  lpInterval: upTo(2147483647, 1),
  packetsPerSlave: upTo(65535),
  lacpActive: fc.boolean(),
  lacpRate: fc.constantFrom("slow", "fast"),
  adSelect: fc.constantFrom("stable", "bandwidth", "count"),
  adActorSysPrio: upTo(65535, 1),
  adUserPortKey: upTo(1023),
  adActorSystem: mac,
  tlbDynamicLb: fc.boolean(),
  coupledControl: fc.boolean(),
};

const members = fc
  .uniqueArray(upTo(7), { maxLength: 4 })
  .chain((ports) =>
    fc.tuple(
      ...ports.map((port, index) =>
        fc.oneof(
          fc.constant(`port${port}`),
          fc.record(
            { device: fc.constant(`port${port}`), queueId: fc.constantFrom(0, index + 1), prio: upTo(2147483647, -2147483648) },
            { requiredKeys: ["device"] },
          ),
        ),
      ),
    ),
  );

const optional = fc.record(values, { requiredKeys: [] });

/** A declaration as a person may write it: schema and contradictions have nothing against it. */
export const anyBond: fc.Arbitrary<BondInput> = fc
  .record(
    {
      name: upTo(3).map((n) => `bond${n}`),
      mode: fc.constantFrom(...modes),
      members,
      mtu: upTo(65535, 68),
      macAddress: mac,
      up: fc.boolean(),
    },
    { requiredKeys: ["name", "mode", "members"] },
  )
  .chain((bond) => fc.tuple(fc.constant(bond), optional, fc.boolean()))
  .map(([bond, chosen, primary]) =>
    settled({ ...bond, ...chosen, ...(primary && { primary: deviceOf(bond.members[0]) }) } as BondInput),
  )
  .filter((input) => {
    const parsed = bondedLink.schema.safeParse(input);
    return parsed.success && bondedLink.contradictions?.(parsed.data).length === 0;
  });

const deviceOf = (member: unknown): unknown =>
  typeof member === "string" ? member : (member as { device: string } | undefined)?.device;

/** Without what its contradictions would name. */
function settled(input: BondInput): BondInput {
  const declared: Record<string, unknown> = Object.fromEntries(
    Object.entries(input).filter(
      ([name, value]) => value !== undefined && (!(name in values) || applies(name as OptionName, input.mode)),
    ),
  );
  const without = (...names: string[]) => names.forEach((name) => Reflect.deleteProperty(declared, name));
  if (declared["arpInterval"]) without("miimon", "updelay", "downdelay", "peerNotifyDelay");
  else without("arpIpTargets", "nsIp6Targets", "arpValidate", "arpAllTargets", "arpMissedMax");
  if (declared["arpInterval"] && !declared["arpIpTargets"] && !declared["nsIp6Targets"]) declared["arpIpTargets"] = ["192.0.2.1"];
  if ((declared["arpValidate"] ?? "none") === "none") without("arpAllTargets");
  const miimon = Number(declared["miimon"] ?? 100);
  for (const delay of ["updelay", "downdelay", "peerNotifyDelay"])
    if (delay in declared) declared[delay] = Number(declared[delay]) * miimon;
  if (declared["failOverMac"] === "active") without("macAddress");
  if (!applies("primaryReselect", input.mode)) {
    without("primary");
    declared["members"] = input.members.map((member) => (typeof member === "string" ? member : { ...member, prio: 0 }));
  }
  return declared as unknown as BondInput;
}
