import { isDeepStrictEqual } from "node:util";
import type { Change, HostState, ReachTarget } from "./commit/change";
import { InputError, MultipathError, NoKeyError, OwnershipError, UnreachableError, messageOf } from "./errors";
import { type Fields, type ResourceKind, isGroup } from "./group";
import { type Host, comparableHost, hostName } from "./host";
import { type Inputs, type Machine, type Outputs, comparable, fieldsOf } from "./inputs";
import { type Detail, shown } from "./kind";
import { ownerName, newClaim, takenOver } from "./ownership";
import {
  type Plan,
  type View,
  askedFor,
  createPlan,
  declaredIn,
  deletePlan,
  describe,
  detailsOf,
  remainingPlan,
  updatePlan,
  viewsOf,
} from "./plans";
import type { Snapshot } from "./snapshot";

/** Where a call tells its user something while it runs: the resource's own row. */
export interface Row {
  info(message: string): void;
  warn(message: string): void;
  /** Shown until the next one, or until the call ends. */
  progress(message: string): void;
}

export interface Difference {
  readonly changes: boolean;
  readonly replaces?: readonly string[];
}

/** Thrown when the object exists now but is not right: state must record it all the same. */
export class IncompleteError extends MultipathError {
  constructor(
    message: string,
    readonly outputs: Outputs,
  ) {
    super(message);
  }
}

/** observe -> plan -> commit -> verify, written once for all kinds. */
export class Lifecycle {
  private readonly checked = new Map<string, string>();
  private readonly unreachableSaid = new Set<string>();

  constructor(private readonly stateOf: (host: Host) => HostState) {}

  /** The look at the live host before a create: what it would run. Throws what the create would throw, as far as a preview can know. */
  async foresee(kind: ResourceKind, inputs: Inputs, row: Row): Promise<void> {
    const snapshot = await this.lookOrSay(inputs.host, detailsOf(kind, inputs), row);
    if (snapshot) say(row, createPlan(kind, inputs, snapshot), snapshot);
    this.stateOf(inputs.host).announce();
  }

  /** Two resources of one program that are the same object on one host would undo each other for ever. */
  assertDeclaredOnce(kind: ResourceKind, inputs: Inputs): void {
    for (const declared of declaredIn(kind, inputs)) {
      const key = JSON.stringify([comparableHost(inputs.host), declared.kind.name, declared.kind.identity(declared.fields)]);
      const name = [ownerName(inputs.owner), ...declared.path].join(" ");
      const first = this.checked.get(key) ?? name;
      this.checked.set(key, first);
      if (first === name) continue;
      throw new InputError(
        `${describe(declared, kind, inputs)} is declared twice in this program: by ${first} and by ${name}. Remove one of them.`,
      );
    }
  }

  async diff(kind: ResourceKind, olds: Outputs, news: Inputs, row: Row): Promise<Difference> {
    if (olds.host.machine !== news.host.machine) return { changes: true, replaces: ["host"] };
    const declaredChange = !isDeepStrictEqual(comparable(olds), comparable(news));
    const snapshot = await this.lookOrSay(news.host, detailsOf(kind, news, olds), row);
    if (!snapshot) return { changes: declaredChange };
    this.assertSameMachine(olds, news, snapshot);
    const planned = updatePlan(kind, olds, news, snapshot);
    for (const view of planned.lost) {
      row.warn(`${describe(view, kind, news)} is declared by another resource now; nothing is done for it here.`);
    }
    say(row, planned, snapshot);
    const changes = declaredChange || planned.steps.length > 0 || planned.files.length > 0;
    if (changes) this.stateOf(news.host).announce();
    return { changes };
  }

  async create(kind: ResourceKind, inputs: Inputs, row: Row): Promise<Outputs> {
    const claim = newClaim();
    const state = this.stateOf(inputs.host);
    const { snapshot, warnings } = await state.commit(
      change(kind, [inputs], row, (now) => createPlan(kind, inputs, now, claim), inputs.mustReach),
    );
    warnings.forEach((warning) => row.warn(warning));
    return verified(kind, { ...inputs, claim, machine: machineOf(snapshot, state) }, snapshot, []);
  }

  async update(kind: ResourceKind, olds: Outputs, news: Inputs, row: Row): Promise<Outputs> {
    const state = this.stateOf(news.host);
    let lost: readonly View[] = [];
    const { snapshot, warnings } = await state.commit(
      change(
        kind,
        [news, olds],
        row,
        (now) => {
          this.assertSameMachine(olds, news, now);
          const planned = updatePlan(kind, olds, news, now);
          lost = planned.lost;
          return planned;
        },
        news.mustReach,
      ),
    );
    warnings.forEach((warning) => row.warn(warning));
    const outputs = { ...news, claim: olds.claim, machine: machineOf(snapshot, state) };
    return verified(kind, outputs, snapshot, lost);
  }

  async delete(kind: ResourceKind, props: Outputs, row: Row): Promise<void> {
    let found: string[] = [];
    try {
      const { warnings } = await this.stateOf(props.host).commit(
        change(kind, [props], row, (now) => {
          this.assertSameMachine(props, props, now);
          const planned = deletePlan(kind, props, now);
          found = planned.parts.flatMap(({ view }) => adopted(view, props.claim));
          return planned;
        }),
      );
      warnings.forEach((warning) => row.warn(warning));
      for (const text of found) row.info(`gone; what was there before it was taken over is not put back: ${text}`);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      throw new UnreachableError(
        `${error.message} If the host is gone for good, forget the resource with \`pulumi state delete URN\`, or set retainOnDelete.`,
        { cause: error },
      );
    }
  }

  /** The live object in declared form; undefined only when it is proven absent. */
  async read(kind: ResourceKind, props: Outputs): Promise<{ inputs: Inputs; outputs: Outputs } | undefined> {
    const snapshot = await this.stateOf(props.host).look(detailsOf(kind, props));
    this.assertSameMachine(props, props, snapshot);
    const live = liveForm(kind, props, snapshot);
    if (live === undefined) return undefined;
    const { claim, machine, ...declared } = props;
    const own = fieldsOf(props);
    const common = Object.fromEntries(Object.entries(declared).filter(([field]) => !(field in own)));
    const inputs = { ...common, ...live } as Inputs;
    return { inputs, outputs: { ...inputs, claim, machine } };
  }

  /** Undefined: out of reach, as from a pipeline that previews pull requests without a way or a key to the host. */
  private async lookOrSay(host: Host, details: readonly Detail[], row: Row): Promise<Snapshot | undefined> {
    try {
      return await this.stateOf(host).look(details);
    } catch (error) {
      const outOfReach = error instanceof UnreachableError || error instanceof NoKeyError;
      if (!outOfReach || host.requireLive) throw error;
      const name = hostName(host);
      if (!this.unreachableSaid.has(name)) row.warn(`${error.message} Compared with the recorded state instead.`);
      this.unreachableSaid.add(name);
      return undefined;
    }
  }

  private assertSameMachine(olds: Outputs, news: Inputs, snapshot: Snapshot): void {
    const now = machineOf(snapshot, this.stateOf(news.host));
    if (olds.machine.id === now.id && olds.machine.hostKey === now.hostKey) return;
    throw new OwnershipError(
      `${hostName(news.host)} is another machine now: it was machine-id ${olds.machine.id} with host key ${olds.machine.hostKey}, ` +
        `it is ${now.id} with ${now.hostKey}. If that is meant, give host.machine a new label: the resource is then replaced.`,
    );
  }
}

const machineOf = (snapshot: Snapshot, state: HostState): Machine => ({ id: snapshot.host.machineId, hostKey: state.hostKey });

function say(row: Row, { parts, steps }: Plan, snapshot: Snapshot): void {
  for (const step of steps) row.info(shown(step));
  const remarks = parts.flatMap(({ view }) => view.kind.remarks?.(view.fields, snapshot) ?? []);
  for (const remark of new Set(remarks)) row.info(remark);
}

/** What was there before an object was taken over with `adopt`. */
const adopted = ({ kind, file }: View, claim: string): string[] =>
  file?.found === undefined || kind.restores || takenOver(file, claim) ? [] : [file.found];

/** What is there of a resource, in declared form; undefined = nothing at all of what it declares. */
function liveForm(kind: ResourceKind, props: Outputs, snapshot: Snapshot): Fields | undefined {
  const found = viewsOf(kind, props, snapshot).map(({ observed, ...view }) => ({
    ...view,
    form: observed === undefined ? undefined : (view.kind.schema.parse(view.kind.inputsOf(observed)) as Fields),
  }));
  return isGroup(kind) ? kind.declaredForm(found, fieldsOf(props)) : found[0]?.form;
}

function change(
  kind: ResourceKind,
  [inputs, ...others]: readonly [Inputs, ...Inputs[]],
  row: Row,
  plan: (snapshot: Snapshot) => Plan,
  mustReach: readonly ReachTarget[] = [],
): Change {
  let latest: Plan | undefined;
  return {
    name: `${kind.name} ${inputs.owner.name}`,
    details: detailsOf(kind, inputs, ...others),
    plan(snapshot) {
      latest = plan(snapshot);
      return { ...latest, mustReach };
    },
    progress: (message) => row.progress(message),
    hint(words, step) {
      const view = latest && askedFor(latest, step);
      const hint = view?.kind.hint?.(words, view.fields);
      const place = view && view.path.length > 0 ? `It is a line of ${view.path.join(".")}.` : undefined;
      return [place, hint].filter(Boolean).join(" ") || undefined;
    },
  };
}

/** What the host shows after the commit must be what was declared: a field that the kernel took and ignored is found here. */
function verified(kind: ResourceKind, outputs: Outputs, snapshot: Snapshot, lost: readonly View[]): Outputs {
  let left: Pick<Plan, "parts" | "steps">;
  try {
    left = remainingPlan(kind, outputs, snapshot, lost);
  } catch (error) {
    throw new IncompleteError(messageOf(error), outputs);
  }
  const [first] = left.parts.filter(({ steps }) => steps.length > 0);
  if (!first) return outputs;
  throw new IncompleteError(
    `${describe(first.view, kind, outputs)}: the host took the change without an error, and shows something else. ` +
      `Still to do: ${left.steps.map(shown).join("; ")}. Was it changed by somebody else at the same moment? \`pulumi up\` tries again.`,
    outputs,
  );
}
