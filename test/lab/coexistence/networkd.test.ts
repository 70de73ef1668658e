import assert from "node:assert/strict";
import { Coexistence } from "./ours";

/** A file that happens to name a VLAN of ours beside its own link, as `Name=en*` does; and one that names members of our bond. */
const files = {
  "50-eth0": "[Match]\nName=eth0\n[Network]\nDHCP=ipv4",
  "50-lan": "[Match]\nName=lan\n[Network]\nAddress=172.20.0.1/24\nAddress=fd00:20::1/64\nIPv6AcceptRA=no",
  "50-adsl": "[Match]\nName=adsl*\n[Network]\nIPv6AcceptRA=no",
  "60-plugged": "[Match]\nName=plugged*\n[Network]\nAddress=10.66.0.1/24\nIPv6AcceptRA=no",
  "70-ports": "[Match]\nName=port*\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no",
};

const configured = "! grep -q -E 'ADMIN_STATE=(pending|initialized|configuring)' /run/systemd/netif/links/*";
const isConfigured = (link: string) =>
  `grep -q ADMIN_STATE=configured /run/systemd/netif/links/$(cat /sys/class/net/${link}/ifindex)`;
/** The service that puts things back has seen what has vanished, and does not wonder about it any more. */
const noticed = "cd /run/pulumi-multipath/put-back && [ memory -nt /run/ran ] && ! grep -q -E '^(recent|rule)' memory";
/** For whatever vanishes within seconds of its work the manager is held responsible. */
const quiet =
  "n=0; until [ -z \"$(find /run/systemd/netif/links -maxdepth 0 -newermt '8 seconds ago')\" ]; do n=$((n + 1)); [ $n -lt 60 ] || exit 1; sleep 0.5; done";
const plug = (link: string) => `ip link add ${link} type veth peer name far-${link} && ip link set far-${link} up`;

describe("With systemd-networkd", function () {
  this.timeout(300_000);
  let on: Coexistence;

  before(async () => {
    on = await Coexistence.begin();
    const written = Object.entries(files).map(
      ([name, text]) => `cat >/etc/systemd/network/${name}.network <<'end'\n${text}\nend`,
    );
    await on.sh(`${written.join("\n")}\nfor port in port0 port1; do ip link set $port up; done`);
    await on.during("systemctl start systemd-networkd", `${configured} && ${isConfigured("eth0")} && ${isConfigured("lan")}`);
  });

  after(() => on.end());

  it("a change lands and stays, also on a link that one of its files names", async () => {
    await on.make();
    await on.stands();
  });

  it("it is told what to leave alone, and nothing else", async () => {
    assert.deepEqual((await on.settings()).trim().split("\n"), [
      "systemd/network/05-pulumi-multipath.network:Name=port0 port1",
      "systemd/network/05-pulumi-multipath.network:Unmanaged=yes",
      "systemd/network/05-pulumi-multipath.network:[Link]",
      "systemd/network/05-pulumi-multipath.network:[Match]",
      "systemd/network/50-adsl.network.d/90-pulumi-multipath.conf:KeepConfiguration=static",
      "systemd/network/50-adsl.network.d/90-pulumi-multipath.conf:[Network]",
      "systemd/network/50-lan.network.d/90-pulumi-multipath.conf:KeepConfiguration=static",
      "systemd/network/50-lan.network.d/90-pulumi-multipath.conf:[Network]",
      "systemd/networkd.conf.d/90-pulumi-multipath.conf:ManageForeignRoutes=no",
      "systemd/networkd.conf.d/90-pulumi-multipath.conf:ManageForeignRoutingPolicyRules=no",
      "systemd/networkd.conf.d/90-pulumi-multipath.conf:[Network]",
    ]);
  });

  it("what it takes away before it has read that comes back", async () => {
    assert.notEqual(await on.during(plug("plugged0"), isConfigured("plugged0")), "");
    await on.stands("soon");
  });

  it("what somebody takes away stays away", async () => {
    await on.sh(quiet);
    await on.during("ip route del 10.99.0.0/16; ip rule del priority 20501; ip addr del 172.20.0.99/24 dev lan", noticed);
    assert.equal(await on.sh("ip route show 10.99.0.0/16; ip rule show priority 20501; ip addr show to 172.20.0.99/32"), "");
    await on.sh("sh /usr/local/libexec/pulumi-multipath/*/restore.sh");
    await on.stands();
  });

  it("a restart takes nothing away", async () => {
    assert.equal(await on.during("systemctl restart systemd-networkd", `${configured} && ${isConfigured("lan")}`), "");
    await on.stands();
  });

  it("neither does a network card that is plugged in, nor a reload, nor a DHCP renewal", async () => {
    assert.equal(await on.during(plug("plugged1"), isConfigured("plugged1")), "");
    const change = "echo Address=172.20.0.77/24 >>/etc/systemd/network/50-lan.network && networkctl reload";
    assert.equal(await on.during(change, `ip addr show lan | grep -q 172.20.0.77 && ${isConfigured("lan")}`), "");
    assert.equal(await on.during("networkctl renew eth0", isConfigured("eth0")), "");
    await on.stands();
  });

  it("a line that flaps has all that is ours back", async () => {
    const flap = "lab-line adsl fail ethernet && lab-line adsl restore && ip link set bdsl down && ip link set bdsl up";
    await on.during(`${flap} && ip link set adsl down && ip link set adsl up`, `${configured} && ${isConfigured("adsl")}`);
    await on.stands("soon");
  });

  it("goes with the last object", async () => {
    await on.destroy();
    assert.equal(await on.settings(), "");
    assert.equal(await on.sh("ls /etc/systemd/network | grep -v '^[5-7]0-.*[.]network$' || :"), "");
  });
});
