/** Everything that is generated, as text by path from the project's root. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as prettier from "prettier";
import type { ResourceKind } from "../../provider/group";
import { docsIndex, docsPage } from "./docs-page";
import { hostModels, kindModel } from "./model";
import { fileName, sdkClass, sdkHost, sdkIndex } from "./sdk-class";

export async function generatedFiles(root: string, kinds: readonly ResourceKind[]): Promise<ReadonlyMap<string, string>> {
  const models = kinds.map(kindModel).sort((a, b) => a.name.localeCompare(b.name));
  const host = hostModels();
  const texts: [path: string, text: string][] = [
    ["sdk/generated/host.ts", sdkHost(host)],
    ["sdk/generated/index.ts", sdkIndex(models, host)],
    ["docs/kinds/README.md", docsIndex(models)],
    ...models.flatMap((model): [string, string][] => {
      const file = fileName(model.name);
      return [
        [`sdk/generated/${file}.ts`, sdkClass(model)],
        [`docs/kinds/${file}.md`, docsPage(model, host, exampleOf(root, file))],
      ];
    }),
  ];
  const options = await prettier.resolveConfig(join(root, "sdk/index.ts"));
  const formatted = texts.map(async ([path, text]): Promise<[path: string, text: string]> => {
    // Padded tables would change in every line with one of their cells.
    return [path, path.endsWith(".md") ? `${text}\n` : await prettier.format(text, { ...options, filepath: path })];
  });
  return new Map(await Promise.all(formatted));
}

function exampleOf(root: string, file: string): string | undefined {
  const path = join(root, "examples", file, "index.ts");
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
