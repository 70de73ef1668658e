import assert from "node:assert/strict";
import { awk, text } from "./awk";

const told = (...lines: string[]) =>
  awk(["line-events"], [["printed", text(lines.join("\n"))]], "-v", "devices= adsl wwan0 ").slice(0, -1);

describe("What `ip monitor` tells the line monitor", () => {
  it("is each change of a line's carrier, once", () => {
    assert.deepEqual(
      told(
        "2: adsl@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP",
        "2: adsl@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP",
        "2: adsl@if3: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 state LOWERLAYERDOWN",
        "5: lan@if6: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 state DOWN",
        "2: adsl@if3: <BROADCAST,MULTICAST> mtu 1500 state DOWN",
        "2: adsl@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP",
        "Deleted 2: adsl@if3: <BROADCAST,MULTICAST> mtu 1500 state DOWN",
      ),
      ["carrier adsl yes", "carrier adsl no", "carrier adsl yes", "carrier adsl gone"],
    );
  });

  it("is not that it leaves a bridge", () => {
    assert.deepEqual(told("Deleted 2: adsl: <BROADCAST,UP,LOWER_UP> mtu 1500 master br0 state UP"), []);
  });

  it("is an address or a default route of a line's device, unless the route is ours", () => {
    assert.deepEqual(
      told(
        "3: wwan0    inet 10.9.0.7/24 scope 0 wwan0",
        "Deleted 5: lan    inet 10.9.0.7/24 scope 0 lan",
        "default via 10.9.0.1 dev wwan0 proto 16 src 10.9.0.7",
        "Deleted default via 10.9.0.1 dev wwan0 proto 16 src 10.9.0.7",
        "default via 10.9.0.1 dev wwan0 table 20507 proto 205 src 10.9.0.7 onlink",
        "10.0.0.0/8 via 10.9.0.1 dev wwan0 proto 16",
      ),
      ["look", "look", "look"],
    );
  });

  it("is that something was missed", () => {
    assert.deepEqual(told("netlink receive error No buffer space available (105)"), ["missed"]);
  });
});
