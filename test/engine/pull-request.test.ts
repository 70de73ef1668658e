import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Gateway } from "../fixtures/gateway";
import { Checkout } from "./fixtures/checkout";
import { type Expressions, runJob as runGithubJob, workflowOf } from "./fixtures/github-job";
import { jobsOfPipeline, runJob as runGitlabJob } from "./fixtures/gitlab-job";

/** The very commands that the pipelines of examples/pull-request run, in their order, with what their runners have. */
describe("Pull requests, by the pipelines of examples/pull-request:", function () {
  let gateway: Gateway;
  let checkout: Checkout;
  let key: string;

  before(async () => {
    gateway = await Gateway.up();
    await gateway.reset();
    const { address, port, user, hostKey, identityFile } = gateway.lab;
    key = readFileSync(identityFile, "utf8");
    checkout = await Checkout.create({ address, port, user, hostKey });
  });

  after(() => checkout?.remove());

  /** What GitHub fills in, for the pull request `number`. */
  const github = (number: number, changes: Expressions = {}): Expressions => ({
    "vars.PULUMI_BACKEND_URL": checkout.backend["PULUMI_BACKEND_URL"] ?? "",
    "secrets.PULUMI_ACCESS_TOKEN": "",
    "secrets.PULUMI_CONFIG_PASSPHRASE": checkout.backend["PULUMI_CONFIG_PASSPHRASE"] ?? "",
    "secrets.MULTIPATH_SSH_PRIVATE_KEY": key,
    "github.token": "token",
    "github.repository": "network/gateway",
    "github.event.pull_request.number": String(number),
    ...changes,
  });

  const githubJob = (workflow: string, job: string, expressions: Expressions = github(0)) =>
    runGithubJob(checkout, workflowOf(checkout, workflow), job, expressions);

  const gitlabJob = (job: string, variables: Record<string, string> = {}) =>
    runGitlabJob(checkout, job, { ...checkout.backend, MULTIPATH_SSH_PRIVATE_KEY: key, ...variables });

  const weigh = (adsl: number) => checkout.configure(["gateway:lines", 0, "weight"], adsl);

  const defaultRoute = async (): Promise<string> =>
    (await gateway.sh("ip route show default proto 205")).replace(/\s+/g, " ").trim();

  function assertNoSecret(...texts: (string | undefined)[]): void {
    for (const secret of [...key.trim().split("\n").slice(1, -1), checkout.backend["PULUMI_CONFIG_PASSPHRASE"] ?? ""])
      for (const text of texts) assert.ok(!text?.includes(secret), `a secret is in:\n${text}`);
  }

  const replaced =
    "ip -4 route replace default proto 205 src 203.0.113.5 " +
    "nexthop via 198.51.100.1 dev adsl weight 5 nexthop via 198.51.100.2 dev bdsl weight 10";

  it("a merge to main is applied", async () => {
    const { code, output } = await githubJob("apply.yml", "up");
    assert.equal(code, 0, output);
    assert.match(await defaultRoute(), /dev adsl weight 9 nexthop .* dev bdsl weight 10$/);
    assertNoSecret(output);
  });

  it("a preview with reach comments the `ip` line and the property, and changes nothing", async () => {
    const before = await gateway.everything();
    weigh(5);
    const { code, output } = await githubJob("preview.yml", "preview", github(1));
    assert.equal(code, 0, output);
    const comment = checkout.comment(1) ?? assert.fail(`no comment: ${output}`);
    assert.ok(comment.includes(`    ${replaced}\n`), comment);
    assert.match(comment, /^ {4,}~ weight : 9 => 5$/m);
    assertNoSecret(output, comment);
    assert.equal(await gateway.everything(), before);
  });

  it("a preview without a key compares with the recorded state, says so, and succeeds", async () => {
    const { code, output } = await githubJob("preview.yml", "preview", github(2, { "secrets.MULTIPATH_SSH_PRIVATE_KEY": "" }));
    assert.equal(code, 0, output);
    const comment = checkout.comment(2) ?? assert.fail(`no comment: ${output}`);
    assert.match(comment, /no key to log in with.* Compared with the recorded state instead\./);
    assert.match(comment, /^ {4,}~ weight : 9 => 5$/m);
    assert.ok(!comment.includes(replaced), comment);
  });

  it("a preview without a way to the gateway does as well", async () => {
    await gateway.sh("systemctl stop ssh");
    const { code, output } = await githubJob("preview.yml", "preview", github(3));
    await gateway.sh("systemctl start ssh");
    assert.equal(code, 0, output);
    const comment = checkout.comment(3) ?? assert.fail(`no comment: ${output}`);
    assert.match(comment, /Compared with the recorded state instead\./);
    assertNoSecret(output, comment);
  });

  it("a preview that fails is commented with the reason, and fails", async () => {
    weigh(257);
    const { code, output } = await githubJob("preview.yml", "preview", github(4));
    weigh(9);
    assert.notEqual(code, 0);
    assert.match(checkout.comment(4) ?? "", /failed\n[^]*nextHops\[0\]\.weight[^]*257/, output);
  });

  it("a preview fails when the gateway shows another host key than the one pinned: that is no lack of reach", async () => {
    const before = checkout.read("Pulumi.prod.yaml");
    const another = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    checkout.configure(["gateway:host", "hostKey"], another);
    const { code, output } = await githubJob("preview.yml", "preview", github(6));
    checkout.write("Pulumi.prod.yaml", before);
    assert.notEqual(code, 0);
    assert.match(checkout.comment(6) ?? "", /the host key is not the one declared/, output);
    assertNoSecret(output, checkout.comment(6));
  });

  it("a preview that is too long for a comment is cut, and says so", async () => {
    const before = checkout.read("Pulumi.prod.yaml");
    const lines = Array.from({ length: 60 }, (_, index) => ({ device: `line${index}`, router: `10.0.${index}.1`, weight: 1 }));
    checkout.configure(["gateway:lines"], lines);
    const { code, output } = await githubJob("preview.yml", "preview", github(5, { "secrets.MULTIPATH_SSH_PRIVATE_KEY": "" }));
    checkout.write("Pulumi.prod.yaml", before);
    assert.equal(code, 0, output);
    const comment = checkout.comment(5) ?? "";
    assert.ok(output.length > 65_536 && comment.length < 65_536, `${output.length}, ${comment.length}`);
    assert.match(comment, /\.\.\. and more: see the log of this job\.\n\n<\/details>/);
  });

  it("of a fork's pull request only the types are checked, with no secret within reach", async () => {
    const workflow = workflowOf(checkout, "preview.yml");
    const { check, ...others } = workflow.jobs;
    assert.deepEqual(
      Object.values(others).map((job) => job.if),
      ["${{ github.event.pull_request.head.repo.full_name == github.repository }}"],
    );
    assert.doesNotMatch(JSON.stringify([workflow.env, check]), /secrets|token/);
    const good = await githubJob("preview.yml", "check", {});
    assert.equal(good.code, 0, good.output);
    const program = checkout.read("index.ts");
    checkout.write("index.ts", program.replace("destination:", "destinaton:"));
    const bad = await githubJob("preview.yml", "check", {});
    checkout.write("index.ts", program);
    assert.notEqual(bad.code, 0);
    assert.match(bad.output, /destinaton/);
  });

  describe("on GitLab", () => {
    let api: Server;
    let notes: { url: string; headers: IncomingHttpHeaders; body: URLSearchParams }[] = [];

    before(async () => {
      api = createServer((request, response) => {
        void text(request).then((body) => {
          notes.push({ url: `${request.method} ${request.url}`, headers: request.headers, body: new URLSearchParams(body) });
          response.writeHead(request.headers["private-token"] === "comment-token" ? 201 : 401).end("{}");
        });
      }).listen(0, "127.0.0.1");
      await once(api, "listening");
    });
    beforeEach(() => (notes = []));
    after(() => api.close());

    const mergeRequest = (): Record<string, string> => ({
      CI_API_V4_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}/api/v4`,
      CI_PROJECT_ID: "7",
      CI_MERGE_REQUEST_IID: "12",
      GITLAB_COMMENT_TOKEN: "comment-token",
    });

    it("a merge request is previewed, a fork's only checked; main is applied; a schedule looks for drift", () => {
      const ofProject = (id: string) => ({
        CI_PIPELINE_SOURCE: "merge_request_event",
        CI_MERGE_REQUEST_PROJECT_ID: "7",
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: id,
      });
      assert.deepEqual(jobsOfPipeline(checkout, ofProject("7")), ["check", "preview"]);
      assert.deepEqual(jobsOfPipeline(checkout, ofProject("8")), ["check"]);
      assert.deepEqual(jobsOfPipeline(checkout, { CI_PIPELINE_SOURCE: "push" }), ["up"]);
      assert.deepEqual(jobsOfPipeline(checkout, { CI_PIPELINE_SOURCE: "schedule" }), ["drift"]);
    });

    it("a preview puts the same comment under the merge request, its token in no argument", async () => {
      weigh(5);
      const { code, output } = await gitlabJob("preview", mergeRequest());
      weigh(9);
      assert.equal(code, 0, output);
      assert.deepEqual(
        notes.map(({ url }) => url),
        ["POST /api/v4/projects/7/merge_requests/12/notes"],
      );
      const comment = notes[0]?.body.get("body") ?? "";
      assert.ok(comment.includes(`    ${replaced}\n`), comment);
      assertNoSecret(output, comment);
    });

    it("a comment that GitLab refuses is told in the job's log", async () => {
      const { output } = await checkout.sh("ci/comment-gitlab.sh", { ...mergeRequest(), GITLAB_COMMENT_TOKEN: "another" });
      assert.match(output, /401/);
      assert.doesNotMatch(output, /another/);
    });
  });

  it("the drift check succeeds while the gateway is as it was applied", async () => {
    const { code, output } = await githubJob("drift.yml", "drift");
    assert.equal(code, 0, output);
  });

  it("the drift check ends with 7 when a route was removed by hand, and reports which", async () => {
    await gateway.sh("ip route del default proto 205");
    const { code, output, summary } = await githubJob("drift.yml", "drift");
    assert.equal(code, 7, output);
    assert.match(summary, /has drifted[^]*- pulumi-nodejs:dynamic\/multipath:Route: \(delete\)[^]*::default\]/);
    assertNoSecret(output, summary);
    const onGitlab = await gitlabJob("drift");
    assert.equal(onGitlab.code, 7, onGitlab.output);
    assert.match(checkout.read("report.md"), /has drifted/);
  });

  it("the next merge puts the route back", async () => {
    const { code, output } = await gitlabJob("up");
    assert.equal(code, 0, output);
    assert.match(await defaultRoute(), /dev adsl weight 9 nexthop .* dev bdsl weight 10$/);
  });

  it("a drift check that can't reach the gateway is neither: it fails otherwise than by 7", async () => {
    const { code, summary } = await githubJob("drift.yml", "drift", github(0, { "secrets.MULTIPATH_SSH_PRIVATE_KEY": "" }));
    assert.ok(code !== 0 && code !== 7, String(code));
    assert.match(summary, /could not be found out[^]*no key to log in with/);
  });
});
