import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Case {
  readonly before: string;
  readonly now: string;
  readonly touches?: string;
  readonly removes?: string;
  readonly mode?: "undo" | "collateral";
  readonly phase?: "addresses" | "routes";
  readonly elapsed?: number;
  readonly round?: number;
}

/** What on-host/undo.awk writes; text in the form of `ip -N -d -o`, indented as the test is. */
function linesFor({
  before,
  now,
  touches = "",
  removes = "",
  mode = "undo",
  phase = "routes",
  elapsed = 0,
  round = 1,
}: Case): string[] {
  const directory = mkdtempSync(join(tmpdir(), "undo-"));
  const write = (name: string, text: string) => {
    writeFileSync(
      join(directory, name),
      text.trim() === "" ? "" : `${text.trim().replace(/^ +/gm, "").replaceAll("|", "\\\t")}\n`,
    );
    return join(directory, name);
  };
  const out = join(directory, "out");
  const sets = { mode, phase, elapsed, round, out };
  const scripts = ["keys.awk", "undo.awk"].map((name) => join(__dirname, "../../../on-host", name));
  const { stderr } = spawnSync(
    "awk",
    [
      ...Object.entries(sets).flatMap(([name, value]) => ["-v", `${name}=${value}`]),
      ...scripts.flatMap((script) => ["-f", script]),
      ...Object.entries({ touches, removes, before, now }).flatMap(([name, text]) => [`part=${name}`, write(name, text)]),
    ],
    { encoding: "utf8" },
  );
  assert.equal(stderr, "");
  const written = { ".4": "4", ".6": "6", "-odd.4": "4, not in a batch:", "-odd.6": "6, not in a batch:", ".dad": "await" };
  const lines = Object.entries(written).flatMap(([name, prefix]) =>
    existsSync(out + name)
      ? readFileSync(out + name, "utf8")
          .trim()
          .split("\n")
          .map((line) => `${prefix} ${line}`)
      : [],
  );
  rmSync(directory, { recursive: true });
  return lines;
}

describe("The lines that undo a change", () => {
  it("replace a changed route in place: nothing is unreachable meanwhile", () => {
    const route = (weight: number) =>
      `1 default table 254 proto 205 scope 0 |nexthop via 192.0.2.1 dev adsl weight 9 |nexthop via 192.0.2.1 dev bdsl weight ${weight} `;
    assert.deepEqual(linesFor({ touches: "route 4 254 default 0 0", before: route(10), now: route(5) }), [
      "4 route replace unicast default table 254 proto 205 scope 0 nexthop via 192.0.2.1 dev adsl weight 9 nexthop via 192.0.2.1 dev bdsl weight 10",
    ]);
  });

  it("bring back what others stand on first, and remove last", () => {
    assert.deepEqual(
      linesFor({
        touches: "route 4 254 default 0 0\nroute 4 254 192.0.2.1 0 0\nroute 4 254 10.0.0.0/8 0 0",
        before: "1 default via 192.0.2.1 dev adsl table 254 proto 4 scope 0\n1 192.0.2.1 dev adsl table 254 proto 4 scope 253",
        now: "6 10.0.0.0/8 table 254 proto 205 scope 0",
      }),
      [
        "4 route append unicast 192.0.2.1 dev adsl table 254 proto 4 scope 253",
        "4 route append unicast default via 192.0.2.1 dev adsl table 254 proto 4 scope 0",
        "4 route del blackhole 10.0.0.0/8 table 254 proto 205 scope 0",
      ],
    );
  });

  it("say in words that `ip` takes what it prints in others", () => {
    const printed: [string, string][] = [
      [
        "1 default via 192.0.2.1 dev adsl table 254 proto 4 scope 0 rto_min lock 200ms features ecn ",
        "unicast default via 192.0.2.1 dev adsl rto_min 200ms features ecn table 254 proto 4 scope 0",
      ],
      [
        "1 default via 192.0.2.1 dev adsl table 254 proto 4 scope 0 dead linkdown onlink mtu lock 1400 ",
        "unicast default via 192.0.2.1 dev adsl onlink mtu lock 1400 table 254 proto 4 scope 0",
      ],
      [
        "1 default nhid 7 via 192.0.2.1 dev adsl table 254 proto 4 scope 0 src 192.0.2.9 ",
        "unicast default nhid 7 src 192.0.2.9 table 254 proto 4 scope 0",
      ],
      [
        "1 default tos 0x10 via inet6 fe80::1 dev adsl table 500 proto 4 scope 0 ",
        "unicast default tos 0x10 via inet6 fe80::1 dev adsl table 500 proto 4 scope 0",
      ],
      [
        "7 default dev lo table 254 proto 4 scope 0 metric 5 error -101 pref medium",
        "unreachable default dev lo pref medium table 254 proto 4 scope 0 metric 5",
      ],
    ];
    for (const [text, words] of printed) {
      const six = text.includes("pref");
      const tos = text.includes("0x10") ? 16 : 0;
      const key = six ? "route 6 254 default any 5" : `route 4 ${text.includes("500") ? 500 : 254} default ${tos} 0`;
      assert.deepEqual(linesFor({ touches: key, before: text, now: "" }), [`${six ? 6 : 4} route append ${words}`]);
    }
  });

  it("give a lease the time that it has left", () => {
    const before = "1 default via fe80::1 dev adsl table 254 proto 9 scope 0 metric 512 expires 400sec pref high";
    assert.deepEqual(linesFor({ touches: "route 6 254 default any 512", before, now: "", elapsed: 30 }), [
      "6 route append unicast default via fe80::1 dev adsl expires 370 pref high table 254 proto 9 scope 0 metric 512",
    ]);
    assert.deepEqual(
      linesFor({ touches: "route 6 254 default any 512", before, now: before.replace("400", "369"), elapsed: 30 }),
      [],
    );
  });

  it("put addresses back in the kernel's order: what follows a missing one goes and comes again", () => {
    const address = (local: string, more = "") =>
      `3: adsl    inet ${local}/24 scope 0 ${more}adsl\\       valid_lft forever preferred_lft forever\n`;
    assert.deepEqual(
      linesFor({
        phase: "addresses",
        touches: "address 4 adsl 192.0.2.1/24 -",
        before: address("192.0.2.1") + address("192.0.2.2", "secondary "),
        now: address("192.0.2.2"),
      }),
      [
        "4 addr del 192.0.2.2/24 dev adsl",
        "4 addr add 192.0.2.1/24 dev adsl scope 0",
        "4 addr add 192.0.2.2/24 dev adsl scope 0",
      ],
    );
  });

  it("restore an address with everything that was said of it, and wait for an IPv6 one", () => {
    assert.deepEqual(
      linesFor({
        phase: "addresses",
        touches: "address 4 adsl 192.0.2.1/32 192.0.2.9\naddress 6 adsl 2001:db8::1",
        before:
          "3: adsl    inet 192.0.2.1 peer 192.0.2.9/32 brd 192.0.2.255 scope 253 dynamic noprefixroute adsl:1\\       valid_lft 900sec preferred_lft 800sec\n" +
          "3: adsl    inet6 2001:db8::1/64 metric 7 scope 0 deprecated home proto 205 \\       valid_lft forever preferred_lft 0sec",
        now: "",
        elapsed: 10,
      }),
      [
        "4 addr add 192.0.2.1 peer 192.0.2.9/32 dev adsl brd 192.0.2.255 scope 253 noprefixroute label adsl:1 valid_lft 890 preferred_lft 790",
        "6 addr add 2001:db8::1/64 dev adsl metric 7 home proto 205 valid_lft forever preferred_lft 0",
        "await address 6 adsl 2001:db8::1",
      ],
    );
  });

  it("leave what others have added, and routes that are somebody else's business", () => {
    const kept = "1 10.0.0.0/8 via 192.0.2.7 dev adsl table 254 proto 186 scope 0";
    assert.deepEqual(linesFor({ touches: "route 4 254 default 0 0", before: "", now: kept }), []);
    assert.deepEqual(linesFor({ touches: "route 4 254 default 0 0", before: kept, now: "" }), []);
  });

  it("keep names that no batch can hold out of the batch", () => {
    const before = `1 10.0.0.0/8 dev 'x#y table 254 proto 4 scope 253`;
    assert.deepEqual(linesFor({ touches: "route 4 254 10.0.0.0/8 0 0", before, now: "" }), [
      `4, not in a batch: route append unicast 10.0.0.0/8 dev 'x#y table 254 proto 4 scope 253`,
    ]);
  });

  it("help a route in whose gateway can't be reached any more, at the second attempt", () => {
    const before = "1 default via 192.0.2.1 dev adsl table 254 proto 4 scope 0";
    assert.deepEqual(linesFor({ touches: "route 4 254 default 0 0", before, now: "", round: 2 }), [
      "4 route append 192.0.2.1 dev adsl proto 205 metric 2050 scope 253",
      "4 route append unicast default via 192.0.2.1 dev adsl table 254 proto 4 scope 0",
      "4 route del 192.0.2.1 dev adsl proto 205 metric 2050 scope 253",
    ]);
  });
});

describe("The lines that put back what went with a change", () => {
  const gone = "1 10.0.0.0/8 via 192.0.2.7 dev adsl table 254 proto PROTO scope 0 src 192.0.2.2";
  const put = (before: string, now: string, removes = "") =>
    linesFor({
      mode: "collateral",
      touches: `address 4 adsl 192.0.2.1/24 -\n${removes}`,
      removes: `address 4 adsl 192.0.2.1/24 -\n${removes}`,
      before,
      now,
    });

  it("bring back a route of its device, whoever made it", () => {
    assert.equal(put(gone.replace("PROTO", "186"), "").length, 1);
  });

  it("leave what a step removes, what the kernel makes itself, and a lease that has changed", () => {
    assert.deepEqual(put(gone.replace("PROTO", "205"), "", "route 4 254 10.0.0.0/8 0 0"), []);
    assert.deepEqual(put(gone.replace("PROTO", "2"), ""), []);
    const lease = gone.replace("PROTO", "16");
    assert.deepEqual(put(lease, lease.replace("192.0.2.7", "192.0.2.8")), []);
  });

  it("give an IPv6 route its preferred source again: it outlives the address without it", () => {
    const before = "1 2001:db8:9::/48 via fe80::1 dev adsl table 254 proto 4 scope 0 src 2001:db8::1 metric 1024 pref medium";
    assert.deepEqual(
      linesFor({
        mode: "collateral",
        touches: "address 6 adsl 2001:db8::1",
        before,
        now: before.replace(" src 2001:db8::1", ""),
      }),
      [
        "6 route replace unicast 2001:db8:9::/48 via fe80::1 dev adsl src 2001:db8::1 pref medium table 254 proto 4 scope 0 metric 1024",
      ],
    );
  });
});
