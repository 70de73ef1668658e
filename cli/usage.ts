/** The command line is wrong: its message is followed by how it should be. */
export class UsageError extends Error {}
