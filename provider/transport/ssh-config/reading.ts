import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError, messageOf } from "../../errors";
import { bytesOf, lowerCase, matchesPattern, matchesPatternList, textOf } from "../ssh-pattern";
import { glob, pathOf } from "./glob";
import { isNone, jumpText } from "./jump";
import { keywordOf, type Keyword } from "./keywords";
import { isReadAlike, MatchProblem, verdictOf, type Subject } from "./match";
import { ExpansionProblem, withHome, type Environment } from "./tokens";
import { OldWords, trimmed, withoutBlanks, words } from "./words";

const deepest = 16;
const mostIdentityFiles = 100;

/** A file to read, and what its place means. */
export interface ConfigFile {
  readonly path: string;
  /** The user's own: relative includes are below ~/.ssh, and it must not be writable by others. */
  readonly isUsers: boolean;
}

/** What one reading is about; the values are bytes (see ssh-pattern.ts). */
export interface Question {
  readonly home: string;
  readonly environment: Environment;
  /** What `Host` patterns are held against. */
  readonly host: string;
  readonly subject: (settings: Settings) => Subject;
}

/** What a keyword was given, and where: `/home/me/.ssh/config:12`. */
export interface Setting {
  readonly values: readonly string[];
  readonly where: string;
}

/** The values read so far: of nearly all keywords the first one counts, so later files and readings only add. */
export class Settings {
  wantsFinal = false;
  readonly identityFiles: Setting[] = [];
  private readonly settings = new Map<string, Setting>();

  get(name: string): Setting | undefined {
    return this.settings.get(name);
  }

  first(name: string): string | undefined {
    return this.settings.get(name)?.values[0];
  }

  add(name: string, setting: Setting): void {
    if (name === "identityfile") this.addIdentityFile(setting);
    else if (setting.values.length > 0 && !this.settings.has(name) && !this.isSettled(name)) this.settings.set(name, setting);
  }

  private addIdentityFile(setting: Setting): void {
    if (this.identityFiles.some(({ values }) => values[0] === setting.values[0])) return;
    if (this.identityFiles.length >= mostIdentityFiles)
      throw refused(setting.where, "identityfile", `is there more than ${mostIdentityFiles} times`);
    this.identityFiles.push(setting);
  }

  /** Of ProxyJump and ProxyCommand the first one settles both; only `ProxyJump none` leaves the other open. */
  private isSettled(name: string): boolean {
    if (name === "proxyjump") return this.settings.has("proxycommand");
    return name === "proxycommand" && this.settings.has("proxyjump") && !isNone(this.first("proxyjump") ?? "");
  }
}

/** @throws InputError where OpenSSH refuses the file, with its path and line */
export async function readConfig(files: readonly ConfigFile[], question: Question, settings: Settings): Promise<void> {
  for (const file of files)
    await new Reading(file, question, settings).readAll(bytesOf(file.path), {
      depth: 0,
      applies: true,
      mustBeSafe: file.isUsers,
    });
}

interface Surrounding {
  readonly depth: number;
  /** False inside an include of a block that doesn't apply: the file is checked, and nothing is taken from it. */
  readonly applies: boolean;
  readonly mustBeSafe: boolean;
}

/** One file with all that it includes. */
class Reading {
  constructor(
    private readonly file: ConfigFile,
    private readonly question: Question,
    private readonly settings: Settings,
  ) {}

  async readAll(path: string, surrounding: Surrounding): Promise<void> {
    const text = await contentOf(path, surrounding.mustBeSafe);
    if (text === undefined) return;
    let applies = surrounding.applies;
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      const where = `${textOf(path)}:${index + 1}`;
      try {
        applies = await this.readLine(trimmed(line), { ...surrounding, applies, allowed: surrounding.applies, where });
      } catch (error) {
        if (error instanceof InputError) throw error;
        if (error instanceof ExpansionProblem || error instanceof MatchProblem)
          throw refused(where, keywordAt(line), error.message);
        throw error;
      }
    }
  }

  /** @returns whether the lines after it apply */
  private async readLine(line: string, at: Place): Promise<boolean> {
    const start = new OldWords(line);
    const written = start.next() || start.next();
    if (!written || written.startsWith("#")) return at.applies;
    const name = lowerCase(written);
    const rest = withoutBlanks(start.remainder ?? "");
    if (rest === "") throw refused(at.where, name, "has no value");
    const values = words(rest);
    const keyword = keywordOf(name);
    const isBlock = ["host", "match", "include"].includes(name);
    if (!keyword && !isBlock && !this.isIgnored(name)) throw unknown(at.where, name);
    if (!values) throw refused(at.where, name, "has a quote that does not close");

    if (name === "host") return matchesHost(this.question.host, values, at);
    if (name === "match") return this.matches(rest, values, at) && at.allowed;
    // Whether a block inside the included file applies ends with that file.
    if (name === "include") await this.include(values, at);
    else if (keyword) this.take(keyword, values, rest, at);
    return at.applies;
  }

  private isIgnored(name: string): boolean {
    const patterns = this.settings.first("ignoreunknown");
    return patterns !== undefined && matchesPatternList(name, lowerCase(patterns));
  }

  private matches(rest: string, values: readonly string[], at: Place): boolean {
    if (!isReadAlike(rest, values))
      throw unclear(at.where, "Match", "write `criterion value`, with quotes around whole values only");
    const { matches, wantsFinal } = verdictOf(new OldWords(rest), this.question.subject(this.settings), at.where);
    this.settings.wantsFinal ||= wantsFinal;
    return matches;
  }

  private take(keyword: Keyword, values: readonly string[], rest: string, at: Place): void {
    const given = keyword.raw ? [rest.replace(/^[ \t\r\n=]+/, "")] : values;
    const complaint = keyword.complaint(given, this.question.environment);
    if (complaint !== undefined) throw refused(at.where, keyword.name, complaint);
    if (!at.applies) return;
    if (keyword.name === "refuseconnection") throw refused(at.where, keyword.name, `refuses: ${textOf(given[0] ?? "")}`);
    const taken = keyword.name === "proxyjump" ? given.map(jumpText) : given;
    this.settings.add(keyword.name, { values: taken, where: at.where });
  }

  private async include(values: readonly string[], at: Place): Promise<void> {
    for (const value of values) {
      if (value === "") throw refused(at.where, "include", "has an empty value");
      if (value.startsWith("~") && !this.file.isUsers)
        throw refused(at.where, "include", "can't begin with ~ in the system's file");
      if (/%|\$\{/.test(value)) throw unclear(at.where, "Include", "write the path without % and ${");
      const directory = this.file.isUsers ? `${this.question.home}/.ssh` : bytesOf(dirname(this.file.path));
      const anchored = withHome(value, this.question.home);
      for (const path of await globOf(anchored.startsWith("/") ? anchored : `${directory}/${anchored}`, at)) {
        if (at.depth >= deepest) throw refused(at.where, "include", `is nested more than ${deepest} deep`);
        await this.readAll(path, { depth: at.depth + 1, applies: at.applies, mustBeSafe: true });
      }
    }
  }
}

interface Place extends Surrounding {
  /** False: no block of this file can apply. */
  readonly allowed: boolean;
  readonly where: string;
}

/** As long as nothing speaks against it, any pattern will do. */
function matchesHost(host: string, patterns: readonly string[], at: Place): boolean {
  let matches = false;
  for (const pattern of patterns) {
    if (pattern === "") throw refused(at.where, "host", "has an empty value");
    if (!at.allowed) return false;
    const negated = pattern.startsWith("!");
    if (!matchesPattern(host, negated ? pattern.slice(1) : pattern)) continue;
    if (negated) return false;
    matches = true;
  }
  return matches;
}

async function globOf(pattern: string, at: Place): Promise<string[]> {
  try {
    return await glob(pattern);
  } catch (error) {
    throw refused(at.where, "include", `can't be looked up: ${messageOf(error)}`);
  }
}

/** A file that isn't there says nothing. One that can't be read might say something else than what we would go by. */
async function contentOf(path: string, mustBeSafe: boolean): Promise<string | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(pathOf(path));
    if (mustBeSafe) refuseUnsafe(path, await file.stat());
    return (await file.readFile()).toString("latin1");
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new InputError(`Can't read ${textOf(path)}: ${messageOf(error)}. ssh_config decides where a connection goes.`, {
      cause: error,
    });
  } finally {
    await file?.close();
  }
}

/** Who may write the file decides where we connect. */
function refuseUnsafe(path: string, { uid, mode }: { uid: number; mode: number }): void {
  const ours = process.getuid?.();
  if (ours === undefined) return; // Windows has neither
  if (uid !== 0 && uid !== ours)
    throw new InputError(`${textOf(path)} belongs to another user (uid ${uid}), so ssh refuses it. Change its owner.`);
  if ((mode & 0o022) !== 0)
    throw new InputError(`${textOf(path)} can be written by others, so ssh refuses it: \`chmod go-w ${textOf(path)}\`.`);
}

function keywordAt(line: string): string {
  return lowerCase(/[A-Za-z]+/.exec(line)?.[0] ?? "");
}

function refused(where: string, keyword: string, complaint: string): InputError {
  return new InputError(`${where}: ${textOf(keyword)} ${complaint}. ssh refuses the file, so it is not used here either.`);
}

/** What ssh reads depends on its version. */
function unclear(where: string, keyword: string, remedy: string): InputError {
  return new InputError(`${where}: ${keyword} is read otherwise by OpenSSH 10 than by older ones: ${remedy}.`);
}

function unknown(where: string, keyword: string): InputError {
  return new InputError(
    `${where}: ${JSON.stringify(textOf(keyword))} is no keyword of ssh_config. Correct it, or put it behind IgnoreUnknown above that line.`,
  );
}
