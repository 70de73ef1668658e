import { InputError } from "../../errors";
import { lowerCase, textOf } from "../ssh-pattern";
import { canonicalAddress } from "./address";
import { isNone } from "./jump";
import type { Settings } from "./reading";

/** Reads the files a second time, whatever becomes of the name. */
export function canonicalizes(settings: Settings): boolean {
  return !["", "no", "false"].includes(lowerCase(settings.first("canonicalizehostname") ?? ""));
}

/**
 * CanonicalizeHostname makes the DNS decide which host is meant, and only after that which blocks apply. Where ssh would ask it, this
 * is refused; where ssh would not, nothing is different.
 */
export function refuseLookups(settings: Settings, host: string): void {
  if (canonicalAddress(host) !== undefined) return;
  const isDirect = settings.get("proxyjump") === undefined && isNone(settings.first("proxycommand") ?? "none");
  if (!isDirect && lowerCase(settings.first("canonicalizehostname") ?? "") !== "always") return;
  const dots = host.split(".").length - 1;
  const most = Number(settings.first("canonicalizemaxdots") ?? 1);
  const domains = settings.get("canonicaldomains")?.values ?? [];
  const isLocal = !["no", "false"].includes(lowerCase(settings.first("canonicalizefallbacklocal") ?? ""));
  const hasDomains = !isNone(domains[0] ?? "none") || !isLocal;
  const asks = canonicalizes(settings) && (host.endsWith(".") || (dots <= most && hasDomains));
  const follows = !isNone(settings.first("canonicalizepermittedcnames") ?? "none");
  if (!asks && !follows) return;
  const { where } = settings.get(asks ? "canonicalizehostname" : "canonicalizepermittedcnames") ?? { where: "ssh_config" };
  throw new InputError(
    `${where}: ssh would look ${textOf(host)} up in the DNS to find out which host is meant, which is not done here. ` +
      "Write the full name, in `address` or as its HostName.",
  );
}
