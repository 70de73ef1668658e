import assert from "node:assert/strict";
import { NotDialledError, UnreachableError } from "../../../provider/errors";
import { Doors, type Visitor } from "../../../provider/transport/doors";

describe("The servers of a run", () => {
  const visit = { name: "gw", door: "gw 22", visitor: "root" };
  const lost = new UnreachableError("gw: lost");
  let doors: Doors;
  let dials: number;

  beforeEach(() => {
    doors = new Doors();
    dials = 0;
  });

  /** @param heard whether something listens there */
  const failing = async (heard: boolean, to = visit): Promise<unknown> => {
    const login = (visitor: Visitor) => {
      dials++;
      if (heard) visitor.onConnected();
      return Promise.reject(lost);
    };
    return doors.enter(to, login).catch((error: unknown) => error);
  };

  it("are dialled as often as one likes while nobody hears it: that no sshd holds against us", async () => {
    for (let n = 0; n < 20; n++) assert.equal(await failing(false), lost);
    assert.equal(dials, 20);
  });

  it("are not dialled again after six connections that led to no login, each server for itself", async () => {
    for (let n = 0; n < 6; n++) assert.equal(await failing(true), lost);
    const error = await failing(true);
    assert.ok(error instanceof NotDialledError && /after 6 dials in this run that led to no login/.test(error.message));
    assert.equal(dials, 6);
    assert.equal(await failing(true, { ...visit, door: "other 22" }), lost);
  });

  it("are dialled by no more than four at once", async () => {
    const ends: (() => void)[] = [];
    const entered = Array.from({ length: 9 }, () => doors.enter(visit, () => new Promise<void>((end) => ends.push(end))));
    await Promise.resolve();
    assert.equal(ends.length, 4);
    for (let n = 0; n < 9; n++) {
      ends[n]?.();
      await entered[n];
    }
    assert.equal(ends.length, 9);
  });
});
