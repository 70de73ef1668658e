import * as pulumi from "@pulumi/pulumi";
import { providerText } from "./provider-text";
import { isPlain } from "./plain";
import { registryOfThisRun } from "./registry";

/** A resource as its class hands it to Pulumi. */
export interface Declaration {
  readonly type: string;
  readonly inputs: pulumi.Inputs;
  readonly options: pulumi.CustomResourceOptions;
  /** Makes the resource known to those declared after it. */
  readonly registerAs: (resource: pulumi.CustomResource) => void;
}

/**
 * Everything the generated classes have in common. Functions and not a base class: Pulumi finds the user's line of code by counting the
 * constructors between it and `pulumi.CustomResource`.
 *
 * @param outputs the properties the class has; those that aren't declared are filled in by the provider.
 */
export function declare(
  kind: string,
  name: string,
  args: object,
  options: pulumi.CustomResourceOptions,
  outputs: readonly string[],
): Declaration {
  refuseImport(kind, name, options);
  const fields = { ...args } as Record<string, unknown>;
  const registry = registryOfThisRun();
  const own = registry.describe(fields);

  return {
    type: `pulumi-nodejs:dynamic/multipath:${kind}`,
    inputs: {
      ...Object.fromEntries(outputs.map((output) => [output, undefined])),
      ...fields,
      owner: ownerOf(name, options.parent),
      unmanaged: unmanagedBy(options.ignoreChanges),
      secrets: namesOfSecrets(fields),
      __provider: providerText(kind),
    },
    options: withDependencies(options, registry.dependenciesOf(own)),
    registerAs: (resource) => registry.add(resource, own),
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

/** Told to the host, to other stacks that want the same object, and to the person who reads the object's file there. */
function ownerOf(name: string, parent: pulumi.Resource | undefined): pulumi.Inputs {
  return {
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    name,
    parents: parent?.urn.apply(typesOf),
  };
}

const stackType = "pulumi:pulumi:Stack";

/** `urn:pulumi:dev::gateways::acme:Site$acme:Gateway::a` -> `acme:Site$acme:Gateway`: with it the provider knows a resource's URN. */
function typesOf(parentUrn: string): string | undefined {
  const types = parentUrn.split("::")[2];
  return types === stackType ? undefined : types;
}

/** `ignoreChanges` never reaches a provider, and a provider that looks at the live host would go on changing what is to be left. */
function unmanagedBy(ignoreChanges: readonly string[] | undefined): string[] | undefined {
  return ignoreChanges && ignoreChanges.length > 0 ? [...ignoreChanges].sort() : undefined;
}

/** A provider gets secrets in the clear and unmarked: this tells it what it must not show. */
function namesOfSecrets(fields: Record<string, unknown>): pulumi.Output<string[] | undefined> | undefined {
  const names = Object.keys(fields)
    .filter((field) => !isPlain(fields[field]))
    .sort();
  if (names.length === 0) return undefined;
  const secret = Promise.all(names.map((field) => pulumi.isSecret(pulumi.output(fields[field]))));
  return pulumi.output(
    secret.then((flags) => {
      const secrets = names.filter((_, index) => flags[index]);
      return secrets.length > 0 ? secrets : undefined;
    }),
  );
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
