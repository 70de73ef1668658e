import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../../../provider/errors";
import { sshConfigOf, type SshConfig, type SshConfigPlace } from "../../../provider/transport/ssh-config";

describe("ssh_config", () => {
  let directory: string;
  let home: string;
  let systemConfig: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "ssh-config-"));
    home = join(directory, "home");
    systemConfig = join(directory, "etc/ssh_config");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (path: string, ...lines: string[]) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    return path;
  };
  const users = (...lines: string[]) => write(join(home, ".ssh/config"), ...lines);
  const system = (...lines: string[]) => write(systemConfig, ...lines);
  const resolved = (name = "gw", place: Partial<SshConfigPlace> = {}) =>
    sshConfigOf(name, { home, systemConfig, environment: {}, ...place });
  const says = async (expected: Partial<SshConfig>, name?: string, place?: Partial<SshConfigPlace>) => {
    const config = await resolved(name, place);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, config[key as keyof SshConfig]])), expected);
  };
  const refuses = async (pattern: RegExp, name?: string, place?: Partial<SshConfigPlace>) =>
    assert.rejects(resolved(name, place), (error: unknown) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, pattern);
      return true;
    });

  it("that isn't there leaves everything as it is", async () => {
    assert.deepEqual(await resolved("gw.example"), {
      hostName: "gw.example",
      user: undefined,
      port: undefined,
      identityFiles: [],
      noIdentityFile: false,
      identitiesOnly: false,
      identityAgent: undefined,
      proxyJump: undefined,
      proxyCommand: undefined,
      hostKeyAlias: undefined,
      userKnownHostsFiles: [join(home, ".ssh/known_hosts"), join(home, ".ssh/known_hosts2")],
      globalKnownHostsFiles: [join(directory, "etc/ssh_known_hosts"), join(directory, "etc/ssh_known_hosts2")],
      revokedHostKeys: [],
      knownHostsCommand: undefined,
      hostKeyAlgorithms: undefined,
      pubkeyAcceptedAlgorithms: undefined,
      kexAlgorithms: undefined,
      ciphers: undefined,
      macs: undefined,
      requiredRsaSize: 1024,
      checkHostIp: false,
      pubkeyAuthentication: true,
      preferredAuthentications: undefined,
      addressFamily: "any",
      bindAddress: undefined,
      bindInterface: undefined,
      connectTimeoutSeconds: undefined,
    });
  });

  it("gives the first value of a keyword, the user's file before the system's, and every IdentityFile", async () => {
    users(
      "Host gw",
      "  HostName 192.0.2.1",
      "  IdentityFile /k/one",
      "Host *",
      "  HostName 192.0.2.2",
      "  Port 2222",
      "  IdentityFile /k/two",
    );
    system("Port 22", "User admin", "IdentityFile /k/three", "IdentityFile /k/one");
    await says({ hostName: "192.0.2.1", port: 2222, user: "admin", identityFiles: ["/k/one", "/k/two", "/k/three"] });
  });

  it("takes user and port that are declared before those of the files, and matches with them", async () => {
    users("Match user root", "  HostName 192.0.2.1", "Host *", "  User admin", "  Port 2222", "  HostName 192.0.2.2");
    await says({ user: "root", port: 22, hostName: "192.0.2.1" }, "gw", { user: "root", port: 22 });
    await says({ user: "admin", port: 2222, hostName: "192.0.2.2" }, "gw", { defaultUser: "somebody" });
    await says({ user: "admin", hostName: "192.0.2.1" }, "gw", { defaultUser: "root" });
  });

  it("applies a Host block when a pattern matches and no negated one does", async () => {
    users("Host *.example !db.example ?w", "  Port 2222");
    await says({ port: 2222 }, "gw.example");
    await says({ port: 2222 }, "gw");
    await says({ port: undefined }, "db.example");
    await says({ port: undefined }, "GW.EXAMPLE"); // patterns are held against the name as it is written
  });

  it("applies a Match block by host, originalhost, user and localuser, all of them", async () => {
    users(
      "Host gw",
      "  HostName gw.example",
      `Match host *.example originalhost gw,db user ad* localuser ${userInfo().username}`,
      "  Port 2222",
      "Match !host *.example",
      "  Port 2223",
      "Match all",
      "  ConnectTimeout 1m30s",
    );
    await says({ port: 2222, connectTimeoutSeconds: 90 }, "gw", { user: "admin" });
    await says({ port: undefined }, "gw", { user: "root" });
    await says({ port: 2223 }, "www");
  });

  it("reads the files once more for Match final, with the host that the first reading found", async () => {
    users("Match final host gw.example", "  Port 2222", "Host gw.example", "  User second", "Host gw", "  HostName GW.example");
    await says({ port: 2222, user: "second", hostName: "gw.example" });
    users("Match final", "  HostName other.example", "  Port 2222");
    await says({ port: 2222, hostName: "gw" });
  });

  it("never runs the command of Match exec: the block does not apply, negated or not", async () => {
    const trace = join(directory, "trace");
    users(`Match exec "touch ${trace}"`, "  Port 1", `Match !exec "touch ${trace}; false"`, "  Port 2", "Match all", "  Port 3");
    await says({ port: 3 });
    assert.equal(existsSync(trace), false);
  });

  it("includes files by name and by pattern, below ~/.ssh or beside the system's file, also inside a block", async () => {
    write(join(home, ".ssh/conf.d/b.conf"), "Port 2", "User b");
    write(join(home, ".ssh/conf.d/a.conf"), "Port 1", "Host other", "User a");
    write(join(home, ".ssh/conf.d/.hidden.conf"), "ConnectTimeout 9");
    write(join(directory, "etc/more"), "BindAddress 192.0.2.9");
    users("Host gw", "  Include conf.d/*.conf nothing", "  HostKeyAlias alias");
    system("Include more");
    await says({ port: 1, user: "b", hostKeyAlias: "alias", connectTimeoutSeconds: undefined, bindAddress: "192.0.2.9" });
    await says({ port: undefined, user: undefined }, "other");
  });

  it("checks an included file even where its block does not apply", async () => {
    write(join(home, ".ssh/more"), "Host *", "  Port 2222");
    users("Host other", "  Include more");
    await says({ port: undefined });
    write(join(home, ".ssh/more"), "Prot 2222");
    await refuses(/more:1: "prot" is no keyword/);
  });

  it("includes no deeper than 16 files, and says where", async () => {
    users("Include 1");
    for (let depth = 1; depth <= 16; depth++)
      write(join(home, ".ssh", String(depth)), depth < 16 ? `Include ${depth + 1}` : "Port 16");
    await says({ port: 16 });
    write(join(home, ".ssh/16"), "Include 1");
    await refuses(/\.ssh\/16:1: include is nested more than 16 deep/);
  });

  it("understands quotes, backslashes, equals signs, comments, and lines from Windows", async () => {
    users(
      'HostName="gw.example"  # here',
      "User = 'ad min'",
      "HostKeyAlias a\\ b\r",
      "\t IdentityFile /k/a\"b c\"'d'",
      'ProxyCommand  nc "%h" # 1',
    );
    await says({
      hostName: "gw.example",
      user: "ad min",
      hostKeyAlias: "a b",
      identityFiles: ["/k/ab cd"],
      proxyCommand: 'nc "%h" # 1',
    });
  });

  it("puts in tokens, the home directory and variables where ssh does", async () => {
    const { username, uid } = userInfo();
    users(
      "Host gw",
      "  HostName %h.example",
      "  Port 2222",
      "  User admin",
      "  HostKeyAlias Alias",
      "  IdentityFile ~/k/%h-%n-%p-%r-%u-%i-%k-%%",
      "  IdentityFile ${KEYS}/%L.%l",
      "  IdentityFile rel/key",
      "  UserKnownHostsFile %d/known ~/known2",
      "  GlobalKnownHostsFile /known/%h",
      "  RevokedHostKeys ~/revoked",
    );
    await says(
      {
        hostName: "gw.example",
        identityFiles: [
          `${home}/k/gw.example-gw-2222-admin-${username}-${uid}-alias-%`,
          `/keys/${hostname().replace(/\..*/, "")}.${hostname()}`,
          resolve("rel/key"),
        ],
        userKnownHostsFiles: [join(home, "known"), join(home, "known2")],
        globalKnownHostsFiles: ["/known/%h"],
        revokedHostKeys: [join(home, "revoked")],
      },
      "gw",
      { environment: { KEYS: "/keys" } },
    );
  });

  it("refuses what can't be put in, with the place", async () => {
    users("IdentityFile ${NOWHERE}/key");
    await refuses(/config:1: IdentityFile names the environment variable NOWHERE, which is not set/);
    users("", "HostName %n");
    await refuses(/config:2: HostName has %n, which stands for nothing here/);
    users("IdentityFile ~somebody/key");
    await refuses(/IdentityFile begins with ~somebody/);
  });

  it("finds the agent by path, by variable, by SSH_AUTH_SOCK, or finds none", async () => {
    const environment = { SSH_AUTH_SOCK: "/auth", OTHER: "/other" };
    for (const [written, expected] of [
      ["none", "none"],
      ["SSH_AUTH_SOCK", "/auth"],
      ["$OTHER", "/other"],
      ["$UNSET", "none"],
      ["${OTHER}.sock", "/other.sock"],
      ["~/agent", join(home, "agent")],
    ] as const) {
      users(`IdentityAgent ${written}`);
      assert.equal((await resolved("gw", { environment })).identityAgent, expected, written);
    }
  });

  it("tells no key file from none named", async () => {
    users("IdentityFile none");
    await says({ identityFiles: [], noIdentityFile: true });
    users("IdentityFile none", "IdentityFile /k/one");
    await says({ identityFiles: ["/k/one"], noIdentityFile: false });
  });

  it("takes the first of ProxyJump and ProxyCommand", async () => {
    users("ProxyJump admin@jump:2222,other # way in", "ProxyCommand nc %h %p");
    await says({ proxyJump: "admin@jump:2222,other", proxyCommand: undefined });
    users("ProxyCommand none", "ProxyJump jump");
    await says({ proxyJump: undefined, proxyCommand: undefined });
    users("ProxyJump none", "ProxyCommand nc %h %p");
    await refuses(/config:2: ProxyCommand stands behind `ProxyJump none` \(\S+config:1\): OpenSSH 10 ignores it/);
    users("ProxyJump none", "ProxyCommand none", "ProxyCommand nc %h %p");
    await says({ proxyJump: undefined, proxyCommand: undefined });
    users("ProxyJump gw");
    await refuses(/config:1: ProxyJump leads to gw through itself/);
  });

  it("has no known_hosts files where it says none", async () => {
    users("UserKnownHostsFile none", "GlobalKnownHostsFile none");
    await says({ userKnownHostsFiles: [], globalKnownHostsFiles: [] });
  });

  it("finds an IPv6 address in whichever way it is written, and refuses one that means another", async () => {
    await says({ hostName: "2001:db8::1" }, "2001:DB8:0:0::1");
    for (const odd of ["127.1", "010.0.0.1", "0x7f000001", "2130706433"]) await refuses(/neither a name nor an IP address/, odd);
  });

  it("takes what distributions install", async () => {
    write(
      join(directory, "etc/conf.d/20-systemd.conf"),
      "Host unix/* vsock/*",
      "  ProxyCommand /usr/lib/systemd/systemd-ssh-proxy %h %p",
      "  ProxyUseFdpass yes",
    );
    write(
      join(directory, "etc/conf.d/50-policy.conf"),
      "Match final all",
      "  Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr",
      "  MACs hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com",
      "  GSSAPIKexAlgorithms gss-curve25519-sha256-,gss-nistp256-sha256-",
      "  KexAlgorithms mlkem768x25519-sha256,mlkem768nistp256-sha256,sntrup761x25519-sha512,curve25519-sha256@libssh.org",
      "  HostKeyAlgorithms ecdsa-sha2-nistp256,sk-ssh-ed25519-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com",
      "  RequiredRSASize 2048",
    );
    system("Include conf.d/*.conf", "Host *", "    SendEnv LANG LC_*", "    HashKnownHosts yes", "    GSSAPIAuthentication yes");
    await says({
      requiredRsaSize: 2048,
      proxyCommand: undefined,
      macs: "hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com",
    });
  });

  it("refuses a bad line wherever it stands, as ssh does, with file and line", async () => {
    for (const [line, message] of [
      ["Prot 22", /config:2: "prot" is no keyword of ssh_config/],
      ["Port 65536", /config:2: port can't be "65536"/],
      ["Port", /config:2: port has no value/],
      ["Port 22 23", /config:2: port takes one value; there is "23" behind it/],
      ['User "admin', /config:2: user has a quote that does not close/],
      ["IdentitiesOnly maybe", /identitiesonly can't be "maybe": it is one of yes, no, true, false/],
      ["HostKeyAlgorithms ssh-ed25518", /hostkeyalgorithms names "ssh-ed25518"/],
      ["ConnectTimeout 5x", /connecttimeout can't be "5x"/],
      ["UserKnownHostsFile /a none", /can't have "none" together/],
      ["ProxyJump a:0", /proxyjump can't be "a:0"/],
      ["LocalForward 8080", /localforward has no target/],
      ["Match host", /match has no value for "host"/],
      ["Match host a nothing b", /match has "nothing", which is no criterion/],
      ["Include %d/more", /Include is read otherwise by OpenSSH 10/],
      ["Match host= gw", /Match is read otherwise by OpenSSH 10/],
      ["Match user 'root'", /Match is read otherwise by OpenSSH 10/],
      ["Match all host a", /match can't combine `all`/],
    ] as const) {
      users("Host somebody-else", line);
      await refuses(message);
    }
  });

  it("passes over keywords that IgnoreUnknown names, below it", async () => {
    users("IgnoreUnknown Fancy*,prot", "FancyThing yes", "Prot 1", "Port 2222");
    await says({ port: 2222 });
    users("FancyThing yes", "IgnoreUnknown Fancy*");
    await refuses(/config:1: "fancything" is no keyword/);
  });

  it("refuses a file that others may write, the user's own or an included one", async () => {
    chmodSync(users("Port 2222"), 0o664);
    await refuses(/config can be written by others, so ssh refuses it: `chmod go-w /);
    rmSync(join(home, ".ssh/config"));
    chmodSync(write(join(directory, "etc/more"), "Port 1"), 0o602);
    system("Include more");
    await refuses(/etc\/more can be written by others/);
  });

  it("refuses what it can't read, and passes over what isn't there", async () => {
    mkdirSync(join(home, ".ssh"), { recursive: true });
    symlinkSync("config", join(home, ".ssh/config")); // a loop
    await refuses(/Can't read .*\.ssh\/config: ELOOP/);
    rmSync(join(home, ".ssh/config"));
    symlinkSync("nowhere", join(home, ".ssh/config"));
    await says({ port: undefined });
  });

  it("refuses to have the DNS decide which host is meant, and only where it would", async () => {
    users("CanonicalizeHostname yes", "CanonicalDomains example.com", "Match canonical", "  Port 2222");
    await refuses(/config:1: ssh would look gw up in the DNS/);
    await says({ port: 2222, hostName: "a.b.example" }, "a.b.example");
    await says({ port: 2222 }, "192.0.2.1");
  });

  it("refuses names that are none, and users that are nobody", async () => {
    for (const name of ["", "-oProxyCommand=x", "a b", "a;b", "user@gw", "ssh://gw", "a\nb"])
      await refuses(/`address` is no host's name/, name);
    await refuses(/`user` is nobody's name/, "gw", { user: "a;b" });
  });

  it("reads bytes as they are, in names as in values", async () => {
    users("Host g\u00e9", "  User m\u00fcller", "  IdentityFile /k/%n");
    await says({ user: "m\u00fcller", identityFiles: ["/k/g\u00e9"] }, "g\u00e9");
  });
});
