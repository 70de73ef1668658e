import assert from "node:assert/strict";
import { type Question, askAnew } from "../../../provider/commit/new-connection";
import { AuthenticationError, NotDialledError, UnreachableError } from "../../../provider/errors";
import type { Reach } from "../../../provider/transport/connection";

describe("A question over a new connection", () => {
  const question: Question = {
    script: "true",
    waitingFor: "it",
    timeoutSeconds: 1,
    hostKey: undefined,
    signal: new AbortController().signal,
  };

  async function dialsUntil(error: Error, seconds: number): Promise<{ dials: number; thrown: unknown }> {
    let dials = 0;
    const fresh = () => {
      dials++;
      return Promise.reject(error);
    };
    const reach: Reach = { fresh, standing: () => assert.fail(), adopt: () => assert.fail() };
    const thrown = await askAnew(reach, question, performance.now() + seconds * 1000).catch((each: unknown) => each);
    return { dials, thrown };
  }

  it("is asked again as long as there is time, and ends with the last error", async () => {
    const error = new UnreachableError("no answer");
    const { dials, thrown } = await dialsUntil(error, 1.2);
    assert.ok(dials >= 2, String(dials));
    assert.equal(thrown, error);
  });

  it("is given up at once where dialling again can't help", async () => {
    for (const error of [new NotDialledError("enough"), new AuthenticationError("refused")])
      assert.deepEqual(await dialsUntil(error, 30), { dials: 1, thrown: error });
  });
});
