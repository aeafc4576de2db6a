import type { PendingEvent, Task } from "../engine/event.ts";
import { packagePlace, type CapturedStack } from "../host/stack.ts";
import type { Placed, Site, Timeline, Waiter } from "../report/timeline.ts";
import type { Call, CallTree } from "./call-lanes.ts";
import type { Doing, WaitWatch } from "./wait-watch.ts";

/** An await that a recording was told of. */
export interface RawWait {
  readonly task: Task;
  readonly origin: unknown;
  /** The spawned task whose end it waits for, where it is one's. */
  readonly awaited: Task | undefined;
  readonly promise: Promise<unknown>;
  /** The row in which it began. */
  readonly row: number;
  isSettled: boolean;
  /** The row in which it was settled. */
  settledIn: number | undefined;
}

/** A spawned task, until it ends. */
export interface Started {
  readonly task: Task;
  readonly origin: unknown;
  hasEnded: boolean;
}

/** What a recording has seen of awaits, when its execution was over. */
export interface SeenWaits {
  readonly registered: readonly RawWait[];
  /** Those of them that have not ended. */
  readonly stuck: readonly RawWait[];
  readonly started: ReadonlyMap<Promise<unknown>, Started>;
  readonly armed: readonly PendingEvent[];
  /** Of a deadlock only. */
  readonly watch: WaitWatch | undefined;
}

/** How a recording names what it has seen. */
export interface RecordedNames {
  readonly root: Task;
  /** In a body that has spawned nothing. */
  readonly calls: CallTree | undefined;
  taskIndex(ran: Task, event?: { readonly origin?: unknown }): number;
  laneAt(task: Task, origin: unknown): Task | Call;
  laneOf(task: Task): Task;
  siteOf(origin: unknown): Site | undefined;
  siteOfEvent(event: { readonly origin: unknown; readonly kind?: PendingEvent["kind"] }): Site | undefined;
  taskOf(event: PendingEvent): Task;
}

/** Who waited for what at the end of a recorded execution. */
export class RecordedWaits {
  private readonly seen: SeenWaits;
  private readonly names: RecordedNames;

  constructor(seen: SeenWaits, names: RecordedNames) {
    this.seen = seen;
    this.names = names;
  }

  /**
   * Who waits where. Of a spawned task only the await that it came to last: the others wait for that one. And where
   * spawned tasks wait, the body that waits for them says nothing new.
   */
  waiters(): Waiter[] {
    const { root } = this.names;
    const last = new Map<Task | Call, RawWait>();
    const atRoot: RawWait[] = [];
    for (const wait of this.seen.stuck) {
      const site = this.names.siteOf(wait.origin);
      if (site === undefined || site.package !== undefined) continue;
      const lane = this.names.laneAt(wait.task, wait.origin);
      if (lane === root) atRoot.push(wait);
      else last.set(lane, wait);
    }
    const returned = this.waitingForWhatTheyReturned([...last.values()].map(({ task }) => task));
    const awaits = (last.size + returned.length > 0 ? [...last.values()] : atRoot).map((wait): Waiter => {
      const { task, origin } = wait;
      const place = packagePlace(origin as CapturedStack);
      const nothing = place === undefined ? "a promise that nothing has settled" : `${place}, which nothing has settled`;
      const waitsFor = wait.awaited === undefined ? nothing : `${wait.awaited.spawned} to end`;
      return { task: this.names.taskIndex(task, { origin }), kind: "await", site: this.names.siteOf(origin), waitsFor, ...this.behind(wait), ...this.passedBefore(wait) };
    });
    const timers = this.seen.armed.map((event): Waiter => ({
      task: this.names.taskIndex(this.names.taskOf(event), event),
      kind: event.kind,
      site: this.names.siteOfEvent(event),
      waitsFor: event.label ?? event.kind,
    }));
    return [...awaits, ...returned, ...timers];
  }

  /** Spawned tasks that have run to their end, and returned a promise that hangs: where they were spawned. */
  private waitingForWhatTheyReturned(waiting: readonly Task[]): Waiter[] {
    const known = new Set<Task>();
    for (const one of waiting) for (let task: Task | undefined = one; task !== undefined; task = task.parent) known.add(task);
    const hanging = [...this.seen.started.values()].filter(({ task, hasEnded }) => !hasEnded && !known.has(task));
    return hanging.map(({ task, origin }) => ({
      task: this.names.taskIndex(task),
      kind: "await",
      site: this.names.siteOf(origin),
      waitsFor: "the promise it returned, which nothing has settled",
    }));
  }

  /** Who made what is waited for, and what was told too early to be heard. */
  private behind(wait: RawWait): Pick<Waiter, "made" | "missed"> {
    const { watch } = this.seen;
    if (watch === undefined) return {};
    const own = this.names.taskIndex(wait.task, wait);
    // The awaits that this one waits for are those of the calls that it made, in one step: the innermost was the first.
    const inner = this.seen.stuck.filter((one) => one.row === wait.row && this.names.taskIndex(one.task, one) === own).map(({ promise }) => this.placed(watch.makerOf(promise), own));
    const made = inner.find((one) => one !== undefined && one.task !== own) ?? inner[0];
    const at = this.names.siteOf(wait.origin);
    const missed = watch.missed().find(({ listens }) => (this.names.calls === undefined ? this.names.laneOf(listens.task) === this.names.laneOf(wait.task) : this.names.siteOf(listens.origin)?.line === at?.line));
    const site = this.names.siteOf(missed?.told.origin);
    const by = missed?.told.task.spawnedName ?? site?.functionName ?? "the body";
    return { ...(made === undefined ? {} : { made }), ...(site === undefined ? {} : { missed: { name: missed!.name, by, site } }) };
  }

  /** @param unknown - whose it is where the calls of a body do not tell. */
  private placed(doing: Doing | undefined, unknown: number): Placed | undefined {
    const site = doing === undefined ? undefined : this.names.siteOf(doing.origin);
    if (site === undefined || site.package !== undefined) return undefined;
    const isUnknown = this.names.calls !== undefined && this.names.calls.of(doing!.origin) === undefined;
    return { task: isUnknown ? unknown : this.names.taskIndex(doing!.task, doing), site };
  }

  settled(): Pick<Timeline, "settled"> {
    if (this.seen.watch === undefined) return {};
    const settled = this.seen.registered.flatMap((wait) => {
      const site = this.names.siteOf(wait.origin);
      return site === undefined || wait.settledIn === undefined ? [] : [{ task: this.names.taskIndex(wait.task, wait), site, step: wait.settledIn }];
    });
    return { settled };
  }

  /** The await before this one that the task got past: what it holds, it was given there. */
  private passedBefore(wait: RawWait): { readonly passed?: Site } {
    const earlier = this.seen.registered.slice(0, this.seen.registered.indexOf(wait));
    const last = earlier.findLast((one) => one.task === wait.task && one.isSettled);
    const passed = last === undefined ? undefined : this.names.siteOf(last.origin);
    return passed === undefined || passed.package !== undefined ? {} : { passed };
  }
}
