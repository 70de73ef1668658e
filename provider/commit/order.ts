import { type Layer, type Step, type Tool, layers, tools } from "../kind";

/** Lines of one batch: those of two tools can't share one, and a layer must be in place before the next one begins. */
export interface Section {
  readonly tool: Tool;
  readonly layer: Layer;
  readonly phase: Step["phase"];
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly step: Step;
  /** Which of the changes asked for it, by its place in the transaction. */
  readonly change: number;
}

/**
 * Merges the steps of many changes into one order: what others stand on is put first and dropped last.
 * Steps of one object in one layer keep their order.
 */
export function inOrder(changes: readonly (readonly Step[])[]): Section[] {
  const entries = releasedInTime(changes.flatMap((steps, change) => steps.map((step): Entry => ({ step, change }))));
  return [
    ...layers.flatMap((layer) => sectionsOf(layer, "put", entries)),
    ...layers.toReversed().flatMap((layer) => sectionsOf(layer, "drop", entries)),
  ];
}

function sectionsOf(layer: Layer, phase: Step["phase"], all: readonly Entry[]): Section[] {
  const entries = all.filter(({ step }) => step.layer === layer && step.phase === phase);
  return tools
    .map((tool) => ({
      tool,
      layer,
      phase,
      entries: (withinLayer[layer] ?? asAsked)(
        entries.filter(({ step }) => step.tool === tool),
        phase,
      ),
    }))
    .filter((section) => section.entries.length > 0);
}

type Arrange = (entries: readonly Entry[], phase: Step["phase"]) => readonly Entry[];

const withinLayer: Partial<Record<Layer, Arrange>> = {
  link: linksInOrder,
  sysctl: widestFirst,
  route: gatewaysLast,
  rule: (entries, phase) => (phase === "drop" ? specialRulesFirst(entries) : entries),
};
const asAsked: Arrange = (entries) => entries;

/** A sysctl for all devices sets that of each: those of single devices come after it, also when they are put back. */
function widestFirst(entries: readonly Entry[]): Entry[] {
  const isWide = ({ step }: Entry) => !step.line.includes("/conf/") || step.line.includes("/conf/all/");
  return [...entries.filter(isWide), ...entries.filter((entry) => !isWide(entry))];
}

/** A next hop must be reachable when a route names it: the host route to a router comes before the default through it, and goes after. */
function gatewaysLast(entries: readonly Entry[], phase: Step["phase"]): Entry[] {
  const through = new Set(entries.filter(({ step }) => / (via|nhid) /.test(step.line)).map(({ change }) => change));
  const direct = entries.filter(({ change }) => !through.has(change));
  const rest = entries.filter(({ change }) => through.has(change));
  return phase === "put" ? [...direct, ...rest] : [...rest, ...direct];
}

/** `ip rule del` takes the first rule that says all that it is told, and may say more: that one has to be gone by then, if it is to go. */
function specialRulesFirst(entries: readonly Entry[]): readonly Entry[] {
  const words = ({ step }: Entry) => step.line.split(" ").length;
  return entries.toSorted((a, b) => words(b) - words(a));
}

/* ---- links ------------------------------------------------------------------------------------------------------------------ */

/** The steps of one link, which is the first object that each of them touches. */
interface LinkSteps {
  readonly key: string;
  readonly entries: Entry[];
  /** Keys of the links that they touch: members, and what goes with it. */
  readonly touched: Set<string>;
  readonly removed: Set<string>;
  /** What it stands on. */
  readonly below: Set<string>;
}

/**
 * Hardware, the bonds that it is put into, what stands on these: a link comes after those that it consists of or stands on. Gone the other way:
 * after what stands on it, and before what it releases.
 */
function linksInOrder(entries: readonly Entry[], phase: Step["phase"]): Entry[] {
  const all = linksOf(entries);
  const comesFirst = phase === "put" ? isNeededBy : mustGoBefore;
  const order: LinkSteps[] = [];
  const begun = new Set<LinkSteps>();
  const visit = (one: LinkSteps): void => {
    if (begun.has(one)) return;
    begun.add(one);
    for (const other of all) if (other.key !== one.key && comesFirst(other, one)) visit(other);
    order.push(one);
  };
  all.forEach(visit);
  return withoutReleases(order.flatMap((one) => one.entries));
}

function linksOf(entries: readonly Entry[]): LinkSteps[] {
  const all = new Map<string, LinkSteps>();
  for (const entry of entries) {
    const { touches, removes, on } = entry.step;
    const [key = ""] = touches;
    const id = `${entry.change} ${key}`;
    const one = all.get(id) ?? { key, entries: [], touched: new Set(), removed: new Set(), below: new Set() };
    all.set(id, one);
    one.entries.push(entry);
    for (const touched of touches) one.touched.add(touched);
    for (const removed of removes) one.removed.add(removed);
    if (on !== undefined) one.below.add(on);
  }
  return [...all.values()];
}

/** A port of a bond is set down to join: what stands on the port can be set up after that only. */
const isNeededBy = (other: LinkSteps, one: LinkSteps): boolean =>
  one.touched.has(other.key) || [...one.below].some((key) => key === other.key || other.touched.has(key));

function mustGoBefore(other: LinkSteps, one: LinkSteps): boolean {
  const goesWithIt = other.below.has(one.key) || one.removed.has(other.key);
  const releasesIt = other.touched.has(one.key) && !other.removed.has(one.key);
  return goesWithIt || releasesIt;
}

/**
 * With a bond go its members, at the end, and the kernel sets them down: what has been put on one by then is lost, its routes for good. Such a
 * member is released at the beginning.
 */
function releasedInTime(entries: readonly Entry[]): readonly Entry[] {
  const inTime = entries.flatMap(({ step, change }) => {
    const [bond = ""] = step.removes;
    if (step.phase === "put" || !step.line.startsWith("link del ")) return [];
    const members = step.touches.filter((key) => !step.removes.includes(key)).map((key) => key.slice("link ".length));
    return members
      .filter((member) => isUsed(member, entries))
      .flatMap((member) => {
        const touches = [bond, `link ${member}`];
        const up = entries.find((entry) => isRaising(entry, member));
        const release: Step = { ...step, phase: "put", line: `link set dev ${member} nomaster`, touches, removes: [] };
        return [
          { step: release, change },
          ...(up ? [{ step: { ...up.step, phase: "put" as const, touches }, change, instead: up }] : []),
        ];
      });
  });
  if (inTime.length === 0) return entries;
  const late = new Set(inTime.map(({ instead }) => instead));
  return [...inTime.map(({ step, change }) => ({ step, change })), ...entries.filter((entry) => !late.has(entry))];
}

/** Whether something is put on this device, which nothing releases yet. */
const isUsed = (device: string, entries: readonly Entry[]): boolean => {
  const put = entries.filter(({ step }) => step.phase === "put");
  return (
    put.some(
      ({ step }) => step.on === `link ${device}` || (step.layer !== "link" && `${step.line} `.includes(` dev ${device} `)),
    ) && !put.some(({ step }) => step.line === `link set dev ${device} nomaster`)
  );
};

const isRaising = ({ step }: Entry, device: string): boolean =>
  step.phase === "drop" && step.line === `link set dev ${device} up`;

/**
 * Of a device that goes from one bond to another: the one lets go of it, unless the other has it already, and does not set it up, or it
 * could not join. So two bonds can exchange members.
 */
function withoutReleases(entries: readonly Entry[]): Entry[] {
  const joins = entries.flatMap(({ step }) => {
    const [, device, bond] = / dev (\S+) master (\S+)$/.exec(step.line) ?? [];
    return device === undefined || bond === undefined ? [] : [{ step, device, bond }];
  });
  if (joins.length === 0) return [...entries];
  const places = new Map(entries.map(({ step }, place) => [step, place]));
  return entries.filter(({ step }, place) => {
    const [, device, word] = / dev (\S+) (nomaster|up)$/.exec(step.line) ?? [];
    const taken = joins.filter((join) => join.device === device && step.touches[0] !== `link ${join.bond}`);
    if (device === undefined || step.touches[0] === `link ${device}`) return true;
    return word === "up" ? taken.length === 0 : taken.every((join) => (places.get(join.step) ?? 0) > place);
  });
}
