/** Prints the pages of documentation: one a kind, and what leads to them. */
import { type Field, type KindModel, type ObjectModel, type Type } from "./model";
import { code, fileName, range } from "./sdk-class";

const notice = "<!-- Generated from the schemas in provider/ by `npm run generate`: change them there. -->";

export function docsIndex(kinds: readonly KindModel[]): string {
  const rows = kinds.map(({ name, description }) => `| [${name}](${fileName(name)}.md) | ${cell(description)} |`);
  return [
    notice,
    "# Kinds",
    "What can be declared, each with all its fields and an example.",
    ["| kind | what it is |", "|-|-|", ...rows].join("\n"),
    "## Reserved numbers",
    "What the kinds above use on a host beside what is declared; `n` is a line's `number`. Other programs that mark packets by the same bits, as mwan3 and Cilium do, can't run beside it.",
    ["| what | for |", "|-|-|", ...reserved.map((row) => `| ${row.join(" | ")} |`)].join("\n"),
  ].join("\n\n");
}

const reserved = [
  ["route and rule protocol 205", "what is ours"],
  ["routing table 20500 + n", "the way over one line alone (`LineMonitor`)"],
  ["rule priority 500 + n, mark 0x4000 + n * 256 under 0x7f00", "probes of a line (`LineMonitor`)"],
  [
    "rule priorities 20500 and 20500 + n, mark n * 256 under 0x3f00, of packets and of connections",
    "connections of a line (`ConnectionPinning`)",
  ],
  ["table `inet pulumi_multipath` of nftables", "the same"],
  ["rule priorities 20600 and 20600 + n", "what comes from a line's address (`BondedUplink`)"],
];

/** @param example the text of the kind's example program, when there is one */
export function docsPage(kind: KindModel, host: readonly ObjectModel[], example: string | undefined): string {
  const title = `# ${kind.name}`;
  const shown =
    example === undefined
      ? []
      : [`## Example`, `From [examples/${fileName(kind.name)}](../../examples/${fileName(kind.name)}):`, fence(example)];
  const objects = [...kind.objects, ...host].flatMap(({ name, description, fields }) => [
    `### ${name}`,
    description,
    table(fields),
  ]);
  return [notice, title, kind.description, ...shown, "## Fields", table(kind.fields), ...objects].join("\n\n");
}

const fence = (program: string): string => `\`\`\`ts\n${program.trim()}\n\`\`\``;

function table(fields: readonly Field[]): string {
  const rows = fields.map(
    (field) => `| \`${field.name}\` | ${cell(typeName(field.type))} | ${needed(field)} | ${cell(meaning(field))} |`,
  );
  return ["| field | type | default | meaning |", "|-|-|-|-|", ...rows].join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function needed(field: Field): string {
  if (!field.optional) return "**required**";
  if (field.default !== undefined) return code(field.default);
  return cell(statedDefault.exec(field.description)?.[1] ?? "");
}

/** A default that is the kernel's or depends on something is told in words: `Default: from the device's MTU.` */
const statedDefault = /\bDefault: (.*?)\.(?= |$)/;

const meaning = ({ description, type }: Field): string =>
  [description.replace(statedDefault, "").replace(/ {2,}/g, " ").trim(), range(type, description)].filter(Boolean).join(" ");

function typeName(type: Type): string {
  switch (type.is) {
    case "number":
      return type.whole ? "whole number" : "number";
    case "choice":
      return type.values.map(code).join(", ");
    case "list":
      return `list of ${typeName(type.of)}`;
    case "map":
      return `names to ${typeName(type.of)}`;
    case "object":
      return `[${type.name}](#${type.name.toLowerCase()})`;
    case "either":
      return type.types.map(typeName).join(" or ");
    default:
      return type.is;
  }
}
