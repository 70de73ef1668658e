import assert from "node:assert/strict";
import { ToolError } from "../../../provider/errors";
import { hostState, onEachBox, reachOf, type Box } from "./box";

onEachBox("A host that lacks what we need", (open, thorough) => {
  let box: Box;
  before(async () => (box = await open()));
  after(() => box.down());

  // A device where a program should be is none to a shell; in a mount namespace it is so for nobody else.
  const without = (...tools: string[]) =>
    box.sh(`for tool in ${tools.join(" ")}; do mount --bind /dev/null "$(readlink -f "$(command -v $tool)")"; done`);
  const back = (...tools: string[]) =>
    box.sh(
      `for tool in ${tools.join(" ")}; do for d in /usr/sbin /usr/bin; do umount "$(readlink -f $d/$tool)" 2>/dev/null; done; done; :`,
    );
  /** Over a connection of its own. */
  const looking = () => hostState(box, { reach: reachOf(box.connect) }).look();
  const refused = async (pattern: RegExp) => {
    await assert.rejects(looking(), (error: Error) => {
      assert.ok(error instanceof ToolError, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  };

  for (const [tool, name] of [
    ["ip", "iproute2"],
    ["awk", "mawk or gawk"],
    ["flock", "util-linux"],
    ["setsid", "util-linux"],
  ] as const) {
    thorough?.(`is told to install ${name} where there is no ${tool}`, async () => {
      await without(tool);
      await refused(new RegExp(`^\\S+: The host has no ${tool}\\. Install ${name} there\\.$`));
      await back(tool);
      assert.ok(await looking());
    });
  }

  thorough?.("is told all at once", async () => {
    await without("awk", "flock", "setsid");
    await refused(/The host has no awk, no flock, no setsid\. Install mawk or gawk and util-linux there\./);
    await back("awk", "flock", "setsid");
  });

  thorough?.("is told that BusyBox's ip is none", async function () {
    await box.sh("mkdir -p /usr/local/sbin && ln -sf /usr/bin/busybox /usr/local/sbin/ip");
    await refused(
      /The host's `ip` is not iproute2's \(`ip -V` says: .*\); BusyBox has a small one of its own\. Install iproute2 there\./,
    );
    await box.sh("rm /usr/local/sbin/ip");
  });

  thorough?.("is told when its iproute2 is too old, by the release's number or by its day", async () => {
    for (const [version, isOld] of [
      ["4.20.0", true],
      ["ss191125", true],
      ["5.4.0", true],
      ["ss200127", false],
      ["5.5.0", false],
      ["5.10.0", false],
      ["6.15.0, libbpf 1.5.0", false],
    ] as const) {
      const fake = `#!/bin/sh\\n[ "$1" != -V ] || { echo "ip utility, iproute2-${version}"; exit; }\\nexec /sbin/ip "$@"\\n`;
      await box.sh(`mkdir -p /usr/local/sbin && printf '${fake}' >/usr/local/sbin/ip && chmod 755 /usr/local/sbin/ip`);
      if (isOld)
        await refused(
          /The host's iproute2 is too old \(`ip -V` says: ip utility, .*\)\. It needs the package iproute2 in version 5\.5 or newer\./,
        );
      else assert.ok(await looking());
    }
    await box.sh("rm /usr/local/sbin/ip");
  });
});
