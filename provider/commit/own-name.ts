import { hostname, userInfo } from "node:os";

/** Who another admin is told to talk to: user@machine of whoever runs this. */
export function ownName(): string {
  const user = process.env.USER ?? process.env.LOGNAME ?? userName();
  return `${user}@${hostname()}`.replace(/[^ -~]/g, "?");
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "somebody");
  }
}
