import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { configCampaign, knownHostsCampaign, type Campaign } from "./campaign";

/**
 * `npm run fuzz -- --files 10000 --seed 7`: so many generated ssh_config and known_hosts files, read by us and by OpenSSH.
 * A case that comes out wrong is shrunk and kept in test/fixtures/ssh-files, where the tests find it.
 */
const { values } = parseArgs({
  options: {
    files: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    connections: { type: "string" },
    only: { type: "string" },
    ssh: { type: "string", default: "ssh" },
    "ssh-keygen": { type: "string", default: "ssh-keygen" },
  },
});

const kept = join(__dirname, "../../fixtures/ssh-files");

async function main(): Promise<void> {
  const [files, seed] = [Number(values.files), Number(values.seed)];
  const connections = Number(values.connections ?? Math.ceil(files / 10));
  const programs = { ssh: values.ssh, sshKeygen: values["ssh-keygen"] };
  console.log(`seed ${seed}, ${files} files of each kind, ${connections} of the known_hosts files with a connection`);

  if (values.only !== "known_hosts") report("config", await configCampaign(files, seed, programs));
  if (values.only !== "ssh_config") report("known_hosts", await knownHostsCampaign(files, seed, connections, programs));
}

function report<Case>(kind: string, { counts, wrong, stricter }: Campaign<Case>): void {
  console.log(
    `${kind}: ${Object.entries(counts)
      .map(([verdict, count]) => `${verdict} ${count}`)
      .join(", ")}`,
  );
  for (const [why, count] of [...stricter].sort(([, one], [, other]) => other - one)) console.log(`  stricter ${count}: ${why}`);
  for (const { why, case: one } of wrong) {
    console.log(`  WRONG ${why}`);
    keep(kind, one);
  }
  if (wrong.length > 0) process.exitCode = 1;
}

function keep(kind: string, one: unknown): void {
  const text = `${JSON.stringify(one, undefined, 2)}\n`;
  const file = join(kept, `${kind}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.json`);
  writeFileSync(file, text);
  console.log(`kept ${file}:\n${text}`);
}

// The fixture's sshd keeps no process waiting, not even for its own end.
const awake = setInterval(() => undefined, 60_000);
void main().finally(() => clearInterval(awake));
