/** Whether a version such as `6.12.48+deb13-cloud-amd64` or `6.15.0` is at least this one. iproute2 before 5.9 told a date instead, which is none. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [, first = 0, second = 0] = (/^(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return first > major || (first === major && second >= minor);
}
