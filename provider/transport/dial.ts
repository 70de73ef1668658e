import { connect, isIP, type Socket } from "node:net";
import { UnreachableError } from "../errors";

/**
 * One TCP connection, with Nagle's algorithm off: with it on, an exec took 91 ms instead of 2.7.
 * @param onResolved told when the name has an address
 * @throws UnreachableError in the system's words
 */
export function dial(
  name: string,
  address: string,
  port: number,
  onSocket: (socket: Socket) => void,
  onResolved: () => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Of a name's several addresses each gets its time before the next one is tried as well (RFC 8305).
    const socket = connect({ host: address, port, noDelay: true, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 1000 });
    onSocket(socket);
    if (isIP(address)) onResolved();
    const failed = (error: NodeJS.ErrnoException) =>
      reject(new UnreachableError(`${name}: ${explained(error)}`, { cause: error }));
    socket.once("lookup", (error: Error | null) => {
      if (!error) onResolved();
    });
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.off("error", failed);
      resolve(socket);
    });
  });
}

function explained(error: NodeJS.ErrnoException): string {
  // Of several addresses that all failed, the first one's reason; the aggregate itself has an empty message.
  const first: NodeJS.ErrnoException = (error as Partial<AggregateError>).errors?.[0] ?? error;
  switch (first.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name is not found (${first.message}). Check \`address\`, or this machine's DNS.`;
    case "ECONNREFUSED":
      return `nothing listens there (${first.message}). Check \`port\`, and that sshd runs.`;
    default:
      return `no TCP connection (${first.message}).`;
  }
}
