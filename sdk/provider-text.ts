/**
 * What state keeps under `__provider` for every resource, and what Pulumi's dynamic-provider process runs on every later refresh,
 * update and delete: it must go on working for ever, so it only says where to find the code and which kind is meant.
 *
 * The package is looked up from the program's folder (the process's working directory). The plain `require` that is tried next finds no
 * more: Pulumi makes it look from there as well. So a program must be able to load the package itself: program-folder.ts.
 */
export const providerText = (kind: string): string =>
  'exports.handler = () => { let load = require("module").createRequire(process.cwd() + "/"); ' +
  'try { load.resolve("pulumi-multipath/runtime"); } catch { load = require; } ' +
  `return load("pulumi-multipath/runtime").provider(${JSON.stringify(kind)}); };`;
