/** Lines that die and come back, while people in the LAN use them: what `npm run failover` measures on the lab gateway. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Failure, Line } from "../lab/lab.mjs";
import type { Gateway } from "../../test/fixtures/gateway";
import type { Lines } from "../../test/fixtures/lines";

export const variants = ["silent", "icmp-unreachable", "ethernet-down"] as const;
export type Variant = (typeof variants)[number];
const failures: Readonly<Record<Variant, Failure>> = {
  silent: "silent",
  "icmp-unreachable": "unreachable",
  "ethernet-down": "ethernet",
};

export interface Trial {
  readonly decisionSeconds: number;
  readonly movedSeconds: number;
  readonly recoveredSeconds: number;
  readonly healthyFlowsMoved: number;
  readonly newConnectionsFailed: number;
}

/** What the programs of guest/ have written. */
export interface Observed {
  readonly routes: readonly number[];
  readonly packets: readonly (readonly [time: number, ...sent: number[]])[];
  readonly begun: readonly { readonly time: number; readonly ok: boolean }[];
  readonly flows: readonly number[];
  /** Ports of flows that were broken, or not answered in the last three seconds. */
  readonly lost: readonly number[];
}

const port = 7007;
const folder = "/run/failover";
const guest = (name: string) => readFileSync(join(__dirname, "guest", name), "utf8");

/** The traffic of a run, and what has been seen of it. */
export class Traffic {
  private constructor(
    private readonly gateway: Gateway,
    private readonly on: Lines,
  ) {}

  /** @param devices whose packets are to be counted */
  static async start(gateway: Gateway, on: Lines, flows: number, devices: readonly string[] = []): Promise<Traffic> {
    const traffic = new Traffic(gateway, on);
    await on.run(`mkdir -p ${folder}`);
    for (const name of ["server.pl", "client.pl", "watch.pl"])
      await on.run(`cat >${folder}/${name} <<'END-OF-FILE'\n${guest(name)}END-OF-FILE`);
    // Which line a flow takes is seen where it goes: by its port, behind the gateway.
    for (const line of ["adsl", "bdsl"])
      await on.run(`ip netns exec ${line}-router nft -f - <<'END'
        table inet watch
        delete table inet watch
        table inet watch {
          set seen { type inet_service; flags dynamic; size 65535; }
          chain forward {
            type filter hook forward priority -20;
            iifname "gateway" tcp dport ${port} tcp flags & (syn | rst | fin) == 0 add @seen { tcp sport }
          }
        }
END`);
    // A kernel of all namespaces: a retransmission would choose another path by itself.
    for (const namespace of ["client", "internet"]) await on.run(`ip netns exec ${namespace} sysctl -qw net.core.txrehash=0`);
    const start = (name: string, namespace: string, program: string) =>
      on.run(
        `${namespace && `ip netns exec ${namespace} `}setsid perl ${folder}/${program} >${folder}/${name}.log 2>&1 </dev/null &
        echo $! >${folder}/${name}.pid`,
      );
    await start("server", "internet", `server.pl ${port}`);
    await start("watch", "", `watch.pl ${devices.join(" ")}`);
    await start("client", "client", `client.pl ${port} ${flows}`);
    await on.until(`[ "$(grep -c ^flow ${folder}/client.log)" -ge ${flows} ]`, 30);
    return traffic;
  }

  /** Ends it. */
  async stop(): Promise<Observed> {
    await this.on.run(`kill $(cat ${folder}/client.pid) && while [ -d /proc/$(cat ${folder}/client.pid) ]; do sleep 0.1; done`);
    const [client, watch] = await Promise.all([this.read("client"), this.read("watch")]);
    await this.on.run(`kill $(cat ${folder}/server.pid ${folder}/watch.pid)`);
    const words = (text: string, first: string) =>
      text.split("\n").flatMap((line) => (line.startsWith(`${first} `) ? [line.split(" ").slice(1)] : []));
    const begun = words(client, "new").map(([time, how]) => ({ time: Number(time), ok: how === "ok" }));
    const end = Math.max(...begun.map(({ time }) => time));
    return {
      routes: words(watch, "route").map(([time]) => Number(time)),
      packets: words(watch, "packets").map((line) => line.map(Number) as [number, ...number[]]),
      begun: begun.sort((a, b) => a.time - b.time),
      flows: words(client, "flow").map(([own]) => Number(own)),
      lost: [
        ...words(client, "lost").map(([own]) => Number(own)),
        ...words(client, "last").flatMap(([own, time]) => (Number(time) < end - 3 ? [Number(own)] : [])),
      ],
    };
  }

  private async read(name: string): Promise<string> {
    return (await this.gateway.lab.exec("gateway", ["cat", `${folder}/${name}.log`], { timeoutSeconds: 60 })).stdout;
  }

  /** Which line each flow takes now. */
  async paths(): Promise<Map<number, Line>> {
    const shown = await this.on.run(`
      for line in adsl bdsl; do ip netns exec $line-router nft flush set inet watch seen; done
      sleep 1
      for line in adsl bdsl; do echo $line; ip netns exec $line-router nft list set inet watch seen | tr ',' '\\n' | tr -dc '0-9\\n'; done`);
    const paths = new Map<number, Line>();
    let line: Line = "adsl";
    for (const word of shown.split("\n")) {
      if (word === "adsl" || word === "bdsl") line = word;
      else if (word !== "") paths.set(Number(word), line);
    }
    return paths;
  }

  /** A line dies and comes back; when, and whether flows on the other one were moved. */
  async failAndRestore(line: Line, variant: Variant): Promise<{ died: number; mended: number; healthyFlowsMoved: number }> {
    const { lab } = this.gateway;
    const before = await this.paths();
    // Whoever looks on makes the emulated machine slower than it is: only later, when nothing is measured any more.
    const died = await lab.failLine(line, failures[variant]);
    await this.on.run("sleep 3");
    await this.on.untilLine(line, "down");
    const after = await this.paths();
    const mended = await lab.restoreLine(line);
    await this.on.run("sleep 4");
    await this.on.untilLine(line, "up");
    const healthy = [...before].filter(([, path]) => path !== line);
    return { died, mended, healthyFlowsMoved: healthy.filter(([own]) => after.get(own) === line).length };
  }
}

/** What became of one death, from all that was seen in its run. */
export function trialOf(
  { routes, begun }: Observed,
  { died, mended, healthyFlowsMoved }: { died: number; mended: number; healthyFlowsMoved: number },
): Trial {
  const decided = routes.find((time) => time >= died && time < mended) ?? Number.NaN;
  const recovered = routes.find((time) => time >= mended) ?? Number.NaN;
  const during = begun.filter(({ time }) => time >= died && time < mended);
  const lastFailed = during.findLastIndex(({ ok }) => !ok);
  const moved = lastFailed < 0 ? died : (during[lastFailed + 1]?.time ?? Number.NaN);
  return {
    decisionSeconds: decided - died,
    movedSeconds: moved - died,
    recoveredSeconds: recovered - mended,
    healthyFlowsMoved,
    newConnectionsFailed: during.filter(({ time, ok }) => !ok && time > decided + 0.1).length,
  };
}

/** A line that dies again within two minutes would be kept out longer each time. */
export const withoutDamping = { "max-hold-down": 0 };
