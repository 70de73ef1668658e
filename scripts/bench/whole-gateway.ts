/** A whole gateway as one HostNetwork, by the real engine on the lab gateway: 5 bonds, 20 VLANs, 50 addresses, 300 routes, 40 rules. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CountingProxy } from "../../test/fixtures/counting-proxy";
import type { Lab } from "../lab/lab.mjs";
import type { Case } from "./contender";
import { floorOf, ours, project } from "./pulumi";
import { withLab } from "./with-lab";

/** One command of the engine, and what it can't be quicker than. */
export interface WholeGateway {
  readonly case: Case;
  readonly seconds: number;
  /** The same program with a provider that does nothing. */
  readonly floorSeconds: number;
  /** What the gateway's own `ip` takes for the lines, without anything around it. */
  readonly batchSeconds: number;
  /** The same, and then until udev has done with what it was told of: for each new link it starts programs. */
  readonly settledSeconds: number;
  readonly connections: number;
  readonly roundTrips: number;
}

export async function wholeGateway(): Promise<WholeGateway[]> {
  const folder = mkdtempSync(join(tmpdir(), "multipath-bench-"));
  try {
    return await withLab((lab) => measured(lab, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(lab: Lab, folder: string): Promise<WholeGateway[]> {
  const path = await CountingProxy.start({ port: lab.port, latency: 0 });
  const { user, identityFile, hostKey } = lab;
  const host = { address: "127.0.0.1", port: path.port, user, identityFile, hostKey, become: true };
  const program = (head: string, gateway: number) =>
    `${head}\nnew HostNetwork("gateway", ${JSON.stringify({ host, ...declared(gateway) })});\n`;
  try {
    const [floor, multipath] = [join(folder, "floor"), join(folder, "multipath")];
    for (const one of [floor, multipath]) mkdirSync(one);
    const [nothing, real] = [await project(floor), await project(multipath)];
    const timed = async (what: Case, gateway: number) => {
      nothing.write(program(floorOf("HostNetwork"), gateway));
      real.write(program(ours("HostNetwork"), gateway));
      const floorSeconds = await secondsOf(() => nothing.run(what));
      path.drop();
      path.reset();
      const seconds = await secondsOf(() => real.run(what));
      const { connections, roundTrips } = path;
      return { case: what, seconds, floorSeconds, connections, roundTrips };
    };
    const changes = [await timed("create", 2), await timed("no-op", 2), await timed("update", 3)];
    const lines = await Promise.all(["1", "2"].map((number) => linesOf(lab, number)));
    await real.run("destroy");
    const [create, update] = [await batchesOf(lab, lines[0] ?? []), await batchesOf(lab, lines[1] ?? [])];
    const none = { batchSeconds: 0, settledSeconds: 0 };
    return changes.map((change) => ({
      ...change,
      ...(change.case === "create" ? create : change.case === "update" ? update : none),
    }));
  } finally {
    await path.stop();
  }
}

/** @param gateway the last number of the first route's */
function declared(gateway: number): object {
  const many = <T>(count: number, make: (n: number) => T) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, make(n)]));
  const vlan = (n: number) => `bond${n % 5}.${100 + n}`;
  return {
    bonds: many(5, (n) => ({
      name: `bond${n}`,
      mode: "active-backup",
      members: n < 2 ? [`port${2 * n}`, `port${2 * n + 1}`] : [],
    })),
    vlans: many(20, (n) => ({ name: vlan(n), device: `bond${n % 5}`, vlanId: 100 + n })),
    addresses: many(50, (n) => ({ device: vlan(n % 20), address: `10.${100 + (n % 20)}.${Math.floor(n / 20)}.1/24` })),
    routes: many(300, (n) => ({
      destination: `10.${200 + (n >> 8)}.${n & 255}.0/24`,
      gateway: `10.${100 + (n % 20)}.0.${n === 0 ? gateway : 2 + (n % 200)}`,
    })),
    rules: many(40, (n) => ({ priority: 1000 + n, from: `10.${100 + (n % 20)}.${n}.0/24`, table: 100 + n })),
  };
}

/** What the change has run, as the gateway's history tells it. */
async function linesOf(lab: Lab, change: string): Promise<string[]> {
  const text = await shell(lab, `sed -n 's/^forward //p' /var/lib/pulumi-multipath/history/${change}`);
  return text.trim().split("\n");
}

/** Batch by batch, as they were: one for each tool until another one's turn comes. */
async function batchesOf(lab: Lab, lines: readonly string[]): Promise<Pick<WholeGateway, "batchSeconds" | "settledSeconds">> {
  const batches: { tool: string; lines: string[] }[] = [];
  for (const line of lines) {
    const [, tool = "", rest = ""] = /^(ip(?: -[46])?) (.*)$/.exec(line) ?? [];
    if (tool === "") throw new Error(`"${line}" is no line of ip.`);
    if (batches.at(-1)?.tool !== tool) batches.push({ tool, lines: [] });
    batches.at(-1)?.lines.push(rest);
  }
  const files = batches.map(({ lines: batch }, n) => `cat >/run/bench-${n} <<'BATCH'\n${batch.join("\n")}\nBATCH`);
  const runs = batches.map(({ tool }, n) => `${tool} -batch /run/bench-${n}`);
  const text = await shell(
    lab,
    `set -e\n${files.join("\n")}\nudevadm settle\n${[...runs, "udevadm settle"].map((run) => `cut -d ' ' -f 1 /proc/uptime\n${run}`).join("\n")}
     cut -d ' ' -f 1 /proc/uptime`,
  );
  const times = text.trim().split("\n").map(Number);
  const [begin = Number.NaN] = times;
  const [batched = Number.NaN, settled = Number.NaN] = times.slice(-2);
  return { batchSeconds: batched - begin, settledSeconds: settled - begin };
}

async function shell(lab: Lab, input: string): Promise<string> {
  const { code, stdout, stderr } = await lab.exec("gateway", ["sh", "-s"], { input: `${input}\n`, timeoutSeconds: 120 });
  if (code !== 0) throw new Error(`On the gateway: ${stderr}`);
  return stdout;
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}
