import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { userInfo } from "node:os";

/**
 * Runs a sh script where /etc/ssh, the user's home directory (which ssh takes from passwd, not from HOME) and the network can be
 * anything: in name spaces of its own. Needs no root where users may make name spaces.
 * @param directory for what the script needs; passwd is written there
 */
export function runApart(directory: string, script: string): void {
  const file = join(directory, "apart.sh");
  const passwd = join(directory, "passwd");
  writeFileSync(passwd, "");
  const prelude = [
    `mount --bind ${passwd} /etc/passwd`,
    // The home directory of whoever runs this. Of all that ssh reads, the paths of Include alone go by HOME.
    `home() { export HOME="$1"; printf '%s:x:0:0::%s:/bin/sh\\n' '${userInfo().username}' "$1" > ${passwd}; }`,
  ];
  writeFileSync(file, `set -e\n${prelude.join("\n")}\n${script}`);
  execFileSync("unshare", ["--map-root-user", "--mount", "--net", "sh", file], {
    stdio: ["ignore", "ignore", "inherit"],
    cwd: "/",
  });
}
