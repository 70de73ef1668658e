import { createHash } from "node:crypto";
import { connect, createServer } from "node:net";
import { SentenceError } from "./sentence-error.mjs";

/**
 * Runs `work` while no other process of this user does something under the same name. The lock is an abstract Unix socket: the
 * kernel drops it with its process, however that one ends, so there is no stale lock to break.
 * @template T
 * @param {string} name a path will do
 * @param {{doing: string, timeoutSeconds: number, onWait?: (holder: string) => void}} options `doing` is told to those who wait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneAtATime(name, { doing, timeoutSeconds, onWait }, work) {
  const end = performance.now() + timeoutSeconds * 1000;
  let told = false;
  for (;;) {
    const release = await tryLock(name, doing);
    if (release) {
      try {
        return await work();
      } finally {
        await release();
      }
    }
    const secondsLeft = (end - performance.now()) / 1000;
    if (secondsLeft <= 0) throw new SentenceError(`Waited ${timeoutSeconds} s for another process to finish ${name}, in vain.`);
    await holderGone(name, secondsLeft, (holder) => {
      if (!told) onWait?.(holder);
      told = true;
    });
  }
}

/** @param {string} name */
function socketName(name) {
  return `\0pulumi-multipath-${process.getuid?.() ?? 0}-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
}

/**
 * @param {string} name
 * @param {string} doing
 * @returns {Promise<(() => Promise<void>) | undefined>}
 */
function tryLock(name, doing) {
  return new Promise((resolve, reject) => {
    /** @type {Set<import("node:net").Socket>} */
    const waiting = new Set();
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => waiting.delete(socket));
      socket.write(`process ${process.pid}, ${doing}\n`);
    });
    server.on("error", (error) => {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(socketName(name), () => {
      server.unref();
      resolve(
        () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of waiting) socket.destroy();
          }),
      );
    });
  });
}

/**
 * Waits until the holder lets go or dies: its end of the connection closes.
 * @param {string} name
 * @param {number} seconds
 * @param {(holder: string) => void} onHolder
 * @returns {Promise<void>}
 */
function holderGone(name, seconds, onHolder) {
  return new Promise((resolve) => {
    const socket = connect(socketName(name));
    const timer = setTimeout(() => socket.destroy(), seconds * 1000);
    socket.setEncoding("utf8");
    socket.on("data", (text) => onHolder(String(text).trim()));
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      setTimeout(resolve, 20); // a lock that was refused the connection is just being let go of
    });
  });
}
