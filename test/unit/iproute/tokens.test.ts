import assert from "node:assert/strict";
import fc from "fast-check";
import type { z } from "zod";
import {
  canonicalAddress,
  canonicalPrefix,
  deviceName,
  firstAddress,
  interfaceAddress,
  ipAddress,
  lastAddress,
  prefix,
  realms,
  scope,
  table,
  u32,
  weight,
} from "../../../provider/iproute/tokens";
import { parse } from "../../../provider/unknown";

const canonical = (token: z.ZodType, value: unknown): unknown => token.parse(value);

/** What a person is told of it, behind the name of the property. */
function refusal(token: z.ZodType, value: unknown): string {
  const { problems } = parse(token, value);
  assert.ok(problems.length > 0, `${String(value)} should be refused`);
  return problems.map(({ message }) => message.replace(/^the declaration is /, "")).join("\n");
}

describe("An address", () => {
  it("is taken in canonical decimal form", () => {
    for (const text of ["192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1", "fe80::1"]) {
      assert.equal(canonical(ipAddress, text), text);
    }
  });

  it("is written as RFC 5952 says when it is IPv6", () => {
    assert.equal(canonical(ipAddress, "2001:DB8:0:0:0:0:0:0001"), "2001:db8::1");
    assert.equal(canonical(ipAddress, "2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
    assert.equal(canonical(ipAddress, "2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
    assert.equal(canonical(ipAddress, "64:ff9b::192.0.2.1"), "64:ff9b::c000:201");
  });

  it("with leading zeros is refused, because `ip` would read it as octal, and the message shows the decimal form", () => {
    assert.equal(refusal(ipAddress, "010.0.0.1"), '"010.0.0.1": `ip` would read leading zeros as octal; write 10.0.0.1.');
    assert.match(refusal(ipAddress, "64:ff9b::010.0.0.1"), /must be an IP address/);
  });

  it("that is IPv4 in IPv6 notation is refused, and the message shows the IPv4 form", () => {
    assert.equal(refusal(ipAddress, "::ffff:192.0.2.1"), '"::ffff:192.0.2.1": this is IPv4 in IPv6 notation; write 192.0.2.1.');
    assert.match(refusal(ipAddress, "::FFFF:c000:201"), /write 192\.0\.2\.1\.$/);
    assert.match(refusal(ipAddress, "::192.0.2.1"), /write 192\.0\.2\.1\.$/);
  });

  it("with a zone is refused, and the message says where the device belongs", () => {
    assert.equal(
      refusal(ipAddress, "fe80::1%eth0"),
      '"fe80::1%eth0": an address is meant without a zone; write fe80::1, and the device in its own field.',
    );
  });

  it("with a prefix length is refused where an address alone is meant", () => {
    assert.match(refusal(ipAddress, "192.0.2.1/24"), /an address alone is meant.*; write 192\.0\.2\.1\.$/);
  });

  it("is nothing else", () => {
    for (const text of [
      "",
      "192.0.2",
      "192.0.2.256",
      "192.0.2.1 ",
      "0x7f.0.0.1",
      "1.2.3.4.5",
      "host",
      "2001:db8::1::2",
      "[::1]",
      "12345::",
    ]) {
      assert.match(refusal(ipAddress, text), /must be an IP address|from 0 to 255|without/);
    }
    assert.match(refusal(ipAddress, 42), /must be an IP address/);
  });
});

describe("A prefix", () => {
  it("is written as `ip` prints it: that of one host without its length", () => {
    assert.equal(canonical(prefix, "192.0.2.0/24"), "192.0.2.0/24");
    assert.equal(canonical(prefix, "192.0.2.7/32"), "192.0.2.7");
    assert.equal(canonical(prefix, "192.0.2.7"), "192.0.2.7");
    assert.equal(canonical(prefix, "2001:DB8::/32"), "2001:db8::/32");
    assert.equal(canonical(prefix, "2001:db8::7/128"), "2001:db8::7");
    assert.equal(canonical(prefix, "default"), "default");
  });

  it("with host bits set is refused, and the message shows the prefix that was meant", () => {
    assert.equal(
      refusal(prefix, "192.0.2.5/24"),
      '"192.0.2.5/24": bits are set beyond its length; write 192.0.2.0/24 for the prefix, or 192.0.2.5 for the one address.',
    );
    assert.match(refusal(prefix, "2001:db8::1/64"), /write 2001:db8::\/64 for the prefix/);
    assert.match(refusal(prefix, "10.0.0.1/0"), /write 0\.0\.0\.0\/0 for the prefix/);
  });

  it("needs a plain decimal length that fits", () => {
    for (const text of [
      "192.0.2.0/024",
      "192.0.2.0/33",
      "2001:db8::/129",
      "192.0.2.0/",
      "192.0.2.0/255.255.255.0",
      "192.0.2.0/+8",
    ]) {
      assert.match(
        refusal(prefix, text),
        /the length after the slash is a whole number from 0 to (32|128)|a length is meant and no mask/,
      );
    }
  });
});

describe("An interface address", () => {
  it("keeps its host bits and its length", () => {
    assert.equal(canonical(interfaceAddress, "192.0.2.5/24"), "192.0.2.5/24");
    assert.equal(canonical(interfaceAddress, "192.0.2.5/32"), "192.0.2.5/32");
    assert.equal(canonical(interfaceAddress, "2001:DB8::5/64"), "2001:db8::5/64");
  });

  it("without a length is refused: /32 is hardly ever what was meant", () => {
    assert.match(refusal(interfaceAddress, "192.0.2.5"), /write for example 192\.0\.2\.5\/24/);
    assert.match(refusal(interfaceAddress, "2001:db8::5"), /write for example 2001:db8::5\/64/);
  });
});

describe("A device's name", () => {
  it("is 1 to 15 letters, digits, underscores, dots and dashes", () => {
    for (const name of ["eth0", "adsl", "eth0.100", "br-lan", "_x", "0", "abcdefghijklmno"])
      assert.equal(canonical(deviceName, name), name);
  });

  it("is nothing that `ip`, a shell or a file name could take for something else", () => {
    for (const name of [
      "",
      "-x",
      "--help",
      ".",
      "..",
      "a b",
      "a$(id);b",
      '"quotes',
      "a'b",
      "a#b",
      "a/b",
      "a\u0007b",
      "é",
      "abcdefghijklmnop",
      "eth0@if3",
    ]) {
      assert.match(refusal(deviceName, name), /must be a device's name|at most 15|ends before/);
    }
    for (const name of ["default", "all", "dev", "via", "nexthop"]) assert.match(refusal(deviceName, name), /rename the device/);
  });
});

describe("A routing table", () => {
  it("is a number, or a name; the three names that every host has become their numbers", () => {
    assert.equal(canonical(table, 4294967295), 4294967295);
    assert.equal(canonical(table, "isp1"), "isp1");
    assert.equal(canonical(table, "a".repeat(32)), "a".repeat(32));
    refusal(table, "a".repeat(33));
    assert.deepEqual(
      ["default", "main", "local"].map((name) => canonical(table, name)),
      [253, 254, 255],
    );
  });

  it("is no number in quotes, no 0 and nothing beyond 32 bits", () => {
    assert.match(refusal(table, "0254"), /write 254 without quotes/);
    for (const value of [0, -1, 4294967296, 1.5, "a b", "-x", "#1"]) refusal(table, value);
  });
});

describe("A number", () => {
  it("is a whole number of its own range, never text", () => {
    for (const value of [-1, 4294967296, 1.5, "010", "8", NaN, null]) refusal(u32, value);
    for (const value of [0, 257]) refusal(weight, value);
    assert.deepEqual([canonical(u32, 4294967295), canonical(weight, 1), canonical(weight, 256)], [4294967295, 1, 256]);
  });
});

describe("Realms", () => {
  it("are TO or FROM/TO; a FROM of 0 is none", () => {
    assert.deepEqual(
      ["5", "3/4", "0/5", "5/0"].map((text) => canonical(realms, text)),
      ["5", "3/4", "5", "5/0"],
    );
    assert.equal(canonical(realms, "255/255"), "255/255");
    for (const text of ["", "0", "0/0", "03/4", "256", "1/256", "1/2/3", "a", "0x1"])
      assert.match(refusal(realms, text), /must be "TO" or "FROM\/TO"/);
  });
});

describe("A scope", () => {
  it("is a name or a number, and a number that has a name becomes it", () => {
    assert.deepEqual(
      [0, 200, 253, 254, 100, "link"].map((value) => canonical(scope, value)),
      ["global", "site", "link", "host", 100, "link"],
    );
    assert.equal(canonical(scope, 255), 255);
    for (const value of ["universe", 256, -1]) refusal(scope, value);
  });
});

describe("Every token", () => {
  it("leaves its own canonical form as it is", () => {
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4Extended(),
      fc.tuple(fc.ipV4(), fc.nat(32)).map((pair) => pair.join("/")),
      fc.string(),
    );
    const tokens = [ipAddress, prefix, interfaceAddress, deviceName, table, realms];
    fc.assert(
      fc.property(fc.constantFrom(...tokens), texts, (token, text) => {
        const once = token.safeParse(text);
        if (once.success) assert.deepEqual(token.safeParse(once.data).data, once.data);
      }),
    );
  });

  it("holds no white space, quote or comment sign, whatever it was made of", () => {
    const spiced = fc.tuple(
      fc.constantFrom("eth0", "192.0.2.1", "2001:db8::1", "main", "3/4"),
      fc.constantFrom(" ", "\t", "\n", '"', "'", "#", "\\", ";"),
    );
    fc.assert(
      fc.property(
        fc.constantFrom<z.ZodType>(ipAddress, prefix, deviceName, table, realms),
        spiced,
        fc.boolean(),
        (token, [word, spice], before) => {
          assert.ok(!token.safeParse(before ? spice + word : word + spice).success);
        },
      ),
    );
  });
});

describe("What a host shows", () => {
  it("is brought to the same form, also where nobody could declare it", () => {
    assert.equal(canonicalAddress("::ffff:192.0.2.1"), "::ffff:c000:201");
    assert.equal(canonicalAddress("::192.0.2.1"), "::c000:201");
    assert.equal(canonicalPrefix("192.0.2.7/32"), "192.0.2.7");
    assert.equal(canonicalPrefix("default"), "default");
    assert.equal(canonicalPrefix("2001:db8::/32"), "2001:db8::/32");
    assert.equal(canonicalPrefix("2001:db8::7/128"), "2001:db8::7");
  });
});

describe("A subnet", () => {
  it("has a first and a last address", () => {
    assert.deepEqual([firstAddress("192.0.2.77", 26), lastAddress("192.0.2.77", 26)], ["192.0.2.64", "192.0.2.127"]);
    assert.deepEqual(
      [firstAddress("2001:db8::77", 64), lastAddress("2001:db8::77", 64)],
      ["2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"],
    );
  });
});
