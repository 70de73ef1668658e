/** What has to be done on a host for one resource: pure, from a declaration and what the host shows. */
import { isDeepStrictEqual } from "node:util";
import type { FileChange, Planned } from "./commit/change";
import { fileName, printObjectFile } from "./commit/object-file";
import { inOrder } from "./commit/order";
import { OwnershipError } from "./errors";
import { type Declared, type ResourceKind, isGroup, objectsIn } from "./group";
import { hostName } from "./host";
import type { AnyKind, Detail, ReadKey, Step } from "./kind";
import { type Inputs, type Outputs, fieldsOf } from "./inputs";
import { assertMayTake, takenOver } from "./ownership";
import type { ObjectFile, Snapshot } from "./snapshot";

/** One object's declaration next to what one host shows for it. */
export interface View extends Declared {
  /** The declared fields, those that `ignoreChanges` names as they are found, in this host's own terms. */
  readonly desired: unknown;
  readonly observed: unknown;
  /** Name of the object's file on the host, and the file when it is there. */
  readonly fileName: string;
  readonly file: ObjectFile | undefined;
  /** Of a kind that restores: what its file says was found, in this host's own terms; undefined = nothing is known of it. */
  readonly found: object | undefined;
  /** Fields that are left as found. */
  readonly unmanaged: readonly string[];
  readonly reads: readonly ReadKey[];
}

/** What one object needs. */
interface Part extends Planned {
  readonly view: View;
}

/** What one resource needs, and which of its objects asks for which step. */
export interface Plan extends Planned {
  readonly parts: readonly Part[];
  /** Objects that another resource has taken over: nothing is done for them. */
  readonly lost: readonly View[];
}

/* ---- what is declared, and what is there ------------------------------------------------------------------------------------ */

/** Every object of a resource; of a group without the fields that `ignoreChanges` names. */
export function declaredIn(kind: ResourceKind, inputs: Inputs): Declared[] {
  const all = objectsIn(kind, fieldsOf(inputs));
  return isGroup(kind) ? all.filter(({ path: [field = ""] }) => !inputs.unmanaged?.includes(field)) : all;
}

/** What has to be looked at for the plans of these declarations. */
export const detailsOf = (kind: ResourceKind, ...all: readonly Inputs[]): readonly Detail[] =>
  all.flatMap((inputs) => declaredIn(kind, inputs).flatMap(({ kind, fields }) => kind.details?.(fields) ?? []));

export function viewsOf(kind: ResourceKind, inputs: Inputs, snapshot: Snapshot): View[] {
  const unmanaged = isGroup(kind) ? [] : (inputs.unmanaged ?? []);
  const all = declaredIn(kind, inputs);
  const after = anticipated(all, snapshot);
  return all.map((declared) => viewOf(declared, unmanaged, snapshot, after));
}

/** As many links as stand on one another: each level follows the one below it, wherever that is declared. */
const mostLevels = 4;

function anticipated(all: readonly Declared[], snapshot: Snapshot): Snapshot {
  const links = all.filter(({ kind }) => kind.anticipate);
  let after = snapshot;
  for (let level = 0; level < Math.min(mostLevels, links.length); level++) {
    after = links.reduce((now, { kind, fields }) => kind.anticipate?.(now, fields) ?? now, after);
  }
  return after;
}

/** @param after what the host will show, as far as one object of the resource follows another */
function viewOf(declared: Declared, unmanaged: readonly string[], snapshot: Snapshot, after: Snapshot): View {
  const { kind, fields } = declared;
  const resolve = (fields: unknown): unknown => kind.resolve?.(fields, after) ?? fields;
  const name = fileName(kind.name, kind.identity(resolve(fields)));
  const file = snapshot.objects.get(name);
  const observed = kind.observe(snapshot, fields, file);
  const desired = resolve(managed(kind, fields, unmanaged, observed));
  const found = kind.restores && file?.found !== undefined ? resolve(kind.schema.parse(JSON.parse(file.found))) : undefined;
  return {
    ...declared,
    ...{ desired, observed, fileName: name, file, unmanaged },
    found: found as object | undefined,
    reads: [...kind.reads(desired), `object ${name}`],
  };
}

/** The declared state with the fields that `ignoreChanges` names left as they are found. */
function managed(kind: AnyKind, desired: Declared["fields"], unmanaged: readonly string[], observed: unknown): unknown {
  if (observed === undefined || unmanaged.length === 0) return desired;
  const live: Record<string, unknown> = kind.schema.parse(kind.inputsOf(observed));
  const left = unmanaged.filter((field) => field in kind.schema.shape);
  const declared = Object.entries(desired).filter(([field]) => !left.includes(field));
  const found = left.filter((field) => live[field] !== undefined).map((field) => [field, live[field]] as const);
  return Object.fromEntries([...declared, ...found]);
}

/** For messages: `Route uplink (4 254 default 0 0) on root@192.0.2.1`, `HostNetwork box: routes.uplink (...) on ...`. */
export function describe({ kind, path, fields }: Declared, resource: ResourceKind, { owner, host }: Inputs): string {
  const name = [`${resource.name} ${owner.name}`, ...(path.length > 0 ? [path.join(".")] : [])].join(": ");
  return `${name} (${kind.identity(fields).join(" ")}) on ${hostName(host)}`;
}

/* ---- plans of a resource ---------------------------------------------------------------------------------------------------- */

export function createPlan(kind: ResourceKind, inputs: Inputs, snapshot: Snapshot, claim = ""): Plan {
  return together(eachOf(viewsOf(kind, inputs, snapshot), (view) => createPart(kind, inputs, view, claim)));
}

export function updatePlan(kind: ResourceKind, olds: Outputs, news: Inputs, snapshot: Snapshot): Plan {
  const views = viewsOf(kind, news, snapshot);
  const before = new Map(viewsOf(kind, olds, snapshot).map((view) => [view.fileName, view]));
  const lost: View[] = [];
  const put = eachOf(views, (view) => {
    const isMine = view.file === undefined || view.file.claim === olds.claim;
    const wasHere = before.delete(view.fileName);
    if (wasHere && !isMine) lost.push(view);
    if (wasHere) return isMine ? putPart(news, olds.claim, view) : { ...nothing, view };
    return view.file && isMine ? putPart(news, olds.claim, view) : createPart(kind, news, view, olds.claim);
  });
  const left = [...before.values()].filter((view) => !isLeftAsFound(kind, news, view));
  return {
    ...together(
      put,
      left.map((view) => dropPart(olds.claim, view)),
    ),
    lost,
  };
}

/** Of a group, fields that `ignoreChanges` names are not even looked at. */
const isLeftAsFound = (kind: ResourceKind, { unmanaged = [] }: Inputs, { path: [field = ""] }: View): boolean =>
  isGroup(kind) && unmanaged.includes(field);

export const deletePlan = (kind: ResourceKind, props: Outputs, snapshot: Snapshot): Plan =>
  together(
    [],
    viewsOf(kind, props, snapshot).map((view) => dropPart(props.claim, view)),
  );

/** What is left to do for what has just been done. */
export const remainingPlan = (kind: ResourceKind, outputs: Outputs, snapshot: Snapshot, lost: readonly View[]): Plan => {
  const gone = new Set(lost.map((view) => view.fileName));
  const views = viewsOf(kind, outputs, snapshot).filter((view) => !gone.has(view.fileName));
  return together(views.map((view) => putPart(outputs, outputs.claim, view)));
};

const nothing: Planned = { reads: [], steps: [], files: [] };

/** All that is wrong at once. */
function eachOf<Result>(views: readonly View[], plan: (view: View) => Result): Result[] {
  const wrong: OwnershipError[] = [];
  const results = views.flatMap((view) => {
    try {
      return [plan(view)];
    } catch (error) {
      if (!(error instanceof OwnershipError)) throw error;
      wrong.push(error);
      return [];
    }
  });
  if (wrong.length > 0) throw new OwnershipError(wrong.map(({ message }) => message).join("\n"));
  return results;
}

function together(put: readonly Part[], drop: readonly Part[] = []): Plan {
  const excluded = (part: Part) => put.some(({ view }) => excludes(view, part.view));
  const first = drop
    .filter(excluded)
    .map((part) => ({ ...part, steps: part.steps.map((step) => ({ ...step, phase: "put" as const })) }));
  const parts = [...first, ...put, ...drop.filter((part) => !excluded(part))];
  return {
    parts,
    lost: [],
    reads: parts.flatMap(({ reads }) => reads),
    steps: inOrder(parts.map(({ steps }) => steps)).flatMap(({ entries }) => entries.map(({ step }) => step)),
    files: parts.flatMap(({ files }) => files),
  };
}

/** Whether what is there has to go before something else comes. */
const excludes = (wanted: View, old: View): boolean =>
  wanted.kind === old.kind && Boolean(wanted.kind.excludes?.(wanted.desired, old.desired));

/* ---- plans of one object ---------------------------------------------------------------------------------------------------- */

/** How much of what is there an error shows. */
const shownCharacters = 600;

function createPart(resource: ResourceKind, inputs: Inputs, view: View, claim: string): Part {
  const { kind, observed, file } = view;
  assertMayTake(describe(view, resource, inputs), file, inputs.owner);
  const planned = putPart(inputs, claim, view);
  const foreign = observed !== undefined && !file && !kind.restores && !kind.marked(observed);
  if (!foreign || planned.steps.length === 0) return planned;
  const found = JSON.stringify(kind.inputsOf(observed));
  if (!inputs.adopt) {
    throw new OwnershipError(
      `${describe(view, resource, inputs)} is there already, it is not ours, and it differs: ${shortened(found)}. ` +
        "Declare it as it is, remove it on the host, or set `adopt: true` to take it over.",
    );
  }
  return { ...planned, files: fileChange(inputs, claim, view, found) };
}

const shortened = (text: string): string => (text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text);

/** Bringing an object of ours to its declared form, whatever was made of it meanwhile. */
function putPart(inputs: Inputs, claim: string, view: View): Part {
  const { kind, found, observed, reads } = view;
  // A field that is no longer declared goes back to what was found.
  const desired = found === undefined ? view.desired : { ...found, ...(view.desired as object) };
  return { view, reads, steps: kind.plan(desired, observed), files: fileChange(inputs, claim, view, foundBefore(view)) };
}

function dropPart(claim: string, view: View): Part {
  const { kind, desired, observed, file, found, reads } = view;
  if (takenOver(file, claim)) return { view, ...nothing, reads };
  const files = file ? [{ file: file.file, content: undefined }] : [];
  if (kind.restores) {
    const steps = found === undefined || observed === undefined ? [] : kind.plan(found, observed);
    return { view, reads, steps: steps.map((step) => ({ ...step, phase: "drop" as const })), files };
  }
  // Without our file, only what bears our mark or is just as we declared it is ours to remove.
  const ours =
    observed !== undefined && (file !== undefined || kind.marked(observed) || kind.plan(desired, observed).length === 0);
  return { view, reads, steps: ours ? kind.plan(undefined, observed) : [], files };
}

/** The object's file as it should be, when it is not. */
function fileChange({ owner }: Inputs, claim: string, view: View, found: string | undefined): FileChange[] {
  const { kind, fields, desired, file, fileName, unmanaged } = view;
  const { project, stack, name } = owner;
  const wanted: ObjectFile = {
    file: fileName,
    kind: kind.name,
    identity: kind.identity(desired).join(" "),
    claim,
    owner: { project, stack, name },
    lines: kind.replay(desired),
    ...(found !== undefined && { found }),
  };
  // What is left as it is found may move without being a difference; the next change writes it down.
  const present = file && unmanaged.length > 0 ? { ...file, lines: wanted.lines } : file;
  const lasting = (one: ObjectFile) => ({ ...one, lines: one.lines.map((line) => kind.lasting?.(line, fields) ?? line) });
  const isSame = present !== undefined && isDeepStrictEqual(lasting(present), lasting(wanted));
  return isSame ? [] : [{ file: fileName, content: printObjectFile(wanted) }];
}

/** What the object's file remembers: what was taken over; of a kind that restores, how each managed field was before it was declared. */
function foundBefore({ kind, observed, file, unmanaged }: View): string | undefined {
  if (!kind.restores || observed === undefined) return file?.found;
  const live: Record<string, unknown> = kind.inputsOf(observed);
  const before = JSON.parse(file?.found ?? "{}") as Record<string, unknown>;
  const fields = Object.keys(live).filter((field) => !unmanaged.includes(field));
  return JSON.stringify(Object.fromEntries(fields.map((field) => [field, before[field] ?? live[field]])));
}

/** Who asked for a step: for what is said about the kernel's refusal of it. */
export const askedFor = ({ parts }: Pick<Plan, "parts">, step: Step | undefined): View | undefined =>
  parts.length === 1 ? parts[0]?.view : parts.find(({ steps }) => step !== undefined && steps.includes(step))?.view;
