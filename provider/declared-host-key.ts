import { word } from "./word";

/**
 * A host's public key as OpenSSH writes it, or its fingerprint. Whatever else is in the files and on the screens where people copy it from
 * gets an answer of its own. Whether it is the host's is found out at the handshake.
 */
export const hostKey = word("an OpenSSH public key line (`ssh-ed25519 AAAA...`) or a fingerprint (`SHA256:...`)", (text) => {
  if (/PRIVATE KEY/.test(text))
    throw new Error(
      "the host's public key is meant, from its /etc/ssh/ssh_host_ed25519_key.pub; a private key belongs into no program",
    );
  if (text !== "" && text.trim() !== text) throw new Error("write it without the white space around it");
  if (/[\r\n]/.test(text)) throw new Error("one key is meant; write several as a list");
  return /^(SHA256|MD5):|^([0-9a-f]{2}:){15}[0-9a-f]{2}$|^[0-9a-f]{32,}$/i.test(text) ? readFingerprint(text) : readKeyLine(text);
});

function readFingerprint(text: string): string {
  // 32 bytes make 43 digits, the last of which has two bits left over.
  if (/^SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=?$/.test(text)) return text;
  if (text.startsWith("SHA256:"))
    throw new Error("a SHA256 fingerprint has 43 characters after `SHA256:`; is a part of it missing?");
  if (text.length === 64) throw new Error(`write it in base64, as OpenSSH does: SHA256:${base64Of(text)}`);
  throw new Error(
    "this is an MD5 fingerprint, and the SHA256 one is meant; `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the host prints it",
  );
}

const base64Of = (hexadecimal: string): string => Buffer.from(hexadecimal, "hex").toString("base64").replace(/=+$/, "");

const types: readonly string[] = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

function readKeyLine(text: string): string {
  const words = text.split(/\s+/);
  const [type = "", base64 = "", ...comment] = words;
  if (/-cert-v01@openssh\.com$/.test(type)) throw new Error("certificates are not supported; write the key that the host shows");
  if (types.includes(type)) {
    assertComplete(type, base64);
    return [type, base64, ...comment].join(" ");
  }
  if (type.startsWith("ssh-") || type.startsWith("sk-") || type.startsWith("ecdsa-"))
    throw new Error(`${type.slice(0, 40)} is no type of key that is accepted; there are ${types.join(", ")}`);
  const place = words.findIndex((each) => types.includes(each));
  if (place > 0) throw new Error(`write the key alone, from ${words[place]} on`);
  if (/^[A-Za-z0-9+/]{43}$/.test(text)) throw new Error(`write SHA256: in front of it`);
  const inside = words.find((each) => /^SHA256:[A-Za-z0-9+/]{43}$/.test(each));
  throw new Error(inside && `write the fingerprint alone, ${inside}`);
}

/** A key is a row of strings, each behind its length (RFC 4251, 5), the first one its type. */
function assertComplete(type: string, base64: string): void {
  const key = Buffer.from(base64, "base64");
  const strings: Buffer[] = [];
  let place = 0;
  while (place + 4 <= key.length) {
    const end = place + 4 + key.readUInt32BE(place);
    strings.push(key.subarray(place + 4, end));
    place = end;
  }
  const first = strings[0]?.toString("latin1") ?? "";
  if (types.includes(first) && first !== type) throw new Error(`it says ${type}, and the key behind it is of the type ${first}`);
  // Node skips what is not base64; OpenSSH refuses the line.
  if (key.toString("base64") !== base64 || first !== type || strings.length < 2 || place !== key.length)
    throw new Error(`the text after ${type} is no complete key of that type; copy the whole line of the key's .pub file`);
}
