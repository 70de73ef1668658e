import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Gateway } from "../fixtures/gateway";
import { settled } from "../lab/commit/box";
import { Program, type Result } from "./fixtures/program";

/** Of code of ours: with --continue-on-error the SDK prints one of its own for each resource that failed. */
const noStack = (output: string): void => assert.doesNotMatch(output, /\n\s+at .*(provider|sdk)\/.*:\d+/);

describe("A program whose declarations are wrong", function () {
  it("is told all of it in a preview, without a stack, a secret, or a connection", async () => {
    let dialled = 0;
    const server = createServer((socket) => {
      dialled++;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const host = { address: "127.0.0.1", port: (server.address() as AddressInfo).port };
    // The engine stops at the first resource with a problem: each declaration is a program of its own.
    const wrong: [declared: string, ...told: string[]][] = [
      [
        `new multipath.Route("hops", { host, destination: "default", nexthops: [], nextHops: [
          { gateway: "010.0.0.1", device: "adsl" }, { via: "198.51.100.2", device: "a$(id)", weight: 257 }] });`,
        "nexthops is no field here: did you mean `nextHops`?",
        'nextHops[0].gateway is "010.0.0.1": `ip` would read leading zeros as octal; write 10.0.0.1.',
        "nextHops[1].via is no field here: did you mean `gateway`?",
        "nextHops[1].weight is 257: must be a whole number from 1 to 256.",
      ],
      [
        `new multipath.Address("secretive", { host, device: pulumi.secret("hunter2 s3cret"), address: "192.0.2.5/255.255.255.0" });`,
        "device is [secret]: must be a device's name",
        'address is "192.0.2.5/255.255.255.0": a length is meant and no mask; write 192.0.2.5/24.',
      ],
      [
        `new multipath.Route("there", { host: { ...host, address: "root@gw.example", hostKey: "ssh-ed25519 AAAA" }, destination: "10.0.0.0/8" });`,
        'host.address is "root@gw.example": write gw.example here, and user: "root" beside it.',
        'host.hostKey is "ssh-ed25519 AAAA": the text after ssh-ed25519 is no complete key of that type',
      ],
    ];
    const program = await Program.create({ host, source: "" });
    try {
      for (const [declared, ...told] of wrong) {
        program.write(declared);
        const { code, output } = await program.preview();
        assert.notEqual(code, 0);
        for (const sentence of told) assert.ok(output.includes(sentence), `${sentence}\nis not in\n${output}`);
        noStack(output);
        assert.doesNotMatch(output, /hunter2|s3cret/);
      }
      assert.equal(dialled, 0);
    } finally {
      program.remove();
      server.close();
    }
  });
});

describe("What a host refuses", function () {
  let gateway: Gateway;
  let program: Program | undefined;

  before(async () => {
    gateway = await Gateway.up();
  });

  beforeEach(() => gateway.reset());

  afterEach(() => {
    program?.remove();
    program = undefined;
  });

  const errorsOf = ({ messages }: Result, name: string): string =>
    messages
      .filter((message) => message.severity === "error" && message.name === name)
      .map(({ text }) => text)
      .join("\n");

  it("is told with the line, the host's own words and what to do, and the host is as it was before", async () => {
    await gateway.sh(`ip link add down0 type dummy; ip link add up0 type dummy; ip link set up0 up
      ip link add dad0 type veth peer name dad1; ip link set dad1 up; ip link set dad0 up
      ip -6 addr add 2001:db8:dad::1/64 dev dad1 nodad; sysctl -qw net.ipv4.igmp_max_memberships=0`);
    await settled(gateway);
    const before = await gateway.everything();
    const refused: Record<string, { declared: string; told: RegExp[] }> = {
      "off-link": {
        declared: `Route("off-link", { host, destination: "10.1.0.0/16", gateway: "203.0.113.77" }`,
        told: [
          /`ip -4 route add 10\.1\.0\.0\/16 via 203\.0\.113\.77 proto 205` was refused/,
          /invalid gateway|unreachable/,
          /no address whose subnet covers 203\.0\.113\.77.*dependsOn/,
        ],
      },
      "no-device": {
        declared: `Route("no-device", { host, destination: "10.2.0.0/16", device: "wan9" }`,
        told: [/route add 10\.2\.0\.0\/16 dev wan9/, /Cannot find device "wan9"/, /no device wan9 on the host.*dependsOn/],
      },
      "device-down": {
        declared: `Route("device-down", { host, destination: "10.3.0.0/16", device: "down0" }`,
        told: [/route add 10\.3\.0\.0\/16 dev down0/, /is not up|Network is down/, /down0 is down.*Set the link up first/],
      },
      "no-source": {
        declared: `Route("no-source", { host, destination: "10.4.0.0/16", device: "up0", preferredSource: "203.0.113.99" }`,
        told: [
          /src 203\.0\.113\.99/,
          /Invalid prefsrc address/,
          /preferredSource 203\.0\.113\.99 is not on the host yet.*dependsOn/,
        ],
      },
      "no-algorithm": {
        declared: `Route("no-algorithm", { host, destination: "10.5.0.0/16", device: "up0", congestionControl: "nosuch" }`,
        told: [/congctl nosuch/, /congestion/i, /kernel module for it is not loaded/],
      },
      "address-no-device": {
        declared: `Address("address-no-device", { host, device: "wan9", address: "203.0.113.9/32" }`,
        told: [/addr add 203\.0\.113\.9\/32 dev wan9/, /Cannot find device "wan9"/, /no device wan9 on the host.*dependsOn/],
      },
      "no-memberships": {
        declared: `Address("no-memberships", { host, device: "up0", address: "239.1.2.3/32", autoJoin: true }`,
        told: [/addr add 239\.1\.2\.3\/32 dev up0/, /join failed|No buffer space/, /igmp_max_memberships/],
      },
      duplicate: {
        declared: `Address("duplicate", { host, device: "dad0", address: "2001:db8:dad::1/64" }`,
        told: [/addr add 2001:db8:dad::1\/64 dev dad0/, /duplicate address detection/, /Choose another address/],
      },
    };
    const source = Object.values(refused)
      .map(({ declared }) => `new multipath.${declared});`)
      .join("\n");
    program = await Program.create({ host: gateway.host, source });
    const up = await program.up("--parallel", "1", "--continue-on-error");
    assert.notEqual(up.code, 0);
    noStack(up.output);
    for (const [name, { told }] of Object.entries(refused)) {
      const text = errorsOf(up, name);
      for (const pattern of [
        ...told,
        new RegExp(`(Route|Address) ${name} on admin@127\\.0\\.0\\.1`),
        /The gateway is as it was before\./,
      ])
        assert.match(text, pattern, `${name}: ${text}\n${up.output}`);
    }
    assert.deepEqual(await program.resources(), []);
    assert.equal(await gateway.everything(), before);
  });

  it("is told in the preview where that can be known: a table without a name, an object of somebody else's", async () => {
    await gateway.sh("ip link add up0 type dummy; ip link set up0 up; ip addr add 203.0.113.9/32 dev up0 label up0:x");
    const before = await gateway.everything();
    const sources = {
      table: [
        `new multipath.Route("table", { host, destination: "10.1.0.0/16", type: "blackhole", table: "adsl" });`,
        /knows no routing table named adsl\. Give its number, or name it in \/etc\/iproute2\/rt_tables/,
      ],
      stranger: [
        `new multipath.Address("stranger", { host, device: "up0", address: "203.0.113.9/32" });`,
        /Address stranger \(.*\) on .* is there already, it is not ours, and it differs: .*up0:x.*`adopt: true`/,
      ],
    } as const;
    for (const [name, [source, expected]] of Object.entries(sources)) {
      program = await Program.create({ host: gateway.host, source });
      const preview = await program.preview();
      assert.notEqual(preview.code, 0);
      assert.match(errorsOf(preview, name), expected, preview.output);
      noStack(preview.output);
      program.remove();
    }
    assert.equal(await gateway.everything(), before);
  });

  it("takes a route over a device without a carrier, which is used once the line is there", async () => {
    await gateway.sh("ip link add quiet0 type veth peer name quiet1; ip link set quiet0 up");
    program = await Program.create({
      host: gateway.host,
      source: `new multipath.Route("quiet", { host, destination: "10.1.0.0/16", device: "quiet0" });`,
    });
    const up = await program.up();
    assert.equal(up.code, 0, up.output);
    assert.match(await gateway.sh("ip route show 10.1.0.0/16"), /dev quiet0 .*linkdown/);
    assert.equal((await program.preview("--expect-no-changes")).code, 0);
  });
});
