import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Fault } from "../fault";

const randomChanges = join(__dirname, "../../lab/commit/undo.test.ts");

/** Row 30: the random changes of test/lab/commit/undo.test.ts, a thousand in a row, in a network namespace. */
export const random: Fault = {
  row: 30,
  title: "1,000 random changes, each undone",
  async harm() {
    const child = spawn("mocha", [randomChanges, "--timeout", "3600000"], {
      env: { ...process.env, COMMIT_BOX: "namespace", UNDO_SEQUENCES: "1000" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
    const [code] = (await once(child, "close")) as [number];
    if (code !== 0) throw new Error(output);
    return {};
  },
};
