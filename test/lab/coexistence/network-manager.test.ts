import assert from "node:assert/strict";
import { Coexistence, thorough } from "./ours";

/** Without this it leaves veths alone, which is what the lab's ports are. */
const ports = "[device-ports]\nmatch-device=interface-name:port0,interface-name:port1\nmanaged=1";

const lan = `[connection]
id=lan
type=ethernet
interface-name=lan
autoconnect=false
[ipv4]
method=manual
address1=172.20.0.1/24
[ipv6]
method=manual
address1=fd00:20::1/64`;

const state = (device: string) => `nmcli -g GENERAL.STATE device show ${device}`;

(thorough ? describe : describe.skip)("With NetworkManager", function () {
  this.timeout(300_000);
  let on: Coexistence;

  before(async () => {
    on = await Coexistence.begin();
    await on.sh(`
      cat >/etc/NetworkManager/conf.d/ports.conf <<'end'\n${ports}\nend
      cat >/etc/NetworkManager/system-connections/lan.nmconnection <<'end'\n${lan}\nend
      chmod 600 /etc/NetworkManager/system-connections/lan.nmconnection`);
    await on.during("systemctl start NetworkManager", `${state("port0")} | grep -q connect`);
  });

  after(() => on.end());

  it("a change lands and stays", async () => {
    await on.make();
    await on.stands();
  });

  it("it is told to leave alone the links that we make, and a bond's members", async () => {
    assert.equal(
      await on.settings(),
      "NetworkManager/conf.d/90-pulumi-multipath.conf:[keyfile]\n" +
        "NetworkManager/conf.d/90-pulumi-multipath.conf:unmanaged-devices+=interface-name:=adsl.7;interface-name:=port0;interface-name:=port1;interface-name:=trunk\n",
    );
  });

  it("a restart takes nothing away, nor does a network card that is plugged in", async () => {
    assert.equal(await on.during("systemctl restart NetworkManager", `${state("port0")} | grep -q unmanaged`), "");
    const plug =
      "ip link add plugged0 type veth peer name far-plugged0 && ip link set far-plugged0 up && ip link set plugged0 up";
    assert.equal(await on.during(plug, state("plugged0")), "");
    await on.stands();
    const states = ["port0", "port1", "trunk", "adsl.7"].map(state).join("; ");
    assert.equal(await on.sh(states), "10 (unmanaged)\n".repeat(4));
  });

  it("what a connection takes away when it is activated comes back", async () => {
    assert.notEqual(await on.during("nmcli connection up lan", '[ -n "$(ip addr show to 172.20.0.1/32)" ]'), "");
    await on.stands("soon");
  });

  it("goes with the last object", async () => {
    await on.destroy();
    assert.equal(await on.settings(), "");
    assert.equal(await on.sh("ls /etc/NetworkManager/conf.d"), "ports.conf\n");
  });
});
