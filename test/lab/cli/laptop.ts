import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import type { Gateway } from "../../fixtures/gateway";

const main = resolve(__dirname, "../../../dist/cli/main.js");

/** A home directory whose ssh_config names the lab gateway `gw`, and the commands run there as a person does. */
export class Laptop {
  readonly home = mkdtempSync(join(tmpdir(), "multipath-home-"));

  constructor({ host }: Gateway) {
    const { address, port, user, identityFile, hostKey } = host;
    mkdirSync(join(this.home, ".ssh"));
    writeFileSync(join(this.home, ".ssh/known_hosts"), `[${address}]:${port} ${hostKey}\n`);
    writeFileSync(
      join(this.home, ".ssh/config"),
      `Host gw\nHostName ${address}\nPort ${port}\nUser ${user}\nIdentityFile "${identityFile}"\nIdentitiesOnly yes\n`,
    );
  }

  async run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, HOME: this.home } });
    child.stdin.end();
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    return { code: code as number, stdout, stderr };
  }

  close(): void {
    rmSync(this.home, { recursive: true });
  }
}
