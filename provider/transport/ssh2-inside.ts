import type { Client, ParsedKey } from "ssh2";
import type { Offer } from "./identities";

/**
 * What ssh2 1.17 keeps to itself and we need; the one file that knows. Each part is optional: without it a connection costs one
 * more round trip, a dead path is noticed only when a request's own time runs out, or a refusal is explained less well. A test says when ssh2 moves them.
 */
interface Inside {
  readonly _protocol?: {
    authPK?(user: string, key: ParsedKey, algorithm: string | undefined, sign?: Sign): void;
    ping?(): void;
    readonly _handlers?: { USERAUTH_FAILURE?(protocol: unknown, methods: string[], partial: boolean): void };
  };
}

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

const inside = (client: Client) => client as unknown as Inside;

/**
 * ssh2 asks whether the host would take a key before it signs with it (RFC 4252, 7: "may"). Signing at once saves that round
 * trip. To be called right after `client.connect()`.
 * @param onSigned told when a signed request to log in has been sent
 */
export function signAtOnce(client: Client, offer: Offer, onSigned: () => void): void {
  const protocol = inside(client)._protocol;
  const authPK = protocol?.authPK?.bind(protocol);
  if (!protocol || !authPK) return;
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign || !offer.identityOf(key)?.signAtOnce) return authPK(user, key, algorithm, sign);
    authPK(user, key, algorithm, (data, done) =>
      offer.sign(key, data, hashOf(algorithm), (error, signature) => {
        // Asking instead leads to the same failure to sign, on ssh2's own path: it goes on to the next key.
        if (error || !signature) authPK(user, key, algorithm);
        else {
          done(signature);
          onSigned();
        }
      }),
    );
  };
}

/** The signature's hash is in the algorithm's name (RFC 8332) for RSA, and fixed by the key for all others. */
function hashOf(algorithm: string | undefined): { hash?: "sha1" | "sha256" | "sha512" } {
  switch (algorithm) {
    case "rsa-sha2-256":
      return { hash: "sha256" };
    case "rsa-sha2-512":
      return { hash: "sha512" };
    case "ssh-rsa":
      return { hash: "sha1" };
    default:
      return {};
  }
}

/**
 * Tells what the host says each time it refuses a key: the methods it would take, and whether it took the key but wants more.
 * ssh2 keeps this to itself as long as an agent has further keys, and forgets it then.
 */
export function onRefusal(client: Client, refused: (methods: readonly string[], partial: boolean) => void): void {
  const handlers = inside(client)._protocol?._handlers;
  const failure = handlers?.USERAUTH_FAILURE;
  if (!handlers || !failure) return;
  handlers.USERAUTH_FAILURE = (protocol, methods, partial) => {
    refused(methods, partial);
    failure(protocol, methods, partial);
  };
}

/**
 * Asks the host for a sign of life (`keepalive@openssh.com`). ssh2's own keepalive timer can't be told to let the process end.
 * @returns false when ssh2 has no such thing
 */
export function ping(client: Client): boolean {
  const protocol = inside(client)._protocol;
  protocol?.ping?.();
  return protocol?.ping !== undefined;
}
