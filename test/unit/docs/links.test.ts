import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { pages, root } from "../../fixtures/documentation";

describe("What the documentation refers to", () => {
  const all = pages();

  it("is there: files and headings that links lead to", () => {
    const broken = all.flatMap(({ path, links }) =>
      links.filter((link) => !/^[a-z]+:/.test(link) && !resolves(path, link)).map((link) => `${path}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  it("is there: files and folders of this project that the text names", () => {
    const rooms = /^(provider|sdk|on-host|cli|scripts|test|docs|examples)\/[\w./-]*$/;
    const missing = all.flatMap(({ path, code }) =>
      code.filter((name) => rooms.test(name) && !existsSync(join(root, name))).map((name) => `${path}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it("includes every page of docs/, from README.md on", () => {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const link of all.find((page) => page.path === path)?.links ?? []) {
        const target = targetOf(path, link).file;
        visit(target);
        visit(`${target.replace(/\/$/, "")}/README.md`);
      }
    };
    visit("README.md");
    const lost = all.map(({ path }) => path).filter((path) => path.startsWith("docs/") && !reached.has(path));
    assert.deepEqual(lost, []);
  });

  function targetOf(page: string, link: string): { file: string; anchor: string } {
    const [file = "", anchor = ""] = link.split("#");
    return { file: file === "" ? page : posix.join(posix.dirname(page), file), anchor };
  }

  function resolves(page: string, link: string): boolean {
    const { file, anchor } = targetOf(page, link);
    if (!existsSync(join(root, file))) return false;
    return anchor === "" || (all.find(({ path }) => path === file)?.anchors.has(anchor) ?? false);
  }
});
