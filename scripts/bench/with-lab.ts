import type { Lab } from "../lab/lab.mjs";
import { cleaningUpWhenInterrupted } from "../setup/interruption.mjs";

/** Does it with a lab gateway of its own, which is gone afterwards, whatever happens. */
export async function withLab<Result>(work: (lab: Lab) => Promise<Result>): Promise<Result> {
  const { down, up } = await import("../lab/lab.mjs");
  const instance = `bench-${process.pid}`;
  return cleaningUpWhenInterrupted(
    () => down(instance),
    async () => {
      try {
        return await work(await up({ instance }));
      } finally {
        await down(instance);
      }
    },
  );
}
