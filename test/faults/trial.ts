import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../../scripts/lab/lab.mjs";
import { Program } from "../engine/fixtures/program";
import { type JumpHost, makeJumpHost, wayToJumpHost } from "../fixtures/jump-host";
import { steady } from "../lab/commit/box";
import { inOrder } from "../lab/commit/whole-host";

/** After this many seconds without a confirm the gateway puts itself back, where that is what is tried; short, so that a trial is. */
export const rollbackAfterSeconds = 12;

/** Where every trial begins: a gateway on which `programs.before` is up, saved, and the Pulumi stack that has done it. */
export class Beginning {
  private readonly known = new Map<string, Promise<string>>();

  private constructor(
    private readonly folder: string,
    private readonly program: Program,
    private readonly restore: () => Promise<Lab>,
  ) {}

  static async prepare(instance: string): Promise<Beginning> {
    const { prepared } = await import("../../scripts/lab/lab.mjs");
    const folder = mkdtempSync(join(tmpdir(), "multipath-faults-"));
    let program: Program | undefined;
    const restore = await prepared({ instance, folder }, async (lab) => {
      await outOfBand(lab, managementByDefaultRoute);
      await makeJumpHost(lab);
      // What is deleted is deleted by the way to the host that it was made with.
      const host = { ...hostOf(lab), rollbackAfterSeconds };
      program = await Program.create({ source: programs.before, project: "faults", host });
      const { code, output } = await program.up();
      if (code !== 0) throw new Error(`no trial could begin: ${output}`);
    });
    return new Beginning(folder, program as unknown as Program, restore);
  }

  /** @param over the address on `lan` by which the gateway is managed; undefined: eth0's */
  async trial(over?: string): Promise<Trial> {
    const lab = await this.restore();
    const trial = new Trial(lab, this.program.copy(), over === undefined ? hostOf(lab) : await behindJumpHost(lab, over));
    trial.setHost({});
    return trial;
  }

  /**
   * What the kernel holds after the `up` of a program, where nothing goes wrong; found out once.
   * @param rebooted whether the gateway was started again afterwards
   */
  kernelAfter(source: string, rebooted = false): Promise<string> {
    const key = JSON.stringify([source, rebooted]);
    const known = this.known.get(key) ?? this.seenAfter(source, rebooted);
    this.known.set(key, known);
    return known;
  }

  private async seenAfter(source: string, rebooted: boolean): Promise<string> {
    const trial = await this.trial();
    try {
      if (source !== programs.before) {
        const { code, output } = await trial.up(source);
        if (code !== 0) throw new Error(`the reference could not be made: ${output}`);
      }
      if (rebooted) await trial.lab.reboot();
      return await trial.kernel();
    } finally {
      trial.end();
    }
  }

  remove(): void {
    this.program.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One restored gateway, and its stack. */
export class Trial {
  constructor(
    readonly lab: Lab,
    readonly program: Program,
    /** How it is reached. */
    readonly host: Way,
  ) {}

  /** Runs a command on the gateway, not over the network. */
  sh(command: string): Promise<string> {
    return outOfBand(this.lab, command);
  }

  /** `pulumi up` of another program, with all the time that a confirm may need. */
  async up(source: string): Promise<{ code: number; output: string }> {
    this.program.write(source);
    return this.program.up();
  }

  /** `pulumi up` of a program that cuts its own path. */
  async upInVain(source: string): Promise<{ code: number; output: string }> {
    const { ended } = this.beginUp(source);
    return ended;
  }

  /** The same, begun: to break something while it runs. */
  beginUp(source: string): { pid: number; ended: Promise<{ code: number; output: string }> } {
    this.setHost({ rollbackAfterSeconds });
    this.program.write(source);
    this.setHost({});
    const ended = this.program.up();
    return { pid: this.program.pid, ended };
  }

  /** As a person does when pulumi itself was killed: its lock on the stack stays. */
  async unlock(): Promise<void> {
    const { code, output } = await this.program.pulumi(["cancel", "--yes", "--stack", this.program.stack]);
    if (code !== 0) throw new Error(`pulumi cancel failed: ${output}`);
  }

  /** Declares another way to reach the gateway from now on. */
  setHost(changes: object): void {
    this.program.setHost({ ...this.host, ...changes });
  }

  /** Resolves when the transaction that is being made or is armed has been confirmed or undone. @throws when it is late */
  async decided(): Promise<void> {
    await this.sh(
      `cd /run/pulumi-multipath 2>/dev/null || exit 0
       for tx in tx-*; do
         read -r worker <$tx/worker || continue
         while [ -d /proc/$worker ] && [ ! -s $tx/result ]; do sleep 0.2; done
       done 2>/dev/null
       for armed in tx-*/armed; do
         { read -r _ && read -r _ && read -r _ && read -r _ && read -r until; } <$armed || continue
         while [ -e $armed ]; do
           read -r now _ </proc/uptime
           [ \${now%.*} -lt $((until + ${lateSeconds})) ] || { echo "it is still armed at $now, and was to be undone at $until" >&2; exit 1; }
           sleep 0.2
         done
       done
       while [ -e $(echo tx-*/firing) ]; do sleep 0.2; done`,
    );
  }

  /** What the kernel holds, for comparing: nothing that changes by itself. */
  kernel(): Promise<string> {
    return kernelOf(this.lab);
  }

  /** Names of the files of our objects that last. */
  files(): Promise<string> {
    return this.sh("ls /etc/pulumi-multipath/current/objects.d");
  }

  end(): void {
    this.program.remove();
  }
}

/** What an emulated machine may need to start the undo. */
const lateSeconds = 5;

/** The `host` of a Pulumi program. */
interface Way extends JumpHost {
  readonly become: true;
  readonly proxyJump?: JumpHost;
}

const hostOf = ({ address, port, user, identityFile, hostKey }: Lab): Way => ({
  ...{ address, port, user, identityFile, hostKey, become: true },
});

const behindJumpHost = async (lab: Lab, address: string): Promise<Way> => ({
  ...hostOf(lab),
  ...{ address, port: 22, proxyJump: await wayToJumpHost(lab) },
});

async function outOfBand(lab: Lab, command: string): Promise<string> {
  const { code, stdout, stderr } = await lab.exec("gateway", command, { timeoutSeconds: 60 });
  if (code !== 0) throw new Error(`${command} ended with ${code} on the gateway: ${stderr}`);
  return stdout;
}

/** Seconds until OpenSSH logs in, trying again and again for `patienceSeconds`; undefined: never. */
export async function secondsToLogin(way: Way, patienceSeconds: number): Promise<number | undefined> {
  const begin = performance.now();
  const elapsed = () => (performance.now() - begin) / 1000;
  const args = [...sshArguments(way), "true"];
  while (elapsed() < patienceSeconds) {
    const code = await new Promise<number | null>((done) => {
      const child = execFile("ssh", args, { timeout: 12_000 }, () => done(child.exitCode));
    });
    if (code === 0) return elapsed();
    await sleep(200);
  }
  return undefined;
}

/** Of OpenSSH's. Behind a jump host its login is part of what is waited for. */
function sshArguments({ address, port, user, identityFile, hostKey, proxyJump }: JumpHost & Partial<Way>): string[] {
  const known = port === 22 ? address : `[${address}]:${port}`;
  const options = [
    ...["BatchMode=yes", `ConnectTimeout=${proxyJump ? 8 : 3}`],
    ...["UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null", `KnownHostsCommand=/bin/echo ${known} ${hostKey}`],
    ...(proxyJump ? [`ProxyCommand=ssh -W [%h]:%p '${sshArguments(proxyJump).join("' '")}'`] : []),
  ];
  return [...options.flatMap((option) => ["-o", option]), "-i", identityFile, "-p", String(port), `${user}@${address}`];
}

async function kernelOf(lab: Lab): Promise<string> {
  const shown = await outOfBand(
    lab,
    "ip -N -o link; ip -N -d -o address; ip -N -4 rule; ip -N -6 rule; ip -N -d -4 route show table all; ip -N -d -6 route show table all; " +
      "ip neigh show nud permanent; ip nexthop; tc qdisc show; sysctl -a 2>/dev/null | grep -E '^net\\.ipv[46]\\.conf\\.' | grep -v mtu",
  );
  return inOrder(steady(shown).split("\n")).join("\n");
}

/* ---- programs ----------------------------------------------------------------------------------------------------------------- */

/**
 * The gateway is managed over its default route, as gateways in a rack are: without it, or with a wrong one, nobody comes in. (As the
 * lab is installed, the management station is a neighbour.)
 */
const managementByDefaultRoute =
  "ip -batch - <<'X'\naddr add 10.0.2.15/32 dev eth0\naddr del 10.0.2.15/24 dev eth0\nroute replace default via 10.0.2.2 dev eth0 onlink metric 1000\nX";

const management = `new multipath.Address("management", { host, device: "eth0", address: "10.0.2.15/32", adopt: true });`;
const uplink = (how: string) =>
  `new multipath.Route("uplink", { host, destination: "default", metric: 1000, adopt: true, ${how} });`;
const good = `gateway: "10.0.2.2", device: "eth0", onLink: true`;
const line = `new multipath.Address("adsl", { host, device: "adsl", address: "203.0.113.5/32" });`;
const router = `new multipath.Route("adsl-router", { host, destination: "198.51.100.1/32", device: "adsl", preferredSource: "203.0.113.5" });`;

/**
 * A change of eight objects, which the provider makes in one transaction or, on a busy machine, in several: what each of them is called in
 * the program, in its file's name on the gateway and in what `ip` shows.
 */
const added = [
  {
    declared: `new multipath.Address("bdsl", { host, device: "bdsl", address: "203.0.113.5/32" });`,
    file: /-Address-.*bdsl/,
    shown: /203\.0\.113\.5.* bdsl|: bdsl .*203\.0\.113\.5/,
  },
  ...Array.from({ length: 7 }, (_, n) => ({
    declared: `new multipath.Route("r${n}", { host, destination: "10.${n + 1}.0.0/16", gateway: "198.51.100.1", device: "adsl", onLink: true });`,
    file: new RegExp(`-Route-.*10\\.${n + 1}\\.0\\.0`),
    shown: new RegExp(` 10\\.${n + 1}\\.0\\.0/16 `),
  })),
];

/** Of what the kernel holds after `programs.after`, what it holds when only the objects with these files have been added. */
export const withObjects = (after: string, files: string): string =>
  after
    .split("\n")
    .filter((line) => added.every(({ file, shown }) => !shown.test(line) || file.test(files)))
    .join("\n");

const program = (...declarations: readonly string[]) => declarations.join("\n");
const before = program(management, uplink(good), line, router);
const after = program(before, ...added.map(({ declared }) => declared));

/** What is declared before each trial, what a change that is right makes of it, and the changes that cut the path they came by. */
export const programs = {
  before,
  after,
  withoutUplink: program(management, line, router),
  withoutManagement: program(uplink(good), line, router),
  withoutRoutes: program(management, line),
  withoutEth0: program(before, `new multipath.Link("eth0", { host, name: "eth0", up: false });`),
  /** Too little for IPv6, which the kernel takes off the device. */
  withSmallPackets: program(before, `new multipath.Link("lan", { host, name: "lan", mtu: 300 });`),
  withoutArp: program(before, `new multipath.Link("lan", { host, name: "lan", arp: false });`),
  wrongNextHop: program(management, uplink(`gateway: "10.0.2.77", device: "eth0", onLink: true`), line, router),
  blackhole: program(management, uplink(`type: "blackhole", family: "ipv4"`), line, router),
  prohibited: program(
    before,
    `new multipath.RoutingRule("station", { host, priority: 10, to: "10.0.2.2/32", action: "prohibit" });`,
  ),
  /** And a bond, with what stands on one. */
  afterWithBond: program(
    after,
    `new multipath.BondedLink("bond", { host, name: "bond0", mode: "active-backup", members: ["port0", "port1"], macAddress: "02:00:00:00:10:00" });`,
    `new multipath.Address("bond", { host, device: "bond0", address: "192.0.2.1/24" });`,
    `new multipath.Route("behind-bond", { host, destination: "10.9.0.0/16", gateway: "192.0.2.2" });`,
  ),
};
