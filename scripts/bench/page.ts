/** Writes docs/performance.md: the figures of one whole run, and how they were taken. */
import { cases } from "./contender";
import { floor, multipath, multipath64 } from "./pulumi";
import type { Machine } from "./machine";
import type { Result, Row } from "./rows";

export function page({ machine, rows, transactions, gateway }: Result): string {
  return `<!-- Written by \`npm run bench\`: run it again instead of editing this. -->

# Performance

![Seconds to create 100 routes with each contender, and what pulumi-multipath takes in times of the engine's floor](performance.svg)

\`\`\`sh
npm run bench -- --json bench.json
\`\`\`

measures everything on this page, on your machine, in about a quarter of an hour, and writes the page anew. \`npm run bench -- --help\` tells
how to measure a part of it. Do it while nothing else runs: the ratios are robust, the seconds are not.

## Next to the gateway

Seconds, the median of the repetitions; in brackets the fastest and the slowest. The floor is the same program with a provider that does
nothing: what the engine costs by itself. The ratio is to the floor. Pulumi runs each change as \`pulumi up --yes --skip-preview\`.

${near(rows)}

## Over a distance

100 routes, over a path that delays every packet by half the round trip, in both directions. Round trips are counted as the longest chain
of "one waits for the other", connections as TCP connections.

${far(rows)}

${parallel(rows)}

For comparison, measured earlier with the same method and the same floor, since it is not among the contenders here: \`pulumi-command\`
with one \`remote.Command\` for each of 100 routes took 3.76 s next to the gateway (1.32 times the floor of 2.85 s, over 102 connections)
and 14.1 s at 100 ms. It neither reads nor compares nor confirms.

## A large transaction

10,000 routes in one transaction, without the engine: from the first byte sent to the reply that shows the state after it.

| host | created | removed |
| --- | --- | --- |
${transactions.map(({ host, createSeconds, destroySeconds }) => `| ${host} | ${createSeconds.toFixed(1)} s | ${destroySeconds.toFixed(1)} s |`).join("\n")}

The lab gateway is a virtual machine; without KVM its processor is emulated, and many times slower than real hardware.

## A whole gateway

5 bonds, 20 VLANs, 50 addresses, 300 routes and 40 rules as one \`HostNetwork\`, on the lab gateway; \`update\` changes one route. Seconds: of the
command, of the same command with a provider that does nothing, and what the gateway itself takes: its own \`ip\` for the lines that are run, and
until its udev has done with the new links, for each of which it starts programs; the provider waits for that, since udev sets what was set.

| case | pulumi-multipath | floor | \`ip -batch\` | and udev | connections | round trips |
| --- | --- | --- | --- | --- | --- | --- |
${gateway.map((row) => `| ${[row.case, ...[row.seconds, row.floorSeconds, row.batchSeconds, row.settledSeconds].map((seconds) => seconds.toFixed(2)), row.connections, row.roundTrips].join(" | ")} |`).join("\n")}

## How it was measured

${machineText(machine)}

- Every contender has a host of its own: a network namespace of this machine with a real sshd in front of it, reached through a TCP proxy
  on 127.0.0.1 that counts and delays. So all work for all sides is done by the same cores.
- Contenders take turns, case by case and in random order. After each run the host must have exactly the routes that were declared, or the
  run counts as failed and is listed here.
- \`create\` begins with no route, \`no-op\` and \`preview\` with all of them as declared, \`update\` with one of them changed in the program
  (another gateway), \`destroy\` with all of them.
- Ansible: one play that reads what is there once, and then runs \`ip route replace\` for each route that is not as declared; pipelining
  and ControlPersist are on. \`preview\` is \`--check\`.
- OpenSSH, one a command: a shell loop of \`ssh HOST ip route replace ...\`. OpenSSH, one ip -batch: all lines on the stdin of one login.
  Both know no state: an update is all of it again, and neither has a preview.

${failures(rows)}`;
}

function near(rows: readonly Row[]): string {
  const sizes = [...new Set(rows.map(({ n }) => n))].sort((a, b) => a - b);
  const body = sizes.flatMap((n) =>
    cases.flatMap((what) =>
      rows
        .filter((row) => row.n === n && row.case === what && row.roundTripMilliseconds === 0)
        .sort((a, b) => rank(a.peer) - rank(b.peer))
        .map((row) => [String(n), what, row.peer, seconds(row), row.peer === floor.name ? "1" : number(row.ratio)]),
    ),
  );
  return table(["routes", "case", "contender", "seconds", "ratio"], body);
}

function far(rows: readonly Row[]): string {
  const distant = new Set(rows.filter((row) => row.roundTripMilliseconds > 0).map((row) => row.n));
  const body = cases.flatMap((what) =>
    rows
      .filter((row) => distant.has(row.n) && row.case === what && row.peer !== floor.name)
      .sort((a, b) => a.roundTripMilliseconds - b.roundTripMilliseconds || rank(a.peer) - rank(b.peer))
      .map((row) => [
        what,
        `${row.roundTripMilliseconds} ms`,
        row.peer,
        seconds(row),
        number(row.ratio),
        String(row.connections ?? "-"),
        String(row.roundTrips ?? "-"),
      ]),
  );
  return table(["case", "round trip", "contender", "seconds", "ratio", "connections", "round trips"], body);
}

/** What a larger --parallel gives. */
function parallel(rows: readonly Row[]): string {
  const find = (peer: string, n: number, trip: number) =>
    rows.find((row) => row.peer === peer && row.n === n && row.case === "create" && row.roundTripMilliseconds === trip);
  const told = rows
    .filter((row) => row.peer === multipath64.name && row.case === "create" && row.seconds !== null)
    .flatMap((row) => {
      const usual = find(multipath.name, row.n, row.roundTripMilliseconds);
      return usual?.seconds
        ? [`${row.n} routes at ${row.roundTripMilliseconds} ms in ${number(row.seconds)} s instead of ${number(usual.seconds)} s`]
        : [];
    });
  if (told.length === 0) return "";
  return (
    "The engine makes so many changes at a time as its `--parallel` says, by default four for each core, and only what is under way at the " +
    `same time can share a transaction. With \`--parallel 64\` it creates ${told.join(", ")}.`
  );
}

function machineText({ processor, cores, memoryGiB, kernel, node, pulumi, openssh, iproute2, ansible }: Machine): string {
  const programs = [
    `Node ${node}`,
    `Pulumi ${pulumi}`,
    `OpenSSH ${openssh}`,
    `iproute2 ${iproute2}`,
    ...(ansible === null ? [] : [`ansible-core ${ansible}`]),
  ];
  return `${cores} cores of ${processor}, ${memoryGiB} GiB of memory, Linux ${kernel}; ${programs.join(", ")}; Pulumi's state in a folder.`;
}

function failures(rows: readonly Row[]): string {
  const failed = rows.filter((row) => row.failures.length > 0);
  if (failed.length === 0) return "No run failed.\n";
  const items = failed.map(
    (row) =>
      `- ${row.case} ${row.n}, ${row.peer}, ${row.roundTripMilliseconds} ms: ${row.failures.length} of ${row.repetitions} failed: ` +
      `${row.failures[0]?.split("\n")[0] ?? ""}`,
  );
  return `Failed runs:\n\n${items.join("\n")}\n`;
}

const order = [floor.name, multipath.name, multipath64.name];
const rank = (peer: string): number => (order.includes(peer) ? order.indexOf(peer) : order.length);

function seconds({ seconds: median, fastest, slowest, repetitions, failures: failed }: Row): string {
  if (median === null) return "failed";
  const spread = repetitions > 1 ? ` (${number(fastest)} to ${number(slowest)})` : "";
  return `${number(median)}${spread}${failed.length > 0 ? `, ${failed.length} failed` : ""}`;
}

const number = (value: number | null): string => (value === null ? "-" : value.toFixed(2));

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
