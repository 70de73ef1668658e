import assert from "node:assert/strict";
import { painter } from "../../../cli/drawing";
import { statusPage } from "../../../cli/status-page";
import { type Status, statusOf } from "../../../cli/status-question";
import { statusText } from "../../../cli/status-text";
import { pages } from "../../fixtures/documentation";

const now = Date.parse("2026-11-28T09:31:07Z") / 1000;
const lines = "/run/pulumi-multipath/lines";
const objects = "/etc/pulumi-multipath/current/objects.d";

const windows = (rtt: number, lost = 0) =>
  Array.from({ length: 60 }, (_, index) => {
    if (index >= 60 - lost) return "100/-";
    return `${index % 23 === 20 ? 8 : 0}/${Math.round(rtt * (1 + ((index * 7) % 11) / 12))}`;
  }).join(",");
const device = (ifname: string, flags: string[]) => ({ ifindex: 1, ifname, flags, mtu: 1500, addr_info: [] });
const counters = (uptime: number, adsl: number, bdsl: number) =>
  `${uptime} 1\nInter-| Receive\n face |bytes\n  adsl: ${adsl} 1 0 0 0 0 0 0 ${adsl / 10} 1 0 0 0 0 0 0\n  bdsl:${bdsl} 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0\n`;

/** A host whose second line has just died, as it answers. */
const answer = (changes: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = {}) => ({
  sections: new Map(
    Object.entries({
      facts: `now ${now}\nalive\n`,
      addresses: JSON.stringify([device("adsl", ["UP", "LOWER_UP"]), device("bdsl", ["UP", "LOWER_UP"])]),
      routes4: JSON.stringify([
        { type: "1", dst: "default", table: "254", protocol: "205", gateway: "198.51.100.1", dev: "adsl", flags: [] },
      ]),
      flows: "counted\nflows 51 256 203.0.113.5\nflows 19 512 203.0.113.5\nflows 2 0 172.20.0.1\n",
      counters: counters(100, 1000, 500),
      later: counters(101, 1_001_000, 500),
      ...changes,
    }),
  ),
  files: new Map(
    Object.entries({
      [`${lines}/health`]:
        `monitor 812 ${now - 7380}\nline adsl up ${now - 7380} adsl 198.51.100.1 - \n` +
        `line bdsl down ${now - 55} bdsl 198.51.100.2 - no answer from 198.18.0.1, 198.18.0.2\n`,
      [`${lines}/targets`]:
        `target adsl icmp 198.18.0.1 alive 36900 120 12340 : ${windows(12_000)}\ntarget adsl tcp 198.18.0.2 alive 36900 12 14840 : ${windows(14_000)}\n` +
        `target bdsl icmp 198.18.0.1 dead 36900 300 - : ${windows(22_000, 11)}\ntarget bdsl tcp 198.18.0.2 dead 36900 255 - : ${windows(25_000, 11)}\n`,
      [`${lines}/transitions`]: `${now - 900} bdsl drained by alice@laptop\n${now - 800} bdsl up 8 answers in a row\n${now - 55} bdsl down no answer from 198.18.0.1, 198.18.0.2\n`,
      [`${objects}/30-Route-x`]:
        "# pulumi-multipath object 1\nkind Route\nidentity x\nclaim c\nowner network/prod/uplink\n\n" +
        "ip -4 route replace default proto 205 nexthop via 198.51.100.1 dev adsl weight 9 nexthop via 198.51.100.2 dev bdsl weight 10\n",
      [`${objects}/50-LineMonitor-x`]:
        "# pulumi-multipath object 1\nkind LineMonitor\nidentity x\nclaim c\nowner network/prod/uplink\n\n" +
        "line-monitor line adsl number 1 device adsl gateway4 198.51.100.1 gateway6 - address4 203.0.113.5 address6 - interval 200\n" +
        "line-monitor line bdsl number 2 device bdsl gateway4 198.51.100.2 gateway6 - address4 203.0.113.5 address6 - interval 200\n",
      ...files,
    }),
  ),
});

const text = (status: Status, columns = 80) => statusText(status, { name: "gw", columns, paint: painter(false) });

describe("The state of the lines", () => {
  it("is drawn as docs/commands.md shows it", () => {
    const { blocks } = pages().find(({ path }) => path === "docs/commands.md") ?? { blocks: [] };
    const shown = blocks.find(({ text: block }) => block.startsWith("$ npx pulumi-multipath status "))?.text.replace(/^.*\n/, "");
    // The reader's time zone.
    const timeless = (words: string) => words.replace(/\d\d:\d\d:\d\d/g, "HH:MM:SS");
    assert.equal(timeless(`${shown}\n`), timeless(text(statusOf(answer()))));
  });

  it("fits the terminal, whatever its width", () => {
    for (const columns of [80, 100, 200]) {
      const wide = text(statusOf(answer()), columns)
        .split("\n")
        .filter((line) => [...line].length > Math.min(columns, 110));
      assert.deepEqual(wide, [], String(columns));
    }
  });

  it("shares the traffic and the connections out by line: by mark, or by an address that only one line has", () => {
    const [adsl, bdsl] = statusOf(answer()).lines;
    assert.deepEqual([adsl?.flows, bdsl?.flows, adsl?.shareOfTraffic, bdsl?.shareOfTraffic], [51, 19, 1, 0]);
    const unmarked = answer({ flows: "counted\nflows 40 0 203.0.113.5\n" });
    assert.deepEqual(
      statusOf(unmarked).lines.map(({ flows }) => flows),
      [undefined, undefined],
    );
    const config = [...unmarked.files].map(
      ([path, body]) => [path, body.replace(/(bdsl .* address4 )\S+/, "$1203.0.113.6")] as const,
    );
    assert.deepEqual(
      statusOf({ ...unmarked, files: new Map(config) }).lines.map(({ flows }) => flows),
      [40, 0],
    );
  });

  it("measures between two answers as well, and not across a device that was made anew", () => {
    const first = statusOf(answer());
    const { lines: later } = statusOf(
      {
        ...answer({ counters: counters(103, 1_201_000, 0) }),
        sections: without(answer({ counters: counters(103, 1_201_000, 0) }).sections, "later"),
      },
      first.counters,
    );
    assert.deepEqual(
      later.map(({ traffic }) => traffic?.received),
      [100_000, undefined],
    );
  });

  it("tells a pause, a monitor that has ended, and connections that nobody may see", () => {
    const files = {
      [`${lines}/health`]: `monitor 812 ${now - 10}\npaused ${now - 60} ${now + 540} bob@desk\nline adsl up ${now - 9} adsl - - \n`,
    };
    const shown = text(statusOf(answer({ facts: `now ${now}\n`, flows: "uncounted 1200\n" }, files)));
    assert.match(shown, /^the line monitor is gone \(it was process 812\); what follows is its last word$/m);
    assert.match(shown, /^paused since \S+ by bob@desk, until \S+: routes stay as they are$/m);
    assert.match(shown, /^gw {2}\S+ {2}1200 connections$/m);
  });

  it("is one page without anything from elsewhere, and with every word of the host's as text", () => {
    const evil = answer(
      {},
      {
        [`${lines}/health`]: `monitor 812 ${now - 10}\nline <b>adsl drained ${now - 9} adsl 198.51.100.1 - "><script>alert(1)</script>\n`,
      },
    );
    for (const page of [statusPage(statusOf(answer()), "gw"), statusPage(statusOf(evil), "<gw>")]) {
      assert.doesNotMatch(page, /\b(src|href|@import|url\()\s*[=(]?|https?:/);
      assert.doesNotMatch(page, /<script|<b>adsl|<gw>/);
      assert.match(page, /prefers-color-scheme: dark/);
      assert.ok((page.match(/<svg /g) ?? []).length >= 3);
      const opened = (tag: string) => (page.match(new RegExp(`<${tag}[ >]`, "g")) ?? []).length;
      const closed = (tag: string) => (page.match(new RegExp(`</${tag}>`, "g")) ?? []).length;
      for (const tag of ["svg", "g", "text", "section", "article", "table", "div", "p", "ul", "li"])
        assert.equal(opened(tag), closed(tag), tag);
    }
  });

  it("draws each line's past from the first transition on", () => {
    const page = statusPage(statusOf(answer()), "gw");
    assert.equal((page.match(/<rect class="span drained"/g) ?? []).length, 1);
    assert.equal((page.match(/<rect class="span down"/g) ?? []).length, 1);
    assert.equal((page.match(/<rect class="span up"/g) ?? []).length, 3);
  });
});

const without = (sections: ReadonlyMap<string, string>, name: string) => new Map([...sections].filter(([key]) => key !== name));
