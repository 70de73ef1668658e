import { ansible } from "./ansible";
import type { Case } from "./contender";
import type { Block, Entrant } from "./measure";
import { opensshBatch, opensshCommands } from "./openssh";
import type { Options } from "./options";
import { floor, multipath, multipath64 } from "./pulumi";

/** Where most of the time goes into waiting for the other side, and where an admin's gateway may be. */
const farAway = [20, 100];

/** @param ansiblePrograms the folder of `ansible-playbook`; undefined: without Ansible */
export function blocksOf({ sizes, cases, repetitions, quick }: Options, ansiblePrograms: string | undefined): Block[] {
  if (cases.length === 0) return [];
  return sizes.map((n) => {
    const times = repetitions ?? (n >= 1000 ? 1 : n >= 100 ? 3 : 4);
    const near = (entrant: Omit<Entrant, "roundTripMilliseconds" | "repetitions">, most = times): Entrant => ({
      ...entrant,
      roundTripMilliseconds: 0,
      repetitions: Math.min(most, times),
    });
    const withAnsible = (most: number, roundTripMilliseconds: number, only?: readonly Case[]): Entrant[] =>
      ansiblePrograms === undefined
        ? []
        : [{ contender: ansible(ansiblePrograms), roundTripMilliseconds, repetitions: most, ...(only && { cases: only }) }];
    const always = [
      { contender: floor, roundTripMilliseconds: undefined, repetitions: times },
      near({ contender: multipath }),
      near({ contender: opensshBatch }),
    ];
    if (quick || n < 100)
      return { n, cases, repetitions: times, entrants: [...always, near({ contender: opensshCommands }), ...withAnsible(1, 0)] };
    const parallel = near({ contender: multipath64, ...(n >= 1000 && { cases: ["create", "no-op"] }) }, 1);
    // Minutes each, and so much slower that one repetition tells: nobody waits for Ansible's 1000 logins' worth of commands.
    if (n >= 1000) return { n, cases, repetitions: times, entrants: [...always, parallel] };
    const far = farAway.flatMap((roundTripMilliseconds): Entrant[] => [
      { contender: multipath, roundTripMilliseconds, repetitions: times },
      { contender: multipath64, roundTripMilliseconds, repetitions: 1 },
      { contender: opensshBatch, roundTripMilliseconds, repetitions: times },
    ]);
    const slow = [
      near({ contender: opensshCommands }, 1),
      { contender: opensshCommands, roundTripMilliseconds: 100, repetitions: 1 },
      ...withAnsible(1, 0),
      ...withAnsible(1, 100, ["create", "no-op"]),
    ];
    return { n, cases, repetitions: times, entrants: [...always, parallel, ...far, ...slow] };
  });
}
