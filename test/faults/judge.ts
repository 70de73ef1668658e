import type { Fault, Harm, Verdict } from "./fault";
import { type Beginning, type Trial, programs, rollbackAfterSeconds, secondsToLogin, withObjects } from "./trial";

/** How long after the harm a gateway may need: its own clock, then the undo on an emulated machine. */
const patienceSeconds = rollbackAfterSeconds + 30;

/** One trial of one fault, and what became of it. */
export async function judge(fault: Fault, beginning: Beginning): Promise<Verdict> {
  // Before the trial: they are found out on the same gateway.
  for (const source of [programs.before, fault.after ?? programs.after]) await beginning.kernelAfter(source, fault.reboots);
  const trial = await beginning.trial(fault.over);
  try {
    return await judged(fault, trial, beginning);
  } finally {
    trial.end();
  }
}

async function judged(fault: Fault, trial: Trial, beginning: Beginning): Promise<Verdict> {
  const begin = performance.now();
  const elapsed = () => (performance.now() - begin) / 1000;
  let harm: Harm;
  try {
    harm = await fault.harm(trial);
  } catch (error) {
    return { survived: false, rolledBack: false, seconds: elapsed(), reason: (error as Error).message };
  }
  if ((await secondsToLogin(trial.host, patienceSeconds)) === undefined)
    return { survived: false, rolledBack: false, seconds: elapsed(), reason: "not reachable" };
  const seconds = elapsed();
  try {
    // Whoever was to confirm may be gone, and the worker go on: the host undoes that when its time is over.
    await trial.decided();
  } catch (error) {
    return { survived: false, rolledBack: false, seconds, reason: (error as Error).message };
  }

  const [now, files] = [await trial.kernel(), await trial.files()];
  const old = await beginning.kernelAfter(programs.before, fault.reboots);
  const complete = await beginning.kernelAfter(fault.after ?? programs.after, fault.reboots);
  const rolledBack = now !== complete;
  // Each transaction lands as a whole or not at all; those that were confirmed have left their objects' files.
  if (rolledBack && now !== old && now !== withObjects(complete, files))
    return {
      survived: false,
      rolledBack,
      seconds,
      reason: `neither the old nor the new state:\n${firstDifference(withObjects(complete, files), now)}`,
    };

  const reason = await disagreement(
    trial,
    harm.next ?? programs.before,
    await beginning.kernelAfter(harm.next ?? programs.before, fault.reboots),
  );
  return { survived: reason === undefined, rolledBack, seconds, ...(reason !== undefined && { reason }) };
}

/** What is not as it should be after the next `up`; undefined: Pulumi's state, the program and the gateway agree. */
async function disagreement(trial: Trial, source: string, wanted: string): Promise<string | undefined> {
  const { code, output } = await trial.up(source);
  if (code !== 0) return `the next up failed: ${output}`;
  const [preview, now] = await Promise.all([trial.program.preview("--expect-no-changes"), trial.kernel()]);
  if (preview.code !== 0) return `the preview after the next up shows changes: ${preview.output}`;
  return now === wanted
    ? undefined
    : `after the next up the gateway is not what the program says:\n${firstDifference(wanted, now)}`;
}

function firstDifference(wanted: string, found: string): string {
  const [one, other] = [wanted.split("\n"), found.split("\n")];
  const missing = one.filter((line) => !other.includes(line)).slice(0, 5);
  const added = other.filter((line) => !one.includes(line)).slice(0, 5);
  return [...missing.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)].join("\n") || "the order differs";
}
