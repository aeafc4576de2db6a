import type { PendingEvent } from "../engine/event.ts";

/** A sequence of events each of which happened before the next. */
export interface Chain {
  readonly number: number;
  /** Events in it. */
  length: number;
  /** For who chooses among chains. */
  priority: number;
}

/** Where an event stands: in which chain, and how much of each chain happened before it, itself included. */
interface Place {
  readonly chain: Chain;
  /** By the numbers of chains. */
  readonly clock: readonly number[];
}

const EMPTY: readonly number[] = [];
/** Events that a step may make ready; what else turns legal after it was on its way before. */
const REACTIONS: ReadonlySet<PendingEvent["kind"]> = new Set(["await", "then", "microtask", "tick", "request"]);

/**
 * Partitions events into chains while they come: Agarwal and Garg, Efficient dependency tracking for relevant events in
 * shared-memory systems (PODC 2005), as PCTCP uses it. Where at most w events can be concurrent it needs at most
 * w·(w + 1)/2 chains, however many tasks the program starts one after another.
 *
 * What happened before an event: the event before it in its task, and the step that made it ready.
 */
export class ChainPartition {
  /** Chains in all. */
  count: number = 0;
  /** Levels of the algorithm: at most i chains in the i-th. */
  private levels: Chain[][] = [];
  private places: Map<PendingEvent, Place> = new Map();
  private lastOfTask: Map<string, Place> = new Map();
  private lastRun: Place | undefined = undefined;

  begin(): void {
    [this.count, this.levels, this.lastRun] = [0, [], undefined];
    this.places = new Map();
    this.lastOfTask = new Map();
  }

  /** The chain of an event that is legal for the first time now, or was before. */
  chainOf(event: PendingEvent): Chain {
    return (this.places.get(event) ?? this.put(event)).chain;
  }

  ran(event: PendingEvent): void {
    this.lastRun = this.places.get(event) ?? this.put(event);
    this.places.delete(event);
  }

  private put(event: PendingEvent): Place {
    const { task } = event;
    const before = this.lastOfTask.get(task.path);
    const clock = joined(before?.clock ?? EMPTY, REACTIONS.has(event.kind) ? (this.lastRun?.clock ?? EMPTY) : EMPTY);
    const chain = this.extend(clock);
    chain.length += 1;
    while (clock.length <= chain.number) clock.push(0);
    clock[chain.number] = chain.length;
    const place = { chain, clock };
    this.places.set(event, place);
    this.lastOfTask.set(task.path, place);
    return place;
  }

  /** A chain whose last event is in the past that the clock tells of. */
  private extend(clock: readonly number[]): Chain {
    for (let at = 0; ; at += 1) {
      const level = (this.levels[at] ??= []);
      const found = level.findIndex(({ number, length }) => clock[number] === length);
      if (found >= 0) {
        const [chain] = level.splice(found, 1) as [Chain];
        // The level below gets the others of this one, and this one its chains: so each keeps to its size.
        const below = at === 0 ? level : this.levels[at - 1]!;
        if (at > 0) this.levels[at - 1] = level;
        below.push(chain);
        this.levels[at] = below;
        return chain;
      }
      if (level.length <= at) {
        const chain = { number: this.count, length: 0, priority: 0 };
        this.count += 1;
        level.push(chain);
        return chain;
      }
    }
  }
}

function joined(left: readonly number[], right: readonly number[]): number[] {
  const clock = [...left];
  for (const [chain, length] of right.entries()) clock[chain] = Math.max(clock[chain] ?? 0, length);
  return clock;
}
