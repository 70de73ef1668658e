/** An explanation as a chain of short lines. Pure. */
import { type Paint, clock, lasting, percent, wrapped } from "./drawing";
import { type Explanation, type Hop, type RuleMet, type Sent, tableName } from "./explanation";
import { resourceName } from "./objects";

export interface Drawing {
  /** Seconds since 1970, by the host's clock. */
  readonly now: number;
  readonly columns: number;
  readonly paint: Paint;
}

export function explanationText(explanation: Explanation, drawing: Drawing): string {
  const { paint } = drawing;
  const { flow, result, rules } = explanation;
  const plain = [
    [paint("strong", flow), ...beginnings(explanation, drawing)],
    rules.flatMap((rule) => ruleLines(rule, drawing)),
    result.kind === "sent" ? routeLines(result, drawing) : [],
    ending(explanation, drawing),
  ];
  return plain
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

const indented = (text: string, columns: number, indent: string): string[] => wrapped(text, columns, indent, `${indent}  `);

function beginnings({ incoming, connection, sawConnections, mark }: Explanation, { columns }: Drawing): string[] {
  const hex = (value: number) => `0x${value.toString(16)}`;
  const about = connection && [
    `its connection is known here${connection.state ? ` (${connection.state})` : ""}`,
    ...(connection.mark === 0
      ? ["and has no mark"]
      : [`with mark ${hex(connection.mark)}${connection.pinnedTo ? `: it belongs to line ${connection.pinnedTo}` : ""}`]),
  ];
  return [
    incoming === undefined ? "sent by the host itself" : `comes in by ${incoming}`,
    about
      ? about.join(" ")
      : sawConnections
        ? "no such connection is known here: it is a new one"
        : "whether it is a known connection only root may see (--become)",
    ...(mark.from === "the flow as given"
      ? [`with mark ${hex(mark.value)}${mark.line ? `, that of line ${mark.line}` : ""}`]
      : []),
    ...(connection?.notPinned ? [connection.notPinned] : []),
  ].flatMap((text) => indented(text, columns, "  "));
}

function ruleLines({ priority, selectors, action, outcome, found, resource }: RuleMet, { columns, paint }: Drawing): string[] {
  const ends: Readonly<Record<RuleMet["outcome"], string>> = {
    taken: action.startsWith("table ") ? `${action} decides` : action,
    nothing: `${action} has no way there`,
    "passed over": `${action} has ${found === "default" ? "only a default" : `only ${found}`}, and the rule passes over that`,
    "goes on": action,
    unknown: action,
  };
  const text = `rule ${String(priority).padEnd(5)} ${selectors === "" ? "for all packets" : selectors}: ${ends[outcome]}`;
  const lines = indented(text, columns, "  ");
  return [
    ...(outcome === "taken" ? lines : lines.map((line) => paint("quiet", line))),
    ...(resource ? [paint("quiet", `             ${resourceName(resource)}`)] : []),
  ];
}

function routeLines({ route, hops, hash }: Sent, { columns, paint }: Drawing): string[] {
  const metric = route.metric === 0 ? "" : `, metric ${route.metric}`;
  const several = hops.length > 1;
  return [
    ...indented(`route ${route.destination} in table ${tableName(route.table)}${metric}`, columns, "  "),
    ...(route.resource ? [paint("quiet", `             ${resourceName(route.resource)}`)] : []),
    ...hops.map((hop) => hopLine(hop, several, paint)),
    ...(hash ? indented(`chosen by ${hash}`, columns, "    ").map((line) => paint("quiet", line)) : []),
  ];
}

function hopLine({ device, gateway, weight, share, line, chosen, flags, leftOut }: Hop, several: boolean, paint: Paint): string {
  const way = [gateway && `via ${gateway}`, device && `dev ${device}`].filter(Boolean).join(" ");
  const name = line === undefined || line === device ? "" : ` (line ${line})`;
  const marks = flags.filter((flag) => flag === "dead" || flag === "linkdown").join(", ");
  const told = leftOut ? "left out" : several ? `weight ${weight}, ${percent(share)}` : "";
  const text =
    `  ${chosen && several ? "→" : " "} ${`${way}${name}`.padEnd(several ? 40 : 0)} ${[told, marks].filter(Boolean).join(", ")}`.trimEnd();
  return chosen ? paint("good", text) : paint("quiet", text);
}

function ending({ result, connection }: Explanation, { now, columns, paint }: Drawing): string[] {
  if (result.kind === "to the host itself") return indented(paint("strong", "it is for the host itself"), columns, "  ");
  if (result.kind === "refused") {
    return [paint("bad", `  dropped: ${result.words}`), ...result.because.flatMap((why) => indented(why, columns, "  "))];
  }
  const { device, gateway, line, preferredSource } = result;
  const nat = connection?.answersTo;
  const state =
    line &&
    `line ${line.name} is ${line.state} for ${lasting(now - line.since)}, since ${clock(line.since, now)}${line.reason ? ` (${line.reason})` : ""}`;
  return [
    ...(state ? indented(state, columns, "  ").map((text) => (line.state === "up" ? text : paint("bad", text))) : []),
    ...indented(
      `leaves by ${device ?? "no device"}${gateway ? ` to ${gateway}` : ""}${preferredSource ? `, with source ${preferredSource}` : ""}${nat ? `; answers come to ${nat}` : ""}`,
      columns,
      "  ",
    ).map((text) => paint("strong", text)),
  ];
}
