/** The known shapes of a race, looked for in what a timeline shows. */
import { type Access, type Accesses, collectAccesses, isRequest, type Member, type Request, sameMember } from "./accesses.ts";
import { cut, oneLine } from "./layout.ts";
import { callName, memberName, taskName, taskNames } from "./names.ts";
import type { Site, Timeline } from "./timeline.ts";

/** One of the two places in the source that a race is between. */
export interface Place {
  /** What happened there, `payout read wallet.balance = 100`. */
  readonly what: string;
  readonly site: Site | undefined;
  /** The innermost place in a package on the way there, where `site` is the user's. */
  readonly inner?: Site | undefined;
}

/** A race as found in a timeline. */
export interface Race {
  readonly sentence: string;
  readonly places: readonly Place[];
  /** Positions in `timeline.steps` without which the sentence can't be followed. */
  readonly steps: readonly number[];
  /** Of a known shape: what ran before what in it, as positions of two tasks' steps. */
  readonly orders?: readonly (readonly [before: number, after: number])[];
  /** What of the world outside the sentence names already. */
  readonly touched?: string;
}

const shortValue = 40;

/** A write that was based on what had already changed. */
interface Overwrite {
  readonly read: Access;
  /** The other task's first write after the read, and its last before the overwriting one. */
  readonly firstChange: Access;
  readonly lastChange: Access;
  readonly write: Access;
}

/**
 * The race over a shared member that best explains the failure, `undefined` where the timeline shows none.
 * Of several, one with a deviation inside it, then a lost update, then the last: nearest to the failure.
 */
export function findMemoryRace(timeline: Timeline): Race | undefined {
  const accesses = collectAccesses(timeline);
  const words = new Words(timeline, accesses);
  const contended = accesses.members.filter((member) => member.contended);
  const overwrites = contended.flatMap(findOverwrites);
  const best = bestOf(overwrites, (found) => {
    const deviates = hasDeviation(timeline, found.read.step, found.write.step) ? 4 : 0;
    return deviates + (lostBasis(found) === undefined ? 0 : 2);
  });
  if (best !== undefined) return words.overwrite(best);
  const action = findStaleActions(timeline, accesses, contended).findLast(({ read, action: { step } }) => hasDeviation(timeline, read.step, step));
  return action && words.staleAction(action);
}

/** All shapes of such races that a timeline shows, whatever brought them about. */
export function memoryRaces(timeline: Timeline): readonly Race[] {
  const accesses = collectAccesses(timeline);
  const words = new Words(timeline, accesses);
  const contended = accesses.members.filter((member) => member.contended);
  const overwrites = contended.flatMap(findOverwrites).sort((one, other) => Number(lostBasis(one) !== undefined) - Number(lostBasis(other) !== undefined));
  return [...findStaleActions(timeline, accesses, contended).map((found) => words.staleAction(found)), ...overwrites.map((found) => words.overwrite(found))];
}

/** Whether the schedule left plain JavaScript's order after step `from` and up to step `to`. */
export function hasDeviation(timeline: Timeline, from: number, to: number): boolean {
  return timeline.steps.slice(from + 1, to + 1).some((step) => step.deviation !== undefined);
}

/** The last of those with the highest score. */
function bestOf<T>(candidates: readonly T[], score: (candidate: T) => number): T | undefined {
  let best: T | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const candidate of candidates) {
    const own = score(candidate);
    if (own < highest) continue;
    best = candidate;
    highest = own;
  }
  return best;
}

function findOverwrites(member: Member): Overwrite[] {
  const found: Overwrite[] = [];
  for (const write of member.accesses) {
    const read = write.basis;
    // Read and written in one step is atomic; and what holds the value that was read has lost nothing.
    if (write.note.type !== "write" || read === undefined || read.step === write.step) continue;
    if (write.note.previous === read.note.value) continue;
    const changes = foreignWrites(member, read, write);
    const [firstChange, lastChange] = [changes[0], changes.at(-1)];
    if (firstChange === undefined || lastChange === undefined) continue;
    found.push({ read, firstChange, lastChange, write });
  }
  return found;
}

function foreignWrites(member: Member, after: Access, before: Access): Access[] {
  // The number of writes before each access bounds the window; only those few can lie in it.
  if (after.writesBefore === before.writesBefore) return [];
  return member.accesses.filter(
    ({ position, note, task }) =>
      position > after.position && position < before.position && note.type === "write" && task !== after.task,
  );
}

/** The other task's read, where both read the same state before either wrote. */
function lostBasis({ read, firstChange }: Overwrite): Access | undefined {
  const other = firstChange.basis;
  if (other === undefined || other.note.value !== read.note.value) return undefined;
  const sameState = other.writesBefore === read.writesBefore && read.writesBefore === firstChange.writesBefore;
  return sameState ? other : undefined;
}

interface StaleAction {
  readonly read: Access;
  readonly change: Access;
  readonly action: Access | Request;
}

/**
 * Check-then-act: a task read a member, another changed it, and in its very next step the first did something
 * without looking again. What it did may have nothing to do with what it read, so this is taken only where a
 * deviation lies in between, and the sentence says only what happened.
 */
function findStaleActions(timeline: Timeline, accesses: Accesses, contended: readonly Member[]): StaleAction[] {
  const acts = firstActs(timeline, accesses);
  const found: StaleAction[] = [];
  for (const member of contended) {
    for (const change of member.accesses) {
      if (change.note.type !== "write") continue;
      for (const read of openReads(member, change)) {
        const action = acts(read.task, change.step);
        if (action !== undefined && !rereads(accesses, action, read)) found.push({ read, change, action });
      }
    }
  }
  return found.sort((one, other) => one.action.position - other.action.position);
}

/** Each other task's last read before a change, where the change made it stale. */
function openReads(member: Member, change: Access): Access[] {
  const last = new Map<number, Access>();
  for (const access of member.accesses) {
    if (access.position >= change.position) break;
    if (access.task === change.task) continue;
    if (access.note.type === "read") last.set(access.task, access);
    else last.delete(access.task);
  }
  return [...last.values()].filter((read) => read.note.value !== change.note.value);
}

/** Answers with the first write or request in a task's next step after a given one. */
function firstActs(timeline: Timeline, accesses: Accesses): (task: number, after: number) => Access | Request | undefined {
  const byStep = new Map<number, Access | Request>();
  for (const action of accesses.all) {
    const acts = isRequest(action) || action.note.type === "write";
    if (acts && !byStep.has(action.step)) byStep.set(action.step, action);
  }
  return (task, after) => {
    for (let index = after + 1; index < timeline.steps.length; index += 1) {
      if (timeline.steps[index]?.task === task) return byStep.get(index);
    }
    return undefined;
  };
}

function rereads(accesses: Accesses, action: Access | Request, read: Access): boolean {
  return accesses.all.some(
    (other) => other.step === action.step && other.position < action.position && !isRequest(other) && sameMember(other, read),
  );
}

/** Puts what was found into sentences. */
class Words {
  private readonly names: readonly string[];
  private readonly ambiguous: ReadonlySet<string>;

  constructor(timeline: Timeline, accesses: Accesses) {
    this.names = taskNames(timeline);
    const seen = new Set<string>();
    const twice = new Set<string>();
    for (const { key } of accesses.members) (seen.has(key) ? twice : seen).add(key);
    this.ambiguous = twice;
  }

  overwrite(found: Overwrite): Race {
    const { read, firstChange, lastChange, write } = found;
    const [own, other] = [this.task(read), this.task(firstChange)];
    const basis = lostBasis(found);
    if (basis !== undefined) {
      const both = basis.position <= read.position ? `${other} and ${own}` : `${own} and ${other}`;
      return {
        sentence: `lost update: ${both} both read ${this.state(read)} before either wrote`,
        places: [this.place(read), this.place(firstChange)],
        steps: [basis.step, read.step, firstChange.step, write.step],
        orders: [[read.step, firstChange.step], [basis.step, write.step], [firstChange.step, write.step]],
      };
    }
    return {
      sentence:
        `stale read: ${own} acted on ${this.state(read)}, which ${this.task(lastChange)} had changed to ` +
        `${this.value(lastChange)} in between`,
      places: [this.place(read), this.place(lastChange)],
      steps: [read.step, lastChange.step, write.step],
      orders: [[read.step, lastChange.step], [lastChange.step, write.step], [read.step, firstChange.step], [firstChange.step, write.step]],
    };
  }

  staleAction({ read, change, action }: StaleAction): Race {
    const did = isRequest(action)
      ? `asked ${callName(action.call.name, action.call.value, shortValue)}`
      : `set ${this.state(action)}`;
    const own = this.task(read);
    return {
      sentence:
        `stale read: ${own} read ${this.state(read)}, ${this.task(change)} changed it to ${this.value(change)}, ` +
        `and then ${own} ${did} without reading it again`,
      places: [this.place(read), this.place(change)],
      steps: [read.step, change.step, action.step],
      orders: [[read.step, change.step], [change.step, action.step]],
    };
  }

  private task(access: Access): string {
    return taskName(this.names, access.task);
  }

  /** `balance = 100`; with its object where two objects have such a key, or the key is no name by itself. */
  private state(access: Access): string {
    const { object, key } = access.note;
    const whole = memberName(object, key);
    const short = !this.ambiguous.has(key) && whole.endsWith(`.${key}`) ? key : whole;
    return `${short} = ${this.value(access)}`;
  }

  private value(access: Access): string {
    return cut(oneLine(access.note.value), shortValue);
  }

  private place(access: Access): Place {
    const { type, object, key } = access.note;
    const did = type === "read" ? "read" : "wrote";
    return { what: `${this.task(access)} ${did} ${memberName(object, key)} = ${this.value(access)}`, site: access.site };
  }
}
