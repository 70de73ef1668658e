import { z } from "zod";

/**
 * A field of text that `read` brings to its canonical form, or refuses by throwing an Error: what would be right, as the end of the
 * sentence `<property> is <value>: ...`; without a message when there is nothing better to say than that it must be `expected`.
 * @param expected what the field takes, e.g. `an IP address such as 192.0.2.1`
 */
export function word<Canonical extends string | number>(expected: string, read: (text: string) => Canonical) {
  return z
    .string()
    .check((field) => {
      try {
        field.value = read(field.value) as string;
      } catch (error) {
        const { message } = error as Error;
        field.issues.push({ code: "custom", ...(message && { message }), input: field.value, path: [] });
      }
    })
    .meta({ expected });
}
