import { join } from "node:path";
import ts from "typescript";
import { type CodeBlock, root } from "../../fixtures/documentation";

/** What a block without imports may use, as the text around it says. */
const assumed =
  'import * as pulumi from "@pulumi/pulumi"; import { Address, type HostArgs, MultipathRoute, Route } from "pulumi-multipath"; ' +
  "declare const host: HostArgs; ";

/** Checks all blocks in one run, each as a module two folders below the root; `pulumi-multipath` is this package's own source. */
export function typeErrors(blocks: readonly CodeBlock[]): string[] {
  const files = new Map(blocks.map((block, index) => [join(root, "test/docs", fileName(block, index)), block]));
  const options = optionsOfProject();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const textOf = (name: string): string | undefined => {
    const block = files.get(name);
    return block && (/^import /m.test(block.text) ? block.text : assumed + block.text);
  };
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.readFile = (name) => textOf(name) ?? readFile.call(host, name);
  host.getSourceFile = (name, target, ...rest) => {
    const text = textOf(name);
    return text === undefined ? getSourceFile.call(host, name, target, ...rest) : ts.createSourceFile(name, text, target, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([name, { where }]) => {
    const file = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ messageText, start = 0 }) => {
      const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
      return `${where} and ${line} lines on: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}

const fileName = ({ page, tag }: CodeBlock, index: number): string =>
  `${page.replace(/[^a-z0-9]+/gi, "-")}-${index}.${tag === "ts" ? "ts" : "mjs"}`;

function optionsOfProject(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile) as { config: { compilerOptions: object } };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  // A fragment need not use all that it declares.
  return {
    ...options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: { "pulumi-multipath": [join(root, "sdk/index.ts")] },
  };
}
