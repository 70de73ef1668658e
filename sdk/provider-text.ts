/**
 * What state keeps under `__provider` for every resource, and what Pulumi's dynamic-provider process runs on every later refresh,
 * update and delete: it must go on working for ever, so it only says where to find the code and which kind is meant.
 *
 * The package is looked up from the program's folder (the process's working directory). A program that can't resolve it from there,
 * such as one below a component library under a strict package manager, leaves the plain `require` of Pulumi's own package.
 */
export const providerText = (kind: string): string =>
  'exports.handler = () => { let load = require("module").createRequire(process.cwd() + "/"); ' +
  'try { load.resolve("pulumi-multipath/runtime"); } catch { load = require; } ' +
  `return load("pulumi-multipath/runtime").provider(${JSON.stringify(kind)}); };`;
