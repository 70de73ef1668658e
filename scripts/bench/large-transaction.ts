/** Ten thousand routes in one transaction: what a host needs for it, without the engine. */
import { tmpdir } from "node:os";
import type { Change, Planned } from "../../provider/commit/change";
import { SharedHostState } from "../../provider/commit/host-state";
import { onHost } from "../../provider/commit/installed-files";
import { fileName, printObjectFile } from "../../provider/commit/object-file";
import { type Host, hostSchema } from "../../provider/host";
import { route } from "../../provider/kinds/route";
import { Pool } from "../../provider/transport/pool";
import { cleaningUpWhenInterrupted } from "../setup/interruption.mjs";
import { startHost } from "./host";
import { withLab } from "./with-lab";

export interface LargeTransaction {
  readonly host: "network namespace" | "emulated lab gateway";
  readonly lines: number;
  /** From the first byte sent to the confirmed reply with the state after it. */
  readonly createSeconds: number;
  readonly destroySeconds: number;
}

const lines = 10_000;

export async function largeTransactions(): Promise<LargeTransaction[]> {
  return [await inNamespace(), await onLab()];
}

async function inNamespace(): Promise<LargeTransaction> {
  const host = await startHost(0);
  return cleaningUpWhenInterrupted(
    () => host.stop(),
    async () => {
      try {
        const { port, user, identityFile, hostKey } = host;
        const declared = hostSchema.parse({ address: "127.0.0.1", port, user, identityFile, hostKey });
        return { host: "network namespace", lines, ...(await timed(declared)) };
      } finally {
        await host.stop();
      }
    },
  );
}

const onLab = (): Promise<LargeTransaction> =>
  withLab(async ({ address, port, user, identityFile, hostKey }) => {
    const declared = hostSchema.parse({ address, port, user, identityFile, hostKey, become: true });
    return { host: "emulated lab gateway", lines, ...(await timed(declared)) };
  });

async function timed(host: Host): Promise<{ createSeconds: number; destroySeconds: number }> {
  const surroundings = { home: tmpdir(), environment: {}, systemSshConfig: "/dev/null" };
  const pool = new Pool({ bootstrap: onHost().bootstrap, surroundings });
  try {
    const state = new SharedHostState(host, { reach: pool.reach(host, { timeoutSeconds: 30 }) });
    await state.look();
    const begin = performance.now();
    await state.commit(change("present"));
    const between = performance.now();
    await state.commit(change("absent"));
    return { createSeconds: (between - begin) / 1000, destroySeconds: (performance.now() - between) / 1000 };
  } finally {
    pool.closeAll();
  }
}

/** As one resource that stands for a set of routes would plan it: a step each, and one file with all their lines. */
function change(state: "present" | "absent"): Change {
  const desired = Array.from({ length: lines }, (_, index) =>
    route.schema.parse({ destination: `10.${64 + (index >> 8)}.${index & 255}.0/24`, type: "blackhole" }),
  );
  const identity = ["bench"];
  const file = fileName("RouteSet", identity);
  const content = printObjectFile({
    kind: "RouteSet",
    identity: identity.join(" "),
    claim: "bench",
    owner: { project: "bench", stack: "bench", name: "routes" },
    lines: desired.flatMap((one) => route.replay(one)),
  });
  const plan: Change["plan"] = (snapshot): Planned => ({
    reads: [...desired.flatMap((one) => route.reads(one)), `object ${file}`],
    steps: desired.flatMap((one) =>
      route.plan(state === "present" ? one : undefined, route.observe(snapshot, one, snapshot.objects.get(file))),
    ),
    files: [{ file, content: state === "present" ? content : undefined }],
  });
  return { name: `${lines} routes, ${state}`, plan };
}
