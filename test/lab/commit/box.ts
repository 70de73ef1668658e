/**
 * The machine under test: a shell on it that is not the session under test, and sessions as the provider opens them. It is the lab
 * gateway over real SSH, or a network namespace of this machine with an /etc, a /run and a /usr/local of its own, which needs no
 * root and is up in a moment: there the tests are thorough.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Change, Planned } from "../../../provider/commit/change";
import { SharedHostState, type HostStateOptions } from "../../../provider/commit/host-state";
import { onHost } from "../../../provider/commit/installed-files";
import { fileName, printObjectFile } from "../../../provider/commit/object-file";
import { UnreachableError } from "../../../provider/errors";
import { type Host, hostSchema } from "../../../provider/host";
import type { Step } from "../../../provider/kind";
import { connect } from "../../../provider/transport/connect";
import { Gateway } from "../../fixtures/gateway";
import { namespacesWork, startNamespace } from "../../fixtures/namespace";
import type { Connection, Reach } from "../../../provider/transport/connection";
import { Shell } from "../../../provider/transport/shell";

export interface Box {
  readonly host: Host;
  /** Runs a command as root, out of band; returns what it printed. @throws when it fails */
  sh(command: string): Promise<string>;
  /** A new session of the provider. */
  connect(): Promise<Connection>;
  /** The sessions of all who need none of their own. */
  readonly reach: Reach;
  down(): Promise<void>;
}

/** COMMIT_BOX=namespace or COMMIT_BOX=gateway: only there. */
const chosen = process.env.COMMIT_BOX;

/**
 * Declares the same tests for both machines. `thorough` ones are left to the namespace, where a commit takes 0.1 s: on the emulated
 * gateway it takes 5 s. There is run what only another kernel, another iproute2, systemd and a real SSH can show, and one test or two of
 * each group.
 */
export function onEachBox(
  title: string,
  tests: (open: () => Promise<Box>, thorough: Mocha.TestFunction | undefined) => void,
): void {
  if (chosen !== "gateway") {
    describe(`${title}, in a network namespace`, function () {
      this.timeout(60_000);
      before(function () {
        if (!namespacesWork()) this.skip();
      });
      tests(namespace, it);
    });
  }
  if (chosen !== "namespace") {
    describe(`${title}, on the lab gateway`, function () {
      this.timeout(300_000);
      tests(gateway, undefined);
    });
  }
}

async function gateway(): Promise<Box> {
  const { lab } = await Gateway.up();
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
    reach: reachOf(open),
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

/** The sessions of one process of the provider. */
export function reachOf(connect: () => Promise<Connection>): Reach {
  let session: Promise<Connection> | undefined;
  return {
    async standing() {
      if (!session || (await session).closed) session = connect();
      return session;
    },
    fresh: connect,
    adopt(connection) {
      void session?.then((before) => before.close());
      session = Promise.resolve(connection);
    },
  };
}

/** The provider's view of the box, in a process that knows nothing yet. */
export function hostState(
  on: Box,
  options: Partial<HostStateOptions & Pick<Host, "rollbackAfterSeconds">> = {},
): SharedHostState {
  const { rollbackAfterSeconds = on.host.rollbackAfterSeconds, ...rest } = options;
  return new SharedHostState({ ...on.host, rollbackAfterSeconds }, { reach: on.reach, ...rest });
}

/** Waits for a transaction that is armed. */
export const armed = (on: Pick<Box, "sh">): Promise<string> =>
  on.sh("until ls /run/pulumi-multipath/tx-*/armed; do sleep 0.02; done 2>/dev/null");

/** What `ip` shows, without what changes by itself. */
export const steady = (shown: string): string =>
  shown
    .replace(/(valid_lft|preferred_lft|expires) \d+sec/g, "$1 SOME")
    .replace(/ (tentative|dadfailed|linkdown)(?= )/g, "")
    .replace(/<NO-CARRIER,|,LOWER_UP|,M-DOWN| state [A-Z]+/g, (text) => (text.startsWith("<") ? "<" : ""))
    .replace(/ +$/gm, "");

/** What the gateway holds, for comparing: nothing that changes by itself. */
export async function dump(on: Box): Promise<string> {
  const shown = await on.sh("ip -N -d address; ip -N -d -4 route show table all; ip -N -d -6 route show table all");
  return steady(shown);
}

/**
 * Waits until links with a carrier are known to have one, and every IPv6 address of links that are up can be used: the kernel looks for
 * duplicates, and makes an address's local route, in its own time. A test that looks earlier sees the one state or the other.
 * @param after what is to be run before, in the same shell
 */
export const settled = (on: Pick<Box, "sh">, after = ":"): Promise<string> =>
  on.sh(`
    { ${after}
    } || exit
    unsettled() {
      printf '%s\\n' 'link show' 'addr show' 'route show table 255' | ip -6 -N -o -batch - | awk '
        /^[0-9]+: [^ ]+: </ { sub(/(@.*)?:$/, "", $2); if (!/[<,]UP/) off[$2]; waiting += /[<,]NO-CARRIER.*LOWER_UP/ }
        /^[0-9]+: [^ ]+: </ && /LOWER_UP/ && !/LOOPBACK/ { has_multicast[$2] }
        / inet6 / && !/ dadfailed / { sub("/.*", "", $4); if (!($2 in off)) { wanted[$4, $2]; waiting += / tentative / } }
        / inet6 / && $2 in has_multicast { wanted["ff00::/8", $2] }
        /^[245] / { for (i = 2; i < NF; i++) if ($i == "dev") delete wanted[$2, $(i + 1)] }
        END { for (one in wanted) waiting++; exit !waiting }'
    }
    tries=0
    while unsettled; do
      tries=$((tries + 1))
      [ $tries -lt 500 ] || { ip -6 addr show >&2; exit 1; }
      sleep 0.02
    done`);

/** Every file and directory of ours. */
export const ourFiles = async (on: Box): Promise<string[]> =>
  (
    await on.sh(
      "find /run/pulumi-multipath /etc/pulumi-multipath /usr/local/libexec/pulumi-multipath /var/lib/pulumi-multipath 2>/dev/null; :",
    )
  )
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

export async function namespace(): Promise<Box> {
  // Duplicate address detection begins at once instead of within a second.
  const promptly = "echo 0 >/proc/sys/net/ipv6/conf/default/router_solicitation_delay";
  const box = await startNamespace(`${tools[process.env.COMMIT_BOX_TOOLS ?? ""] ?? ":"}\n${promptly}`);
  const [nsenter = "", ...inside] = box.enter;
  const sessions: ChildProcess[] = [];
  const open = () => {
    const session = spawn(nsenter, [...inside, "/bin/sh", "-s"], { stdio: "pipe" });
    sessions.push(session);
    return Promise.resolve(new NamespaceConnection(session));
  };
  return {
    host: hostSchema.parse({ address: "namespace" }),
    connect: open,
    reach: reachOf(open),
    sh: (command) => box.sh(command),
    async down() {
      for (const session of sessions) session.kill("SIGKILL");
      await box.down();
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
