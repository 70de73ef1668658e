import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(__dirname, "../../..");
const page = readFileSync(join(root, "docs/conformance.md"), "utf8");

interface Row {
  readonly theirs: string;
  readonly behaviour: string;
  readonly ours: string;
}

const rows = page
  .split("\n")
  .filter((line) => /^\| (?!Test |Fact )/.test(line))
  .map((line): Row => {
    const [theirs = "", behaviour = "", ours = ""] = line.slice(2, -2).split(" | ");
    return { theirs, behaviour, ours };
  });

/** `test/unit/x.test.ts` "title" */
const reference = /`(test\/[^`]+)` "([^"]+)"/g;

const covered = rows.filter(({ ours }) => /^(The other way round: )?`test\//.test(ours));
const references = covered.flatMap(({ theirs, ours }) =>
  [...ours.matchAll(reference)].map(([, file = "", title = ""]) => ({ theirs, file, title })),
);

describe("docs/conformance.md", () => {
  it("says of each behaviour which tests cover it, why it is none of ours, or what is open", () => {
    const other = rows.filter((row) => !covered.includes(row));
    assert.deepEqual(
      other.filter(({ ours }) => !/^(Not applicable|Open): \S.*\.$/.test(ours)),
      [],
    );
    const rest = covered.filter(({ ours }) => /\w/.test(ours.replace("The other way round: ", "").replace(reference, "")));
    assert.deepEqual(rest, []);
    assert.ok(rows.every(({ behaviour }) => /^\S.*\.$/.test(behaviour)));
  });

  it("names tests that are there, by their titles", () => {
    const missing = references.filter(({ file, title }) => !titlesIn(file).some((known) => isTitle(known, title)));
    assert.deepEqual(missing, []);
    assert.ok(references.length > 100);
  });

  it("begins with the figures", () => {
    const which = (start: string) => rows.filter(({ ours }) => ours.startsWith(start)).length;
    assert.ok(
      page.includes(
        `${rows.length} behaviours: ${covered.length} covered, ${which("The other way round: ")} of them the other way round; ` +
          `${which("Not applicable: ")} not applicable; ${which("Open: ")} open.`,
      ),
    );
  });

  it("is found to be wrong when a title is not quite that of a test", () => {
    const file = "test/unit/docs/conformance.test.ts";
    assert.deepEqual(titlesIn(file)[0], ["docs/conformance.md"]);
    assert.ok(isTitle(["is told so, as to ", ""], "is told so, as to a destination"));
    assert.ok(isTitle(["refuses ", ", with what to do"], "refuses …, with what to do"));
    assert.ok(!isTitle(["is told so, as to ", ""], "is told so, as to a destination that nobody tests"));
    assert.ok(!isTitle(["refuses ", ", with what to do"], "refuses …"));
    assert.ok(!titlesIn(file).some((known) => isTitle(known, "begins with figures")));
    assert.deepEqual(titlesIn("test/unit/docs/nothing.test.ts"), []);
  });
});

/* ---- titles of tests -------------------------------------------------------------------------------------------------------- */

/** A title's text around the holes of its template; of a plain one a single part. */
type Title = readonly string[];

function titlesIn(path: string): Title[] {
  const file = join(root, path);
  if (!existsSync(file)) return [];
  const found: Title[] = [];
  const visit = (node: ts.Node): void => {
    const [title] = ts.isCallExpression(node) && /^(it|describe|thorough)$/.test(node.expression.getText()) ? node.arguments : [];
    if (title && ts.isStringLiteralLike(title)) found.push([title.text]);
    if (title && ts.isTemplateExpression(title))
      found.push([title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));
  return found;
}

/** What fills a hole is `…`, or a text that stands in quotes in some file of the tests: a subject, or the name of a case. */
function isTitle(parts: Title, title: string): boolean {
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+)");
  const filled = new RegExp(`^${pattern}$`).exec(title);
  return filled?.slice(1).every((text) => text === "…" || quoted().has(text)) ?? false;
}

let known: Set<string> | undefined;

/** Every text between quotes in the tests. */
function quoted(): Set<string> {
  known ??= new Set(
    globSync("test/**/*.ts", { cwd: root, exclude: (name) => name.endsWith("conformance.test.ts") }).flatMap((path) =>
      [...readFileSync(join(root, path), "utf8").matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map(([, text = ""]) => text),
    ),
  );
  return known;
}
