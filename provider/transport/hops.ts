import { InputError } from "../errors";
import { dialledName, hostName, type Host, type JumpHost } from "../host";
import { jumpHostsOf, parseJumpHosts } from "../jump-hosts";
import type { Surroundings } from "./connection";
import { sshConfigOf, type SshConfig } from "./ssh-config";

/** One SSH server on the way to a host; the host itself is the last. */
export interface Hop {
  /** For messages, as it is dialled: `admin@192.0.2.1:2222`; then the alias, and on whose way it is. */
  readonly name: string;
  /** What is dialled, by this machine or by the hop before. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** From here, not by a jump host. */
  readonly isDialled: boolean;
  /** Declared. */
  readonly hostKey: JumpHost["hostKey"];
  /** Declared. */
  readonly identityFile: JumpHost["identityFile"];
  readonly config: SshConfig;
}

/** The servers to log in to. */
export interface Way {
  /** The first to be dialled first. */
  readonly jumps: readonly Hop[];
  readonly last: Hop;
}

/**
 * A declared value wins, then ssh_config's. As with `ssh -J a,b`, the ProxyJump that ssh_config has for the first jump host counts
 * too; each of the others is reached from the one before.
 * @param address one of the host's
 * @throws InputError when ssh_config can't be followed
 */
export async function wayTo(host: Host, address: string, surroundings: Surroundings): Promise<Way> {
  const { port, user, hostKey, identityFile } = host;
  const last = { address, port, user, hostKey, identityFile };
  const { stop, jumps } = await stopsTo(last, jumpHostsOf(host), surroundings, []);
  return {
    jumps: jumps.map((jump, index) => hopOf(jump, index === 0, stop)),
    last: hopOf(stop, jumps.length === 0),
  };
}

/** Not whoever runs `pulumi`, as with ssh: that would be another one on each laptop. */
const defaultUser = "root";

/** More than anybody has, fewer than a loop makes. */
const mostHops = 10;

/** A server as it is declared or named by ssh_config, and what ssh_config says of it. */
interface Stop {
  readonly declared: JumpHost;
  readonly config: SshConfig;
}

async function stopsTo(
  declared: JumpHost,
  jumps: readonly JumpHost[] | undefined,
  surroundings: Surroundings,
  ledHere: readonly string[],
): Promise<{ stop: Stop; jumps: Stop[] }> {
  const path = [...ledHere, hostName(declared)];
  if (ledHere.includes(hostName(declared)) || path.length > mostHops) {
    throw new InputError(
      `${path[0]}: its jump hosts lead back to themselves, or are more than ${mostHops}: ${path.join(" through ")}. Correct ProxyJump ` +
        "in ssh_config: a `Host *` matches the jump host too. Or declare `proxyJump`.",
    );
  }
  const config = await configOf(declared, surroundings);
  const [first, ...others] = jumps ?? jumpsOfConfig(config, hostName(declared));
  const stop = { declared, config };
  if (!first) return { stop, jumps: [] };
  const before = await stopsTo(first, undefined, surroundings, path);
  const further = await Promise.all(others.map(async (jump) => ({ declared: jump, config: await configOf(jump, surroundings) })));
  return { stop, jumps: [...before.jumps, before.stop, ...further] };
}

function configOf({ address, user, port }: JumpHost, { home, environment, systemSshConfig }: Surroundings): Promise<SshConfig> {
  return sshConfigOf(address, {
    home,
    environment,
    systemConfig: systemSshConfig,
    defaultUser,
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port }),
  });
}

function jumpsOfConfig({ proxyJump, proxyCommand }: SshConfig, name: string): readonly JumpHost[] {
  if (proxyJump !== undefined) {
    const jumps = parseJumpHosts(proxyJump);
    if (jumps) return jumps;
    throw new InputError(
      `${name}: ssh_config's ProxyJump is ${JSON.stringify(proxyJump)}: it must be [user@]host[:port], or several with commas.`,
    );
  }
  if (proxyCommand === undefined) return [];
  throw new InputError(
    `${name}: ssh_config has a ProxyCommand for it (${proxyCommand}), and no command is run here. Declare \`proxyJump\` with the jump host ` +
      "that the command goes through, or `proxyJump: []` where the host can be reached directly.",
  );
}

/** @param last the host, when this is a jump host on the way to it */
function hopOf({ declared, config }: Stop, isDialled: boolean, last?: Stop): Hop {
  const { hostKey, identityFile } = declared;
  const to = dialled(declared, config);
  const remarks = [
    ...(to.address === declared.address ? [] : [declared.address]),
    ...(last ? [`jump host to ${dialledName(dialled(last.declared, last.config))}`] : []),
  ];
  const name = dialledName(to) + (remarks.length > 0 ? ` (${remarks.join(", ")})` : "");
  return { name, ...to, isDialled, hostKey, identityFile, config };
}

function dialled(declared: JumpHost, config: SshConfig): { address: string; port: number; user: string } {
  return {
    address: config.hostName,
    port: declared.port ?? config.port ?? 22,
    user: declared.user ?? config.user ?? defaultUser,
  };
}
