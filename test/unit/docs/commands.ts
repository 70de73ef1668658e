import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { argumentsOf as drain } from "../../../cli/drain";
import { argumentsOf as explain } from "../../../cli/explain";
import { argumentsOf as history } from "../../../cli/history";
import { argumentsOf as pause } from "../../../cli/pause";
import { argumentsOf as status } from "../../../cli/status";
import { argumentsOf as undo } from "../../../cli/undo";
import { hostSchema } from "../../../provider/host";
import { type CodeBlock, type Page, root } from "../../fixtures/documentation";

export type Command = readonly string[];

/** The commands of a block: every line of `sh`, those behind `$ ` of `console`. */
export function commandsOf({ tag, text }: CodeBlock): Command[] {
  const lines = text.replace(/\\\n\s*/g, "").split("\n");
  const typed = tag === "sh" ? lines : lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2));
  return typed.flatMap(commandsIn);
}

/** Commands within the text: `npm ...` and `pulumi ...` between backticks, unless a part stands for something else (`NAME`, `...`). */
export function commandsInText({ code }: Page): Command[] {
  return code.filter((text) => /^(npm|npx|pulumi) /.test(text) && !/[A-Z[|]|\.\.\./.test(text)).flatMap(commandsIn);
}

/** `A=b one "two three" && four >file # comment` -> [[one, two three], [four]]. */
export function commandsIn(line: string): Command[] {
  const bare = line.replace(/("[^"]*"|'[^']*')|\d?>+(?:&\d|\s*\S+)/g, (_, quoted?: string) => quoted ?? "");
  const words = [...bare.matchAll(/"([^"]*)"|'([^']*)'|(&&|\|\||[;|])|(#.*)|([^\s"'#;|&]+)/g)];
  const commands: string[][] = [[]];
  for (const [, double, single, operator, comment, plain] of words) {
    if (comment !== undefined) break;
    if (operator !== undefined) commands.push([]);
    else commands.at(-1)?.push(double ?? single ?? plain ?? "");
  }
  return commands.map((command) => command.slice(command.findIndex((word) => !/^[A-Z_]+=/.test(word)))).filter(([word]) => word);
}

interface Manifest {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

/** Commands of others, whose manuals are elsewhere. `pulumi` with its options is checked by the engine's tests. */
const elsewhere = [
  "cd",
  "curl",
  "export",
  "git",
  "ip",
  "journalctl",
  "pulumi",
  "ssh",
  "ssh-add",
  "ssh-keygen",
  "ssh-keyscan",
  "sudo",
  "visudo",
];

/** What is wrong with a command, as far as this project knows. */
export function problemWith([program = "", ...args]: Command): string | undefined {
  if (program === "npm") return problemWithNpm(args);
  if (program === "node") return args[0] && existsSync(join(root, args[0])) ? undefined : "no such file";
  if (program === "pulumi" && args[0] === "config" && args[1] === "set") return problemWithConfig(args.slice(2));
  if (program === "npx") return problemWithNpx(args);
  if (elsewhere.includes(program)) return undefined;
  return `nobody checks ${program}: see ${elsewhere.join(", ")} in test/unit/docs/commands.ts`;
}

function problemWithNpm([verb = "", ...args]: string[]): string | undefined {
  const [script = "", ...more] = verb === "run" ? args : [verb];
  if (verb === "install") {
    const known = [manifest.name, ...Object.keys(manifest.peerDependencies), "typescript"];
    const unknown = args.find((arg) => !arg.startsWith("-") && !known.includes(arg.replace(/(?<=.)@.*$/, "")));
    return unknown && `${unknown} is not needed`;
  }
  if (verb === "ci") return undefined;
  if (verb !== "run" && verb !== "test") return "not known here";
  if (!(script in manifest.scripts)) return `package.json has no script ${script}`;
  return script === "lab" ? problemWithLab(more.filter((word) => word !== "--")) : undefined;
}

const ours: Readonly<Record<string, (args: readonly string[]) => unknown>> = { drain, explain, history, pause, status, undo };

/** Of the package's own commands, their own reading of their arguments; of mocha, the file. */
function problemWithNpx([program, command, ...args]: string[]): string | undefined {
  if (program === "mocha") return command && existsSync(join(root, command)) ? undefined : "no such file";
  const read = program === manifest.name ? ours[command ?? ""] : undefined;
  if (!read) return "not known here";
  read(args);
  return undefined;
}

/** The lab's own usage names its commands. */
function problemWithLab(args: string[]): string | undefined {
  const usage = readFileSync(join(root, "scripts/lab.mjs"), "utf8");
  const known = [...usage.matchAll(/^ {2}(?:\[--stdin\] )?([a-z]+)\b/gm)].map(([, name]) => name);
  const words = args[0] === "--instance" ? args.slice(2) : args;
  return words[0] && known.includes(words[0]) ? undefined : `the lab has no command ${words[0]}`;
}

/** `--path host.FIELD VALUE`: a field of the host's schema, and a value it takes. */
function problemWithConfig(args: string[]): string | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { path: { type: "boolean" }, secret: { type: "boolean" }, stack: { type: "string" } },
  });
  const [key = "", value = ""] = positionals;
  if (!key.startsWith("host")) return undefined;
  const field = key.replace(/^host\.?/, "");
  if (!values.path || field === "") return "host is an object: `--path host.FIELD`";
  const schema = Object.entries(hostSchema.shape).find(([name]) => name === field)?.[1];
  if (!schema) return `host has no field ${field}`;
  // What only shows the form of a key.
  if (/\.\.\./.test(value)) return undefined;
  const given: unknown = /^(true|false|\d+)$/.test(value) ? JSON.parse(value) : value;
  const { success, error } = schema.safeParse(given);
  return success ? undefined : error.message;
}
