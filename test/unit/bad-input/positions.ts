/** Every place in a schema where a value can stand, with the least declaration around it: made of the schema, so that a new field is in it. */
import type { core } from "zod";
import { unknownValue } from "../../../provider/sentinel";

export interface Position {
  /** `nextHops[0].weight`; several positions have the same name where an object has several forms. */
  readonly name: string;
  /** A declaration with `value` in this place, and Pulumi's "not known yet" wherever else something must be. */
  readonly around: (value: unknown) => unknown;
}

export function positionsIn(schema: core.$ZodType, name = ""): Position[] {
  const here: Position = { name, around: (value) => value };
  const { def } = (schema as core.$ZodTypes)._zod;
  switch (def.type) {
    case "object": {
      const required = requiredIn(def.shape);
      const inner = Object.entries(def.shape).flatMap(([field, part]) =>
        positionsIn(part, name ? `${name}.${field}` : field).map((position) => ({
          name: position.name,
          around: (value: unknown) => ({ ...required, [field]: position.around(value) }),
        })),
      );
      return [here, ...inner];
    }
    case "array": {
      const inner = positionsIn(def.element, `${name}[0]`);
      return [here, ...inner.map((position) => ({ ...position, around: (value: unknown) => [position.around(value)] }))];
    }
    case "record": {
      const inner = positionsIn(def.valueType, `${name}.one`);
      return [here, ...inner.map((position) => ({ ...position, around: (value: unknown) => ({ one: position.around(value) }) }))];
    }
    case "union":
      return [here, ...def.options.flatMap((option) => positionsIn(option, name)).filter((position) => position.name !== name)];
    default:
      return "innerType" in def ? positionsIn(def.innerType, name) : [here];
  }
}

/** A word that chooses an object's form stands there itself. */
function requiredIn(shape: Readonly<Record<string, core.$ZodType>>): Record<string, unknown> {
  const required = Object.entries(shape).filter(([, part]) => part._zod.optin === undefined);
  return Object.fromEntries(required.map(([field, part]) => [field, wordOf(part) ?? unknownValue]));
}

function wordOf(schema: core.$ZodType): unknown {
  const { def } = (schema as core.$ZodTypes)._zod;
  return def.type === "literal" ? def.values[0] : undefined;
}
