import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { type CodeBlock, pages, root } from "../../fixtures/documentation";
import { commandsInText, commandsOf, problemWith } from "./commands";
import { typeErrors } from "./type-check";

/** What a block of code may be, and so what is checked of it. `text`: diagrams and messages; `console`: commands and what they print. */
const tags = ["ts", "js", "json", "yaml", "sh", "console", "text"];

describe("Blocks of code in the documentation", () => {
  const blocks = pages().flatMap((page) => page.blocks);
  const tagged = (...wanted: string[]) => blocks.filter(({ tag }) => wanted.includes(tag));

  /** One line for each block that something is wrong with. */
  const wrong = (checked: readonly CodeBlock[], check: (block: CodeBlock) => string | undefined): string[] =>
    checked.flatMap((block) => {
      const problem = check(block);
      return problem === undefined ? [] : [`${block.where}: ${problem}`];
    });

  it("say what they are", () => {
    assert.deepEqual(
      wrong(blocks, ({ tag }) => (tags.includes(tag) ? undefined : `\`${tag}\` is none of ${tags.join(", ")}`)),
      [],
    );
  });

  it("of TypeScript and JavaScript have the right types", function () {
    this.timeout(60_000);
    assert.deepEqual(typeErrors(tagged("ts", "js").filter(({ excerptOf }) => excerptOf === undefined)), []);
  });

  it("that are excerpts stand in their file like that, but for lines of `// ...`", () => {
    const excerpts = blocks.filter(({ excerptOf }) => excerptOf !== undefined);
    assert.ok(excerpts.length > 0);
    assert.deepEqual(
      wrong(excerpts, ({ excerptOf = "", text }) => {
        let rest = withoutIndent(readFileSync(join(root, excerptOf), "utf8"));
        for (const part of text.split(/^\s*(?:\/\/|#) \.\.\.\n?/m).map((each) => withoutIndent(each.trimEnd()))) {
          const at = rest.indexOf(part);
          if (at < 0) return `not in ${excerptOf}, or not in this order:\n${part}`;
          rest = rest.slice(at + part.length);
        }
        return undefined;
      }),
      [],
    );
  });

  it("of JSON and YAML can be read", () => {
    assert.deepEqual(
      wrong(tagged("json"), ({ text }) => failure(() => JSON.parse(text))),
      [],
    );
    assert.deepEqual(
      wrong(tagged("yaml"), ({ text }) => parseAllDocuments(text).flatMap(({ errors }) => errors)[0]?.message),
      [],
    );
  });

  it("hold commands that exist, as does the text, with scripts, options and configuration that exist", () => {
    const inBlocks = tagged("sh", "console").flatMap((block) =>
      commandsOf(block).map((command) => ({ where: block.where, command })),
    );
    const inText = pages().flatMap((page) => commandsInText(page).map((command) => ({ where: page.path, command })));
    const problems = [...inBlocks, ...inText].flatMap(({ where, command }) => {
      const problem = problemWith(command);
      return problem === undefined ? [] : [`${where}: ${command.join(" ")}: ${problem}`];
    });
    assert.deepEqual(problems, []);
  });

  const withoutIndent = (text: string): string => text.replace(/^[ \t]+/gm, "");

  function failure(work: () => unknown): string | undefined {
    try {
      work();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }
});
