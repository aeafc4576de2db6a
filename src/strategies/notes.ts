import { mixHash, type PendingEvent, type Task } from "../engine/event.ts";

/** What a search remembers of a task, from one execution to the next: found by the task's path. */
export interface TaskNote {
  readonly path: string;
  /** The task that forked or spawned it. */
  readonly parent: TaskNote | undefined;
  /** The execution in which it was last seen; what follows is of that execution. */
  seenIn: number;
  /** PCT: the highest runs. */
  priority: number;
  /** URW and SURW: the events that are left to run, of it and its descendants. */
  weight: number;
  /** Steps that it has run in the execution under way. */
  steps: number;
  /** Steps of it and its descendants in the last execution that it took part in. */
  total: number;
  /** The same, in the execution that had the most of them. */
  most: number;
  /** The same, but only those that touch the place under observation. */
  touching: number;
  /** The places that its steps read and wrote in the last watched execution. */
  reads: number;
  writes: number;
  /** The tasks of that execution that touched the same places, itself included. */
  alike: number;
  /** Scratch. */
  sum: number;
}

/** What a search remembers of an event, from one execution to the next: found by the event's id. */
export interface EventNote {
  readonly hash: number;
  readonly task: TaskNote;
  /** The execution in which it was last given a priority. */
  seenIn: number;
  priority: number;
  /** POS: the decision at which it was last legal. */
  legalAt: number;
  /** SURW: held back as long as this equals the current epoch. */
  blockedIn: number;
  /** The places that its step read and wrote when it last ran, a bit for each: a prediction for the next time. */
  reads: number;
  writes: number;
}

/**
 * Tasks and events by the hashes of their ids, in open addressing: a search looks up every legal event at every
 * decision. Two ids with one hash share a note, which can make a choice odd, never illegal.
 */
export class Notes {
  readonly tasks: TaskNote[] = [];
  private readonly byPath: Map<string, TaskNote> = new Map();
  private events: (EventNote | undefined)[] = emptyTable(256);
  private size = 0;
  private taskTable: (TaskNote | undefined)[] = emptyTable(64);
  private taskHashes: number[] = zeros(64);
  private taskCount = 0;

  get eventCount(): number {
    return this.size;
  }

  clear(): void {
    this.tasks.length = 0;
    this.byPath.clear();
    [this.events, this.size] = [emptyTable(256), 0];
    [this.taskTable, this.taskHashes, this.taskCount] = [emptyTable(64), zeros(64), 0];
  }

  event(event: PendingEvent): EventNote {
    const hash = mixHash(event.task.hash, event.index);
    const mask = this.events.length - 1;
    let at = (hash ^ (hash >>> 16)) & mask;
    for (;;) {
      const note = this.events[at];
      if (note === undefined) return this.addEvent(event, hash, at);
      if (note.hash === hash) return note;
      at = (at + 1) & mask;
    }
  }

  task(task: Task): TaskNote {
    const mask = this.taskTable.length - 1;
    let at = (task.hash ^ (task.hash >>> 16)) & mask;
    for (;;) {
      const note = this.taskTable[at];
      if (note === undefined) return this.addTask(task, at);
      if (this.taskHashes[at] === task.hash) return note;
      at = (at + 1) & mask;
    }
  }

  private addEvent(event: PendingEvent, hash: number, at: number): EventNote {
    const task = this.task(event.task);
    const note = { hash, task, seenIn: -1, priority: 0, legalAt: 0, blockedIn: -1, reads: 0, writes: 0 };
    this.events[at] = note;
    this.size += 1;
    if (this.size * 2 > this.events.length) this.growEvents();
    return note;
  }

  private growEvents(): void {
    const before = this.events;
    this.events = emptyTable(before.length * 2);
    const mask = this.events.length - 1;
    for (const note of before) {
      if (note === undefined) continue;
      let at = (note.hash ^ (note.hash >>> 16)) & mask;
      while (this.events[at] !== undefined) at = (at + 1) & mask;
      this.events[at] = note;
    }
  }

  private addTask(task: Task, at: number): TaskNote {
    const note = this.noteAt(task.path, task.spawned !== undefined);
    this.taskTable[at] = note;
    this.taskHashes[at] = task.hash;
    this.taskCount += 1;
    if (this.taskCount * 2 > this.taskTable.length) this.growTasks();
    return note;
  }

  private growTasks(): void {
    const [notes, hashes] = [this.taskTable, this.taskHashes];
    const size = notes.length * 2;
    [this.taskTable, this.taskHashes] = [emptyTable(size), zeros(size)];
    for (const [index, note] of notes.entries()) {
      if (note === undefined) continue;
      const hash = hashes[index]!;
      let at = (hash ^ (hash >>> 16)) & (size - 1);
      while (this.taskTable[at] !== undefined) at = (at + 1) & (size - 1);
      this.taskTable[at] = note;
      this.taskHashes[at] = hash;
    }
  }

  /** Parents stand before their children in `tasks`. */
  private noteAt(path: string, isSpawned: boolean): TaskNote {
    const known = this.byPath.get(path);
    if (known !== undefined) return known;
    const end = path.lastIndexOf(isSpawned ? "/" : ".");
    const above = end > 0 ? path.slice(0, end) : "main";
    const parent = path === "main" ? undefined : this.noteAt(above, !/\.\d+$/.test(above));
    const note = { path, parent, seenIn: -1, priority: 0, weight: 0, steps: 0, total: 0, most: 0, touching: 0, reads: 0, writes: 0, alike: 1, sum: 0 };
    this.byPath.set(path, note);
    this.tasks.push(note);
    return note;
  }
}

function emptyTable<Note>(size: number): (Note | undefined)[] {
  return Array.from<Note | undefined>({ length: size }).fill(undefined);
}

function zeros(size: number): number[] {
  return Array.from<number>({ length: size }).fill(0);
}
