// Generated from the schemas in provider/ by `npm run generate`: change them there.
import type * as pulumi from "@pulumi/pulumi";

/** How to reach a Linux host. The same values work from a laptop and from a pipeline. */
export interface HostArgs {
  /** Name or IP address of the host; or a list that is tried in order. */
  address: pulumi.Input<string | pulumi.Input<string>[]>;
  /** TCP port of sshd. From 1 to 65535. Default: `22`. */
  port?: pulumi.Input<number> | undefined;
  /** The user to log in as. Default: `"root"`. */
  user?: pulumi.Input<string> | undefined;
  /**
   * The host's public key as an OpenSSH key line or SHA256 fingerprint, one or several. Left out: known_hosts decides. There
   * is no trust on first use.
   */
  hostKey?: pulumi.Input<string | pulumi.Input<string>[]> | undefined;
  /** Run as root through `sudo -n` after logging in as `user`. Default: `false`. */
  become?: pulumi.Input<boolean> | undefined;
  /**
   * Path of the private key to log in with, as seen where `pulumi` runs. Takes no part in a diff. Left out: the agent and
   * the usual files.
   */
  identityFile?: pulumi.Input<string> | undefined;
  /** Fail a preview when the host can't be reached, instead of comparing with the recorded state. Default: `false`. */
  requireLive?: pulumi.Input<boolean> | undefined;
  /** A label of yours for the machine. Changing it says that this is another machine: resources are replaced. */
  machine?: pulumi.Input<string> | undefined;
}
