// Generated from the schemas in provider/ by `npm run generate`: change them there.
import type * as pulumi from "@pulumi/pulumi";

/** How to reach a Linux host. The same values work from a laptop and from a pipeline. */
export interface HostArgs {
  /** Name or IP address of the host, or an alias of ssh_config; or a list that is tried in order. */
  address: pulumi.Input<string | pulumi.Input<string>[]>;
  /** TCP port of sshd. Default: ssh_config's, or 22. From 1 to 65535. */
  port?: pulumi.Input<number> | undefined;
  /** The user to log in as. Default: ssh_config's, or root. */
  user?: pulumi.Input<string> | undefined;
  /**
   * The host's public key as an OpenSSH key line or SHA256 fingerprint, one or several. Default: known_hosts decides. There
   * is no trust on first use.
   */
  hostKey?: pulumi.Input<string | pulumi.Input<string>[]> | undefined;
  /**
   * Jump hosts that the connection goes through, the first to be dialled first: `[user@]host[:port]`, an alias of
   * ssh_config, or an object that can pin the host key. `[]` or `none`: no jump host. Default: ssh_config decides.
   */
  proxyJump?: pulumi.Input<string | HostProxyJump | pulumi.Input<string | HostProxyJump>[]> | undefined;
  /** Run as root through `sudo -n` after logging in as `user`. Default: `false`. */
  become?: pulumi.Input<boolean> | undefined;
  /**
   * Path of the private key to log in with, as seen where `pulumi` runs. Takes no part in a diff. Default: ssh_config's,
   * then the agent and the usual files.
   */
  identityFile?: pulumi.Input<string> | undefined;
  /**
   * A change that is not confirmed over a new connection within this many seconds is undone by the host's own clock. Counted
   * from before the change is made. Takes no part in a diff. Default: `60`. From 5 to 600.
   */
  rollbackAfterSeconds?: pulumi.Input<number> | undefined;
  /** Fail a preview when the host can't be reached, instead of comparing with the recorded state. Default: `false`. */
  requireLive?: pulumi.Input<boolean> | undefined;
  /** A label of yours for the machine. Changing it says that this is another machine: resources are replaced. */
  machine?: pulumi.Input<string> | undefined;
}

/** A jump host whose key, user or port is declared. */
export interface HostProxyJump {
  /** Name or IP address of the jump host, as the one before it knows it; or an alias of ssh_config. */
  address: pulumi.Input<string>;
  /** TCP port of its sshd. Default: ssh_config's, or 22. From 1 to 65535. */
  port?: pulumi.Input<number> | undefined;
  /** The user to log in there as. Default: ssh_config's, or root. */
  user?: pulumi.Input<string> | undefined;
  /** The jump host's public key as an OpenSSH key line or SHA256 fingerprint, one or several. Default: known_hosts decides. */
  hostKey?: pulumi.Input<string | pulumi.Input<string>[]> | undefined;
  /**
   * Path of the private key for the jump host, as seen where `pulumi` runs, e.g. `~/.ssh/id_ed25519`. Takes no part in a
   * diff. Default: as for the host.
   */
  identityFile?: pulumi.Input<string> | undefined;
}

/** One entry of `mustReach`. */
export interface MustReach {
  /** The address that must answer, e.g. `192.0.2.1`. */
  address: pulumi.Input<string>;
  /**
   * A TCP port that must take a connection; needs bash on the host. Default: none, and an echo request (ping). From 1 to
   * 65535.
   */
  port?: pulumi.Input<number> | undefined;
  /** The device that the echo request leaves by, e.g. `adsl`. Default: the one that the host's routes say. */
  from?: pulumi.Input<string> | undefined;
}
