import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SentenceError } from "../setup/sentence-error.mjs";

/**
 * @typedef {object} Outcome
 * @property {number} code its exit code; 124 when its time was up, 128 + n when signal n ended it
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a program in the gateway's VM, as root, through QEMU's guest agent: not by SSH, not by any network. Any number of callers,
 * in any number of processes, take turns: each turn is short, and while a program runs others have theirs.
 * A process left in the background must not hold stdout or stderr open, or the call waits for it.
 * @param {string} socketPath
 * @param {string[]} command
 * @param {{input?: string, timeoutSeconds?: number}} [options]
 * @returns {Promise<Outcome>}
 */
export async function runInGuest(socketPath, command, { input, timeoutSeconds = 60 } = {}) {
  const deadline = performance.now() + (timeoutSeconds + 15) * 1000;
  const [path, ...arg] = ["timeout", "--kill-after=5", String(timeoutSeconds), ...command];
  const { pid } = await takeTurn(socketPath, deadline, (ask) =>
    ask("guest-exec", {
      path,
      arg,
      "capture-output": true,
      ...(input !== undefined && { "input-data": Buffer.from(input).toString("base64") }),
    }),
  );
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 150)) {
    const status = await takeTurn(socketPath, deadline, (ask) => ask("guest-exec-status", { pid }));
    if (status.exited) {
      return {
        code: status.exitcode ?? 128 + (status.signal ?? 0),
        stdout: decoded(status["out-data"]),
        stderr: decoded(status["err-data"]),
      };
    }
    if (performance.now() > deadline)
      throw new SentenceError(`The lab's gateway was still busy with "${command.join(" ")}" after ${timeoutSeconds + 15} s.`);
    await sleep(pause);
  }
}

/** @param {string | undefined} data */
function decoded(data) {
  return Buffer.from(data ?? "", "base64").toString("utf8");
}

/** @typedef {(command: string, args: object) => Promise<any>} Ask */

/**
 * Within this process turns are taken in order; between processes QEMU lets one in at a time.
 * @type {Map<string, Promise<unknown>>}
 */
const lastTurn = new Map();

/**
 * @template T
 * @param {string} socketPath
 * @param {number} deadline
 * @param {(ask: Ask) => Promise<T>} work
 * @returns {Promise<T>}
 */
function takeTurn(socketPath, deadline, work) {
  const turn = (lastTurn.get(socketPath) ?? Promise.resolve()).then(() => converse(socketPath, deadline, work));
  const settled = turn.catch(() => {});
  lastTurn.set(socketPath, settled);
  return turn;
}

/**
 * @template T
 * @param {string} socketPath
 * @param {number} deadline
 * @param {(ask: Ask) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function converse(socketPath, deadline, work) {
  for (;;) {
    const conversation = open(socketPath, deadline);
    try {
      await conversation.synchronise();
      return await work(conversation.ask);
    } catch (error) {
      // QEMU's queue for further callers is short, and a full one refuses: the place has to be asked for again.
      const full = /** @type {NodeJS.ErrnoException} */ (error).code === "EAGAIN";
      if (!full || performance.now() > deadline) throw error;
    } finally {
      conversation.close();
    }
    await sleep(10 + Math.random() * 20);
  }
}

/**
 * @param {string} socketPath
 * @param {number} deadline
 */
function open(socketPath, deadline) {
  const socket = connect(socketPath);
  let text = "";
  /** @type {string[]} */
  const heard = [];
  /** @type {(() => void) | undefined} */
  let wake;
  /** @type {Error | undefined} */
  let failure;
  const fail = (/** @type {Error} */ error) => {
    failure ??= error;
    wake?.();
  };
  const timer = setTimeout(
    () => fail(new SentenceError("The lab's guest agent did not answer in time: is the gateway running?")),
    Math.max(0, deadline - performance.now()),
  );
  socket.setEncoding("latin1"); // the agent's separator is the byte 0xFF
  socket.on("error", fail);
  socket.on("close", () => fail(new SentenceError("The lab's gateway went away.")));
  socket.on("data", (data) => {
    text += data;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    heard.push(...lines);
    wake?.();
  });
  const nextLine = async () => {
    for (;;) {
      const line = heard.shift();
      if (line !== undefined) return line;
      if (failure) throw failure;
      await new Promise((resolve) => (wake = () => resolve(undefined)));
    }
  };
  const say = (/** @type {string} */ command, /** @type {object} */ args) =>
    JSON.stringify({ execute: command, arguments: args }) + "\n";

  return {
    /** Leaves behind whatever an earlier caller, gone in the middle of a sentence, was to hear. */
    async synchronise() {
      const id = Math.floor(Math.random() * 2 ** 31);
      socket.write(Buffer.from(`\xff${say("guest-sync-delimited", { id })}`, "latin1"));
      for (;;) {
        const line = await nextLine();
        const separator = line.lastIndexOf("\xff");
        if (separator >= 0 && JSON.parse(line.slice(separator + 1)).return === id) return;
      }
    },
    /** @type {Ask} */
    async ask(command, args) {
      socket.write(say(command, args));
      const reply = JSON.parse(Buffer.from(await nextLine(), "latin1").toString("utf8"));
      if (reply.error) throw new SentenceError(`The lab's guest agent refused ${command}: ${reply.error.desc}.`);
      return reply.return;
    },
    close() {
      clearTimeout(timer);
      socket.destroy();
    },
  };
}
