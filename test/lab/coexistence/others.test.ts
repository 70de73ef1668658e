import assert from "node:assert/strict";
import { Coexistence, declaredOnLinks as declared, thorough } from "./ours";

/** What Docker makes when it starts, and for a container. */
const docker = `
  ip link add docker0 type bridge && ip addr add 172.17.0.1/16 brd 172.17.255.255 dev docker0 && ip link set docker0 up
  sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.docker0.route_localnet=1
  nft -f - <<'end'
    table ip docker {
      chain postrouting { type nat hook postrouting priority srcnat; ip saddr 172.17.0.0/16 oifname != "docker0" masquerade; }
      chain forward { type filter hook forward priority filter; iifname "docker0" accept; }
    }
end
  ip link add veth1 type veth peer name ceth1 && ip link set veth1 master docker0 up && ip link set ceth1 up
  ip route add 172.18.0.0/16 via 172.17.0.2 dev docker0`;
const dockerShown = `
  ip -N -o link show docker0; ip -N -o link show veth1; ip -N -o addr show dev docker0; ip -N -o route show table all dev docker0
  nft list table ip docker; sysctl net.ipv4.ip_forward net.ipv4.conf.docker0.route_localnet`;

/** As its manual has it for a static address. */
const interfaces = "iface lan inet static\n  address 172.20.0.1/24\niface lan inet6 static\n  address fd00:20::1/64";

describe("Beside other programs", function () {
  this.timeout(300_000);
  let on: Coexistence;

  before(async () => {
    on = await Coexistence.begin();
    await on.sh(
      `cat >/etc/network/interfaces.d/lan <<'end'\n${interfaces}\nend\nip addr flush dev lan scope global && ip link set lan down && ifup lan`,
    );
    await on.make(declared);
  });

  after(() => on.end());

  it("nothing of ours goes when nftables are loaded anew", async () => {
    assert.equal(await on.during("systemctl start nftables && systemctl reload nftables", "! nft list table inet lab_nat"), "");
    await on.stands();
  });

  it("Docker's network comes and goes, and ours stays", async () => {
    assert.equal(await on.during(docker, "ip link show docker0"), "");
    await on.stands();
  });

  thorough?.("Docker's network stays when we change ours, when a change of ours is undone, and when ours goes", async () => {
    const steady = async () => (await on.sh(dockerShown)).replace(/valid_lft.*/g, "");
    await on.gateway.until("! ip -6 addr show dev docker0 | grep -q tentative");
    const theirs = await steady();
    const { uplink, ...routes } = declared.routes;
    const [a, b] = uplink.nextHops;
    await on.make({ ...declared, routes: { ...routes, uplink: { ...uplink, nextHops: [{ ...a, weight: 5 }, b] } } });
    assert.equal(await steady(), theirs);
    const unreachable = { destination: "10.97.0.0/16", gateway: "192.0.2.77", device: "lan" };
    await assert.rejects(on.make({ ...declared, routes: { ...declared.routes, unreachable } }));
    assert.equal(await steady(), theirs);
    await on.stands();
  });

  it("what ifdown takes away comes back with ifup", async () => {
    assert.notEqual(await on.during("ifdown lan && ifup lan", '[ -n "$(ip addr show to 172.20.0.1/32)" ]'), "");
    await on.stands("soon");
  });

  thorough?.("leaves theirs when it goes", async () => {
    const theirs = await on.sh(dockerShown);
    await on.destroy();
    assert.equal((await on.sh(dockerShown)).replace(/valid_lft.*/g, ""), theirs.replace(/valid_lft.*/g, ""));
  });
});
