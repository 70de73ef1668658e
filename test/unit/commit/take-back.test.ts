import assert from "node:assert/strict";
import { printObjectFile } from "../../../provider/commit/object-file";
import { parseLastChange, takeBack } from "../../../provider/commit/take-back";
import type { Snapshot } from "../../../provider/snapshot";

const owner = (name: string) => ({ project: "network", stack: "prod", name });
const file = (claim: string, name: string, line: string) =>
  printObjectFile({ kind: "Route", identity: "4 254 default 0 0", claim, owner: owner(name), lines: [line] });

const before = file("c1", "uplink", "ip -4 route replace default via 192.0.2.1 proto 205");

/** As on-host/last-change.sh prints it. */
const told = [
  "# pulumi-multipath transaction 1",
  "at 2026-11-28T09:30:00Z",
  "by alice@laptop",
  "token t",
  "object 30-Route-4_254_default_0_0",
  "object 20-Address-4_adsl",
  "forward ip -4 route replace default via 192.0.2.2 proto 205",
  "undo ip -4 route replace default via 192.0.2.1 proto 205",
  "undo sysctl net/ipv4/ip_forward=0",
  "change 12",
  "touches route 4 254 default 0 0",
  "had route 4 254 default 0 0\t1 default via 192.0.2.1 dev adsl table 254 proto 205",
  "object 30-Route-4_254_default_0_0",
  ...before
    .trimEnd()
    .split("\n")
    .map((line) => `was ${line}`),
  "object 20-Address-4_adsl",
  "end",
  "",
].join("\n");

describe("What takes back the last change", () => {
  it("is read from the host: who made it, the lines, the objects, and the files as they were", () => {
    assert.deepEqual(parseLastChange(told), {
      ...{ number: 12, at: "2026-11-28T09:30:00Z", by: "alice@laptop", changed: undefined },
      undo: ["ip -4 route replace default via 192.0.2.1 proto 205", "sysctl net/ipv4/ip_forward=0"],
      touches: ["route 4 254 default 0 0"],
      files: [
        { file: "30-Route-4_254_default_0_0", before },
        { file: "20-Address-4_adsl", before: undefined },
      ],
    });
    assert.equal(parseLastChange(`${told}changed route 4 254 default 0 0\n`)?.changed, "route 4 254 default 0 0");
    assert.equal(parseLastChange(""), undefined);
  });

  it("puts the files back with the objects, and leaves an object to whoever has it now", () => {
    const last = parseLastChange(told);
    assert.ok(last);
    const name = "30-Route-4_254_default_0_0";
    const now = { file: name, kind: "Route", identity: "4 254 default 0 0", claim: "c2", owner: owner("moved"), lines: ["x"] };
    const { files, reads, takesBack, steps } = takeBack(last, { objects: new Map([[name, now]]) } as unknown as Snapshot);
    assert.deepEqual(files, [
      { file: name, content: file("c2", "moved", "ip -4 route replace default via 192.0.2.1 proto 205") },
      { file: "20-Address-4_adsl", content: undefined },
    ]);
    assert.deepEqual(reads, ["route 4 254 default 0 0", `object ${name}`, "object 20-Address-4_adsl"]);
    assert.deepEqual([takesBack, steps.flatMap(({ touches }) => touches)], [12, ["route 4 254 default 0 0"]]);
    assert.deepEqual(takeBack(last, { objects: new Map() } as unknown as Snapshot).files[0]?.content, before);
  });
});
