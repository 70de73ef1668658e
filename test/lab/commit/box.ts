/**
 * The machine under test: a shell on it that is not the session under test, and sessions as the provider opens them.
 * The lab gateway over real SSH; or, with COMMIT_BOX=namespace, a network namespace of this machine (root, and two seconds instead of
 * ten): /etc, /run and /usr/local are its own.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { PermissionError, UnreachableError } from "../../../provider/errors";
import { type Host, hostSchema } from "../../../provider/host";
import { onHost } from "../../../provider/commit/installed-files";
import type { Connection } from "../../../provider/transport/connection";
import { Shell } from "../../../provider/transport/shell";

export interface Box {
  readonly host: Host;
  /** Runs a command as root, out of band; returns what it printed. @throws when it fails */
  sh(command: string): Promise<string>;
  /** A new session of the provider. */
  connect(): Promise<Connection>;
  down(): Promise<void>;
}

export async function box(): Promise<Box> {
  if (process.env.COMMIT_BOX === "namespace") return namespace();
  throw new PermissionError("not yet");
}

const prepare = `
set -e
mkdir -p /tmp/box-$$ && mount -t tmpfs tmpfs /tmp/box-$$ && cd /tmp/box-$$
mkdir etc && cp -a /etc/iproute2 /etc/passwd /etc/group /etc/machine-id /etc/alternatives etc/ 2>/dev/null || :
mount --bind etc /etc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /usr/local
cd / && umount -l /tmp/box-$$ && rmdir /tmp/box-$$
ip link set lo up
echo ready
exec sleep 100000
`;

async function namespace(): Promise<Box> {
  const holder = spawn("unshare", ["-n", "-m", "--propagation", "private", "sh", "-c", prepare], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  const inside = ["-t", String(holder.pid), "-n", "-m"];
  const shell = (process.env.BOX_SHELL ?? "/bin/sh").split(" ");
  const sessions: ChildProcess[] = [];
  return {
    host: hostSchema.parse({ address: "namespace" }),
    sh(command) {
      const { status, stdout, stderr } = spawnSync("nsenter", [...inside, "sh", "-c", command], { encoding: "utf8", maxBuffer: 1 << 28 });
      if (status !== 0) return Promise.reject(new Error(`${command} ended with ${status}: ${stderr}`));
      return Promise.resolve(stdout);
    },
    connect() {
      const session = spawn("nsenter", [...inside, ...shell, "-s"], { stdio: "pipe" });
      sessions.push(session);
      return Promise.resolve(new NamespaceConnection(session));
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
