import * as pulumi from "@pulumi/pulumi";
import { type Facts, factsOf } from "./facts";
import { HostEntries } from "./host-entries";

/** One declaration as the registry sees it. */
export interface Described {
  readonly host: unknown;
  readonly facts: Facts;
}

/**
 * Which resources of a program need which others on their host to be there first, although nothing in the program says so: resources
 * without Pulumi dependencies arrive in random order, and the kernel refuses a route over an address that isn't there yet.
 *
 * Only what was declared EARLIER is ever depended on, so no cycle can come of it. Deletion goes the other way round by itself.
 */
export class Registry {
  private readonly hosts = new Map<unknown, HostEntries>();

  describe(fields: Record<string, unknown>): Described {
    return { host: hostIdentity(fields["host"]), facts: factsOf(fields) };
  }

  dependenciesOf({ host, facts }: Described): pulumi.Resource[] {
    return this.hosts.get(host)?.neededBy(facts) ?? [];
  }

  add(resource: pulumi.Resource, { host, facts }: Described): void {
    const entries = this.hosts.get(host) ?? new HostEntries();
    this.hosts.set(host, entries);
    entries.add({ resource, facts });
  }
}

/** Two declarations speak of the same host when this is the same: the address and port, or the very Output that will be one. */
function hostIdentity(host: unknown): unknown {
  if (typeof host !== "object" || host === null || pulumi.Output.isInstance(host) || host instanceof Promise) return host;
  const { address, port = 22 } = host as { address?: unknown; port?: unknown };
  const first = Array.isArray(address) ? (address[0] as unknown) : address;
  return typeof first === "string" ? `${first}:${String(port)}` : first;
}

const registries = new WeakMap<object, Registry>();
const outsideOfAnyStack = {};

/** One process may run several programs, also at the same time (Automation API): each has its own stack resource. */
export function registryOfThisRun(): Registry {
  const run = pulumi.runtime.getStackResource() ?? outsideOfAnyStack;
  const registry = registries.get(run) ?? new Registry();
  registries.set(run, registry);
  return registry;
}
