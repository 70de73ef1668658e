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

/** A program whose resources cost nothing but what the engine costs: the same declarations, and as constant a text for a provider. */
export const floor: Contender = engineContender({
  name: "floor",
  source: `
const pulumi = require("@pulumi/pulumi");
const __provider = ${JSON.stringify(providerText("Route").replaceAll("pulumi-multipath/runtime", "does-nothing"))};
class Route extends pulumi.CustomResource {
  constructor(name, args) {
    super("pulumi-nodejs:dynamic/does-nothing:Route", name, { ...args, __provider });
  }
}`,
});

const ours = `const { Route } = require("pulumi-multipath");`;

export const multipath: Contender = engineContender({ name: "pulumi-multipath", source: ours });

/** The engine runs so many creates, updates and deletes at a time; its default is four times the number of cores. */
export const multipath64: Contender = engineContender({
  name: "pulumi-multipath --parallel 64",
  source: ours,
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
  for (const name of ["node_modules", "backend"]) mkdirSync(join(folder, name));
  // As a `file:` dependency installs it.
  symlinkSync(projectFolder, join(folder, "node_modules/pulumi-multipath"));
  symlinkSync(join(projectFolder, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  mkdirSync(join(folder, "node_modules/does-nothing"));
  copyFileSync(join(projectFolder, "scripts/bench/does-nothing.cjs"), join(folder, "node_modules/does-nothing/index.js"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\nmain: index.js\n");
  const declare = (declared: readonly Route[]) => writeFileSync(join(folder, "index.js"), text(program, host, declared));
  declare(routes);
  await pulumi(folder, ["stack", "init", "bench"]);
  const commands: Record<Case, readonly string[]> = {
    create: ["up", "--yes", "--skip-preview"],
    "no-op": ["up", "--yes", "--skip-preview", "--expect-no-changes"],
    preview: ["preview", "--expect-no-changes"],
    update: ["up", "--yes", "--skip-preview"],
    destroy: ["destroy", "--yes", "--skip-preview"],
  };
  return { declare, run: (what) => pulumi(folder, [...commands[what], ...(program.arguments ?? [])]) };
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
