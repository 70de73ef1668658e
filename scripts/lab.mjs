#!/usr/bin/env node
/** The lab gateway: `npm run lab -- up|status|ssh|exec|line|reset|down`. What it is: docs/lab.md. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { down, reset, status, up } from "./lab/lab.mjs";
import { SYSTEMS } from "./lab/image.mjs";
import { sshArguments } from "./lab/ssh.mjs";
import { createProgress } from "./setup/progress.mjs";
import { SentenceError, endWith } from "./setup/sentence-error.mjs";

const USAGE = `usage: npm run lab -- [--instance NAME] COMMAND

  up [--system ${SYSTEMS.join("|")}] [--json]      start the gateway, unless it runs
  status [--json]                          is it running, and how is it reached
  ssh [COMMAND...]                         log in as admin, who may sudo
  [--stdin] exec NAMESPACE COMMAND...      run as root in gateway, client, adsl-router, bdsl-router, isp, internet or
                                           switch; not by SSH, so it works when the network doesn't
  line adsl|bdsl fail silent|unreachable|ethernet
  line adsl|bdsl restore
  line adsl|bdsl netem ARGUMENTS...        delay, loss and the like, as in tc-netem(8)
  shares [--reset]                         packets from the gateway that each line has carried
  reset [--json]                           back to how it was when it started
  down                                     end it; nothing stays
`;

const progress = createProgress();

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  endWith(error);
}

/**
 * @param {string[]} args
 * @returns {Promise<number>}
 */
async function main(args) {
  const { options, command, rest } = parsed(args);
  const { instance, system, json } = options;
  switch (command) {
    case "up": {
      const started = performance.now();
      const lab = await up({ instance, ...(system && { system }), progress });
      return show(lab, json, `up after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
    case "status": {
      const lab = await status(instance);
      return lab ? show(lab, json, "up") : complain(`The lab "${instance}" is not up.`);
    }
    case "reset": {
      const started = performance.now();
      const lab = await reset({ instance, ...(system && { system }), progress });
      return show(lab, json, `reset in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
    case "down":
      await down(instance);
      return 0;
    case "ssh":
      return ssh(await running(instance), rest);
    case "exec": {
      const [namespace, ...words] = rest;
      const [line] = words;
      if (line === undefined) return complain(USAGE);
      const lab = await running(instance);
      // One word is a line for the shell, as with ssh; several are a program and its arguments.
      const { code, stdout, stderr } = await lab.exec(
        /** @type {import("./lab/lab.mjs").Namespace} */ (namespace),
        words.length === 1 ? line : words,
        { timeoutSeconds: 3600, ...(options.stdin && { input: readFileSync(0, "utf8") }) },
      );
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      return code;
    }
    case "line": {
      const { code, stderr } = await (await running(instance)).exec("gateway", ["lab-line", ...rest]);
      return code === 0 ? 0 : complain(stderr);
    }
    case "shares": {
      const shares = await (await running(instance)).shares({ reset: rest.includes("--reset") });
      process.stdout.write(`${JSON.stringify(shares)}\n`);
      return 0;
    }
    default:
      return complain(USAGE);
  }
}

/**
 * Our own options end at the command's own words, so that those may have options of theirs.
 * @param {string[]} args
 */
function parsed(args) {
  const commandsWithWords = ["ssh", "exec", "line", "shares"];
  const at = args.findIndex((word) => commandsWithWords.includes(word));
  const [ours, rest] = at < 0 ? [args, []] : [args.slice(0, at + 1), args.slice(at + 1)];
  const { values, positionals } = (() => {
    try {
      return parseArgs({
        args: ours,
        allowPositionals: true,
        options: {
          instance: { type: "string", default: "lab" },
          system: { type: "string" },
          json: { type: "boolean", default: false },
          stdin: { type: "boolean", default: false },
        },
      });
    } catch (error) {
      throw new SentenceError(`${/** @type {Error} */ (error).message}\n${USAGE}`);
    }
  })();
  const system = SYSTEMS.find((known) => known === values.system);
  if (values.system !== undefined && !system)
    throw new SentenceError(`There is no lab of "${values.system}": it is ${SYSTEMS.join(" or ")}.`);
  const [command, ...superfluous] = positionals;
  if (superfluous.length) throw new SentenceError(USAGE);
  return {
    options: { instance: String(values.instance), json: Boolean(values.json), stdin: Boolean(values.stdin), system },
    command,
    rest,
  };
}

/** @param {string} instance */
async function running(instance) {
  const lab = await status(instance);
  if (!lab) throw new SentenceError(`The lab "${instance}" is not up: \`npm run lab -- up\` starts it.`);
  return lab;
}

/**
 * @param {import("./lab/lab.mjs").Lab} lab
 * @param {boolean} json
 * @param {string} state
 */
function show(lab, json, state) {
  const { address, port, user, identityFile, hostKey, interfaces } = lab;
  process.stdout.write(
    json
      ? `${JSON.stringify({ address, port, user, identityFile, hostKey, interfaces })}\n`
      : `The lab "${lab.instance}" (${lab.system}) is ${state}.\n  ${["ssh", ...sshArguments(lab)].join(" ")}\n`,
  );
  return 0;
}

/** @param {string} text */
function complain(text) {
  process.stderr.write(`${text.trimEnd()}\n`);
  return 1;
}

/**
 * @param {import("./lab/lab.mjs").Lab} lab
 * @param {string[]} command
 * @returns {Promise<number>}
 */
function ssh(lab, command) {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", sshArguments(lab, command), { stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
    // In a terminal Ctrl-C is for the gateway's shell, which hears of it from ssh; a kill is for both of us.
    process.on("SIGINT", () => {});
    for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
  });
}
