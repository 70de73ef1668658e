import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { kinds } from "../../../provider";
import { type Field, kindModel } from "../../../scripts/generate/model";
import { fileName } from "../../../scripts/generate/sdk-class";
import { root } from "../../fixtures/documentation";

describe("The documentation of every field of a kind", () => {
  const models = Object.values(kinds).map(kindModel);
  const objects = models.flatMap((model) => [model, ...model.objects]);
  const fields = objects.flatMap(({ name, fields }) => fields.map((field) => ({ ...field, path: `${name}.${field.name}` })));

  const lacking = (wanted: (field: Field) => boolean, has: RegExp): string[] =>
    fields.filter((field) => wanted(field) && !has.test(field.description)).map(({ path }) => path);

  it("says what it is when it is left out", () => {
    assert.deepEqual(
      lacking(({ optional, default: value }) => optional && value === undefined, /\bDefault: /),
      [],
    );
  });

  it("shows how text is written, by an example", () => {
    const isText = ({ type }: Field): boolean =>
      type.is === "string" || (type.is === "either" && type.types.some((one) => one.is === "string"));
    assert.deepEqual(lacking(isText, /`[^`]+`/), []);
  });

  it("names the unit of a time in the field's name, and that of a size in its description", () => {
    const times = lacking(
      ({ name, description }) => /\bseconds?\b/i.test(description) && !/Seconds$/.test(name),
      /millisecond|a second/,
    );
    assert.deepEqual(times, []);
    const sizes = lacking(
      ({ name, type }) => type.is === "number" && /mtu|mss|window|threshold|reordering/i.test(name),
      /bytes|segments|packets/i,
    );
    assert.deepEqual(sizes, []);
  });

  it("has an example, a complete program, for each kind", () => {
    const without = models
      .map(({ name }) => `examples/${fileName(name)}/index.ts`)
      .filter((path) => !existsSync(join(root, path)));
    assert.deepEqual(without, []);
  });
});
