/** One form for a VLAN that is declared and one that is there, so that they can be compared. */
import type { LiveLink } from "../snapshot";
import { linkFields } from "./link-fields";
import type { Vlan } from "./vlan";

/** What the kernel calls a VLAN's flags, and whether they are set when nothing is said. */
export const flags = {
  reorderHeader: { word: "reorder_hdr", printed: "REORDER_HDR", usual: true },
  gvrp: { word: "gvrp", printed: "GVRP", usual: false },
  mvrp: { word: "mvrp", printed: "MVRP", usual: false },
  looseBinding: { word: "loose_binding", printed: "LOOSE_BINDING", usual: false },
  bridgeBinding: { word: "bridge_binding", printed: "BRIDGE_BINDING", usual: false },
} as const;
export const flagFields = Object.keys(flags) as (keyof typeof flags)[];

export const maps = {
  ingressQosMap: { word: "ingress-qos-map", printed: "ingress_qos" },
  egressQosMap: { word: "egress-qos-map", printed: "egress_qos" },
} as const;
export const mapFields = Object.keys(maps) as (keyof typeof maps)[];

export interface Mapping {
  readonly from: number;
  readonly to: number;
}

/** Whatever is the kernel's default is left out. */
export function canonical(desired: Vlan): Vlan {
  const { ingressQosMap, egressQosMap, ...others } = desired;
  const said = Object.entries(others).filter(
    ([field, value]) => value !== undefined && !(isFlag(field) && value === flags[field].usual),
  );
  return {
    ...(Object.fromEntries(said) as unknown as Vlan),
    ...mapped("ingressQosMap", ingressQosMap),
    ...mapped("egressQosMap", egressQosMap),
  };
}

const isFlag = (field: string): field is keyof typeof flags => field in flags;

/** What is mapped to 0 is mapped as everything is. */
function mapped(field: keyof typeof maps, map: readonly Mapping[] = []): Partial<Vlan> {
  const said = map.filter(({ to }) => to !== 0).sort((a, b) => a.from - b.from);
  return said.length === 0 ? {} : { [field]: said };
}

/** One that stands on a device of another network namespace is not one of this host's. */
export const isVlan = ({ type, parent }: LiveLink): boolean => type === "vlan" && parent !== undefined;

/** What is there. MTU and address are those of the device below unless something else is said: they are left out then, as they are in `desired`. */
export function declaredForm(live: LiveLink, below: LiveLink | undefined, desired?: Vlan): Vlan {
  const { up, mtu, macAddress } = linkFields(live);
  const { data } = live;
  const set = new Set(data["flags"] as readonly string[] | undefined);
  const usual = usualOn(below);
  return canonical({
    name: live.name,
    device: live.parent ?? "",
    vlanId: Number(data["id"]),
    // `ip -N` prints the number: [33024] and [34984].
    protocol: /34984|ad/i.test(String(data["protocol"])) ? "802.1ad" : "802.1Q",
    up,
    mtu: desired?.mtu === undefined && mtu === usual.mtu ? undefined : mtu,
    macAddress: desired?.macAddress === undefined && macAddress === usual.macAddress ? undefined : macAddress,
    ...Object.fromEntries(flagFields.map((field) => [field, set.has(flags[field].printed)])),
    ...Object.fromEntries(mapFields.map((field) => [field, [...((data[maps[field].printed] ?? []) as Mapping[])]])),
  });
}

/** What a VLAN on this device has when nothing is said. */
export function usualOn(below: LiveLink | undefined): { mtu?: number | undefined; macAddress?: string | undefined } {
  return below ? { mtu: below.mtu, macAddress: linkFields(below).macAddress } : {};
}
