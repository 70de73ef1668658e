import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { pulumiEnvironment } from "../setup/pulumi-cli.mjs";

/** What the figures depend on, and nothing that names the machine. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly pulumi: string;
  readonly openssh: string;
  readonly iproute2: string;
  /** Null: was not among the contenders. */
  readonly ansible: string | null;
}

export function thisMachine(ansiblePrograms: string | undefined): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: /^\d+\.\d+(\.\d+)?/.exec(release())?.[0] ?? release(),
    node: process.versions.node,
    pulumi: version("pulumi version", /v?([\d.]+)/),
    openssh: version("ssh -V 2>&1", /OpenSSH_([\w.]+)/),
    iproute2: version("ip -V", /iproute2-([\w.]+)/),
    ansible: ansiblePrograms === undefined ? null : version(`'${join(ansiblePrograms, "ansible")}' --version`, /core ([\d.]+)/),
  };
}

function version(command: string, pattern: RegExp): string {
  const { PATH } = pulumiEnvironment();
  const text = execFileSync("sh", ["-c", command], { encoding: "utf8", env: { ...process.env, PATH } });
  return pattern.exec(text)?.[1] ?? "unknown";
}
