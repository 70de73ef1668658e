import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../setup/run.mjs";
import type { Case, Contender, Prepared } from "./contender";
import { type BenchHost, device } from "./host";
import type { Route } from "./routes";

/** A shell script that logs in for each command. It knows no state: to change one route, it is run again as a whole. */
export const opensshCommands: Contender = {
  name: "OpenSSH, one a command",
  cases: ["create"],
  prepare: (folder, host, routes) => prepare(folder, host, routes, 'while read -r line; do ssh -n "$@" "ip $line"; done'),
};

/** One login, and all lines on its stdin. */
export const opensshBatch: Contender = {
  name: "OpenSSH, one ip -batch",
  cases: ["create", "no-op", "update", "destroy"],
  prepare: (folder, host, routes) => prepare(folder, host, routes, 'exec ssh "$@" "ip -batch -"'),
};

async function prepare(
  folder: string,
  host: BenchHost | undefined,
  routes: readonly Route[],
  command: string,
): Promise<Prepared> {
  if (!host) throw new Error("OpenSSH needs a host.");
  const write = (name: string, lines: string[]) => writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(""));
  const declare = (declared: readonly Route[]) => {
    write(
      "put",
      declared.map(({ destination, gateway }) => `route replace ${destination} via ${gateway} dev ${device}`),
    );
    write(
      "drop",
      declared.map(({ destination }) => `route del ${destination}`),
    );
  };
  declare(routes);
  const args = sshArguments(folder, host);
  const lines = (what: Case) => (what === "destroy" ? "drop" : "put");
  return {
    declare,
    run: (what) =>
      run("sh", ["-c", `set -e; ${command} <${lines(what)}`, "sh", ...args], {
        doing: `the script with ssh`,
        timeoutSeconds: 300,
        cwd: folder,
      }),
  };
}

/** Options and destination of an `ssh` that looks at nothing of this machine's own. */
export function sshArguments(folder: string, { port, user, identityFile, hostKey }: BenchHost): string[] {
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  const options = ["BatchMode=yes", "IdentitiesOnly=yes", `UserKnownHostsFile=${knownHosts}`, "LogLevel=ERROR"];
  return [
    "-F",
    "none",
    "-p",
    String(port),
    "-i",
    identityFile,
    ...options.flatMap((option) => ["-o", option]),
    `${user}@127.0.0.1`,
  ];
}
