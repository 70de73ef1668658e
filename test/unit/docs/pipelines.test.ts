import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { root } from "../../fixtures/documentation";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly environment?: string;
  readonly env?: unknown;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What is promised of the workflows in examples/pull-request/README.md, beyond what actionlint sees. */
describe("The workflows of examples/pull-request", () => {
  const example = join(root, "examples/pull-request");
  const folder = join(example, ".github/workflows");
  const workflows = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]));
  const parsed = [...workflows].map(([file, text]) => ({ file, ...(parse(text) as Workflow) }));
  const jobs = parsed.flatMap(({ file, jobs }) =>
    Object.entries(jobs).map(([name, job]) => ({ where: `${file}: ${name}`, ...job })),
  );

  const those = <T extends { where: string }>(all: readonly T[], wrong: (one: T) => boolean) =>
    all.filter(wrong).map(({ where }) => where);

  it("pin every action to a commit, the same one everywhere, with its version beside it", () => {
    const uses = [...workflows.values()].flatMap((text) => [...text.matchAll(/uses: (\S+)(.*)/g)]);
    const pins = new Map<string, string>();
    for (const [line, action = "", rest = ""] of uses) {
      const [name = "", commit = ""] = action.split("@");
      assert.match(commit, /^[0-9a-f]{40}$/, line);
      assert.match(rest, /^ # v\d+\.\d+\.\d+/, line);
      assert.equal(pins.get(name) ?? commit, commit, line);
      pins.set(name, commit);
    }
    assert.deepEqual([...pins.keys()].sort(), ["actions/checkout", "actions/setup-node", "pulumi/actions"]);
  });

  it("give no token more than reading the code, and the preview's to comment", () => {
    assert.deepEqual(
      parsed.map(({ permissions }) => permissions),
      parsed.map(() => ({})),
    );
    const more = those(jobs, ({ permissions }) => !isDeepStrictEqual(permissions, { contents: "read" }));
    assert.deepEqual(more, ["preview.yml: preview"]);
    assert.deepEqual(jobs.find(({ where }) => where === more[0])?.permissions, { contents: "read", "pull-requests": "write" });
    const steps = jobs.flatMap(({ where, steps }) => steps.map((step) => ({ where, ...step })));
    const leaveToken = ({ uses, with: given }: Step) =>
      (uses?.startsWith("actions/checkout@") ?? false) && given?.["persist-credentials"] !== false;
    assert.deepEqual(those(steps, leaveToken), []);
  });

  it("bind the jobs with secrets to an environment, and name secrets only in the steps that need them", () => {
    const secretive = (part: unknown) => JSON.stringify(part ?? "").includes("secrets.");
    const withSecrets = those(jobs, (job) => secretive(job));
    assert.deepEqual(
      withSecrets,
      those(jobs, ({ environment }) => environment !== undefined),
    );
    assert.deepEqual(
      those(jobs, ({ env, steps }) => secretive(env) || steps.some((step) => secretive({ ...step, env: undefined }))),
      [],
    );
  });

  it("end in bounded time, and never two of a kind at once; only a preview may be cut short", () => {
    assert.deepEqual(
      those(jobs, (job) => !((job["timeout-minutes"] ?? Infinity) <= 30)),
      [],
    );
    const cut = Object.fromEntries(parsed.map(({ file, concurrency }) => [file, concurrency?.["cancel-in-progress"]]));
    assert.deepEqual(cut, { "apply.yml": false, "drift.yml": false, "preview.yml": true });
    assert.equal(new Set(parsed.map(({ concurrency }) => concurrency?.group)).size, parsed.length);
  });

  it("run on nothing that gives a fork's code this repository's secrets", () => {
    assert.deepEqual(Object.fromEntries(parsed.map(({ file, on }) => [file, Object.keys(on)])), {
      "apply.yml": ["push"],
      "drift.yml": ["schedule", "workflow_dispatch"],
      "preview.yml": ["pull_request"],
    });
  });

  it("run no more than one command in a step: what is longer is a script that the tests run", () => {
    const scripts = jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    assert.deepEqual(
      scripts.filter((script) => /\n|;|&&|\|/.test(script)),
      [],
    );
  });

  it("use the Pulumi CLI of the GitLab pipeline's image", () => {
    const { default: defaults } = parse(readFileSync(join(example, ".gitlab-ci.yml"), "utf8")) as {
      default: { image: { name: string } };
    };
    const steps = jobs.flatMap((job) => job.steps).filter(({ uses }) => uses?.startsWith("pulumi/actions@"));
    const versions = new Set(steps.map((step) => String(step.with?.["pulumi-version"])));
    assert.deepEqual([...versions], [defaults.image.name.split(":")[1]]);
  });
});
