import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Harm } from "../fault";
import { type Step, midBatch, pauseAt, releasing, steps } from "../pause";
import { type Trial, programs } from "../trial";

const goesOn: Harm = { next: programs.after };

const quick = new Set(["link cut at line 5 of the batch", "the worker killed when line 5 of the batch"]);

/** Rows 10 to 16, 19, 23 to 25, 28 and 29: something breaks at a step of the protocol. */
export const interruptions: readonly Fault[] = [
  ...[1, 2, 5, 8, 11, 13].map((line) =>
    at(10, `link cut at line ${line} of the batch`, midBatch(line), async (trial, release) => {
      await cut(trial);
      await release();
      await trial.decided();
      await mend(trial);
      return goesOn;
    }),
  ),
  ...Object.values(steps).map((step) =>
    at(11, `the provider killed when ${step.title}`, step, async (_trial, release, pids) => {
      kill(providersOf(pids()), "SIGKILL");
      await release();
      return goesOn;
    }),
  ),
  at(12, "Ctrl-C during apply", midBatch(5), async (_trial, release, pids) => {
    kill(pids().slice(0, 1), "SIGINT");
    await release();
    return goesOn;
  }),
  at(12, "Ctrl-C twice during apply", midBatch(5), async (_trial, release, pids) => {
    kill(pids().slice(0, 1), "SIGINT");
    await sleep(500);
    kill(pids().slice(0, 1), "SIGINT");
    await release();
    return goesOn;
  }),
  ...[steps.staged, steps.armed, midBatch(5), steps.applied].map((step) =>
    at(13, `the worker killed when ${step.title}`, step, async (trial, release) => {
      await trial.sh("kill -KILL -$(cat /run/pulumi-multipath/tx-*/worker)");
      await release();
      return goesOn;
    }),
  ),
  at(14, "sshd dies after apply", steps.applied, async (trial, release) => {
    await trial.sh("systemctl stop ssh");
    await release();
    await trial.decided();
    await trial.sh("systemctl start ssh");
    return { next: programs.after };
  }),
  ...[midBatch(5), ...Object.values(steps)].map((step): Fault => ({
    ...at(15, `reboot when ${step.title}`, step, async (trial) => {
      await trial.lab.reboot({ abruptly: true });
      return goesOn;
    }),
    reboots: true,
  })),
  ...[-50, 0, 50].map((milliseconds) =>
    at(
      16,
      `the confirm arrives at T ${milliseconds < 0 ? "-" : "+"} ${Math.abs(milliseconds)} ms`,
      steps.confirming,
      async (trial, release) => {
        // Uptime has a resolution of 10 ms, and reading it takes no process.
        await trial.sh(
          `timer=$(systemctl list-units --no-legend --plain 'pulumi-multipath-undo-*.timer' | cut -d' ' -f1)
           until=$(systemctl show -p NextElapseUSecMonotonic --value $timer | awk '
             { for (i = 1; i <= NF; i++) s += $i * ($i ~ /h$/ ? 3600 : $i ~ /min$/ ? 60 : $i ~ /ms$/ ? 1e-3 : $i ~ /us$/ ? 1e-6 : 1) }
             END { printf "%d", 100 * s + ${milliseconds / 10} }')
           while read -r now _ </proc/uptime && now=\${now%.*}\${now#*.} && [ $now -lt $until ]; do :; done
           ${releasing}`,
        );
        await release();
        return goesOn;
      },
    ),
  ),
  at(19, "killed between confirm and Pulumi's state write", steps.persisted, async (trial, release, pids) => {
    kill(pids(), "SIGKILL");
    await release();
    await trial.unlock();
    return goesOn;
  }),
  at(23, "half-open TCP during the confirm", steps.confirming, async (trial, release) => {
    await cut(trial);
    await release();
    await trial.decided();
    await mend(trial);
    return goesOn;
  }),
  {
    row: 24,
    title: "wrong host key at first contact",
    async harm(trial) {
      const wrong = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGTvJfSyhVhxTkmBCqBHsTCOnJVxHYVPPVWEwYxWuDyD";
      trial.setHost({ hostKey: wrong });
      const { code, output } = await trial.up(programs.after);
      trial.setHost({});
      assert.notEqual(code, 0, output);
      assert.match(output, /host key/);
      return { next: programs.after };
    },
  },
  at(24, "another host key in the middle of a run", steps.applied, async (trial, release) => {
    const files = "/etc/ssh/ssh_host_ed25519_key";
    await trial.sh(
      `mkdir /root/keys && mv ${files} ${files}.pub /root/keys && ssh-keygen -q -t ed25519 -N '' -f ${files} && systemctl restart ssh`,
    );
    await release();
    await trial.decided();
    await trial.sh(`mv /root/keys/* /etc/ssh/ && systemctl restart ssh`);
    return { next: programs.after };
  }),
  at(25, "MaxStartups exhausted during the confirm", steps.applied, async (trial, release) => {
    await trial.sh(
      "printf 'MaxStartups 1\\n' >/etc/ssh/sshd_config.d/00-fault.conf && systemctl restart ssh && " +
        "(setsid bash -c 'exec 3<>/dev/tcp/127.0.0.1/22; sleep 600' </dev/null >/dev/null 2>&1 &)",
    );
    await release();
    await trial.decided();
    await trial.sh("rm /etc/ssh/sshd_config.d/00-fault.conf && systemctl restart ssh");
    return goesOn;
  }),
  ...[3600, -3600].map((seconds) =>
    at(28, `the clock jumps by ${seconds > 0 ? "+" : "-"}1 h while armed`, steps.applied, async (trial, release) => {
      await cut(trial);
      await trial.sh(`date -s @$(($(date +%s) + ${seconds}))`);
      await release();
      await trial.decided();
      const left = await trial.sh("ls -d /run/pulumi-multipath/tx-*/armed 2>/dev/null || true");
      await mend(trial);
      assert.equal(left, "", "the timer has not fired in time");
      return goesOn;
    }),
  ),
  {
    row: 29,
    title: "a line flaps during apply",
    async harm(trial) {
      const { code, output } = await whileFlapping(
        () => trial.up(programs.after),
        async () => {
          await trial.lab.failLine("adsl", "ethernet");
          await trial.lab.restoreLine("adsl");
        },
      );
      assert.equal(code, 0, output);
      return goesOn;
    },
  },
  {
    row: 29,
    title: "a bond's members flap while it is made",
    after: programs.afterWithBond,
    async harm(trial) {
      const cables = (set: string) =>
        trial.lab
          .exec("switch", `for port in ${set}; do ip link set \${port%:*} \${port#*:}; done`)
          .then(({ stderr }) => assert.equal(stderr, ""));
      const { code, output } = await whileFlapping(
        () => trial.up(programs.afterWithBond),
        async () => {
          for (const set of ["port1:up port0:down", "port1:down", "port0:up", "port0:down port1:up"]) await cables(set);
        },
      );
      await cables("port0:up port1:up");
      assert.equal(code, 0, output);
      return { next: programs.afterWithBond };
    },
  },
];

async function whileFlapping<Result>(work: () => Promise<Result>, flap: () => Promise<unknown>): Promise<Result> {
  let over = false;
  const flapping = (async () => {
    while (!over) await flap();
  })();
  try {
    return await work();
  } finally {
    over = true;
    await flapping;
  }
}

/** Breaks something while `pulumi up` has the gateway at one step; what the command says then does not matter. */
function at(
  row: number,
  title: string,
  step: Step,
  harm: (trial: Trial, release: () => Promise<void>, pids: () => readonly number[]) => Promise<Harm>,
): Fault {
  return {
    row,
    title,
    ...(quick.has(title) && { quick: true }),
    async harm(trial) {
      const pause = await pauseAt(trial, step);
      const { ended, pid } = trial.beginUp(programs.after);
      await Promise.race([pause.reached(), ended.then(({ output }) => Promise.reject(new Error(`it ended before: ${output}`)))]);
      const result = await harm(
        trial,
        () => pause.release(),
        () => descendantsOf(pid),
      );
      await ended;
      return result;
    },
  };
}

/** The path is dead, silently, and the kernel's routing is as it was. */
const cut = (trial: Trial) =>
  trial.sh(
    "nft 'table inet fault { chain i { type filter hook input priority 0; iifname eth0 drop; }; chain o { type filter hook output priority 0; oifname eth0 drop; }; }'",
  );

const mend = (trial: Trial) => trial.sh("nft delete table inet fault");

/** The process and all below it, itself first. */
function descendantsOf(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
  return [pid, ...children.flatMap(descendantsOf)];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) . /s, "")
        .split(" ")[0],
    );
  } catch {
    return undefined; // it has ended meanwhile
  }
}

const providersOf = (pids: readonly number[]) =>
  pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("dynamic-provider"));

function kill(pids: readonly number[], signal: NodeJS.Signals): void {
  assert.ok(pids.length > 0, "nothing to kill");
  for (const pid of pids) process.kill(pid, signal);
}
