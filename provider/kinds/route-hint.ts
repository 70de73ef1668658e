import type { Route } from "./route";
import { hopsOf } from "./route-form";

/** What to do about a refusal of the kernel's or of `ip`. */
export function hint(words: string, desired: Route): string | undefined {
  const hops = hopsOf(desired);
  const gateways = hops.flatMap(({ gateway }) => gateway ?? []).join(", ");
  const devices = [...new Set(hops.flatMap(({ device }) => device ?? []))].join(", ");

  if (/invalid gateway|Network is unreachable|No route to host/i.test(words)) {
    return (
      `The host has no address whose subnet covers ${gateways || desired.destination}, and no route to it. Declare that address, or a route to the gateway ` +
      "by its device, and make this route depend on it (dependsOn); or set onLink if the gateway is a neighbour all the same."
    );
  }
  if (/prefsrc|source address/i.test(words)) {
    return (
      `preferredSource ${desired.preferredSource} is not on the host yet. Declare the Address and use dependsOn; ` +
      "an IPv6 address also has to pass duplicate address detection, unless noDad is set."
    );
  }
  if (/Cannot find device|No such device/i.test(words)) {
    return `There is no device ${devices || "that leads there"} on the host. If this program makes it, use dependsOn.`;
  }
  if (/not up|Network is down/i.test(words))
    return `${devices} is down: the kernel takes no route over it. Set the link up first.`;
  if (/File exists/i.test(words))
    return "A route with the same table, destination and metric has appeared meanwhile. `pulumi up` looks again.";
  if (/encapsulation type not supported|congestion algorithm/i.test(words))
    return "The kernel module for it is not loaded or not built on this host.";
  return undefined;
}
