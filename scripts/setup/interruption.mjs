/**
 * Runs `work` such that Ctrl-C, a closed terminal or a polite kill first runs `cleanUp`: whatever `work` has started must
 * not survive it. Without an interruption `cleanUp` does not run; a failure is for `work` itself to clean up after.
 * An interrupted `work` never returns, so that nothing goes on or complains while the process is dying.
 * @template T
 * @param {() => void | Promise<void>} cleanUp
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function cleaningUpWhenInterrupted(cleanUp, work) {
  pending.add(cleanUp);
  if (pending.size === 1) for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work();
  } finally {
    if (interrupted) await new Promise(() => {});
    pending.delete(cleanUp);
    if (pending.size === 0) for (const signal of signals) process.off(signal, interrupt);
  }
}

/** @type {NodeJS.Signals[]} */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** @type {Set<() => void | Promise<void>>} */
const pending = new Set();

let interrupted = false;

/** @param {NodeJS.Signals} signal */
async function interrupt(signal) {
  if (interrupted) return; // every clean-up is bounded: an impatient second Ctrl-C must not cut one short
  interrupted = true;
  // The newest first, as with nested scopes: what an outer one removes may still be in use by an inner one.
  for (const cleanUp of [...pending].reverse()) {
    try {
      await cleanUp();
    } catch (error) {
      process.stderr.write(`While cleaning up: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  for (const each of signals) process.off(each, interrupt);
  // Die of the signal, so that the caller sees an interruption and not a failure; unless someone else here handles it.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
