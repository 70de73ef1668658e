/** Seconds between the lines that a log (not a terminal) gets about a step that is still running. */
const SECONDS_BETWEEN_LINES = 10;

/**
 * Tells on stderr what is being done. On a terminal one line at the bottom shows the running steps with their seconds; in a log
 * each running step gets a line every few seconds.
 *
 * @typedef {(text: string) => void} Say what a step is at right now
 * @typedef {object} Progress
 * @property {(text: string) => void} note says something once
 * @property {<T>(name: string, work: (say: Say) => Promise<T>) => Promise<T>} step
 *
 * @param {{quiet?: boolean, stream?: NodeJS.WriteStream}} [options] quiet: only notes that matter to someone who waits are dropped
 * @returns {Progress}
 */
export function createProgress({ quiet = false, stream = process.stderr } = {}) {
  /** @type {Set<{name: string, now: string, started: number, shown: number}>} */
  const running = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const terminal = Boolean(stream.isTTY);
  const clearLine = () => terminal && stream.write("\r\x1b[K");
  const seconds = (/** @type {number} */ since) => Math.round((performance.now() - since) / 1000);

  const redraw = () => {
    if (terminal) {
      const text = [...running].map((step) => `${step.name}: ${step.now || "working"} (${seconds(step.started)} s)`).join("  ");
      stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - 1)}`);
      return;
    }
    for (const step of running) {
      if (performance.now() - step.shown < SECONDS_BETWEEN_LINES * 1000) continue;
      step.shown = performance.now();
      stream.write(`${step.name}: ${step.now || "working"} (${seconds(step.started)} s)\n`);
    }
  };
  const note = (/** @type {string} */ text) => {
    if (quiet) return;
    clearLine();
    stream.write(`${text}\n`);
  };

  return {
    note,
    async step(name, work) {
      const step = { name, now: "", started: performance.now(), shown: performance.now() };
      if (quiet) return work(() => {});
      running.add(step);
      timer ??= setInterval(redraw, 1000);
      try {
        const result = await work((text) => void (step.now = text));
        note(`${name}: done in ${seconds(step.started)} s`);
        return result;
      } finally {
        running.delete(step);
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
          clearLine();
        }
      }
    },
  };
}

/** For callers that want no word. @type {Progress} */
export const silence = { note() {}, step: (_name, work) => work(() => {}) };
