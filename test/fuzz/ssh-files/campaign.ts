import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSshd } from "../../fixtures/sshd";
import { configCase, type ConfigCase } from "./config-case";
import { judgeConfigs, type Verdict } from "./config-judge";
import { asTemplate, filledIn, knownHostsCase, type Ingredients, type KnownHostsCase } from "./known-hosts-case";
import { ingredientsOf, judgeKnownHosts, type KnownHostsOutcome, type Programs } from "./known-hosts-judge";
import { Random } from "./random";
import { smallerConfigs, smallerKnownHosts } from "./smaller";

/** Cases of one kind, made from a seed and judged. */
export interface Campaign<Case> {
  readonly counts: Readonly<Record<Verdict, number>>;
  /** With every line left out that doesn't matter. */
  readonly wrong: readonly { readonly case: Case; readonly why: string }[];
  /** Why we refuse what ssh accepts, how often each. */
  readonly stricter: ReadonlyMap<string, number>;
}

interface Judged<Case> {
  readonly case: Case;
  readonly verdict: Verdict;
  readonly why: string;
}

const together = 100;

interface Kind<Case> {
  readonly make: () => Case;
  readonly judge: (cases: readonly Case[], directory: string) => Promise<readonly Judged<Case>[]>;
  /** Everything that is one step smaller. */
  readonly smaller: (one: Case) => Case[];
}

async function campaign<Case>(files: number, { make, judge, smaller }: Kind<Case>): Promise<Campaign<Case>> {
  const counts = { same: 0, "both refuse": 0, stricter: 0, wrong: 0 };
  const wrong: Judged<Case>[] = [];
  const stricter = new Map<string, number>();
  for (let done = 0; done < files; done += together) {
    const cases = Array.from({ length: Math.min(together, files - done) }, make);
    for (const outcome of await apart((directory) => judge(cases, directory))) {
      counts[outcome.verdict]++;
      if (outcome.verdict === "wrong") wrong.push(outcome);
      if (outcome.verdict === "stricter") stricter.set(kindOf(outcome.why), (stricter.get(kindOf(outcome.why)) ?? 0) + 1);
    }
  }
  const shrink = async (outcome: Judged<Case>): Promise<Judged<Case>> => {
    const outcomes = await apart((directory) => judge(smaller(outcome.case), directory));
    const next = outcomes.find(({ verdict }) => verdict === "wrong");
    return next ? await shrink(next) : outcome;
  };
  const smallest: Judged<Case>[] = [];
  for (const outcome of wrong) smallest.push(await shrink(outcome));
  return { counts, wrong: smallest, stricter };
}

/** A message without what is different each time. */
function kindOf(why: string): string {
  return why
    .replace(/\/\S*:\d+/g, "FILE:LINE")
    .replace(/SHA256:\S+/g, "KEY")
    .replace(/"[^"]*"/g, '"..."')
    .replace(/\d+(,\d+)*$/, "N");
}

/** In a directory that is gone afterwards. */
export async function apart<Result>(run: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), "ssh-files-"));
  try {
    return await run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export async function configCampaign(files: number, seed: number, programs?: Programs): Promise<Campaign<ConfigCase>> {
  const random = new Random(seed);
  return await campaign(files, {
    make: () => configCase(random),
    judge: (cases, directory) => judgeConfigs(cases, directory, programs?.ssh),
    smaller: smallerConfigs,
  });
}

/**
 * The cases hold `{port}` and `{ed25519}` where the port and the keys of a run stood, so that they can be judged again.
 * @param connections how many of the cases a real sshd decides as well; that takes ten times as long
 */
export async function knownHostsCampaign(
  files: number,
  seed: number,
  connections: number,
  programs?: Programs,
): Promise<Campaign<KnownHostsCase>> {
  const random = new Random(seed);
  let left = connections;
  return await withJudge(programs, async (judge, ingredients) => {
    const found = await campaign(files, {
      make: () => knownHostsCase(random, ingredients),
      judge(cases, directory) {
        left -= cases.length;
        return judge(cases, directory, left + cases.length > 0);
      },
      smaller: smallerKnownHosts,
    });
    return { ...found, wrong: found.wrong.map((outcome) => ({ ...outcome, case: asTemplate(outcome.case, ingredients) })) };
  });
}

/** Judges cases that a campaign found. */
export async function judgeKept(cases: readonly KnownHostsCase[]): Promise<KnownHostsOutcome[]> {
  return await withJudge(undefined, (judge, ingredients) => {
    const filled = cases.map((one) => filledIn(one, ingredients));
    return apart((directory) => judge(filled, directory, true));
  });
}

type Judge = (cases: readonly KnownHostsCase[], directory: string, connect: boolean) => Promise<KnownHostsOutcome[]>;

async function withJudge<Result>(
  programs: Programs | undefined,
  use: (judge: Judge, ingredients: Ingredients) => Promise<Result>,
): Promise<Result> {
  const sshd = await startSshd({ hostKeyTypes: ["ed25519", "ecdsa", "rsa"], config: ["MaxStartups 1000"] });
  try {
    const ingredients = ingredientsOf(sshd);
    return await use(
      (cases, directory, connect) => judgeKnownHosts(cases, directory, sshd, ingredients, { ...programs, connect }),
      ingredients,
    );
  } finally {
    await sshd.stop();
  }
}
