/** Lines of every kind in one uplink: an address by DHCP, a point-to-point device, a VLAN and a WireGuard tunnel; and what becomes of them by themselves. */
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { Gateway } from "../fixtures/gateway";
import { Program } from "./fixtures/program";

const source = `
  new multipath.BondedUplink("uplink", {
    host,
    lines: [
      { name: "adsl", device: "adsl", router: "198.51.100.1", address: "203.0.113.5/32", weight: 4 },
      { name: "lte", device: "port0", router: "dhcp", nat: true },
      { name: "dsl", device: "ppp0", nat: true, weight: 2 },
      { name: "fibre", device: "fibre", router: "10.7.0.1", address: "10.7.0.2/24", nat: true, weight: 9 },
      { name: "tunnel", device: "wg0", nat: true },
    ],
    targets: ["198.18.0.1", "198.18.0.2"],
    network: { vlans: { fibre: { name: "fibre", device: "port1", vlanId: 7 } } },
    monitor: { maxHoldDownSeconds: 0 },
    pinning: { clampMss: true },
  });`;

/** The far end of each line, in the switch's namespace, where the targets answer too. */
const farEnds = `
  ip netns exec switch sh -ec '
    ip address add 198.18.0.1/32 dev lo; ip address add 198.18.0.2/32 dev lo
    ip address add 10.9.0.1/24 dev port0; ip address add 10.8.0.1/24 dev port0
    ip link add link port1 name fibre type vlan id 7; ip address add 10.7.0.1/24 dev fibre; ip link set fibre up
    ip address add 10.64.9.2/24 dev port2
    ip link add ppp0 type ipip local 10.64.9.2 remote 10.64.9.1; ip address add 10.6.0.1 peer 10.6.0.2 dev ppp0; ip link set ppp0 up
    ip link add wg0 type wireguard; ip address add 10.5.0.1/24 dev wg0'
  for port in port0 port1 port2; do ip link set $port up; done
  ip address add 10.64.9.1/24 dev port2`;

/** As pppd makes its device when the line is dialled. The lab's kernel has no PPP; a tunnel is a point-to-point device as well. */
const dial = `
  ip link add ppp0 type ipip local 10.64.9.1 remote 10.64.9.2
  ip address add 10.6.0.2 peer 10.6.0.1 dev ppp0
  ip link set ppp0 up`;

const tunnel = `
  cd /run; umask 077; wg genkey >near; wg genkey >far
  ip link add wg0 type wireguard
  ip address add 10.5.0.2/24 dev wg0
  wg set wg0 private-key near peer "$(wg pubkey <far)" endpoint 10.64.9.2:51820 allowed-ips 0.0.0.0/0
  ip netns exec switch wg set wg0 listen-port 51820 private-key far peer "$(wg pubkey <near)" allowed-ips 10.5.0.2/32
  ip link set wg0 up; ip -n switch link set wg0 up; rm near far`;

/** A DHCP server that gives away one address, and refuses to confirm any other. */
const leases = (net: string) => `
  [ ! -e /run/dnsmasq.pid ] || kill "$(cat /run/dnsmasq.pid)"
  ip netns exec switch dnsmasq --conf-file=/dev/null --user=root --port=0 --interface=port0 --dhcp-authoritative --dhcp-leasefile=/run/leases \\
    --dhcp-range=${net}.50,${net}.50,2m --dhcp-option=option:router,${net}.1 --pid-file=/run/dnsmasq.pid`;

const dhcp = `
  printf '[Match]\\nName=port0\\n[Network]\\nDHCP=ipv4\\nIPv6AcceptRA=no\\n[DHCPv4]\\nUseHostname=no\\n' >/etc/systemd/network/50-port0.network
  printf '[Network]\\nManageForeignRoutes=no\\nManageForeignRoutingPolicyRules=no\\n' >/etc/systemd/networkd.conf.d/lab.conf
  systemctl start systemd-networkd`;

describe("Lines that change by themselves, with the real engine on the lab gateway", function () {
  this.timeout(400_000);
  let gateway: Gateway;
  let program: Program;
  let untouched: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    await gateway.sh(
      `set -e; mkdir -p /etc/systemd/networkd.conf.d; ${farEnds}; ${dial}; ${leases("10.9.0")}; ${dhcp}; ${tunnel}`,
    );
    await gateway.until("ip route show default dev port0 | grep -q 'via 10.9.0.1'");
    untouched = await gateway.everything();
    program = await Program.create({ source, host: gateway.host });
  });

  after(async () => {
    program.remove();
    await gateway.reset();
  });

  const health = "/run/pulumi-multipath/lines/health";
  const isUp = (line: string) => `grep -q '^line ${line} up ' ${health}`;
  const isDown = (line: string) => `grep -q '^line ${line} down ' ${health}`;
  const hops = async () => {
    const shown = await gateway.sh("ip -o route show default proto 205");
    return [...shown.matchAll(/nexthop (.+?) \\?\s*(?=nexthop|$)/g)].map(([, hop = ""]) => hop.trim());
  };
  const all = (net: string) => [
    "via 198.51.100.1 dev adsl weight 4",
    `via ${net}.1 dev port0 weight 1`,
    "dev ppp0 weight 2",
    "via 10.7.0.1 dev fibre weight 9",
    "dev wg0 weight 1",
  ];

  /** That one thing that the kernel tells follows another: in one to two seconds where five lines and three services share an emulated core. */
  async function follows(doing: string, first: RegExp, then: RegExp, condition: string): Promise<void> {
    await gateway.sh(
      "systemd-run -q --unit lab-events sh -c 'exec ip -ts -o monitor link address route >/run/events'; sleep 0.5",
    );
    await gateway.sh(doing);
    // Whoever asks again and again keeps the emulated core from what is measured.
    await setTimeout(8000);
    await gateway.until(condition);
    const events = (await gateway.sh("systemctl stop lab-events; cat /run/events")).split("\n");
    const time = (pattern: RegExp) => {
      const event = events.find((line) => pattern.test(line));
      assert.ok(event, `no ${pattern} in:\n${events.join("\n")}`);
      return Date.parse(`${/^\[(\S+)\]/.exec(event)?.[1]}Z`) / 1000;
    };
    const seconds = time(then) - time(first);
    console.log(`        used after ${seconds.toFixed(2)} s`);
    assert.ok(seconds <= 5, `${seconds} s:\n${events.join("\n")}`);
  }

  it("all carry their share", async () => {
    const { code, output } = await program.up();
    assert.equal(code, 0, output);
    for (const line of ["adsl", "lte", "dsl", "fibre", "tunnel"]) await gateway.until(isUp(line));
    assert.deepEqual(await hops(), all("10.9.0"));
    await program.hasNothingToDo("preview");
  });

  it("a lease with another address and another router is used soon, and is no drift", async () => {
    await follows(
      `${leases("10.8.0")}; networkctl reconfigure port0`,
      /inet 10\.8\.0\.50\/24 .*port0/,
      /default .*via 10\.8\.0\.1 dev port0 weight 1/,
      `ip route show default proto 205 | grep -q 'via 10.8.0.1 dev port0' && ${isUp("lte")}`,
    );
    assert.deepEqual(await hops(), all("10.8.0"));
    await program.hasNothingToDo("preview");
  });

  it("a point-to-point device that goes is no drift, and is used soon when it is back", async () => {
    await gateway.sh("ip link del ppp0");
    await gateway.until(isDown("dsl"));
    const [first, second, , ...others] = all("10.8.0");
    assert.deepEqual(await hops(), [first, second, ...others]);
    await program.hasNothingToDo("preview");
    await follows(
      dial,
      /ppp0.* inet 10\.6\.0\.2 peer/,
      /default .*dev ppp0 weight 2/,
      `ip route show default proto 205 | grep -q 'dev ppp0' && ${isUp("dsl")}`,
    );
    assert.deepEqual(await hops(), all("10.8.0"));
    await program.hasNothingToDo("preview");
  });

  for (const [line, device] of [
    ["fibre", "fibre"],
    ["tunnel", "wg0"],
  ] as const)
    it(`${line} is found dead behind its device, and comes back`, async () => {
      await gateway.sh(`ip -n switch link set ${device} down`);
      await gateway.until(isDown(line));
      assert.ok(!(await hops()).some((hop) => hop.includes(`dev ${device}`)));
      await gateway.sh(`ip -n switch link set ${device} up`);
      await gateway.until(isUp(line));
      assert.deepEqual(await hops(), all("10.8.0"));
    });

  it("all of it goes, and what others have made stays", async () => {
    const { code, output } = await program.destroy();
    assert.equal(code, 0, output);
    // The lease is another one, and ppp0 a later device.
    const lines = (text: string) =>
      text
        .replace(/10\.[89]\.0\./g, "10.x.0.")
        .split("\n")
        .map((line) => line.replace(/^\d+: /, ""))
        .sort();
    assert.deepEqual(lines(await gateway.everything()), lines(untouched));
  });
});
