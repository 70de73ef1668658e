import assert from "node:assert/strict";
import { awk, text } from "./awk";

/** What each line has now; `now` as `ip -N -d -o` prints it. */
const found = (config: string, now: string) =>
  awk(["keys", "line-addresses"], [["config", text(config)], ["part=now"], ["now", text(now)]]);

const link = (index: number, name: string, flags = "BROADCAST,UP,LOWER_UP") => `${index}: ${name}@if9: <${flags}> mtu 1500 `;
const dhcp = "line 1 lte 7 wwan0 dhcp - - - 1000";

describe("Which address and gateway a line has", () => {
  it("is what is declared, and whether there is a carrier what the kernel says", () => {
    const declared = "line 1 adsl 1 adsl 198.51.100.1 - 203.0.113.5 - 200";
    const is = (now: string) => found(declared, now)[0]?.split(" ").slice(0, 7).join(" ");
    assert.equal(is(link(2, "adsl")), "now 1 yes 203.0.113.5 198.51.100.1 - -");
    assert.equal(is(link(2, "adsl", "NO-CARRIER,BROADCAST,UP")), "now 1 no 203.0.113.5 198.51.100.1 - -");
    assert.equal(is(link(2, "adsl", "BROADCAST,LOWER_UP")), "now 1 no 203.0.113.5 198.51.100.1 - -");
    assert.equal(is(link(2, "lan")), "now 1 gone 203.0.113.5 198.51.100.1 - -");
  });

  it("is its lease's, though somebody else has a default route over the same device", () => {
    assert.deepEqual(
      found(
        dhcp,
        `${link(3, "wwan0")}
        3: wwan0    inet 10.9.0.7/24 brd 10.9.0.255 scope 0 dynamic wwan0\\       valid_lft 100sec preferred_lft 100sec
        1 default via 10.9.0.250 table 254 proto 4 scope 0
        1 default via 10.9.0.1 table 254 proto 16 scope 0 src 10.9.0.7 metric 1024 `,
      ),
      ["now 1 yes 10.9.0.7 10.9.0.1 - - no no"],
    );
  });

  it("is known to stand in the line's own table already", () => {
    const own = (gateway: string) => `1 default via ${gateway} table 20507 proto 205 scope 0 src 10.9.0.7 onlink `;
    const lease = `${link(3, "wwan0")}
      3: wwan0    inet 10.9.0.7/24 scope 0 wwan0
      1 default via 10.9.0.1 table 254 proto 16 scope 0 src 10.9.0.7 metric 1024 `;
    assert.deepEqual(found(dhcp, `${lease}\n${own("10.9.0.1")}`), ["now 1 yes 10.9.0.7 10.9.0.1 - - yes no"]);
    assert.deepEqual(found(dhcp, `${lease}\n${own("10.9.0.9")}`), ["now 1 yes 10.9.0.7 10.9.0.1 - - no no"]);
  });

  it("is none before there is a lease", () => {
    assert.deepEqual(found(dhcp, link(3, "wwan0")), ["now 1 yes - - - - no no"]);
  });

  it("is the router's advertisement for IPv6, and an address that can be used", () => {
    assert.deepEqual(
      found(
        "line 1 fibre 3 eth1 - ra - - 200",
        `${link(3, "eth1")}
        3: eth1    inet6 fd00::1/64 scope 0 tentative \\       valid_lft forever preferred_lft forever
        3: eth1    inet6 2001:db8:5::7/64 scope 0 dynamic mngtmpaddr \\       valid_lft 100sec preferred_lft 100sec
        3: eth1    inet6 fe80::7/64 scope 253 \\       valid_lft forever preferred_lft forever
        1 default via fe80::1 table 254 proto 9 metric 1024 pref medium`,
      ),
      ["now 1 yes - - 2001:db8:5::7 fe80::1 no no"],
    );
  });

  it("needs no gateway where there are only two ends", () => {
    assert.deepEqual(
      found(
        "line 1 dsl 2 ppp0 none - - - 200",
        `${link(9, "ppp0", "POINTOPOINT,NOARP,UP,LOWER_UP")}\n9: ppp0    inet 10.64.0.9 peer 10.64.0.1/32 scope 0 ppp0`,
      ),
      ["now 1 yes 10.64.0.9 - - - no no"],
    );
  });
});
