/**
 * `npm run demo`: on a fresh machine, from nothing to two ADSL lines bonded by a weighted multipath default route, on a real Linux
 * host, by the real Pulumi engine over real SSH. `-- --keep` leaves the lab gateway up.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { cacheFolder } from "./setup/cache-folder.mjs";
import { cleaningUpWhenInterrupted } from "./setup/interruption.mjs";
import { endWith } from "./setup/sentence-error.mjs";
import { setUp } from "./setup.mjs";
import { root, run } from "./tool.mjs";

const keep = process.argv.includes("--keep");
const flows = 40_000;

try {
  await setUp();
  await build();
  const { down, up } = await import("./lab/lab.mjs");
  say("A Linux gateway with two ADSL lines, each behind a router of its own: the lab");
  await cleaningUpWhenInterrupted(
    () => down("lab"),
    async () => {
      const lab = await up({ instance: "lab" });
      try {
        await starringTheStartingCase(lab);
      } finally {
        if (!keep) await down("lab");
      }
    },
  );
  if (keep) console.log("\nThe lab is still up: `npm run lab -- ssh`, `npm run lab -- down`.");
} catch (error) {
  endWith(error);
}

/** @param {import("./lab/lab.mjs").Lab} lab */
async function starringTheStartingCase(lab) {
  const pulumi = pulumiIn(join(cacheFolder(), "demo"));
  const { address, port, user, identityFile, hostKey } = lab;
  await pulumi("stack", "init", "demo", "--non-interactive");
  await pulumi("config", "set", "host", JSON.stringify({ address, port, user, identityFile, hostKey, become: true }));

  say("The preview: read from the live gateway, down to the `ip` lines");
  await pulumi("preview");

  say("pulumi up: the whole network in one transaction, then what watches the lines; all over one SSH connection");
  await pulumi("up", "--yes", "--skip-preview");

  say("What the gateway has now");
  await show(lab, "ip address show to 203.0.113.5; ip route show table main proto 205");

  say(`${flows.toLocaleString("en")} flows from the LAN, and the line each of them took (declared: 9 to 10)`);
  await shares(lab);

  say("The next preview: nothing to do, and nothing written");
  await pulumi("preview", "--expect-no-changes");

  say("The line behind adsl's router dies. Its Ethernet stays up: without a monitor half of all new connections would stall");
  await untilRoute(lab, "lab-line adsl fail silent", "without adsl");
  await shares(lab);

  say("That is no drift: the preview says so, and has nothing to do");
  await pulumi("preview", "--expect-no-changes");

  say("The line is back");
  await untilRoute(lab, "lab-line adsl restore", "with adsl");
  await shares(lab);

  say("Somebody removes a route by hand: that is drift. The preview shows what is missing, and up puts it back");
  await show(lab, "ip route del default proto 205 && ip route show table main proto 205");
  await pulumi("preview");

  say("And a line got slower: weight 9 becomes 5");
  await pulumi("config", "set", "weights", JSON.stringify({ adsl: 5, bdsl: 10 }));
  await pulumi("up", "--yes", "--skip-preview");
  await shares(lab);

  say("pulumi destroy: the gateway is as it was before");
  await pulumi("destroy", "--yes", "--skip-preview");
  await show(lab, "ip route show proto 205 | wc -l");
}

/** @param {string} text */
function say(text) {
  console.log(`\n\u001b[1m== ${text}\u001b[0m`);
}

/** @param {import("./lab/lab.mjs").Lab} lab @param {string} command */
async function show(lab, command) {
  const { stdout } = await lab.exec("gateway", command);
  console.log(`gateway# ${command}\n${stdout.trimEnd()}`);
}

/**
 * Does something to a line, and waits for the default route to follow: at most 20 s. Both times are the gateway's own uptime.
 * @param {import("./lab/lab.mjs").Lab} lab @param {string} command @param {"without adsl" | "with adsl"} wanted
 */
async function untilRoute(lab, command, wanted) {
  const script = `
    began=$(${command}) tries=0
    until ${wanted === "with adsl" ? "" : "! "}ip route show default proto 205 | grep -q "dev adsl"; do
      tries=$((tries + 1)); [ $tries -lt 400 ] || break; sleep 0.05
    done
    read -r ended _ </proc/uptime
    echo "$began $ended"; ip route show default proto 205`;
  const { stdout } = await lab.exec("gateway", script, { timeoutSeconds: 60 });
  const [times = "", ...route] = stdout.trimEnd().split("\n");
  const [began = 0, ended = 0] = times.split(" ").map(Number);
  console.log(`gateway# ${command}\n${route.join("\n")}\n(the route is like this ${(ended - began).toFixed(1)} s later)`);
}

/** Counts the packets each line carried. @param {import("./lab/lab.mjs").Lab} lab */
async function shares(lab) {
  await lab.exec("gateway", "lab-shares --reset");
  await lab.exec("client", `lab-flows ${flows}`, { timeoutSeconds: 120 });
  const counted = JSON.parse((await lab.exec("gateway", "lab-shares")).stdout);
  const total = counted.adsl.v4 + counted.bdsl.v4;
  for (const line of ["adsl", "bdsl"]) {
    const share = counted[line].v4 / total;
    console.log(`${line} ${"█".repeat(Math.round(share * 60)).padEnd(60, "░")} ${(share * 100).toFixed(1)} %`);
  }
}

/**
 * The user's own stacks and plug-ins stay out of it: a backend and a home of the demo's own, new each time.
 * @param {string} folder
 */
function pulumiIn(folder) {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(root, "Pulumi.demo.yaml"), { force: true });
  mkdirSync(join(folder, "backend"), { recursive: true });
  const env = {
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_CONFIG_PASSPHRASE: "demo",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  /** @param {string[]} args */
  return (...args) => run("pulumi", args, { env, cwd: root });
}
