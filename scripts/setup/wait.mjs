import { setTimeout as sleep } from "node:timers/promises";
import { SentenceError } from "./sentence-error.mjs";

/**
 * Asks again and again until there is an answer; every wait ends, with an error that says which wait it was.
 * @template T
 * @param {string} what as in "the gateway's SSH to answer"
 * @param {number} seconds
 * @param {() => T | undefined | Promise<T | undefined>} ask undefined: not yet
 * @param {number} [pauseMilliseconds]
 * @returns {Promise<T>}
 */
export async function waitFor(what, seconds, ask, pauseMilliseconds = 50) {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new SentenceError(`Waited ${seconds} s for ${what}, in vain.`);
    await sleep(pauseMilliseconds);
  }
}

/**
 * @template T
 * @param {string} what
 * @param {number} seconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(what, seconds, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new SentenceError(`Waited ${seconds} s for ${what}, in vain.`)), seconds * 1000);
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}
