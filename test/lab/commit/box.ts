/**
 * The machine under test: a shell on it that is not the session under test, and sessions as the provider opens them. It is the lab
 * gateway over real SSH; or, with COMMIT_BOX=namespace, a network namespace of this machine with an /etc, a /run and a /usr/local of
 * its own: it needs root, and is up in a moment.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Change, Planned } from "../../../provider/commit/change";
import { SharedHostState, type HostStateOptions } from "../../../provider/commit/host-state";
import { onHost } from "../../../provider/commit/installed-files";
import { fileName, printObjectFile } from "../../../provider/commit/object-file";
import { UnreachableError } from "../../../provider/errors";
import { type Host, hostSchema } from "../../../provider/host";
import type { Step } from "../../../provider/kind";
import { connect } from "../../../provider/transport/connect";
import type { Connection } from "../../../provider/transport/connection";
import { Shell } from "../../../provider/transport/shell";

export interface Box {
  readonly host: Host;
  /** Runs a command as root, out of band; returns what it printed. @throws when it fails */
  sh(command: string): Promise<string>;
  /** A new session of the provider. */
  connect(): Promise<Connection>;
  /** The session of all who need none of their own; a new one when it was lost. */
  session(): Promise<Connection>;
  down(): Promise<void>;
}

export const inNamespace = process.env.COMMIT_BOX === "namespace";

export const box = (): Promise<Box> => (inNamespace ? namespace() : gateway());

async function gateway(): Promise<Box> {
  const { up } = await import("../../../scripts/lab/lab.mjs");
  const lab = await up({ instance: process.env.MULTIPATH_LAB ?? "test" });
  const { address, port, user, identityFile, hostKey } = lab;
  const host = hostSchema.parse({ address, port, user, identityFile, hostKey, become: true });
  const sessions: Connection[] = [];
  const open = async () => {
    const session = await connect(host, { bootstrap: onHost().bootstrap, timeoutSeconds: 30 });
    sessions.push(session);
    return session;
  };
  return {
    host,
    connect: open,
    session: standing(open),
    async sh(command) {
      const { code, stdout, stderr } = await lab.exec("gateway", command, { timeoutSeconds: 60 });
      if (code !== 0) throw new Error(`${command} ended with ${code}: ${stderr}`);
      return stdout;
    },
    down() {
      for (const session of sessions) session.close();
      return Promise.resolve();
    },
  };
}

/** Keeps one connection open. */
export function standing(connect: () => Promise<Connection>): () => Promise<Connection> {
  let session: Promise<Connection> | undefined;
  return async () => {
    if (!session || (await session).closed) session = connect();
    return session;
  };
}

/** The provider's view of the box, in a process that knows nothing yet. */
export const hostState = (on: Box, options: Partial<HostStateOptions> = {}): SharedHostState =>
  new SharedHostState(on.host, { connection: on.session, ...options });

/** What the gateway holds, for comparing: nothing that changes by itself. */
export async function dump(on: Box): Promise<string> {
  const shown = await on.sh("ip -N -d address; ip -N -d -4 route show table all; ip -N -d -6 route show table all");
  return shown
    .replace(/(valid_lft|preferred_lft|expires) \d+sec/g, "$1 SOME")
    .replace(/ (tentative|dadfailed|linkdown)(?= )/g, "")
    .replace(/<NO-CARRIER,|,LOWER_UP|,M-DOWN| state [A-Z]+/g, (text) => (text.startsWith("<") ? "<" : ""))
    .replace(/ +$/gm, "");
}

/** Every file and directory of ours. */
export const ourFiles = async (on: Box): Promise<string[]> =>
  (await on.sh("find /run/pulumi-multipath /etc/pulumi-multipath /usr/local/libexec/pulumi-multipath 2>/dev/null; :"))
    .split("\n")
    .filter(Boolean);

/* ---- changes as kinds make them ----------------------------------------------------------------------------------------------- */

export const put = (layer: Step["layer"], tool: Step["tool"], line: string, touches: string[], removes: string[] = []): Step => ({
  layer,
  phase: "put",
  tool,
  line,
  touches,
  removes,
});

export const drop = (layer: Step["layer"], tool: Step["tool"], line: string, removes: string[]): Step => ({
  layer,
  phase: "drop",
  tool,
  line,
  touches: removes,
  removes,
});

export const change = (name: string, planned: Partial<Planned> | Change["plan"]): Change => ({
  name,
  plan: typeof planned === "function" ? planned : () => ({ reads: [], steps: [], files: [], ...planned }),
});

/** An IPv4 route of ours with its file, as the Route kind plans it. */
export function routeChange(destination: string, via: string, device: string): Change {
  const identity = ["4", "254", destination, "0", "0"];
  const file = fileName("Route", identity);
  const key = `route 4 254 ${destination} 0 0`;
  const words = `${destination} via ${via} dev ${device} proto 205`;
  const owner = { project: "lab", stack: "test", name: destination };
  const content = printObjectFile({
    kind: "Route",
    identity: identity.join(" "),
    claim: "c1",
    owner,
    lines: [`ip -4 route replace ${words}`],
  });
  return change(`Route ${destination}`, ({ routes, objects }) => {
    const live = routes.find((route) => route.table === 254 && route.destination === destination);
    const right = live?.nextHops[0]?.gateway === via;
    return {
      reads: [`routes 4 254 ${destination}`, `device ${device}`, `object ${file}`],
      steps: right ? [] : [put("route", "ip -4", `route ${live ? "replace" : "add"} ${words}`, [key])],
      files: objects.get(file)?.claim === "c1" ? [] : [{ file, content }],
    };
  });
}

export function routeRemoval(destination: string): Change {
  const file = fileName("Route", ["4", "254", destination, "0", "0"]);
  const key = `route 4 254 ${destination} 0 0`;
  return change(`Route ${destination}`, ({ routes }) => ({
    reads: [`routes 4 254 ${destination}`, `object ${file}`],
    steps: routes.some((route) => route.destination === destination)
      ? [drop("route", "ip -4", `route del ${destination} proto 205`, [key])]
      : [],
    files: [{ file, content: undefined }],
  }));
}

/* ---- a network namespace ------------------------------------------------------------------------------------------------------ */

/** Other tools than this machine's own, with COMMIT_BOX_TOOLS: every shell and awk that a host may have must do. */
const tools: Readonly<Record<string, string>> = {
  busybox:
    "mkdir /usr/local/bin && for tool in awk cat cmp cp find grep ln mkdir mv rm rmdir setsid sleep sync; do " +
    "ln -s /usr/bin/busybox /usr/local/bin/$tool; done; mount --bind /usr/bin/busybox $(readlink -f /bin/sh)",
  gawk: "mkdir /usr/local/bin && ln -s /usr/bin/gawk /usr/local/bin/awk",
  bash: "mount --bind $(readlink -f /bin/bash) $(readlink -f /bin/sh)",
};

const prepare = `
set -e
mkdir -p /tmp/box-$$ && mount -t tmpfs tmpfs /tmp/box-$$ && cd /tmp/box-$$
mkdir etc && cp -a /etc/iproute2 /etc/passwd /etc/group /etc/machine-id /etc/alternatives etc/ 2>/dev/null || :
mount --bind etc /etc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /usr/local
cd / && umount -l /tmp/box-$$ && rmdir /tmp/box-$$
${tools[process.env.COMMIT_BOX_TOOLS ?? ""] ?? ":"}
ip link set lo up
echo ready
exec sleep 100000
`;

async function namespace(): Promise<Box> {
  const holder = spawn("unshare", ["-n", "-m", "--propagation", "private", "sh", "-c", prepare], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  const inside = ["-t", String(holder.pid), "-n", "-m"];
  const sessions: ChildProcess[] = [];
  const open = () => {
    const session = spawn("nsenter", [...inside, "/bin/sh", "-s"], { stdio: "pipe" });
    sessions.push(session);
    return Promise.resolve(new NamespaceConnection(session));
  };
  return {
    host: hostSchema.parse({ address: "namespace" }),
    connect: open,
    session: standing(open),
    async sh(command) {
      const child = spawn("nsenter", [...inside, "sh", "-c", command], { stdio: ["ignore", "pipe", "pipe"] });
      const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
      if (code !== 0) throw new Error(`${command} ended with ${code}: ${stderr}`);
      return stdout;
    },
    async down() {
      for (const session of sessions) session.kill("SIGKILL");
      holder.kill("SIGKILL");
      await once(holder, "close");
    },
  };
}

class NamespaceConnection implements Connection {
  readonly host = hostSchema.parse({ address: "namespace" });
  readonly hostKey = "SHA256:of-a-namespace";
  private readonly shell: Shell;
  readonly request: Connection["request"];

  constructor(private readonly child: ChildProcess) {
    const { stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw new Error("no pipes");
    stdin.on("error", () => undefined);
    const ignored = () => undefined;
    this.shell = new Shell({ stdin, stdout, stderr }, "namespace", false, onHost().bootstrap, ignored, () => this.close());
    child.on("exit", (code) => this.shell.end(new UnreachableError(`namespace: the session ended (${code})`)));
    this.request = (script, options) => this.shell.request(script, options);
  }

  get closed(): boolean {
    return this.shell.ended !== undefined;
  }

  close(): void {
    this.shell.end(new UnreachableError("namespace: the connection was closed"));
    // As sshd does when the connection is lost: the pipes are gone, nobody is killed.
    this.child.stdin?.destroy();
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }
}
