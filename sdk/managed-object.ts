import * as pulumi from "@pulumi/pulumi";
import { providerText } from "./provider-text";
import { isPlain } from "./plain";
import { warnUnlessFoundFrom } from "./program-folder";
import { registryOfThisRun } from "./registry";

/** A resource as its class hands it to Pulumi. */
export interface Declaration {
  readonly type: string;
  readonly inputs: pulumi.Inputs;
  readonly options: pulumi.CustomResourceOptions;
  /** To be called with the resource that was made of it. */
  readonly complete: (resource: pulumi.CustomResource) => void;
}

/** The properties that a class has, by name. */
export interface Properties {
  /** What the provider fills in when it isn't declared. */
  readonly filledIn: readonly string[];
  /** What has no value unless it is declared. */
  readonly asDeclared: readonly string[];
}

/**
 * What a property is that has no value. One for all: an Output of its own for each that Pulumi is told about took as long as everything
 * else that a program of 100 routes does, since Pulumi notes the call stack four times for each.
 */
const nothing = pulumi.output(undefined);

/**
 * Everything the generated classes have in common. Functions and not a base class: Pulumi finds the user's line of code by counting the
 * constructors between it and `pulumi.CustomResource`.
 */
export function declare(
  kind: string,
  name: string,
  args: object,
  options: pulumi.CustomResourceOptions,
  { filledIn, asDeclared }: Properties,
): Declaration {
  refuseImport(kind, name, options);
  warnUnlessFoundFrom(process.cwd());
  const fields = { ...args } as Record<string, unknown>;
  const registry = registryOfThisRun();
  const own = registry.describe(fields);
  // What `ignoreChanges` names keeps its last value.
  const kept = asDeclared.filter((field) => options.ignoreChanges?.some((path) => path.split(/[.[]/)[0] === field));

  return {
    type: typeOf(kind),
    inputs: {
      ...Object.fromEntries([...filledIn, ...kept].map((field) => [field, undefined])),
      ...fields,
      owner: urnOf(kind, name, options.parent),
      ...unmanagedBy(options.ignoreChanges),
      ...namesOfSecrets(fields),
      __provider: providerText(kind),
    },
    options: withDependencies(options, registry.dependenciesOf(own)),
    complete(resource) {
      const absent = asDeclared.filter((field) => !(field in resource));
      Object.assign(resource, Object.fromEntries(absent.map((field) => [field, nothing])));
      registry.add(resource, own);
    },
  };
}

/** Pulumi can't import what a dynamic provider manages, and reading by id would make a resource that nothing manages. */
function refuseImport(kind: string, name: string, options: pulumi.CustomResourceOptions): void {
  const option = options.import !== undefined ? "import" : options.id !== undefined ? "id" : undefined;
  if (!option) return;
  throw new pulumi.ResourceError(
    `${kind} "${name}": the option \`${option}\` can't be used here. Declare the object as it is on the host: an identical one is adopted ` +
      "without a change, one that differs with `adopt: true`.",
    options.parent,
    true,
  );
}

const typeOf = (kind: string): string => `pulumi-nodejs:dynamic/multipath:${kind}`;

/**
 * The resource's URN, which no call of a provider has: for the notes on its row, for other stacks that want the same object, and for the
 * person who reads the object's file on the host.
 *
 * With a parent a promise and no Output: that would bring a dependency on the parent along, which Pulumi takes for one on all its
 * children, so that two of one component would wait for each other for ever.
 */
function urnOf(kind: string, name: string, parent: pulumi.Resource | undefined): string | Promise<string> {
  const program = `${pulumi.getStack()}::${pulumi.getProject()}`;
  const urn = (parents: string) => `urn:pulumi:${program}::${parents}${typeOf(kind)}::${name}`;
  return parent ? new Promise((resolve) => parent.urn.apply((urnOfParent) => resolve(urn(typesOf(urnOfParent))))) : urn("");
}

const stackType = "pulumi:pulumi:Stack";

/** `urn:pulumi:dev::gateways::acme:Site$acme:Gateway::a` -> `acme:Site$acme:Gateway$`: what stands before its children's own type. */
function typesOf(urn: string): string {
  const types = urn.split("::")[2] ?? stackType;
  return types === stackType ? "" : `${types}$`;
}

/** `ignoreChanges` never reaches a provider, and a provider that looks at the live host would go on changing what is to be left. */
function unmanagedBy(ignoreChanges: readonly string[] | undefined): { unmanaged?: string[] } {
  return ignoreChanges && ignoreChanges.length > 0 ? { unmanaged: [...ignoreChanges].sort() } : {};
}

/** A provider gets secrets in the clear and unmarked: this tells it what it must not show. */
function namesOfSecrets(fields: Record<string, unknown>): { secrets?: pulumi.Output<string[] | undefined> } {
  const names = Object.keys(fields)
    .filter((field) => !isPlain(fields[field]))
    .sort();
  if (names.length === 0) return {};
  const secret = Promise.all(names.map((field) => pulumi.isSecret(pulumi.output(fields[field]))));
  return {
    secrets: pulumi.output(
      secret.then((flags) => {
        const secrets = names.filter((_, index) => flags[index]);
        return secrets.length > 0 ? secrets : undefined;
      }),
    ),
  };
}

function withDependencies(
  options: pulumi.CustomResourceOptions,
  found: readonly pulumi.Resource[],
): pulumi.CustomResourceOptions {
  if (found.length === 0) return options;
  const declared = options.dependsOn ?? [];
  if (Array.isArray(declared)) return { ...options, dependsOn: [...declared, ...found] };
  if (pulumi.Resource.isInstance(declared)) return { ...options, dependsOn: [declared, ...found] };
  const later = pulumi.output(declared as pulumi.Input<pulumi.Resource[]>);
  return { ...options, dependsOn: later.apply((resources) => [...[resources].flat(), ...found]) };
}
