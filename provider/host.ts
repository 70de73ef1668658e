import { z } from "zod";
import { hostKey } from "./declared-host-key";
import { hostAddress } from "./host-address";
import { whole } from "./iproute/tokens";
import { jumpHostsOf, parseJumpHosts } from "./jump-hosts";
import { word } from "./word";

/** sshd takes any name; one with these in it was meant otherwise. */
const userName = word("the name of a user, without white space", (text) => {
  if (!/^[^-\s\p{C}][^\s\p{C}]{0,63}$/u.test(text)) throw new Error();
  return text;
});

const keyFile = word("the path of a file with a private key", (text) => {
  if (/PRIVATE KEY/.test(text))
    throw new Error("the path of its file is meant; to give a key as text, set MULTIPATH_SSH_PRIVATE_KEY where pulumi runs");
  if (text.trim() === "" || /\p{C}/u.test(text)) throw new Error();
  return text;
});

const machineLabel = word("a label of yours, without control characters", (text) => {
  if (text === "" || /\p{C}/u.test(text)) throw new Error();
  return text;
});

const port = whole(1, 65535).optional();

/** A host key, or several: after a change of keys, or of a host that has one of each type. */
const hostKeys = z
  .union([hostKey, z.array(hostKey).min(1)])
  .meta({ expected: "an OpenSSH public key line (`ssh-ed25519 AAAA...`), a fingerprint (`SHA256:...`), or a list of such" })
  .optional();

const jumpHostSchema = z
  .strictObject({
    address: hostAddress.describe(
      "Name or IP address of the jump host, as the one before it knows it; or an alias of ssh_config.",
    ),
    port: port.describe("TCP port of its sshd. Default: ssh_config's, or 22."),
    user: userName.optional().describe("The user to log in there as. Default: ssh_config's, or root."),
    hostKey: hostKeys.describe(
      "The jump host's public key as an OpenSSH key line or SHA256 fingerprint, one or several. Default: known_hosts decides.",
    ),
    identityFile: keyFile
      .optional()
      .describe(
        "Path of the private key for the jump host, as seen where `pulumi` runs, e.g. `~/.ssh/id_ed25519`. Takes no part in a diff. Default: as for the host.",
      ),
  })
  .meta({ expected: 'an object such as { address: "192.0.2.1" }' })
  .describe("A jump host whose key, user or port is declared.");

/** An SSH server that the connection goes through. */
export type JumpHost = z.output<typeof jumpHostSchema>;

const oneJump = "`[user@]host[:port]`, an IPv6 address in brackets, or an object";

const jumpHostText = word(
  "`[user@]host[:port]`, an IPv6 address in brackets (`[2001:db8::1]:22`); several with commas, or `none`",
  (text) => {
    const jumps = parseJumpHosts(text);
    if (!jumps?.every(({ address }) => hostAddress.safeParse(address).success)) throw new Error();
    return text;
  },
);

/** How to reach a Linux host. The same values work from a laptop and from a pipeline. */
export const hostSchema = z
  .strictObject({
    address: z
      .union([hostAddress, z.array(hostAddress).min(1)])
      .meta({ expected: "the name or an IP address of the host, or a list of such" })
      .describe("Name or IP address of the host, or an alias of ssh_config; or a list that is tried in order."),
    port: port.describe("TCP port of sshd. Default: ssh_config's, or 22."),
    user: userName.optional().describe("The user to log in as. Default: ssh_config's, or root."),
    hostKey: hostKeys.describe(
      "The host's public key as an OpenSSH key line or SHA256 fingerprint, one or several. Default: known_hosts decides. There is no trust on first use.",
    ),
    proxyJump: z
      .union([jumpHostText, jumpHostSchema, z.array(z.union([jumpHostText, jumpHostSchema]).meta({ expected: oneJump }))])
      .meta({ expected: "`[user@]host[:port]`, an IPv6 address in brackets, an object, or a list of such" })
      .optional()
      .describe(
        "Jump hosts that the connection goes through, the first to be dialled first: `[user@]host[:port]`, an alias of ssh_config, or an object that can pin the host key. `[]` or `none`: no jump host. Default: ssh_config decides.",
      ),
    become: z.boolean().optional().describe("Run as root through `sudo -n` after logging in as `user`. Default: `false`."),
    identityFile: keyFile
      .optional()
      .describe(
        "Path of the private key to log in with, as seen where `pulumi` runs. Takes no part in a diff. Default: ssh_config's, then the agent and the usual files.",
      ),
    rollbackAfterSeconds: whole(5, 600)
      .optional()
      .describe(
        "A change that is not confirmed over a new connection within this many seconds is undone by the host's own clock. " +
          "Counted from before the change is made. Takes no part in a diff. Default: `60`.",
      ),
    requireLive: z
      .boolean()
      .optional()
      .describe("Fail a preview when the host can't be reached, instead of comparing with the recorded state. Default: `false`."),
    machine: machineLabel
      .optional()
      .describe("A label of yours for the machine. Changing it says that this is another machine: resources are replaced."),
  })
  .meta({ expected: 'an object such as { address: "192.0.2.1" }' });

export type Host = z.output<typeof hostSchema>;

/** The host undoes what is not confirmed for so long. State of earlier versions has no such field. */
export const rollbackAfter = ({ rollbackAfterSeconds = 60 }: Pick<Host, "rollbackAfterSeconds">): number => rollbackAfterSeconds;

/** For messages, as declared: `admin@192.0.2.1:2222`, or only an alias. Messages about a connection name what was dialled. */
export function hostName({ user, address, port }: Pick<Host, "user" | "address" | "port">): string {
  const [first = ""] = [address].flat();
  return dialledName({ user, address: first, port });
}

/** `admin@192.0.2.1:2222`, `root@[2001:db8::1]:2222`; port 22 is left out. */
export function dialledName(to: { user?: string | undefined; address: string; port?: number | undefined }): string {
  const port = to.port === undefined || to.port === 22 ? "" : `:${to.port}`;
  const address = port && to.address.includes(":") ? `[${to.address}]` : to.address;
  return `${to.user === undefined ? "" : `${to.user}@`}${address}${port}`;
}

/** The part of a host that decides which machine is reached and as whom; what is local to a laptop is left out. */
export function sharedPart(host: Host): Omit<Host, "identityFile" | "requireLive" | "rollbackAfterSeconds"> {
  const { identityFile: _file, requireLive: _live, rollbackAfterSeconds: _seconds, proxyJump: _jump, become, ...shared } = host;
  const proxyJump = jumpHostsOf(host)?.map(({ identityFile: _file, ...jump }) => jump);
  return { ...shared, ...(become && { become }), ...(proxyJump && { proxyJump }) };
}

/**
 * The shared part in the form in which two declarations are compared. State of earlier versions has `root` and 22 written out where
 * nothing was declared: that is no difference.
 */
export function comparableHost(host: Host): object {
  const { user, port, ...others } = sharedPart(host);
  return { ...others, ...(user !== "root" && { user }), ...(port !== 22 && { port }) };
}
