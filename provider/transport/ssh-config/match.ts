import { debuglog } from "node:util";
import { lowerCase, matchesPatternList, textOf } from "../ssh-pattern";
import { expanded, type Tokens } from "./tokens";
import { OldWords } from "./words";

const debug = debuglog("pulumi-multipath");

/** What a `Match` line is held against. */
export interface Subject {
  /** HostName so far, or the name. */
  readonly host: string;
  readonly originalHost: string;
  readonly user: string;
  readonly localUser: string;
  readonly tag: string;
  /** The second reading of the files, which `final` and `canonical` wait for. */
  readonly isFinal: boolean;
  /** Of a command behind `exec`: never run, but OpenSSH refuses a file with an unknown one. */
  readonly tokens: Tokens;
}

export interface Verdict {
  readonly matches: boolean;
  /** The line asks for a second reading. */
  readonly wantsFinal: boolean;
}

/** A `Match` line that OpenSSH refuses. */
export class MatchProblem extends Error {}

/** OpenSSH 10 splits the line into the new kind of words, and only the first `=` of one, behind a criterion. */
export function isReadAlike(line: string, newWords: readonly string[]): boolean {
  const withValue = /^(!?(?:host|originalhost|user|localuser|localnetwork|version|tagged|command|exec))=([^]*)$/i;
  const old: string[] = [];
  const words = new OldWords(line);
  for (let word = words.next(); word && !word.startsWith("#"); word = words.next()) old.push(word);
  const now = newWords.flatMap((word) => withValue.exec(word)?.slice(1) ?? [word]);
  return old.length === now.length && old.every((word, index) => word === now[index]);
}

/** @throws MatchProblem, ExpansionProblem */
export function verdictOf(line: OldWords, subject: Subject, where: string): Verdict {
  let matches = true;
  let wantsFinal = false;
  let criteria = 0;
  for (let word = line.next(); word; word = line.next()) {
    if (word.startsWith("#")) {
      line.skip();
      break;
    }
    const negated = word.startsWith("!");
    const criterion = lowerCase(negated ? word.slice(1) : word);
    if (criterion === "all") {
      const next = line.next();
      if (criteria > 1 || (next && !next.startsWith("#"))) throw new MatchProblem("can't combine `all` with others");
      if (!next?.startsWith("#") && line.remainder) throw new MatchProblem("has more behind `all`");
      return { matches: matches && !negated, wantsFinal };
    }
    criteria++;
    wantsFinal ||= criterion === "final";
    const holds = ["final", "canonical"].includes(criterion) ? subject.isFinal : holdsFor(criterion, line.next(), subject, where);
    // What can't be told is no match, negated or not.
    matches &&= holds === undefined ? false : holds !== negated;
  }
  if (line.remainder) throw new MatchProblem("can't be read to its end");
  if (criteria === 0) throw new MatchProblem("has no criterion");
  return { matches, wantsFinal };
}

/** Undefined: it can't be told. */
function holdsFor(criterion: string, value: string | undefined, subject: Subject, where: string): boolean | undefined {
  if (!value || value.startsWith("#")) throw new MatchProblem(`has no value for ${JSON.stringify(textOf(criterion))}`);
  switch (criterion) {
    case "host":
      return matchesPatternList(lowerCase(subject.host), lowerCase(value));
    case "originalhost":
      return matchesPatternList(lowerCase(subject.originalHost), lowerCase(value));
    case "user":
      return matchesPatternList(subject.user, value);
    case "localuser":
      return matchesPatternList(subject.localUser, value);
    case "tagged":
      return matchesPatternList(subject.tag, value);
    case "sessiontype":
      return matchesPatternList("exec", value);
    case "exec":
      expanded(value, subject.tokens);
      return untold(criterion, where);
    case "command":
    case "localnetwork":
    case "version":
      return untold(criterion, where);
    default:
      throw new MatchProblem(`has ${JSON.stringify(textOf(criterion))}, which is no criterion`);
  }
}

const told = new Set<string>();

/** A file of the user's must not make us run a command, and we are no OpenSSH of some version with some command of the user's. */
function untold(criterion: string, where: string): undefined {
  if (told.has(`${criterion} ${where}`)) return undefined;
  told.add(`${criterion} ${where}`);
  debug("%s: Match %s is never evaluated: the block does not apply", where, criterion);
  return undefined;
}
