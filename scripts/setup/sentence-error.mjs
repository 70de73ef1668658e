/** An error that is the user's to solve: its message is all that is shown, and it says what to do. */
export class SentenceError extends Error {}

/**
 * Ends a command for a failure: a sentence, never a stack trace (NODE_DEBUG=pulumi-multipath shows it).
 * @param {unknown} error
 * @returns {never}
 */
export function endWith(error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  if (error instanceof Error && !(error instanceof SentenceError) && /pulumi-multipath/.test(process.env.NODE_DEBUG ?? ""))
    process.stderr.write(`${error.stack}\n`);
  process.exit(1);
}
