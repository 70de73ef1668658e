import type { Fault } from "./fault";
import { admins } from "./rows/admins";
import { hostTrouble } from "./rows/host-trouble";
import { interruptions } from "./rows/interruptions";
import { lockouts } from "./rows/lockouts";
import { network } from "./rows/network";
import { random } from "./rows/random";

/** The fault matrix, in the order of docs/safety.md. */
export const matrix: readonly Fault[] = [lockouts, interruptions, admins, hostTrouble, network, random]
  .flat()
  .sort((one, other) => one.row - other.row);
