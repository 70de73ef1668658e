import { setTimeout as sleep } from "node:timers/promises";
import { UnreachableError, messageOf } from "../errors";
import { hostName } from "../host";
import type { Connection, Reach, Reply } from "../transport/connection";
import { ask, askAnew } from "./new-connection";
import { command } from "./transaction";

/** A transaction that the host has applied and undoes by itself unless it is confirmed. */
export interface ArmedTransaction {
  readonly token: string;
  /** What the host has shown before the change. */
  readonly hostKey: string;
  readonly machineId: string;
  readonly bootId: string;
  /** By performance.now(). */
  readonly undoneAt: number;
}

export interface Ended {
  /** How it ended, as the host says. */
  readonly reply: Reply;
  /** Why it could not be confirmed. */
  readonly failure?: unknown;
}

/** One answer to a confirmation, the persisting included; and how long an undo may take, with duplicate address detection. */
const answerSeconds = 30;
/**
 * On a standing connection whose path is cut the request is sent again by TCP, until the path is back or this is over. While the host's
 * clock runs nothing else can be done anyway: then a slow host has the time that it needs.
 */
const standingSeconds = 5;
/** How long after its undo a host may need to be reachable again. */
const graceSeconds = 60;

/**
 * Confirms a transaction over a new connection; when that can't be done, has it undone or waits until the host has undone it.
 * @param standing the connection that it was sent over: it proves nothing, but may still bring an answer
 * @param hurry aborted when this process has to end: what is open then stays open, and the host's own clock decides
 * @throws UnreachableError when the host does not say how it ended
 */
export async function endArmed(armed: ArmedTransaction, standing: Connection, reach: Reach, hurry: AbortSignal): Promise<Ended> {
  const confirm = command("tx_confirm", armed.token, armed.machineId, armed.bootId);
  try {
    return { reply: await askAnew(reach, question(armed, confirm, "the confirmation of the change", hurry), armed.undoneAt) };
  } catch (failure) {
    const reply = (await undoNow(armed, standing, hurry)) ?? (await undoneByItself(armed, standing, reach, hurry, failure));
    return { reply, failure };
  }
}

function question(armed: ArmedTransaction, text: string, waitingFor: string, signal: AbortSignal) {
  const script = `${text}\n${command("tx_reply", armed.token)}`;
  return { script, waitingFor, timeoutSeconds: answerSeconds, hostKey: armed.hostKey, signal };
}

const undoOf = ({ token }: ArmedTransaction) => command("tx_undo", token);

async function undoNow(armed: ArmedTransaction, standing: Connection, hurry: AbortSignal): Promise<Reply | undefined> {
  if (standing.closed) return undefined;
  const { script, waitingFor } = question(armed, undoOf(armed), "the undo of the change", hurry);
  if (hurry.aborted) return standing.request(script, { waitingFor, timeoutSeconds: 1 }).catch(() => undefined);
  const secondsLeft = (armed.undoneAt - performance.now()) / 1000;
  const timeoutSeconds = Math.max(standingSeconds, Math.min(answerSeconds, secondsLeft));
  return ask(standing, script, { waitingFor, timeoutSeconds }, hurry).catch(() => undefined);
}

async function undoneByItself(
  armed: ArmedTransaction,
  { host }: Connection,
  reach: Reach,
  hurry: AbortSignal,
  failure: unknown,
): Promise<Reply> {
  const name = hostName(host);
  const left = () => Math.max(0, armed.undoneAt - performance.now());
  const untilUndone = sleep(left() + 500, undefined, { signal: hurry }).catch(() => undefined);
  await untilUndone;
  const tried = `${name}: the change was made, but could not be confirmed: ${messageOf(failure)}`;
  if (hurry.aborted) {
    throw new UnreachableError(
      `${tried} This process had to end, so the change was left to the gateway's own clock: it is undone there in ` +
        `${Math.ceil(left() / 1000)} s. \`pulumi up\` finds out and goes on.`,
    );
  }
  try {
    const wanted = question(armed, undoOf(armed), "how the change has ended", hurry);
    return await askAnew(reach, wanted, armed.undoneAt + graceSeconds * 1000);
  } catch (error) {
    throw new UnreachableError(
      `${tried} The gateway's own clock has undone it by now, but that could not be verified: for ${graceSeconds} s more the gateway did ` +
        `not answer: ${messageOf(error)} Is it up? On its console: \`cat /run/pulumi-multipath/tx-${armed.token}/undone\`.`,
      { cause: error },
    );
  }
}

/** Once a second, from the second second on: what is waited for while a transaction is armed. @returns what stops it */
export function countdown(armed: ArmedTransaction, tell: (message: string) => void): () => void {
  const timer = setInterval(() => {
    const left = Math.ceil((armed.undoneAt - performance.now()) / 1000);
    if (left > 0) tell(`made, and waiting for a new connection to confirm it; the gateway undoes it in ${left} s`);
    else tell("not confirmed, and undone by the gateway; waiting for a new connection to verify that");
  }, 1000);
  return () => clearInterval(timer);
}
