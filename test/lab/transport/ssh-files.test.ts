import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { apart, configCampaign, judgeKept, knownHostsCampaign } from "../../fuzz/ssh-files/campaign";
import type { ConfigCase } from "../../fuzz/ssh-files/config-case";
import { judgeConfigs } from "../../fuzz/ssh-files/config-judge";
import type { KnownHostsCase } from "../../fuzz/ssh-files/known-hosts-case";

/** `npm run fuzz` does the same with as many files as one likes. */
describe("The files of an SSH client", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  it(`mean what OpenSSH takes them for, or are refused: ssh_config (seed ${seed})`, async () => {
    const { counts, wrong } = await configCampaign(150, seed);
    assert.deepEqual(wrong, []);
    assert.ok(counts.same > 45 && counts["both refuse"] > 15 && counts.stricter < 30, JSON.stringify(counts));
  });

  it(`mean what OpenSSH takes them for, or are refused: known_hosts (seed ${seed})`, async () => {
    const { counts, wrong } = await knownHostsCampaign(200, seed, 40);
    assert.deepEqual(wrong, []);
    assert.ok(counts.same > 60 && counts.stricter < 40, JSON.stringify(counts));
  });

  it("are read right where they were once read wrong", async () => {
    const configs = await apart((directory) => judgeConfigs(kept<ConfigCase>("config"), directory));
    const knownHosts = await judgeKept(kept<KnownHostsCase>("known_hosts"));
    assert.ok(configs.length > 0 && knownHosts.length > 0);
    assert.deepEqual(
      [...configs, ...knownHosts].filter(({ verdict }) => verdict === "wrong"),
      [],
    );
  });

  const kept = <Case>(kind: string): Case[] => {
    const folder = join(__dirname, "../../fixtures/ssh-files");
    const files = readdirSync(folder).filter((file) => file.startsWith(`${kind}-`));
    return files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Case);
  };
});
