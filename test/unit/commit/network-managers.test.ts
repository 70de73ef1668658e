import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What a host shows, and what of the managers' files is there. Texts are indented as the test is. */
interface Host {
  readonly managers?: readonly ("networkd" | "network_manager")[];
  /** systemd-networkd's files, by their paths. */
  readonly theirs?: Readonly<Record<string, string>>;
  /** The links, and which of networkd's files each goes by. */
  readonly links?: Readonly<Record<string, string>>;
  readonly ours?: Readonly<Record<string, string>>;
}

const links = {
  eth0: "/run/systemd/network/10-netplan-eth0.network",
  adsl: "/etc/systemd/network/50-lines.network",
  "adsl.7": "/etc/systemd/network/50-lines.network",
  bond0: "",
  port0: "/etc/systemd/network/90-any.network",
  port1: "",
};

/** The files that the objects' lines call for, without what they say of themselves, by path; those that need not be written are `right`. */
function told(lines: string, { managers = ["networkd"], theirs = {}, links: shown = links, ours = {} }: Host = {}) {
  const root = mkdtempSync(join(tmpdir(), "network-managers-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text.trim().replace(/^ +/gm, "")}\n`);
    return join(root, path);
  };
  const names = Object.keys(shown);
  for (const [path, text] of Object.entries(ours)) write(path, text);
  mkdirSync(join(root, "out"));
  const { stdout, stderr } = spawnSync(
    "awk",
    [
      ...(["networkd", "network_manager"] as const).flatMap((name) => ["-v", `${name}=${managers.includes(name) ? 1 : ""}`]),
      ...["-v", `out=${join(root, "out")}`, "-v", "settings=90-pulumi-multipath.conf"],
      ...["-v", `networkd_settings=${root}/networkd.conf.d`, "-v", `networks=${root}/network`],
      ...["-v", `members_file=${root}/network/05-pulumi-multipath.network`, "-v", `network_manager_settings=${root}/conf.d`],
      ...["keys", "network-managers"].flatMap((script) => ["-f", join(__dirname, "../../../on-host", `${script}.awk`)]),
      ...["part=state", write("state", names.map((name, n) => `${n + 2}: ${name}@if3: <UP> mtu 1500`).join("\n"))],
      ...["part=theirs", ...Object.entries(theirs).map(([path, text]) => write(path, text)), "part=links"],
      ...Object.values(shown).map((file, n) =>
        write(`netif/${n + 2}`, `ADMIN_STATE=configured\n${file && `NETWORK_FILE=${file}`}`),
      ),
      ...["part=objects", write("objects/1", `kind\n\n${lines}`)],
    ],
    { encoding: "utf8" },
  );
  assert.equal(stderr, "");
  const found = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [verb, ...words] = line.split(" ");
      const path = words.at(-1)?.replace(`${root}/`, "") ?? "";
      if (verb === "keep") return [path, "right"];
      const text = readFileSync(join(root, "out", words[0] ?? ""), "utf8");
      assert.match(text, /^# Written by pulumi-multipath/);
      return [path, text.replace(/^#.*\n/gm, "").trim()];
    });
  rmSync(root, { recursive: true });
  return Object.fromEntries(found) as Record<string, string>;
}

const keptRoutes = { "networkd.conf.d/90-pulumi-multipath.conf": "[Network]\nManageForeignRoutes=no" };

describe("What network managers are told", () => {
  it("names what is ours and nothing else: routes, rules, or both", () => {
    assert.deepEqual(told("ip -4 route replace default via 192.0.2.1 dev eth0 proto 205"), keptRoutes);
    assert.deepEqual(told("ip -6 rule add priority 100 table 300 proto 205"), {
      "networkd.conf.d/90-pulumi-multipath.conf": "[Network]\nManageForeignRoutingPolicyRules=no",
    });
    assert.deepEqual(
      told("ip -4 route replace default via 192.0.2.1 dev eth0 proto 205\nip -4 rule add priority 100 table 300 proto 205"),
      { "networkd.conf.d/90-pulumi-multipath.conf": "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no" },
    );
    assert.deepEqual(told("sysctl net/ipv4/ip_forward=1\nip link set dev eth0 mtu 1400"), {});
  });

  it("keeps addresses of ours on a link that one of networkd's files names, wherever that file is", () => {
    assert.deepEqual(told("ip -4 addr replace 192.0.2.7/24 dev eth0\nip -6 addr replace 2001:db8::7/64 dev eth0"), {
      "network/10-netplan-eth0.network.d/90-pulumi-multipath.conf": "[Network]\nKeepConfiguration=static",
    });
    assert.deepEqual(told("ip -4 addr replace 192.0.2.7/24 dev port1"), {});
  });

  it("keeps what is on a link that we make, when one of networkd's files happens to name it", () => {
    assert.deepEqual(told("ip link add link adsl name adsl.7 type vlan id 7\nip -4 addr replace 192.0.2.7/24 dev adsl"), {
      "network/50-lines.network.d/90-pulumi-multipath.conf": "[Network]\nKeepConfiguration=static",
    });
  });

  it("leaves alone what somebody has said about keeping", () => {
    const line = "ip -4 addr replace 192.0.2.7/24 dev eth0";
    for (const path of ["network/10-netplan-eth0.network", "network/10-netplan-eth0.network.d/critical.conf", "networkd.conf"])
      assert.deepEqual(told(line, { theirs: { [path]: "[Network]\nKeepConfiguration = yes" } }), {}, path);
    const other = told(line, { theirs: { "network/50-lines.network": "[Network]\nKeepConfiguration=yes" } });
    assert.equal(Object.keys(other).length, 1);
  });

  it("takes a bond's members away from them, also one that nothing names yet", () => {
    const bond = `ip link add name bond0 type bond mode 802.3ad
      ip link set dev port1 master bond0
      ip link set dev port0 master bond0`;
    assert.deepEqual(told(bond), { "network/05-pulumi-multipath.network": "[Match]\nName=port0 port1\n\n[Link]\nUnmanaged=yes" });
    assert.deepEqual(told(bond, { managers: ["network_manager"] }), {
      "conf.d/90-pulumi-multipath.conf":
        "[keyfile]\nunmanaged-devices+=interface-name:=bond0;interface-name:=port0;interface-name:=port1",
    });
  });

  it("tells nobody who isn't there", () => {
    assert.deepEqual(told("ip -4 route replace default via 192.0.2.1 dev eth0 proto 205", { managers: ["network_manager"] }), {});
    assert.deepEqual(told("ip -4 route replace default via 192.0.2.1 dev eth0 proto 205", { managers: [] }), {});
  });

  it("writes nothing that is right already", () => {
    const path = "networkd.conf.d/90-pulumi-multipath.conf";
    const right = `# Written by pulumi-multipath, and removed when what it is for has gone.
      # systemd-networkd would take away what it has not made itself, whenever it configures a link.
      [Network]
      ManageForeignRoutes=no`;
    const line = "ip -4 route replace default via 192.0.2.1 dev eth0 proto 205";
    assert.deepEqual(told(line, { ours: { [path]: right } }), { [path]: "right" });
    assert.deepEqual(told(line, { ours: { [path]: right.replace("=no", "=yes") } }), keptRoutes);
  });
});
