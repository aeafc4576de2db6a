import type { Access } from "./access.ts";
import type { Provenance } from "./provenance.ts";

/** What the scheduler can run next. */
export type EventKind =
  | "await"
  | "then"
  | "microtask"
  | "tick"
  | "timer"
  | "interval"
  | "immediate"
  | "request"
  | "completion"
  | "message"
  | "outside"
  | "fault"
  | "abort";

/**
 * A logical thread: a chain of events, each caused by the one before. Found online: an event extends its
 * owner's chain if nothing else has done so since the chain's last step, and forks a new task otherwise.
 * This is a greedy form of the online chain partition of Agarwal and Garg (2005), as used by PCTCP.
 * Paths count forks within their parent only, so a task has the same path in every schedule with the same past.
 */
export class Task {
  /** The task that forked or spawned it; `undefined` for the body's own. */
  readonly parent: Task | undefined;
  /** The name given to `spawn`, `undefined` for a task that was found as a chain. */
  readonly spawned: string | undefined;
  /** A hash of the path, cheaper to compare and to mix than the text. */
  readonly hash: number;
  /** Events of this chain so far. */
  length: number = 0;
  /** Whether the next event that this task owns extends the chain. */
  open: boolean = true;
  private forks = 1;
  private names: Map<string, number> | undefined = undefined;
  /** `undefined` of a fork, until it is asked for. */
  private text: string | undefined;
  /** Which of its parent's forks it is. */
  private readonly ordinal: number;

  constructor(path: string | undefined, hash: number, parent?: Task, spawned?: string, ordinal: number = 0) {
    this.text = path;
    this.hash = hash;
    this.parent = parent;
    this.spawned = spawned;
    this.ordinal = ordinal;
  }

  /** The name of the spawned task that it belongs to, itself or one above it; `undefined` for what belongs to the body. */
  get spawnedName(): string | undefined {
    return this.spawned ?? this.parent?.spawnedName;
  }

  get path(): string {
    this.text ??= `${this.parent!.path}.${this.ordinal}`;
    return this.text;
  }

  fork(): Task {
    const ordinal = this.forks + 1;
    this.forks = ordinal;
    return new Task(undefined, mixHash(this.hash, ordinal), this, undefined, ordinal);
  }

  /** A task of its own for `spawn(name, …)`; a name used again gets `~2` behind it (`.2` is a fork). */
  spawn(name: string): Task {
    this.names ??= new Map();
    const times = (this.names.get(name) ?? 0) + 1;
    this.names.set(name, times);
    const shown = times === 1 ? name : `${name}~${times}`;
    // Whatever could be read as another task's path is put in quotes.
    const isPlain = /^[^./~#"]+$/.test(name) && name !== "main";
    const own = isPlain ? shown : `${JSON.stringify(name)}~${times}`;
    const path = this.path === "main" ? own : `${this.path}/${own}`;
    return new Task(path, hashText(path), this, shown);
  }
}

/** Mixes a number into a 32-bit hash (the finaliser of MurmurHash3, shortened). */
export function mixHash(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** FNV-1a over UTF-16 code units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/**
 * One thing that can run next. Hosts and subjects subclass it and say in `run` what running it means;
 * everything else here is the scheduler's.
 */
export abstract class PendingEvent {
  readonly kind: EventKind;
  /** The task it belongs to; final once `index` is. */
  task: Task;
  /** Its place in its task, 1-based; 0 until the event is first legal. */
  index: number = 0;
  /** The depth in plain JavaScript's microtask queue at which it would run: breadth first, lower runs first. */
  generation: number = 0;
  /** Virtual ms at which it became ready, or at which its I/O was asked for: its age is measured from here. */
  since: number = 0;

  // What most events never need has its default on the prototype: an event is made for every await of a search.

  /** The event whose step made it ready; `undefined` for the body's start, and in executions without hops. */
  declare cause: PendingEvent | undefined;
  /** Places in the microtask queue between that step and this event: 1, and one more for each hop between. */
  declare distance: number;
  /** Among all that its cause has brought about: that of the first hop, where there are hops between. */
  declare place: number;
  /** The number of its step, once it has run; kept in executions with hops. */
  declare ranAt: number;
  /** The promise on which it is a reaction, where such reactions keep their order: see `Reactions`. */
  declare reactsTo: object | undefined;
  /** The next reaction on that promise, if it became ready while this one was pending. */
  declare follower: PendingEvent | undefined;
  /** Where it is among those that are held back for that, while it is. */
  declare heldAt: number;
  /** When it became ready, counted while any were held back: it tells where to put them. 0 for what was there before. */
  declare arrival: number;
  /** The moment from which `since` and `deadline` were measured: see `Moments`. */
  declare moment: number;
  /** When it was registered, counted within its execution: completions that arrive together are taken in this order. */
  declare registration: number;
  /** Named by its boundary, `undefined` for most. */
  declare label: string | undefined;
  /** What its step has accessed, once it has run; kept only for strategies that ask for it. */
  declare footprint: Access[] | undefined;
  /** Kept only for strategies that ask for it. */
  declare provenance: Provenance | undefined;
  /** Set on recording executions only: where in the source it was caused. The host's own type. */
  declare origin: unknown;
  /** What its step does meets nothing that any other step does, as far as is known: see `Meetings`. */
  declare isIndependent: boolean;
  /** Its name across executions, where it has been given one; 0 otherwise: see `explain/keys.ts`. */
  declare key: number;

  constructor(kind: EventKind, owner: Task) {
    this.kind = kind;
    this.task = owner;
  }

  /** The same in every schedule with the same past. */
  get id(): string {
    return `${this.task.path}#${this.index}`;
  }

  /** Gives the event its place in a chain. Idempotent. */
  claim(): void {
    if (this.index !== 0) return;
    let { task } = this;
    if (task.open !== true) this.task = task = task.fork();
    task.open = false;
    task.length += 1;
    this.index = task.length;
  }

  /** The request that it answers, where it is the answer of an I/O boundary. */
  get answers(): PendingEvent | undefined {
    return undefined;
  }

  /** What it is, for a reader who has no timeline. */
  describe(): string {
    return this.label ?? this.kind;
  }

  /** Runs the step's first synchronous part. What it throws fails the execution. */
  abstract run(): void;
}

Object.assign(PendingEvent.prototype, {
  cause: undefined,
  distance: 1,
  place: 0,
  ranAt: 0,
  reactsTo: undefined,
  follower: undefined,
  heldAt: 0,
  arrival: 0,
  moment: 0,
  registration: 0,
  label: undefined,
  footprint: undefined,
  provenance: undefined,
  origin: undefined,
  isIndependent: false,
  key: 0,
});

/** A timer that is armed: an event that is legal only when its deadline is the next (but under `chaos`). */
export abstract class TimerEvent extends PendingEvent {
  /** Virtual ms. */
  deadline: number = 0;
  /** Ties between equal deadlines go to the timer armed first. */
  sequence: number = 0;
  /** Its place in the `TimerQueue`, -1 while it is in none. */
  heapIndex: number = -1;
  /** Set by heddle to watch over the body: no business of the body's own. */
  declare isWatching: boolean;
  /** Something is polled for: this is the next look, or the limit to it. See `ExecutionSettings.patienceMs`. */
  declare isPatience: boolean;

  /** What the firings of one interval have in common. */
  get source(): object {
    return this;
  }
}

Object.assign(TimerEvent.prototype, { isWatching: false, isPatience: false });

/**
 * Something that may happen and need not: an injected fault, or an abort. It is legal beside whatever else is, behind
 * all of it. So plain JavaScript's order has none, and each one that a schedule takes is a deviation. Nothing waits
 * for it, and it keeps nothing from running.
 */
export abstract class OptionalEvent extends PendingEvent {
  /** How many faults one execution may have; `undefined` of an abort, which is not counted among them. */
  readonly mostFaults: number | undefined;

  constructor(kind: "fault" | "abort", owner: Task, mostFaults: number | undefined) {
    super(kind, owner);
    this.mostFaults = mostFaults;
  }
}

export function isContinuation({ kind }: PendingEvent): boolean {
  return kind === "await" || kind === "then" || kind === "microtask";
}

export function isOptional(kind: EventKind | undefined): boolean {
  return kind === "fault" || kind === "abort";
}

/** Whether the event loop tells an event of this kind where it polls for I/O. */
export function isIo(kind: EventKind): boolean {
  return kind === "completion" || kind === "outside" || kind === "message";
}
