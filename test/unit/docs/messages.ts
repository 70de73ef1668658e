/** Every message that provider/ and cli/ can give a person, as it stands in the source text, with `…` for what is filled in. */
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(__dirname, "../../..");

export interface Message {
  /** `provider/lifecycle.ts:75` */
  readonly where: string;
  readonly text: string;
}

/** The messages of every `new SomethingError(...)`, those of rules over several fields, and the kinds' advice. */
export function messagesInSource(): Message[] {
  const files = ["provider", "cli"].flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: root }).sort()).map(parsed);
  const functions = new Map(files.flatMap(functionsIn));
  return files.flatMap((file) => [...thrownIn(file, functions), ...(isWordsOnly(file) ? sentencesIn(file) : [])]);
}

function parsed(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest, true);
}

function thrownIn(file: ts.SourceFile, functions: Functions): Message[] {
  return nodesIn(file, ts.isNewExpression).flatMap((thrown) => {
    const [message] = thrown.arguments ?? [];
    if (!/Error$/.test(thrown.expression.getText(file)) || message === undefined) return [];
    const text = textOf(message, functions);
    // Another error's message, passed on as it is.
    return /[a-z]/.test(text) ? [{ where: whereIs(thrown), text }] : [];
  });
}

const isWordsOnly = ({ fileName }: ts.SourceFile): boolean => /-(contradictions|hint)\.ts$/.test(fileName);

/** Whatever is more than a word or two there is said to a person. */
function sentencesIn(file: ts.SourceFile): Message[] {
  return nodesIn(file, isText)
    .filter(({ parent }) => !isText(parent) && !ts.isTemplateSpan(parent))
    .map((node) => ({ where: whereIs(node), text: textOf(node, new Map()) }))
    .filter(({ text }) => text.split(" ").length > 3);
}

const isText = (node: ts.Node): node is ts.Expression =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateExpression(node) ||
  (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken);

/* ---- the text of an expression --------------------------------------------------------------------------------------------- */

type Functions = ReadonlyMap<string, ts.Node>;

/** Functions that a message may be made by, with their bodies. */
function functionsIn(file: ts.SourceFile): [string, ts.Node][] {
  const named = nodesIn(
    file,
    (node) => ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isVariableDeclaration(node),
  );
  return named.flatMap((node): [string, ts.Node][] => {
    const body = ts.isVariableDeclaration(node) ? node.initializer : node.body;
    return node.name && body && (!ts.isVariableDeclaration(node) || ts.isArrowFunction(body))
      ? [[node.name.getText(file), body]]
      : [];
  });
}

/** Text and holes in the order in which they stand; of a function that is called, what it can say. */
function textOf(expression: ts.Node, functions: Functions): string {
  const parts: string[] = [];
  const visit = (node: ts.Node, depth: number): void => {
    if (ts.isStringLiteralLike(node)) parts.push(node.text);
    else if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) parts.push(node.text);
    else if (ts.isTemplateSpan(node)) {
      parts.push("…");
      ts.forEachChild(node, (child) => visit(child, depth));
    } else if (ts.isCallExpression(node)) {
      const body = depth < 2 ? functions.get(ownNameOf(node.expression)) : undefined;
      if (body) visit(body, depth + 1);
      else ts.forEachChild(node, (child) => visit(child, depth));
    } else ts.forEachChild(node, (child) => visit(child, depth));
  };
  visit(expression, 0);
  return parts.join("").replace(/\s+/g, " ").replace(/…+/g, "…");
}

/** `refusal` of `refusal(...)` and of `this.refusal(...)`; "" of another object's method. */
function ownNameOf(called: ts.Expression): string {
  if (ts.isIdentifier(called)) return called.text;
  return ts.isPropertyAccessExpression(called) && called.expression.kind === ts.SyntaxKind.ThisKeyword ? called.name.text : "";
}

/* ---- the tree -------------------------------------------------------------------------------------------------------------- */

function nodesIn<Node extends ts.Node>(file: ts.SourceFile, wanted: (node: ts.Node) => node is Node): Node[] {
  const found: Node[] = [];
  const visit = (node: ts.Node): void => {
    if (wanted(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function whereIs(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`;
}
