import assert from "node:assert/strict";
import { parseObjectFile } from "../../../provider/commit/object-file";
import { hostSchema } from "../../../provider/host";
import type { Inputs } from "../../../provider/inputs";
import { shown } from "../../../provider/kind";
import { lineMonitor } from "../../../provider/kinds/line-monitor";
import { lineMonitorConfig } from "../../../provider/kinds/line-monitor-config";
import { lineMonitorSchema } from "../../../provider/kinds/line-monitor-fields";
import { createPlan, deletePlan, viewsOf } from "../../../provider/plans";
import type { ObjectFile } from "../../../provider/snapshot";
import { parse } from "../../../provider/unknown";
import { snapshotOf } from "./live";

const adsl = { name: "adsl", device: "adsl", gateway: "198.51.100.1", address: "203.0.113.5" };
const bdsl = { name: "bdsl", device: "bdsl", gateway: "198.51.100.2", address: "203.0.113.5" };
const targets = ["198.18.0.1", "198.18.0.2"];
const two = { lines: [adsl, bdsl], targets };

function inputs(fields: object): Inputs {
  const host = hostSchema.parse({ address: "192.0.2.1" });
  return { host, owner: { project: "network", stack: "dev", name: "lines" }, ...lineMonitorSchema.parse(fields) };
}

const bare = snapshotOf({
  sysctls: [
    "net/ipv4/conf/adsl/rp_filter=1",
    "net/ipv4/conf/bdsl/rp_filter=2",
    ...["adsl", "bdsl"].flatMap((device) =>
      [4, 6].map((version) => `net/ipv${version}/conf/${device}/ignore_routes_with_linkdown=0`),
    ),
  ],
});
const planFor = (fields: object) => createPlan(lineMonitor, inputs(fields), bare, "claim");
const linesFor = (fields: object) => planFor(fields).steps.map(shown);
const told = (fields: object) => lineMonitorConfig.replay(lineMonitorSchema.parse(fields));

describe("A LineMonitor", () => {
  it("gives each line a table that leads over it and nowhere else, and a rule for its probes", () => {
    assert.deepEqual(linesFor(two), [
      "sysctl net/ipv4/conf/adsl/rp_filter=2",
      "sysctl net/ipv4/conf/adsl/ignore_routes_with_linkdown=1",
      "sysctl net/ipv4/conf/bdsl/ignore_routes_with_linkdown=1",
      "ip -4 route add unreachable default table 20501 metric 4294967295 proto 205",
      "ip -4 route add unreachable default table 20502 metric 4294967295 proto 205",
      "ip -4 route add default via 198.51.100.1 dev adsl onlink table 20501 proto 205 src 203.0.113.5",
      "ip -4 route add default via 198.51.100.2 dev bdsl onlink table 20502 proto 205 src 203.0.113.5",
      "ip -4 rule add priority 501 fwmark 0x4100/0x7f00 table 20501 proto 205",
      "ip -4 rule add priority 502 fwmark 0x4200/0x7f00 table 20502 proto 205",
    ]);
  });

  it("does so for IPv6 where a line has it, and for both", () => {
    const lines = [
      { ...adsl, ipv6Gateway: "fe80::a", ipv6Address: "2001:db8:113::5" },
      { ...bdsl, number: 7 },
    ];
    const all = linesFor({ lines, targets });
    assert.ok(
      all.includes("ip -6 route add default via fe80::a dev adsl onlink table 20501 metric 512 proto 205 src 2001:db8:113::5"),
      all.join("\n"),
    );
    assert.ok(all.includes("ip -6 rule add priority 501 fwmark 0x4100/0x7f00 table 20501 proto 205"));
    assert.ok(all.includes("ip -4 rule add priority 507 fwmark 0x4700/0x7f00 table 20507 proto 205"));
  });

  it("leaves the ways to the host that leases and peers change", () => {
    const lines = [
      { name: "lte", device: "wwan0", gateway: "dhcp" },
      { name: "ppp", device: "ppp0" },
    ];
    const all = linesFor({ lines, targets });
    assert.ok(!all.some((line) => / dev (wwan0|ppp0)/.test(line)), all.join("\n"));
    assert.deepEqual(
      told({ lines, targets }).filter((line) => / line /.test(line)),
      [
        "line-monitor line lte number 1 device wwan0 gateway4 dhcp gateway6 - address4 - address6 - interval 200",
        "line-monitor line ppp number 2 device ppp0 gateway4 none gateway6 - address4 - address6 - interval 200",
      ],
    );
  });

  it("is told its task in words that a shell reads", () => {
    const command = 'ip addr | grep -q "203.0.113.5"';
    const lines = [adsl, { ...bdsl, metered: true, targets: ["198.18.0.9"], probes: [{ kind: "command", command }] }];
    assert.deepEqual(told({ lines, targets, routes: ["default", "10.0.0.0/8"], onChange: "logger hi" }).slice(1), [
      "line-monitor settings interval 200 timeout 0 down-after 3 up-after 8 quorum 1 max-loss 20 hold-down 0 max-hold-down 60000",
      "line-monitor line adsl number 1 device adsl gateway4 198.51.100.1 gateway6 - address4 203.0.113.5 address6 - interval 200",
      "line-monitor target adsl icmp 198.18.0.1",
      "line-monitor target adsl icmp 198.18.0.2",
      "line-monitor line bdsl number 2 device bdsl gateway4 198.51.100.2 gateway6 - address4 203.0.113.5 address6 - interval 1000",
      "line-monitor target bdsl icmp 198.18.0.9",
      `line-monitor target bdsl command ${command}`,
      "line-monitor route 4 254 default",
      "line-monitor route 6 254 default",
      "line-monitor route 4 254 10.0.0.0/8",
      "line-monitor on-change logger hi",
    ]);
  });

  it("asks in every way", () => {
    const probes = [
      { kind: "tcp", target: "198.18.0.1", port: 443 },
      { kind: "http", target: "198.18.0.1", name: "www.example.net", path: "/up" },
      { kind: "dns", target: "198.18.0.1", name: "example.net" },
    ];
    assert.deepEqual(
      told({ lines: [adsl], probes }).filter((line) => / target /.test(line)),
      [
        "line-monitor target adsl tcp 198.18.0.1 443",
        "line-monitor target adsl http 198.18.0.1 80 www.example.net /up",
        "line-monitor target adsl dns 198.18.0.1 53 example.net",
      ],
    );
  });

  it("is read back from its file as it was declared, and lacks the lines of which something is missing", () => {
    const planned = planFor(two);
    const files = planned.files.flatMap(({ file, content }) => (content === undefined ? [] : [parseObjectFile(file, content)]));
    const objects = new Map(files.map((one): [string, ObjectFile] => [one.file, one]));
    const live = {
      sysctls: ["adsl", "bdsl"].flatMap((device) => [
        `net/ipv4/conf/${device}/rp_filter=2`,
        `net/ipv4/conf/${device}/ignore_routes_with_linkdown=1`,
      ]),
      routes: [
        "default via 198.51.100.1 dev adsl onlink table 20501 proto 205 src 203.0.113.5",
        "unreachable default table 20501 metric 4294967295 proto 205",
        "unreachable default table 20502 metric 4294967295 proto 205",
      ],
      rules: [
        "501: from all fwmark 0x4100/0x7f00 lookup 20501 proto 205",
        "502: from all fwmark 0x4200/0x7f00 lookup 20502 proto 205",
      ],
    };
    const formOf = (live: Parameters<typeof snapshotOf>[0]) => {
      const found = viewsOf(lineMonitor, inputs(two), { ...snapshotOf(live), objects }).map(({ observed, ...view }) => ({
        ...view,
        form:
          observed === undefined ? undefined : (view.kind.schema.parse(view.kind.inputsOf(observed)) as Record<string, unknown>),
      }));
      return lineMonitor.declaredForm(found, lineMonitorSchema.parse(two));
    };
    assert.deepEqual(formOf(live)?.["lines"], lineMonitorSchema.parse({ ...two, lines: [adsl] }).lines);
    const routes = [...live.routes, "default via 198.51.100.2 dev bdsl onlink table 20502 proto 205 src 203.0.113.5"];
    assert.deepEqual(formOf({ ...live, routes }), lineMonitorSchema.parse(two));
  });

  it("needs nothing of a device that is away, as ppp0 is while its line is not dialled: its settings are in their files", () => {
    const dsl = { lines: [adsl, { name: "dsl", device: "ppp0" }], targets };
    const links = ["adsl flags UP"];
    const away = createPlan(lineMonitor, inputs(dsl), snapshotOf({ links }), "claim");
    assert.deepEqual(
      away.steps.map(shown).filter((line) => line.startsWith("sysctl")),
      ["sysctl net/ipv4/conf/adsl/rp_filter=2", "sysctl net/ipv4/conf/adsl/ignore_routes_with_linkdown=1"],
    );
    assert.ok(away.files.some(({ content }) => content?.includes("sysctl net/ipv4/conf/ppp0/rp_filter=2")));
    const there = { links, sysctls: ["net/ipv4/conf/ppp0/rp_filter=0", "net/ipv4/conf/ppp0/ignore_routes_with_linkdown=1"] };
    const back = createPlan(lineMonitor, inputs(dsl), snapshotOf(there), "claim").steps.map(shown);
    assert.ok(back.includes("sysctl net/ipv4/conf/ppp0/rp_filter=2") && !back.some((line) => line.includes("ppp0/ignore")));
    const { files } = createPlan(lineMonitor, inputs(dsl), snapshotOf(there), "claim");
    const objects = new Map(
      files.flatMap(({ file, content }) => (content === undefined ? [] : [[file, parseObjectFile(file, content)] as const])),
    );
    const gone = deletePlan(
      lineMonitor,
      { ...inputs(dsl), claim: "claim", machine: { id: "m", hostKey: "SHA256:key" } },
      { ...snapshotOf({ links }), objects },
    );
    assert.deepEqual(
      gone.steps.map(shown).filter((line) => line.includes("ppp0")),
      [],
    );
  });

  describe("refuses", () => {
    const problems = (fields: object): string[] => {
      const { value, problems } = parse(lineMonitorSchema, fields);
      if (problems.length > 0) return problems.map(({ path, message }) => `${path}: ${message}`);
      return lineMonitor.contradictions(value).map(({ path, message }) => `${path.join(".")}: ${message}`);
    };
    const cases: readonly [string, object, RegExp][] = [
      [
        "two lines of one name",
        { ...two, lines: [adsl, { ...bdsl, name: "adsl" }] },
        /^lines\.1\.name: another line has this name/,
      ],
      [
        "two lines of one number",
        { ...two, lines: [{ ...adsl, number: 2 }, bdsl] },
        /^lines\.1\.number: another line has this number/,
      ],
      ["a single target", { ...two, targets: ["198.18.0.1"] }, /^lines\.0\.name: a line needs two targets or more/],
      ["a quorum that can't be reached", { ...two, quorum: 3 }, /^quorum: line adsl has 2 probes/],
      [
        "a target of a family that the line lacks",
        { ...two, targets: ["2001:db8::1", "198.18.0.1"] },
        /2001:db8::1 is asked over this line, which has no IPv6/,
      ],
      ["an IPv6 router as `gateway`", { ...two, lines: [{ ...adsl, gateway: "fe80::1" }] }, /an IPv4 address is meant/],
      [
        "tcp without a port",
        { ...two, probes: [{ kind: "tcp", target: "198.18.0.1" }] },
        /probes\.0\.port: a probe of kind tcp needs it/,
      ],
      [
        "icmp with a path",
        { ...two, probes: [{ target: "198.18.0.1", path: "/" }] },
        /probes\.0\.path: a probe of kind icmp does not take it/,
      ],
      ["a command of two lines", { ...two, onChange: "a\nb" }, /onChange is .*: must be a command for `sh -c`, on one line/],
      [
        "a name with a space",
        { ...two, lines: [{ ...adsl, name: "a b" }] },
        /lines\[0\]\.name is "a b": must be 1 to 31 letters/,
      ],
    ];
    for (const [name, fields, expected] of cases) {
      it(name, () => assert.match(problems(fields).join("\n"), expected));
    }

    it("nothing in what is right", () => {
      assert.deepEqual(problems(two), []);
      assert.deepEqual(problems({ lines: [adsl], probes: [{ kind: "command", command: "true" }] }), []);
    });
  });
});
