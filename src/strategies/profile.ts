import { mixHash, type PendingEvent } from "../engine/event.ts";
import { Notes, type EventNote, type TaskNote } from "./notes.ts";

/** Places beyond this many share a bit with another: taken to meet where they may not. */
const PLACES = 32;
/** Notes kept of events: beyond these, the search forgets and learns anew. */
const MOST_EVENTS = 1 << 16;

/**
 * What the executions already made have shown: how many events each task has, and what each event touches. Both are
 * keyed by ids that are the same in every schedule with the same past, so they predict the next execution.
 */
export class Profile {
  readonly notes: Notes = new Notes();
  /** The execution under way. */
  run: number = -1;
  /** Counted up by those who block events: what was blocked in an earlier epoch isn't any more. */
  epoch: number = 0;
  /** The events of the last execution whose footprints were watched, in the order in which they ran. */
  trail: EventNote[] = [];
  /** Places read and written by the steps since the last `forgetTouched`. */
  touchedReads: number = 0;
  touchedWrites: number = 0;
  private coming: EventNote[] = [];
  private readonly bits: Map<string, number> = new Map();
  private readonly classes: Map<number, number> = new Map();
  private isWatching = false;

  reset(): void {
    this.notes.clear();
    this.bits.clear();
    this.run = -1;
    this.epoch = 0;
    this.trail = [];
    this.coming = [];
  }

  /** @param watching - whether the footprints of this execution are filled in. */
  begin(watching: boolean): void {
    if (this.notes.eventCount > MOST_EVENTS) this.reset();
    this.run += 1;
    this.isWatching = watching;
    this.coming.length = 0;
    this.forgetTouched();
    for (const task of this.notes.tasks) {
      task.steps = 0;
      if (watching) [task.reads, task.writes] = [0, 0];
    }
  }

  /** A step is over. */
  ran(event: PendingEvent): void {
    const note = this.notes.event(event);
    note.task.steps += 1;
    if (!this.isWatching) return;
    let [reads, writes] = [0, 0];
    const { footprint } = event;
    if (footprint !== undefined) {
      for (let index = 0; index < footprint.length; index += 1) {
        const { place, isWrite } = footprint[index]!;
        const bit = this.bitOf(place);
        if (isWrite) writes |= bit;
        else reads |= bit;
      }
    }
    note.reads = reads;
    note.writes = writes;
    this.touchedReads |= reads;
    this.touchedWrites |= writes;
    const { task } = note;
    task.reads |= reads;
    task.writes |= writes;
    this.coming.push(note);
  }

  forgetTouched(): void {
    this.touchedReads = 0;
    this.touchedWrites = 0;
  }

  end(): void {
    if (this.isWatching) {
      [this.trail, this.coming] = [this.coming, this.trail];
      this.countAlike();
    }
    const { tasks } = this.notes;
    sumUp(tasks, "steps");
    for (const task of tasks) {
      if (task.sum === 0) continue;
      task.total = task.sum;
      task.most = Math.max(task.most, task.sum);
    }
  }

  private countAlike(): void {
    const { tasks } = this.notes;
    this.classes.clear();
    for (const task of tasks) {
      if (task.steps === 0) continue;
      const signature = signatureOf(task);
      this.classes.set(signature, (this.classes.get(signature) ?? 0) + 1);
    }
    for (const task of tasks) if (task.steps > 0) task.alike = this.classes.get(signatureOf(task))!;
  }

  /** Counts for each task, its descendants included, the events of the last watched execution that touch a place. */
  observe(place: number): void {
    const { tasks } = this.notes;
    for (const task of tasks) task.touching = 0;
    for (const { task, reads, writes } of this.trail) if (((reads | writes) & place) !== 0) task.touching += 1;
    sumUp(tasks, "touching");
    for (const task of tasks) task.touching = task.sum;
  }

  private bitOf(place: string): number {
    let bit = this.bits.get(place);
    if (bit === undefined) {
      bit = 1 << this.bits.size % PLACES;
      this.bits.set(place, bit);
    }
    return bit;
  }
}

/** The places that a task touches; how often depends on who came first. Without any, the number of its steps. */
function signatureOf({ reads, writes, steps }: TaskNote): number {
  return (reads | writes) === 0 ? steps : mixHash(mixHash(reads, writes), writes);
}

/** Into `sum`: a task's own number and those of its descendants. */
function sumUp(tasks: readonly TaskNote[], of: "steps" | "touching"): void {
  for (const task of tasks) task.sum = task[of];
  for (let index = tasks.length - 1; index >= 0; index -= 1) {
    const { parent, sum } = tasks[index]!;
    if (parent !== undefined) parent.sum += sum;
  }
}
