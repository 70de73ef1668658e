import { readFile } from "node:fs/promises";
import { HostKeyError, messageOf } from "../errors";
import { materialOf } from "./key-material";
import { parsePublicKey, type PublicKey } from "./public-key";

/** A key that must never be accepted, and the line that says so. */
export interface RevokedKey {
  readonly key: PublicKey;
  readonly where: string;
}

/** What the binary lists of `ssh-keygen -k` begin with. */
const krlMagic = Buffer.from("SSHKRL\n\0", "latin1");

/**
 * Reads a file that RevokedHostKeys names: one public key a line. As with ssh, a file that can't be read to its end lets no key pass.
 * @param name the host, for messages
 * @throws HostKeyError
 */
export async function revokedKeysIn(file: string, name: string): Promise<RevokedKey[]> {
  const content = await contentOf(file, name);
  if (content.subarray(0, krlMagic.length).equals(krlMagic)) {
    throw new HostKeyError(
      `${name}: can't check the host key: RevokedHostKeys names ${file}, a key revocation list (KRL), which is not supported here. ` +
        "Name a text file with one public key a line instead, or leave RevokedHostKeys out for this host.",
    );
  }
  return content
    .toString("latin1")
    .split("\n")
    .flatMap((line, index) => {
      const text = (line.split("\0", 1)[0] ?? "").replace(/^[ \t]+/, "");
      if (text === "" || text.startsWith("#")) return [];
      return [revokedKey(text, `${file}:${index + 1}`, name)];
    });
}

function revokedKey(text: string, where: string, name: string): RevokedKey {
  const [type, base64] = text.split(/[ \t]+/);
  const key = parsePublicKey(type, base64);
  const material = key && materialOf(key);
  if (key && material && !material.isCertificate) return { key, where };
  const what = material?.isCertificate ? "is a certificate: write the key in it" : "is no public key";
  throw new HostKeyError(
    `${name}: can't check the host key: line ${where}, in a file that RevokedHostKeys names, ${what}. As with ssh, no key passes then.`,
  );
}

async function contentOf(file: string, name: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new HostKeyError(
      `${name}: can't check the host key: RevokedHostKeys names ${file}: ${messageOf(error)}. As with ssh, no key passes then.`,
      { cause: error },
    );
  }
}
