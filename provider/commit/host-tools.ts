import { ToolError } from "../errors";

/** Which package has a tool that every host needs; the names are the same on Debian, Fedora, Arch and Alpine, but for awk's. */
const packageOf: Readonly<Record<string, string>> = {
  ip: "iproute2",
  awk: "mawk or gawk",
  flock: "util-linux",
  setsid: "util-linux",
};

/**
 * @param missing tools that the host does not have
 * @param version what `ip -V` prints there
 * @throws ToolError that names the package
 */
export function assertTools(missing: readonly string[], version: string): void {
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((tool) => packageOf[tool] ?? tool))];
    throw new ToolError(`The host has no ${missing.join(", no ")}. Install ${packages.join(" and ")} there.`);
  }
  const release = /iproute2-(?:ss)?(\d+(?:\.\d+)*)/.exec(version)?.[1];
  if (release === undefined) {
    throw new ToolError(
      `The host's \`ip\` is not iproute2's (\`ip -V\` says: ${firstLine(version)}); BusyBox has a small one of its own. Install iproute2 there.`,
    );
  }
  if (isOld(release)) {
    throw new ToolError(
      `The host's iproute2 is too old (\`ip -V\` says: ${version}). It needs the package iproute2 in version 5.5 or newer.`,
    );
  }
}

const firstLine = (text: string): string => text.split("\n")[0]?.slice(0, 200) || "nothing";

/** 5.5 was `ss200127`: until 5.9 a release was named by its day. */
function isOld(release: string): boolean {
  const [major = 0, minor = 0] = release.split(".").map(Number);
  if (!release.includes(".")) return Number(release) < 200127;
  return major < 5 || (major === 5 && minor < 5);
}
