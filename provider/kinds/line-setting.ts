/** A setting of a line's device. A device such as ppp0 goes when its line does: that is no difference, and its settings are put back with it. */
import { defineKind } from "../kind";
import { type ObservedSysctl, pathOf, sysctl } from "./sysctl";

interface ObservedSetting extends ObservedSysctl {
  /** There is no such device now. */
  readonly away?: true;
}

export const lineSetting = defineKind<typeof sysctl.schema, ObservedSetting>({
  ...sysctl,

  observe(snapshot, desired, recorded) {
    const seen = sysctl.observe(snapshot, desired, recorded);
    const device = pathOf(desired.key).split("/")[3]; // net/ipv4/conf/ppp0/rp_filter
    if (seen || snapshot.links.some(({ name }) => name === device)) return seen;
    return { key: desired.key, value: String(desired.value), away: true };
  },

  plan: (desired, observed) => (observed?.away ? [] : sysctl.plan(desired, observed)),
});
