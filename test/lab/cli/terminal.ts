import type { Terminal } from "../../../cli/usage";

/** Where nobody looks; who is asked gives this answer, or is not there. */
export function terminal(answer?: string): Terminal & { printed(): string } {
  let text = "";
  return {
    ...{ watched: false, colours: false, columns: 80 },
    write: (more) => void (text += more),
    ask: () => Promise.resolve(answer),
    printed: () => text,
  };
}
