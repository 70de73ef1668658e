import { CountingProxy } from "../../test/fixtures/counting-proxy";
import { startNamespace } from "../../test/fixtures/namespace";
import { startSshd } from "../../test/fixtures/sshd";

/** A Linux host of its own for one contender: a network namespace, a real sshd in front of it, and a path of any length to that. */
export interface BenchHost {
  /** As every contender reaches it: 127.0.0.1, and this port. */
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  /** An OpenSSH key line. */
  readonly hostKey: string;
  readonly path: CountingProxy;
  /** The routes to somewhere behind a gateway, `DESTINATION GATEWAY` each. */
  routes(): Promise<string[]>;
  /** Idempotent: an interruption may come while it is being stopped. */
  stop(): Promise<void>;
}

/** The device whose network holds the gateways of all routes. */
export const device = "bench0";

const network =
  `ip link add ${device} type veth peer name far0; ip link set ${device} up; ip link set far0 up; ` +
  `ip address add 192.0.2.1/24 dev ${device}`;

export async function startHost(roundTripMilliseconds: number): Promise<BenchHost> {
  const namespace = await startNamespace(network);
  const enter = `${namespace.enter.join(" ")} /bin/sh -c "$SSH_ORIGINAL_COMMAND"`;
  const sshd = await startSshd({ config: [`ForceCommand ${enter}`, "LogLevel INFO"] });
  const path = await CountingProxy.start({ port: sshd.port, latency: roundTripMilliseconds / 2 });
  const stop = async () => {
    await path.stop();
    await sshd.stop();
    await namespace.down();
  };
  let stopped: Promise<void> | undefined;
  return {
    port: path.port,
    user: sshd.user,
    identityFile: sshd.identityFile,
    hostKey: sshd.hostKeys[0] ?? "",
    path,
    async routes() {
      const text = await namespace.sh(`ip -4 route show dev ${device}`);
      return [...text.matchAll(/^(\S+) via (\S+)/gm)].map(([, destination, gateway]) => `${destination} ${gateway}`);
    },
    stop: () => (stopped ??= stop()),
  };
}
