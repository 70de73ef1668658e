import { InputError } from "../errors";
import type { Snapshot } from "../snapshot";

/** A table by the host's rt_tables files. @throws InputError when they don't know it */
export function tableNumber(table: string | number, { tables }: Snapshot): number {
  const number = typeof table === "number" ? table : tables.get(table);
  if (number === undefined) {
    throw new InputError(
      `The host knows no routing table named ${table}. Give its number, or name it in /etc/iproute2/rt_tables.`,
    );
  }
  return number;
}
