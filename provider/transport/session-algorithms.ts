import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm } from "ssh2";
import { InputError } from "../errors";
import type { Hop } from "./hops";
import { selected } from "./ssh-config/algorithms";

/** How a session is kept secret, where ssh_config leaves less than ssh2 offers by itself. */
export type SessionAlgorithms = Pick<Algorithms, "kex" | "cipher" | "hmac">;

/** What ssh2 offers by itself, the preferred first. */
const kex: readonly KexAlgorithm[] = [
  "curve25519-sha256@libssh.org",
  "curve25519-sha256",
  "ecdh-sha2-nistp256",
  "ecdh-sha2-nistp384",
  "ecdh-sha2-nistp521",
  "diffie-hellman-group-exchange-sha256",
  "diffie-hellman-group14-sha256",
  "diffie-hellman-group15-sha512",
  "diffie-hellman-group16-sha512",
  "diffie-hellman-group17-sha512",
  "diffie-hellman-group18-sha512",
];
const ciphers: readonly CipherAlgorithm[] = [
  "chacha20-poly1305@openssh.com",
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "aes128-ctr",
  "aes192-ctr",
  "aes256-ctr",
];
const macs: readonly MacAlgorithm[] = [
  "hmac-sha2-256-etm@openssh.com",
  "hmac-sha2-512-etm@openssh.com",
  "hmac-sha1-etm@openssh.com",
  "hmac-sha2-256",
  "hmac-sha2-512",
  "hmac-sha1",
];

/** @throws InputError where ssh_config leaves nothing */
export function sessionAlgorithms({ name, config }: Hop): SessionAlgorithms {
  const chosen = <Name extends string>(keyword: string, list: string | undefined, ours: readonly Name[]): Name[] | undefined => {
    const left = list === undefined ? undefined : selected(list, ours);
    if (left?.length !== 0) return left;
    throw new InputError(
      `${name}: ${keyword} of ssh_config (${list}) leaves none of those spoken here: ${ours.join(", ")}. Add one for this host.`,
    );
  };
  const all = {
    kex: chosen("KexAlgorithms", config.kexAlgorithms, kex),
    cipher: chosen("Ciphers", config.ciphers, ciphers),
    hmac: chosen("MACs", config.macs, macs),
  };
  return Object.fromEntries(Object.entries(all).filter(([, names]) => names !== undefined));
}
