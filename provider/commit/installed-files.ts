import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Our texts for the host. They are read once a process. */
export interface OnHost {
  /** Function definitions that every session runs first. */
  readonly bootstrap: string;
  /** The scripts that are put on the host, by file name. */
  readonly scripts: ReadonlyMap<string, string>;
  /** Names their directory on the host: other contents, other directory. */
  readonly digest: string;
}

const bootstrapFiles = ["state.sh", "session.sh"];
const scriptFiles = [
  ...["transaction.sh", "confirm.sh", "rollback.sh"],
  ...["state.sh", "compare.sh", "result.sh", "lock.sh", "arm.sh", "undo.sh", "reach.sh", "history.sh", "object-files.sh"],
  ...["last-change.sh", "take-back.sh", "take-back.awk", "history.awk", "object-key.awk"],
  ...["network-managers.sh", "network-managers.awk"],
  ...["keys.awk", "links.awk", "related.awk", "compare.awk", "kept-settings.awk", "dad.awk", "timer.awk", "undo.awk"],
  ...["rules", "tables", "links", "settings", "qdiscs", "addresses", "neighbours", "nexthops", "routes"].map(
    (what) => `undo-${what}.awk`,
  ),
  ...["tables.sh", "units.sh", "replay.sh", "restore.sh", "restore.awk", "pulumi-multipath-restore.service"],
  ...["put-back.sh", "events.awk", "dropped.awk", "put-back.awk", "pulumi-multipath-put-back.service"],
  ...["monitor", "probes", "verdicts", "routes", "records"].map((what) => `line-${what}.sh`),
  ...[
    "line-monitor.awk",
    "line-addresses.awk",
    "line-watch.pl",
    "line-connections.pl",
    "line-target.pl",
    "pulumi-multipath-lines.service",
  ],
];

let read: OnHost | undefined;

export function onHost(): OnHost {
  read ??= readFrom(join(packageDirectory(), "on-host"));
  return read;
}

/** The package's own directory, from `provider/` as well as from `dist/provider/`: a package may require itself by name. */
function packageDirectory(): string {
  return dirname(createRequire(__filename).resolve("pulumi-multipath/package.json"));
}

function readFrom(directory: string): OnHost {
  const text = (file: string) => readFileSync(join(directory, file), "utf8");
  const scripts = new Map(scriptFiles.map((file) => [file, text(file)]));
  const digest = createHash("sha256")
    .update(JSON.stringify([...scripts]))
    .digest("hex")
    .slice(0, 16);
  return { bootstrap: bootstrapFiles.map(text).join("\n"), scripts, digest };
}
