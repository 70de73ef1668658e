import { bytesOf, textOf } from "../ssh-pattern";

/** What stands behind each `%x`. */
export type Tokens = Readonly<Record<string, string>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that OpenSSH could not expand either; the message completes the sentence that names the place. */
export class ExpansionProblem extends Error {}

/**
 * Puts in `%x` and, when an environment is given, `${NAME}`.
 * @throws ExpansionProblem for an unknown token, an unset variable, a brace that does not close
 */
export function expanded(value: string, tokens: Tokens | undefined, environment?: Environment): string {
  let result = "";
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at);
    if (environment && value.startsWith("${", at)) {
      const end = value.indexOf("}", at);
      result += variable(value, at + 2, end, environment);
      at = end;
    } else if (char === "%" && tokens) {
      at++;
      result += token(value.charAt(at), tokens);
    } else {
      result += char;
    }
  }
  return result;
}

function token(name: string, tokens: Tokens): string {
  if (name === "%") return "%";
  if (name === "") throw new ExpansionProblem("ends with a single %: write %% for one");
  const found = Object.hasOwn(tokens, name) ? tokens[name] : undefined;
  if (found === undefined) throw new ExpansionProblem(`has %${textOf(name)}, which stands for nothing here`);
  return found;
}

function variable(value: string, begin: number, end: number, environment: Environment): string {
  if (end < 0) throw new ExpansionProblem("has ${ without }");
  const name = value.slice(begin, end);
  if (name === "") throw new ExpansionProblem("has ${} without a name");
  const found = Object.hasOwn(environment, textOf(name)) ? environment[textOf(name)] : undefined;
  if (found === undefined) throw new ExpansionProblem(`names the environment variable ${textOf(name)}, which is not set`);
  return bytesOf(found);
}

/** `~` and `~/...`. @throws ExpansionProblem for `~user` */
export function withHome(path: string, home: string): string {
  if (!path.startsWith("~")) return path;
  if (path !== "~" && path[1] !== "/")
    throw new ExpansionProblem(
      `begins with ${textOf(path.replace(/\/.*/s, ""))}: other people's home directories are not looked up; write the path`,
    );
  return `${home.replace(/\/$/, "")}/${path.slice(1).replace(/^\/+/, "")}`;
}
