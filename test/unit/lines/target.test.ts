import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** What becomes of a probe: its answer takes so many milliseconds, there is none, or somebody says why it can't be delivered. */
type Fate = number | "lost" | `error ${string}`;

interface Settings {
  readonly period?: number;
  readonly timeout?: number;
  readonly most?: number;
  /** What becomes of the probes of bursts; if not given, the same as of the steady probe before. */
  readonly burst?: Fate;
}

const times = (count: number, fate: Fate): Fate[] => Array.from({ length: count }, () => fate);

/** What is told of a target whose steady probes fare like this one after the other: `at TIME WORDS`, without `counts`. */
function toldOf(fates: readonly Fate[], { period = 200, timeout = 0, most = 20, burst }: Settings = {}): string[] {
  const program = join(__dirname, "../../../on-host/line-target.pl");
  const settings = [program, period, timeout, most, burst ?? "-"].map(String);
  const { stdout, stderr } = spawnSync("perl", ["-w", "-e", simulation, ...settings], {
    input: `${fates.join("\n")}\n`,
    encoding: "utf8",
  });
  assert.equal(stderr, "");
  return stdout.split("\n").filter(Boolean);
}

const counts = (fates: readonly Fate[]) => toldOf(fates).filter((line) => line.startsWith("counts"));
const told = (...args: Parameters<typeof toldOf>) => toldOf(...args).filter((line) => !line.startsWith("counts"));
/** Without the times. */
const words = (...args: Parameters<typeof toldOf>) => told(...args).map((line) => line.replace(/ at .*/, ""));
const alarms = (...args: Parameters<typeof toldOf>) => words(...args).filter((line) => /^(silent|lossy)/.test(line));
const timeOf = (line = "") => Number(line.replace(/.* at /, ""));

/** A clock that jumps from one event to the next, and a path that does with probes what its input says. */
const simulation = String.raw`
  my ($program, $period, $timeout, $most, $burst) = @ARGV;
  require $program;
  chomp(my @fates = <STDIN>);
  my ($now, @arrivals) = (0);
  my $target = Target->new(i => 1, t => 2, period => $period / 1000, burst_period => 0.05, timeout => $timeout / 1000, down => 3, up => 8, most => $most,
    rtt => 0, sent => 0, lost => 0, tell => sub { printf "%s %s at %.3f\n", $_[0], $_[1], $now });
  sub travel {
    my ($fate, $of_burst, $number) = @_;
    if ($fate =~ /^error (.*)/) { push @arrivals, [$now + 0.001, $of_burst ? 'burst_refused' : 'refused', $number, $1] }
    elsif ($fate ne 'lost') { push @arrivals, [$now + $fate / 1000, $of_burst ? 'burst_answered' : 'answered', $number] }
  }
  for (my $next = 0; $next < @fates || @arrivals || defined $target->next_time;) {
    @arrivals = sort { $a->[0] <=> $b->[0] } @arrivals;
    my ($then) = sort { $a <=> $b } grep { defined } $next < @fates ? $next * $period / 1000 : undef, @arrivals ? $arrivals[0][0] : undef, $target->next_time;
    $now = $then if $then > $now;
    while (@arrivals && $arrivals[0][0] <= $now) {
      my (undef, $what, $number, $words) = @{ shift @arrivals };
      $target->$what($number, defined $words ? $words : $now);
    }
    $target->begin_burst($now) if $target->missed($now);
    if ($next < @fates && $next * $period / 1000 <= $now) { travel($fates[$next++], 0, $target->ask($now)) }
    my $running = $target->{burst};
    if ($running && $running->{left} > 0 && $running->{next} <= $now) {
      travel($burst eq '-' ? $fates[$next - 1] : $burst, 1, $target->ask_again($now));
    }
    $target->end_burst($now);
  }
`;

describe("What is known of a target", () => {
  it("is silent when a burst is not answered either, and that takes a third of a second", () => {
    const line = told([...times(20, 1), ...times(5, "lost")]);
    assert.equal(line.length, 4);
    assert.match(line[3] ?? "", /^silent 1 2 at /);
    // It died with the probe at 4 s: 51 ms until that is missed, two more 50 ms apart, and 51 ms for the last one.
    assert.ok(Math.abs(timeOf(line[3]) - (4 + 0.051 + 0.1 + 0.051)) < 0.005, line[3]);
  });

  it("waits as long as is declared, and half a second where no answer has ever come", () => {
    assert.ok(
      Math.abs(timeOf(told([...times(20, 1), "lost"], { timeout: 120, burst: "lost" })[3]) - (4 + 0.12 + 0.1 + 0.12)) < 0.005,
    );
    assert.ok(Math.abs(timeOf(told(["lost"])[0]) - (0.5 + 0.1 + 0.5)) < 0.005);
  });

  it("is alive when anything answers the burst", () => {
    assert.deepEqual(alarms([...times(20, 1), "lost", ...times(20, 1)], { burst: 2 }), []);
  });

  it("is silent once, however long that lasts", () => {
    assert.deepEqual(alarms(times(1000, "lost")), ["silent 1 2"]);
  });

  it("is alive though slow: its answers come after the next probe is sent", () => {
    assert.deepEqual(alarms(times(80, 450)), []);
    const late = told([...times(20, 450), "lost", "lost", "lost"], { burst: "lost" });
    assert.ok(timeOf(late.at(-1)) > 5, late.join());
  });

  it("has said why, when somebody on the way has", () => {
    const error = "error 198.51.100.1 Destination Host Unreachable";
    assert.deepEqual(alarms([...times(9, 1), ...times(4, error)]), ["silent 1 2 198.51.100.1 Destination Host Unreachable"]);
    // Not all of a router's errors come: it limits them.
    assert.deepEqual(alarms([...times(9, 1), error, "lost", "lost"], { burst: "lost" }), [
      "silent 1 2 198.51.100.1 Destination Host Unreachable",
    ]);
    assert.deepEqual(alarms([...times(9, 1), error, ...times(9, 1)], { burst: 1 }), []);
  });

  it("forgets an error after which it has answered", () => {
    const error = "error 198.51.100.1 Destination Host Unreachable";
    // The burst's second probe is answered already.
    assert.deepEqual(alarms([...times(9, 1), error, ...times(9, 1), ...times(20, "lost")], { period: 40 }), ["silent 1 2"]);
  });

  it("tells so many answers in a row, which only several misses in a row interrupt", () => {
    assert.deepEqual(words(times(16, 1)), ["answers 1 2 2", "answers 1 2 8", "answers 1 2 16"]);
    const withMisses = (misses: number) => [...times(5, 1), ...times(misses, "lost" as const), ...times(3, 1)];
    assert.ok(words(withMisses(2), { burst: 1 }).includes("answers 1 2 8"));
    assert.ok(!words(withMisses(3), { burst: 1 }).includes("answers 1 2 8"));
  });

  it("tells that too much is lost, and that it is less than half of that again", () => {
    const every = (n: number, count: number) => Array.from({ length: count }, (_, seq): Fate => (seq % n === 0 ? "lost" : 1));
    assert.deepEqual(alarms([...times(100, 1), ...every(3, 300)], { burst: 1 }), ["lossy 1 2 20"]);
    assert.ok(words([...every(3, 300), ...times(150, 1)], { burst: 1 }).includes("clear 1 2"));
    assert.deepEqual(alarms(every(10, 2000), { burst: 1 }), []);
  });

  it("takes an outage for no loss, so that the line is back at once", () => {
    const lossy = (fates: readonly Fate[]) => alarms(fates).filter((line) => line.startsWith("lossy"));
    assert.deepEqual(lossy([...times(100, 1), ...times(200, "lost"), ...times(100, 1)]), []);
    assert.deepEqual(lossy(Array.from({ length: 20 }, () => [...times(15, 1), ...times(5, "lost")]).flat()), []);
  });

  it("counts what is sent and lost, and a late answer as none lost", () => {
    assert.deepEqual(counts(times(25, 1)), ["counts 1 2 25 0 1000 51 25 0 1000 at 4.801"]);
    const swapped = counts([...times(10, 1), 250, ...times(14, 1)]);
    assert.match(swapped.join(), /^counts 1 2 25 0 /);
    assert.match(counts([...times(10, 1), "lost", "lost", ...times(13, 1)]).join(), /^counts 1 2 25 2 1000 51 25 2 1000 /);
    assert.match(counts(times(25, "lost")).join(), /^counts 1 2 25 25 - 500 25 25 - /);
  });

  it("has nothing wrong in half an hour of 5 % loss each way and 200 ms of jitter, and 30 % too much for good", () => {
    assert.deepEqual(alarms(halfAnHour(0.05)), []);
    const many = words(halfAnHour(0.3)).filter((line) => /^(lossy|clear)/.test(line));
    assert.match(many.join(), /^lossy 1 2 2\d$/);
  });
});

/** A path that loses so much in each direction, and delays each way by up to 200 ms more, at random but always the same. */
function halfAnHour(loss: number): Fate[] {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  return Array.from({ length: 9000 }, (): Fate => {
    const lost = random() < loss || random() < loss;
    return lost ? "lost" : Math.round(20 + 200 * random() + 200 * random());
  });
}
