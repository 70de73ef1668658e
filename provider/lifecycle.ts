import { isDeepStrictEqual } from "node:util";
import type { Change, FileChange, HostState, Planned } from "./commit/change";
import { fileName, printObjectFile } from "./commit/object-file";
import { InputError, MultipathError, OwnershipError, UnreachableError, messageOf } from "./errors";
import { type Host, hostName, sharedPart } from "./host";
import { type AnyKind, type ReadKey, type Step, shown } from "./kind";
import { assertMayTake, newClaim, ownerName, takenOver } from "./ownership";
import { commonFields } from "./resource-schema";
import type { ObjectFile, Owner, Snapshot } from "./snapshot";

/** A resource's canonical inputs: the common fields, and the kind's own. */
export interface Inputs {
  readonly host: Host;
  readonly owner: Owner & { readonly parents?: string };
  readonly adopt?: boolean;
  readonly unmanaged?: readonly string[];
  readonly secrets?: readonly string[];
  readonly [field: string]: unknown;
}

/** What state keeps of a resource: its inputs as declared, and what ties it to one object on one machine. */
export interface Outputs extends Inputs {
  readonly claim: string;
  readonly machine: Machine;
}

/** Cloned images share the machine-id, so the host key is part of it. */
export interface Machine {
  readonly id: string;
  readonly hostKey: string;
}

/** Where a call tells its user something while it runs: the resource's own row. */
export interface Row {
  info(message: string): void;
  warn(message: string): void;
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
  async foresee(kind: AnyKind, inputs: Inputs, row: Row): Promise<void> {
    const snapshot = await this.lookOrSay(inputs.host, row);
    if (snapshot) say(row, createPlan(kind, inputs, snapshot).steps);
    this.stateOf(inputs.host).announce();
  }

  /** Two resources of one program that are the same object on one host would undo each other for ever. */
  assertDeclaredOnce(kind: AnyKind, inputs: Inputs): void {
    const key = JSON.stringify([sharedPart(inputs.host), kind.name, kind.identity(fieldsOf(inputs))]);
    const name = ownerName(inputs.owner);
    const first = this.checked.get(key) ?? name;
    this.checked.set(key, first);
    if (first !== name) {
      throw new InputError(
        `${describe(kind, inputs)} is declared twice in this program: by ${first} and by ${name}. Remove one of them.`,
      );
    }
  }

  async diff(kind: AnyKind, olds: Outputs, news: Inputs, row: Row): Promise<Difference> {
    if (olds.host.machine !== news.host.machine) return { changes: true, replaces: ["host"] };
    const declaredChange = !isDeepStrictEqual(comparable(olds), comparable(news));
    const snapshot = await this.lookOrSay(news.host, row);
    if (!snapshot) return { changes: declaredChange };
    this.assertSameMachine(olds, news, snapshot);
    const planned = updatePlan(kind, olds, news, snapshot);
    if (planned === "taken over") {
      row.warn(`${describe(kind, news)} is declared by another resource now; nothing is done for this one.`);
      return { changes: declaredChange };
    }
    say(row, planned.steps);
    const changes = declaredChange || planned.steps.length > 0 || planned.files.length > 0;
    if (changes) this.stateOf(news.host).announce();
    return { changes };
  }

  async create(kind: AnyKind, inputs: Inputs, row: Row): Promise<Outputs> {
    const claim = newClaim();
    const state = this.stateOf(inputs.host);
    const { snapshot, warnings } = await state.commit(change(kind, inputs, (now) => createPlan(kind, inputs, now, claim)));
    warnings.forEach((warning) => row.warn(warning));
    return verified(kind, { ...inputs, claim, machine: machineOf(snapshot, state) }, snapshot);
  }

  async update(kind: AnyKind, olds: Outputs, news: Inputs, row: Row): Promise<Outputs> {
    const state = this.stateOf(news.host);
    let lost = false;
    const { snapshot, warnings } = await state.commit(
      change(kind, news, (now) => {
        this.assertSameMachine(olds, news, now);
        const planned = updatePlan(kind, olds, news, now);
        lost = planned === "taken over";
        return planned === "taken over" ? nothing : planned;
      }),
    );
    warnings.forEach((warning) => row.warn(warning));
    const outputs = { ...news, claim: olds.claim, machine: machineOf(snapshot, state) };
    return lost ? outputs : verified(kind, outputs, snapshot);
  }

  async delete(kind: AnyKind, props: Outputs, row: Row): Promise<void> {
    try {
      const { warnings } = await this.stateOf(props.host).commit(
        change(kind, props, (now) => {
          this.assertSameMachine(props, props, now);
          return deletePlan(kind, props, now);
        }),
      );
      warnings.forEach((warning) => row.warn(warning));
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      throw new UnreachableError(
        `${error.message} If the host is gone for good, forget the resource with \`pulumi state delete URN\`, or set retainOnDelete.`,
        { cause: error },
      );
    }
  }

  /** The live object in declared form; undefined only when it is proven absent. */
  async read(kind: AnyKind, props: Outputs): Promise<{ inputs: Inputs; outputs: Outputs } | undefined> {
    const snapshot = await this.stateOf(props.host).look();
    this.assertSameMachine(props, props, snapshot);
    const { observed } = viewOf(kind, props, snapshot);
    if (observed === undefined) return undefined;
    const live = kind.schema.parse(kind.inputsOf(observed));
    const { claim, machine, ...declared } = props;
    const common = Object.fromEntries(Object.entries(declared).filter(([field]) => !(field in kind.schema.shape)));
    const inputs = { ...common, ...live } as Inputs;
    return { inputs, outputs: { ...inputs, claim, machine } };
  }

  private async lookOrSay(host: Host, row: Row): Promise<Snapshot | undefined> {
    try {
      return await this.stateOf(host).look();
    } catch (error) {
      if (!(error instanceof UnreachableError) || host.requireLive) throw error;
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

const nothing: Planned = { reads: [], steps: [], files: [] };

const machineOf = (snapshot: Snapshot, state: HostState): Machine => ({ id: snapshot.host.machineId, hostKey: state.hostKey });

/** For messages: `Route uplink (4 254 default 0 0) on root@192.0.2.1`. */
function describe(kind: AnyKind, inputs: Inputs): string {
  return `${kind.name} ${inputs.owner.name} (${kind.identity(fieldsOf(inputs)).join(" ")}) on ${hostName(inputs.host)}`;
}

function say(row: Row, steps: readonly Step[]): void {
  for (const step of steps) row.info(shown(step));
}

/** The kind's own fields of a resource's inputs or outputs. */
function fieldsOf(inputs: Inputs): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).filter(([field]) => !(field in commonFields || field === "claim" || field === "machine")),
  );
}

/** What a difference between two declarations is decided by. */
function comparable(inputs: Inputs): unknown {
  const unmanaged = new Set(inputs.unmanaged ?? []);
  const fields = Object.entries(fieldsOf(inputs)).filter(([field, value]) => !unmanaged.has(field) && value !== undefined);
  // Through JSON, as state has been: so that an absent field and an undefined one are the same.
  return JSON.parse(
    JSON.stringify({ host: sharedPart(inputs.host), owner: inputs.owner, fields: Object.fromEntries(fields.sort()) }),
  );
}

/** One resource's declaration next to what one host shows for it. */
interface View {
  /** The declared fields, those that `ignoreChanges` names as they are found, in this host's own terms. */
  readonly desired: unknown;
  readonly observed: unknown;
  /** Name of the object's file on the host, and the file when it is there. */
  readonly fileName: string;
  readonly file: ObjectFile | undefined;
  readonly reads: readonly ReadKey[];
}

function viewOf(kind: AnyKind, inputs: Inputs, snapshot: Snapshot): View {
  const resolve = (declared: unknown): unknown => kind.resolve?.(declared, snapshot) ?? declared;
  const declared = fieldsOf(inputs);
  const name = fileName(kind.name, kind.identity(resolve(declared)));
  const file = snapshot.objects.get(name);
  const observed = kind.observe(snapshot, declared, file);
  const desired = resolve(managed(kind, inputs, observed));
  return { desired, observed, fileName: name, file, reads: [...kind.reads(desired), `object ${name}`] };
}

/** The declared state with the fields that `ignoreChanges` names left as they are found. */
function managed(kind: AnyKind, inputs: Inputs, observed: unknown): unknown {
  const desired = fieldsOf(inputs);
  if (observed === undefined || !inputs.unmanaged?.length) return desired;
  const live: Record<string, unknown> = kind.schema.parse(kind.inputsOf(observed));
  const left = inputs.unmanaged.filter((field) => field in kind.schema.shape);
  const declared = Object.entries(desired).filter(([field]) => !left.includes(field));
  const found = left.filter((field) => live[field] !== undefined).map((field) => [field, live[field]] as const);
  return Object.fromEntries([...declared, ...found]);
}

/** The object's file as it should be, when it is not. */
function fileChange(kind: AnyKind, inputs: Inputs, claim: string, { desired, file, fileName }: View): FileChange[] {
  const { project, stack, name } = inputs.owner;
  const owner = { project, stack, name };
  const identity = kind.identity(desired).join(" ");
  const wanted: ObjectFile = { file: fileName, kind: kind.name, identity, claim, owner, lines: kind.replay(desired) };
  // What is left as it is found may move without being a difference; the next change writes it down.
  const present = file && inputs.unmanaged?.length ? { ...file, lines: wanted.lines } : file;
  return isDeepStrictEqual(present, wanted) ? [] : [{ file: fileName, content: printObjectFile(wanted) }];
}

function createPlan(kind: AnyKind, inputs: Inputs, snapshot: Snapshot, claim = ""): Planned {
  const view = viewOf(kind, inputs, snapshot);
  assertMayTake(describe(kind, inputs), view.file, inputs.owner);
  const planned = putPlan(kind, inputs, claim, view);
  const foreign = view.observed !== undefined && !view.file && !kind.marked(view.observed);
  if (foreign && planned.steps.length > 0 && !inputs.adopt) {
    throw new OwnershipError(
      `${describe(kind, inputs)} is there already, it is not ours, and it differs: ${JSON.stringify(kind.inputsOf(view.observed))}. ` +
        "Declare it as it is, remove it on the host, or set `adopt: true` to take it over.",
    );
  }
  return planned;
}

function updatePlan(kind: AnyKind, olds: Outputs, news: Inputs, snapshot: Snapshot): Planned | "taken over" {
  const view = viewOf(kind, news, snapshot);
  const mine = view.file === undefined || view.file.claim === olds.claim;
  if (view.fileName === viewOf(kind, olds, snapshot).fileName) return mine ? putPlan(kind, news, olds.claim, view) : "taken over";
  const put = view.file && mine ? putPlan(kind, news, olds.claim, view) : createPlan(kind, news, snapshot, olds.claim);
  const drop = deletePlan(kind, olds, snapshot);
  return { reads: [...put.reads, ...drop.reads], steps: [...put.steps, ...drop.steps], files: [...put.files, ...drop.files] };
}

/** Bringing an object of ours to its declared form, whatever was made of it meanwhile. */
function putPlan(kind: AnyKind, inputs: Inputs, claim: string, view: View): Planned {
  return { reads: view.reads, steps: kind.plan(view.desired, view.observed), files: fileChange(kind, inputs, claim, view) };
}

function deletePlan(kind: AnyKind, props: Outputs, snapshot: Snapshot): Planned {
  const { desired, observed, file, reads } = viewOf(kind, props, snapshot);
  if (takenOver(file, props.claim)) return { ...nothing, reads };
  // Without our file, only what bears our mark or is just as we declared it is ours to remove.
  const ours =
    observed !== undefined && (file !== undefined || kind.marked(observed) || kind.plan(desired, observed).length === 0);
  return {
    reads,
    steps: ours ? kind.plan(undefined, observed) : [],
    files: file ? [{ file: file.file, content: undefined }] : [],
  };
}

function change(kind: AnyKind, inputs: Inputs, plan: (snapshot: Snapshot) => Planned): Change {
  const hint = kind.hint;
  return {
    name: `${kind.name} ${inputs.owner.name}`,
    plan,
    ...(hint && { hint: (words: string) => hint(words, fieldsOf(inputs)) }),
  };
}

/** What the host shows after the commit must be what was declared: a field that the kernel took and ignored is found here. */
function verified(kind: AnyKind, outputs: Outputs, snapshot: Snapshot): Outputs {
  let left: readonly Step[];
  try {
    left = putPlan(kind, outputs, outputs.claim, viewOf(kind, outputs, snapshot)).steps;
  } catch (error) {
    throw new IncompleteError(messageOf(error), outputs);
  }
  if (left.length === 0) return outputs;
  throw new IncompleteError(
    `${describe(kind, outputs)}: the host took the change without an error, and shows something else. ` +
      `Still to do: ${left.map(shown).join("; ")}. Was it changed by somebody else at the same moment? \`pulumi up\` tries again.`,
    outputs,
  );
}
