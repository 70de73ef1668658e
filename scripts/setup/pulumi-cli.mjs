import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { cacheFolder } from "./cache-folder.mjs";
import { isProgram, whereIs } from "./commands.mjs";
import { contentsOf, digestOf } from "./digest.mjs";
import { buildGoProgram } from "./go-program.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { projectFolder } from "./project-folder.mjs";
import { forgetUnused, markUsed } from "./unused.mjs";
import { SentenceError } from "./sentence-error.mjs";

/** What @pulumi/pulumi of package.json's peer range speaks with. */
const OLDEST = { major: 3, minor: 216 };

const recipeFolder = join(projectFolder, "scripts", "pulumi-cli");

/** The two programs: which module of ours builds which package of theirs. */
const PROGRAMS = [
  {
    name: "pulumi",
    module: "cli",
    source: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    flags: ["-tags", "osusergo,grpcnotrace"],
    linkerFlags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${cliVersion()}`,
  },
  {
    name: "pulumi-language-nodejs",
    module: "language-nodejs",
    source: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    flags: [],
    linkerFlags: "-s -w",
  },
];

/** The third: a script in @pulumi/pulumi itself, which the engine looks for by this name. */
const DYNAMIC_PROVIDER = "pulumi-resource-pulumi-nodejs";

/**
 * What to put before PATH so that `pulumi` is found, and its Node is the project's.
 * @returns {{pathAdditions: string[], PATH: string}}
 */
export function pulumiEnvironment() {
  const ours = usersPulumi() ? [] : [binFolder()];
  const pathAdditions = [join(projectFolder, "node_modules", ".bin"), ...ours];
  return { pathAdditions, PATH: [...pathAdditions, process.env.PATH ?? ""].join(delimiter) };
}

/** Whether there is a CLI, the user's own or one that was built. */
export function pulumiIsThere() {
  return usersPulumi() !== undefined || (existsSync(binFolder()) && dynamicProviderIsThere());
}

/**
 * Builds the CLI, unless the user has one or it is built.
 * @param {import("./progress.mjs").Progress} progress
 * @param {Promise<unknown>} npmPackages when these are there, the third program can be taken from them
 */
export async function ensurePulumiCli(progress, npmPackages) {
  if (usersPulumi()) return;
  await buildOnce(progress);
  await npmPackages;
  await copyDynamicProvider();
  await markUsed(dirname(binFolder()));
  await forgetUnused(cacheFolder(), /^pulumi-cli-/);
}

/** @param {import("./progress.mjs").Progress} progress */
async function buildOnce(progress) {
  if (existsSync(binFolder())) return;
  const options = {
    doing: "building the Pulumi CLI",
    timeoutSeconds: 3600,
    onWait: (/** @type {string} */ holder) => progress.note(`Waiting for ${holder}.`),
  };
  await oneAtATime(binFolder(), options, async () => {
    if (existsSync(binFolder())) return;
    const go = whereIs("go");
    if (!go)
      throw new SentenceError(
        `Neither a Pulumi CLI (${OLDEST.major}.${OLDEST.minor} or newer, with Node.js support) nor Go to build one with is installed: install either.`,
      );
    const partial = `${binFolder()}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await progress.step("Pulumi CLI", async (say) => {
      for (const program of PROGRAMS) {
        await buildGoProgram(go, { ...program, folder: join(recipeFolder, program.module) }, partial, say);
      }
    });
    await rename(partial, binFolder());
  });
}

/** The engine wants it next to the CLI; it finds the provider that belongs to the program by itself. */
async function copyDynamicProvider() {
  if (dynamicProviderIsThere()) return;
  const partial = join(binFolder(), `${DYNAMIC_PROVIDER}.${process.pid}.partial`);
  await copyFile(dynamicProviderSource, partial);
  await chmod(partial, 0o755);
  await rename(partial, join(binFolder(), DYNAMIC_PROVIDER));
}

const dynamicProviderSource = join(projectFolder, "node_modules", "@pulumi", "pulumi", DYNAMIC_PROVIDER);

function dynamicProviderIsThere() {
  const copy = join(binFolder(), DYNAMIC_PROVIDER);
  return isProgram(copy) && existsSync(dynamicProviderSource) && readFileSync(copy).equals(readFileSync(dynamicProviderSource));
}

function binFolder() {
  const recipes = PROGRAMS.map(({ name, module, source, flags, linkerFlags }) =>
    JSON.stringify([name, source, flags, linkerFlags, contentsOf(join(recipeFolder, module))]),
  );
  const digest = digestOf(...recipes, process.platform, process.arch);
  return join(cacheFolder(), `pulumi-cli-${digest}`, "bin");
}

/** The version is said once, in go.mod. */
function cliVersion() {
  const text = readFileSync(join(recipeFolder, "cli", "go.mod"), "utf8");
  return /github\.com\/pulumi\/pulumi\/pkg\/v3 (v\S+)/.exec(text)?.[1] ?? "v0.0.0";
}

/**
 * The user's own CLI, if it is new enough and has the language host for Node.js.
 * @returns {string | undefined}
 */
function usersPulumi() {
  found ??= { path: findUsersPulumi() };
  return found.path;
}

/** @type {{path: string | undefined} | undefined} */
let found;

function findUsersPulumi() {
  const path = whereIs("pulumi");
  if (!path || path.startsWith(cacheFolder())) return undefined;
  const complete = ["pulumi-language-nodejs", DYNAMIC_PROVIDER].every(
    (name) => isProgram(join(dirname(path), name)) || whereIs(name),
  );
  if (!complete) return undefined;
  try {
    const text = execFileSync(path, ["version"], {
      encoding: "utf8",
      timeout: 20_000,
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    const [, major = 0, minor = 0] = /v?(\d+)\.(\d+)/.exec(text)?.map(Number) ?? [];
    const newEnough = major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
    return newEnough ? path : undefined;
  } catch {
    return undefined;
  }
}
