import { InputError } from "../../errors";

/** What ssh refuses on its command line, and what it would take for more than a name there. */
export function refuseName(name: string, user: string | undefined): void {
  // eslint-disable-next-line no-control-regex
  if (name === "" || /^-|[\s'`"$\\;&<>|(){},@\x00-\x1f\x7f]|:\/\//.test(name))
    throw new InputError(
      `\`address\` is no host's name: ${JSON.stringify(name)}. Write a name or an IP address without anything around it.`,
    );
  if (user !== undefined && isNobody(user)) throw new InputError(`\`user\` is nobody's name: ${JSON.stringify(user)}.`);
}

/** What ssh takes for no user's name, because a shell may get to see it. */
export function isNobody(user: string): boolean {
  // eslint-disable-next-line no-control-regex
  return user === "" || /^-|['`";&<>|(){}\x00-\x1f\x7f]|\s-|\\$/.test(user);
}
