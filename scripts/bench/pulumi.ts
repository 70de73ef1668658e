import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../setup/project-folder.mjs";
import { pulumiEnvironment } from "../setup/pulumi-cli.mjs";
import { run } from "../setup/run.mjs";
import { providerText } from "../../sdk/provider-text";
import { cases, type Case, type Contender, type Prepared } from "./contender";
import { type BenchHost, device } from "./host";
import type { Route } from "./routes";

interface Program {
  readonly name: string;
  /** CommonJS text; `routes` and `host` are in scope. */
  readonly source: string;
  readonly arguments?: readonly string[];
}

/** The class of a kind whose resources cost nothing but what the engine costs: the same declarations, and as constant a text for a provider. */
export const floorOf = (kind: string): string => `
const pulumi = require("@pulumi/pulumi");
const __provider = ${JSON.stringify(providerText(kind).replaceAll("pulumi-multipath/runtime", "does-nothing"))};
class ${kind} extends pulumi.CustomResource {
  constructor(name, args) {
    super("pulumi-nodejs:dynamic/does-nothing:${kind}", name, { ...args, __provider });
  }
}`;

export const ours = (kind: string): string => `const { ${kind} } = require("pulumi-multipath");`;

export const floor: Contender = engineContender({ name: "floor", source: floorOf("Route") });

export const multipath: Contender = engineContender({ name: "pulumi-multipath", source: ours("Route") });

/** The engine runs so many creates, updates and deletes at a time; its default is four times the number of cores. */
export const multipath64: Contender = engineContender({
  name: "pulumi-multipath --parallel 64",
  source: ours("Route"),
  arguments: ["--parallel", "64"],
});

function engineContender(program: Program): Contender {
  return { name: program.name, cases, prepare: (folder, host, routes) => prepare(program, folder, host, routes) };
}

async function prepare(
  program: Program,
  folder: string,
  host: BenchHost | undefined,
  routes: readonly Route[],
): Promise<Prepared> {
  const { write, run: runCase } = await project(folder);
  const declare = (declared: readonly Route[]) => write(text(program, host, declared));
  declare(routes);
  return { declare, run: (what) => runCase(what, program.arguments) };
}

/** Makes a Pulumi project of an empty folder, with a stack and a backend of its own. */
export async function project(folder: string): Promise<{
  /** @param source CommonJS text */
  write(source: string): void;
  run(what: Case, further?: readonly string[]): Promise<void>;
}> {
  for (const name of ["node_modules", "backend"]) mkdirSync(join(folder, name));
  // As a `file:` dependency installs it.
  symlinkSync(projectFolder, join(folder, "node_modules/pulumi-multipath"));
  symlinkSync(join(projectFolder, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  mkdirSync(join(folder, "node_modules/does-nothing"));
  copyFileSync(join(projectFolder, "scripts/bench/does-nothing.cjs"), join(folder, "node_modules/does-nothing/index.js"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\nmain: index.js\n");
  await pulumi(folder, ["stack", "init", "bench"]);
  const commands: Record<Case, readonly string[]> = {
    create: ["up", "--yes", "--skip-preview"],
    "no-op": ["up", "--yes", "--skip-preview", "--expect-no-changes"],
    preview: ["preview", "--expect-no-changes"],
    update: ["up", "--yes", "--skip-preview"],
    destroy: ["destroy", "--yes", "--skip-preview"],
  };
  return {
    write: (source) => writeFileSync(join(folder, "index.js"), source),
    run: (what, further = []) => pulumi(folder, [...commands[what], ...further]),
  };
}

const text = ({ source }: Program, host: BenchHost | undefined, routes: readonly Route[]): string => `${source}
const host = ${JSON.stringify(declaredHost(host ?? placeholder))};
const routes = ${JSON.stringify(routes)};
for (const { destination, gateway } of routes) new Route(destination, { host, destination, gateway, device: "${device}" });
`;

type Reached = Pick<BenchHost, "port" | "user" | "hostKey" | "identityFile">;

const declaredHost = ({ port, user, hostKey, identityFile }: Reached) => ({
  address: "127.0.0.1",
  port,
  user,
  hostKey,
  identityFile,
});

/** Who reaches no host declares one all the same, of the same length. */
const placeholder: Reached = {
  port: 22022,
  user: "root",
  hostKey: `ssh-ed25519 ${"A".repeat(68)} host_ed25519 of the tests`,
  identityFile: "/tmp/multipath-sshd-000000/login",
};

function pulumi(folder: string, args: readonly string[]): Promise<void> {
  return run("pulumi", [...args, "--non-interactive"], {
    doing: `pulumi ${args.join(" ")}`,
    timeoutSeconds: 300,
    cwd: folder,
    env: {
      ...process.env,
      PATH: pulumiEnvironment().PATH,
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_HOME: join(folder, "home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NO_COLOR: "1",
    },
  });
}
