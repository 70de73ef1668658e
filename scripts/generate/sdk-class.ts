/** Prints a kind's class and argument types. */
import { type Field, type KindModel, type ObjectModel, type Type, sharedTypeNames } from "./model";

const notice = "// Generated from the schemas in provider/ by `npm run generate`: change them there.";

export function sdkClass(kind: KindModel): string {
  const { name, fields, objects, filledIn } = kind;
  const outputs = fields.filter((field) => field.name !== "adopt");
  const asDeclared = outputs.map((field) => field.name).filter((field) => !filledIn.includes(field));
  return `${notice}
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../managed-object";
import type { ${sharedTypeNames.join(", ")} } from "./host";

${tsDoc([kind.description])}
export class ${name} extends pulumi.CustomResource {
  ${outputs.map(property).join("\n  ")}

  constructor(name: string, args: ${name}Args, options: pulumi.CustomResourceOptions = {}) {
    const declaration = declare("${name}", name, args, options, {
      filledIn: ${JSON.stringify(filledIn)},
      asDeclared: ${JSON.stringify(asDeclared)},
    });
    super(declaration.type, name, declaration.inputs, declaration.options);
    declaration.complete(this);
  }
}

${interfaceOf({ name: `${name}Args`, description: `What can be said about ${article(name)} ${name}.`, fields })}

${objects.map(interfaceOf).join("\n\n")}
`;
}

export const sdkHost = (host: readonly ObjectModel[]): string => `${notice}
import type * as pulumi from "@pulumi/pulumi";

${host.map(interfaceOf).join("\n\n")}
`;

export const sdkIndex = (kinds: readonly KindModel[], host: readonly ObjectModel[]): string => `${notice}
export type { ${host.map(({ name }) => name).join(", ")} } from "./host";
${kinds
  .map(({ name, objects }) => {
    const types = [`${name}Args`, ...objects.map((object) => object.name)];
    return `export { ${name} } from "./${fileName(name)}";\nexport type { ${types.join(", ")} } from "./${fileName(name)}";`;
  })
  .join("\n")}
`;

/** `BondedLink` -> `bonded-link`. */
export const fileName = (kindName: string): string => kindName.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();

const article = (word: string): string => (/^[AEIOU]/.test(word) ? "an" : "a");

function interfaceOf({ name, description, fields }: ObjectModel): string {
  return `${tsDoc([description])}
export interface ${name} {
  ${fields.map((field) => `${fieldDoc(field)}\n${field.name}${argument(field)};`).join("\n")}
}`;
}

const argument = ({ type, optional }: Field): string => `${optional ? "?" : ""}: ${input(type)}${optional ? " | undefined" : ""}`;

/** The provider fills in defaults that are the schema's own; the kernel's stay out. */
function property(field: Field): string {
  const maybe = field.optional && field.default === undefined ? " | undefined" : "";
  // `declare`: Pulumi has set the property by the time the class's own initialisers run.
  return `${fieldDoc(field)}\ndeclare readonly ${field.name}: pulumi.Output<${plain(field.type)}${maybe}>;`;
}

function fieldDoc({ description, type, default: value }: Field): string {
  const stated = /\bDefault\b/.test(description);
  return tsDoc([description, range(type, description), value === undefined || stated ? undefined : `Default: ${code(value)}.`]);
}

/** Limits that the description does not tell, and that are not just those of the 32 bits a number is kept in. */
export function range(type: Type, description: string): string | undefined {
  if (type.is !== "number" || type.minimum === undefined || type.maximum === undefined || type.maximum >= 4294967295)
    return undefined;
  const limits = `${type.minimum} to ${type.maximum}`;
  return description.includes(limits) ? undefined : `From ${limits}.`;
}

export const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

const input = (type: Type): string => `pulumi.Input<${inner(type)}>`;

function inner(type: Type): string {
  switch (type.is) {
    case "list":
      return `${input(type.of)}[]`;
    case "map":
      return `Record<string, ${input(type.of)}>`;
    case "either":
      return type.types.map(inner).join(" | ");
    case "object":
      return type.name;
    default:
      return plain(type);
  }
}

/** The type of a value that is there, for outputs. */
function plain(type: Type): string {
  switch (type.is) {
    case "anything":
      return "unknown";
    case "choice":
      return type.values.map((value) => JSON.stringify(value)).join(" | ");
    case "list":
      return `(${plain(type.of)})[]`;
    case "map":
      return `Record<string, ${plain(type.of)}>`;
    case "object":
      return `pulumi.Unwrap<${type.name}>`;
    case "either":
      return type.types.map(plain).join(" | ");
    default:
      return type.is;
  }
}

const docWidth = 120;

function tsDoc(paragraphs: readonly (string | undefined)[]): string {
  const text = paragraphs
    .filter((paragraph) => paragraph !== undefined)
    .join(" ")
    .replaceAll("*/", "*\\/");
  const lines = wrap(text, docWidth);
  return lines.length === 1 ? `/** ${text} */` : `/**\n${lines.map((line) => ` * ${line}`).join("\n")}\n */`;
}

function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines[lines.length - 1] ?? "";
    if (line && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}
