import type { Contradiction } from "../kind";
import type { Link } from "./link";
import type { LinkChange } from "./link-fields";

export function contradictions(desired: Link): Contradiction[] {
  const { name: _name, ...fields } = desired;
  const none = Object.values(fields).every((value) => value === undefined);
  const message = "nothing is declared of it; give up, arp, mtu, macAddress, txQueueLength or group as well";
  return [...(none ? [{ path: ["name"], message }] : []), ...linkContradictions(desired)];
}

/** What no link can have, whatever else is declared; `mtu` takes it all the same, for a live one may. */
export const linkContradictions = ({ mtu }: Pick<LinkChange, "mtu">): Contradiction[] =>
  mtu !== undefined && mtu < 68 ? [{ path: ["mtu"], message: "IP needs an MTU of at least 68 bytes" }] : [];
