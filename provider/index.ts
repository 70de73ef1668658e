/**
 * The kinds, by name. State refers to this module for ever, as `pulumi-multipath/runtime`, through the text that
 * sdk/provider-text.ts writes: `provider("Route")` must go on giving what handles a Route's state.
 */
import type { AnyKind } from "./kind";
import { address } from "./kinds/address";
import { route } from "./kinds/route";
import { type DynamicProvider, dynamicProvider } from "./pulumi-adapter";

export const kinds: Readonly<Record<string, AnyKind>> = Object.fromEntries([address, route].map((kind) => [kind.name, kind]));

export function provider(name: string): DynamicProvider {
  const kind = kinds[name];
  if (!kind)
    throw new Error(`This version of pulumi-multipath knows no ${name}. It was made by a newer version: update the package.`);
  return dynamicProvider(kind);
}
