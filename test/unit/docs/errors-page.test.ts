import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Message, messagesInSource } from "./messages";

const page = readFileSync(resolve(__dirname, "../../../docs/errors.md"), "utf8");

/** What stands in backticks in the first column of the page's tables. */
const phrases = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .flatMap((line) => [...(line.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, phrase = ""]) => phrase));

/** A `…` at an end of a phrase is for the reader; one within it stands for a hole in the message. */
const plain = (phrase: string): string => phrase.replace(/^…\s*|\s*…$/g, "");

const explains = (phrase: string, { text }: Message): boolean => text.includes(plain(phrase));

describe("docs/errors.md", () => {
  const messages = messagesInSource();

  it("explains every error that a person can meet", () => {
    const unexplained = messages.filter((message) => !phrases.some((phrase) => explains(phrase, message)));
    const told = unexplained.map(({ where, text }) => `${where}: ${text}`);
    assert.deepEqual(
      told,
      [],
      "docs/errors.md does not explain these messages. For each, add a few of its words in backticks to the first column of the table it " +
        `belongs to (to a row that says what to do about it, or to a new one; … stands for what is filled in):\n${told.join("\n")}\n`,
    );
  });

  it("explains nothing that is said no more", () => {
    // Some are put together in functions of their own, so that no message has them as it stands: their words are in the source all the same.
    const source = ["provider", "cli"]
      .flatMap((room) => readdirSync(room, { recursive: true, encoding: "utf8" }).map((file) => join(room, file)))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(file, "utf8"))
      .join("\n");
    const isWritten = (phrase: string) => phrase.split("…").every((part) => source.includes(part.trim().replace(/\.$/, "")));
    const stale = phrases.filter((phrase) => !isWritten(phrase) && !messages.some((message) => explains(phrase, message)));
    assert.deepEqual(
      stale,
      [],
      `no message in provider/ or cli/ holds these words any more: change or remove them in docs/errors.md`,
    );
  });

  it("is found to be incomplete when a message is new", () => {
    assert.ok(messages.length > 90, `${messages.length} messages`);
    assert.ok(phrases.length > 60);
    assert.ok(!phrases.some((phrase) => explains(phrase, { where: "", text: "…: the moon is in the wrong phase." })));
  });
});
