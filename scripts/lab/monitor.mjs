import { connect } from "node:net";
import { join } from "node:path";
import { within } from "../setup/wait.mjs";

/**
 * Asks QEMU itself (QMP), for as long as `work` runs. The connection has to be closed: QEMU talks to one at a time.
 * @template T
 * @param {string} runFolder
 * @param {(execute: (command: string, args?: object) => Promise<any>) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withMonitor(runFolder, work) {
  const socket = connect(join(runFolder, "monitor.sock"));
  /** @type {Error | undefined} */
  let failure;
  /** @type {(() => void)[]} */
  let wake = [];
  /** @type {any[]} */
  const replies = [];
  let text = "";
  socket.setEncoding("utf8");
  const wakeAll = () => {
    for (const each of wake) each();
    wake = [];
  };
  socket.on("data", (data) => {
    text += data;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const message = line.trim() ? JSON.parse(line) : {};
      if ("return" in message || "error" in message || "QMP" in message) replies.push(message);
    }
    wakeAll();
  });
  socket.on("error", (error) => {
    failure ??= error;
    wakeAll();
  });
  socket.on("close", () => {
    failure ??= new Error("QEMU closed its monitor");
    wakeAll();
  });
  const nextReply = async () => {
    while (replies.length === 0) {
      if (failure) throw failure;
      await new Promise((resolve) => wake.push(() => resolve(undefined)));
    }
    return replies.shift();
  };
  /** @type {(command: string, args?: object) => Promise<any>} */
  const execute = async (command, args) => {
    socket.write(`${JSON.stringify({ execute: command, ...(args && { arguments: args }) })}\n`);
    const reply = await within(`QEMU's monitor to answer ${command}`, 30, nextReply());
    if (reply.error) throw new Error(`QEMU refused ${command}: ${reply.error.desc}`);
    return reply.return;
  };
  try {
    await within("QEMU's monitor to greet", 30, nextReply());
    await execute("qmp_capabilities");
    return await work(execute);
  } finally {
    socket.destroy();
  }
}
