import assert from "node:assert/strict";
import { type Clock, defaultGroupCommitOptions } from "../../../provider/commit/group-commit";
import { SharedHostState } from "../../../provider/commit/host-state";
import { UnreachableError } from "../../../provider/errors";
import { hostSchema } from "../../../provider/host";

describe("a host's shared state", () => {
  it("dials at the first commit, while the group still gathers", () => {
    const never: Clock = { now: () => 0, after: () => () => undefined, whenQuiet: () => undefined };
    let dials = 0;
    const state = new SharedHostState(hostSchema.parse({ address: "192.0.2.1" }), {
      groupCommit: { ...defaultGroupCommitOptions, clock: never },
      reach: {
        standing() {
          dials++;
          return Promise.reject(new UnreachableError("no answer"));
        },
        fresh: () => assert.fail("nothing has been applied"),
        adopt: () => assert.fail("nothing has been confirmed"),
      },
    });
    void state.commit({ name: "Route a", plan: () => ({ reads: [], steps: [], files: [] }) });
    void state.commit({ name: "Route b", plan: () => ({ reads: [], steps: [], files: [] }) });
    assert.equal(dials, 1);
  });
});
