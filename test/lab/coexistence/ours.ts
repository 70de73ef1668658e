/**
 * A gateway with objects of ours of every kind that others may take away, made by one transaction of a HostNetwork, and what becomes of them.
 * Other programs' objects are made by the tests.
 */
import assert from "node:assert/strict";
import { onHost } from "../../../provider/commit/installed-files";
import type { Inputs, Outputs } from "../../../provider/inputs";
import { hostNetwork } from "../../../provider/kinds/host-network";
import { hostSchema } from "../../../provider/host";
import { Lifecycle, type Row } from "../../../provider/lifecycle";
import { connect } from "../../../provider/transport/connect";
import type { Connection } from "../../../provider/transport/connection";
import { Gateway } from "../../fixtures/gateway";
import { hostState, reachOf } from "../commit/box";

const silent: Row = { info: () => undefined, warn: () => undefined, progress: () => undefined };

export const declared = {
  bonds: { trunk: { name: "trunk", mode: "active-backup", members: ["port0", "port1"] } },
  vlans: { seven: { name: "adsl.7", device: "adsl", vlanId: 7 } },
  addresses: {
    adsl: { device: "adsl", address: "203.0.113.5/32" },
    bdsl: { device: "bdsl", address: "203.0.113.5/32" },
    adsl6: { device: "adsl", address: "2001:db8:113::5/128", noDad: true },
    lan: { device: "lan", address: "172.20.0.99/24" },
    trunk: { device: "trunk", address: "10.77.0.1/24" },
    seven: { device: "adsl.7", address: "10.78.0.1/24" },
  },
  routes: {
    routerA: { destination: "198.51.100.1", device: "adsl", preferredSource: "203.0.113.5" },
    routerB: { destination: "198.51.100.2", device: "bdsl", preferredSource: "203.0.113.5" },
    uplink: {
      destination: "default",
      nextHops: [
        { gateway: "198.51.100.1", device: "adsl", weight: 9 },
        { gateway: "198.51.100.2", device: "bdsl", weight: 10 },
      ],
    },
    byLan: { destination: "10.98.0.0/16", gateway: "172.20.0.10", device: "lan" },
    hole: { destination: "10.99.0.0/16", type: "blackhole" },
    hole6: { destination: "2001:db8:dead::/48", type: "unreachable" },
  },
  rules: {
    v4: { priority: 20501, firewallMark: 256, table: 20501 },
    v6: { priority: 20501, firewallMark: 256, table: 20501, family: "ipv6" },
  },
} as const;

/** Without links of ours, which take their time. */
export const declaredOnLinks = {
  addresses: {
    adsl: declared.addresses.adsl,
    bdsl: declared.addresses.bdsl,
    adsl6: declared.addresses.adsl6,
    lan: declared.addresses.lan,
  },
  routes: declared.routes,
  rules: declared.rules,
};

/** LAB_COEXISTENCE=all: also what takes long. */
export const thorough = process.env.LAB_COEXISTENCE === "all" ? it : undefined;

/** Everything of ours that a kernel shows, without what changes by itself. */
const shown = String.raw`{
    printf '%s\n' 'addr show' 'route show table all proto 205' | ip -N -o -batch -; ip -N -4 rule show; ip -N -6 rule show
    echo members $(cat /sys/class/net/trunk/bonding/slaves 2>/dev/null)
  } | sed -n -E '
    s/ (linkdown|dead|tentative|noprefixroute|nodad|secondary|proto 0x[0-9a-f]+)//g
    s/ *valid_lft.*//; s/ +$//
    / inet6? /!p
    /203\.0\.113\.5|113::5|172\.20\.0\.99|10\.7[78]\.0\.1/{/ inet6? /{s/^[0-9]+: //;p}}'`;

export class Coexistence {
  private outputs: Outputs | undefined;
  private readonly sessions: Connection[] = [];
  private expected = "";

  private constructor(readonly gateway: Gateway) {}

  /** On a gateway as freshly installed. */
  static async begin(): Promise<Coexistence> {
    const gateway = await Gateway.up();
    await gateway.reset();
    return new Coexistence(gateway);
  }

  async end(): Promise<void> {
    for (const session of this.sessions) session.close();
    await this.gateway.reset();
  }

  sh(command: string, timeoutSeconds = 90): Promise<string> {
    return this.gateway.sh(command, { timeoutSeconds });
  }

  private lifecycle(): Lifecycle {
    const host = hostSchema.parse(this.gateway.host);
    const open = async () => {
      const session = await connect(host, { bootstrap: onHost().bootstrap, timeoutSeconds: 30 });
      this.sessions.push(session);
      return session;
    };
    const state = hostState({
      host,
      reach: reachOf(open),
      sh: (command) => this.sh(command),
      connect: open,
      down: () => this.end(),
    });
    return new Lifecycle(() => state);
  }

  private inputs(fields: object): Inputs {
    return {
      host: hostSchema.parse(this.gateway.host),
      owner: { project: "lab", stack: "test", name: "box" },
      ...hostNetwork.schema.parse(fields),
    };
  }

  /** Makes what is declared, in one transaction. */
  async make(fields: object = declared): Promise<void> {
    const inputs = this.inputs(fields);
    this.outputs = this.outputs
      ? await this.lifecycle().update(hostNetwork, this.outputs, inputs, silent)
      : await this.lifecycle().create(hostNetwork, inputs, silent);
    this.expected = await this.ours();
  }

  async destroy(): Promise<void> {
    if (this.outputs) await this.lifecycle().delete(hostNetwork, this.outputs, silent);
    this.outputs = undefined;
  }

  ours(): Promise<string> {
    return this.sh(shown);
  }

  /**
   * Runs a command, and waits until what it sets off has come to its end.
   * @returns what of ours the kernel was told to delete meanwhile
   */
  async during(command: string, ended: string): Promise<string> {
    return this.sh(`
      ip -N monitor route rule address >/run/deleted 2>&1 & monitor=$!
      until ip rule add priority 20999 table 9 && ip rule del priority 20999 && grep -q '^Deleted 20999:' /run/deleted; do :; done
      { ${command}
      } >/run/said 2>&1 </dev/null || { cat /run/said >&2; kill $monitor; exit 1; }
      : >/run/ran
      tries=0
      until { ${ended}
      } >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || { echo 'it does not end' >&2; kill $monitor; exit 1; }
        sleep 0.1
      done
      kill $monitor
      grep -E '^Deleted .*( proto 205|203.0.113.5|113::5|172.20.0.99/24|10.7[78].0.1/24)' /run/deleted || :`);
  }

  /** Asserts that all that is declared is there, and stays: at once, or within a bounded time. */
  async stands(within: "at once" | "soon" = "at once"): Promise<void> {
    if (within === "at once") return assert.equal(await this.ours(), this.expected);
    const script = `
      cat >/run/expected
      tries=0
      until ${shown} >/run/now; cmp -s /run/now /run/expected; do
        tries=$((tries + 1))
        [ $tries -lt 20 ] || break
        sleep 0.2
      done
      cat /run/now`;
    const { stdout } = await this.gateway.lab.exec("gateway", script, { input: this.expected, timeoutSeconds: 120 });
    assert.equal(stdout, this.expected);
  }

  /** The files that other programs read and that are ours, with what they say. */
  settings(): Promise<string> {
    return this.sh(
      "cd /etc; grep -rsv -E '^(#|$)' systemd NetworkManager/conf.d --include='90-pulumi-multipath.conf' --include=05-pulumi-multipath.network | sort",
    );
  }
}
