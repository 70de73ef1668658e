/**
 * A real kernel as the judge: a root shell in a fresh network namespace, here or on another machine.
 * `KERNEL_JUDGE` is the command that opens such a shell, e.g. `ssh -p 2222 root@127.0.0.1 unshare -n sh`; without it, `unshare -rn sh`.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { commands, parseAddresses, parseRoutes, parseTables } from "../../../provider/iproute/json";
import { parseRules } from "../../../provider/iproute/rules";
import { type Step, layers } from "../../../provider/kind";
import type { HostFacts, Snapshot } from "../../../provider/snapshot";

const lines = [0, 1, 2, 3];

/** As `state_rules` of on-host/state.sh has them. */
const stateRules = "for family in 4 6; do echo family $family; ip -$family -N -d -o rule show; done";

/** Takes away what the scripts of `runEach` put there. */
const tidy =
  "{ ip route flush table main 10.0.0.0/8; ip -6 route flush table main 2001:db9::/48; ip addr flush to 203.0.113.0/24; ip -6 addr flush to 2001:db9::/32; } 2>/dev/null";

const batch = (commands: readonly string[]): string => `ip -batch - <<'end of batch'\n${commands.join("\n")}\nend of batch\n`;

/** A line that the kernel or `ip` refused, and its words. */
export interface Refused {
  readonly line: string;
  readonly words: string;
}

export class Kernel {
  private host: HostFacts = { machineId: "", bootId: "", kernel: "", iproute2: "" };
  private output = "";
  private waiting: (() => void) | undefined;

  private constructor(private readonly shell: ChildProcessWithoutNullStreams) {
    shell.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
      this.waiting?.();
    });
    shell.on("close", () => this.waiting?.()).on("error", (error) => (this.output += error.message));
    shell.stdin.on("error", () => undefined); // the shell has ended: `run` says why
    shell.stderr.setEncoding("utf8").on("data", (text: string) => (this.output += text));
  }

  /** Up in a second or so: `lo` and four lines, `line0` to `line3`, each with a subnet of both families. */
  static async open(judge = process.env.KERNEL_JUDGE?.split(" ") ?? ["unshare", "-rn", "sh"]): Promise<Kernel> {
    const [command = "unshare", ...args] = judge;
    const kernel = new Kernel(spawn(command, args, { stdio: "pipe" }));
    const devices = lines.map((n) => `link add line${n} type veth peer name far${n}\nlink set far${n} up`);
    await kernel.run(batch(["link set lo up", ...devices]));
    await kernel.clean();
    kernel.host = await kernel.facts();
    return kernel;
  }

  /** As it was when it was opened. */
  async clean(): Promise<void> {
    const each = (text: (n: number) => string) => lines.map(text);
    const commands = [
      "route flush table main",
      ...each((n) => `addr flush dev line${n}`),
      ...each((n) => `link set line${n} up`),
      ...each((n) => `addr add 192.0.${n}.2/24 dev line${n}`),
      ...each((n) => `addr add 2001:db8:0:${n}::2/64 dev line${n} nodad`),
    ];
    await this.run(`ip -6 route flush table main; ${batch(commands)}`);
  }

  /** What the script printed on stdout and stderr together. */
  async run(script: string): Promise<string> {
    const end = `end-${randomBytes(8).toString("hex")}`;
    this.output = "";
    this.shell.stdin.write(`{ ${script}\n} 2>&1 </dev/null; echo ${end}\n`);
    while (!this.output.includes(end)) {
      const { exitCode, signalCode, pid } = this.shell;
      if (exitCode !== null || signalCode !== null || pid === undefined)
        throw new Error(`The kernel's shell has ended (${exitCode ?? signalCode}): ${this.output}`);
      await new Promise<void>((resolve) => (this.waiting = resolve));
    }
    return this.output.slice(0, this.output.indexOf(end));
  }

  /** What each script printed, by its place; cleaned up after each, and in one go. */
  async runEach(scripts: readonly string[]): Promise<string[]> {
    const parts = scripts.map((script) => `${script}\n${tidy}\necho 'end of a script'`);
    return (await this.run(parts.join("\n"))).split("end of a script\n").slice(0, -1);
  }

  /** Layer by layer, family by family, as a transaction does; goes on after a refusal and returns all of them. */
  async apply(steps: readonly Step[]): Promise<Refused[]> {
    const refused: Refused[] = [];
    for (const phase of ["put", "drop"] as const) {
      for (const layer of phase === "put" ? layers : layers.toReversed()) {
        for (const tool of ["ip", "ip -4", "ip -6"] as const) {
          const lines = steps
            .filter((step) => step.phase === phase && step.layer === layer && step.tool === tool)
            .map(({ line }) => line);
          refused.push(...(await this.batch(tool, lines)));
        }
      }
    }
    return refused;
  }

  private async batch(tool: string, lines: readonly string[]): Promise<Refused[]> {
    if (lines.length === 0) return [];
    const printed = await this.run(`${tool} -force -batch - <<'end of batch'\n${lines.join("\n")}\nend of batch\n`);
    const refused: Refused[] = [];
    let words = "";
    for (const text of printed.split("\n")) {
      const [, number] = /^Command failed -:(\d+)/.exec(text) ?? [];
      if (number === undefined) words += text;
      else refused.push({ line: lines[Number(number) - 1] ?? text, words });
      if (number !== undefined) words = "";
    }
    // What is left over was no failed line: a warning, or a line that `ip` could not even read.
    return words.trim() === "" ? refused : [...refused, { line: `(in a batch of ${tool})`, words }];
  }

  async snapshot(): Promise<Snapshot> {
    const scripts = [commands.addresses, commands.routes(4), commands.routes(6), commands.lockedRoutes, stateRules];
    const [addresses = "", four = "", six = "", locked = "", rules = ""] = (
      await this.run(scripts.join("; echo; echo then; "))
    ).split("\nthen\n");
    return {
      host: this.host,
      ...parseAddresses(addresses),
      routes: [...parseRoutes(four, 4, locked), ...parseRoutes(six, 6, locked)],
      rules: parseRules(rules),
      lines: [],
      sysctls: new Map(),
      firewall: new Map(),
      tables: parseTables(""),
      objects: new Map(),
    };
  }

  private async facts(): Promise<HostFacts> {
    const [kernel = "", ip = ""] = (await this.run("uname -r; ip -V")).split("\n");
    return { machineId: "", bootId: "", kernel, iproute2: /iproute2-([\d.]+)/.exec(ip)?.[1] ?? "" };
  }

  close(): void {
    this.shell.stdin.end();
  }
}
