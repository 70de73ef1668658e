import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { cacheFolder } from "./cache-folder.mjs";
import { digestOf } from "./digest.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { projectFolder } from "./project-folder.mjs";
import { run } from "./run.mjs";
import { forgetUnused, markUsed } from "./unused.mjs";

/** Projects as users have them, one a folder: the packaging tests install the package's tarball in each. */
const sources = join(projectFolder, "test", "packaging", "projects");

/** Where a project's manifests say that the package comes from, below the project's top. */
export const tarballName = "pulumi-multipath.tgz";

const product = /^user-project-/;

/**
 * `source`: what a user has under version control. `prepared`: the same with everything installed that it depends on, but of this
 * package only what it depends on in turn.
 * @typedef {{name: string, packageManager: "npm" | "pnpm", source: string, prepared: string}} UserProject
 */

/** @returns {UserProject[]} */
export function userProjects() {
  return readdirSync(sources).map((name) => {
    const source = join(sources, name);
    const packageManager = existsSync(join(source, "pnpm-workspace.yaml")) ? "pnpm" : "npm";
    const manifests = manifestsOf(source).flatMap((path) => [path, readFileSync(join(source, path), "utf8")]);
    const digest = digestOf(standInManifest(), process.platform, process.arch, ...manifests);
    return { name, packageManager, source, prepared: join(cacheFolder(), `user-project-${name}-${digest}`) };
  });
}

export function userProjectsArePrepared() {
  return userProjects().every(({ prepared }) => existsSync(prepared));
}

/**
 * Installs what users' projects depend on: that is what takes long.
 * @param {import("./progress.mjs").Progress} progress
 * @param {Promise<unknown>} npmPackages when these are there, so is pnpm
 */
export async function prepareUserProjects(progress, npmPackages) {
  const options = {
    doing: "installing what the packaging tests' projects depend on",
    timeoutSeconds: 1200,
    onWait: (/** @type {string} */ holder) => progress.note(`Waiting for ${holder}.`),
  };
  await npmPackages;
  if (!userProjectsArePrepared()) {
    await oneAtATime(join(cacheFolder(), "user-project"), options, async () => {
      const missing = userProjects().filter(({ prepared }) => !existsSync(prepared));
      if (missing.length === 0) return;
      await progress.step("users' projects", async (say) => {
        for (const project of missing) {
          say(`${project.packageManager} install for ${project.name}`);
          await prepare(project);
        }
      });
    });
  }
  for (const { prepared } of userProjects()) await markUsed(prepared);
  await forgetUnused(cacheFolder(), product);
}

/** @param {UserProject} project */
async function prepare({ name, packageManager, source, prepared }) {
  const partial = `${prepared}.partial`;
  await rm(partial, { recursive: true, force: true });
  for (const path of manifestsOf(source)) cpSync(join(source, path), join(partial, path));
  await packStandIn(partial);
  await install(packageManager, partial, name);
  await forgetPackage(packageManager, partial);
  await rename(partial, prepared);
}

/**
 * Installs what a project's manifests say, from what the package manager has seen before as far as that goes.
 * @param {"npm" | "pnpm"} packageManager
 * @param {string} folder
 * @param {string} name for messages
 */
export async function install(packageManager, folder, name) {
  const args = {
    // The engines fields are judged by the tests: the Node that runs npm here may be another than the project's.
    npm: ["install", "--prefer-offline", "--no-audit", "--no-fund", "--engine-strict=false"],
    pnpm: ["install", "--prefer-offline", "--no-frozen-lockfile"],
  }[packageManager];
  const PATH = [join(projectFolder, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter);
  await run(packageManager, args, {
    doing: `${packageManager} install in the project ${name}`,
    timeoutSeconds: 600,
    cwd: folder,
    env: { ...process.env, PATH },
  });
}

/**
 * Lets go of an installed tarball: another one of the same name and version would be taken for it. npm keeps what else is installed; pnpm
 * lets go of everything, and puts it back from its store in no time.
 * @param {"npm" | "pnpm"} packageManager
 * @param {string} folder
 */
export async function forgetPackage(packageManager, folder) {
  const left = {
    npm: ["package-lock.json", "node_modules/.package-lock.json", "node_modules/pulumi-multipath"],
    pnpm: ["pnpm-lock.yaml", "node_modules", ...manifestsOf(folder).map((path) => join(dirname(path), "node_modules"))],
  }[packageManager];
  for (const path of [tarballName, ...left]) await rm(join(folder, path), { recursive: true, force: true });
}

/**
 * A package that depends on what this one depends on, and holds nothing.
 * @param {string} folder of the project that is to depend on it
 */
async function packStandIn(folder) {
  const standIn = join(folder, "stand-in");
  mkdirSync(standIn);
  writeFileSync(join(standIn, "package.json"), standInManifest());
  await run("npm", ["pack", "--pack-destination", folder], { doing: "Packing the stand-in", timeoutSeconds: 60, cwd: standIn });
  const { name, version } = JSON.parse(standInManifest());
  await rename(join(folder, `${name}-${version}.tgz`), join(folder, tarballName));
  await rm(standIn, { recursive: true });
}

function standInManifest() {
  const manifest = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8"));
  const { name, version, dependencies, peerDependencies } = manifest;
  return JSON.stringify({ name, version, dependencies, peerDependencies });
}

/**
 * What decides what is installed.
 * @param {string} folder
 */
function manifestsOf(folder) {
  const names = ["package.json", "pnpm-workspace.yaml"];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.includes("node_modules") && names.some((name) => path === name || path.endsWith(`/${name}`)))
    .sort();
}
